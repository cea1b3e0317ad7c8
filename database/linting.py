"""The rules between the parts of the content: what a model alone cannot see.

Files and the console's drafts are held to the same rules. A mistake is a place, a kind and the
values it names, so that each reader is told in their own words; `told` says it in English.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from database.records import (
    PARTIAL_DATE,
    PLACEHOLDER,
    TYPED_PLACEHOLDER,
    StepCost,
    StepRecord,
    SubjectRecord,
    Words,
    figure_named,
    placeholders,
)
from database.vocabulary import TEXT_UNITS, WRITINGS

# A number is a run of digits with no letter beside it: `7it`, `Skills4all` and `P2I` are words.
NUMBER = re.compile(r"(?<!\w)\d[\d.,   ]*(?!\w)", re.UNICODE)
WEB_ADDRESS = re.compile(r"https?://\S+")

Place = tuple[int | str, ...]

MESSAGES = {
    "gap_statements": "a gap has one statement: contact",
    "no_overview": "overview is missing",
    "no_such_subject": "no subject is called {name}",
    "part_of_itself": "a subject cannot be part of itself",
    "unit_misfit": "{value!r} does not fit {unit}",
    "not_a_link": "{value!r} is no web address",
    "no_such_figure": "{{{name}}} names no figure",
    "no_such_source": "no source is called {name}",
    "unopenable": "rests only on sources nobody can open: uncertain",
    "bad_date": "{{{name}}} is no date",
    "lone_brace": "a brace stands alone",
    "typed_number": "the number {number!r} is typed into the text",
    "placeholders_differ": "placeholders differ from fr: missing {missing}, surplus {surplus}",
    "shared_alias": "{alias!r} also names {owner}",
    "figure_needed": "{{{name}}} is named by {user}",
    "subject_needed": "{name} is named by {user}",
    "malformed": "{message}",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in an entry: `place` leads to it, `kind` is a key of `MESSAGES`."""

    place: Place
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """The mistake in English."""
        return MESSAGES[self.kind].format(**self.values)


def malformed(error: ValidationError) -> list[Mistake]:
    """What a model refused, as mistakes; `type` and `input` are pydantic's."""
    return [Mistake(detail["loc"], "malformed", _values(detail)) for detail in error.errors()]


def _values(detail: ErrorDetails) -> dict[str, object]:
    return {"message": detail["msg"], "type": detail["type"], "input": detail["input"]}


def mistakes_of(subject: SubjectRecord, known: Mapping[str, SubjectRecord]) -> Iterator[Mistake]:
    """What is wrong in one subject, among all the subjects there are (itself included)?"""
    if subject.kind == "gap":
        if subject.statements.keys() != {"contact"}:
            yield Mistake(("statements",), "gap_statements")
    elif "overview" not in subject.statements:
        yield Mistake(("statements",), "no_overview")
    for name in ("part_of", "ask"):
        named = getattr(subject, name)
        if named is not None and named not in known:
            yield Mistake((name,), "no_such_subject", {"name": named})
    if subject.part_of == subject.id:
        yield Mistake(("part_of",), "part_of_itself")
    for key, figure in subject.figures.items():
        yield from _unknown_sources(subject, ("figures", key), figure.sources)
        yield from _unopenable(subject, ("figures", key), figure.sources, figure.certainty)
        yield from _misfitting_value(("figures", key, "value"), figure.value, figure.unit)
    for aspect, statement in subject.statements.items():
        place = ("statements", aspect)
        yield from _unknown_sources(subject, place, statement.sources)
        yield from _unopenable(subject, place, statement.sources, statement.certainty)
        yield from _mistakes_in_words(subject, place, statement, known)
    if subject.operator is not None:
        yield from _mistakes_in_words(subject, ("operator",), subject.operator, known)
    for index, step in enumerate(subject.steps):
        yield from _mistakes_of_step(subject, index, step, known)


def shared_aliases(subjects: Iterable[SubjectRecord]) -> Iterator[tuple[SubjectRecord, Mistake]]:
    """Which subjects are called what another one is called already?"""
    owners: dict[str, str] = {}
    for subject in subjects:
        for alias in called(subject):
            owner = owners.setdefault(alias, subject.id)
            if owner != subject.id:
                values = {"alias": alias, "owner": owner}
                yield subject, Mistake(("aliases",), "shared_alias", values)


def mistakes_among(
    changed: Collection[SubjectRecord], known: Mapping[str, SubjectRecord]
) -> Iterator[tuple[SubjectRecord, Mistake]]:
    """What is wrong once these subjects stand among `known`: in them, or in others through them?"""
    after = {**known, **{subject.id: subject for subject in changed}}
    for subject in changed:
        for mistake in mistakes_of(subject, after):
            yield subject, mistake
        yield from _needed_elsewhere(subject, known, after)
    own = {subject.id for subject in changed}
    others = {
        alias: owner.id
        for owner in known.values()
        if owner.id not in own
        for alias in called(owner)
    }
    for subject in changed:
        for alias in called(subject):
            owner = others.setdefault(alias, subject.id)
            if owner != subject.id:
                values = {"alias": alias, "owner": owner}
                yield subject, Mistake(("aliases",), "shared_alias", values)


def called(subject: SubjectRecord) -> list[str]:
    """The names and aliases of a subject, as two subjects must not share them."""
    aliases = [alias for group in subject.aliases.by_writing().values() for alias in group]
    texts = [*aliases, *subject.names.by_writing().values()]
    return sorted({text.strip().casefold() for text in texts})


