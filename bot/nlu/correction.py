"""Mistyped words put right: a word that was never learnt becomes the nearest one that was.

Nearest means a single mistake away: a letter dropped, added, changed, or two that changed places. The search
is by deletion (as in SymSpell): two such words meet once each has lost a letter at most. Of several, one with
the same consonants is preferred, for vowels are written as one likes; then the most frequent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from bot.nlu.skeleton import skeleton

# A shorter word has too many neighbours; only its doubled letters are put right.
SHORTEST = 5
# A word with a known skeleton of so many consonants is a spelling of its own, not a mistake.
TELLING = 3


class Corrector:
    """Puts mistyped words right, by the words of the sentences it has learnt."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        """Learn the words of folded sentences."""
        self._seen = Counter(word for sentence in sentences for word in sentence)
        self._bones = frozenset(map(skeleton, self._seen))
        meeting: dict[str, list[str]] = defaultdict(list)
        for word in self._seen:
            if len(word) >= SHORTEST - 1 and not word.isdigit():
                for rest in _with_a_letter_less(word):
                    meeting[rest].append(word)
        self._meeting = {rest: tuple(words) for rest, words in meeting.items()}

    def corrected(self, word: str) -> str:
        """The folded word itself, or the one it was probably meant to be."""
        if word in self._seen or not any(map(str.isalpha, word)):
            return word
        for i in range(1, len(word)):
            if word[i] == word[i - 1] and (single := word[:i] + word[i + 1 :]) in self._seen:
                return single
        return word if len(word) < SHORTEST else self._nearest(word)

    def _nearest(self, word: str) -> str:
        bone = skeleton(word)
        near = {
            candidate
            for rest in _with_a_letter_less(word)
            for candidate in self._meeting.get(rest, ())
            if OSA.distance(word, candidate, score_cutoff=1) <= 1
        }
        alike = {candidate for candidate in near if skeleton(candidate) == bone}
        if not alike and len(bone) >= TELLING and bone in self._bones:
            return word
        return max(alike or near, key=lambda found: (self._seen[found], found), default=word)


def _with_a_letter_less(word: str) -> set[str]:
    """The word, and the word without each of its letters."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
