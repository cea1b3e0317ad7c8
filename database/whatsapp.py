"""WhatsApp's own tables and questions: who writes, what came in, what goes out.

People are found by keyed hashes of their phone number and of their business-scoped user id; the
identifiers themselves, and what people wrote until it is handled, are encrypted. WhatsApp's message
ids contain the phone number, so they too are kept as keyed hashes only.

A worker takes a person by a lease (`held_by`, `held_until`): one worker at a time serves a person,
in order, and a worker that died gives way when its lease ends. `due_at` is the earliest moment at
which something of a person is to be done.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.conversations import hash_of
from database.encryption import Encrypted
from database.tables import Base, Callback, Conversation, Erasure, Turn, UtcDateTime, Utterance

# How far a message has come: a status never moves a message back.
PROGRESS = {"waiting": 0, "sending": 1, "sent": 2, "delivered": 3, "read": 4}
UNRESOLVED = ("waiting", "sending")


class Channel(Base):
    """The one row of the channel: the key of its hashes, and whether Meta made us stop sending."""

    __tablename__ = "whatsapp_channel"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash_key: Mapped[str] = mapped_column(Encrypted)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_code: Mapped[int | None]


class Person(Base):
    """Someone on WhatsApp; `state`: active, stopped (opted out) or leaving (erased, receipt to send).

    `past` names conversations held before the present one was joined, so that erasing reaches them;
    while the person leaves, all that are to be erased. `writing` is what they last wrote in.
    `paced_until` is the theoretical arrival time of the next message under the pair rate.
    """

    __tablename__ = "whatsapp_person"
    __table_args__ = (Index(None, "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    user_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    user_id: Mapped[str | None] = mapped_column(Encrypted)
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    past: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    greeted: Mapped[bool]
    writing: Mapped[str] = mapped_column(String(8))
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paced_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    staff_through: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_by: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Seen(Base):
    """The hash of every message id that came in: what is here is never taken in again."""

    __tablename__ = "whatsapp_seen"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class InboxMessage(Base):
    """One message that came in; `state`: received or handled. Its content goes once it is handled."""

    __tablename__ = "whatsapp_inbox"
    __table_args__ = (Index(None, "person_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("whatsapp_person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    content: Mapped[str | None] = mapped_column(Encrypted)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]


class OutboxMessage(Base):
    """One message to send; `key` makes it unique and comes back with every status of Meta.

    `state`: waiting, sending (Meta was called, the outcome is not known yet), sent, delivered,
    read; or failed, or dropped (not to be sent any more). Its body goes once it is sent.
    """

    __tablename__ = "whatsapp_outbox"
    __table_args__ = (Index(None, "person_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("whatsapp_person.id", ondelete="CASCADE"))
    turn_id: Mapped[int | None] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(12))
    body: Mapped[str | None] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    wamid_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    error: Mapped[int | None]
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Base):
    """One call to Meta for a message: when, and how it ended (HTTP status and Meta's code)."""

    __tablename__ = "whatsapp_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(
        ForeignKey("whatsapp_outbox.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(8))
    status: Mapped[int | None]
    code: Mapped[int | None]
    trace: Mapped[str | None] = mapped_column(Text)


class Code(Base):
    """A short code that carries a conversation to the phone or to the website, once."""

    __tablename__ = "whatsapp_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    towards: Mapped[str] = mapped_column(String(8))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class Identity:
    """Who a message is from: the identifiers Meta gave, and their hashes."""

    phone: str | None
    user_id: str | None
    phone_hash: str | None
    user_hash: str | None


@dataclass(frozen=True)
class ToSend:
    """A message to put in the outbox."""

    key: str
    kind: str
    body: str
    turn_id: int | None = None


def channel(session: Session) -> Channel:
    """The row of the channel, made at first use."""
    row = session.get(Channel, 1)
    if row is None:
        try:
            with session.begin_nested():
                session.add(Channel(id=1, hash_key=secrets.token_urlsafe(32)))
        except IntegrityError:
            pass  # another process was faster: its key is the one
        row = session.get_one(Channel, 1)
    return row


def pause(session: Session, *, until: datetime | None, code: int | None) -> None:
    """Send nothing to anybody until this moment, because Meta gave this error code."""
    session.execute(update(Channel).values(paused_until=until, pause_code=code))


def take_in_whatsapp(
    session: Session,
    identity: Identity,
    *,
    key: str,
    kind: str,
    content: str,
    sent_at: datetime,
    now: datetime,
    due_at: datetime,
) -> bool:
    """Store a message that came in; False when it came before."""
    if not _insert_new(session, Seen, key=key, seen_at=now):
        return False
    person = person_behind(session, identity, now=now)
    session.execute(
        insert(InboxMessage).values(
            key=key,
            person_id=person.id,
            kind=kind,
            content=content,
            sent_at=sent_at,
            received_at=now,
            due_at=due_at,
            state="received",
            attempts=0,
        )
    )
    # The row stays locked until the transaction ends: a worker that lets go sees the message.
    session.execute(
        update(Person)
        .where(Person.id == person.id)
        .values(
            last_message_at=_later(Person.last_message_at, sent_at),
            due_at=_earlier(Person.due_at, due_at),
        )
        .execution_options(synchronize_session=False)
    )
    return True


def person_behind(session: Session, identity: Identity, *, now: datetime) -> Person:
    """The person with this identity, made when there is none.

    The user id decides; an identifier not known yet is added to the person, and none is ever moved
    from one person to another, so that nobody falls into the conversation of someone else.
    """
    person = _person_with(session, identity)
    if person is None:
        made = Person(
            phone_hash=identity.phone_hash,
            user_hash=identity.user_hash,
            phone=identity.phone,
            user_id=identity.user_id,
            past=[],
            state="active",
            greeted=False,
            writing="fr",
            last_message_at=now,
            staff_through=0,
        )
        try:
            with session.begin_nested():
                session.add(made)
            return made
        except IntegrityError:
            person = _person_with(session, identity)
            if person is None:
                raise
    if identity.user_hash and person.user_hash is None:
        person.user_hash, person.user_id = identity.user_hash, identity.user_id
    if identity.phone_hash and person.phone_hash is None and not _is_known(session, identity):
        person.phone_hash, person.phone = identity.phone_hash, identity.phone
    return person


def change_phone(session: Session, person_id: int, phone: str, phone_hash: str) -> bool:
    """Note the new number of a person; False when someone else has it."""
    holder = session.scalar(select(Person.id).where(Person.phone_hash == phone_hash))
    if holder is not None:
        return holder == person_id
    session.execute(
        update(Person).where(Person.id == person_id).values(phone=phone, phone_hash=phone_hash)
    )
    return True


def _person_with(session: Session, identity: Identity) -> Person | None:
    by_user = identity.user_hash and session.scalar(
        select(Person).where(Person.user_hash == identity.user_hash)
    )
    if by_user:
        return by_user
    by_phone = identity.phone_hash and session.scalar(
        select(Person).where(Person.phone_hash == identity.phone_hash)
    )
    # A number whose holder has another user id has changed hands.
    if by_phone and (identity.user_hash is None or by_phone.user_hash is None):
        return by_phone
    if by_phone:
        by_phone.phone, by_phone.phone_hash = None, None
        session.flush()
    return None


def _is_known(session: Session, identity: Identity) -> bool:
    found = select(Person.id).where(Person.phone_hash == identity.phone_hash)
    return session.scalar(found) is not None


def claim_person(session: Session, *, holder: str, now: datetime, until: datetime) -> Person | None:
    """A person of whom something is due and whom no live worker holds, now held by `holder`."""
    free = or_(Person.held_until.is_(None), Person.held_until < now)
    due = (
        select(Person.id)
        .where(Person.due_at <= now, free)
        .order_by(Person.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = session.execute(
        update(Person)
        .where(Person.id.in_(due.scalar_subquery()), free)
        .values(held_by=holder, held_until=until)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return None if claimed is None else session.get(Person, claimed)


def keep_hold(session: Session, person_id: int, holder: str, *, until: datetime) -> bool:
    """Hold a person for longer; False when the lease was lost."""
    renewed = update(Person).where(Person.id == person_id, Person.held_by == holder)
    kept = session.execute(renewed.values(held_until=until).returning(Person.id))
    return kept.scalar() is not None


def let_person_go(session: Session, person_id: int, holder: str, *, reconcile: timedelta) -> None:
    """Give a person back, due when the next thing of theirs is."""
    # Written first, so that no message comes in between looking and noting when the next is due.
    mine = update(Person).where(Person.id == person_id, Person.held_by == holder)
    if session.execute(mine.values(held_by=None, held_until=None).returning(Person.id)).scalar():
        due = [
            moment
            for moment in (
                _due_of_inbox(session, person_id),
                _due_of_outbox(session, person_id, reconcile),
            )
            if moment
        ]
        session.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(due_at=min(due, default=None))
            .execution_options(synchronize_session=False)
        )


def _due_of_inbox(session: Session, person_id: int) -> datetime | None:
    first = next_inbox(session, person_id)
    return first.due_at if first else None


def _due_of_outbox(session: Session, person_id: int, reconcile: timedelta) -> datetime | None:
    first = next_outbox(session, person_id)
    if first is None:
        return None
    if first.state == "sending" and first.called_at:
        return first.called_at + reconcile
    return first.due_at


def next_inbox(session: Session, person_id: int) -> InboxMessage | None:
    """The earliest message of a person that waits to be handled, by the moment it was sent."""
    return session.scalar(
        select(InboxMessage)
        .where(InboxMessage.person_id == person_id, InboxMessage.state == "received")
        .order_by(InboxMessage.sent_at, InboxMessage.id)
        .limit(1)
    )


def next_outbox(session: Session, person_id: int) -> OutboxMessage | None:
    """The first message to a person whose sending is not settled."""
    return session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.person_id == person_id, OutboxMessage.state.in_(UNRESOLVED))
        .order_by(OutboxMessage.id)
        .limit(1)
    )


def settle_inbox(
    session: Session, inbox_id: int, person_id: int, said: Iterable[ToSend], *, now: datetime
) -> bool:
    """Mark a message handled and put what is said to it in the outbox, all at once or not at all.

    False when it was settled before: then nothing is put out again.
    """
    settled = session.execute(
        update(InboxMessage)
        .where(InboxMessage.id == inbox_id, InboxMessage.state == "received")
        .values(state="handled", content=None)
        .returning(InboxMessage.id)
    ).scalar()
    if settled is None:
        return False
    for each in said:
        put_out(session, person_id, each, now=now)
    return True


def put_out(session: Session, person_id: int, to_send: ToSend, *, now: datetime) -> bool:
    """Put a message in the outbox; False when its key is there."""
    new = _insert_new(
        session,
        OutboxMessage,
        key=to_send.key,
        person_id=person_id,
        turn_id=to_send.turn_id,
        kind=to_send.kind,
        body=to_send.body,
        state="waiting",
        due_at=now,
        attempts=0,
    )
    if not new:
        return False
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(due_at=_earlier(Person.due_at, now))
        .execution_options(synchronize_session=False)
    )
    return True


def postpone_inbox(session: Session, inbox_id: int, *, until: datetime) -> int:
    """Handle a message later; how often it was put off by now."""
    later = update(InboxMessage).where(InboxMessage.id == inbox_id)
    counted = later.values(due_at=until, attempts=InboxMessage.attempts + 1)
    return session.execute(counted.returning(InboxMessage.attempts)).scalar() or 0


def begin_sending(session: Session, outbox_id: int, *, now: datetime) -> bool:
    """Note, before Meta is called, that it is; False when another worker did."""
    begun = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state == "waiting")
        .values(state="sending", called_at=now, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage.id)
    )
    return begun.scalar() is not None


