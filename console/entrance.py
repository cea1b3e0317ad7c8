"""Signing in and out, and the choice of language."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from console import provider
from console.access import PATH, Needs, Signed, check_origin, session_of, sign_in, sign_out
from console.pages import bare_page, language_asked, see_other
from console.passwords import is_password_of
from console.words import Language
from database.session import open_session
from database.staff import record, staff_named, staff_with_email
from gateway.limits import seconds_to_wait
from settings import settings

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """The form to sign in."""
    found = session_of(request)
    if found and not found[1].awaits_second_factor:
        return see_other(PATH)
    return bare_page(
        request,
        "sign_in.html",
        language_asked(request),
        problem=None,
        email="",
        provider=provider.is_set(),
    )


@router.post("/sign-in")
def enter(
    request: Request,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Sign in with e-mail and password; too many attempts have to wait."""
    check_origin(request)
    language = language_asked(request)

    def again(problem: str, status: int, **values: object) -> Response:
        return bare_page(
            request,
            "sign_in.html",
            language,
            status=status,
            problem=(problem, values),
            email=email,
            provider=provider.is_set(),
        )

    wait = _seconds_to_wait(request, email)
    if wait:
        return again("entrance.too_many", 429, minutes=-(-wait // 60))
    with open_session() as session:
        staff = staff_with_email(session, email)
        if not is_password_of(staff.password_hash if staff else None, password):
            record(session, None, "sign_in_refused", "staff", staff.id if staff else "", at=_now())
            return again("entrance.wrong", 401)
        if staff is None or not staff.active:
            return again("entrance.wrong", 401)
        second_factor = staff.totp_confirmed
        if not second_factor:
            staff.signed_in_at = _now()
            record(session, staff, "signed_in", "staff", staff.id, at=_now())
    response = RedirectResponse(f"{PATH}/second-factor" if second_factor else PATH, 303)
    sign_in(request, response, staff, second_factor=second_factor)
    return response


@router.post("/sign-out")
def leave(request: Request, signed: Annotated[Signed, Depends(Needs("reader"))]) -> Response:
    """Sign out."""
    with open_session() as session:
        record(session, signed.staff, "signed_out", "staff", signed.staff.id, at=_now())
    response = RedirectResponse(f"{PATH}/sign-in", 303)
    sign_out(request, response)
    return response


@router.post("/language")
def choose_language(
    signed: Annotated[Signed, Depends(Needs("reader"))], language: Annotated[Language, Form()]
) -> Response:
    """Read the console in French or in Arabic from now on."""
    with open_session() as session:
        staff = staff_named(session, signed.staff.id)
        if staff is not None:
            staff.language = language
    return see_other(PATH)


def _seconds_to_wait(request: Request, email: str) -> int:
    address = request.client.host if request.client else ""
    rate = settings().rate_sign_in
    return max(
        seconds_to_wait(rate, "sign_in_address", address),
        seconds_to_wait(rate, "sign_in_email", email.strip().lower()),
    )


def _now() -> datetime:
    return datetime.now(UTC)
