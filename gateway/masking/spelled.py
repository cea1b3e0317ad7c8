"""Telephone numbers dictated in words: "zéro six douze trente-quatre…", `sfer sta tnach…`, `صفر ستة…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.darija_numerals import darija_numeral
from gateway.masking.reading import Reading, Span

_ZERO = re.compile(r"zeros?|ziro|zirou|s[ie]?f[ei]?r|صفر|زيرو")
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ ,.'/\n-]{1,3}")
_AND = frozenset({"et", "w", "o", "و"})
_FRENCH = {
    word: value
    for value, words in {
        1: "un une آن",
        2: "deux دو",
        3: "trois طروا",
        4: "quatre كاتر",
        5: "cinq سانك",
        6: "six سيس",
        7: "sept سيت",
        8: "huit ويت",
        9: "neuf نوف",
        10: "dix ديس",
        11: "onze",
        12: "douze",
        13: "treize",
        14: "quatorze",
        15: "quinze",
        16: "seize",
        20: "vingt vingts",
        30: "trente",
        40: "quarante",
        50: "cinquante",
        60: "soixante",
        70: "septante",
        80: "octante",
        90: "nonante",
        100: "cent cents",
    }.items()
    for word in words.split()
}
_STARTS_AS_PHONE = re.compile(r"0[5-8]|(?:00)?2120?[5-8]")
_FEWEST, _MOST = 9, 11


@dataclass(frozen=True)
class _Numeral:
    """A numeral word or figures: `value` if said in words, `digits` as they would be dialled."""

    digits: str
    value: int | None
    joined: bool
    start: int
    end: int


def find_spelled_phones(reading: Reading) -> Iterator[Span]:
    """Telephone numbers said in words, or in words and figures, that begin with nought or the country's code."""
    if not _HINT.search(reading.folded):
        return
    for run in _runs(reading.folded):
        first = 0
        while first < len(run):
            taken = _phone_at(run, first)
            if taken:
                yield Span("phone", run[first].start, run[first + taken - 1].end)
            first += taken or 1


_HINT = re.compile(r"z[ei]ro|s[ie]?f[ei]?r|صفر|زيرو|deux cent douze|(?<!\d)0[5-8]? ")


def _runs(text: str) -> Iterator[list[_Numeral]]:
    """Numerals that follow each other, "et" and `w` between them left out."""
    run: list[_Numeral] = []
    end = 0
    joined = False
    for match in _WORD.finditer(text):
        if run and not _GAP.fullmatch(text, end, match.start()):
            yield run
            run, joined = [], False
        end = match.end()
        if run and match[0] in _AND:
            joined = True
            continue
        numeral = _numeral(match, joined)
        joined = False
        if numeral:
            run.append(numeral)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _numeral(match: re.Match[str], joined: bool) -> _Numeral | None:
    word = match[0]
    if word.isdigit():
        return _Numeral(word, None, joined, *match.span())
    if _ZERO.fullmatch(word):
        return _Numeral("0", None, joined, *match.span())
    if word == "plus":
        return _Numeral("", None, joined, *match.span())
    for spelling, attached in ((word, False), (word[1:] if word[0] in "وw" else "", True)):
        value = _FRENCH.get(spelling)
        if value is None and spelling and (numeral := darija_numeral(spelling)):
            value = numeral.count if numeral.scale == 1 else None
        if value is not None:
            return _Numeral(str(value), value, joined or attached, *match.span())
    return None


def _phone_at(run: list[_Numeral], first: int) -> int:
    """How many numerals from there make a telephone number; 0 if none."""
    digits, position, said = "", first, False
    enough = 0
    while position < len(run):
        value, last = _group(run, position)
        said = (
            said
            or any(numeral.value is not None for numeral in run[position:last])
            or (position == first and not run[first].digits.isascii())
        )
        digits += value
        position = last
        begins = "002120".startswith(digits) or "2120".startswith(digits)
        if not begins and not _STARTS_AS_PHONE.match(digits):
            break
        national = digits[2:] if digits.startswith("00") else digits
        length = len(national) - (2 if national.startswith("212") else 0)
        if _FEWEST <= length <= _MOST:
            enough = position - first
        if length >= _MOST - 1:
            break
    return enough if said else 0


def _group(run: list[_Numeral], position: int) -> tuple[str, int]:
    """The figures said by the numerals from there, and where the next begin.

    French says "soixante et onze", "quatre-vingt-dix-neuf"; Darija the unit first, `ستة وخمسين`.
    """
    value = run[position].value
    position += 1
    if value is None:
        return run[position - 1].digits, position

    def following() -> _Numeral | None:
        return run[position] if position < len(run) else None

    after = following()
    if after and after.value is not None:
        if value < 10 and after.value == 100:
            hundreds, last = value * 100, position + 1
            rest, end = _group(run, last) if last < len(run) else ("", last)
            below = rest.isdigit() and run[last].value is not None and 0 < int(rest) < 100
            return (str(hundreds + int(rest)), end) if below else (str(hundreds), last)
        if value == 4 and after.value == 20:
            value, position = 80, position + 1
        elif value < 10 and after.joined and after.value in range(20, 100, 10):
            return str(value + after.value), position + 1
        elif value == 10 and after.value in (7, 8, 9):
            return str(value + after.value), position + 1
    after = following()
    if after and after.value is not None and value in range(20, 100, 10):
        most = 19 if value in (60, 80) else 9
        if 0 < after.value <= most:
            value, position = value + after.value, position + 1
            after = following()
            if value in (70, 90) and after and after.value in (7, 8, 9) and not after.joined:
                value, position = value + (after.value or 0), position + 1
    return str(value), position
