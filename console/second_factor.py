"""The second step of signing in: a code of the authenticator app, or a recovery code."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.access import PATH, NotSignedIn, Signed, check_forgery, session_of, sign_in
from console.codes import accept, minutes_to_wait
from console.pages import bare_page, see_other
from database.console_tables import Staff, StaffSession
from database.session import open_session
from database.staff import record, staff_named

router = APIRouter()
# Who gave the password but no code by then begins again.
WITHIN = timedelta(minutes=10)


@router.get("/second-factor")
def second_factor_page(request: Request) -> Response:
    """The form for the code."""
    found = session_of(request)
    if found and not found[1].awaits_second_factor:
        return see_other(PATH)
    staff, half_way = _half_way(found)
    return _form(request, staff, half_way)


@router.post("/second-factor")
def show_second_factor(
    request: Request,
    code: Annotated[str, Form(max_length=40)] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in who shows a code; too many attempts have to wait."""
    staff, half_way = _half_way(session_of(request))
    check_forgery(request, csrf, half_way.csrf)
    minutes = minutes_to_wait("second_factor", staff.id)
    if minutes:
        return _form(request, staff, half_way, 429, ("entrance.too_many", {"minutes": minutes}))
    now = datetime.now(UTC)
    with open_session() as session:
        person = staff_named(session, staff.id)
        shown = accept(session, person, code, at=now) if person else None
        if person is None or shown is None:
            record(session, staff, "second_factor_refused", "staff", staff.id, at=now)
            return _form(request, staff, half_way, 401, ("account.code_wrong", {}))
        person.signed_in_at = now
        record(session, staff, "signed_in", "staff", staff.id, at=now, second_factor=shown)
    response = see_other(PATH)
    # A new cookie: the one that was half-way opens nothing any more.
    sign_in(request, response, staff, second_factor=False)
    return response


def _half_way(found: tuple[Staff, StaffSession] | None) -> tuple[Staff, StaffSession]:
    """Who gave their password a moment ago. Raises `NotSignedIn`."""
    if found is None or not found[1].awaits_second_factor:
        raise NotSignedIn
    if datetime.now(UTC) - found[1].started_at > WITHIN:
        raise NotSignedIn
    return found


def _form(
    request: Request,
    staff: Staff,
    half_way: StaffSession,
    status: int = 200,
    problem: tuple[str, dict[str, object]] | None = None,
) -> Response:
    return bare_page(
        request,
        "second_factor.html",
        Signed(staff, half_way.csrf).language,
        status=status,
        csrf=half_way.csrf,
        problem=problem,
    )
