"""Every environment variable, once: name, type, default and what it does.

Each field is read from the environment as ``DALIL_<FIELD>``, except the two whose names other
tools already know (``DATABASE_URL``, ``PORT``). A value that cannot be read raises
``pydantic.ValidationError``, which names the variable.
"""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="DALIL_", populate_by_name=True, extra="ignore")

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'dalil.db'}",
        alias="DATABASE_URL",
        description="Where facts and conversations live: a SQLite file or a PostgreSQL address.",
    )
    port: int = Field(default=8000, alias="PORT", description="Port of the public web server.")
    host: str = Field(default="127.0.0.1", description="Address the public web server listens on.")
    rasa_url: str = Field(
        default="http://127.0.0.1:5005", description="Where the gateway reaches Rasa."
    )
    actions_url: str = Field(
        default="http://127.0.0.1:5055", description="Where the action server listens."
    )
    room_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that the gateway shows to Rasa; drawn at each launch when absent.",
    )
    rasa_timeout_seconds: float = Field(
        default=10, description="How long a visitor's turn may wait for Rasa before it is kept."
    )
    retry_seconds: float = Field(
        default=3, description="How often kept messages are tried again while Rasa is away."
    )
    message_max_characters: int = Field(
        default=2000, description="Longest message accepted from a visitor."
    )
    body_max_bytes: int = Field(default=65536, description="Largest request body accepted.")
    rate_per_conversation: str = Field(
        default="30/minute", description="Messages one conversation may send."
    )
    rate_per_address: str = Field(
        default="240/minute", description="Calls one network address may make."
    )
    allowed_origins: list[str] = Field(
        default=[], description="Web origins, besides our own, whose pages may embed the chat."
    )
    trusted_proxies: list[str] = Field(
        default=[], description="Addresses of proxies whose `X-Forwarded-For` is believed."
    )
    redis_url: str = Field(
        default="", description="Redis that copies of `web` share for rate limits; else memory."
    )
    rate_callbacks: str = Field(
        default="5/hour", description="Call-backs one conversation may ask for."
    )
    stream_poll_seconds: float = Field(
        default=0.5, description="How often open streams look for news in the database."
    )
    stream_heartbeat_seconds: int = Field(
        default=15, description="How often a quiet stream says that it is alive."
    )
    contact_keys: list[SecretStr] = Field(
        default=[],
        description="Fernet keys of contacts: the first encrypts, all decrypt. Else the key file.",
    )
    contact_key_file: Path = Field(
        default=ROOT / "var" / "keys" / "contact.key",
        description="Key of contacts when none is given; made at first use, for our user alone.",
    )
    callback_working_days: int = Field(
        default=2, description="Working days within which an adviser calls back."
    )
    conversation_months: int = Field(
        default=12, description="How long a conversation is kept, as the privacy notice says."
    )
    contact_months: int = Field(
        default=6, description="How long a contact is kept after its call-back is closed."
    )
    content: Path = Field(default=ROOT / "content", description="Folder of facts and words.")


@cache
def settings() -> Settings:
    """The settings of this process, read from the environment on first use."""
    return Settings()
