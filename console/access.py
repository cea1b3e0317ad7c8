"""Who may enter which page: the session cookie, the role a page needs, and forged requests refused.

Every route of the console depends on a `Needs`; a test enumerates the routes and holds this.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Request, Response

from console.words import LANGUAGES, Language
from database.console_tables import Staff, StaffSession
from database.session import open_session
from database.staff import (
    Role,
    close_staff_session,
    keep_session_alive,
    may,
    open_staff_session,
    staff_session_of,
)
from settings import settings

COOKIE = "dalil_console"
PATH = "/console"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
RENEWED_EVERY = timedelta(minutes=1)


class NotSignedIn(Exception):
    """The page needs somebody signed in; `second_factor`: they are half-way."""

    def __init__(self, *, second_factor: bool = False) -> None:
        super().__init__()
        self.second_factor = second_factor


class Denied(Exception):
    """The person may not do this (403), or the request was not made on a page of ours."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is at work, and the word that their forms carry."""

    staff: Staff
    csrf: str

    @property
    def language(self) -> Language:
        """The language of their pages."""
        return next((known for known in LANGUAGES if known == self.staff.language), "fr")

    def may(self, needed: Role) -> bool:
        """Whether their role allows it."""
        return may(self.staff.role, needed)


class Needs:
    """The dependency of every route: gives who is at work, or refuses.

    Raises `NotSignedIn` and `Denied`. What changes something must carry the session's `csrf`, as a
    form field or as the header `X-CSRF-Token`.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request, csrf: Annotated[str, Form()] = "") -> Signed:
        """Check the request."""
        found = session_of(request)
        if found is None:
            raise NotSignedIn
        staff, session = found
        if session.awaits_second_factor:
            raise NotSignedIn(second_factor=True)
        if not may(staff.role, self.role):
            raise Denied
        if request.method not in SAFE_METHODS:
            check_forgery(request, csrf, session.csrf)
        return Signed(staff, session.csrf)


def session_of(request: Request) -> tuple[Staff, StaffSession] | None:
    """The session that the request's cookie names, kept alive by being used."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    now = datetime.now(UTC)
    with open_session() as session:
        found = staff_session_of(session, token, at=now)
        if found and now - found[1].seen_at > RENEWED_EVERY:
            expires_at = _expiry(now, found[1].started_at)
            keep_session_alive(session, found[1].token_hash, at=now, expires_at=expires_at)
    return found


def check_forgery(request: Request, given: str, expected: str) -> None:
    """Raises `Denied` unless one of our own pages sent this."""
    check_origin(request)
    shown = request.headers.get("x-csrf-token") or given
    if not hmac.compare_digest(shown.encode(), expected.encode()):
        raise Denied


def check_origin(request: Request) -> None:
    """Raises `Denied` when a browser says that another site sent this."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Denied
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Denied


def sign_in(request: Request, response: Response, staff: Staff, *, second_factor: bool) -> None:
    """Begin a new session: whatever cookie the browser brought is forgotten.

    With `second_factor` the session opens nothing until the second factor was shown.
    """
    now = datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    with open_session() as session:
        if request.cookies.get(COOKIE):
            close_staff_session(session, request.cookies[COOKIE])
        open_staff_session(
            session,
            staff.id,
            token=token,
            csrf=secrets.token_urlsafe(32),
            awaits_second_factor=second_factor,
            at=now,
            expires_at=_expiry(now, now),
        )
    response.set_cookie(
        COOKIE,
        token,
        path=PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def sign_out(request: Request, response: Response) -> None:
    """End the session of this browser."""
    if request.cookies.get(COOKIE):
        with open_session() as session:
            close_staff_session(session, request.cookies[COOKIE])
    response.delete_cookie(COOKIE, path=PATH)


def _expiry(now: datetime, started_at: datetime) -> datetime:
    idle = now + timedelta(minutes=settings().console_idle_minutes)
    return min(idle, started_at + timedelta(hours=settings().console_session_hours))
