"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes."""

import base64
import secrets
from datetime import datetime
from typing import Literal

import pyotp
import segno
from sqlalchemy.orm import Session

from database.accounts import use_recovery_code, use_time_step
from database.console_tables import Staff
from gateway.limits import seconds_to_wait
from settings import settings

STEP_SECONDS = 30
# A telephone's clock may be this many steps off.
STEPS_OFF = 1
RECOVERY_CODES, RECOVERY_BYTES, GROUP = 8, 10, 4


def new_secret() -> str:
    """A secret to share with an authenticator app."""
    return pyotp.random_base32()


def new_recovery_codes() -> list[str]:
    """Codes to write down, 80 bits each, in groups that are easily copied."""
    drawn = (
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    )
    return [in_groups(code) for code in drawn]


def in_groups(code: str) -> str:
    """A code in groups of four, as one reads it aloud."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def picture(secret: str, email: str) -> str:
    """The QR code that an authenticator app reads, as an address for an image."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Dalil")
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=4))


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, within what a clock may be off; None for a wrong code."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None


def accept(
    session: Session, staff: Staff, code: str, *, at: datetime
) -> Literal["app", "recovery"] | None:
    """Whether this code of a person counts, and of which kind it is; none counts twice."""
    typed = "".join(code.split())
    step = step_of(staff.totp_secret, typed, at) if staff.totp_secret else None
    if step is not None:
        return "app" if use_time_step(session, staff.id, step) else None
    if not staff.totp_confirmed:
        return None
    written = in_groups(typed.replace("-", "").lower())
    return "recovery" if use_recovery_code(session, staff.id, written) else None


def minutes_to_wait(kind: str, *who: str) -> int:
    """Count an attempt at a secret of these accounts or addresses; how long until the next, or 0."""
    rate = settings().rate_sign_in
    return -(-max(seconds_to_wait(rate, kind, each) for each in who) // 60)
