"""Writes the facts back from the database to content files: what `database.loading` reads, it gives.

Loading an export gives the same rows again. Comments, the order of subjects and the way the files
were cut are not kept.
"""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from database.tables import Figure, Statement, Step, Subject
from database.vocabulary import ASPECTS, TEXT_UNITS

_LIST_OF_DIMENSION = {
    "province": "provinces",
    "sector": "sectors",
    "audience": "audiences",
    "legal_form": "legal_forms",
}


class NotEmpty(Exception):
    """The folder already holds content files, with which an export must not be mixed."""


def subjects_in_full(session: Session, ids: Collection[str] | None = None) -> list[Subject]:
    """Every subject, or those with these ids, with all that is known of it, in the order of ids."""
    parts = (
        Subject.names,
        Subject.tags,
        Subject.sources,
        Subject.figures,
        Subject.statements,
        Subject.steps,
    )
    query = select(Subject).options(*(selectinload(part) for part in parts)).order_by(Subject.id)
    return list(session.scalars(query if ids is None else query.where(Subject.id.in_(ids))))


def export_facts(session: Session, folder: Path) -> int:
    """Write one file per subject under `folder`, by kind; how many.

    Raises `NotEmpty` when the folder already holds content files.
    """
    if any(folder.rglob("*.yml")):
        raise NotEmpty(f"{folder} already holds content files")
    texts = export_texts(session)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return len(texts)


def export_texts(session: Session) -> dict[str, str]:
    """The content files of all subjects, by path: one per subject, by kind."""
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    texts = {}
    for subject in subjects_in_full(session):
        written = StringIO()
        yaml.dump([entry_of(record_of(subject))], written)
        texts[f"{subject.kind}/{subject.id}.yml"] = written.getvalue()
    return texts


def entry_of(record: dict[str, Any]) -> dict[str, Any]:
    """A record as files hold it: a figure that a parameter gives has no value of its own."""
    figures = {
        key: {name: value for name, value in figure.items() if name != "value"}
        if "parameter" in figure
        else figure
        for key, figure in record.get("figures", {}).items()
    }
    return record | ({"figures": figures} if figures else {})


def record_of(subject: Subject) -> dict[str, Any]:
    """A subject as an entry of a content file, without what the census gives it."""
    words: dict[str, dict[str, str]] = defaultdict(dict)
    aliases: dict[str, list[str]] = defaultdict(list)
    for name in sorted(subject.names, key=lambda name: name.id or 0):
        if name.role == "alias":
            aliases[name.writing].append(name.text)
        else:
            words[name.role][name.writing] = name.text
    tags: dict[str, list[str]] = defaultdict(list)
    for tag in sorted(subject.tags, key=lambda tag: tag.value):
        tags[_LIST_OF_DIMENSION[tag.dimension]].append(tag.value)
    status = {"value": subject.status, "as_of": subject.status_as_of} if subject.status else None
    return _without_blanks(
        {
            "id": subject.id,
            "kind": subject.kind,
            "names": words["name"],
            "aliases": dict(aliases),
            "part_of": subject.part_of,
            "ask": subject.ask,
            **{name: tags[name] for name in _LIST_OF_DIMENSION.values()},
            "prominence": subject.prominence,
            "status": status,
            "valid_from": subject.valid_from,
            "valid_to": subject.valid_to,
            "check_by": subject.check_by,
            "operator": words["operator"],
            "census": subject.census,
            "sources": {
                source.key: {"title": source.title, "url": source.url}
                | _without_blanks({"published": source.published})
                for source in sorted(subject.sources, key=lambda source: source.key)
                if not (subject.census and source.key == "census")
            },
            "figures": {
                figure.key: _figure_record(figure)
                for figure in sorted(subject.figures, key=lambda figure: figure.key)
                if not (subject.census and figure.sources == ["census"])
            },
            "statements": {
                statement.aspect: _statement_record(statement)
                for statement in sorted(subject.statements, key=lambda s: ASPECTS.index(s.aspect))
            },
            "steps": [_step_record(step) for step in subject.steps],
        }
    )


def _figure_record(figure: Figure) -> dict[str, Any]:
    values = [value if figure.unit in TEXT_UNITS else _number(value) for value in figure.values]
    return _without_blanks(
        {
            "value": values if len(values) > 1 else values[0],
            "unit": figure.unit,
            "certainty": figure.certainty,
            "sources": figure.sources,
            "as_of": figure.as_of,
            "note": figure.note,
            "parameter": figure.parameter,
        }
    )


def _number(value: str) -> int | float:
    """A figure as YAML writes numbers; a quoted one would be read as a text."""
    number = Decimal(value)
    return (
        int(number) if number == number.to_integral_value() and "." not in value else float(value)
    )


def _statement_record(statement: Statement) -> dict[str, Any]:
    return {
        "certainty": statement.certainty,
        "checked_on": statement.checked_on,
        "sources": statement.sources,
        **statement.texts,
    }


def _step_record(step: Step) -> dict[str, Any]:
    content = dict(step.content)
    for name in ("cost", "delay"):
        if content[name] is not None:
            content[name] = _without_blanks(content[name])
    return _without_blanks(content) | {"certainty": step.certainty, "sources": step.sources}


def _without_blanks(record: dict[str, Any]) -> dict[str, Any]:
    """Without what a content file leaves out: nothing, no words, an empty list."""
    return {key: value for key, value in record.items() if value not in (None, {}, [])}
