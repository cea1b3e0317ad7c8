"""Calling visitors back: the queue, and one call with its contact, notes and end.

The contact is shown to the person in charge and to admins only, each time on their demand and each
time recorded; the notes, which may name people, to the same.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from console.access import PATH, Denied, Needs, Signed
from console.pages import page, see_other
from database.callbacks import (
    OUTCOMES,
    STAGES,
    Call,
    Contact,
    Outcome,
    Stage,
    StillOpen,
    add_note,
    call_named,
    calls,
    calls_waiting,
    close_call,
    contact_of,
    give_call,
    notes_of,
    reopen_call,
    take_call,
)
from database.retention import months_after
from database.session import open_session
from database.staff import every_staff, may, record, staff_named
from settings import settings

router = APIRouter(prefix="/callbacks")
Reviewer = Annotated[Signed, Depends(Needs("reviewer"))]
PER_PAGE = 50
LAST_PAGE = 10_000
LONGEST_NOTE = 2000


@router.get("")
def queue(
    request: Request,
    signed: Reviewer,
    stage: Annotated[Stage | Literal["", "late"], Query()] = "",
    whose: Annotated[Literal["", "mine"], Query()] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """Who is to be called, the most urgent first. No contact is read for this page."""
    today = _today()
    with open_session() as session:
        found = calls(
            session,
            stage=None if stage in ("", "late") else stage,  # type: ignore[arg-type]
            staff_id=signed.staff.id if whose else None,
            late_on=today if stage == "late" else None,
            limit=PER_PAGE + 1,
            offset=(number - 1) * PER_PAGE,
        )
        waiting, late = calls_waiting(session, on=today)
    return page(
        request,
        "callbacks.html",
        signed,
        calls=found[:PER_PAGE],
        more=len(found) > PER_PAGE,
        number=number,
        today=today,
        waiting=waiting,
        late=late,
        stages=STAGES,
        asked={"stage": stage, "whose": whose},
    )


@router.get("/{callback_id}")
def one_call(request: Request, signed: Reviewer, callback_id: str) -> Response:
    """One call-back, without its contact."""
    with open_session() as session:
        call = _found(session, callback_id)
        record(session, signed.staff, "callback_read", "callback", callback_id, at=_now())
    return _page(request, signed, call)


@router.post("/{callback_id}/contact")
def show_contact(request: Request, signed: Reviewer, callback_id: str) -> Response:
    """Show whom to call, and record that it was shown. Raises `Denied` for who is not in charge."""
    with open_session() as session:
        call = _found(session, callback_id)
        allowed = _in_charge(signed, call)
        act = "contact_shown" if allowed else "contact_refused"
        record(session, signed.staff, act, "callback", callback_id, at=_now())
        contact = contact_of(session, callback_id) if allowed else None
    if not allowed:
        raise Denied
    return _page(request, signed, call, contact=contact)


@router.post("/{callback_id}/take")
def take(signed: Reviewer, callback_id: str) -> Response:
    """Take a call that nobody has."""
    with open_session() as session:
        _open(session, callback_id)
        if not take_call(session, callback_id, signed.staff.id):
            return _back(callback_id, "already_taken")
        record(session, signed.staff, "callback_taken", "callback", callback_id, at=_now())
    return _back(callback_id, "taken")


@router.post("/{callback_id}/give")
def give(
    signed: Reviewer, callback_id: str, to: Annotated[str, Form(max_length=36)] = ""
) -> Response:
    """Give a call to a colleague who may make it, or back to the queue with nobody."""
    with open_session() as session:
        call = _open(session, callback_id)
        colleague = staff_named(session, to) if to else None
        able = colleague is not None and colleague.active and may(colleague.role, "reviewer")
        if not _in_charge(signed, call) or (to and not able):
            raise Denied
        give_call(session, callback_id, to or None)
        record(session, signed.staff, "callback_given", "callback", callback_id, at=_now(), to=to)
    return _back(callback_id, "given")


@router.post("/{callback_id}/note")
def note(
    signed: Reviewer, callback_id: str, text: Annotated[str, Form(max_length=LONGEST_NOTE)] = ""
) -> Response:
    """Note something about a call; kept encrypted, for it may name people."""
    with open_session() as session:
        call = _found(session, callback_id)
        if not _in_charge(signed, call) or not call.has_contact:
            raise Denied
        if not text.strip():
            return _back(callback_id)
        add_note(session, callback_id, author=signed.staff.name, text=text.strip(), at=_now())
        record(session, signed.staff, "callback_noted", "callback", callback_id, at=_now())
    return _back(callback_id, "noted")


@router.post("/{callback_id}/close")
def close(signed: Reviewer, callback_id: str, outcome: Annotated[Outcome, Form()]) -> Response:
    """End a call: its contact is erased some months later."""
    now = _now()
    erase_on = months_after(now.date(), settings().contact_months)
    with open_session() as session:
        call = _found(session, callback_id)
        if not _in_charge(signed, call):
            raise Denied
        if close_call(session, callback_id, outcome, at=now, erase_on=erase_on):
            detail = {"outcome": outcome, "erase_on": erase_on.isoformat()}
            record(
                session, signed.staff, "callback_closed", "callback", callback_id, at=now, **detail
            )
    return _back(callback_id, "closed")


@router.post("/{callback_id}/reopen")
def reopen(signed: Reviewer, callback_id: str) -> Response:
    """Take a call up again that was closed too early."""
    try:
        with open_session() as session:
            call = _found(session, callback_id)
            if not _in_charge(signed, call):
                raise Denied
            if reopen_call(session, callback_id):
                record(
                    session, signed.staff, "callback_reopened", "callback", callback_id, at=_now()
                )
    except StillOpen:
        return _back(callback_id, "another_open")
    return _back(callback_id, "reopened")


def _page(
    request: Request, signed: Signed, call: Call, *, contact: Contact | None = None
) -> Response:
    in_charge = _in_charge(signed, call)
    with open_session() as session:
        notes = notes_of(session, call.callback.id) if in_charge else []
        team = [
            each for each in every_staff(session, active_only=True) if may(each.role, "reviewer")
        ]
    return page(
        request,
        "callback.html",
        signed,
        call=call,
        asked=call.callback,
        in_charge=in_charge,
        contact=contact,
        notes=notes,
        team=team,
        outcomes=OUTCOMES,
        today=_today(),
    )


def _in_charge(signed: Signed, call: Call) -> bool:
    """Whether somebody may know whom to call."""
    return signed.may("admin") or (
        call.in_charge is not None and call.in_charge.id == signed.staff.id
    )


def _found(session: Session, callback_id: str) -> Call:
    call = call_named(session, callback_id)
    if call is None:
        raise HTTPException(404)
    return call


def _open(session: Session, callback_id: str) -> Call:
    call = _found(session, callback_id)
    if call.callback.state != "open":
        raise Denied
    return call


def _back(callback_id: str, notice: str = "") -> Response:
    query = f"?notice={notice}" if notice else ""
    return see_other(f"{PATH}/callbacks/{callback_id}{query}")


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return _now().date()
