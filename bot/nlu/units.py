"""The units that quantities are counted in, and the words that name them (`vocabulary/units.yml`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.nlu.folding import Token, fold, words
from bot.nlu.skeleton import rests_after_clitics, skeleton
from bot.nlu.vocabularies import read_vocabulary


@dataclass(frozen=True)
class Unit:
    """What a number counts: the kind of quantity, the name of the unit, and how many of it one of the words is."""

    kind: str
    name: str
    factor: Decimal = Decimal(1)


JOBS = Unit("jobs", "jobs")
PEOPLE = Unit("number", "people")
PERCENT = Unit("percentage", "percent")
DIRHAMS = Unit("amount", "MAD")
PLAIN = Unit("number", "")

_VOCABULARY = read_vocabulary("units")
_LONGEST_UNIT = 3
_OF_AND_ARTICLE = frozenset({"ال", "ل", "د", "دال", "لل", "l", "el", "al", "d", "dl", "del"})
# فرصة shares its consonants with "frères".
_NO_SKELETON = frozenset({"فرصة", "فرص"})


def unit_at(text: str, said: Sequence[Token], position: int) -> tuple[Unit, int] | None:
    """The unit named at a token, by its longest name, and the position after it."""
    if position >= len(said):
        return None
    forms = _forms(said[position].text)
    for length in range(min(_LONGEST_UNIT, len(said) - position), 0, -1):
        rest = tuple(token.text for token in said[position + 1 : position + length])
        for form in forms:
            unit = UNITS.get((form, *rest))
            if unit and not _is_elision_or_laughter(text, said[position]):
                return _people_at_work(said, unit, position + length)
    for form in forms:
        unit = _UNITS_BY_SKELETON.get(skeleton(form))
        if unit:
            return unit, position + 1
    return None


def _forms(word: str) -> tuple[str, ...]:
    """A word as it is, then without the article or "of" attached to it (`lkhdama`, `دالخدامة`, `ddirham`).

    Not without other clitics: `80 مليون فالعام` counts no years. Nor cut down to a short French word
    ("dans" is no "ans").
    """
    rests = [
        rest
        for rest in rests_after_clitics(word)
        if word.removesuffix(rest) in _OF_AND_ARTICLE and (len(rest) > 3 or not rest.isascii())
    ]
    return (word, *rests)


def _is_elision_or_laughter(text: str, token: Token) -> bool:
    """Whether a letter is no unit: the j of "j'ai" counts no days, and "hhh" no hours."""
    if len(token.text) > 1:
        return False
    return token.end - token.start > 1 or text[token.end : token.end + 1] in ("'", "’")


def _people_at_work(said: Sequence[Token], unit: Unit, last: int) -> tuple[Unit, int]:
    """The unit, or jobs where people are followed by their work: `250 wahed khddam`."""
    if unit == PEOPLE and last < len(said) and UNITS.get((said[last].text,)) == JOBS:
        return JOBS, last + 1
    return unit, last


def _named_units() -> Iterator[tuple[str, Unit]]:
    """Each spelling of the vocabulary with the unit it names."""
    for name, spellings in _VOCABULARY["currencies"].items():
        currency, _, parts = name.partition("/")
        for spelling in spellings:
            yield spelling, Unit("amount", currency, 1 / Decimal(parts or 1))
    for kind, unit in (("jobs", JOBS), ("people", PEOPLE)):
        for row in _VOCABULARY[kind]:
            for spelling in row:
                yield spelling, unit
    for group, kind in (("areas", "area"), ("durations", "duration")):
        for name, spellings in _VOCABULARY[group].items():
            for spelling in spellings:
                yield spelling, Unit(kind, name)
    for spelling in _VOCABULARY["percent"]:
        yield spelling, PERCENT


def _has_own_consonants(spelling: str) -> bool:
    """Whether an Arabic spelling can stand for what the same word becomes in Latin letters."""
    one_word = not spelling.isascii() and " " not in spelling and spelling not in _NO_SKELETON
    return one_word and len(skeleton(spelling)) >= 3


UNITS = {tuple(words(spelling)): unit for spelling, unit in _named_units()}
_UNITS_BY_SKELETON = {
    skeleton(spelling): unit
    for spelling, unit in _named_units()
    if unit != PERCENT and _has_own_consonants(spelling)
}
CURRENCY_WORDS = frozenset(
    name[0] for name, unit in UNITS.items() if unit.kind == "amount" and len(name) == 1
)
# One word that says two: `شهرين`.
DUALS = {
    fold(spelling): Unit("duration", name)
    for name, spellings in _VOCABULARY["duals"].items()
    for spelling in spellings
}
# "k", "MDH": the multiplier and the currency named with it, if any.
SUFFIXES: dict[str, tuple[int, str | None]] = {
    word: (scale, currency) for word, (scale, currency) in _VOCABULARY["suffixes"].items()
}
