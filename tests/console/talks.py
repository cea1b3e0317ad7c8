"""Conversations as they would have been held, for the tests of the console."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from database.conversations import store_answer, take_in
from database.tables import Conversation, Turn

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def message(text: str, **more: Any) -> dict[str, Any]:
    """One bubble of an answer."""
    bubble = {"text": text, "language": "fr", "direction": "ltr", "buttons": [], "card": None}
    return bubble | {"sources": [], "certainty": None} | more


def amount(value: str) -> dict[str, Any]:
    """An amount in dirhams as the assistant finds it."""
    found = {"value": value, "upper": None, "unit": "MAD", "alternatives": [], "certain": True}
    return {"entity": "amount", "value": found}


def province(name: str) -> dict[str, Any]:
    """A province as the assistant finds it."""
    return {"entity": "province", "value": name}


def talk(
    session: Session, *said: dict[str, Any], channel: str = "web", at: datetime = MONDAY
) -> str:
    """A conversation of these messages, a minute apart; its id."""
    conversation = Conversation(
        id=str(uuid.uuid4()),
        channel=channel,
        token_hash="x",
        writing="fr",
        started_at=at,
        greeting=[],
    )
    session.add(conversation)
    session.flush()
    for number, one in enumerate(said):
        say(session, conversation.id, number, at=at + timedelta(minutes=number), **one)
    return conversation.id


def say(
    session: Session,
    conversation_id: str,
    number: int,
    text: str = "bonjour",
    *,
    at: datetime,
    writing: str = "fr",
    intent: str = "ask_amount",
    confidence: float = 0.9,
    outcome: str | None = "answered",
    subject: str | None = None,
    entities: tuple[dict[str, Any], ...] = (),
    payload: str | None = None,
    answer: str = "Une réponse.",
    **more: Any,
) -> Turn:
    """A message, answered 250 ms later unless `outcome` is None."""
    message_id = f"m{number}"
    assert take_in(
        session,
        conversation_id=conversation_id,
        message_id=message_id,
        text=text,
        payload=payload,
        at=at,
    )
    if outcome is not None:
        understood = {
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": intent, "confidence": confidence}],
            "entities": list(entities),
        }
        reply = {
            "language": writing,
            "outcome": outcome,
            "understood": understood,
            "subject": subject,
            "aspect": "amount",
            "messages": [message(answer, **more)],
        }
        turn = store_answer(
            session, conversation_id, message_id, reply, at=at + timedelta(milliseconds=250)
        )
        assert turn is not None
        return turn
    found = session.query(Turn).filter_by(conversation_id=conversation_id, message_id=message_id)
    return found.one()
