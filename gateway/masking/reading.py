"""A message as the recognisers read it: one spelling of letters, digits and dashes, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from bot.nlu.folding import fold

Kind = Literal["email", "phone", "iban", "rib", "ice", "card", "cnss", "passport", "cin", "name"]

# Stands for what was found already: neither letter nor figure. For private use, so never part of a message.
BARRIER = "\ue000"
_TAG = re.compile(rf"\[(?:{'|'.join(get_args(Kind))})\]")
_DASHES = "‐‑‒–—―−﹣－"


class Span(NamedTuple):
    """Something found, by its place in `Reading.folded`."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """The folded text and, for each of its characters, the one written and where it starts and ends in the message.

    Tags of an earlier masking are barriers. Folding goes letter by letter, so a part reads as it does in the whole.
    """

    folded: str
    written: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Reading:
        """Read a message."""
        folded: list[str] = []
        written: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for tag in [*_TAG.finditer(text), None]:
            for place in range(position, tag.start() if tag else len(text)):
                letter = text[place]
                if _joins(letter):
                    if ends and ends[-1] == place:
                        ends[-1] = place + 1
                    continue
                for part in _folded(letter):
                    folded.append(part)
                    written.append(letter)
                    starts.append(place)
                    ends.append(place + 1)
            if tag:
                folded.append(BARRIER)
                written.append(BARRIER)
                starts.append(tag.start())
                ends.append(tag.end())
                position = tag.end()
        return cls("".join(folded), "".join(written), tuple(starts), tuple(ends))

    def place(self, span: Span) -> tuple[int, int]:
        """Where a span starts and ends in the message."""
        return self.starts[span.start], self.ends[span.end - 1]

    def capital(self, position: int) -> bool:
        """Whether the letter there was written as a capital."""
        return self.written[position].isupper()

    def without(self, spans: Iterable[Span]) -> Reading:
        """The same reading with one barrier in place of each span; spans are in order and apart."""
        folded: list[str] = []
        written: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for span in spans:
            kept = slice(position, span.start)
            start, end = self.place(span)
            folded += [self.folded[kept], BARRIER]
            written += [self.written[kept], BARRIER]
            starts += [*self.starts[kept], start]
            ends += [*self.ends[kept], end]
            position = span.end
        rest = slice(position, None)
        return Reading(
            "".join([*folded, self.folded[rest]]),
            "".join([*written, self.written[rest]]),
            (*starts, *self.starts[rest]),
            (*ends, *self.ends[rest]),
        )


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    """A letter in one spelling; nothing for marks and for what only steers direction or joining.

    Phones copied from an address book come wrapped in such invisible characters.
    """
    if letter in _DASHES:
        return "-"
    if letter == "\n":
        return letter
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Co", "Cn", "Cs"):
        return " "
    if unicodedata.category(letter) == "Cf":
        return ""
    return fold(letter)


@lru_cache(maxsize=4096)
def _joins(letter: str) -> bool:
    """Whether a character belongs to the one before it: accents, short vowels, the frame of a keycap digit."""
    return unicodedata.category(letter) in ("Mn", "Me")
