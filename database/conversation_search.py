"""Which conversations fit what the staff looks for: filters, words, pages, and what each row shows.

A conversation is found when one message of it fits every filter, and stands where the latest such
message stands in time. A page goes on from the last message shown (`Place`), not from a count of
rows: messages that come in meanwhile move nothing.

`Turn.words` holds the words of a message folded to one spelling, with spaces between. PostgreSQL
indexes them as a text search vector (GIN), SQLite in an FTS5 table beside `turn` (migration 0005).

Words and opinions stand apart from time: all messages that have them would be fetched, to be sorted
and mostly dropped. So they are looked for in a stretch of time at first, and only in all of it when
that does not hold enough; SQLite is told which ids a stretch holds, for it looks those up by ids.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased, selectinload

from bot.nlu.folding import words
from database.console_tables import ConversationCare, Verdict
from database.tables import Feedback, Turn, UtcDateTime

# Longer words are nobody's; PostgreSQL refuses those of more than 2 kB.
LONGEST_WORD = 40
# How sure the assistant was of its reading: from, and below.
BANDS: dict[str, tuple[float, float]] = {"sure": (0.7, 2), "likely": (0.35, 0.7), "low": (-1, 0.35)}
# What a conversation came to, the worst first; `waiting` is a message without an answer yet.
OUTCOMES = (
    "failed",
    "not_found",
    "waiting",
    "clarified",
    "out_of_scope",
    "handed_over",
    "form_step",
    "answered",
)
COUNTED_AT_MOST = 1000
# Among how many messages from a place on a word or an opinion is looked for before all are.
STRETCHES = (4_000, 100_000)
NOBODY = "nobody"
PLANNED_FOR_THE_FIRST_ROWS = (
    "max_parallel_workers_per_gather = 0",
    "jit = off",
    "plan_cache_mode = force_custom_plan",
)
_NO_LETTER = re.compile(r"[\W_]+")
# The Arabic article, with the preposition that may be written to it: الشركة, وبالشركة, للشركة.
_ARTICLE = re.compile(r"^(?:و|ف)?(?:[بفك]?ال|لل)(?=\w{3})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; what is None or empty is not asked.

    `until` is not included. `band` is one of `BANDS`. `amount_from` 0 asks for any amount.
    `outcome` may be `waiting`. `verdict` and `thumbs` are those of one message. `assigned_to` is
    somebody's id or `NOBODY`. `follow_up_by` asks for those to be taken up by that day.
    """

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    channel: str | None = None
    writing: str | None = None
    intent: str | None = None
    band: str | None = None
    outcome: str | None = None
    thumbs: str | None = None
    subject: str | None = None
    province: str | None = None
    amount_from: int | None = None
    verdict: str | None = None
    reviewed: bool | None = None
    assigned_to: str | None = None
    follow_up_by: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in time."""

    at: datetime
    turn_id: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of time, with both its ends; without them it goes on for ever."""

    since: datetime | None
    until: datetime | None


# The first and the last id that a message may have.
Ids = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that fits, and its latest message that does."""

    conversation_id: str
    place: Place


def searched_words(said: str) -> str:
    """The words of a text as they are searched: folded, without the Arabic article."""
    found = (_NO_LETTER.sub(" ", word).strip() for word in words(said))
    parts = (part for word in found for part in word.split())
    return " ".join(_ARTICLE.sub("", part)[:LONGEST_WORD] for part in parts)


def forget_erased_words(session: Session) -> None:
    """Take the words of erased turns out of the index for good.

    SQLite's index only marks them as gone until its parts are merged; PostgreSQL's vacuum does it.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO turn_search(turn_search) VALUES ('optimize')"))


def conversations_found(
    session: Session, filters: Filters, *, after: Place | None = None, limit: int
) -> list[Found]:
    """Which conversations fit, the latest first, from a place on?"""
    return _found(session, filters, after, limit=limit)


def neighbour(session: Session, filters: Filters, place: Place, *, newer: bool) -> str | None:
    """Which conversation stands next to this place in the list?"""
    found = _found(session, filters, place, limit=1, newer=newer)
    return found[0].conversation_id if found else None


def place_of(session: Session, filters: Filters, conversation_id: str) -> Place | None:
    """Where does a conversation stand in the list, or would if it still fitted?"""
    mine = select(Turn.received_at, Turn.id).where(Turn.conversation_id == conversation_id)
    latest = mine.order_by(Turn.received_at.desc(), Turn.id.desc()).limit(1)
    row = session.execute(latest.where(*_fits(session, Turn, filters))).first()
    row = row or session.execute(latest).first()
    return Place(row[0], row[1]) if row else None


def count_found(session: Session, filters: Filters) -> int:
    """How many conversations fit? It counts no further than `COUNTED_AT_MOST` + 1."""
    return len(_found(session, filters, None, limit=COUNTED_AT_MOST + 1))


