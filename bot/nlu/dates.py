"""Dates written out or in figures, in French, Darija and Standard Arabic, as reduced-precision ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.nlu.folding import Token, fold, tokens
from bot.nlu.vocabularies import read_vocabulary

_IN_FIGURES = re.compile(r"(?<![\d./-])(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{1,2})(?![./-]?\d)")
_FIRST_YEAR, _LAST_YEAR = 1950, 2060
_MONTHS: dict[str, int] = {
    fold(str(name)): int(month)
    for month, names in read_vocabulary("months").items()
    for name in names
}
_DAY_LINKS = frozenset({"er", "d", "de", "du", "dyal", "ديال", "د", "شهر", "chhr"})


@dataclass(frozen=True)
class Date:
    """A day, month or year and where it stands: `value` is `2026-03-15`, `2026-03`, `03-15` or `2026`."""

    value: str
    text: str
    start: int
    end: int


def find_dates(text: str) -> list[Date]:
    """The dates said in a text, in order. The day stands before the month, as in Morocco.

    A year alone counts when it is four figures from 1950 to 2060; so "2000" may be a date or a number:
    the unit that follows, or the question asked, tells.
    """
    in_figures = list(_IN_FIGURES.finditer(text))
    found = [day for match in in_figures if (day := _from_figures(match))]
    words = tokens(text)
    position = 0
    while position < len(words):
        place = words[position].start
        taken = any(match.start() <= place < match.end() for match in in_figures)
        spelled = None if taken else _spelled_at(text, words, position)
        if spelled:
            found.append(spelled[0])
            position = spelled[1]
        else:
            position += 1
    return sorted(found, key=lambda day: day.start)


def _from_figures(match: re.Match[str]) -> Date | None:
    first, second, third = match.group(1, 3, 4)
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        day, month, year = int(first), int(second), int(third)
        year += 2000 if len(third) <= 2 else 0
    if len(third) == 1 and len(first) != 4:
        return None
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        return None
    return Date(value.isoformat(), match[0], *match.span())


def _spelled_at(text: str, words: Sequence[Token], first: int) -> tuple[Date, int] | None:
    """A date in words that starts there ("15 mars 2026", `مارس 2026`, "2026"), and the token after it."""
    day = _day(words[first].text)
    position = first + 1 if day else first
    while day and position < len(words) and words[position].text in _DAY_LINKS:
        position += 1
    month = _MONTHS.get(words[position].text) if position < len(words) else None
    if month:
        year = _year(words[position + 1].text) if position + 1 < len(words) else None
        last = position + 1 + (year is not None)
        parts = [f"{year}"] if year else []
        parts += [f"{month:02}"] + ([f"{day:02}"] if day else [])
        if len(parts) == 1:
            # "mars" or "mai" alone is a month of no known year: too little to be a date.
            return None
        return _date(text, words, first, last, "-".join(parts)), last
    year = _year(words[first].text)
    if year:
        return _date(text, words, first, first + 1, f"{year}"), first + 1
    return None


def _date(text: str, words: Sequence[Token], first: int, last: int, value: str) -> Date:
    start, end = words[first].start, words[last - 1].end
    return Date(value, text[start:end], start, end)


def _day(word: str) -> int | None:
    figures = word.removesuffix("er")
    return (
        int(figures)
        if figures.isdigit() and len(figures) <= 2 and 1 <= int(figures) <= 31
        else None
    )


def _year(word: str) -> int | None:
    if len(word) == 4 and word.isdigit() and _FIRST_YEAR <= int(word) <= _LAST_YEAR:
        return int(word)
    return None
