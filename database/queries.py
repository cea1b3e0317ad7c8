"""The questions that the engine asks the facts; each function is named for what it returns.

In a session given to `remember_facts`, a question answered before is answered from memory until a fact
changes: most of a turn would else go into asking the same again.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import Select, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, selectinload

from database.tables import Figure, Name, Revision, Source, Statement, Step, Subject, Tag
from database.vocabulary import OUTSIDE_REGION

# Where a session holds the mark of the content it reads, and what was answered of it.
MARK, REMEMBERED = "mark of the content", "facts remembered"
REMEMBERED_AT_MOST = 20_000
_by_mark: dict[str, dict[Hashable, Any]] = {}
Query = TypeVar("Query", bound=Callable[..., Any])


def remember_facts(session: Session) -> None:
    """Let a session that only reads facts use what was answered before, if no fact changed since."""
    mark = revision_mark(session) or ""
    remembered = _by_mark.get(mark)
    if remembered is None:
        _by_mark.clear()
        remembered = _by_mark[mark] = {}
    session.info[MARK], session.info[REMEMBERED] = mark, remembered


def _remembered(query: Query) -> Query:
    """The same question, which a session given to `remember_facts` asks once."""

    @wraps(query)
    def answered(session: Session, *args: Any, **kwargs: Any) -> Any:
        remembered = session.info.get(REMEMBERED)
        if remembered is None:
            return query(session, *args, **kwargs)
        key = (query.__name__, _frozen(args), _frozen(kwargs))
        if key not in remembered:
            if len(remembered) >= REMEMBERED_AT_MOST:
                remembered.clear()
            remembered[key] = query(session, *args, **kwargs)
            # Rows leave their session at once: its end, or its failure, shall not change them.
            session.expunge_all()
        found = remembered[key]
        return found.copy() if isinstance(found, list | dict) else found

    return cast(Query, answered)


def _frozen(value: Any) -> Hashable:
    """An argument as part of a key; the order of a collection counts."""
    if isinstance(value, Mapping):
        return tuple((name, _frozen(each)) for name, each in value.items())
    if isinstance(value, Collection) and not isinstance(value, str):
        return tuple(_frozen(each) for each in value)
    return value  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Alias:
    """One name or alias of a subject, with what linking weighs it by."""

    subject_id: str
    kind: str
    prominence: int
    text: str


def revision_mark(session: Session) -> str | None:
    """Which content stands in the tables? It changes with every change of a fact."""
    held: str | None = session.info.get(MARK)
    return held or session.scalar(select(Revision.mark))


def aliases(session: Session) -> list[Alias]:
    """By which names is each subject known?"""
    rows = session.execute(
        select(Name.subject_id, Subject.kind, Subject.prominence, Name.text)
        .join(Subject)
        .where(Name.role != "operator")
        .order_by(Name.id)
    )
    return [Alias(*row) for row in rows]


@_remembered
def subject_named(session: Session, subject_id: str) -> Subject | None:
    """The subject with this id, with its names and tags."""
    return session.scalar(_with_names().where(Subject.id == subject_id))


@_remembered
def subjects_named(session: Session, ids: Collection[str]) -> list[Subject]:
    """The subjects with these ids, in the order given."""
    found = {row.id: row for row in session.scalars(_with_names().where(Subject.id.in_(ids)))}
    return [found[subject_id] for subject_id in ids if subject_id in found]


@_remembered
def statement_about(session: Session, subject_id: str, aspect: str) -> Statement | None:
    """What is said of this aspect of a subject?"""
    return session.get(Statement, (subject_id, aspect))


@_remembered
def aspects_of(session: Session, subject_id: str) -> list[str]:
    """Of which aspects of a subject is something said?"""
    return list(session.scalars(select(Statement.aspect).where(Statement.subject_id == subject_id)))


@_remembered
def figures_named(
    session: Session, names: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Figure]:
    """The figures with these (subject, key) names."""
    if not names:
        return {}
    rows = session.scalars(
        select(Figure).where(tuple_(Figure.subject_id, Figure.key).in_(list(names)))
    )
    return {(row.subject_id, row.key): row for row in rows}


@_remembered
def figures_of_key(session: Session, key: str, ids: Collection[str]) -> dict[str, Figure]:
    """The figure with this key of each of these subjects that has one."""
    rows = session.scalars(select(Figure).where(Figure.key == key, Figure.subject_id.in_(ids)))
    return {row.subject_id: row for row in rows}


@_remembered
def sources_of(session: Session, subject_id: str, keys: Collection[str]) -> list[Source]:
    """The sources of a subject with these keys that a visitor can open, in the order given."""
    rows = session.scalars(
        select(Source).where(
            Source.subject_id == subject_id, Source.key.in_(keys), Source.url.is_not(None)
        )
    )
    found = {row.key: row for row in rows}
    return [found[key] for key in keys if key in found]


@_remembered
def steps_of(session: Session, subject_id: str) -> list[Step]:
    """The stages of a procedure, in order."""
    return list(
        session.scalars(select(Step).where(Step.subject_id == subject_id).order_by(Step.position))
    )


@_remembered
def subjects_for(
    session: Session,
    *,
    kinds: Collection[str] = (),
    province: str | None = None,
    sector: str | None = None,
    audience: str | None = None,
    legal_form: str | None = None,
) -> list[Subject]:
    """Which subjects serve a place, a sector, a kind of visitor and a legal form, best known first?

    A subject without province serves the whole region, one without sector any sector. A kind of
    visitor or a legal form must be named by the subject: what is for anyone is not *for women*.
    """
    fitting = _fitting(
        kinds, province=province, sector=sector, audience=audience, legal_form=legal_form
    )
    query = _with_names().where(Subject.id.in_(fitting))
    return list(session.scalars(query.order_by(Subject.prominence.desc(), Subject.id)))


@_remembered
def page_of_subjects(
    session: Session,
    *,
    kinds: Collection[str],
    tags: Mapping[str, str],
    later: Sequence[Collection[str]],
    start: int,
    size: int,
) -> tuple[int, list[Subject]]:
    """How many subjects have these tags (as `subjects_for` reads them), and which stand on a page?

    First come those that name most of the tags themselves, of these the ones whose status is in
    none of the groups `later`, then the groups in order, then the best known.
    """
    fitting = _fitting(kinds, **tags)
    named = (
        select(func.count())
        .where(Tag.subject_id == Subject.id, tuple_(Tag.dimension, Tag.value).in_(tags.items()))
        .correlate(Subject)
        .scalar_subquery()
        if tags
        else literal(0)
    )
    group = case(
        *((Subject.status.in_(statuses), rank) for rank, statuses in enumerate(later, start=1)),
        else_=0,
    )
    order = (named.desc(), group, Subject.prominence.desc(), Subject.id)
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    ids = session.scalars(fitting.order_by(*order).offset(start).limit(size)).all()
    return total, subjects_named(session, ids)


@_remembered
def parts_of(session: Session, subject_id: str) -> list[Subject]:
    """Which subjects belong to this one?"""
    return list(
        session.scalars(
            _with_names()
            .where(Subject.part_of == subject_id)
            .order_by(Subject.prominence.desc(), Subject.id)
        )
    )


def overdue_subjects(session: Session, on: date) -> list[Subject]:
    """Which subjects are past the day by which they were to be checked again?"""
    return list(
        session.scalars(_with_names().where(Subject.check_by < on).order_by(Subject.check_by))
    )


def _fitting(
    kinds: Collection[str],
    *,
    province: str | None = None,
    sector: str | None = None,
    audience: str | None = None,
    legal_form: str | None = None,
) -> Select[str]:
    """The ids of the subjects of some kinds that serve a place, a sector, a visitor and a form."""
    query = select(Subject.id)
    if kinds:
        query = query.where(Subject.kind.in_(kinds))
    for dimension, value in (("province", province), ("sector", sector)):
        if value:
            named = select(Tag.subject_id).where(Tag.dimension == dimension)
            query = query.where(
                Subject.id.in_(named.where(Tag.value == value)) | Subject.id.not_in(named)
            )
    for dimension, value in (("audience", audience), ("legal_form", legal_form)):
        if value:
            named = select(Tag.subject_id).where(Tag.dimension == dimension, Tag.value == value)
            query = query.where(Subject.id.in_(named))
    return query


@_remembered
def values_of_tag(
    session: Session, dimension: str, *, kinds: Collection[str], most: int
) -> list[str]:
    """Which values of a dimension have the most subjects of some kinds?"""
    query = (
        select(Tag.value)
        .join(Subject, Subject.id == Tag.subject_id)
        .where(Tag.dimension == dimension, Subject.kind.in_(kinds), Tag.value != OUTSIDE_REGION)
        .group_by(Tag.value)
        .order_by(func.count().desc(), Tag.value)
        .limit(most)
    )
    return list(session.scalars(query))


def _with_names() -> Select[Subject]:
    return select(Subject).options(selectinload(Subject.names), selectinload(Subject.tags))