def words_of(subject: SubjectRecord) -> Iterator[tuple[Place, Words]]:
    """All that a subject says, with its place."""
    for aspect, statement in subject.statements.items():
        yield ("statements", aspect), statement
    if subject.operator is not None:
        yield ("operator",), subject.operator
    for index, step in enumerate(subject.steps):
        for place, words in _words_of_step(step):
            yield ("steps", index, *place), words


def figures_used(subject: SubjectRecord) -> Iterator[tuple[Place, str, str]]:
    """Each place of a subject that names a figure: place, the figure's subject, its key."""
    for place, words in words_of(subject):
        names = {name for text in words.by_writing().values() for name in placeholders(text)}
        for name in sorted(names):
            if TYPED_PLACEHOLDER.fullmatch(name) is None:
                yield place, *figure_named(name, subject.id)
    for index, step in enumerate(subject.steps):
        for part in ("cost", "delay"):
            cost: StepCost | None = getattr(step, part)
            for name in cost.figures if cost else []:
                yield ("steps", index, part), *figure_named(name, subject.id)


def _needed_elsewhere(
    subject: SubjectRecord,
    known: Mapping[str, SubjectRecord],
    after: Mapping[str, SubjectRecord],
) -> Iterator[tuple[SubjectRecord, Mistake]]:
    """Figures that are there no more, and that other subjects name."""
    before = known.get(subject.id)
    gone = set(before.figures if before else ()) - set(subject.figures)
    if not gone:
        return
    for other in after.values():
        if other.id == subject.id:
            continue
        for _, owner, key in figures_used(other):
            if owner == subject.id and key in gone:
                values = {"name": key, "user": other.id}
                yield subject, Mistake(("figures",), "figure_needed", values)


def _mistakes_of_step(
    subject: SubjectRecord, index: int, step: StepRecord, known: Mapping[str, SubjectRecord]
) -> Iterator[Mistake]:
    place = ("steps", index)
    yield from _unknown_sources(subject, place, step.sources)
    yield from _unopenable(subject, place, step.sources, step.certainty)
    if isinstance(step.body, str) and step.body not in known:
        yield Mistake((*place, "body"), "no_such_subject", {"name": step.body})
    for name in ("cost", "delay"):
        part: StepCost | None = getattr(step, name)
        for figure in part.figures if part else []:
            yield from _unknown_figure(subject, (*place, name, "figures"), figure, known)
    for inner, words in _words_of_step(step):
        yield from _mistakes_in_words(subject, (*place, *inner), words, known)


def _words_of_step(step: StepRecord) -> Iterator[tuple[Place, Words]]:
    worded = {
        ("title",): step.title,
        ("body",): step.body,
        ("legal_reference",): step.legal_reference,
        ("detail",): step.detail,
        ("cost", "note"): step.cost and step.cost.note,
        ("delay", "note"): step.delay and step.delay.note,
    }
    for place, words in worded.items():
        if isinstance(words, Words):
            yield place, words
    for number, words in enumerate(step.documents):
        yield ("documents", number), words


def _mistakes_in_words(
    subject: SubjectRecord, place: Place, words: Words, known: Mapping[str, SubjectRecord]
) -> Iterator[Mistake]:
    texts = words.by_writing()
    for writing, text in texts.items():
        here = (*place, writing)
        for name in placeholders(text):
            typed = TYPED_PLACEHOLDER.fullmatch(name)
            if typed is None:
                yield from _unknown_figure(subject, here, name, known)
            elif typed[1] == "date" and not re.fullmatch(PARTIAL_DATE, typed[2]):
                yield Mistake(here, "bad_date", {"name": name})
        bare = PLACEHOLDER.sub("", text)
        if "{" in bare or "}" in bare:
            yield Mistake(here, "lone_brace")
        for number in NUMBER.findall(bare):
            yield Mistake(here, "typed_number", {"number": number.strip()})
    expected = set(placeholders(texts["fr"]))
    for writing in WRITINGS[1:]:
        found = set(placeholders(texts[writing]))
        if found != expected:
            values = {"missing": sorted(expected - found), "surplus": sorted(found - expected)}
            yield Mistake((*place, writing), "placeholders_differ", values)


def _misfitting_value(place: Place, value: object, unit: str) -> Iterator[Mistake]:
    if (unit in TEXT_UNITS) != isinstance(value, str):
        yield Mistake(place, "unit_misfit", {"value": value, "unit": unit})
    elif unit == "url" and not WEB_ADDRESS.fullmatch(str(value)):
        yield Mistake(place, "not_a_link", {"value": value})


def _unknown_figure(
    subject: SubjectRecord, place: Place, name: str, known: Mapping[str, SubjectRecord]
) -> Iterator[Mistake]:
    owner, key = figure_named(name, subject.id)
    if owner not in known or key not in known[owner].figures:
        yield Mistake(place, "no_such_figure", {"name": name})


def _unknown_sources(subject: SubjectRecord, place: Place, sources: list[str]) -> Iterator[Mistake]:
    for source in sources:
        if source not in subject.sources:
            yield Mistake((*place, "sources"), "no_such_source", {"name": source})


def _unopenable(
    subject: SubjectRecord, place: Place, sources: list[str], certainty: str
) -> Iterator[Mistake]:
    found = [subject.sources[source] for source in sources if source in subject.sources]
    if found and certainty != "uncertain" and all(source.url is None for source in found):
        yield Mistake((*place, "certainty"), "unopenable")
