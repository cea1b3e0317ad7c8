"""What the staff does with conversations: verdicts, care, words to the visitor, samples for two."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from database.console_tables import ConversationCare, ReviewSample, SampledTurn, Staff, Verdict
from database.conversation_search import Filters, turns_at_random
from database.tables import Turn
from database.whatsapp import Person

VERDICTS: Final = ("right", "wrong", "outdated", "missed")
THEMES: Final = (
    "wrong_subject",
    "misread",
    "incomplete",
    "unclear",
    "wrong_writing",
    "fact_missing",
    "fact_wrong",
    "other",
)
# Meta lets a business write freely to somebody for a day after their last message.
WHATSAPP_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person thinks of an answer, with their name."""

    staff_id: str
    name: str
    verdict: str
    theme: str | None
    note: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How words of the staff reach a visitor: `until` is when WhatsApp closes; `open` whether now."""

    channel: str
    open: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SampleStand:
    """A sample, how many turns it holds and how many of them each person judged."""

    id: int
    drawn_at: datetime
    drawn_by: str | None
    asked: dict[str, Any]
    size: int
    judged: list[tuple[str, int]]


def turn_with_id(session: Session, turn_id: int) -> Turn | None:
    """The turn with this id, with its feedback."""
    return session.scalar(
        select(Turn).where(Turn.id == turn_id).options(selectinload(Turn.feedback))
    )


def judge(
    session: Session,
    turn: Turn,
    staff: Staff,
    *,
    verdict: str,
    theme: str | None,
    note: str | None,
    at: datetime,
) -> None:
    """Keep what somebody thinks of an answer, in place of what they thought before."""
    session.merge(
        Verdict(turn_id=turn.id, staff_id=staff.id, verdict=verdict, theme=theme, note=note, at=at)
    )
    note_reviewed(session, turn.conversation_id, staff, at=at)


def take_verdict_back(session: Session, turn_id: int, staff_id: str) -> None:
    """Forget what somebody thought of an answer."""
    session.execute(delete(Verdict).where(Verdict.turn_id == turn_id, Verdict.staff_id == staff_id))


def judgements_of(session: Session, turn_ids: Collection[int]) -> dict[int, list[Judgement]]:
    """What was thought of these answers, the earliest first?"""
    rows = session.execute(
        select(Verdict, Staff.name)
        .join(Staff, Staff.id == Verdict.staff_id)
        .where(Verdict.turn_id.in_(turn_ids))
        .order_by(Verdict.at)
    )
    found: dict[int, list[Judgement]] = defaultdict(list)
    for verdict, name in rows:
        found[verdict.turn_id].append(
            Judgement(
                verdict.staff_id, name, verdict.verdict, verdict.theme, verdict.note, verdict.at
            )
        )
    return found


def hidden_from(session: Session, turn_ids: Collection[int], staff_id: str) -> set[int]:
    """Of which sampled answers may somebody not see what others think, having not judged them yet?"""
    judged = exists().where(Verdict.turn_id == SampledTurn.turn_id, Verdict.staff_id == staff_id)
    return set(
        session.scalars(
            select(SampledTurn.turn_id).where(SampledTurn.turn_id.in_(turn_ids), ~judged)
        )
    )


def care_of(session: Session, conversation_id: str) -> ConversationCare:
    """What is in hand of a conversation; an empty row, not kept, while nobody touched it."""
    found = session.get(ConversationCare, conversation_id)
    return found or ConversationCare(conversation_id=conversation_id, kept=False)


def take_care(
    session: Session,
    conversation_id: str,
    *,
    assigned_to: str | None,
    follow_up_on: date | None,
    kept: bool,
) -> None:
    """Note who looks after a conversation, when to come back to it, and whether it is kept."""
    care = session.merge(care_of(session, conversation_id))
    care.assigned_to, care.follow_up_on, care.kept = assigned_to, follow_up_on, kept


def note_reviewed(
    session: Session, conversation_id: str, staff: Staff | None, *, at: datetime | None
) -> None:
    """Note that somebody reviewed a conversation; without `staff` and `at`, that it is to be reviewed."""
    care = session.merge(care_of(session, conversation_id))
    care.reviewed_at, care.reviewed_by = at, staff.id if staff else None


def way_to_visitor(session: Session, conversation_id: str, channel: str, *, at: datetime) -> Way:
    """Can the staff write to a visitor now, and how does it reach them?"""
    person = session.scalar(select(Person).where(Person.conversation_id == conversation_id))
    if person is None:
        # Somebody of WhatsApp who went on elsewhere has no one at the other end any more.
        return Way(channel, open=channel != "whatsapp")
    until = person.last_message_at + WHATSAPP_WINDOW
    return Way("whatsapp", open=person.state == "active" and at < until, until=until)


def draw_sample(
    session: Session,
    filters: Filters,
    staff: Staff,
    *,
    asked: dict[str, Any],
    size: int,
    at: datetime,
) -> ReviewSample | None:
    """Draw answered turns at random for two people to judge; None when nothing fits."""
    drawn = turns_at_random(session, filters, size=size)
    if not drawn:
        return None
    sample = ReviewSample(drawn_at=at, drawn_by=staff.id, asked=asked)
    session.add(sample)
    session.flush()
    session.add_all(
        SampledTurn(sample_id=sample.id, turn_id=turn_id, position=position)
        for position, turn_id in enumerate(drawn, start=1)
    )
    return sample


def every_sample(session: Session, *, limit: int = 50) -> list[SampleStand]:
    """Which samples were drawn, the latest first, and how far are they?"""
    found = session.scalars(select(ReviewSample).order_by(ReviewSample.id.desc()).limit(limit))
    return [_stand_of(session, sample) for sample in found]


def sample_named(session: Session, sample_id: int) -> SampleStand | None:
    """The sample with this number, and how far it is."""
    sample = session.get(ReviewSample, sample_id)
    return _stand_of(session, sample) if sample else None


def turns_of_sample(session: Session, sample_id: int) -> list[Turn]:
    """The turns of a sample in their random order, with their feedback."""
    return list(
        session.scalars(
            select(Turn)
            .join(SampledTurn, SampledTurn.turn_id == Turn.id)
            .where(SampledTurn.sample_id == sample_id)
            .order_by(SampledTurn.position)
            .options(selectinload(Turn.feedback))
        )
    )


def next_to_judge(session: Session, sample_id: int, staff_id: str) -> int | None:
    """Which turn of a sample has somebody not judged yet?"""
    judged = exists().where(Verdict.turn_id == SampledTurn.turn_id, Verdict.staff_id == staff_id)
    return session.scalar(
        select(SampledTurn.turn_id)
        .where(SampledTurn.sample_id == sample_id, ~judged)
        .order_by(SampledTurn.position)
        .limit(1)
    )


def is_in_sample(session: Session, sample_id: int, turn_id: int) -> bool:
    """Whether a turn belongs to a sample."""
    return session.get(SampledTurn, (sample_id, turn_id)) is not None


def judged_by_two(session: Session, sample_id: int) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What each two people, by their names, thought of the turns that both judged.

    Which of the two comes first is the same for all their turns.
    """
    turn_ids = select(SampledTurn.turn_id).where(SampledTurn.sample_id == sample_id)
    one, other = aliased(Verdict), aliased(Verdict)
    rows = session.execute(
        select(one.staff_id, other.staff_id, one.verdict, other.verdict)
        .join_from(one, other, other.turn_id == one.turn_id)
        .where(one.turn_id.in_(turn_ids), one.staff_id < other.staff_id)
    )
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for first, second, opinion, other_opinion in rows:
        pairs[first, second].append((opinion, other_opinion))
    names = {
        row[0]: row[1]
        for row in session.execute(
            select(Staff.id, Staff.name).where(
                Staff.id.in_({who for both in pairs for who in both})
            )
        )
    }
    return [(names[first], names[second], pairs[first, second]) for first, second in pairs]


def _stand_of(session: Session, sample: ReviewSample) -> SampleStand:
    size = session.scalar(
        select(func.count()).select_from(SampledTurn).where(SampledTurn.sample_id == sample.id)
    )
    judged = session.execute(
        select(Staff.name, func.count())
        .join_from(Verdict, SampledTurn, SampledTurn.turn_id == Verdict.turn_id)
        .join(Staff, Staff.id == Verdict.staff_id)
        .where(SampledTurn.sample_id == sample.id)
        .group_by(Staff.id, Staff.name)
        .order_by(Staff.name)
    )
    drawer = session.get(Staff, sample.drawn_by) if sample.drawn_by else None
    return SampleStand(
        id=sample.id,
        drawn_at=sample.drawn_at,
        drawn_by=drawer.name if drawer else None,
        asked=sample.asked,
        size=size or 0,
        judged=[(row[0], row[1]) for row in judged],
    )
