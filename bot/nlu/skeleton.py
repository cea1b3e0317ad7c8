"""The consonant skeleton: one key for a word in Arabic and in Latin letters (`شركة`, `charika`, `chariqa` → `Crk`).

Vowels are dropped and each consonant takes one sign in both scripts; upper case stands for the sounds that
Latin letters write with two: `C` ch/ش, `G` gh/غ (`x` is kh/خ).
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu.folding import fold, words

_ARABIC_SIGNS = str.maketrans(
    {
        "ب": "b",
        "ت": "t",
        "ث": "t",
        "ج": "j",
        "ح": "h",
        "خ": "x",
        "د": "d",
        "ذ": "d",
        "ر": "r",
        "ز": "z",
        "س": "s",
        "ش": "C",
        "ص": "s",
        "ض": "d",
        "ط": "t",
        "ظ": "d",
        "ع": "",
        "غ": "G",
        "ف": "f",
        "ق": "k",
        "ك": "k",
        "ڭ": "g",
        "ل": "l",
        "م": "m",
        "ن": "n",
        "ه": "h",
        "و": "",
        "ي": "",
        "ا": "",
        "ء": "",
    }
)
# Digits that people use as letters; a run with 0, 1 or 4 in it, or of three, is a number ("covid19").
_DIGIT_LETTERS = str.maketrans(
    {"2": "'", "3": "'", "5": "X", "6": "t", "7": "H", "8": "G", "9": "k"}
)
_DIGIT_RUN = re.compile(r"\d+")
_DIGITS_ARE_LETTERS = re.compile(r"[235-9]{1,2}")
# Read in this order. Upper case marks a sign that is settled, so that no later rule takes it for a letter.
_LATIN_SOUNDS = [
    (re.compile(pattern), signs)
    for pattern, signs in [
        (r"^(?:ou|w)", "W"),
        (r"(?<=[^s])tion", "sn"),
        (r"sch|ch|sh", "C"),
        (r"kh", "X"),
        (r"gh", "G"),
        (r"gu(?=[eiy])", "Q"),
        (r"x", "C"),
        (r"ph|v", "f"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"dj", "j"),
        (r"c(?=[eiy])", "s"),
        (r"[cq]", "k"),
        (r"p", "b"),
    ]
]
_SOFT_G = re.compile(r"g(?=[eiy])")
_ARABIZI_SIGN = re.compile(r"[379]|gh")
_VOWELS = re.compile(r"[aeiouyw']")
_SETTLED = str.maketrans({"W": "w", "X": "x", "H": "h", "Q": "g"})
_DOUBLED = re.compile(r"(\D)\1+")
_NUMBER = re.compile(r"\d[\d.,⁄]*%?")

_ARABIC_CLITICS = frozenset(
    conjunction + preposition
    for conjunction in ("", "و", "ف")
    for preposition in ("", "ال", "لل", "ل", "ب", "بال", "ف", "فال", "د", "دال", "كال")
) - {""}
_LATIN_CLITICS = frozenset(
    conjunction + preposition + article
    for conjunction in ("", "w", "ou", "o")
    for preposition in ("", "b", "f", "d", "l")
    for article in ("", "l", "el", "al")
) - {""}
_LONGEST_CLITIC = 5


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The consonants of one word, the same for both scripts; a number stays as it is.

    Empty for a word that has only vowels. An initial w, `ou` or و stays as `w`: there it is
    a consonant, or the word "and". The word may be folded already or not.
    """
    folded = fold(word)
    if _NUMBER.fullmatch(folded):
        return folded
    signs = _latin_signs(folded) if folded.isascii() else _arabic_signs(folded)
    return _DOUBLED.sub(r"\1", signs)


def skeletons(text: str) -> list[str]:
    """The skeleton of each word of `folding.words(text)`, in the same order."""
    return [skeleton(word) for word in words(text)]


@lru_cache(maxsize=65536)
def without_clitics(word: str) -> tuple[str, ...]:
    """Skeletons of a word with its attached article, preposition or conjunction taken off, shortest cut first.

    `بفاس` and `bfes` → (`fs`,). Only cuts that leave two consonants are given; whether one means anything
    is for the caller to see (`lotissement` also gives `tsmnt`).
    """
    whole = skeleton(word)
    rests = [skeleton(rest) for rest in rests_after_clitics(word)]
    return tuple(dict.fromkeys(rest for rest in rests if len(rest) >= 2 and rest != whole))


@lru_cache(maxsize=65536)
def rests_after_clitics(word: str) -> tuple[str, ...]:
    """What is left of a folded word without the clitics attached to it, shortest cut first, three letters at least.

    Arabic `و ف ب ل د ال`, Latin `w ou f b d l el al`, and several in a row: `wltaza` → (`ltaza`, `taza`).
    """
    folded = fold(word)
    clitics = _LATIN_CLITICS if folded.isascii() else _ARABIC_CLITICS
    longest = min(_LONGEST_CLITIC, len(folded) - 3)
    return tuple(folded[cut:] for cut in range(1, longest + 1) if folded[:cut] in clitics)


def _latin_signs(word: str) -> str:
    """Signs of a folded Latin word. A g before e, i or y is soft in French, hard where digits or gh show Darija."""
    if not _ARABIZI_SIGN.search(word):
        word = _SOFT_G.sub("j", word)
    signs = _DIGIT_RUN.sub(_digit_signs, word)
    for pattern, sign in _LATIN_SOUNDS:
        signs = pattern.sub(sign, signs)
    return _VOWELS.sub("", signs).translate(_SETTLED)


def _digit_signs(run: re.Match[str]) -> str:
    digits = run[0]
    return digits.translate(_DIGIT_LETTERS) if _DIGITS_ARE_LETTERS.fullmatch(digits) else digits


def _arabic_signs(word: str) -> str:
    """Signs of a folded Arabic word; its final ه is a ة and is silent."""
    initial = "w" if word.startswith("و") else ""
    return initial + word.removesuffix("ه").translate(_ARABIC_SIGNS)