def turns_found(session: Session, filters: Filters, *, at_once: int = 500) -> Iterator[list[Turn]]:
    """Every message that fits, the latest first, some at a time, with its feedback."""
    asked = select(Turn).where(*_fits(session, Turn, filters)).options(selectinload(Turn.feedback))
    asked = asked.order_by(Turn.received_at.desc(), Turn.id.desc()).limit(at_once)
    after: Place | None = None
    while True:
        turns = list(session.scalars(asked.where(_stands(Turn, "<", after)) if after else asked))
        if turns:
            yield turns
        if len(turns) < at_once:
            return
        after = Place(turns[-1].received_at, turns[-1].id)
        session.expunge_all()


def turns_at_random(session: Session, filters: Filters, *, size: int) -> list[int]:
    """Answered messages that fit, drawn at random, in random order."""
    drawn = select(Turn.id).where(*_fits(session, Turn, filters), Turn.state == "answered")
    return list(session.scalars(drawn.order_by(func.random()).limit(size)))


def _found(
    session: Session,
    filters: Filters,
    after: Place | None,
    *,
    limit: int,
    newer: bool = False,
) -> list[Found]:
    """The conversations that fit, from a place on, towards the past or (`newer`) the present."""
    _answer_quickly(session)
    found: list[Found] = []
    for stretch in _stretches(session, filters, after, newer=newer):
        asked = _latest_fitting(session, filters, stretch).where(*_within(Turn, stretch))
        if after is not None:
            asked = asked.where(_stands(Turn, ">" if newer else "<", after))
        order = (Turn.received_at, Turn.id)
        asked = asked.order_by(*(order if newer else (column.desc() for column in order)))
        rows = session.execute(asked.limit(limit))
        found = [Found(row[1], Place(row[2], row[0])) for row in rows]
        if len(found) == limit:
            break
    return found


def _stretches(
    session: Session, filters: Filters, after: Place | None, *, newer: bool
) -> Iterator[_Stretch]:
    """Where in time to look, one after the other until enough is found; the last is all of it."""
    since, until = filters.since, filters.until
    if after is not None and newer:
        since = max(since or after.at, after.at)
    elif after is not None:
        until = min(until or after.at, after.at)
    if _stands_apart(filters):
        order = Turn.received_at.asc() if newer else Turn.received_at.desc()
        moments = select(Turn.received_at).where(*_within(Turn, _Stretch(since, until)))
        for size in STRETCHES:
            edge = session.scalar(moments.order_by(order).offset(size).limit(1))
            if edge is None:
                break
            yield _Stretch(since, edge) if newer else _Stretch(edge, until)
    yield _Stretch(since, until)


def _stands_apart(filters: Filters) -> bool:
    """Whether something is asked that no index has in the order of time."""
    return bool(filters.words or filters.thumbs or filters.verdict)


def _within(turn: type[Turn], stretch: _Stretch) -> list[ColumnElement[bool]]:
    asked = []
    if stretch.since is not None:
        asked.append(turn.received_at >= stretch.since)
    if stretch.until is not None:
        asked.append(turn.received_at <= stretch.until)
    return asked


def _ids_of(session: Session, filters: Filters, stretch: _Stretch) -> Ids | None:
    """Between which ids are the messages of a stretch? None where nobody needs to know."""
    ends = _within(Turn, stretch)
    if not ends or not _stands_apart(filters) or session.get_bind().dialect.name != "sqlite":
        return None
    least, most = session.execute(select(func.min(Turn.id), func.max(Turn.id)).where(*ends)).one()
    return least or 0, most or 0


def _answer_quickly(session: Session) -> None:
    """Make PostgreSQL plan for what is asked now and for its first rows, which are what counts."""
    if session.get_bind().dialect.name == "postgresql":
        for setting in PLANNED_FOR_THE_FIRST_ROWS:
            session.execute(text(f"SET LOCAL {setting}"))


def _latest_fitting(
    session: Session, filters: Filters, stretch: _Stretch
) -> Select[int, str, datetime]:
    """Each conversation's latest message that fits, if in a stretch: id, conversation, moment."""
    if filters.follow_up_by or filters.assigned_to not in (None, NOBODY):
        return _latest_of_those_in_hand(session, filters)
    later = aliased(Turn)
    # What comes later may come after the stretch.
    from_there = _Stretch(stretch.since, filters.until)
    ids = _ids_of(session, filters, stretch)
    later_ids = ids if stretch == from_there else _ids_of(session, filters, from_there)
    return select(Turn.id, Turn.conversation_id, Turn.received_at).where(
        *_fits(session, Turn, filters, ids),
        ~exists().where(
            later.conversation_id == Turn.conversation_id,
            later.received_at >= Turn.received_at,
            or_(later.received_at > Turn.received_at, later.id > Turn.id),
            *_message_fits(session, later, filters, later_ids),
        ),
    )


