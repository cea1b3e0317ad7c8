"""Which subjects does a message name? Aliases in three writings, matched on skeletons.

An alias is matched when all its telling words stand in the message, in any order and in either
script; the rarer its words among all aliases, the heavier it weighs (inverse document frequency,
Spärck Jones 1972). The heaviest alias wins and takes its words with it; what is left may name a
second subject.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from bot.nlu.folding import words
from bot.nlu.skeleton import rests_after_clitics, skeleton, without_clitics
from database.queries import Alias

# Words that join others; they never tell one subject from another.
JOINING_WORDS = frozenset(
    "le la les l un une des du de d et ou a au aux en dans pour par sur avec the of "
    "dyal dial diyal dl del f fi fel li lli w o b bel al el "
    "ديال دال د ف في فال ل لي اللي و ب بال من على ال لل".split()
)
FUZZY_FLOOR = 84
SHORTEST_FUZZY = 4
NEARLY = 0.6
SHORT = 3
# Of two names with the same skeletons, the one that is spelled as typed is meant.
SPELLING_COUNTS = 0.2
AS_LIKELY = 0.97
# A second subject needs words of its own, beside those it shares with the first.
OWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Link:
    """A subject that a message may name.

    `coverage` is how much of an alias matched, `weight` how telling it is, `tokens` the weight of
    each word of the message (by position) that it rests on.
    """

    subject_id: str
    kind: str
    prominence: int
    coverage: float
    weight: float
    tokens: dict[int, float]

    def weight_beside(self, taken: set[int]) -> float:
        """The share of the weight that rests on words nobody has taken."""
        return sum(w for i, w in self.tokens.items() if i not in taken) / sum(self.tokens.values())


@dataclass(frozen=True, slots=True)
class Links:
    """What a message names: `certain`, best first; `rivals` as likely as the first; `near` misses."""

    certain: tuple[Link, ...]
    rivals: tuple[Link, ...]
    near: tuple[Link, ...]
    unlinked_words: tuple[str, ...]


class Lexicon:
    """All aliases, indexed by the skeletons of their telling words."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._entries: dict[tuple[str, frozenset[str]], Alias] = {}
        self._spellings: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
        for alias in aliases:
            entry = (alias.subject_id, frozenset(_keys_of_alias(alias.text)))
            if entry[1]:
                self._entries.setdefault(entry, alias)
                self._spellings[entry].update(words(alias.text))
        owners: dict[str, set[str]] = defaultdict(set)
        self._by_key: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for entry in self._entries:
            for key in entry[1]:
                owners[key].add(entry[0])
                self._by_key[key].append(entry)
        total = len({subject_id for subject_id, _ in self._entries})
        self._weight = {key: math.log(1 + total / len(ids)) for key, ids in owners.items()}
        self._fuzzy_keys = [key for key in self._weight if len(key) >= SHORTEST_FUZZY]

    def links(self, text: str) -> Links:
        """The subjects that `text` names."""
        tokens = words(text)
        matched: dict[str, tuple[int, float]] = {}
        for position, token in enumerate(tokens):
            for key, score in self._keys_of_token(token):
                if key not in matched or matched[key][1] < score:
                    matched[key] = (position, score)
        candidates = sorted(
            self._candidates(matched, tokens),
            key=lambda link: (link.coverage == 1, link.weight, link.prominence),
            reverse=True,
        )
        certain: list[Link] = []
        rivals: list[Link] = []
        taken: set[int] = set()
        for link in candidates:
            if link.coverage < 1 or any(link.subject_id == other.subject_id for other in certain):
                continue
            if link.weight_beside(taken) >= OWN_SHARE:
                certain.append(link)
                taken |= link.tokens.keys()
            elif link.tokens.keys() == certain[0].tokens.keys() and (
                link.weight >= AS_LIKELY * certain[0].weight
            ):
                rivals.append(link)
        named = {link.subject_id for link in (*certain, *rivals)}
        near = [
            link
            for link in candidates
            if link.subject_id not in named and not (link.tokens.keys() <= taken and certain)
        ]
        near.sort(key=lambda link: (link.coverage * link.weight, link.prominence), reverse=True)
        return Links(
            tuple(certain),
            tuple(rivals),
            tuple(_first_of_each(near)),
            tuple(t for i, t in enumerate(tokens) if i not in taken and t not in JOINING_WORDS),
        )

    def _keys_of_token(self, token: str) -> Iterable[tuple[str, float]]:
        if token in JOINING_WORDS:
            return
        exact = [key for key in (_key(token), *without_clitics(token)) if key in self._weight]
        if exact:
            yield exact[0], 1.0
            yield from ((key, 0.95) for key in exact[1:])
            return
        for key in (_key(token), *without_clitics(token)):
            if len(key) >= SHORTEST_FUZZY:
                found = process.extractOne(
                    key, self._fuzzy_keys, scorer=fuzz.ratio, score_cutoff=FUZZY_FLOOR
                )
                if found:
                    yield found[0], 0.9 * found[1] / 100
                    return

    def _candidates(
        self, matched: dict[str, tuple[int, float]], spelled: Sequence[str]
    ) -> Iterable[Link]:
        entries = {entry for key in matched for entry in self._by_key[key]}
        best: dict[tuple[str, frozenset[int]], Link] = {}
        for subject_id, keys in entries:
            likenesses = {
                key: _likeness(spelled[matched[key][0]], self._spellings[subject_id, keys])
                for key in keys & matched.keys()
            }
            found = [
                key for key in likenesses if likenesses[key] >= _least_likeness(key, len(keys))
            ]
            if not found:
                continue
            weight = sum(self._weight[key] * matched[key][1] for key in found)
            coverage = weight / sum(self._weight[key] for key in keys)
            if len(found) == len(keys):
                coverage = 1.0
            elif coverage < NEARLY:
                continue
            alias = self._entries[subject_id, keys]
            likeness = sum(likenesses[key] for key in found) / len(found)
            weight *= 1 + SPELLING_COUNTS * likeness
            by_token: dict[int, float] = defaultdict(float)
            for key in found:
                by_token[matched[key][0]] += self._weight[key]
            link = Link(subject_id, alias.kind, alias.prominence, coverage, weight, dict(by_token))
            tokens = frozenset(by_token)
            held = best.get((subject_id, tokens))
            if held is None or (held.coverage, held.weight) < (link.coverage, link.weight):
                best[subject_id, tokens] = link
        return best.values()


