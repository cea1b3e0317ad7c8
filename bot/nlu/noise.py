"""Training sentences as they come when typed in haste: a letter wrong, another way to spell arabizi."""

from __future__ import annotations

import random
import re

# What the same person writes one day or the other.
_ARABIZI_SPELLINGS = [
    tuple(pair.split("/"))
    for pair in "ch/sh ch/x sh/ch ou/o ou/w o/ou 9/q q/9 9/k 7/h h/7 3/a kh/5 kh/x gh/8 gh/r "
    "e/ a/ y/i i/y aa/a a/e".split()
]
_RESPELLINGS = 2
_LATIN_LETTERS = "aeiorstln"
_ARABIC_LETTERS = "ابيملرنتد"
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_ARABIZI_DIGIT = re.compile(r"[a-z][379]|[379][a-z]", re.IGNORECASE)


def respelled(text: str, chance: random.Random) -> str:
    """A sentence of arabizi with a few sounds spelled another way; others as they are."""
    if not _ARABIZI_DIGIT.search(text):
        return text
    for _ in range(_RESPELLINGS):
        sound, other = chance.choice(_ARABIZI_SPELLINGS)
        places = [found.start() for found in re.finditer(sound, text)]
        if places:
            at = chance.choice(places)
            text = text[:at] + other + text[at + len(sound) :]
    return text


def mistyped(text: str, chance: random.Random) -> str:
    """The sentence with a mistake inside one of its long words: swapped, dropped, doubled or wrong letter."""
    places = [found.start() + 1 for found in _LONG_WORD.finditer(text)]
    if not places:
        return text
    at = chance.choice(places) + chance.randint(0, 2)
    letter, following, rest = text[at], text[at + 1 : at + 2], text[at + 2 :]
    wrong = chance.choice(_LATIN_LETTERS if letter.isascii() else _ARABIC_LETTERS)
    mistakes = (following + letter, following, letter + letter + following, wrong + following)
    return text[:at] + chance.choice(mistakes) + rest