def _latest_of_those_in_hand(session: Session, filters: Filters) -> Select[int, str, datetime]:
    """The same for the few conversations that somebody looks after: they are looked up one by one."""
    mine = aliased(Turn)
    latest = (
        select(mine.id)
        .where(
            mine.conversation_id == ConversationCare.conversation_id,
            *_message_fits(session, mine, filters),
        )
        .order_by(mine.received_at.desc(), mine.id.desc())
        .limit(1)
        .correlate(ConversationCare)
        .scalar_subquery()
    )
    return (
        select(Turn.id, Turn.conversation_id, Turn.received_at)
        .join_from(ConversationCare, Turn, Turn.id == latest)
        .where(
            *_in_hand(filters),
            *_reviewed_and_free(ConversationCare.conversation_id, filters),
        )
    )


def _fits(
    session: Session, turn: type[Turn], filters: Filters, ids: Ids | None = None
) -> list[ColumnElement[bool]]:
    return [
        *_message_fits(session, turn, filters, ids),
        *_conversation_fits(turn.conversation_id, filters),
    ]


def _message_fits(
    session: Session, turn: type[Turn], filters: Filters, ids: Ids | None = None
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool] | None] = [_holds_words(session, turn, filters.words, ids)]
    if filters.since:
        asked.append(turn.received_at >= filters.since)
    if filters.until:
        asked.append(turn.received_at < filters.until)
    for column in ("channel", "writing", "intent", "subject", "province"):
        if wanted := getattr(filters, column):
            asked.append(getattr(turn, column) == wanted)
    if filters.outcome == "waiting":
        asked.append(turn.state == "received")
    elif filters.outcome:
        asked.append(turn.outcome == filters.outcome)
    if filters.band:
        least, below = BANDS[filters.band]
        asked += [turn.confidence >= least, turn.confidence < below]
    if filters.amount_from is not None:
        asked.append(turn.amount >= filters.amount_from)
    if filters.thumbs:
        said = select(Feedback.turn_id).where(Feedback.verdict == filters.thumbs)
        asked.append(turn.id.in_(said.where(*_between(Feedback.turn_id, ids))))
    if filters.verdict:
        judged = select(Verdict.turn_id).where(Verdict.verdict == filters.verdict)
        asked.append(turn.id.in_(judged.where(*_between(Verdict.turn_id, ids))))
    return [condition for condition in asked if condition is not None]


def _conversation_fits(conversation_id: Any, filters: Filters) -> list[ColumnElement[bool]]:
    asked = _reviewed_and_free(conversation_id, filters)
    in_hand = _in_hand(filters)
    if in_hand:
        asked.append(conversation_id.in_(select(ConversationCare.conversation_id).where(*in_hand)))
    return asked


def _in_hand(filters: Filters) -> list[ColumnElement[bool]]:
    asked = []
    if filters.assigned_to not in (None, NOBODY):
        asked.append(ConversationCare.assigned_to == filters.assigned_to)
    if filters.follow_up_by:
        asked.append(ConversationCare.follow_up_on <= filters.follow_up_by)
    return asked


def _reviewed_and_free(conversation_id: Any, filters: Filters) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    care = aliased(ConversationCare)
    if filters.reviewed is not None:
        reviewed = select(care.conversation_id).where(care.reviewed_at.is_not(None))
        within = conversation_id.in_(reviewed)
        asked.append(within if filters.reviewed else ~within)
    if filters.assigned_to == NOBODY:
        taken = select(care.conversation_id).where(care.assigned_to.is_not(None))
        asked.append(~conversation_id.in_(taken))
    return asked


def _between(column: Any, ids: Ids | None) -> list[ColumnElement[bool]]:
    return [column.between(*ids)] if ids is not None else []


def _holds_words(
    session: Session, turn: type[Turn], asked: str, ids: Ids | None
) -> ColumnElement[bool] | None:
    """That a message holds each word asked for, or one that begins so; None without words."""
    wanted = searched_words(asked).split()
    if not wanted:
        return None
    if session.get_bind().dialect.name == "sqlite":
        found = text("SELECT rowid FROM turn_search WHERE turn_search MATCH :wanted").bindparams(
            wanted=" ".join(f'"{word}"*' for word in wanted)
        )
        rows = found.columns(literal_column("rowid", Integer)).subquery("searched")
        return turn.id.in_(select(rows.c.rowid).where(*_between(rows.c.rowid, ids)))
    vector = func.array_to_tsvector(func.string_to_array(turn.words, literal_column("' '")))
    return vector.bool_op("@@")(cast(" & ".join(f"'{word}':*" for word in wanted), TSQUERY))


def _stands(turn: type[Turn], how: str, place: Place) -> ColumnElement[bool]:
    """Whether a message stands before (`<`) or after (`>`) a place."""
    mine = tuple_(turn.received_at, turn.id)
    there = tuple_(literal(place.at, UtcDateTime), literal(place.turn_id))
    return mine < there if how == "<" else mine > there