def note_attempt(
    session: Session,
    outbox_id: int,
    *,
    at: datetime,
    outcome: str,
    status: int | None = None,
    code: int | None = None,
    trace: str | None = None,
) -> None:
    """Keep how a call to Meta ended."""
    session.add(
        Attempt(outbox_id=outbox_id, at=at, outcome=outcome, status=status, code=code, trace=trace)
    )


def settle_outbox(
    session: Session,
    outbox_id: int,
    state: str,
    *,
    at: datetime,
    wamid_hash: str | None = None,
    code: int | None = None,
) -> None:
    """End the sending of a message as `sent`, `failed` or `dropped`, unless a status went further."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state.in_(UNRESOLVED))
        .values(state=state, error=code, body=None, sent_at=at if state == "sent" else None)
    )
    if wamid_hash:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == outbox_id)
            .values(wamid_hash=wamid_hash, body=None)
        )


def send_again(session: Session, outbox_id: int, *, at: datetime, code: int | None = None) -> None:
    """Let a message wait for another attempt."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state.in_(UNRESOLVED))
        .values(state="waiting", due_at=at, error=code)
    )


def note_status(
    session: Session,
    status: str,
    *,
    wamid_hash: str,
    key: str | None,
    at: datetime,
    code: int | None = None,
) -> bool:
    """Move a message on to what Meta says of it; False when it is not ours or would move back."""
    known = OutboxMessage.wamid_hash == wamid_hash
    named = or_(known, OutboxMessage.key == key) if key else known
    if status == "failed":
        allowed = OutboxMessage.state.in_(("sending", "waiting", "sent"))
        moved: dict[str, Any] = {"state": "failed", "error": code}
    elif status in PROGRESS and status not in UNRESOLVED:
        allowed = OutboxMessage.state.in_(
            [state for state, rank in PROGRESS.items() if rank < PROGRESS[status]]
        )
        moved = {"state": status, f"{status}_at": at}
    else:
        return False
    person = session.execute(
        update(OutboxMessage)
        .where(named, allowed)
        .values(wamid_hash=wamid_hash, body=None, **moved)
        .returning(OutboxMessage.person_id)
    ).scalar()
    if person is None:
        return False
    # What waits behind it may go now.
    session.execute(
        update(Person)
        .where(Person.id == person)
        .values(due_at=_earlier(Person.due_at, at))
        .execution_options(synchronize_session=False)
    )
    return True


