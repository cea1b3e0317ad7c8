"""The link by which a person sets the password of their account. Looking at it does not use it up."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.orm import Session

from console.access import PATH, check_origin
from console.codes import minutes_to_wait
from console.pages import bare_page, language_asked, see_other
from console.passwords import TooWeak, password_hash
from database.accounts import invite, invited, set_password, use_invitation
from database.session import open_session
from database.staff import record, staff_named
from settings import settings

router = APIRouter(prefix="/invitation")
GOOD_FOR = timedelta(hours=72)
Token = Annotated[str, Form(max_length=100)]
Secret = Annotated[str, Form(max_length=200)]


def new_link(session: Session, staff_id: str, *, at: datetime, site: str) -> str:
    """A link for a person to set their password, good for 72 hours; `site` when none is configured."""
    token = secrets.token_urlsafe(32)
    invite(session, staff_id, token=token, expires_at=at + GOOD_FOR)
    return f"{settings().public_url.rstrip('/') or site}{PATH}/invitation?token={token}"


@router.get("")
def invitation(request: Request, token: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The form for the password."""
    return _form(request, token)


@router.post("")
def choose_password(
    request: Request, token: Token = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Set the password; the link is void from then on. One signs in with it afterwards."""
    check_origin(request)
    minutes = minutes_to_wait("invitation_address", request.client.host if request.client else "")
    if minutes:
        return _form(request, token, ("entrance.too_many", {"minutes": minutes}), 429)
    if new != again:
        return _form(request, token, ("account.not_the_same", {}), 422)
    try:
        kept = password_hash(new)
    except TooWeak:
        return _form(request, token, ("account.too_weak", {}), 422)
    now = datetime.now(UTC)
    with open_session() as session:
        person = invited(session, token, at=now)
        if person is None or use_invitation(session, token, at=now) is None:
            return _form(request, token)
        set_password(session, person.id, kept)
        record(session, staff_named(session, person.id), "password_set", "staff", person.id, at=now)
    return see_other(f"{PATH}/sign-in?notice=password_set")


def _form(
    request: Request,
    token: str,
    problem: tuple[str, dict[str, object]] | None = None,
    status: int = 200,
) -> Response:
    with open_session() as session:
        person = invited(session, token, at=datetime.now(UTC))
    return bare_page(
        request,
        "invitation.html",
        language_asked(request),
        status=status if person or problem else 404,
        person=person,
        token=token,
        problem=problem,
    )
