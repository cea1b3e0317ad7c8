"""How the assistant is used and how well it answers, over a period; the console's figures.

Each measure is defined where it is computed; `content/console/figures.yml` says the same in words.
Days are those of Morocco. Groups are counted by the hour in SQL and folded into days here, since
the offset of the local clock changes within a year.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from database.console_tables import CallbackCare, Verdict
from database.tables import Callback, Conversation, Feedback, Name, Turn
from database.vocabulary import Writing

HERE = ZoneInfo("Africa/Casablanca")
# Turns that ended without what was asked for.
FALLBACKS = ("clarified", "not_found", "out_of_scope", "failed")
# How a list of sources that is not empty begins in the stored reply.
WITH_SOURCE = '%"sources": [{%'
RANKED = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), HERE).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), HERE).astimezone(UTC)

    def before(self) -> "Period":
        """The days just before, as many."""
        return Period(self.first - timedelta(days=self.days), self.last - timedelta(days=self.days))

    def every_day(self) -> Iterator[date]:
        """Its days in order."""
        return (self.first + timedelta(days=number) for number in range(self.days))


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of a ranking; `aspect` where a question is counted, not a subject."""

    key: str
    count: int
    aspect: str | None = None


@dataclass
class Usage:
    """All measures of one period."""

    period: Period
    conversations: int = 0
    people: int = 0
    turns: int = 0
    answered_with_source: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    writings: Counter[str] = field(default_factory=Counter)
    by_day: dict[str, Counter[date]] = field(default_factory=dict)  # channel → conversations a day
    turns_by_day: dict[str, Counter[date]] = field(default_factory=dict)  # outcome → turns a day
    fallbacks: int = 0
    left_after_fallback: int = 0
    helpful: int = 0
    not_helpful: int = 0
    median_ms: int | None = None
    p95_ms: int | None = None
    subjects: list[Ranked] = field(default_factory=list)
    questions: list[Ranked] = field(default_factory=list)
    unanswered: list[Ranked] = field(default_factory=list)
    themes: list[Ranked] = field(default_factory=list)
    callbacks_asked: int = 0
    callbacks_done: int = 0
    callbacks_late: int = 0

    @property
    def answered_share(self) -> float | None:
        """Of the turns, how many were answered with a source?"""
        return self.answered_with_source / self.turns if self.turns else None

    @property
    def fallback_share(self) -> float | None:
        """Of the turns, how many ended without what was asked for?"""
        return self.fallbacks / self.turns if self.turns else None

    @property
    def drop_off(self) -> float | None:
        """Of those, after how many did the visitor write nothing more?"""
        return self.left_after_fallback / self.fallbacks if self.fallbacks else None

    @property
    def helpful_share(self) -> float | None:
        """Of the thumbs, how many are up?"""
        given = self.helpful + self.not_helpful
        return self.helpful / given if given else None


def usage(session: Session, period: Period, *, on: date) -> Usage:
    """Every measure of a period; `on` is today, for what is late."""
    found = Usage(period)
    _count_conversations(session, found)
    _count_turns(session, found)
    _count_what_follows(session, found)
    _rank(session, found)
    _count_callbacks(session, found, on)
    return found


def names_of(session: Session, ids: set[str], writing: Writing) -> dict[str, str]:
    """How these subjects are called."""
    rows = session.execute(
        select(Name.subject_id, Name.text).where(
            Name.subject_id.in_(ids), Name.role == "name", Name.writing == writing
        )
    )
    return {row[0]: row[1] for row in rows}


def _count_conversations(session: Session, found: Usage) -> None:
    hour = _hour(session, Conversation.started_at)
    rows = session.execute(
        select(hour, Conversation.channel, func.count())
        .where(_within(Conversation.started_at, found.period))
        .group_by(hour, Conversation.channel)
    )
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for text, channel, count in rows:
        found.conversations += count
        found.channels[channel] += count
        days[channel][_day(text)] += count
    found.by_day = dict(days)
    found.people = (
        session.scalar(
            select(func.count(Turn.conversation_id.distinct())).where(
                _within(Turn.received_at, found.period)
            )
        )
        or 0
    )


