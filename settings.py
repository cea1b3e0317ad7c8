"""Every environment variable, once: name, type, default and what it does.

Each field is read from the environment as ``DALIL_<FIELD>``, except those whose names other
tools already know (``DATABASE_URL``, ``PORT``) and those of WhatsApp (``WHATSAPP_<FIELD>``). A
value that cannot be read raises ``pydantic.ValidationError``, which names the variable.

What the environment does not give may stand in a file named like the variable, in the folder
``DALIL_SECRETS_DIR`` (``/run/secrets`` when there is one): there container engines put secrets.
"""

import os
from functools import cache
from pathlib import Path
from typing import Literal

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
    tracker_url: str = Field(
        default="",
        description="Where Rasa keeps its dialogues: a database of its own; else `var/dialogue.db`.",
    )
    database_connections: int = Field(
        default=15, description="Most connections to the database that one process holds."
    )
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
        default=12, ge=1, description="How long a conversation is kept, as the privacy notice says."
    )
    contact_months: int = Field(
        default=6, ge=1, description="How long a contact is kept after its call-back is closed."
    )
    audit_months: int = Field(
        default=24,
        ge=1,
        description="How long the trail of what the staff read and changed is kept.",
    )
    purge_daily: bool = Field(
        default=True,
        description="Whether the web server erases once a day what is past its time.",
    )
    whatsapp_app_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="WHATSAPP_APP_SECRET",
        description="Meta's app secret, which signs what comes in. Absent: WhatsApp is off.",
    )
    whatsapp_verify_token: SecretStr = Field(
        default=SecretStr(""),
        alias="WHATSAPP_VERIFY_TOKEN",
        description="Word of your choice that Meta shows once, when the webhook is set up.",
    )
    whatsapp_access_token: SecretStr = Field(
        default=SecretStr(""),
        alias="WHATSAPP_ACCESS_TOKEN",
        description="Token of a Meta system user that may send from the number.",
    )
    whatsapp_phone_number_id: str = Field(
        default="",
        alias="WHATSAPP_PHONE_NUMBER_ID",
        description="Meta's id of the number (not the number itself).",
    )
    whatsapp_graph_url: str = Field(
        default="https://graph.facebook.com/v26.0",
        alias="WHATSAPP_GRAPH_URL",
        description="Address of Meta's Graph API; tests point it at a stand-in.",
    )
    whatsapp_number: str = Field(
        default="",
        alias="WHATSAPP_NUMBER",
        description="The number in international form, for links from the website to WhatsApp.",
    )
    whatsapp_reminder_template: str = Field(
        default="",
        alias="WHATSAPP_REMINDER_TEMPLATE",
        description="Approved template that reminds of a call-back; absent: no reminders.",
    )
    whatsapp_workers: int = Field(
        default=2,
        alias="WHATSAPP_WORKERS",
        description="Threads of one web process that answer and send on WhatsApp.",
    )
    whatsapp_reconcile_seconds: float = Field(
        default=30,
        alias="WHATSAPP_RECONCILE_SECONDS",
        description="How long Meta's word is awaited on a message whose sending was cut off.",
    )
    whatsapp_body_max_bytes: int = Field(
        default=3 * 1024 * 1024,
        alias="WHATSAPP_BODY_MAX_BYTES",
        description="Largest webhook accepted: Meta sends up to 3 MB.",
    )
    console_idle_minutes: int = Field(
        default=120, description="After how long without a click staff must sign in again."
    )
    console_session_hours: int = Field(
        default=12, description="After how long staff must sign in again in any case."
    )
    console_body_max_bytes: int = Field(
        default=1024 * 1024, description="Largest form or file that staff may send."
    )
    single_editor: bool = Field(
        default=False,
        description="Let editors of facts publish their own drafts, where only one person edits.",
    )
    open_statistics: bool = Field(
        default=False,
        description="Whether anybody may see `/console/statistics`: counts of ten and more.",
    )
    rate_sign_in: str = Field(
        default="10/15minute",
        description="Attempts to sign in to the console, per address and per account.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Identity provider (OpenID Connect) with which staff may sign in. Absent: none.",
    )
    oidc_client_id: str = Field(default="", description="How that provider names this console.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret that goes with that name, if there is one."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Logs as lines for people, or as JSON for machines."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="The least important log lines that are written."
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bearer token for `/metrics`; without one only this machine may read it.",
    )
    otlp_endpoint: str = Field(
        default="",
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where traces are sent (OTLP over HTTP); absent: none are recorded.",
    )
    public_url: str = Field(
        default="", description="Address of the website as visitors see it, for links to it."
    )
    copies: int = Field(
        default=2, ge=1, le=16, description="Copies of each process that `make run-scaled` starts."
    )
    scaled_folder: Path = Field(
        default=ROOT / "var" / "scaled", description="What `make run-scaled` keeps while it runs."
    )
    model: Path | None = Field(
        default=None,
        description="Model that `make run-scaled` serves as it is; absent: trained here if needed.",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="PEM file (certificate, then key) with which `make run-scaled` speaks HTTPS.",
    )
    content: Path = Field(default=ROOT / "content", description="Folder of facts and words.")


@cache
def settings() -> Settings:
    """The settings of this process, read from the environment and its secrets on first use."""
    folder = Path(os.environ.get("DALIL_SECRETS_DIR", "/run/secrets"))
    return Settings(_secrets_dir=folder if folder.is_dir() else None)
