"""Privacy: what is kept and for how long, erasing what is past its time, a person's copy of theirs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from console.access import PATH, Needs, Signed
from console.export import archive
from console.pages import page, see_other
from database.personal_data import conversation_meant, everything_about
from database.purging import AlreadyPurging, purge
from database.retention import (
    conversations_held_back,
    holdings,
    limits_in_force,
    register_of_erasures,
    still_to_forget,
)
from database.session import open_session
from database.staff import record
from gateway.notices import notices
from settings import settings

router = APIRouter(prefix="/privacy")
Admin = Annotated[Signed, Depends(Needs("admin"))]
SOON = timedelta(days=30)
ENTRIES = 50
NOTICES = ("privacy", "callback")


@router.get("")
def privacy(request: Request, signed: Admin) -> Response:
    """What is kept of each class, what would go now and within a month."""
    return _privacy(request, signed)


@router.post("/purge")
def purge_now(
    request: Request, signed: Admin, confirmed: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Erase what is past its time; asks to be confirmed."""
    if confirmed != "yes":
        return _privacy(request, signed, "privacy.confirm_first", 422)
    now = _now()
    try:
        what = purge(open_session, limits_in_force(now), clock=_now)
    except AlreadyPurging:
        return _privacy(request, signed, "privacy.already", 409)
    with open_session() as session:
        record(session, signed.staff, "purged", "erasure", "", at=now, **what)
    return see_other(f"{PATH}/privacy/register?notice=purged")


@router.get("/register")
def register(
    request: Request, signed: Admin, before: Annotated[datetime | None, Query()] = None
) -> Response:
    """The register of erasures, the latest first."""
    with open_session() as session:
        entries = register_of_erasures(session, before=before, limit=ENTRIES + 1)
        to_forget = still_to_forget(session)
    return page(
        request,
        "privacy_register.html",
        signed,
        entries=entries[:ENTRIES],
        more=entries[ENTRIES - 1].erased_at.isoformat() if len(entries) > ENTRIES else None,
        to_forget=to_forget,
    )


@router.get("/notices")
def every_notice(request: Request, signed: Admin) -> Response:
    """The texts that visitors read, in every version."""
    read = {
        name: list(reversed(notices(settings().content / "notices" / f"{name}.yml")))
        for name in NOTICES
    }
    return page(request, "privacy_notices.html", signed, notices=read)


@router.get("/export")
def export_page(request: Request, signed: Admin) -> Response:
    """The form to ask for the copy of a person's data."""
    return page(request, "privacy_export.html", signed, problem=None, reference="")


@router.post("/export")
def export(
    request: Request, signed: Admin, reference: Annotated[str, Form(max_length=80)] = ""
) -> Response:
    """All that is kept of one conversation, in clear, as a file for the person who asks."""
    now = _now()
    with open_session() as session:
        conversation_id = conversation_meant(session, reference)
        if conversation_id is not None:
            found = everything_about(session, conversation_id)
            record(session, signed.staff, "exported", "conversation", conversation_id, at=now)
    if conversation_id is None:
        return page(
            request,
            "privacy_export.html",
            signed,
            status=404,
            problem="privacy.unknown",
            reference=reference,
        )
    return Response(
        archive(found, conversation_id, signed.language, at=now),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="dalil-{conversation_id}.zip"',
            "Cache-Control": "no-store",
        },
    )


def _privacy(
    request: Request, signed: Signed, problem: str | None = None, status: int = 200
) -> Response:
    now = _now()
    with open_session() as session:
        held = holdings(session, limits_in_force(now))
        soon = {each.kind: each.due for each in holdings(session, limits_in_force(now + SOON))}
        kept = conversations_held_back(session)
    months = {
        "conversations": settings().conversation_months,
        "messages": settings().conversation_months,
        "people": settings().conversation_months,
        "contacts": settings().contact_months,
        "audit": settings().audit_months,
    }
    return page(
        request,
        "privacy.html",
        signed,
        status=status,
        held=held,
        soon=soon,
        kept=kept,
        months=months,
        daily=settings().purge_daily,
        problem=problem,
    )


def _now() -> datetime:
    return datetime.now(UTC)