def answered_turn(session: Session, person_id: int, wamid_hash: str) -> Turn | None:
    """The turn that a message of ours answered, when it went to this person."""
    return session.scalar(
        select(Turn)
        .join(OutboxMessage, OutboxMessage.turn_id == Turn.id)
        .where(OutboxMessage.wamid_hash == wamid_hash, OutboxMessage.person_id == person_id)
    )


def drop_waiting(session: Session, person_id: int) -> None:
    """Send nothing of what waits for a person."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.person_id == person_id, OutboxMessage.state == "waiting")
        .values(state="dropped", body=None)
    )


def begin_leaving(session: Session, person_id: int, inbox_id: int) -> None:
    """Erase what came from a person and went to them; the identity stays until the receipt is sent.

    Their conversations are unlinked, to be erased next; what came in after `inbox_id` waits.
    """
    person = session.get_one(Person, person_id)
    held = [person.conversation_id] if person.conversation_id else []
    person.past, person.conversation_id, person.state = [*person.past, *held], None, "leaving"
    session.flush()
    session.execute(
        delete(InboxMessage).where(
            InboxMessage.person_id == person_id,
            or_(InboxMessage.id == inbox_id, InboxMessage.state == "handled"),
        )
    )
    session.execute(delete(OutboxMessage).where(OutboxMessage.person_id == person_id))


def end_leaving(session: Session, person_id: int) -> None:
    """Erase a person, or, when a message of theirs waits, let them begin anew."""
    if next_inbox(session, person_id) is None:
        session.execute(delete(Person).where(Person.id == person_id))
        return
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(past=[], state="active", greeted=False, staff_through=0)
    )


def erasure_of(session: Session, conversation_id: str) -> Erasure | None:
    """The entry in the register for a conversation that was erased."""
    return session.scalar(
        select(Erasure).where(Erasure.conversation_hash == hash_of(conversation_id))
    )


def staff_words_to_send(session: Session, limit: int = 50) -> list[tuple[Person, Utterance]]:
    """What did the staff say on WhatsApp that is not in the outbox yet?"""
    rows = session.execute(
        select(Person, Utterance)
        .join(Utterance, Utterance.conversation_id == Person.conversation_id)
        .where(
            Utterance.number > Person.staff_through,
            Utterance.turn_id.is_(None),
            Person.state == "active",
        )
        .order_by(Utterance.said_at)
        .limit(limit)
    )
    return [(person, utterance) for person, utterance in rows]


def callbacks_to_remind(session: Session, *, on: date) -> list[tuple[Person, Callback]]:
    """Who is called back on this day, and has not been reminded of it on WhatsApp?"""
    reminded = select(OutboxMessage.key).where(
        OutboxMessage.key == literal("callback-") + Callback.id
    )
    rows = session.execute(
        select(Person, Callback)
        .join(Callback, Callback.conversation_id == Person.conversation_id)
        .where(
            Callback.state == "open",
            Callback.due == on,
            Person.state == "active",
            ~reminded.exists(),
        )
    )
    return [(person, callback) for person, callback in rows]


def forget_old(session: Session, *, before: datetime) -> None:
    """Forget the hashes of message ids seen before this moment, and codes that expired by then."""
    session.execute(delete(Seen).where(Seen.seen_at < before))
    session.execute(delete(Code).where(Code.expires_at < before))


def store_code(
    session: Session, code_hash: str, conversation_id: str, *, towards: str, expires_at: datetime
) -> None:
    """Keep a code, in place of those made before for the same conversation."""
    session.execute(
        delete(Code).where(Code.conversation_id == conversation_id, Code.towards == towards)
    )
    session.add(
        Code(
            code_hash=code_hash,
            conversation_id=conversation_id,
            towards=towards,
            expires_at=expires_at,
        )
    )


def conversation_of_code(
    session: Session, code_hash: str, *, towards: str, now: datetime
) -> str | None:
    """The conversation that a code still carries."""
    return session.scalar(
        select(Code.conversation_id).where(
            Code.code_hash == code_hash, Code.towards == towards, Code.expires_at > now
        )
    )


def use_code(session: Session, code_hash: str, *, towards: str, now: datetime) -> str | None:
    """The conversation that a code carries, which it does only once."""
    return session.execute(
        delete(Code)
        .where(Code.code_hash == code_hash, Code.towards == towards, Code.expires_at > now)
        .returning(Code.conversation_id)
    ).scalar()


def join_conversation(session: Session, person_id: int, conversation_id: str) -> bool:
    """Let a person go on in a conversation begun on the website; False when someone else does."""
    if session.scalar(select(Person.id).where(Person.conversation_id == conversation_id)):
        return False
    person = session.get_one(Person, person_id)
    if person.conversation_id:
        person.past = [*person.past, person.conversation_id]
    person.conversation_id = conversation_id
    person.staff_through = session.get_one(Conversation, conversation_id).uttered
    return True


def open_whatsapp_conversation(
    session: Session, person_id: int, conversation: Conversation
) -> None:
    """Give a person a conversation."""
    session.add(conversation)
    session.flush()
    person = session.get_one(Person, person_id)
    person.conversation_id, person.staff_through = conversation.id, 0


def sending_stands(session: Session) -> dict[str, int]:
    """How many messages are in each state of the outbox?"""
    counted = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    return {state: count for state, count in session.execute(counted)}


def encrypt_people_again(session: Session) -> int:
    """Write every identity and every content still kept with the newest key; how many people."""
    row = channel(session)
    session.execute(update(Channel).values(hash_key=row.hash_key))
    people = list(session.scalars(select(Person)))
    for person in people:
        session.execute(
            update(Person)
            .where(Person.id == person.id)
            .values(phone=person.phone, user_id=person.user_id)
        )
    for message in session.scalars(select(InboxMessage).where(InboxMessage.content.is_not(None))):
        session.execute(
            update(InboxMessage)
            .where(InboxMessage.id == message.id)
            .values(content=message.content)
        )
    for waiting in session.scalars(select(OutboxMessage).where(OutboxMessage.body.is_not(None))):
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == waiting.id).values(body=waiting.body)
        )
    return len(people)


def _insert_new(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless its key is taken; whether it was inserted."""
    # The door is busy: one statement, and no error to recover from when a copy comes.
    insert_here = (
        postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    inserted = session.execute(
        insert_here(table).values(**values).on_conflict_do_nothing().returning(table.key)  # type: ignore[attr-defined]
    )
    return inserted.scalar() is not None


def _earlier(column: Any, moment: datetime) -> Any:
    return case((column < moment, column), else_=moment)


def _later(column: Any, moment: datetime) -> Any:
    return case((column > moment, column), else_=moment)
