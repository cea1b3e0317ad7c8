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
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.nlu.folding import words
from bot.nlu.skeleton import rests_after_clitics, skeleton, without_clitics
from database.queries import Alias

# Words that join others or ask; they never tell one subject from another.
JOINING_WORDS = frozenset(
    "le la les l un une des du de d et ou a au aux en dans pour par sur avec the of "
    "cher chere chers cheres mere pere c ce est que qu quoi quel quelle quels quelles combien comment il y t "
    "dyal dial diyal dl del f fi fel li lli w o b bel al el ch7al chhal chno chnou chnahiya hiya howa "
    "kifach wach fin mn 3la had "
    "ديال دال د ف في فال ل لي اللي و ب بال من على ال لل شحال شنو شنهو هي هو كيفاش واش فين هاد".split()
)
FUZZY_FLOOR = 84
SHORTEST_FUZZY = 4
NEARLY, ROUNDING = 0.6, 1e-9
REMEMBERED_WORDS = 8192
# The steps of one turn ask after the same text several times.
REMEMBERED_TEXTS = 256
# Of two names with the same skeletons, the one that is spelled as typed is meant.
SPELLING_COUNTS = 0.2
AS_LIKELY = 0.97
# A second subject needs words of its own, beside those it shares with the first.
OWN_SHARE = 0.5
# A name that has no spelling in the script of the word is trusted as far as this.
UNKNOWN_SCRIPT = 0.75