def _count_turns(session: Session, found: Usage) -> None:
    hour = _hour(session, Turn.received_at)
    sourced = case((cast(Turn.reply, String).like(WITH_SOURCE), 1), else_=0)
    outcome = func.coalesce(Turn.outcome, "waiting")
    rows = session.execute(
        select(hour, outcome, Turn.writing, sourced, func.count())
        .where(_within(Turn.received_at, found.period))
        .group_by(hour, outcome, Turn.writing, sourced)
    )
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for text, ended, writing, with_source, count in rows:
        found.turns += count
        found.outcomes[ended] += count
        days[ended][_day(text)] += count
        if writing:
            found.writings[writing] += count
        if ended == "answered" and with_source:
            found.answered_with_source += count
    found.turns_by_day = dict(days)


def _count_what_follows(session: Session, found: Usage) -> None:
    later = aliased(Turn)
    fallback = and_(_within(Turn.received_at, found.period), Turn.outcome.in_(FALLBACKS))
    found.fallbacks = _count(session, Turn.id, fallback)
    went_on = exists().where(later.conversation_id == Turn.conversation_id, later.id > Turn.id)
    found.left_after_fallback = _count(session, Turn.id, and_(fallback, ~went_on))
    for verdict, count in session.execute(
        select(Feedback.verdict, func.count())
        .where(_within(Feedback.given_at, found.period))
        .group_by(Feedback.verdict)
    ):
        if verdict == "helpful":
            found.helpful = count
        else:
            found.not_helpful += count
    timed = and_(_within(Turn.received_at, found.period), Turn.took_ms.is_not(None))
    total = _count(session, Turn.id, timed)
    if total:
        found.median_ms = _at_rank(session, timed, (total - 1) // 2)
        found.p95_ms = _at_rank(session, timed, int(0.95 * (total - 1)))


def _rank(session: Session, found: Usage) -> None:
    within = _within(Turn.received_at, found.period)
    about = and_(within, Turn.outcome == "answered", Turn.subject.is_not(None))
    found.subjects = _ranking(session, about, Turn.subject)
    found.questions = _ranking(session, about, Turn.subject, Turn.aspect)
    missed = and_(within, Turn.outcome.in_(FALLBACKS))
    found.unanswered = _ranking(session, missed, Turn.intent)
    judged = select(Verdict.theme, func.count()).join(Turn, Turn.id == Verdict.turn_id)
    rows = session.execute(
        judged.where(within, Verdict.verdict != "right", Verdict.theme.is_not(None))
        .group_by(Verdict.theme)
        .order_by(func.count().desc(), Verdict.theme)
        .limit(RANKED)
    )
    found.themes = [Ranked(theme, count) for theme, count in rows if theme]


def _count_callbacks(session: Session, found: Usage, on: date) -> None:
    asked = _within(Callback.requested_at, found.period)
    found.callbacks_asked = _count(session, Callback.id, asked)
    late = and_(asked, Callback.state == "open", Callback.due < on)
    found.callbacks_late = _count(session, Callback.id, late)
    found.callbacks_done = (
        session.scalar(
            select(func.count())
            .select_from(CallbackCare)
            .where(CallbackCare.outcome == "done", _within(CallbackCare.closed_at, found.period))
        )
        or 0
    )


def _ranking(
    session: Session, condition: ColumnElement[bool], key: Any, aspect: Any = None
) -> list[Ranked]:
    columns = (key,) if aspect is None else (key, aspect)
    rows = session.execute(
        select(func.count(), *columns)
        .where(condition, *(column.is_not(None) for column in columns))
        .group_by(*columns)
        .order_by(func.count().desc(), *columns)
        .limit(RANKED)
    )
    return [Ranked(row[1], row[0], row[2] if aspect is not None else None) for row in rows]


def _at_rank(session: Session, condition: ColumnElement[bool], rank: int) -> int | None:
    ordered = select(Turn.took_ms).where(condition).order_by(Turn.took_ms)
    return session.scalar(ordered.offset(rank).limit(1))


def _count(session: Session, column: Any, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(condition)) or 0


def _within(column: InstrumentedAttribute[Any], period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)


def _hour(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """The hour of a moment in UTC, as a text that both databases write alike."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%dT%H", column)
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24')


def _day(hour: str) -> date:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC).astimezone(HERE).date()
