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
_TENS = range(20, 100, 10)
_PHONE_START = re.compile(r"0[5-8]|(?:00)?2120?[5-8]")
_COUNTRY_CODE = re.compile(r"(?:00)?212")
# Without one of these no telephone is dictated: most messages stop here.
_HINT = re.compile(r"z[ei]ro|s[ie]?f[ei]?r|صفر|زيرو|deux cent douze|(?<!\d)0[5-8]? ")


@dataclass(frozen=True)
class _Numeral:
    """A numeral and where it stands; `value` when said in words, `joined` after "et" or `و`."""

    digits: str
    value: int | None
    joined: bool
    start: int
    end: int


def find_spelled_phones(reading: Reading) -> Iterator[Span]:
    """Telephones in words, or in words and figures, that begin with nought or the country code."""
    if not _HINT.search(reading.folded):
        return
    for run in _runs(reading.folded):
        first = 0
        while first < len(run):
            last = _end_of_phone(run, first)
            if last > first:
                yield Span("phone", run[first].start, run[last - 1].end)
            first = max(last, first + 1)


def _runs(text: str) -> Iterator[list[_Numeral]]:
    """Numerals that follow each other, with nothing but "et", `w` or signs between them."""
    run: list[_Numeral] = []
    end = 0
    joined = False
    for match in _WORD.finditer(text):
        if run and not _GAP.fullmatch(text, end, match.start()):
            yield run
            run = []
        end = match.end()
        if run and match[0] in _AND:
            joined = True
            continue
        numeral = _numeral(match, joined=joined)
        joined = False
        if numeral:
            run.append(numeral)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _numeral(match: re.Match[str], *, joined: bool) -> _Numeral | None:
    word = match[0]
    if word.isdigit():
        return _Numeral(word, None, joined, *match.span())
    value = _value(word)
    if value is None and word[0] in "وw":
        value, joined = _value(word[1:]), True
    return None if value is None else _Numeral(str(value), value, joined, *match.span())


def _value(word: str) -> int | None:
    if _ZERO.fullmatch(word):
        return 0
    if word in _FRENCH:
        return _FRENCH[word]
    darija = darija_numeral(word)
    return darija.count if darija and darija.scale == 1 else None


def _end_of_phone(run: list[_Numeral], first: int) -> int:
    """The place after the last numeral of the telephone that begins there; `first` if none does."""
    digits = ""
    end = position = first
    while position < len(run):
        figures, position = _group(run, position)
        digits += figures
        begins = "002120".startswith(digits) or "2120".startswith(digits)
        if not begins and not _PHONE_START.match(digits):
            break
        national = _COUNTRY_CODE.sub("", digits, count=1)
        whole = 10 if national.startswith("0") else 9
        # One figure more or less: "soixante dix" may be 70 or 60 10, and people slip.
        if whole - 1 <= len(national) <= whole + 1:
            end = position
        if len(national) >= whole:
            break
    in_words = any(numeral.value is not None for numeral in run[first:end])
    return end if in_words else first


def _group(run: list[_Numeral], position: int) -> tuple[str, int]:
    """The figures said from there on, and where the next begin.

    French says "soixante et onze", "quatre-vingt-dix-neuf"; Darija the unit first, `ستة وخمسين`.
    """

    def said(place: int) -> int:
        return (run[place].value or 0) if place < len(run) else 0

    value = run[position].value
    position += 1
    if value is None:
        return run[position - 1].digits, position
    following = said(position)
    if 0 < value < 10 and following == 100:
        below = said(position + 1)
        return str(value * 100 + below % 100), position + (2 if 0 < below < 100 else 1)
    if 0 < value < 10 and following in _TENS and run[position].joined:
        return str(value + following), position + 1
    if value == 4 and following == 20:
        value, position = 80, position + 1
    if value in _TENS and 0 < said(position) < (20 if value in (60, 80) else 10):
        value, position = value + said(position), position + 1
    if value in (10, 70, 90) and said(position) in (7, 8, 9):
        value, position = value + said(position), position + 1
    return str(value), position
