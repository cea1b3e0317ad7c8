"""Amounts, jobs, percentages, areas, durations and plain numbers, as they are written in the three writings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.nlu.dates import find_dates
from bot.nlu.folding import Token, fold, tokens
from bot.nlu.number_phrases import figures_value, fraction_after, number_at
from bot.nlu.skeleton import rests_after_clitics
from bot.nlu.units import (
    CURRENCY_WORDS,
    DIRHAMS,
    DUALS,
    PERCENT,
    PLAIN,
    SUFFIXES,
    UNITS,
    Unit,
    unit_at,
)
from bot.nlu.vocabularies import read_vocabulary


@dataclass(frozen=True)
class Quantity:
    """A quantity and where it stands in the text (`text` is the words themselves).

    `kind` and `unit`: `amount` in `MAD`, `EUR` or `USD` (never converted); `jobs` in `jobs`;
    `percentage` in `percent`; `area` in `ha` or `m2`; `duration` in `hours`, `days`, `weeks`, `months`
    or `years`; `number` in `people` or, uncounted, in the empty unit.
    `upper` is the higher end of a range, `value` then the lower one.
    `alternatives` are other readings of `value` (a *mlyoun* of centimes); `upper` then scales with it.
    `certain` is False when there are such readings, or when the number is only rough ("une dizaine").
    """

    kind: str
    value: Decimal
    unit: str
    text: str
    start: int
    end: int
    alternatives: tuple[Decimal, ...] = ()
    certain: bool = True
    upper: Decimal | None = None


@dataclass(frozen=True)
class _Measure:
    """A quantity being read: the tokens it takes (`first:last`), where it ends in the text, its unit once known."""

    value: Decimal
    first: int
    last: int
    end: int
    unit: Unit | None = None
    scale: int = 1
    darija: bool = False
    approximate: bool = False
    suffixed: bool = False
    upper: Decimal | None = None


_VOCABULARY = read_vocabulary("units")
_LINKS = frozenset(fold(word) for word in _VOCABULARY["links"])
_ARTICLES = frozenset({"l", "ال", "ل"})
_LAWS = frozenset(fold(word) for row in _VOCABULARY["laws"] for word in row)
_LABELS = _LAWS.union(fold(word) for row in _VOCABULARY["labels"] for word in row)
_POINTING = frozenset(fold(word) for word in _VOCABULARY["pointing"])
_ASKING = frozenset(fold(word) for word in _VOCABULARY["asking"])
_PERCENT_PREPOSITIONS = frozenset({"f", "fel", "fl", "fi", "ف", "في"})
_BETWEEN = frozenset(fold(phrase) for phrase in _VOCABULARY["ranges"]["between"])
_OPENED = frozenset(fold(word) for word in _VOCABULARY["ranges"]["opened"])
_OPENERS = frozenset(fold(word) for word in _VOCABULARY["ranges"]["openers"])
_SYMBOLS = {"€": "EUR", "$": "USD"}
_SYMBOL_AFTER = re.compile(r"\s?([€$])")
_SYMBOL_BEFORE = re.compile(r"([€$])\s?$")
_RANGE_DASH = re.compile(r"\s?[-–—]\s?")
_LABEL_JOINT = re.compile(r"\s?[-–./]\s?")
_COUNTED = frozenset({"jobs", "people", "days", "weeks", "months", "years"})
_CENTIMES = Decimal("0.01")
_MILLION = 10**6
# What looks like a quantity and is none: telephones, times of day, "24h/24", the numbers of texts of law.
_NOT_QUANTITIES = re.compile(
    r"(?:\+|00)212(?:[\s.-]?\d){9}"
    r"|(?<![\d.,])0\d(?:[\s.-]?\d{2})+(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[hH:]\s?[0-5]\d(?!\d)"
    r"|(?<!\d)\d+\s?[hHjJ]?\s?/\s?\d+(?:\s?[hHjJ]\b)?"
    r"|(?<!\d)\d+(?:-\d+){2,}|(?<![\d.,])0\d+(?:-\d+)*"
    + "".join(rf"|(?i:\b{name}\b)" for name in _VOCABULARY["names"])
)
# "22-24", "12.03": how Moroccan laws are numbered.
_LAW_NUMBER = re.compile(r"\d{1,3}[-.]\d{2}")


def find_quantities(text: str, *, writing: str | None = None) -> list[Quantity]:
    """The quantities said in a text, in order.

    `writing` is the BCP 47 tag of the message. Where Darija speaks of millions and names no currency
    (`10 mlyoun`, or "10 millions" inside a Darija message), they may be millions of centimes: `value` is
    then the millions of dirhams and `alternatives` their hundredth. Numbers of laws, telephones, years
    and dates are left out.
    """
    said = tokens(text)
    measures = _join_ranges(text, said, _read_measures(text, said))
    in_darija = writing is not None and writing.startswith("ary")
    return [_quantity(text, said, measure, in_darija) for measure in measures]


def _read_measures(text: str, said: Sequence[Token]) -> list[_Measure]:
    excluded = [match.span() for match in _NOT_QUANTITIES.finditer(text)]
    excluded += [(day.start, day.end) for day in find_dates(text) if len(day.value) > len("2026")]
    measures: list[_Measure] = []
    position = 0
    while position < len(said):
        measure = None
        if not any(start <= said[position].start < end for start, end in excluded):
            measure = _measure_at(text, said, position)
        if measure is None:
            position += 1
            continue
        position = measure.last
        if measure.unit or measure.suffixed:
            measures.append(measure)
        elif _is_labelled(said, measure.first):
            position = _end_of_label(text, said, position)
        elif not _is_year(measure) and not _is_pointed_at(said, measure):
            measures.append(measure)
    return measures


def _measure_at(text: str, said: Sequence[Token], first: int) -> _Measure | None:
    """The number and unit that start at a token, if it is one that counts something."""
    word = said[first].text
    if word.endswith("%"):
        value = figures_value(word[:-1])
        if value is None:
            return None
        return _Measure(value, first, first + 1, said[first].end, PERCENT)
    if word in DUALS:
        dual = _Measure(Decimal(2), first, first + 1, said[first].end, DUALS[word])
        return _with_fraction(said, dual)
    phrase = number_at(text, said, first)
    if phrase is None:
        return _unit_and_a_half(text, said, first)
    measure = _Measure(
        phrase.value,
        first,
        phrase.last,
        said[phrase.last - 1].end,
        scale=phrase.scale,
        darija=phrase.darija,
        approximate=phrase.approximate,
    )
    measure = _with_unit(text, said, _with_suffix(text, said, measure))
    if phrase.bare and _is_no_number(said, measure):
        return None
    return _as_fraction(measure, word) if phrase.fraction else measure


def _is_no_number(said: Sequence[Token], measure: _Measure) -> bool:
    """Whether a bare one, hundred, thousand or million counts nothing: "une prime", "alf chokr", `f lmya`."""
    before = said[measure.first - 1].text if measure.first else ""
    whole_message = measure.first == 0 and measure.last == len(said)
    if measure.unit:
        # "un salarié" may be an answer; inside a sentence it is somebody.
        return measure.unit.kind in ("jobs", "number") and measure.scale == 1 and not whole_message
    if measure.scale >= _MILLION:
        return before in _ASKING or before in _POINTING
    return before in _PERCENT_PREPOSITIONS or not whole_message


def _as_fraction(measure: _Measure, word: str) -> _Measure | None:
    """A lone half or quarter: only of a measure, and `ربع شهور` is four months, not a quarter of one."""
    if measure.unit is None:
        return None
    if measure.value == Decimal("0.25") and measure.unit.name in _COUNTED:
        return replace(measure, value=Decimal(4))
    # "nos" is a half in Darija and a possessive in French.
    return None if measure.unit.kind in ("jobs", "number") or word == "nos" else measure


def _with_suffix(text: str, said: Sequence[Token], measure: _Measure) -> _Measure:
    """The measure with its `k`, `M` or `MDH`, when one follows its figures."""
    position = measure.last
    if position >= len(said) or measure.scale > 1 or not said[position - 1].text[-1].isdigit():
        return measure
    suffix = said[position]
    if suffix.text not in SUFFIXES:
        return measure
    if suffix.text == "m" and not _is_million(text, said, position):
        return measure
    scale, currency = SUFFIXES[suffix.text]
    unit = Unit("amount", currency) if currency else None
    return replace(
        measure,
        value=measure.value * scale,
        last=position + 1,
        end=suffix.end,
        unit=unit,
        scale=scale,
        suffixed=True,
    )


def _is_million(text: str, said: Sequence[Token], position: int) -> bool:
    """Whether an m after figures is a million: a capital, or before a currency ("20m" is a length)."""
    letter = said[position]
    named = position + 1 < len(said) and said[position + 1].text in CURRENCY_WORDS
    return text[letter.start] == "M" or named or bool(_SYMBOL_AFTER.match(text, letter.end))


def _with_unit(text: str, said: Sequence[Token], measure: _Measure) -> _Measure:
    """The measure with the unit said around it, if any."""
    if measure.unit:
        return measure
    symbol = _SYMBOL_AFTER.match(text, measure.end)
    if symbol:
        return replace(measure, end=symbol.end(), unit=Unit("amount", _SYMBOLS[symbol[1]]))
    symbol = _SYMBOL_BEFORE.search(text, 0, said[measure.first].start)
    if symbol:
        return replace(measure, unit=Unit("amount", _SYMBOLS[symbol[1]]))
    position = measure.last
    for _ in range(3):
        found = unit_at(text, said, position)
        if found:
            unit, last = found
            if unit.name == "hours" and said[position].text == "h" and measure.value < 24:
                # "9 h" is a time of day.
                return measure
            return _with_fraction(
                said, replace(measure, last=last, end=said[last - 1].end, unit=unit)
            )
        # `10 mlayen l wahed` is ten millions each: an article links only after "of".
        links = _LINKS if position == measure.last else _LINKS | _ARTICLES
        if position >= len(said) or said[position].text not in links:
            break
        position += 1
    return _with_unit_before(text, said, measure)


def _with_unit_before(text: str, said: Sequence[Token], measure: _Measure) -> _Measure:
    """The measure with the unit that stands before it, as in "MAD 500000" and "emplois : 40"."""
    if measure.first == 0:
        return measure
    before = said[measure.first - 1]
    unit = UNITS.get((before.text,))
    between = text[before.end : said[measure.first].start]
    code = before.text in ("mad", "eur", "usd")
    if unit and (code or (unit.kind == "jobs" and between.strip() in (":", "="))):
        return replace(measure, unit=unit)
    return measure


def _with_fraction(said: Sequence[Token], measure: _Measure) -> _Measure:
    """The measure with the half that follows its unit ("un an et demi", `هكتار ونص`)."""
    added = fraction_after(said, measure.last)
    if not added or not measure.unit or measure.unit.kind not in ("area", "duration"):
        return measure
    fraction, last = added
    return replace(measure, value=measure.value + fraction, last=last, end=said[last - 1].end)


def _unit_and_a_half(text: str, said: Sequence[Token], first: int) -> _Measure | None:
    """A unit that counts one by itself because a half follows: `3am w ness`."""
    found = unit_at(text, said, first)
    if not found:
        return None
    unit, last = found
    one = _Measure(Decimal(1), first, last, said[last - 1].end, unit)
    halved = _with_fraction(said, one)
    return halved if halved != one else None


def _is_labelled(said: Sequence[Token], first: int) -> bool:
    """Whether a number names something: a law, an article, a phase, "Industrie 4.0"."""
    if first == 0:
        return False
    before = said[first - 1].text
    return not _LABELS.isdisjoint((before, *rests_after_clitics(before)))


def _end_of_label(text: str, said: Sequence[Token], position: int) -> int:
    """The first token after a number such as 47-18."""
    while (
        position < len(said)
        and said[position].text[0].isdigit()
        and _LABEL_JOINT.fullmatch(text[said[position - 1].end : said[position].start])
    ):
        position += 1
    return position


def _is_pointed_at(said: Sequence[Token], measure: _Measure) -> bool:
    """Whether a number without unit only says which ones: "les deux", "had jouj"."""
    return measure.first > 0 and measure.scale == 1 and said[measure.first - 1].text in _POINTING


def _is_year(measure: _Measure) -> bool:
    return 1990 <= measure.value <= 2060 and measure.value % 1 == 0 and measure.value != 2000


def _join_ranges(text: str, said: Sequence[Token], measures: list[_Measure]) -> list[_Measure]:
    """Two measures that are the ends of a range made one; the numbers of a law ("47-18") dropped."""
    if any(token.text in _LAWS for token in said):
        measures = [measure for measure in measures if not _is_law_number(text, said, measure)]
    joined: list[_Measure] = []
    for measure in measures:
        lower = joined[-1] if joined else None
        if lower is None or lower.upper is not None:
            joined.append(measure)
            continue
        dashed = bool(_RANGE_DASH.fullmatch(text[lower.end : said[measure.first].start]))
        if not dashed and not _is_range(said, lower, measure):
            joined.append(measure)
            continue
        shares_scale = lower.scale == 1 and lower.value * measure.scale < measure.value
        low = lower.value * measure.scale if shares_scale else lower.value
        same_unit = lower.unit in (None, measure.unit)
        if low < measure.value and same_unit:
            joined[-1] = replace(measure, value=low, upper=measure.value, first=lower.first)
        elif dashed and not measure.unit:
            joined.pop()
        else:
            joined.append(measure)
    return joined


def _is_law_number(text: str, said: Sequence[Token], measure: _Measure) -> bool:
    """Whether a number without unit is, or belongs to, the number of a law."""
    if measure.unit:
        return False
    start = said[measure.first].start
    return any(match.start() <= start < match.end() for match in _LAW_NUMBER.finditer(text))


def _is_range(said: Sequence[Token], lower: _Measure, upper: _Measure) -> bool:
    """Whether the words around two measures make them the ends of one range."""
    between = " ".join(token.text for token in said[lower.last : upper.first])
    opened = lower.first > 0 and said[lower.first - 1].text in _OPENERS
    return between in _BETWEEN or (opened and between in _OPENED)


def _quantity(text: str, said: Sequence[Token], measure: _Measure, in_darija: bool) -> Quantity:
    unit = measure.unit
    spoken_millions = measure.scale >= _MILLION and not measure.suffixed
    ambiguous = unit is None and spoken_millions and (measure.darija or in_darija)
    if unit is None:
        money = (
            measure.suffixed
            or spoken_millions
            or (measure.scale == 1000 and measure.value >= 10000)
        )
        unit = DIRHAMS if money else PLAIN
    start = said[measure.first].start
    return Quantity(
        kind=unit.kind,
        value=_plain(measure.value * unit.factor),
        unit=unit.name,
        text=text[start : measure.end],
        start=start,
        end=measure.end,
        alternatives=(_plain(measure.value * _CENTIMES),) if ambiguous else (),
        certain=not ambiguous and not measure.approximate,
        upper=None if measure.upper is None else _plain(measure.upper * unit.factor),
    )


def _plain(value: Decimal) -> Decimal:
    """The value without needless zeros."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
