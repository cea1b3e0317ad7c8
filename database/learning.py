"""What visitors said in vain, what staff decided of it, and what the assistant made of that."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from database.console_tables import LearningReport, Lesson, Staff, Verdict
from database.drafts import new_mark
from database.tables import Feedback, Name, Revision, Subject, Turn

NOT_UNDERSTOOD = ("clarified", "not_found", "out_of_scope", "failed")
MARKED_WRONG = ("wrong", "missed")
# Decisions whose sentences the assistant learns.
LEARNABLE = ("intent", "out_of_scope")
WITHDRAWN = "withdrawn"


class AlreadyDecided(Exception):
    """Somebody decided of one of these sentences before."""


class AliasTaken(Exception):
    """The words name a subject already; `subject_id` is which."""

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.subject_id = subject_id


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence typed by a visitor (masked) that was not answered as it should have been."""

    turn_id: int
    conversation_id: str
    text: str
    writing: str
    outcome: str
    understood: dict[str, Any]
    received_at: datetime
    disliked: bool
    marked_wrong: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of some sentences at once: the intent they have, the subject they name."""

    decision: str
    intent: str | None = None
    subject_id: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that a decision is about; `text` as it may be learnt.

    `writing` is its own, or that of the alias decided.
    """

    key: str
    text: str
    writing: str


def sentences_heard_in_vain(session: Session, *, since: datetime, limit: int) -> list[Heard]:
    """Which typed sentences were not understood, disliked or marked wrong, latest first?

    What staff marked as rightly answered is left out, whatever its outcome was.
    """
    disliked = exists().where(Feedback.turn_id == Turn.id, Feedback.verdict == "not_helpful")
    wrong = _judged(*MARKED_WRONG)
    suspect = and_(or_(Turn.outcome.in_(NOT_UNDERSTOOD), disliked), not_(_judged("right")))
    rows = session.execute(
        select(
            Turn.id,
            Turn.conversation_id,
            Turn.text,
            Turn.writing,
            Turn.outcome,
            Turn.understood,
            Turn.received_at,
            disliked,
            wrong,
        )
        .where(
            Turn.received_at >= since,
            Turn.state == "answered",
            Turn.text.is_not(None),
            Turn.payload.is_(None),
            or_(suspect, wrong),
        )
        .order_by(Turn.received_at.desc(), Turn.id.desc())
        .limit(limit)
    )
    return [
        Heard(row[0], row[1], row[2], row[3] or "fr", row[4] or "", row[5] or {}, *row[6:])
        for row in rows
    ]


def sentences_confirmed(session: Session) -> list[tuple[str, str, str]]:
    """Text, intent and writing of the sentences that staff found rightly answered."""
    rows = session.execute(
        select(Turn.text, Turn.intent, Turn.writing)
        .where(
            _judged("right"),
            not_(_judged(*MARKED_WRONG)),
            Turn.outcome == "answered",
            Turn.text.is_not(None),
            Turn.payload.is_(None),
            Turn.intent.is_not(None),
        )
        .order_by(Turn.id)
    )
    return [(row[0] or "", row[1] or "", row[2] or "fr") for row in rows]


def decided_keys(session: Session) -> set[str]:
    """Of which sentences is it decided already?"""
    return {key for key in session.scalars(select(Lesson.key)) if key}


def lessons_with_keys(session: Session, keys: Collection[str]) -> list[Lesson]:
    """What was decided of these sentences."""
    return list(session.scalars(select(Lesson).where(Lesson.key.in_(keys)).order_by(Lesson.id)))


def decide(
    session: Session,
    sentences: Sequence[Sentence],
    decision: Decision,
    staff: Staff,
    *,
    at: datetime,
) -> str:
    """Keep what `staff` decided of some sentences, all or none; the name of this decision.

    An alias answers at once. What is set aside leaves no text behind. Raises `AlreadyDecided` when
    somebody was faster (the transaction is lost then), `AliasTaken` and `LookupError`.
    """
    if lessons_with_keys(session, [sentence.key for sentence in sentences]):
        raise AlreadyDecided
    if decision.subject_id and decision.alias:
        add_alias(session, decision.subject_id, sentences[0].writing, decision.alias, at=at)
    batch = str(uuid.uuid4())
    session.add_all(
        Lesson(
            key=sentence.key,
            batch=batch,
            decision=decision.decision,
            writing=sentence.writing,
            text=sentence.text if decision.decision in LEARNABLE else None,
            intent=decision.intent,
            subject_id=decision.subject_id,
            alias=decision.alias,
            staff_id=staff.id,
            decided_by=staff.name,
            decided_at=at,
        )
        for sentence in sentences
    )
    try:
        session.flush()
    except IntegrityError as error:
        # Another session decided since we looked.
        raise AlreadyDecided from error
    return batch


def take_back(session: Session, batch: str, *, at: datetime) -> list[Lesson]:
    """Undo a decision; what it was, empty when there is none.

    A sentence already learnt stays as withdrawn until the next learning leaves it out.
    """
    lessons = list(
        session.scalars(
            select(Lesson)
            .where(Lesson.batch == batch, Lesson.decision != WITHDRAWN)
            .order_by(Lesson.id)
        )
    )
    for lesson in lessons:
        session.expunge(lesson)
    session.execute(delete(Lesson).where(Lesson.batch == batch, Lesson.learnt_at.is_(None)))
    session.execute(
        update(Lesson).where(Lesson.batch == batch).values(key=None, decision=WITHDRAWN)
    )
    for subject_id, writing, alias in {
        (x.subject_id, x.writing, x.alias) for x in lessons if x.subject_id and x.alias
    }:
        session.execute(
            delete(Name).where(
                Name.subject_id == subject_id,
                Name.writing == writing,
                Name.role == "alias",
                Name.text == alias,
            )
        )
        _change_mark(session, at=at)
    return lessons


