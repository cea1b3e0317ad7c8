"""Conversations of a demonstration are moved back in time as a whole."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from database.backdating import move_back
from database.conversations import give_feedback, turns_of
from database.tables import Conversation, Feedback
from tests.console.talks import talk

HELD = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BY = timedelta(days=10, hours=2)


def test_everything_of_a_conversation_moves_and_keeps_its_distances(session: Session) -> None:
    moved = talk(session, {"text": "bonjour"}, {"text": "et les aides ?"}, at=HELD)
    left = talk(session, {"text": "salam"}, at=HELD)
    before = [
        (turn.received_at, turn.answered_at, turn.took_ms) for turn in turns_of(session, moved)
    ]
    give_feedback(
        session, turns_of(session, moved)[0], verdict="helpful", reason=None, comment=None, at=HELD
    )
    session.flush()
    move_back(session, moved, BY)
    session.flush()
    session.expire_all()
    after = [
        (turn.received_at, turn.answered_at, turn.took_ms) for turn in turns_of(session, moved)
    ]
    assert session.get_one(Conversation, moved).started_at == HELD - BY
    assert session.query(Feedback).one().given_at == HELD - BY
    for (received, answered, took), (received_then, answered_then, took_then) in zip(
        after, before, strict=True
    ):
        assert answered is not None and answered_then is not None
        assert (received, answered, took) == (received_then - BY, answered_then - BY, took_then)
    assert session.get_one(Conversation, left).started_at == HELD
