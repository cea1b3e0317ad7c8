"""The log of conversations, which is also the inbox: a turn is stored before it is answered."""

import hashlib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from database import turn_statements
from database.conversation_search import forget_erased_words, searched_words
from database.tables import (
    Callback,
    Conversation,
    Erasure,
    Feedback,
    Turn,
    Utterance,
)

# What is above is a slip of the finger, and more than a database keeps.
LARGEST_AMOUNT = 10**15


def conversation_named(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation with this id."""
    return session.get(Conversation, conversation_id)


def turn_of_message(session: Session, conversation_id: str, message_id: str) -> Turn | None:
    """The turn that holds this message."""
    return session.scalar(
        select(Turn).where(Turn.conversation_id == conversation_id, Turn.message_id == message_id)
    )


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose conversation it is: what one who calls is told from others by."""

    id: str
    token_hash: str
    channel: str
    writing: str


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits, in the hands of one worker, with what its answer takes.

    `notice` is what visitors are told while the assistant is switched off.
    """

    holder: str
    conversation_id: str
    turn_id: int
    message_id: str
    text: str | None
    payload: str | None
    received_at: datetime
    channel: str
    writing: str
    notice: str | None


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A message as it is kept, and its answer once it has one."""

    id: int
    message_id: str
    received_at: datetime
    state: str
    writing: str | None
    outcome: str | None
    reply: list[dict[str, Any]] | None


def speaker(session: Session, conversation_id: str) -> Speaker | None:
    """Whose conversation is this?"""
    row = session.execute(turn_statements.SPEAKER, {"conversation": conversation_id}).one_or_none()
    return Speaker(*row) if row else None


def take_in(
    session: Session,
    *,
    conversation_id: str,
    message_id: str,
    text: str | None,
    payload: str | None,
    at: datetime,
) -> bool:
    """Store a message to be answered; False when it is already in, or its conversation is gone.

    `text` is what was typed, or the title of the button whose `payload` was sent.
    """
    stored = session.execute(
        turn_statements.TAKE_IN[session.get_bind().dialect.name],
        {
            "conversation": conversation_id,
            "message": message_id,
            "said": text,
            "pressed": payload,
            "searched": searched_words(text or ""),
            "at": at,
        },
    )
    return stored.scalar() is not None


def take_in_and_hold(
    session: Session,
    *,
    conversation_id: str,
    message_id: str,
    text: str | None,
    payload: str | None,
    at: datetime,
    holder: str,
    until: datetime,
) -> Held | None:
    """`take_in` and `next_turn` at once: what is to be answered now may be an earlier message."""
    # Writing first keeps the row locked: messages are numbered in the order in which they are in.
    hold = {"conversation": conversation_id, "holder": holder, "now": at, "until": until}
    held_by = session.execute(turn_statements.HOLD_IF_FREE, hold).scalar()
    take_in(
        session,
        conversation_id=conversation_id,
        message_id=message_id,
        text=text,
        payload=payload,
        at=at,
    )
    return _oldest_waiting(session, conversation_id, holder) if held_by == holder else None


def next_turn(
    session: Session, conversation_id: str, *, holder: str, now: datetime, until: datetime
) -> Held | None:
    """The oldest message that waits in a conversation, held for `holder` until it is answered.

    None when nothing waits or another holder is at work: messages are answered in order, each by
    one worker. A holder that died gives way at `until`.
    """
    hold = {"conversation": conversation_id, "holder": holder, "now": now, "until": until}
    held_by = session.execute(turn_statements.HOLD_IF_WAITING, hold).scalar()
    # PostgreSQL waits for the row while another worker answers what this one had seen wait.
    return _oldest_waiting(session, conversation_id, holder) if held_by else None


def _oldest_waiting(session: Session, conversation_id: str, holder: str) -> Held | None:
    row = session.execute(
        turn_statements.OLDEST_WAITING, {"conversation": conversation_id}
    ).one_or_none()
    if row is None:
        let_go(session, conversation_id, holder)
        return None
    return Held(holder, *row)


def let_go(session: Session, conversation_id: str, holder: str) -> None:
    """Let another worker answer in a conversation."""
    session.execute(turn_statements.LET_GO, {"conversation": conversation_id, "holder": holder})


def count_attempt(session: Session, turn_id: int) -> int:
    """Note that the assistant stumbled over a turn; how often it did by now."""
    counted = update(Turn).where(Turn.id == turn_id).values(attempts=Turn.attempts + 1)
    return session.execute(counted.returning(Turn.attempts)).scalar() or 0


def kept_turn(session: Session, conversation_id: str, message_id: str) -> KeptTurn | None:
    """The message with this id as it is kept."""
    asked = {"conversation": conversation_id, "message": message_id}
    row = session.execute(turn_statements.KEPT, asked).one_or_none()
    return KeptTurn(*row) if row else None


def store_answer(
    session: Session, conversation_id: str, message_id: str, answer: dict[str, Any], *, at: datetime
) -> KeptTurn | None:
    """Keep what was understood and said, all at once, and let go; None when all was erased meanwhile.

    A turn that has its answer keeps it.
    """
    # Writing first keeps the row locked: neither an erasure nor another answer comes in between.
    said = {"conversation": conversation_id, "answered_in": answer["language"]}
    number = session.execute(turn_statements.SAY_AND_LET_GO, said).scalar()
    turn = kept_turn(session, conversation_id, message_id) if number else None
    if turn is None or turn.state == "answered":
        session.execute(turn_statements.UNSAY, {"conversation": conversation_id})
        return turn
    understood = answer["understood"]
    reply = [
        {"id": f"{turn.id}-{position}", **message}
        for position, message in enumerate(answer["messages"], start=1)
    ]
    session.execute(
        turn_statements.ANSWER,
        {
            "turn": turn.id,
            "state": "answered",
            "answered_at": at,
            "writing": answer["language"],
            "intent": understood["intent"]["name"],
            "confidence": understood["intent"]["confidence"],
            "understood": understood,
            "outcome": answer["outcome"],
            "subject": answer.get("subject"),
            "aspect": answer.get("aspect"),
            "province": next((str(value) for value in _named(understood, "province")), None),
            "amount": _largest_amount(understood),
            "took_ms": round((at - turn.received_at).total_seconds() * 1000),
            "reply": reply,
        },
    )
    session.execute(
        turn_statements.UTTER,
        {
            "conversation_id": conversation_id,
            "number": number,
            "turn_id": turn.id,
            "said_at": at,
        },
    )
    return replace(
        turn, state="answered", writing=answer["language"], outcome=answer["outcome"], reply=reply
    )


def _named(understood: dict[str, Any], kind: str) -> Iterator[Any]:
    """The values of the elements of a kind that a message names."""
    for element in understood.get("entities") or ():
        if element["entity"] == kind:
            yield element["value"]


def _largest_amount(understood: dict[str, Any]) -> int | None:
    """The largest amount named, in whole dirhams: a visitor may name what they have and what they need."""
    named = [
        int(Decimal(value.get("upper") or value["value"]))
        for value in _named(understood, "amount")
        if isinstance(value, dict) and value["unit"] == "MAD"
    ]
    return max((amount for amount in named if amount <= LARGEST_AMOUNT), default=None)


def add_staff_message(
    session: Session, conversation_id: str, message: dict[str, Any], *, at: datetime
) -> int | None:
    """Say something to a visitor in the name of staff; its number, None when all was erased.

    `message` has the shape of a reply message: text, language, direction, buttons, sources.
    """
    # The row stays locked until the transaction ends: numbers show in order and leave no gap.
    number: int | None = session.execute(
        turn_statements.SAY, {"conversation": conversation_id}
    ).scalar()
    if number is not None:
        said = {"id": f"staff-{number}", **message}
        session.execute(
            turn_statements.UTTER,
            {"conversation_id": conversation_id, "number": number, "staff": said, "said_at": at},
        )
    return number


def turns_of(session: Session, conversation_id: str) -> list[Turn]:
    """The turns of a conversation with their feedback, in order."""
    return list(
        session.scalars(
            select(Turn)
            .where(Turn.conversation_id == conversation_id)
            .order_by(Turn.id)
            .options(selectinload(Turn.feedback))
        )
    )


def utterances_after(session: Session, conversation_id: str, number: int) -> list[Utterance]:
    """What was said in a conversation after this number, in order, with its turns."""
    return list(
        session.scalars(
            select(Utterance)
            .where(Utterance.conversation_id == conversation_id, Utterance.number > number)
            .order_by(Utterance.number)
            .options(selectinload(Utterance.turn))
        )
    )


@dataclass(frozen=True)
class News:
    """How much was said in a conversation, and the message that waits for an answer."""

    uttered: int
    waiting: str | None


def news_of(session: Session, conversation_ids: Collection[str]) -> dict[str, News]:
    """How do these conversations stand? An erased one is left out."""
    oldest_waiting = (
        select(Turn.message_id)
        .where(Turn.conversation_id == Conversation.id, Turn.state == "received")
        .order_by(Turn.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Conversation.id, Conversation.uttered, oldest_waiting).where(
            Conversation.id.in_(conversation_ids)
        )
    )
    return {row[0]: News(row[1], row[2]) for row in rows}


def conversations_waiting(
    session: Session, *, before: datetime, now: datetime, limit: int
) -> list[str]:
    """Which conversations hold messages that came before this moment, unanswered and in no hands?"""
    free = or_(Conversation.held_until.is_(None), Conversation.held_until < now)
    return list(
        session.scalars(
            select(Turn.conversation_id)
            .join(Conversation, Conversation.id == Turn.conversation_id)
            .where(Turn.state == "received", Turn.received_at < before, free)
            .group_by(Turn.conversation_id)
            .order_by(func.min(Turn.received_at))
            .limit(limit)
        )
    )


def offered_choices(session: Session, conversation_id: str) -> dict[str, str]:
    """What the buttons shown so far in a conversation may send, with their titles."""
    conversation = session.get_one(Conversation, conversation_id)
    replies = session.scalars(
        select(Turn.reply).where(Turn.conversation_id == conversation_id, Turn.reply.is_not(None))
    )
    staff = session.scalars(
        select(Utterance.staff).where(
            Utterance.conversation_id == conversation_id, Utterance.staff.is_not(None)
        )
    )
    said = [conversation.greeting, *replies, [message for message in staff if message]]
    return {
        button["payload"]: button["title"]
        for messages in said
        for message in messages or ()
        for button in message.get("buttons", ())
    }


def give_feedback(
    session: Session,
    turn: Turn,
    *,
    verdict: str,
    reason: str | None,
    comment: str | None,
    at: datetime,
) -> None:
    """Keep what a visitor thinks of an answer, in place of what was thought before."""
    session.merge(
        Feedback(turn_id=turn.id, verdict=verdict, reason=reason, comment=comment, given_at=at)
    )


def is_being_answered(session: Session, conversation_id: str, *, now: datetime) -> bool:
    """Is a message of this conversation with Rasa just now?"""
    held = session.scalar(select(Conversation.held_until).where(Conversation.id == conversation_id))
    return held is not None and held >= now


def open_callback(session: Session, conversation_id: str) -> Callback | None:
    """The call-back that a conversation waits for."""
    return session.scalar(
        select(Callback).where(
            Callback.conversation_id == conversation_id, Callback.state == "open"
        )
    )


def erase_conversation(session: Session, conversation_id: str, *, at: datetime) -> Erasure | None:
    """Erase all that is kept of a conversation and enter it in the register; None when it is gone.

    The register keeps a hash of the id. `to_forget` holds the id itself until Rasa's side is done
    (`finish_erasure`).
    """
    what = {
        "messages": _count(session, Turn, Turn.conversation_id == conversation_id),
        "feedback": _count(
            session,
            Feedback,
            Feedback.turn_id.in_(select(Turn.id).where(Turn.conversation_id == conversation_id)),
        ),
        "callbacks": _count(session, Callback, Callback.conversation_id == conversation_id),
    }
    gone = session.execute(
        delete(Conversation).where(Conversation.id == conversation_id).returning(Conversation.id)
    ).scalar()
    if gone is None:
        return None
    forget_erased_words(session)
    erasure = Erasure(
        id=str(uuid.uuid4()),
        conversation_hash=hash_of(conversation_id),
        erased_at=at,
        what=what,
        to_forget=conversation_id,
    )
    session.add(erasure)
    return erasure


def erasures_to_finish(session: Session, *, before: datetime, limit: int = 100) -> list[Erasure]:
    """Which erasures made before this moment still wait for Rasa to forget? The oldest first."""
    return list(
        session.scalars(
            select(Erasure)
            .where(Erasure.to_forget.is_not(None), Erasure.erased_at < before)
            .order_by(Erasure.erased_at)
            .limit(limit)
        )
    )


def finish_erasure(session: Session, erasure_id: str) -> None:
    """Forget the name of what was erased."""
    session.execute(update(Erasure).where(Erasure.id == erasure_id).values(to_forget=None))


def hash_of(conversation_id: str) -> str:
    """How the register names a conversation. Ids are random: the hash cannot be searched back."""
    return hashlib.sha256(conversation_id.encode()).hexdigest()


def _count(session: Session, table: type[Any], *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
