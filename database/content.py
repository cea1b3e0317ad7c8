"""Reads `content/facts/*.yml` strictly: what is not understood is refused with file, line and key.

`dalil content check` prints every mistake found; `read_facts` raises them together. Nothing here
touches the database: the result is a tree of plain models that `database.loading` stores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from database import census
from database.linting import Mistake, malformed, mistakes_of, shared_aliases
from database.records import FigureRecord, SourceRecord, SubjectRecord
from schemes.parameters import ParameterError, UnknownParameter, history_of

# A file with more parts than this is no content: YAML can name one part many times over.
MOST_PARTS = 200_000


@dataclass(frozen=True, slots=True)
class Located:
    """A mistake with the file, line and subject it stands in."""

    file: str
    line: int
    subject_id: str
    mistake: Mistake

    def __str__(self) -> str:
        key = ".".join(map(str, (self.subject_id, *self.mistake.place)))
        return f"{self.file}:{self.line}: {key}: {self.mistake.told}"


class ContentError(Exception):
    """The content cannot be read; `mistakes` holds one line per mistake: file:line: key: what."""

    def __init__(self, found: list[Located]) -> None:
        self.found = found
        self.mistakes = [str(each) for each in found]
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True, slots=True)
class Entry:
    """A subject as its file holds it, and where."""

    subject: SubjectRecord
    file: str
    line: int
    node: CommentedMap

    def locate(self, mistake: Mistake) -> Located:
        """The mistake with the line of the deepest part that the file holds."""
        line = _line_of(self.node, mistake.place, self.line)
        return Located(self.file, line, self.subject.id, mistake)


def read_facts(folder: Path) -> list[SubjectRecord]:
    """Every subject under `folder`, in the order of files and entries.

    Raises `ContentError` with all mistakes found: unknown or duplicate keys, missing writings,
    numbers typed into texts, placeholders that differ between writings or name no figure,
    statements without source, aliases that two subjects share.
    """
    texts = {str(path): path.read_text("utf-8") for path in sorted(folder.rglob("*.yml"))}
    entries, found = read_entries(texts)
    subjects = [entry.subject for entry in entries]
    known = {subject.id: subject for subject in subjects}
    entry_of = {entry.subject.id: entry for entry in entries}
    for entry in entries:
        found += [entry.locate(mistake) for mistake in mistakes_of(entry.subject, known)]
    found += [entry_of[subject.id].locate(each) for subject, each in shared_aliases(subjects)]
    if found:
        raise ContentError(found)
    return subjects


def read_entries(texts: Mapping[str, str]) -> tuple[list[Entry], list[Located]]:
    """The entries of files given as texts by name, and what no model understands in them."""
    entries: dict[str, Entry] = {}
    found: list[Located] = []
    for file, text in texts.items():
        try:
            nodes = YAML(typ="rt").load(text)
            if not isinstance(nodes, CommentedSeq):
                found.append(_unreadable(file, 1, "a list of subjects was expected"))
                continue
            records = _plain(nodes, [MOST_PARTS])
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            found.append(_unreadable(file, line, str(error.problem)))
            continue
        except (YAMLError, _TooLarge, RecursionError, ValueError) as error:
            found.append(_unreadable(file, 1, str(error) or "too many parts"))
            continue
        for index, record in enumerate(records):
            line = nodes.lc.item(index)[0] + 1
            subject_id = str(record.get("id", "?")) if isinstance(record, dict) else "?"
            try:
                subject = subject_of(record)
            except RecordError as error:
                found += [
                    Located(file, _line_of(nodes[index], each.place, line), subject_id, each)
                    for each in error.mistakes
                ]
                continue
            if subject.id in entries:
                first = entries[subject.id]
                told = f"already defined at {first.file}:{first.line}"
                mistake = Mistake((), "malformed", {"message": told, "type": "defined_twice"})
                found.append(Located(file, line, subject.id, mistake))
                continue
            entries[subject.id] = Entry(subject, file, line, nodes[index])
    return list(entries.values()), found


class RecordError(ValueError):
    """An entry is not understood; `mistakes` tells why."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(mistake.told for mistake in mistakes))
        self.mistakes = mistakes


