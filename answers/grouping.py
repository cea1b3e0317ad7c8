"""Which sentences of visitors say the same thing?

First those of the same folded words, then those of the same consonant skeletons in any order, so
that both scripts of Darija meet, then those whose skeletons are nearly alike. Nothing is learnt and
nothing drawn by lot: the same sentences always give the same groups.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.nlu.folding import words
from bot.nlu.skeleton import skeleton
from bot.nlu.writing import identify_writing
from database.vocabulary import Writing

# Of two bones-only sentences, the share of letters in common from which they are one question.
ALIKE = 86
# What is shorter is grouped only with what is the same; too few consonants tell nothing at all.
SHORTEST_ALIKE = 8
SHORTEST_TELLING = 4
_NUMBER = re.compile(r"\d[\d.,]*%?")


def key_of(text: str) -> str:
    """What stands for a sentence, however it is spelled in capitals, accents and punctuation."""
    said = " ".join(words(text)) or text.strip()
    return hashlib.sha256(said.encode()).hexdigest()


def writing_of(text: str, otherwise: Writing) -> Writing:
    """In which writing a sentence is; `otherwise` where nothing tells."""
    found = identify_writing(text)
    return found.tag if found else otherwise  # type: ignore[return-value]


def groups_of(texts: Sequence[str]) -> list[list[int]]:
    """The positions of `texts` that say the same thing, the most frequent group first.

    Each group begins with its most frequent wording.
    """
    bones = [_bones(text) for text in texts]
    times = Counter(bones)
    first = {bone: position for position, bone in reversed(list(enumerate(bones)))}
    leaders: list[str] = []
    led: dict[str, str] = {}
    for bone in sorted(times, key=lambda bone: (-times[bone], first[bone])):
        led[bone] = _leader_of(bone, leaders) or bone
        if led[bone] == bone:
            leaders.append(bone)
    members: dict[str, list[int]] = {leader: [] for leader in leaders}
    for position, bone in enumerate(bones):
        members[led[bone]].append(position)
    for leader, positions in members.items():
        positions.sort(key=lambda at: (bones[at] != leader, -times[bones[at]], at))
    return sorted(members.values(), key=lambda positions: (-len(positions), min(positions)))


def _leader_of(bone: str, leaders: Sequence[str]) -> str | None:
    """The first of the groups so far that is nearly the same."""
    if len(bone) < SHORTEST_ALIKE:
        return None
    found = process.extractOne(bone, leaders, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[0] if found else None


def _bones(text: str) -> str:
    """The skeletons of the words in the order of the alphabet, all numbers alike."""
    said = words(text)
    bones = ["#" if _NUMBER.fullmatch(word) else skeleton(word) for word in said]
    joined = " ".join(sorted(bone for bone in bones if bone))
    return joined if len(joined) >= SHORTEST_TELLING else " ".join(said) or text.strip()
