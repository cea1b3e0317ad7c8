"""One spelling for what people type: Unicode folding and words, in both scripts, with their places kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# What is left once NFKD has split accents, hamzas and short vowels off their letters.
_LETTERS = str.maketrans(
    {
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "\u00ad": "",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ة": "ه",
        "ھ": "ه",
        "ہ": "ه",
        "ک": "ك",
        "گ": "ڭ",
        "ݣ": "ڭ",
        "ڨ": "ڭ",
        "پ": "ب",
        "ڤ": "ف",
        "ڥ": "ف",
        "چ": "ش",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ß": "ss",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "′": "'",
        "٪": "%",
        "٫": ",",
        "،": ",",
        "٬": ".",
    }
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06dc\u200c\u200d\u00ad"
_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06d5\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
_APOSTROPHES = "'’‘ʼ`´′"
# Units that follow a lone digit without a space ("5dh"); other letters after it make an arabizi word ("3la").
_GLUED_UNITS = (
    r"(?:k|m|md|mdh|mmdh|kdh|mdhs|dh|dhs|mad|dirhams?|drhm?|ha|m2|m²|km|ans|mois|jours?|millions?|"
    r"milliards?|mlyoun|mlayn|emplois?)(?![^\W_])"
)
_TOKEN = re.compile(
    rf"""
    (?P<acronym>(?<![^\W_])(?:[A-Za-z]\.){{2,}}(?:[A-Za-z](?![^\W_]))?)
  | (?P<clitic>(?<![^\W_])[bdflwBDFLW](?=\d{{2}}))
  | (?P<number>
        \d+(?:[.,٫٬،]\d+)+(?:[ \u00a0\u202f]?[%٪])?
      | \d+[ \u00a0\u202f]?[%٪]
      | \d{{2,}}
      | \d(?=(?i:{_GLUED_UNITS}))
      | \d(?![^\W_])
      | \d(?=[{_ARABIC}])
    )
  | (?P<arabic>[{_ARABIC}][{_ARABIC}{_MARKS}]*)
  | (?P<latin>(?:(?![{_ARABIC}])[^\W_])(?:(?![{_ARABIC}])[^\W_]|[{_MARKS}]
        |[{_APOSTROPHES}](?=(?![{_ARABIC}])[^\W_]))*)
    """,
    re.VERBOSE,
)
_ELISION = re.compile(rf"(?i:l|d|j|m|t|s|c|n|f|b|w|qu|jusqu|lorsqu|puisqu)[{_APOSTROPHES}]")


@dataclass(frozen=True)
class Token:
    """A folded word or number and where it stands in the text as written (`text[start:end]`)."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text in one spelling: lower case, no accents, short vowels or tatweel, one form per Arabic letter.

    Digits become ASCII, apostrophes `'`; a letter stretched three times or more is written once
    (twice for e, so that `créée` stays a word). Length may change: for offsets, use `tokens`.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(
            str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
            for letter in decomposed
            if not unicodedata.combining(letter)
        ).translate(_LETTERS)
    return _STRETCHED.sub(lambda run: "ee" if run[1] == "e" else run[1], text.lower())


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    return fold(word).replace("'", "").replace(" ", "")


def tokens(text: str) -> list[Token]:
    """The folded words and numbers of a text, with their places in it.

    French elision is split (`l'aide` → `l`, `aide`), scripts and numbers glued together too
    (`الCRI` → `ال`, `cri`; `50مليون` → `50`, `مليون`; `200k` → `200`, `k`; `b500` → `b`, `500`). Numbers stay whole
    (`1.500.000`, `1,5`, `50%`, also from `50 %`); a digit that is an arabizi letter stays in its word (`3la`).
    Punctuation and emoji are left out.
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if match.lastgroup == "acronym":
            found.append(Token(_fold_word(match[0].replace(".", "")), start, end))
            continue
        if match.lastgroup == "latin":
            while elided := _ELISION.match(text, start, end):
                found.append(Token(_fold_word(elided[0]), start, elided.end() - 1))
                start = elided.end()
        folded = _fold_word(text[start:end])
        if folded:
            found.append(Token(folded, start, end))
    return found


def words(text: str) -> list[str]:
    """The folded words and numbers of a text, in order."""
    return [token.text for token in tokens(text)]