def _first_of_each(links: Iterable[Link]) -> list[Link]:
    first: dict[str, Link] = {}
    for link in links:
        first.setdefault(link.subject_id, link)
    return list(first.values())


@cache
def _forms(word: str) -> tuple[str, ...]:
    """A word with and without what may be attached to it."""
    return (word, *rests_after_clitics(word))


def _likeness(word: str, spellings: Collection[str]) -> float:
    """How much a word looks like the nearest of some spellings in its own script, up to 1."""
    same_script = [known for known in spellings if known.isascii() == word.isascii()]
    return max(
        (fuzz.ratio(form, known) / 100 for form in _forms(word) for known in same_script),
        default=0.75,
    )


def _least_likeness(key: str, keys: int) -> float:
    """How much a word must look like the name's own: the fewer consonants it shares, the more."""
    alone = keys == 1
    if len(key) < SHORT:
        return 1.0 if alone else 0.6
    if len(key) == SHORT:
        return 0.75 if alone else 0.5
    return 0.5 if alone else 0.0


def _keys_of_alias(text: str) -> list[str]:
    return [_key(word) for word in words(text) if word not in JOINING_WORDS]


@cache
def _key(word: str) -> str:
    """The skeleton, or the word itself where it has no consonant."""
    return skeleton(word) or word
