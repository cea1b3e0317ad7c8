"""In which writing a message is: French, Darija in Arabic script, or Darija in Latin letters (arabizi).

The language that makes the sentence decides, not the words it borrows: `lversement d la subvention imta kayji`
is Darija. So a word of Darija or of French grammar weighs more than a French noun, and names weigh nothing.
Words outside the lists are told by their character n-grams (Cavnar & Trenkle 1994, here with weights
of a logistic regression, made by `make_writing_table`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import tanh
from pathlib import Path

from bot.nlu.closed_entities import find_closed_entities
from bot.nlu.folding import tokens, words
from bot.nlu.quantities import find_quantities
from bot.nlu.vocabularies import read_vocabulary

TABLE_PATH = Path(__file__).parent / "writing_table.json"
_VOCABULARY = read_vocabulary("writing")
_LONGEST_GRAM = 4
# What a French word counts, where a Darija word counts one.
_GRAMMAR_WEIGHT = 1.0
_DETERMINER_WEIGHT = 0.1
_FRENCH_WEIGHT = 0.3
# A lone determiner tells nothing: "la" is also a no.
_LEAST_EVIDENCE = 0.11
# What a person chooses from a list, a province, a sector or a legal form, is said alike in both languages.
_LISTED_KINDS = {"province", "sector", "legal_form"}
# A message is mixed from this share of words in another writing.
_MIXED_SHARE = 0.25
_LEAST_ENGLISH_WORDS = 2
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[a-z]")


@dataclass(frozen=True)
class Writing:
    """The writing of a message.

    `tag` (BCP 47: `fr`, `ary-Arab`, `ary-Latn`) is the one to answer in. `mixed` says that a quarter of the
    words or more are in another one. `english` messages are answered in French, `msa` ones (Standard Arabic)
    in Darija in Arabic script. `scores` is each tag's share of the evidence; a narrow lead is a doubt.
    """

    tag: str
    mixed: bool
    scores: dict[str, float]
    english: bool = False
    msa: bool = False

    def as_dict(self) -> dict[str, object]:
        """The same, for a JSON answer."""
        return {
            "tag": self.tag,
            "mixed": self.mixed,
            "scores": self.scores,
            "english": self.english,
            "msa": self.msa,
        }


def identify_writing(text: str) -> Writing | None:
    """In which writing is a message?

    None where nothing tells: numbers, emoji, names and acronyms, or only what is chosen from a list
    ("SARL", "textile", "20 emplois"): who writes Darija answers with the same words.
    """
    said = words(text)
    evidence = {"fr": 0.0, "ary-Arab": 0.0, "ary-Latn": 0.0}
    counted = dict.fromkeys(evidence, 0)
    for word in said:
        tag, weight = _word_evidence(word)
        evidence[tag] += weight
        counted[tag] += weight > _DETERMINER_WEIGHT
    english = _is_english(said)
    total = sum(evidence.values())
    if total < _LEAST_EVIDENCE and not english:
        return None
    # On a tie, Arabic letters are the surer sign; then French, the language of the forms.
    tag = "fr" if english else max(("ary-Arab", "fr", "ary-Latn"), key=lambda tag: evidence[tag])
    if tag == "fr" and not english and _is_chosen_from_lists(text):
        return None
    others = sum(counted.values()) - counted[tag]
    return Writing(
        tag=tag,
        mixed=not english and others >= _MIXED_SHARE * sum(counted.values()) and others > 0,
        scores={tag: round(value / total, 3) if total else 0.0 for tag, value in evidence.items()},
        english=english,
        msa=tag == "ary-Arab" and _is_standard_arabic(said),
    )


def _is_chosen_from_lists(text: str) -> bool:
    """Whether every word that could tell is a province, a sector, a legal form, or a figure's unit."""
    spans = [(e.start, e.end) for e in find_closed_entities(text) if e.kind in _LISTED_KINDS]
    spans += [(q.start, q.end) for q in find_quantities(text) if text[q.start].isdigit()]
    return bool(spans) and all(
        _word_evidence(token.text)[1] == 0.0
        or any(start <= token.start < end for start, end in spans)
        for token in tokens(text)
    )


def listed_words(*lists: str) -> frozenset[str]:
    """The folded words of some lists of `vocabulary/writing.yml`."""
    return frozenset(
        word
        for name in lists
        for row in _VOCABULARY[name]
        for entry in row
        for word in words(str(entry))
    )


def is_latin_word(word: str) -> bool:
    """Whether a folded word is in Latin letters (a number is not)."""
    return word.isascii() and bool(_LATIN.search(word))


def is_french_word(word: str) -> bool:
    """Whether a folded word in Latin letters is rather French than Darija, or a name."""
    return is_latin_word(word) and _word_evidence(word)[0] == "fr"


def grams(word: str) -> Iterator[str]:
    """The character n-grams of a word up to four letters, `^` and `$` marking its ends; each once."""
    marked = f"^{word}$"
    return iter(
        {
            marked[start : start + length]
            for length in range(1, _LONGEST_GRAM + 1)
            for start in range(len(marked) - length + 1)
        }
    )


_NAMES = listed_words("names")
_GRAMMAR = listed_words("french_grammar")
_DETERMINERS = listed_words("french_determiners")
_FRENCH = listed_words("french") | _GRAMMAR | _DETERMINERS
_DARIJA = listed_words("darija")
_ENGLISH = listed_words("english")
_ENGLISH_ONLY = _ENGLISH - _FRENCH - _DARIJA
_STANDARD_ARABIC = listed_words("standard_arabic")
_ARABIC_DARIJA = listed_words("arabic_darija")
_WEIGHTS: dict[str, float] = (
    json.loads(TABLE_PATH.read_text(encoding="utf-8")) if TABLE_PATH.exists() else {}
)


@lru_cache(maxsize=65536)
def _word_evidence(word: str) -> tuple[str, float]:
    """For which writing a folded word speaks, and how strongly (0 to about 1)."""
    if _ARABIC.search(word):
        return "ary-Arab", 1.0
    if not is_latin_word(word) or word in _NAMES:
        return "fr", 0.0
    if word in _DETERMINERS:
        return "fr", _DETERMINER_WEIGHT
    if word in _FRENCH and word in _DARIJA:
        return "fr", 0.0
    if word in _GRAMMAR:
        return "fr", _GRAMMAR_WEIGHT
    if word in _FRENCH:
        return "fr", _FRENCH_WEIGHT
    if word in _DARIJA:
        return "ary-Latn", 1.0
    log_odds = _WEIGHTS[""] + sum(_WEIGHTS.get(gram, 0.0) for gram in grams(word))
    score = tanh(log_odds / 2)
    # Squared: a guess that is half sure counts for a quarter.
    return ("ary-Latn", score**2) if score > 0 else ("fr", score**2 * _FRENCH_WEIGHT)


def _is_english(said: list[str]) -> bool:
    """Whether words that only English has are two at least, and twice as many as those of other grammars."""
    english = sum(word in _ENGLISH_ONLY for word in said)
    others = sum(
        word not in _ENGLISH and (word in _GRAMMAR or word in _DARIJA or bool(_ARABIC.search(word)))
        for word in said
    )
    return english >= _LEAST_ENGLISH_WORDS and english > 2 * others


def _is_standard_arabic(said: list[str]) -> bool:
    standard = sum(word in _STANDARD_ARABIC for word in said)
    return standard > sum(word in _ARABIC_DARIJA for word in said)
