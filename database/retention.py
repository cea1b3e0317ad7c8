"""How long things are kept: what is past its time, and erasing it batch by batch.

Classes: `conversations` (with all that hangs on them) once nobody wrote or answered in them for
`conversation_months`; `messages` that are older than that in conversations which go on; `people`
who wrote on WhatsApp as long ago and have no conversation any more; `contacts` of call-backs on
their day; `audit` entries after `audit_months`. A conversation that the staff keeps
(`ConversationCare.kept`) is left, and so is one that waits for a call.
"""

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, delete, exists, extract, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from database.callbacks import erase_contacts
from database.console_tables import AuditEntry, Chore, ConversationCare
from database.conversation_search import forget_erased_words
from database.conversations import erase_conversation
from database.tables import Callback, Conversation, Erasure, Turn, Utterance
from database.whatsapp import Person
from settings import settings

# Contacts first: a call that nobody made in time no longer holds its conversation back.
Kind = Literal["contacts", "conversations", "messages", "people", "audit"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Limits:
    """The moments before which things are past their time."""

    at: datetime
    conversations_before: datetime
    audit_before: datetime

    @property
    def on(self) -> date:
        """The day on which contacts are looked at."""
        return self.at.date()


@dataclass(frozen=True)
class Holding:
    """What is kept of a class: how much, since when, and how much is past its time, by month."""

    kind: Kind
    held: int
    oldest: datetime | date | None
    due: int
    months: tuple[tuple[int, int, int], ...]


def limits_in_force(at: datetime) -> Limits:
    """What is past its time at this moment, as the settings say."""
    return Limits(
        at,
        conversations_before=_months_before(at, settings().conversation_months),
        audit_before=_months_before(at, settings().audit_months),
    )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(
        year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1])
    )


def _months_before(at: datetime, months: int) -> datetime:
    return datetime.combine(months_after(at.date(), -months), at.timetz())


def holdings(session: Session, limits: Limits) -> list[Holding]:
    """What is kept of each class, and what would go now?"""
    return [
        _holding(session, "conversations", Conversation.started_at, None, _is_over(limits)),
        _holding(session, "messages", Turn.received_at, None, _is_old_message(limits)),
        _holding(
            session,
            "contacts",
            Callback.requested_at,
            Callback.name.is_not(None),
            Callback.erase_on <= limits.on,
        ),
        _holding(session, "people", Person.last_message_at, None, _is_gone(limits)),
        _holding(session, "audit", AuditEntry.at, None, AuditEntry.at < limits.audit_before),
    ]


def conversations_held_back(session: Session) -> int:
    """How many conversations does the staff keep beyond their time, if need be?"""
    counted = select(func.count()).select_from(ConversationCare).where(ConversationCare.kept)
    return session.scalar(counted) or 0


def erase_batch(
    session: Session, kind: Kind, limits: Limits, *, purge_id: str, size: int
) -> Counter[str]:
    """Erase at most `size` things of a class that are past their time; how many of what went.

    Nothing means that nothing is left to erase.
    """
    match kind:
        case "contacts":
            erased = erase_contacts(session, on=limits.on, at=limits.at, limit=size)
            return Counter(contacts=len(erased))
        case "conversations":
            return _erase_conversations(session, limits, purge_id=purge_id, size=size)
        case "messages":
            return _erase_messages(session, limits, size=size)
        case "people":
            away = select(Person.id).where(_is_gone(limits)).limit(size)
            forgotten = delete(Person).where(Person.id.in_(away)).returning(Person.id)
            return Counter(people=len(session.scalars(forgotten).all()))
        case "audit":
            old = select(AuditEntry.id).where(AuditEntry.at < limits.audit_before).limit(size)
            gone = delete(AuditEntry).where(AuditEntry.id.in_(old)).returning(AuditEntry.id)
            return Counter(audit=len(session.scalars(gone).all()))


def enter_purge(session: Session, purge_id: str, what: Counter[str], *, at: datetime) -> None:
    """Enter a purge in the register, with how much of what went."""
    session.add(Erasure(id=purge_id, reason="retention", erased_at=at, what=dict(+what)))


def register_of_erasures(
    session: Session, *, before: datetime | None = None, limit: int = 50
) -> Sequence[Erasure]:
    """What was erased at the request of visitors and by purges, the latest first?"""
    found = select(Erasure).where(Erasure.part_of.is_(None)).order_by(Erasure.erased_at.desc())
    if before:
        found = found.where(Erasure.erased_at < before)
    return session.scalars(found.limit(limit)).all()


def still_to_forget(session: Session) -> int:
    """How many erased conversations has Rasa not forgotten yet?"""
    counted = select(func.count()).select_from(Erasure).where(Erasure.to_forget.is_not(None))
    return session.scalar(counted) or 0


