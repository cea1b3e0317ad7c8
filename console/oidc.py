"""Signing in with the organisation's identity provider, for accounts that an admin opened before."""

import hmac
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from console import provider
from console.access import PATH, sign_in
from console.codes import minutes_to_wait
from console.pages import bare_page, language_asked, see_other
from console.provider import Identity, ProviderFailed
from database.accounts import remember_request, take_request
from database.console_tables import Staff
from database.session import open_session
from database.staff import hashed, record, staff_with_email, staff_with_oidc_subject
from settings import settings

logger = logging.getLogger(__name__)
router = APIRouter()
COOKIE = "dalil_provider"
BACK = f"{PATH}/oidc/back"
WITHIN = timedelta(minutes=10)


@router.get("/oidc")
def go_to_provider(request: Request) -> Response:
    """Send the browser to the identity provider."""
    _check_set()
    minutes = minutes_to_wait("oidc_address", request.client.host if request.client else "")
    if minutes:
        return _refused(request, 429, "entrance.too_many", minutes=minutes)
    try:
        wanted = provider.new_request(_redirect_uri(request))
    except ProviderFailed as failed:
        logger.warning("the identity provider cannot be used: %s", failed)
        return _refused(request, 502, "entrance.provider_away")
    browser, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with open_session() as session:
        remember_request(
            session,
            browser=browser,
            state=wanted.state,
            nonce=wanted.nonce,
            code_verifier=wanted.code_verifier,
            at=now,
            expires_at=now + WITHIN,
        )
    response = RedirectResponse(wanted.address, 303)
    response.set_cookie(
        COOKIE,
        browser,
        max_age=int(WITHIN.total_seconds()),
        path=BACK,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/oidc/back")
def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Let in whom the provider vouches for, if an admin opened an account for them."""
    _check_set()
    now = datetime.now(UTC)
    with open_session() as session:
        kept = take_request(session, request.cookies.get(COOKIE, ""), at=now)
    try:
        if kept is None or not hmac.compare_digest(kept.state.encode(), state.encode()):
            raise ProviderFailed("this browser was not sent to the provider with that state")
        if iss not in (None, settings().oidc_issuer):
            raise ProviderFailed("another provider sent the browser back")
        identity = provider.identity_of(
            code,
            redirect_uri=_redirect_uri(request),
            nonce=kept.nonce,
            code_verifier=kept.code_verifier,
            at=now,
        )
    except ProviderFailed as failed:
        logger.warning("nobody was let in by the identity provider: %s", failed)
        return _refused(request, 401, "entrance.provider_refused")
    staff = _let_in(identity, now)
    if staff is None:
        return _refused(request, 403, "entrance.provider_unknown")
    response = see_other(f"{PATH}/second-factor" if staff.totp_confirmed else PATH)
    response.delete_cookie(COOKIE, path=BACK)
    sign_in(request, response, staff, second_factor=staff.totp_confirmed)
    return response


def _let_in(identity: Identity, now: datetime) -> Staff | None:
    """Whose account this is; it remembers the provider's name for them from the first time on."""
    subject = hashed(f"{settings().oidc_issuer} {identity.subject}")
    with open_session() as session:
        staff = staff_with_oidc_subject(session, subject)
        if staff is None and identity.email:
            staff = staff_with_email(session, identity.email)
            if staff and staff.active and staff.oidc_subject is None:
                staff.oidc_subject = subject
        if staff is None or not staff.active or staff.oidc_subject != subject:
            record(session, None, "sign_in_refused", "staff", staff.id if staff else "", at=now)
            return None
        if not staff.totp_confirmed:
            staff.signed_in_at = now
            record(session, staff, "signed_in", "staff", staff.id, at=now, provider=True)
    return staff


def _check_set() -> None:
    if not provider.is_set():
        raise HTTPException(404)


def _redirect_uri(request: Request) -> str:
    own = settings().public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return own + BACK


def _refused(request: Request, status: int, problem: str, **values: object) -> Response:
    return bare_page(
        request,
        "sign_in.html",
        language_asked(request),
        status=status,
        problem=(problem, values),
        email="",
        provider=True,
    )
