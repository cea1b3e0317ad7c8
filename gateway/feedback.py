"""What a visitor thinks of an answer."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from database.conversations import give_feedback, turn_of_message
from database.session import open_session
from gateway.errors import Refusal
from gateway.masking import masked
from gateway.reading import VisitorText
from gateway.visitor import Visitor, writing_of

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

MessageId = Annotated[str, Path(max_length=80, pattern=r"^[\w.:-]+$")]
Reason = Literal["wrong", "out_of_date", "not_my_question", "not_understood"]


class Opinion(BaseModel):
    """A verdict on an answer, and why it did not help."""

    model_config = ConfigDict(extra="forbid")
    verdict: Literal["helpful", "not_helpful"]
    reason: Reason | None = None
    comment: VisitorText | None = Field(default=None, max_length=1000)


class Noted(BaseModel):
    """The feedback as it stands now."""

    message_id: str
    verdict: str
    reason: str | None


@router.post("/{conversation_id}/messages/{message_id}/feedback")
def say_what_it_was_worth(visitor: Visitor, message_id: MessageId, opinion: Opinion) -> Noted:
    """Say whether an answer helped; said again, the last word counts."""
    reason = opinion.reason if opinion.verdict == "not_helpful" else None
    with open_session() as session:
        turn = turn_of_message(session, visitor.id, message_id)
        if turn is None or turn.state != "answered":
            raise Refusal(404, "unknown_message", writing_of(visitor))
        give_feedback(
            session,
            turn,
            verdict=opinion.verdict,
            reason=reason,
            comment=masked(opinion.comment).text if opinion.comment else None,
            at=datetime.now(UTC),
        )
    return Noted(message_id=message_id, verdict=opinion.verdict, reason=reason)
