"""Turns a statement into a text: placeholders filled from the figures, scripts kept apart."""

from sqlalchemy.orm import Session

from answers.figures import date_text, figure_text, isolated
from answers.reply import SourceLink
from database.queries import figures_named, sources_of
from database.records import PLACEHOLDER, TYPED_PLACEHOLDER, figure_named, placeholders
from database.tables import Statement, Subject
from database.vocabulary import Writing


class MissingFigure(LookupError):
    """A text names a figure that the database does not hold."""


def rendered(session: Session, subject_id: str, text: str, writing: Writing) -> str:
    """`text` of a subject with every placeholder written out in `writing`.

    Raises `MissingFigure` when a placeholder names no figure.
    """
    names = {
        name: figure_named(name, subject_id)
        for name in placeholders(text)
        if TYPED_PLACEHOLDER.fullmatch(name) is None
    }
    figures = figures_named(session, set(names.values()))
    filled: dict[str, str] = {}
    for name in placeholders(text):
        typed = TYPED_PLACEHOLDER.fullmatch(name)
        if typed is not None:
            filled[name] = date_text(typed[2], writing) if typed[1] == "date" else typed[2]
        elif names[name] in figures:
            figure = figures[names[name]]
            filled[name] = figure_text(figure.values, figure.unit, writing)
        else:
            raise MissingFigure(f"{subject_id}: {{{name}}}")
    whole = PLACEHOLDER.sub(lambda match: filled[match[1]], text)
    return isolated(whole) if writing == "ary-Arab" else whole


def source_links(
    session: Session, subject_id: str, keys: list[str], checked_on: str
) -> tuple[SourceLink, ...]:
    """The sources that a visitor can open."""
    return tuple(
        SourceLink(source.title, source.url or "", source.published, checked_on)
        for source in sources_of(session, subject_id, keys)
    )


def statement_sources(session: Session, statement: Statement) -> tuple[SourceLink, ...]:
    """The sources of one statement that a visitor can open."""
    return source_links(
        session, statement.subject_id, statement.sources, statement.checked_on.isoformat()
    )


def name_of(subject: Subject, writing: Writing, role: str = "name") -> str:
    """How the subject (or, with `role="operator"`, who runs it) is named in a writing."""
    return next((n.text for n in subject.names if n.role == role and n.writing == writing), "")


def tags_of(subject: Subject, dimension: str) -> list[str]:
    """The provinces, sectors, audiences or legal forms of a subject."""
    return [tag.value for tag in subject.tags if tag.dimension == dimension]