def hold_chore(
    session: Session,
    name: str,
    holder: str,
    *,
    now: datetime,
    until: datetime,
    unless_done_since: datetime | None = None,
) -> bool:
    """Take some work in hand for a while, or hold it longer; False when another process has it.

    With `unless_done_since`, also False when it was done since that moment.
    """
    if session.get(Chore, name) is None:
        try:
            with session.begin_nested():
                session.add(Chore(name=name))
        except IntegrityError:
            pass  # another process was faster
    free = or_(Chore.held_until.is_(None), Chore.held_until < now, Chore.held_by == holder)
    wanted = [Chore.name == name, free]
    if unless_done_since:
        wanted.append(or_(Chore.done_at.is_(None), Chore.done_at < unless_done_since))
    taken = update(Chore).where(*wanted).values(held_by=holder, held_until=until)
    taken = taken.returning(Chore.name).execution_options(synchronize_session=False)
    return session.scalar(taken) is not None


def refresh_planner(session: Session) -> None:
    """Let SQLite count its tables again where they grew; PostgreSQL does so by itself.

    Source: https://sqlite.org/pragma.html#pragma_optimize
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA optimize"))


def end_chore(session: Session, name: str, holder: str, *, done_at: datetime | None) -> None:
    """Let go of some work, done at this moment or, with None, given up."""
    values: dict[str, Any] = {"held_by": None, "held_until": None}
    if done_at:
        values["done_at"] = done_at
    session.execute(
        update(Chore).where(Chore.name == name, Chore.held_by == holder).values(**values)
    )


def _erase_conversations(
    session: Session, limits: Limits, *, purge_id: str, size: int
) -> Counter[str]:
    over = (
        select(Conversation.id)
        .where(_is_over(limits))
        .order_by(Conversation.started_at)
        .limit(size)
        .with_for_update(skip_locked=True, of=Conversation)
    )
    gone: Counter[str] = Counter()
    for conversation_id in session.scalars(over).all():
        erasure = erase_conversation(session, conversation_id, at=limits.at)
        if erasure is not None:
            erasure.reason, erasure.part_of = "retention", purge_id
            gone += Counter(conversations=1, **erasure.what)
    return gone


def _erase_messages(session: Session, limits: Limits, *, size: int) -> Counter[str]:
    """Old messages with their answers, and old words of the staff."""
    turns = select(Turn.id).where(_is_old_message(limits)).order_by(Turn.id).limit(size)
    erased = session.scalars(delete(Turn).where(Turn.id.in_(turns)).returning(Turn.id)).all()
    words = select(Utterance.conversation_id, Utterance.number).where(
        Utterance.turn_id.is_(None),
        Utterance.said_at < limits.conversations_before,
        ~_is_kept(Utterance.conversation_id),
    )
    said = session.execute(words.limit(size)).all()
    for conversation_id, number in said:
        session.execute(
            delete(Utterance).where(
                Utterance.conversation_id == conversation_id, Utterance.number == number
            )
        )
    if erased:
        forget_erased_words(session)
    return Counter(messages=len(erased) + len(said))


def _is_over(limits: Limits) -> ColumnElement[bool]:
    """Whether a conversation is past its time: nothing was said in it since."""
    before = limits.conversations_before
    conversation = Conversation.id
    return (
        (Conversation.started_at < before)
        & ~exists().where(Turn.conversation_id == conversation, Turn.received_at >= before)
        & ~exists().where(Utterance.conversation_id == conversation, Utterance.said_at >= before)
        & ~exists().where(Callback.conversation_id == conversation, Callback.state == "open")
        & ~_is_kept(conversation)
    )


def _is_old_message(limits: Limits) -> ColumnElement[bool]:
    return (Turn.received_at < limits.conversations_before) & ~_is_kept(Turn.conversation_id)


def _is_gone(limits: Limits) -> ColumnElement[bool]:
    return Person.conversation_id.is_(None) & (Person.last_message_at < limits.conversations_before)


def _is_kept(conversation_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return exists().where(
        ConversationCare.conversation_id == conversation_id, ConversationCare.kept
    )


def _holding(
    session: Session,
    kind: Kind,
    moment: InstrumentedAttribute[datetime],
    held: ColumnElement[bool] | None,
    due: ColumnElement[bool],
) -> Holding:
    within = [held] if held is not None else []
    year, month = extract("year", moment), extract("month", moment)
    rows = session.execute(
        select(year, month, func.count()).where(*within, due).group_by(year, month)
    )
    months = tuple(sorted((int(row[0]), int(row[1]), int(row[2])) for row in rows))
    count, oldest = session.execute(select(func.count(), func.min(moment)).where(*within)).one()
    return Holding(kind, count, oldest, sum(month[2] for month in months), months)
