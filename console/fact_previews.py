"""What visitors would read of a subject: rendered by the very functions that answer them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from answers.about import answer_about
from answers.figures import figure_text
from answers.rendering import MissingFigure
from database.queries import figures_named
from database.records import (
    PLACEHOLDER,
    TYPED_PLACEHOLDER,
    SubjectRecord,
    figure_named,
    placeholders,
)
from database.scratch import scratch_with
from database.tables import Figure
from database.vocabulary import WRITINGS, Writing
from gateway.whatsapp.rendering import full_text, readable_in

DIRECTIONS = {"fr": "ltr", "ary-Arab": "rtl", "ary-Latn": "ltr"}


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer in one writing, as the website and as WhatsApp show it; `missing` stops it."""

    writing: Writing
    direction: str
    messages: tuple[Mapping[str, Any], ...] = ()
    whatsapp: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a statement; `name` is the figure that it shows."""

    text: str
    name: str | None = None


def previews_of(
    session: Session, subject: SubjectRecord, aspect: str, *, on: date
) -> list[Preview]:
    """The answer about an aspect in the three writings, were `subject` live."""
    with scratch_with(session, subject) as scratch:
        return live_previews(scratch, subject.id, aspect, on=on)


def live_previews(session: Session, subject_id: str, aspect: str, *, on: date) -> list[Preview]:
    """The answer about an aspect of a live subject in the three writings."""
    return [_preview(session, subject_id, aspect, writing, on) for writing in WRITINGS]


def _preview(session: Session, subject_id: str, aspect: str, writing: Writing, on: date) -> Preview:
    try:
        reply = answer_about(session, subject_id, aspect, writing, on=on).as_dict()
    except MissingFigure as error:
        return Preview(writing, DIRECTIONS[writing], missing=str(error))
    messages = tuple(reply["messages"])
    texts = tuple(readable_in(full_text(message, writing), writing) for message in messages)
    return Preview(writing, DIRECTIONS[writing], messages, texts)


def pieces(session: Session, subject_id: str, texts: Mapping[str, str]) -> dict[str, list[Piece]]:
    """The texts of a statement by writing, with what visitors read in the place of figures."""
    names = {
        name: figure_named(name, subject_id)
        for writing in WRITINGS
        for name in placeholders(texts[writing])
        if TYPED_PLACEHOLDER.fullmatch(name) is None
    }
    figures = figures_named(session, set(names.values()))
    held = {name: figures[owned] for name, owned in names.items() if owned in figures}
    return {writing: list(_cut(texts[writing], held, writing)) for writing in WRITINGS}


def _cut(text: str, figures: Mapping[str, Figure], writing: Writing) -> Iterator[Piece]:
    end = 0
    for found in PLACEHOLDER.finditer(text):
        yield Piece(text[end : found.start()])
        name = found[1]
        typed = TYPED_PLACEHOLDER.fullmatch(name)
        if typed:
            yield Piece(typed[2], name)
        elif name in figures:
            figure = figures[name]
            yield Piece(figure_text(figure.values, figure.unit, writing), name)
        else:
            yield Piece(f"{{{name}}}", name)
        end = found.end()
    yield Piece(text[end:])
