"""Which facts are there, which are past their day, and which answers use a figure?"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import Session, selectinload

from database.console_tables import FactDraft
from database.drafts import PENDING
from database.records import TYPED_PLACEHOLDER, figure_named, placeholders
from database.tables import Figure, Name, Source, Statement, Step, Subject, Tag


@dataclass(frozen=True, slots=True)
class Asked:
    """Which subjects a list should hold; what is empty asks for nothing."""

    text: str = ""
    kind: str = ""
    province: str = ""
    sector: str = ""
    status: str = ""
    certainty: str = ""
    stale: bool = False
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject in a list."""

    id: str
    kind: str
    names: dict[str, str]
    status: str | None
    status_as_of: str | None
    check_by: date
    statements: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Use:
    """A place whose answer shows a figure: an aspect, or the step with this number."""

    subject_id: str
    name: dict[str, str]
    aspect: str | None
    step: int | None


def listed_subjects(
    session: Session, asked: Asked, *, on: date, offset: int = 0, limit: int = 50
) -> tuple[list[Listed], int]:
    """The subjects asked for, and how many there are in all; stale ones oldest first."""
    found = select(Subject).options(selectinload(Subject.names))
    if asked.kind:
        found = found.where(Subject.kind == asked.kind)
    if asked.status:
        found = found.where(Subject.status == asked.status)
    for dimension, value in (("province", asked.province), ("sector", asked.sector)):
        if value:
            named = select(Tag.subject_id).where(Tag.dimension == dimension, Tag.value == value)
            found = found.where(Subject.id.in_(named))
    if asked.certainty:
        said = select(Statement.subject_id).where(Statement.certainty == asked.certainty)
        found = found.where(Subject.id.in_(said))
    if asked.stale:
        found = found.where(Subject.check_by < on).order_by(Subject.check_by, Subject.id)
    if asked.drafted:
        drafted = select(FactDraft.subject_id).where(FactDraft.state.in_(PENDING))
        found = found.where(Subject.id.in_(drafted))
    subjects = list(session.scalars(found.order_by(Subject.prominence.desc(), Subject.id)))
    if asked.text.strip():
        sought = folded(asked.text).split()
        subjects = [
            subject
            for subject in subjects
            if _holds([subject.id, *(name.text for name in subject.names)], sought)
        ]
    shown = subjects[offset : offset + limit]
    return _listed(session, shown), len(subjects)


def folded(text: str) -> str:
    """A text as names are searched: without capitals, accents, vowel signs and forms of alif."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _holds(names: list[str], sought: list[str]) -> bool:
    """Whether one of the names holds every word sought."""
    return any(all(word in name for word in sought) for name in map(folded, names))


def _listed(session: Session, subjects: list[Subject]) -> list[Listed]:
    ids = [subject.id for subject in subjects]
    statements = _counted(session, Statement.subject_id, ids)
    drafts = _counted(session, FactDraft.subject_id, ids, FactDraft.state.in_(PENDING))
    return [
        Listed(
            id=subject.id,
            kind=subject.kind,
            names=_names(subject),
            status=subject.status,
            status_as_of=subject.status_as_of,
            check_by=subject.check_by,
            statements=statements.get(subject.id, 0),
            drafts=drafts.get(subject.id, 0),
        )
        for subject in subjects
    ]


def _counted(session: Session, column: Any, ids: list[str], *conditions: Any) -> dict[str, int]:
    rows = session.execute(
        select(column, func.count()).where(column.in_(ids), *conditions).group_by(column)
    )
    return {row[0]: row[1] for row in rows}


def _names(subject: Subject) -> dict[str, str]:
    return {name.writing: name.text for name in subject.names if name.role == "name"}


def names_of_subjects(session: Session) -> dict[str, dict[str, str]]:
    """How each subject is named, by id and writing."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(Name.subject_id, Name.writing, Name.text).where(Name.role == "name")
    )
    for subject_id, writing, text in rows:
        found[subject_id][writing] = text
    return dict(found)


def figures_shown(session: Session, subject_id: str) -> list[Figure]:
    """The figures of a subject, those of the census included, by key."""
    found = select(Figure).where(Figure.subject_id == subject_id)
    return list(session.scalars(found.order_by(Figure.key)))


def sources_shown(session: Session, subject_id: str) -> list[Source]:
    """All sources of a subject, by key."""
    found = select(Source).where(Source.subject_id == subject_id)
    return list(session.scalars(found.order_by(Source.key)))


def uses_of_figures(session: Session, subject_id: str) -> dict[str, list[Use]]:
    """Which answers show each figure of a subject, in all subjects? By the figure's key."""
    names = names_of_subjects(session)
    found: dict[str, list[Use]] = defaultdict(list)
    for owner, aspect, step, used in _uses(session, subject_id):
        for key in sorted({key for named, key in used if named == subject_id}):
            found[key].append(Use(owner, names.get(owner, {}), aspect, step))
    return dict(found)


def _uses(
    session: Session, subject_id: str
) -> Iterator[tuple[str, str | None, int | None, list[tuple[str, str]]]]:
    statements = session.execute(
        select(Statement.subject_id, Statement.aspect, Statement.texts)
        .where(
            or_(
                Statement.subject_id == subject_id,
                cast(Statement.texts, String).contains(f"{subject_id}.", autoescape=True),
            )
        )
        .order_by(Statement.subject_id, Statement.aspect)
    )
    for owner, aspect, texts in statements:
        yield owner, aspect, None, [*_named(texts, owner)]
    steps = session.execute(
        select(Step.subject_id, Step.position, Step.content)
        .where(
            or_(
                Step.subject_id == subject_id,
                cast(Step.content, String).contains(f"{subject_id}.", autoescape=True),
            )
        )
        .order_by(Step.subject_id, Step.position)
    )
    for owner, position, content in steps:
        yield owner, None, position, [*_named(content, owner)]


def _named(node: Any, owner: str) -> Iterator[tuple[str, str]]:
    """The figures that the texts and lists of figures below a node name."""
    if isinstance(node, str):
        for name in placeholders(node):
            if TYPED_PLACEHOLDER.fullmatch(name) is None:
                yield figure_named(name, owner)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "figures":
                yield from (figure_named(name, owner) for name in value)
            else:
                yield from _named(value, owner)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value, owner)