def subject_of(record: Any) -> SubjectRecord:
    """The subject that an entry describes, with the figures of the law and of the census.

    Raises `RecordError`.
    """
    try:
        return with_census(SubjectRecord.model_validate(_with_parameters(record)))
    except ValidationError as error:
        raise RecordError(malformed(error)) from error
    except ParameterError as error:
        raise RecordError([_misread("figures", error, "no_such_parameter")]) from error
    except census.UnknownCode as error:
        raise RecordError([_misread("census", error, "no_such_census_code")]) from error


def _misread(place: str, error: Exception, kind: str) -> Mistake:
    return Mistake((place,), "malformed", {"message": str(error), "type": kind})


def _unreadable(file: str, line: int, problem: str) -> Located:
    mistake = Mistake((), "malformed", {"message": problem, "type": "not_yaml"})
    return Located(file, line, "?", mistake)


def _with_parameters(record: Any) -> Any:
    """The record with each figure that names a `parameter` of a scheme given its value.

    That is the value which stood, or stood last, on the day the statements were last checked.
    Raises `schemes.parameters.ParameterError` when there is none.
    """
    figures = record.get("figures") if isinstance(record, dict) else None
    if not isinstance(figures, dict):
        return record
    given = {}
    for key, figure in figures.items():
        given[key] = figure
        if isinstance(figure, dict) and figure.get("parameter"):
            value = _value_of(str(figure["parameter"]), _last_checked(record))
            given[key] = figure | {"value": value}
    return record | {"figures": given}


def _value_of(parameter: str, on: date) -> Any:
    scheme, _, name = parameter.partition(".")
    if not scheme.isidentifier():
        raise UnknownParameter("no such scheme", name=name, on=on, scheme=scheme)
    entries = history_of(scheme).get(name, ())
    begun = [each.value for each in entries if each.since <= on and each.value is not None]
    if not begun:
        raise UnknownParameter("no value", name=name, on=on, scheme=scheme)
    return begun[-1]


def _last_checked(record: dict[str, Any]) -> date:
    statements = record.get("statements")
    days = [
        _day(statement.get("checked_on"))
        for statement in (statements.values() if isinstance(statements, dict) else ())
        if isinstance(statement, dict)
    ]
    return max((day for day in days if day), default=date.max)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def with_census(subject: SubjectRecord) -> SubjectRecord:
    """The subject with the figures of its place in the census, where it names one.

    Raises `census.UnknownCode`.
    """
    if subject.census is None:
        return subject
    source = SourceRecord(title=census.TITLE, url=census.URL, published=census.PUBLISHED)
    return subject.model_copy(
        update={
            "figures": census_figures(subject.census) | subject.figures,
            "sources": {"census": source} | subject.sources,
        }
    )


def census_figures(code: str) -> dict[str, FigureRecord]:
    """The figures of a place, by key. Raises `census.UnknownCode`."""
    return {
        key: FigureRecord(
            value=value,
            unit=unit,
            certainty="official",
            sources=["census"],
            as_of=census.AS_OF,
        )
        for key, (value, unit) in census.figures(code).items()
    }


class _TooLarge(ValueError):
    """A file unfolds to more parts than any content has."""


def _plain(node: Any, left: list[int]) -> Any:
    """The YAML tree as plain dicts and lists; `left` counts how many parts it may still have."""
    left[0] -= 1
    if left[0] < 0:
        raise _TooLarge("too many parts")
    if isinstance(node, CommentedMap):
        return {key: _plain(value, left) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value, left) for value in node]
    return node


def _line_of(node: Any, place: tuple[int | str, ...], fallback: int) -> int:
    """The line, counted from 1, of the deepest part of `place` that the file holds."""
    line = fallback
    for part in place:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return line


def main() -> int:
    """Prints the mistakes of `content/facts`, or how many subjects it holds."""
    from settings import settings

    try:
        subjects = read_facts(settings().content / "facts")
    except ContentError as error:
        print(error)
        print(f"{len(error.mistakes)} mistakes")
        return 1
    statements = sum(len(subject.statements) for subject in subjects)
    print(f"{len(subjects)} subjects, {statements} statements: no mistake")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
