"""One's own account: name, language, password, second factor, and the browsers signed in."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.access import COOKIE, PATH, Needs, Signed, sign_in
from console.codes import (
    accept,
    in_groups,
    minutes_to_wait,
    new_recovery_codes,
    new_secret,
    picture,
)
from console.pages import page, see_other
from console.passwords import TooWeak, is_password_of, password_hash
from console.words import Language
from database.accounts import (
    begin_second_factor,
    confirm_second_factor,
    recovery_codes_left,
    remove_second_factor,
    replace_recovery_codes,
    set_password,
)
from database.console_tables import Staff
from database.session import open_session
from database.staff import close_sessions_of, hashed, record, sessions_of, staff_named

router = APIRouter(prefix="/account")
Me = Annotated[Signed, Depends(Needs("reader"))]
Secret = Annotated[str, Form(max_length=200)]
LONGEST_NAME = 80
# A problem is shown beside the form it is about: the form, the words, what they name.
Problem = tuple[str, str, dict[str, Any]]


@router.get("")
def account(request: Request, signed: Me) -> Response:
    """What one may change about oneself."""
    return _account(request, signed)


@router.post("")
def change_account(
    request: Request,
    signed: Me,
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    language: Annotated[Language, Form()] = "fr",
) -> Response:
    """Change one's name and the language of the pages."""
    name = " ".join(name.split())
    if not name.isprintable() or not name:
        return _account(request, signed, ("account", "account.name_missing", {}), 422)
    with open_session() as session:
        person = _myself(session, signed)
        person.name, person.language = name, language
        record(session, person, "account_changed", "staff", person.id, at=_now())
    return see_other(f"{PATH}/account?notice=saved")


@router.post("/password")
def change_password(
    request: Request, signed: Me, old: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Change one's password, which ends every other session; this browser gets a new one."""
    wrong = _wrong_password(signed, old)
    if not wrong and new != again:
        wrong = ("account.not_the_same", {})
    try:
        kept = password_hash(new)
    except TooWeak:
        wrong = wrong or ("account.too_weak", {})
    if wrong:
        return _account(request, signed, ("password", *wrong), 422)
    with open_session() as session:
        set_password(session, signed.staff.id, kept)
        record(session, signed.staff, "password_changed", "staff", signed.staff.id, at=_now())
    response = see_other(f"{PATH}/account?notice=password_changed")
    sign_in(request, response, signed.staff, second_factor=False)
    return response


@router.post("/sessions/close")
def close_sessions(signed: Me) -> Response:
    """Sign out in every browser, this one too."""
    with open_session() as session:
        close_sessions_of(session, signed.staff.id)
        record(session, signed.staff, "sessions_closed", "staff", signed.staff.id, at=_now())
    response = see_other(f"{PATH}/sign-in")
    response.delete_cookie(COOKIE, path=PATH)
    return response


@router.post("/second-factor")
def begin(request: Request, signed: Me, password: Secret = "") -> Response:
    """Draw a secret for an authenticator app; it counts once a code of the app confirms it."""
    wrong = _wrong_password(signed, password) if signed.staff.password_hash else None
    if signed.staff.totp_confirmed:
        wrong = ("account.has_second_factor", {})
    if wrong:
        return _account(request, signed, ("second_factor", *wrong), 422)
    with open_session() as session:
        begin_second_factor(session, signed.staff.id, new_secret())
    return see_other(f"{PATH}/account/second-factor")


@router.get("/second-factor")
def set_up(request: Request, signed: Me) -> Response:
    """The picture to read with the authenticator app, and the form for its first code."""
    return _set_up(request, signed)


@router.post("/second-factor/confirm")
def confirm(
    request: Request, signed: Me, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Ask for the second factor from now on, and show the recovery codes, once."""
    minutes = minutes_to_wait("second_factor", signed.staff.id)
    if minutes:
        return _set_up(request, signed, ("entrance.too_many", {"minutes": minutes}), 429)
    codes = new_recovery_codes()
    with open_session() as session:
        person = _myself(session, signed)
        if person.totp_confirmed or not accept(session, person, code, at=_now()):
            return _set_up(request, signed, ("account.code_wrong", {}), 422)
        confirm_second_factor(session, person.id, codes)
        close_sessions_of(session, person.id, but=hashed(request.cookies[COOKIE]))
        record(session, person, "second_factor_set", "staff", person.id, at=_now())
    return page(request, "recovery_codes.html", signed, codes=codes)


@router.post("/second-factor/remove")
def remove(
    request: Request, signed: Me, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Do without the second factor; a code shows that one still has it."""
    wrong = _wrong_code(signed, code)
    if wrong:
        return _account(request, signed, ("second_factor", *wrong), 422)
    with open_session() as session:
        remove_second_factor(session, signed.staff.id)
        record(session, signed.staff, "second_factor_removed", "staff", signed.staff.id, at=_now())
    return see_other(f"{PATH}/account?notice=second_factor_removed")


@router.post("/recovery-codes")
def renew_codes(
    request: Request, signed: Me, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Draw new recovery codes, shown once; the older ones are void."""
    wrong = _wrong_code(signed, code)
    if wrong:
        return _account(request, signed, ("second_factor", *wrong), 422)
    codes = new_recovery_codes()
    with open_session() as session:
        replace_recovery_codes(session, signed.staff.id, codes)
        record(session, signed.staff, "recovery_codes_drawn", "staff", signed.staff.id, at=_now())
    return page(request, "recovery_codes.html", signed, codes=codes)


def _account(
    request: Request, signed: Signed, problem: Problem | None = None, status: int = 200
) -> Response:
    with open_session() as session:
        browsers = sessions_of(session, signed.staff.id, at=_now())
        codes_left = recovery_codes_left(session, signed.staff.id)
    return page(
        request,
        "account.html",
        signed,
        status=status,
        problem=problem,
        browsers=browsers,
        this_one=hashed(request.cookies.get(COOKIE, "")),
        codes_left=codes_left,
    )


def _set_up(
    request: Request,
    signed: Signed,
    problem: tuple[str, dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    with open_session() as session:
        person = _myself(session, signed)
        secret = person.totp_secret
    if person.totp_confirmed or not secret:
        return see_other(f"{PATH}/account")
    return page(
        request,
        "second_factor_setup.html",
        signed,
        status=status,
        problem=problem,
        picture=picture(secret, person.email),
        secret=in_groups(secret),
    )


def _wrong_password(signed: Signed, password: str) -> tuple[str, dict[str, Any]] | None:
    minutes = minutes_to_wait("own_password", signed.staff.id)
    if minutes:
        return "entrance.too_many", {"minutes": minutes}
    if not is_password_of(signed.staff.password_hash, password):
        return "account.password_wrong", {}
    return None


def _wrong_code(signed: Signed, code: str) -> tuple[str, dict[str, Any]] | None:
    minutes = minutes_to_wait("second_factor", signed.staff.id)
    if minutes:
        return "entrance.too_many", {"minutes": minutes}
    with open_session() as session:
        accepted = accept(session, _myself(session, signed), code, at=_now())
    return None if accepted else ("account.code_wrong", {})


def _myself(session: Session, signed: Signed) -> Staff:
    person = staff_named(session, signed.staff.id)
    if person is None:
        raise LookupError(signed.staff.id)
    return person


def _now() -> datetime:
    return datetime.now(UTC)
