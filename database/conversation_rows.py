"""What the list of conversations shows of each: its first question, what it came to, what was thought."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from database.console_tables import ConversationCare, Staff, Verdict
from database.conversation_search import OUTCOMES, Found, Place
from database.tables import Conversation, Feedback, Name, Turn, UtcDateTime


@dataclass(slots=True)
class Row:
    """What the list shows of a conversation; `found` is the message that fits the filters."""

    id: str
    place: Place
    channel: str
    writing: str
    question: str
    found: str
    last_at: datetime
    turns: int
    outcome: str
    thumbs: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    assigned: str | None = None
    follow_up_on: date | None = None
    reviewed: bool = False
    kept: bool = False


def rows_of(session: Session, found: Sequence[Found]) -> list[Row]:
    """What the list shows of these conversations, in their order."""
    ids = [one.conversation_id for one in found]
    whens = ((_outcome() == name, at) for at, name in enumerate(OUTCOMES))
    rank = case(*whens, else_=len(OUTCOMES) - 1)
    sums = session.execute(
        select(
            Turn.conversation_id,
            func.count(),
            func.min(Turn.id),
            func.max(Turn.received_at, type_=UtcDateTime),
            func.min(rank),
        )
        .where(Turn.conversation_id.in_(ids))
        .group_by(Turn.conversation_id)
    )
    by_id = {row[0]: row for row in sums}
    asked = [row[2] for row in by_id.values()] + [one.place.turn_id for one in found]
    texts = session.execute(select(Turn.id, Turn.text).where(Turn.id.in_(asked)))
    said = {row[0]: row[1] for row in texts}
    opened = {
        c.id: c for c in session.scalars(select(Conversation).where(Conversation.id.in_(ids)))
    }
    rows = [
        Row(
            id=one.conversation_id,
            place=one.place,
            channel=opened[one.conversation_id].channel,
            writing=opened[one.conversation_id].writing,
            question=said.get(by_id[one.conversation_id][2]) or "",
            found=said.get(one.place.turn_id) or "",
            turns=by_id[one.conversation_id][1],
            last_at=by_id[one.conversation_id][3],
            outcome=OUTCOMES[by_id[one.conversation_id][4]],
        )
        for one in found
        if one.conversation_id in opened and one.conversation_id in by_id
    ]
    _add_opinions(session, {row.id: row for row in rows})
    return rows


def subject_names(session: Session, writing: str) -> dict[str, str]:
    """What is each subject called?"""
    named = select(Name.subject_id, Name.text).where(Name.writing == writing, Name.role == "name")
    return {row[0]: row[1] for row in session.execute(named.order_by(Name.text))}


def _add_opinions(session: Session, rows: dict[str, Row]) -> None:
    mine = Turn.conversation_id.in_(rows)
    thumbs = select(Turn.conversation_id, Feedback.verdict, func.count()).join_from(Feedback, Turn)
    for row_id, verdict, times in session.execute(
        thumbs.where(mine).group_by(Turn.conversation_id, Feedback.verdict)
    ):
        rows[row_id].thumbs[verdict] = times
    verdicts = select(Turn.conversation_id, Verdict.verdict, func.count()).join_from(Verdict, Turn)
    for row_id, verdict, times in session.execute(
        verdicts.where(mine).group_by(Turn.conversation_id, Verdict.verdict)
    ):
        rows[row_id].verdicts[verdict] = times
    cared = select(ConversationCare, Staff.name).outerjoin(
        Staff, Staff.id == ConversationCare.assigned_to
    )
    for care, name in session.execute(cared.where(ConversationCare.conversation_id.in_(rows))):
        row = rows[care.conversation_id]
        row.assigned, row.follow_up_on, row.kept = name, care.follow_up_on, care.kept
        row.reviewed = care.reviewed_at is not None


def _outcome() -> ColumnElement[str]:
    return func.coalesce(Turn.outcome, literal("waiting"))
