"""Moves invented conversations of a demonstration back in time, so that a month has days."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.tables import Callback, Conversation, Feedback, Turn, Utterance


def move_back(session: Session, conversation_id: str, by: timedelta) -> None:
    """As if this conversation had been held earlier; call-backs keep being due in the future."""
    conversation = session.get_one(Conversation, conversation_id)
    conversation.started_at -= by
    turns = session.scalars(select(Turn).where(Turn.conversation_id == conversation_id)).all()
    for turn in turns:
        turn.received_at -= by
        if turn.answered_at:
            turn.answered_at -= by
    for utterance in session.scalars(
        select(Utterance).where(Utterance.conversation_id == conversation_id)
    ):
        utterance.said_at -= by
    ids = [turn.id for turn in turns]
    for feedback in session.scalars(select(Feedback).where(Feedback.turn_id.in_(ids))):
        feedback.given_at -= by
    for callback in session.scalars(
        select(Callback).where(Callback.conversation_id == conversation_id)
    ):
        callback.requested_at -= by
