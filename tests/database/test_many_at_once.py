"""Sixteen people write at once: on SQLite too, each waits for its turn and none is refused."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from database.conversations import next_turn, store_answer, take_in, turn_of_message
from database.session import open_session
from database.tables import Conversation

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANSWER = {
    "language": "fr",
    "outcome": "answered",
    "understood": {"intent": {"name": "greet", "confidence": 1.0}},
    "messages": [{"text": "bonjour"}],
}
PEOPLE, MESSAGES = 16, 15


def write_and_be_answered(conversation_id: str) -> int:
    """How many messages of one person were taken in and answered, each in transactions of its own."""
    answered = 0
    for number in range(MESSAGES):
        message = f"m{number}"
        with open_session() as session:
            turn_of_message(session, conversation_id, message)
        with open_session() as session:
            take_in(
                session,
                conversation_id=conversation_id,
                message_id=message,
                text="bonjour",
                payload=None,
                at=NOW,
            )
        with open_session() as session:
            next_turn(
                session, conversation_id, holder="h", now=NOW, until=NOW + timedelta(seconds=1)
            )
        with open_session() as session:
            answered += store_answer(session, conversation_id, message, ANSWER, at=NOW) is not None
    return answered


def test_many_who_write_at_once_all_have_their_answers(database_url: str) -> None:
    people = [str(uuid.uuid4()) for _ in range(PEOPLE)]
    with open_session() as session:
        for person in people:
            session.add(
                Conversation(
                    id=person,
                    channel="web",
                    token_hash="",
                    writing="fr",
                    started_at=NOW,
                    greeting=[],
                )
            )
    with ThreadPoolExecutor(PEOPLE) as pool:
        answered = list(pool.map(write_and_be_answered, people))
    assert answered == [MESSAGES] * PEOPLE