def lessons(
    session: Session, *, before: datetime | None = None, limit: int = 200
) -> Sequence[Lesson]:
    """What was decided, latest first?"""
    found = (
        select(Lesson)
        .where(Lesson.decision != WITHDRAWN)
        .order_by(Lesson.decided_at.desc(), Lesson.id)
        .limit(limit)
    )
    return session.scalars(found.where(Lesson.decided_at < before) if before else found).all()


def every_lesson(session: Session) -> list[Lesson]:
    """All that the assistant should learn, and what it should leave out again, in order."""
    wanted = Lesson.decision.in_((*LEARNABLE, WITHDRAWN))
    return list(session.scalars(select(Lesson).where(wanted).order_by(Lesson.id)))


def count_waiting(session: Session) -> int:
    """How many sentences will the next learning add, or leave out again?"""
    new = and_(Lesson.decision.in_(LEARNABLE), Lesson.learnt_at.is_(None))
    counted = select(func.count()).select_from(Lesson)
    return session.scalar(counted.where(or_(new, Lesson.decision == WITHDRAWN))) or 0


def are_still_decided(session: Session, lessons: Collection[Lesson]) -> bool:
    """Whether none of these lessons was taken back since they were read."""
    return set(map(_mark_of, lessons)) <= set(map(_mark_of, every_lesson(session)))


def mark_learnt(session: Session, lessons: Iterable[Lesson], *, at: datetime) -> None:
    """Note that the assistant has learnt these, and has left out those that were taken back."""
    ids = [lesson.id for lesson in lessons]
    session.execute(delete(Lesson).where(Lesson.id.in_(ids), Lesson.decision == WITHDRAWN))
    session.execute(
        update(Lesson).where(Lesson.id.in_(ids), Lesson.learnt_at.is_(None)).values(learnt_at=at)
    )


def mark_unlearnt(session: Session, *, learnt_at: datetime) -> None:
    """Note that the assistant went back to what it knew before: these wait to be learnt again."""
    session.execute(update(Lesson).where(Lesson.learnt_at == learnt_at).values(learnt_at=None))


def add_report(
    session: Session, *, outcome: str, content: dict[str, Any], at: datetime
) -> LearningReport:
    """Keep what a learning brought."""
    report = LearningReport(at=at, outcome=outcome, content=content)
    session.add(report)
    session.flush()
    return report


def reports(session: Session, *, limit: int = 20) -> Sequence[LearningReport]:
    """The last learnings, latest first."""
    return session.scalars(
        select(LearningReport).order_by(LearningReport.id.desc()).limit(limit)
    ).all()


def report_numbered(session: Session, number: int) -> LearningReport | None:
    """The report of one learning."""
    return session.get(LearningReport, number)


def add_alias(session: Session, subject_id: str, writing: str, text: str, *, at: datetime) -> None:
    """Let visitors call a subject so from now on.

    Raises `AliasTaken` when the words name a subject already, this one or another, and
    `LookupError` when there is no such subject.
    """
    # Whoever changes the mark first makes others wait: the same words are not given twice.
    _change_mark(session, at=at)
    if session.get(Subject, subject_id) is None:
        raise LookupError(subject_id)
    owner = _owners(session).get(text.casefold())
    if owner is not None:
        raise AliasTaken(owner)
    session.add(Name(subject_id=subject_id, writing=writing, role="alias", text=text))


def put_back_aliases(session: Session) -> None:
    """Give subjects again the aliases that staff decided, after the content files were loaded.

    What names a subject by now, or whose subject is gone, is left out.
    """
    owners = _owners(session)
    subjects = set(session.scalars(select(Subject.id)))
    for subject_id, writing, alias in aliases_decided(session):
        if subject_id in subjects and alias.casefold() not in owners:
            owners[alias.casefold()] = subject_id
            session.add(Name(subject_id=subject_id, writing=writing, role="alias", text=alias))


def aliases_decided(session: Session) -> list[tuple[str, str, str]]:
    """Subject, writing and words of the aliases that staff decided, each once."""
    rows = session.execute(
        select(Lesson.subject_id, Lesson.writing, Lesson.alias)
        .where(Lesson.decision == "alias")
        .distinct()
        .order_by(Lesson.subject_id, Lesson.writing, Lesson.alias)
    )
    return [(row[0] or "", row[1], row[2] or "") for row in rows]


def _judged(*verdicts: str) -> ColumnElement[bool]:
    return exists().where(Verdict.turn_id == Turn.id, Verdict.verdict.in_(verdicts))


def _owners(session: Session) -> dict[str, str]:
    """Which subject has each name, however it is capitalised."""
    rows = session.execute(select(Name.text, Name.subject_id).where(Name.role != "operator"))
    return {text.casefold(): subject_id for text, subject_id in rows}


def _change_mark(session: Session, *, at: datetime) -> None:
    session.execute(update(Revision).values(mark=new_mark(), at=at))


def _mark_of(lesson: Lesson) -> tuple[int, str]:
    return lesson.id, lesson.decision