# An alias: its subject and the keys of its telling words.
_Entry = tuple[str, frozenset[str]]


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
        self._entries: dict[_Entry, Alias] = {}
        self._spellings: dict[_Entry, set[str]] = defaultdict(set)
        for alias in aliases:
            entry = (alias.subject_id, frozenset(_keys_of_alias(alias.text)))
            if entry[1]:
                self._entries.setdefault(entry, alias)
                self._spellings[entry].update(words(alias.text))
        owners: dict[str, set[str]] = defaultdict(set)
        for subject_id, keys in self._entries:
            for key in keys:
                owners[key].add(subject_id)
        total = len({subject_id for subject_id, _ in self._entries})
        self._weight = {key: math.log(1 + total / len(ids)) for key, ids in owners.items()}
        self._enough = {
            entry: NEARLY * sum(self._weight[key] for key in entry[1]) - ROUNDING
            for entry in self._entries
        }
        self._by_key: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self._entries:
            for key in self._needed_keys(entry[1]):
                self._by_key[key].append(entry)
        self._fuzzy_keys: dict[int, list[str]] = defaultdict(list)
        for key in self._weight:
            if len(key) >= SHORTEST_FUZZY:
                self._fuzzy_keys[len(key)].append(key)
        self._misspelled = lru_cache(maxsize=REMEMBERED_WORDS)(self._nearest_key)
        self._links_of = lru_cache(maxsize=REMEMBERED_TEXTS)(self._find_links)

    def _needed_keys(self, keys: Collection[str]) -> list[str]:
        """The most telling keys of an alias, without all of which too little of it would be said.

        Frequent words ("zone", "prime") so lead to few aliases, however many hold them.
        """
        left = sum(self._weight[key] for key in keys)
        enough = NEARLY * left
        needed: list[str] = []
        for key in sorted(keys, key=lambda key: (-self._weight[key], key)):
            if left < enough:
                break
            needed.append(key)
            left -= self._weight[key]
        return needed

    def links(self, text: str) -> Links:
        """The subjects that `text` names."""
        return self._links_of(text)

    def _find_links(self, text: str) -> Links:
        tokens = words(text)
        places = self._places(tokens)
        entries = self._entries_nearly_said(places)
        certain: list[Link] = []
        rivals: list[Link] = []
        taken: set[int] = set()
        while True:
            candidates = self._candidates(entries, places, tokens, taken)
            named = {link.subject_id for link in certain}
            whole = [link for link in candidates if link.coverage == 1]
            best = next(
                (
                    link
                    for link in whole
                    if link.subject_id not in named and link.weight_beside(taken) >= OWN_SHARE
                ),
                None,
            )
            if best is None:
                break
            if not certain:
                rivals = [link for link in whole if _as_likely(link, best)]
            certain.append(best)
            taken |= best.tokens.keys()
        named |= {link.subject_id for link in rivals}
        near = [
            link
            for link in candidates
            if link.subject_id not in named and not (certain and link.tokens.keys() <= taken)
        ]
        near.sort(key=lambda link: (link.coverage * link.weight, link.prominence), reverse=True)
        return Links(
            tuple(certain),
            tuple(_first_of_each(rivals)),
            tuple(_first_of_each(near)),
            tuple(t for i, t in enumerate(tokens) if i not in taken and t not in JOINING_WORDS),
        )

    def _places(self, tokens: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
        """Where each known key stands among the words of a message, and how surely."""
        places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, token in enumerate(tokens):
            for key, score in self._keys_of_token(token):
                places[key].append((position, score))
        return places

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
                found = self._misspelled(key)
                if found:
                    yield found
                    return

    def _nearest_key(self, key: str) -> tuple[str, float] | None:
        """The key that another one misspells, and how surely."""
        best: tuple[str, float] | None = None
        # Keys whose lengths differ by more cannot be as alike as asked.
        apart = int(len(key) * (200 / FUZZY_FLOOR - 2))
        for length in range(len(key) - apart, len(key) + apart + 1):
            found = process.extractOne(
                key,
                self._fuzzy_keys.get(length, ()),
                scorer=fuzz.ratio,
                score_cutoff=FUZZY_FLOOR,
            )
            if found and (best is None or found[1] > best[1]):
                best = found[0], found[1]
        return (best[0], 0.9 * best[1] / 100) if best else None

    def _entries_nearly_said(self, places: Collection[str]) -> list[_Entry]:
        """The aliases of which enough words stand in a message."""
        return [
            entry
            for entry in {entry for key in places for entry in self._by_key.get(key, ())}
            if sum(self._weight[key] for key in entry[1] if key in places) >= self._enough[entry]
        ]

    def _candidates(
        self,
        entries: Iterable[_Entry],
        places: dict[str, list[tuple[int, float]]],
        tokens: Sequence[str],
        taken: set[int],
    ) -> list[Link]:
        """The subjects of which an alias is said, wholly or nearly; the most telling first."""
        best: dict[tuple[str, frozenset[int]], Link] = {}
        for entry in entries:
            link = self._link(entry, places, tokens, taken)
            if link is not None:
                name = link.subject_id, frozenset(link.tokens)
                held = best.get(name)
                if held is None or (held.coverage, held.weight) < (link.coverage, link.weight):
                    best[name] = link
        return sorted(
            best.values(),
            key=lambda link: (link.coverage == 1, link.weight, link.prominence, link.subject_id),
            reverse=True,
        )

    def _link(
        self,
        entry: _Entry,
        places: dict[str, list[tuple[int, float]]],
        tokens: Sequence[str],
        taken: set[int],
    ) -> Link | None:
        """How one alias matches: each of its words at its best place, one nobody has taken first."""
        subject_id, keys = entry
        by_token: dict[int, float] = defaultdict(float)
        found = weight = likenesses = 0.0
        for key in keys & places.keys():
            _, likeness, score, position = max(
                (at not in taken, _likeness(tokens[at], self._spellings[entry]), score, -at)
                for at, score in places[key]
            )
            if likeness >= _least_likeness(key, len(keys)):
                by_token[-position] += self._weight[key]
                weight += self._weight[key] * score
                likenesses += likeness
                found += 1
        coverage = weight / sum(self._weight[key] for key in keys)
        if found == len(keys):
            coverage = 1.0
        elif coverage < NEARLY:
            return None
        weight *= 1 + SPELLING_COUNTS * likenesses / found
        alias = self._entries[entry]
        return Link(subject_id, alias.kind, alias.prominence, coverage, weight, dict(by_token))


def _as_likely(link: Link, best: Link) -> bool:
    """Whether the same words name another subject, about as well."""
    return (
        link.subject_id != best.subject_id
        and link.tokens.keys() == best.tokens.keys()
        and link.weight >= AS_LIKELY * best.weight
    )


def _first_of_each(links: Iterable[Link]) -> list[Link]:
    first: dict[str, Link] = {}
    for link in links:
        first.setdefault(link.subject_id, link)
    return list(first.values())


@lru_cache(maxsize=65536)
def _forms(word: str) -> tuple[str, ...]:
    """A word with and without what may be attached to it."""
    return (word, *rests_after_clitics(word))


@lru_cache(maxsize=65536)
def _alike(word: str, known: str) -> float:
    return max(fuzz.ratio(form, known) for form in _forms(word)) / 100


def _likeness(word: str, spellings: Collection[str]) -> float:
    """How much a word looks like the nearest of some spellings in its own script, up to 1."""
    same_script = [known for known in spellings if known.isascii() == word.isascii()]
    return max((_alike(word, known) for known in same_script), default=UNKNOWN_SCRIPT)


def _least_likeness(key: str, keys: int) -> float:
    """How much a word must look like the name's own: the fewer consonants it shares, the more."""
    alone = keys == 1
    if len(key) <= 2:
        return 1.0 if alone else 0.6
    if len(key) == 3:
        return 0.75 if alone else 0.5
    return 0.75 if alone else 0.7


def _keys_of_alias(text: str) -> list[str]:
    return [_key(word) for word in words(text) if word not in JOINING_WORDS]


@lru_cache(maxsize=65536)
def _key(word: str) -> str:
    """The skeleton, or the word itself where it has no consonant."""
    return skeleton(word) or word
