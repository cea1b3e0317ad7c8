"""Whether WhatsApp is configured, and what is missing when it is not."""

from settings import Settings

REQUIRED = (
    "whatsapp_app_secret",
    "whatsapp_verify_token",
    "whatsapp_access_token",
    "whatsapp_phone_number_id",
)


def missing(settings: Settings) -> list[str]:
    """The environment variables that WhatsApp needs and that are not set."""
    values = {name: getattr(settings, name) for name in REQUIRED}
    return [
        name.upper()
        for name, value in values.items()
        if not (value if isinstance(value, str) else value.get_secret_value())
    ]


def is_on(settings: Settings) -> bool:
    """Whether the channel is served: all that it needs is set."""
    return not missing(settings)
