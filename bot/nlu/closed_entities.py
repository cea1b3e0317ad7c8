"""The closed entities of a message: province, sector, legal form and kind of visitor, in the three writings.

The spellings stand in `vocabulary/entities.yml`. Each word of a message is compared with their words: the same once
folded, or without its article and preposition, or with the same consonants, or with a slip of the finger;
the shorter the word, the closer it must be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.nlu.folding import Token, tokens, words
from bot.nlu.skeleton import rests_after_clitics, skeleton
from bot.nlu.vocabularies import read_vocabulary

_KINDS = ("province", "sector", "legal_form", "audience", "kind", "language")

_EXACT = 100.0
_WITHOUT_CLITIC = 97.0
_LEAST_SCORE = 80.0
_NOT_THERE = -1000.0
# Words with the same consonants must also look alike, and few consonants meet too many words: in Arabic
# letters, where short vowels are not written, four are needed.
_LEAST_SKELETON = {"latin": 3, "arabic": 4}
_SHORT_SKELETON_SIMILARITY = 0.82
_SKELETON_SIMILARITY = 0.75
_TYPO_LENGTH = 6
_TYPO_SIMILARITY = 0.84
# A phrase does not go over a mark that ends a group of words.
_BREAK = re.compile(r"[,;:.!?؟،؛()/\n|]|\s[-–]\s")


@dataclass(frozen=True)
class Entity:
    """An entity and where it stands in the text; `score` is 100 for a known spelling, less for one that resembles it.

    `kind` is `province`, `sector`, `legal_form`, `audience`, `kind` (of subject) or `language`; `value` an id of
    that kind.
    """

    kind: str
    value: str
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class _Phrase:
    """A known phrase: its words, and what it stands for (nothing when it only holds another one)."""

    words: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]


def find_closed_entities(text: str) -> list[Entity]:
    """The provinces, sectors, legal forms and kinds of visitor named in a text, in order.

    The longest phrase wins: the province of Fès is not found in "Fès Shore", nor in the region "Fès-Meknès".
    One phrase may have two meanings (`تعاونية` is a legal form and a kind of visitor): each is an entity.
    """
    said = tokens(text)
    found: list[Entity] = []
    position = 0
    while position < len(said):
        match = _longest_phrase_at(text, said, position)
        if match is None:
            position += 1
            continue
        phrase, score = match
        start, end = said[position].start, said[position + len(phrase.words) - 1].end
        for kind, value in phrase.meanings:
            found.append(Entity(kind, value, text[start:end], start, end, score))
        position += len(phrase.words)
    return found


def _longest_phrase_at(
    text: str, said: Sequence[Token], first: int
) -> tuple[_Phrase, float] | None:
    capitals = _IN_CAPITALS.get(text[said[first].start : said[first].end])
    if capitals:
        return capitals, _EXACT
    best: tuple[_Phrase, float] | None = None
    for known, score in _readings(said[first].text):
        for phrase in _PHRASES.get(known, ()):
            total = score + _rest_of_phrase(text, said, first, phrase)
            rank = (len(phrase.words), total / len(phrase.words))
            if rank[1] >= _LEAST_SCORE and (best is None or rank > (len(best[0].words), best[1])):
                best = phrase, round(rank[1], 1)
    return best


def _rest_of_phrase(text: str, said: Sequence[Token], first: int, phrase: _Phrase) -> float:
    """The sum of the scores of the words after the first; below zero when one is not there."""
    total = 0.0
    for offset, expected in enumerate(phrase.words[1:], start=1):
        position = first + offset
        if position >= len(said) or _BREAK.search(
            text, said[position - 1].end, said[position].start
        ):
            return _NOT_THERE
        score = next(
            (score for known, score in _readings(said[position].text) if known == expected), 0
        )
        if not score:
            return _NOT_THERE
        total += score
    return total


@lru_cache(maxsize=65536)
def _readings(word: str) -> tuple[tuple[str, float], ...]:
    """The known words that a folded word may stand for, with a score up to 100."""
    rests = rests_after_clitics(word)
    same = {
        known: _EXACT if form == word else _WITHOUT_CLITIC
        for form in (*reversed(rests), word)
        for known in _BY_SINGULAR.get(_singular(form), ())
    }
    if same:
        return tuple(same.items())
    # With its article, a short Arabic word would look longer than it is.
    forms = rests if word.startswith("ال") else (word, *rests)
    either_number = dict.fromkeys((*forms, *map(_singular, forms)))
    return tuple(reading for form in either_number for reading in _resembling(form))


def _resembling(word: str) -> Iterator[tuple[str, float]]:
    """Known words of the same script with the same consonants, or one slip away."""
    signs = skeleton(word)
    least = _SHORT_SKELETON_SIMILARITY if len(signs) <= 3 else _SKELETON_SIMILARITY
    for known in _BY_SKELETON.get((_script(word), signs), ()):
        similarity = DamerauLevenshtein.normalized_similarity(word, known)
        if similarity >= least:
            yield known, 80 + 15 * similarity
    if len(word) >= _TYPO_LENGTH:
        close = process.extractOne(
            word,
            _LONG_WORDS[_script(word)],
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=_TYPO_SIMILARITY,
        )
        if close:
            yield close[0], 100 * close[1]


def _script(word: str) -> str:
    return "latin" if word.isascii() else "arabic"


def _singular(word: str) -> str:
    """A folded word without its French plural; Arabic words stay as they are."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def _phrases(vocabulary: dict[str, dict[str, list[str]]]) -> dict[str, list[_Phrase]]:
    """The phrases of the vocabulary by their first word."""
    meanings: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for kind in _KINDS:
        for value, spellings in vocabulary[kind].items():
            for spelling in spellings:
                spelled = meanings.setdefault(_phrase_words(spelling), [])
                if (kind, value) not in spelled:
                    spelled.append((kind, value))
    for row in vocabulary["holding"]:
        for spelling in row:
            meanings.setdefault(_phrase_words(spelling), [])
    phrases: dict[str, list[_Phrase]] = {}
    for spelled_words, stands_for in meanings.items():
        phrases.setdefault(spelled_words[0], []).append(_Phrase(spelled_words, tuple(stands_for)))
    return phrases


def _phrase_words(spelling: str) -> tuple[str, ...]:
    return tuple(words(spelling))


_VOCABULARY = read_vocabulary("entities")
_PHRASES = _phrases(_VOCABULARY)
_IN_CAPITALS = {
    spelling: _Phrase((spelling,), ((kind, value),))
    for kind, values in _VOCABULARY["in capitals"].items()
    for value, spellings in values.items()
    for spelling in spellings
}
_KNOWN = frozenset(
    word for phrases in _PHRASES.values() for phrase in phrases for word in phrase.words
)
_BY_SINGULAR: dict[str, list[str]] = {}
_BY_SKELETON: dict[tuple[str, str], list[str]] = {}
_LONG_WORDS: dict[str, list[str]] = {"latin": [], "arabic": []}
for _word in sorted(_KNOWN):
    _BY_SINGULAR.setdefault(_singular(_word), []).append(_word)
    if _word.startswith("ال"):
        continue
    if len(skeleton(_word)) >= _LEAST_SKELETON[_script(_word)]:
        _BY_SKELETON.setdefault((_script(_word), skeleton(_word)), []).append(_word)
    if len(_word) >= _TYPO_LENGTH:
        _LONG_WORDS[_script(_word)].append(_word)
