"""Reads `content/facts/*.yml` strictly: what is not understood is refused with file, line and key.

`dalil content check` prints every mistake found; `read_facts` raises them together. Nothing here
touches the database: the result is a tree of plain models that `database.loading` stores.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from database import census
from database.vocabulary import (
    ASPECTS,
    AUDIENCES,
    CERTAINTIES,
    DEFAULT_AUTHORITY,
    KINDS,
    LEGAL_FORMS,
    NUMBER_UNITS,
    PROVINCES,
    SECTORS,
    STATUSES,
    TEXT_UNITS,
    WRITINGS,
)

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TYPED_PLACEHOLDER = re.compile(r"(ref|date|name):(.+)", re.DOTALL)
PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
# A number is a run of digits with no letter beside it: `7it`, `Skills4all` and `P2I` are words.
NUMBER = re.compile(r"(?<!\w)\d[\d.,   ]*(?!\w)", re.UNICODE)


class ContentError(Exception):
    """The content cannot be read; `mistakes` holds one line per mistake: file:line: key: what."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def _as_text(value: Any) -> Any:
    """YAML reads 2025, 2025-07-03 and 0.5 as numbers and dates; the content means what is typed."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return value
    return str(value)


Text = Annotated[str, BeforeValidator(_as_text)]
Day = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"^{PARTIAL_DATE}$")]
Published = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"^~?{PARTIAL_DATE}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SourceKey = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[a-z0-9_]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(_Strict):
    """The same words in the three writings."""

    fr: str = Field(min_length=1)
    ary_arab: str = Field(alias="ary-Arab", min_length=1)
    ary_latn: str = Field(alias="ary-Latn", min_length=1)

    def by_writing(self) -> dict[str, str]:
        """The texts keyed by BCP 47 tag."""
        return {"fr": self.fr, "ary-Arab": self.ary_arab, "ary-Latn": self.ary_latn}


class Aliases(_Strict):
    """What people type to name a subject, by writing."""

    fr: list[Text] = []
    ary_arab: list[Text] = Field(default=[], alias="ary-Arab")
    ary_latn: list[Text] = Field(default=[], alias="ary-Latn")

    def by_writing(self) -> dict[str, list[str]]:
        """The aliases keyed by BCP 47 tag."""
        return {"fr": self.fr, "ary-Arab": self.ary_arab, "ary-Latn": self.ary_latn}


class SourceRecord(_Strict):
    """Where a fact was read; `url` is null when nobody can open it."""

    title: Text = Field(min_length=1)
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    published: Published | None = None


class FigureRecord(_Strict):
    """One number (or contact) with its unit, its certainty and where it comes from."""

    value: Decimal | tuple[Decimal, Decimal] | str
    unit: Literal[NUMBER_UNITS + TEXT_UNITS]  # type: ignore[valid-type]
    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    sources: list[SourceKey] = Field(min_length=1)
    as_of: Day | None = None
    note: Text | None = None


class StatementRecord(Words):
    """What is said of one aspect of a subject."""

    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    checked_on: date
    sources: list[SourceKey] = Field(min_length=1)


class StepCost(_Strict):
    """What a step costs or how long it takes: figures to add up, and a note in words."""

    figures: list[Annotated[str, Field(pattern=r"^[a-z0-9_.]+$")]] = []
    note: Words | None = None


class StepRecord(_Strict):
    """One stage of a procedure."""

    title: Words
    body: Words | Key | None = None
    documents: list[Words] = []
    cost: StepCost | None = None
    delay: StepCost | None = None
    channel: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    legal_reference: Words | None = None
    detail: Words | None = None
    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    sources: list[SourceKey] = Field(min_length=1)


class StatusRecord(_Strict):
    """Whether the subject is open, and the day of the latest evidence."""

    value: Literal[STATUSES]  # type: ignore[valid-type]
    as_of: Day


class SubjectRecord(_Strict):
    """A thing people ask about, as one entry of a content file."""

    id: Key
    kind: Literal[KINDS]  # type: ignore[valid-type]
    names: Words
    aliases: Aliases = Aliases()
    part_of: Key | None = None
    ask: Key = DEFAULT_AUTHORITY
    provinces: list[Literal[PROVINCES]] = []  # type: ignore[valid-type]
    sectors: list[Literal[SECTORS]] = []  # type: ignore[valid-type]
    audiences: list[Literal[AUDIENCES]] = []  # type: ignore[valid-type]
    legal_forms: list[Literal[LEGAL_FORMS]] = []  # type: ignore[valid-type]
    prominence: int = Field(default=3, ge=1, le=5)
    status: StatusRecord | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    check_by: date
    operator: Words | None = None
    census: Annotated[str, BeforeValidator(_as_text)] | None = None
    sources: dict[SourceKey, SourceRecord] = {}
    figures: dict[Key, FigureRecord] = {}
    statements: dict[Literal[ASPECTS], StatementRecord]  # type: ignore[valid-type]
    steps: list[StepRecord] = []


Place = tuple[Path, int]


def read_facts(folder: Path) -> list[SubjectRecord]:
    """Every subject under `folder`, in the order of files and entries.

    Raises `ContentError` with all mistakes found: unknown or duplicate keys, missing writings,
    numbers typed into texts, placeholders that differ between writings or name no figure,
    statements without source, aliases that two subjects share.
    """
    subjects: list[SubjectRecord] = []
    places: dict[str, Place] = {}
    nodes: dict[str, CommentedMap] = {}
    mistakes: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        try:
            entries = YAML(typ="rt").load(path.read_text("utf-8"))
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            mistakes.append(f"{path}:{line}: {error.problem}")
            continue
        if not isinstance(entries, CommentedSeq):
            mistakes.append(f"{path}:1: a list of subjects was expected")
            continue
        for index, node in enumerate(entries):
            place = (path, entries.lc.item(index)[0] + 1)
            try:
                subject = _with_census(SubjectRecord.model_validate(_plain(node)))
            except ValidationError as error:
                mistakes += [
                    f"{path}:{_line_of(node, detail['loc'], place[1])}: "
                    f"{node.get('id', '?')}.{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
                    for detail in error.errors()
                ]
                continue
            except census.UnknownCode as error:
                mistakes.append(f"{path}:{place[1]}: {node.get('id')}.census: {error}")
                continue
            if subject.id in places:
                first = places[subject.id]
                mistakes.append(
                    f"{path}:{place[1]}: {subject.id}: already defined at {first[0]}:{first[1]}"
                )
                continue
            places[subject.id], nodes[subject.id] = place, node
            subjects.append(subject)
    known = {subject.id: subject for subject in subjects}
    for subject in subjects:
        path, line = places[subject.id]
        for loc, message in _mistakes_of(subject, known):
            at = _line_of(nodes[subject.id], loc, line)
            mistakes.append(f"{path}:{at}: {subject.id}.{'.'.join(map(str, loc))}: {message}")
    mistakes += _shared_aliases(subjects, places)
    if mistakes:
        raise ContentError(mistakes)
    return subjects


def placeholders(text: str) -> list[str]:
    """The placeholders of a text, in order, without their braces."""
    return PLACEHOLDER.findall(text)


def figure_named(name: str, subject_id: str) -> tuple[str, str]:
    """Which (subject, figure) a placeholder such as `cap` or `tpme.cap` names."""
    owner, _, key = name.rpartition(".")
    return owner or subject_id, key


def _with_census(subject: SubjectRecord) -> SubjectRecord:
    if subject.census is None:
        return subject
    figures = {
        key: FigureRecord(
            value=value,
            unit=unit,
            certainty="official",
            sources=["census"],
            as_of=census.AS_OF,
        )
        for key, (value, unit) in census.figures(subject.census).items()
    }
    source = SourceRecord(title=census.TITLE, url=census.URL, published=census.PUBLISHED)
    return subject.model_copy(
        update={
            "figures": figures | subject.figures,
            "sources": {"census": source} | subject.sources,
        }
    )


def _plain(node: Any) -> Any:
    """The YAML tree as plain dicts and lists."""
    if isinstance(node, CommentedMap):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    return node


def _line_of(node: Any, loc: tuple[int | str, ...], fallback: int) -> int:
    """The line, counted from 1, of the deepest part of `loc` that the file holds."""
    line = fallback
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return line


Mistake = tuple[tuple[int | str, ...], str]


def _mistakes_of(subject: SubjectRecord, known: dict[str, SubjectRecord]) -> Iterator[Mistake]:
    if "overview" not in subject.statements:
        yield ("statements",), "overview is missing"
    for field in ("part_of", "ask"):
        named = getattr(subject, field)
        if named is not None and named not in known:
            yield (field,), f"no subject is called {named}"
    for key, figure in subject.figures.items():
        yield from _unknown_sources(subject, ("figures", key), figure.sources)
        yield from _unopenable(subject, ("figures", key), figure.sources, figure.certainty)
        if (figure.unit in TEXT_UNITS) != isinstance(figure.value, str):
            yield ("figures", key, "value"), f"{figure.value!r} does not fit {figure.unit}"
    for aspect, statement in subject.statements.items():
        loc = ("statements", aspect)
        yield from _unknown_sources(subject, loc, statement.sources)
        yield from _unopenable(subject, loc, statement.sources, statement.certainty)
        yield from _mistakes_in_words(subject, loc, statement, known)
    if subject.operator is not None:
        yield from _mistakes_in_words(subject, ("operator",), subject.operator, known)
    for index, step in enumerate(subject.steps):
        yield from _mistakes_of_step(subject, index, step, known)


def _mistakes_of_step(
    subject: SubjectRecord, index: int, step: StepRecord, known: dict[str, SubjectRecord]
) -> Iterator[Mistake]:
    loc = ("steps", index)
    yield from _unknown_sources(subject, loc, step.sources)
    yield from _unopenable(subject, loc, step.sources, step.certainty)
    if isinstance(step.body, str) and step.body not in known:
        yield (*loc, "body"), f"no subject is called {step.body}"
    for name in ("cost", "delay"):
        part: StepCost | None = getattr(step, name)
        for figure in part.figures if part else []:
            yield from _unknown_figure(subject, (*loc, name), figure, known)
    worded = {
        "title": step.title,
        "body": step.body,
        "legal_reference": step.legal_reference,
        "detail": step.detail,
        "cost": step.cost and step.cost.note,
        "delay": step.delay and step.delay.note,
    }
    for name, words in worded.items():
        if isinstance(words, Words):
            yield from _mistakes_in_words(subject, (*loc, name), words, known)
    for number, words in enumerate(step.documents):
        yield from _mistakes_in_words(subject, (*loc, "documents", number), words, known)


def _mistakes_in_words(
    subject: SubjectRecord,
    loc: tuple[int | str, ...],
    words: Words,
    known: dict[str, SubjectRecord],
) -> Iterator[Mistake]:
    texts = words.by_writing()
    for writing, text in texts.items():
        for name in placeholders(text):
            typed = TYPED_PLACEHOLDER.fullmatch(name)
            if typed is None:
                yield from _unknown_figure(subject, (*loc, writing), name, known)
            elif typed[1] == "date" and not re.fullmatch(PARTIAL_DATE, typed[2]):
                yield (*loc, writing), f"{{{name}}} is no date"
        bare = PLACEHOLDER.sub("", text)
        if "{" in bare or "}" in bare:
            yield (*loc, writing), "a brace stands alone"
        for number in NUMBER.findall(bare):
            yield (*loc, writing), f"the number {number.strip()!r} is typed into the text"
    expected = sorted(set(placeholders(texts["fr"])))
    for writing in WRITINGS[1:]:
        found = sorted(set(placeholders(texts[writing])))
        if found != expected:
            missing, surplus = set(expected) - set(found), set(found) - set(expected)
            yield (
                (*loc, writing),
                f"placeholders differ from fr: missing {sorted(missing)}, surplus {sorted(surplus)}",
            )


def _unknown_figure(
    subject: SubjectRecord,
    loc: tuple[int | str, ...],
    name: str,
    known: dict[str, SubjectRecord],
) -> Iterator[Mistake]:
    owner, key = figure_named(name, subject.id)
    if owner not in known or key not in known[owner].figures:
        yield loc, f"{{{name}}} names no figure"


def _unknown_sources(
    subject: SubjectRecord, loc: tuple[int | str, ...], sources: list[str]
) -> Iterator[Mistake]:
    for source in sources:
        if source not in subject.sources:
            yield (*loc, "sources"), f"no source is called {source}"


def _unopenable(
    subject: SubjectRecord, loc: tuple[int | str, ...], sources: list[str], certainty: str
) -> Iterator[Mistake]:
    found = [subject.sources[source] for source in sources if source in subject.sources]
    if found and certainty != "uncertain" and all(source.url is None for source in found):
        yield (*loc, "certainty"), "rests only on sources nobody can open: uncertain"


def _shared_aliases(subjects: list[SubjectRecord], places: dict[str, Place]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for subject in subjects:
        aliases = [alias for group in subject.aliases.by_writing().values() for alias in group]
        for alias in {text.casefold() for text in [*aliases, *subject.names.by_writing().values()]}:
            owner = owners.setdefault(alias, subject.id)
            if owner != subject.id:
                path, line = places[subject.id]
                yield f"{path}:{line}: {subject.id}.aliases: {alias!r} also names {owner}"


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
