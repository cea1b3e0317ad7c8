"""Numbers as people write them: figures, French or Darija words, or both ("vingt mlyoun", "2 millions et demi").

One grammar reads the three writings, because people mix them inside one number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.nlu.darija_numerals import darija_numeral
from bot.nlu.folding import Token

_MILLION = 10**6
_MILLIARD = 10**9
_FRENCH_COUNTS = {
    "zero": 0,
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "nonante": 90,
}
_FRENCH_COLLECTIVES = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
    "millier": 1000,
}
_FRENCH_SCALES = {
    "cent": 100,
    "cents": 100,
    "mille": 1000,
    "milles": 1000,
    "milliers": 1000,
}
# With the slips of a phone's keyboard ("milions", "millon").
_FRENCH_MILLION = re.compile(r"mill?i?ons?")
_FRENCH_MILLIARD = re.compile(r"mill?i?ards?")
_CONJUNCTIONS = frozenset({"et", "w", "ou", "o", "u", "و"})
_LINKS = frozenset({"d", "de", "dyal", "dial", "dl", "l", "د", "ديال", "دال", "ال"})
_HALVES = re.compile(r"demie?|n[eou]?ss?e?f?|noss?|ns|نص|نصف|نس")
_QUARTERS = re.compile(r"quart|r[aou]?b[aeo]?3|ربع")
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS_GROUP = re.compile(r"\d{3}(?:[.,]\d{1,2})?")
_CLITICS = ("و", "w", "ب", "ل", "ف", "د", "ال", "لل", "بال", "دال", "b", "l", "f", "d", "dl", "bl")
_ARTICLES = frozenset({"ال", "لل", "بال", "دال", "l", "ل", "dl", "bl"})
_LONGEST_FIGURES = 12
_ONE_SPACE = re.compile(r"[ \u00a0\u202f\u2009]")


@dataclass(frozen=True)
class NumberPhrase:
    """A number and the tokens it takes: `tokens[first:last]`.

    `scale` is the largest multiplier said (1 when none), `darija` whether a Darija word said it;
    `approximate` marks "une dizaine", `bare` a lone word for zero, one, hundred, thousand… (`une`, `alf`),
    which may be no number at all ("une prime", `alf chokr`), `fraction` a lone half or quarter.
    """

    value: Decimal
    first: int
    last: int
    scale: int = 1
    darija: bool = False
    approximate: bool = False
    bare: bool = False
    fraction: bool = False


@dataclass(frozen=True)
class _Word:
    """What one token says in a number; `joined` when an attached `و` or `w` adds it to what stands before."""

    count: int | None
    scale: int
    darija: bool = False
    collective: bool = False
    joined: bool = False


_NO_NUMBER = _Word(None, 0)


@dataclass(frozen=True)
class _Group:
    """A number below the next multiplier: figures, or words up to 999."""

    value: Decimal
    last: int
    figures: bool = False
    darija: bool = False
    approximate: bool = False


def number_at(text: str, tokens: Sequence[Token], first: int) -> NumberPhrase | None:
    """The longest number that starts at a token, or None. `tokens` are those of `folding.tokens(text)`."""
    return _fraction_at(tokens, first) or _sum_at(text, tokens, first)


def fraction_after(tokens: Sequence[Token], position: int) -> tuple[Decimal, int] | None:
    """The half or quarter added there ("et demi", `w ness`, `وربع`), and the token after it."""
    if position < len(tokens) and tokens[position].text in _CONJUNCTIONS:
        position += 1
        word = tokens[position].text if position < len(tokens) else ""
    elif position < len(tokens) and tokens[position].text[0] in "وw":
        word = tokens[position].text[1:]
    else:
        return None
    fraction = _fraction(word)
    return (fraction, position + 1) if fraction else None


def figures_value(folded: str, *, in_millions: bool = False) -> Decimal | None:
    """The value of a number in figures; None if its separators are not those of a number (`2.25.342`),
    or if it is longer than any quantity (an account, an identifier).

    `10.000.000,00`, `1,500,000` and `1.500` are in thousands; `1,5` and `2.50` have decimals,
    and so has `1,250` before a word for million.
    """
    groups = re.split(r"[.,]", folded)
    separators = re.findall(r"[.,]", folded)
    one_of_each = len(set(separators)) == 2 and separators.count(separators[-1]) == 1
    lone_thousands = len(groups) == 2 and len(groups[1]) == 3 and groups[0][0] != "0"
    decimals = ""
    if one_of_each or (len(groups) == 2 and (in_millions or not lone_thousands)):
        *groups, decimals = groups
    whole = "".join(groups)
    if any(len(group) != 3 for group in groups[1:]) or len(whole) > _LONGEST_FIGURES:
        return None
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def _sum_at(text: str, tokens: Sequence[Token], first: int) -> NumberPhrase | None:
    """Terms in falling order, each a group and its multiplier, then a last group: `2 millions 500 mille`."""
    total = Decimal(0)
    scale = 1
    limit = 10 * _MILLIARD
    darija = approximate = False
    position = first
    while position < len(tokens):
        start = position + (limit <= _MILLIARD and tokens[position].text in _CONJUNCTIONS)
        joined = start > position or (start < len(tokens) and _word(tokens[start].text).joined)
        group = _group_at(text, tokens, start)
        multiplied = _multiplier_at(tokens, group.last if group else start, limit, group)
        if multiplied:
            word, last = multiplied
            count = group.value if group else Decimal(word.count or 1)
            if not (joined or group or limit > _MILLIARD or not word.darija):
                break
            total += count * word.scale
            if scale == 1:
                scale, darija = word.scale, word.darija
            limit, position = word.scale, last
            approximate |= bool(group and group.approximate)
            added = fraction_after(tokens, position)
            if added:
                total += added[0] * word.scale
                position = added[1]
            continue
        if group:
            if limit > _MILLIARD:
                total, position = group.value, group.last
                approximate = group.approximate
            elif limit == 1000 and not group.figures:
                total, position = total + group.value, group.last
            elif _leaves_thousand_unsaid(group, limit, joined):
                total, position = total + group.value * 1000, group.last
        break
    if position == first:
        return None
    bare = (
        position == first + 1 and total in (0, 100, scale) and not tokens[first].text[0].isdigit()
    )
    return NumberPhrase(total, first, position, scale, darija, approximate, bare)


def _leaves_thousand_unsaid(group: _Group, limit: int, joined: bool) -> bool:
    """Whether a group after a million counts thousands: `مليون وميتين` is 1,200,000."""
    hundreds = group.value >= 100 and group.value % 100 == 0
    return limit == _MILLION and joined and group.darija and hundreds and not group.figures


def _group_at(text: str, tokens: Sequence[Token], first: int) -> _Group | None:
    if first >= len(tokens):
        return None
    if _FIGURES.fullmatch(tokens[first].text):
        return _figures_at(text, tokens, first)
    value = 0
    position = first
    darija = collective = False
    while position < len(tokens) and not collective:
        start = position
        if start > first and tokens[start].text in _CONJUNCTIONS and start + 1 < len(tokens):
            start += 1
        word = _word(tokens[start].text)
        joined = word.joined or start > position
        added = _added(value if position > first else None, word, joined)
        if added is None:
            break
        value, position = added, start + 1
        darija |= word.darija
        collective = word.collective
    if position == first:
        return None
    return _Group(Decimal(value), position, darija=darija, approximate=collective)


def _figures_at(text: str, tokens: Sequence[Token], first: int) -> _Group | None:
    """A number in figures, with its thousands apart (`10 000 000`) when one space parts them."""
    last = first + 1
    figures = tokens[first].text
    if len(figures) <= 3 and figures.isdigit() and figures[0] != "0":
        while (
            last < len(tokens)
            and _THOUSANDS_GROUP.fullmatch(tokens[last].text)
            and _ONE_SPACE.fullmatch(text[tokens[last - 1].end : tokens[last].start])
        ):
            figures += tokens[last].text
            last += 1
    in_millions = last < len(tokens) and _word(tokens[last].text).scale >= _MILLION
    value = figures_value(figures, in_millions=in_millions)
    return None if value is None else _Group(value, last, figures=True)


def _added(value: int | None, word: _Word, joined: bool) -> int | None:
    """A group with one more word, None where the word does not continue it (`deux trois`)."""
    count = word.count
    if word.scale == 100:
        hundreds = 100 * (count or 1)
        if value is None:
            return hundreds
        return value * 100 if count is None and 2 <= value <= 9 and not joined else None
    if word.scale != 1 or count is None:
        return None
    if value is None:
        return count
    if word.collective:
        return value * count if value <= 9 else None
    tail = value % 100
    if word.darija:
        pair = (tail <= 9 and count >= 20) or (tail >= 20 and tail % 10 == 0 and count <= 9)
        return value + count if joined and (tail == 0 or pair) else None
    if tail == 4 and count == 20:
        return value - 4 + 80
    if tail == 10:
        return value + count if 7 <= count <= 9 else None
    fits = tail == 0 or (tail in (60, 80) and count <= 19) or (tail % 10 == 0 and count <= 9)
    return value + count if fits and count and value else None


def _multiplier_at(
    tokens: Sequence[Token], position: int, limit: int, group: _Group | None
) -> tuple[_Word, int] | None:
    """The thousand, million or milliard said there, below the last one, and the token after it."""
    for links in range(3 if group else 1):
        if position + links >= len(tokens):
            return None
        word = _word(tokens[position + links].text)
        if 1000 <= word.scale < limit and (group is None or word.count is None):
            return word, position + links + 1
        if tokens[position + links].text not in _LINKS:
            return None
    return None


def _fraction_at(tokens: Sequence[Token], first: int) -> NumberPhrase | None:
    position = first + (tokens[first].text == "un")
    fraction = _fraction(tokens[position].text) if position < len(tokens) else None
    if not fraction:
        return None
    half = _Group(fraction, position + 1)
    multiplied = _multiplier_at(tokens, position + 1, 10 * _MILLIARD, half)
    if multiplied is None:
        return NumberPhrase(fraction, first, position + 1, fraction=True)
    word, last = multiplied
    if word.scale == 1000:
        # ربع الاف is four thousand.
        return None
    return NumberPhrase(fraction * word.scale, first, last, word.scale, word.darija)


@lru_cache(maxsize=4096)
def _fraction(word: str) -> Decimal | None:
    if _HALVES.fullmatch(word):
        return Decimal("0.5")
    return Decimal("0.25") if _QUARTERS.fullmatch(word) else None


@lru_cache(maxsize=16384)
def _word(folded: str) -> _Word:
    """What a folded word says in a number; scale 0 when nothing."""
    if folded in _FRENCH_COUNTS:
        return _Word(_FRENCH_COUNTS[folded], 1)
    if folded.rstrip("s") in _FRENCH_COLLECTIVES:
        return _Word(_FRENCH_COLLECTIVES[folded.rstrip("s")], 1, collective=True)
    if folded in _FRENCH_SCALES:
        return _Word(None, _FRENCH_SCALES[folded])
    if _FRENCH_MILLION.fullmatch(folded):
        return _Word(None, _MILLION)
    if _FRENCH_MILLIARD.fullmatch(folded):
        return _Word(None, _MILLIARD)
    numeral = darija_numeral(folded)
    if numeral:
        return _Word(numeral.count, numeral.scale, darija=True)
    for clitic in _CLITICS:
        rest = folded.removeprefix(clitic)
        numeral = darija_numeral(rest) if rest != folded and len(rest) > 2 else None
        # With an article, "the two" is counted already and a hundred belongs to a percentage (`f lmya`).
        if numeral and (clitic not in _ARTICLES or numeral.scale >= 1000):
            return _Word(numeral.count, numeral.scale, darija=True, joined=clitic in "وw")
    return _NO_NUMBER
