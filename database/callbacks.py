"""Calling visitors back: the queue, who is in charge, how a call ended.

Name, telephone and e-mail are read by `contact_of` alone; everywhere else a call-back comes without
them, and reading them raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import Row, Select, case, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from database.console_tables import CallbackCare, CallbackNote, Staff
from database.tables import Callback

Stage = Literal["open", "in_progress", "done", "not_reached", "cancelled", "expired"]
STAGES: tuple[Stage, ...] = get_args(Stage)
# How staff may close a call-back.
Outcome = Literal["done", "not_reached", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

_WITHOUT_CONTACT = [
    defer(column, raiseload=True) for column in (Callback.name, Callback.phone, Callback.email)
]


class StillOpen(ValueError):
    """The conversation waits for another call."""


@dataclass(frozen=True)
class Call:
    """A call-back as the staff sees it: what was asked, and who has it in hand."""

    callback: Callback
    in_charge: Staff | None
    outcome: str | None
    closed_at: datetime | None
    has_contact: bool

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.callback.state == "open":
            return "in_progress" if self.in_charge else "open"
        return next((known for known in STAGES if known == self.outcome), "done")

    def is_late(self, on: date) -> bool:
        """Whether somebody should have called before this day."""
        return self.callback.state == "open" and self.callback.due < on


@dataclass(frozen=True)
class Contact:
    """Whom to call, and where."""

    name: str
    phone: str | None
    email: str | None


def calls(
    session: Session,
    *,
    stage: Stage | None = None,
    staff_id: str | None = None,
    late_on: date | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Call]:
    """Who is to be called back? What is open comes first, the most urgent before the others.

    `staff_id`: in this person's charge only. `late_on`: only those due before this day.
    """
    found = _calls().order_by(
        Callback.state.desc(),  # open before closed
        case((Callback.state == "open", Callback.due)),
        CallbackCare.closed_at.desc(),
        Callback.requested_at,
    )
    if stage in ("open", "in_progress"):
        taken = CallbackCare.assigned_to
        found = found.where(
            Callback.state == "open", taken.is_(None) if stage == "open" else taken.is_not(None)
        )
    elif stage:
        found = found.where(Callback.state == "closed", CallbackCare.outcome == stage)
    if staff_id:
        found = found.where(CallbackCare.assigned_to == staff_id)
    if late_on:
        found = found.where(Callback.state == "open", Callback.due < late_on)
    return [_call(row) for row in session.execute(found.limit(limit).offset(offset))]


def call_named(session: Session, callback_id: str) -> Call | None:
    """The call-back with this id."""
    row = session.execute(_calls().where(Callback.id == callback_id)).one_or_none()
    return _call(row) if row else None


def calls_waiting(session: Session, *, on: date) -> tuple[int, int]:
    """How many calls are to be made, and how many of them are late on this day?"""
    late = func.count().filter(Callback.due < on)
    row = session.execute(select(func.count(), late).where(Callback.state == "open")).one()
    return row[0], row[1]


def contact_of(session: Session, callback_id: str) -> Contact | None:
    """Whom to call; None once the contact was erased. To be recorded by whoever asks."""
    row = session.execute(
        select(Callback.name, Callback.phone, Callback.email).where(
            Callback.id == callback_id, Callback.name.is_not(None)
        )
    ).one_or_none()
    return Contact(row[0] or "", row[1], row[2]) if row else None


def notes_of(session: Session, callback_id: str) -> Sequence[CallbackNote]:
    """What was noted about a call, in order? To be recorded by whoever asks."""
    return session.scalars(
        select(CallbackNote)
        .where(CallbackNote.callback_id == callback_id)
        .order_by(CallbackNote.id)
    ).all()


def add_note(session: Session, callback_id: str, *, author: str, text: str, at: datetime) -> None:
    """Keep a note about a call."""
    session.add(CallbackNote(callback_id=callback_id, author=author, text=text, at=at))


def take_call(session: Session, callback_id: str, staff_id: str) -> bool:
    """Put a call that nobody has in a person's charge; False when somebody was faster."""
    _care(session, callback_id)
    taken = (
        update(CallbackCare)
        .where(CallbackCare.callback_id == callback_id, CallbackCare.assigned_to.is_(None))
        .values(assigned_to=staff_id)
        .returning(CallbackCare.callback_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(taken) is not None


def give_call(session: Session, callback_id: str, staff_id: str | None) -> None:
    """Put a call in a person's charge, whoever had it; with nobody it is back in the queue."""
    _care(session, callback_id).assigned_to = staff_id


def give_calls_back(session: Session, staff_id: str) -> int:
    """Put what a person had in charge, and is still to be done, back in the queue; how many."""
    open_ones = select(Callback.id).where(Callback.state == "open")
    given = update(CallbackCare).where(
        CallbackCare.assigned_to == staff_id, CallbackCare.callback_id.in_(open_ones)
    )
    given = given.values(assigned_to=None).execution_options(synchronize_session=False)
    return len(session.scalars(given.returning(CallbackCare.callback_id)).all())


def close_call(
    session: Session, callback_id: str, outcome: Outcome, *, at: datetime, erase_on: date
) -> bool:
    """End a call-back: its contact goes by `erase_on`. False when it was closed already."""
    closed = (
        update(Callback)
        .where(Callback.id == callback_id, Callback.state == "open")
        .values(state="closed", erase_on=erase_on)
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(closed) is None:
        return False
    care = _care(session, callback_id)
    care.outcome, care.closed_at = outcome, at
    return True


def reopen_call(session: Session, callback_id: str) -> bool:
    """Take a call up again that was closed too early; False when its contact is gone.

    Raises `StillOpen` when the visitor asked for another call since.
    """
    conversation_id = session.scalar(
        select(Callback.conversation_id).where(Callback.id == callback_id)
    )
    other = select(Callback.id).where(
        Callback.conversation_id == conversation_id, Callback.state == "open"
    )
    if session.scalar(other.limit(1)) is not None:
        raise StillOpen(callback_id)
    opened = (
        update(Callback)
        .where(Callback.id == callback_id, Callback.name.is_not(None))
        .values(state="open")
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(opened) is None:
        return False
    care = _care(session, callback_id)
    care.outcome = care.closed_at = None
    return True


def erase_contacts(session: Session, *, on: date, at: datetime, limit: int) -> list[str]:
    """Erase contacts whose day has come, with their notes; of which call-backs.

    A call that nobody made until then is closed: there is no one left to call.
    """
    due = (
        select(Callback.id)
        .where(Callback.erase_on <= on, Callback.name.is_not(None))
        .order_by(Callback.erase_on)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(due))
    if not ids:
        return []
    session.execute(delete(CallbackNote).where(CallbackNote.callback_id.in_(ids)))
    expired = select(Callback.id).where(Callback.id.in_(ids), Callback.state == "open")
    for callback_id in session.scalars(expired).all():
        care = _care(session, callback_id)
        care.outcome, care.closed_at = "expired", at
    session.flush()
    session.execute(
        update(Callback)
        .where(Callback.id.in_(ids))
        .values(name=None, phone=None, email=None, state="closed")
        .execution_options(synchronize_session=False)
    )
    return ids


def _calls() -> Select[Callback, Staff, str | None, datetime | None, bool]:
    return (
        select(
            Callback,
            Staff,
            CallbackCare.outcome,
            CallbackCare.closed_at,
            Callback.name.is_not(None),
        )
        .outerjoin(CallbackCare, CallbackCare.callback_id == Callback.id)
        .outerjoin(Staff, Staff.id == CallbackCare.assigned_to)
        .options(*_WITHOUT_CONTACT)
    )


def _call(row: Row[Callback, Staff, str | None, datetime | None, bool]) -> Call:
    callback, in_charge, outcome, closed_at, has_contact = row
    return Call(callback, in_charge, outcome, closed_at, has_contact)


def _care(session: Session, callback_id: str) -> CallbackCare:
    care = session.get(CallbackCare, callback_id)
    if care is None:
        try:
            with session.begin_nested():
                session.add(CallbackCare(callback_id=callback_id))
        except IntegrityError:
            pass  # a colleague was faster
        care = session.get_one(CallbackCare, callback_id)
    return care
