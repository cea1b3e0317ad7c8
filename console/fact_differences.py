"""What differs between two versions of a subject, and how two changes of the same one are joined."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from database.linting import Place
from database.vocabulary import WRITINGS

Record = dict[str, Any]
_TOKEN = re.compile(r"\{[^{}]*\}|\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text; `changed` when the other version does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs, before and after; nothing stands where it was not, or is no more."""

    place: Place
    before: tuple[Run, ...]
    after: tuple[Run, ...]

    @property
    def writing(self) -> str | None:
        """The writing of the texts, where they are in one."""
        return next((str(part) for part in self.place if part in WRITINGS), None)


def differences(before: Record | None, after: Record | None) -> list[Difference]:
    """Each part that differs between two records, in the order of the later one."""
    old, new = dict(_leaves(before or {})), dict(_leaves(after or {}))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Difference(place, *runs(old.get(place, ""), new.get(place, "")))
        for place in places
        if old.get(place, "") != new.get(place, "")
    ]


def runs(before: str, after: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Two texts cut where they differ, word by word."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Run] = []
    right: list[Run] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if a < b:
            left.append(Run("".join(old[a:b]), kind != "equal"))
        if c < d:
            right.append(Run("".join(new[c:d]), kind != "equal"))
    return tuple(left), tuple(right)


def _leaves(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*place, key))
    elif isinstance(node, list) and any(isinstance(each, dict) for each in node):
        for index, value in enumerate(node):
            yield from _leaves(value, (*place, index))
    elif isinstance(node, list):
        yield place, ("\n" if "aliases" in place else ", ").join(map(str, node))
    elif node is not None:
        yield place, str(node)


def merged(base: Any, theirs: Any, mine: Any, place: Place = ()) -> tuple[Any, list[Place]]:
    """What two changes of `base` make together, and the places where mine was kept over theirs."""
    if theirs in (mine, base):
        return mine, []
    if mine == base:
        return theirs, []
    if isinstance(theirs, dict) and isinstance(mine, dict):
        return _merged_parts(base if isinstance(base, dict) else {}, theirs, mine, place)
    old = base if isinstance(base, list) else []
    if all(_is_list_of_texts(each) for each in (old, theirs, mine)):
        added = [each for each in theirs if each not in old and each not in mine]
        gone = [each for each in old if each not in theirs]
        return [each for each in mine if each not in gone] + added, []
    return mine, [place]


_ABSENT = object()


def _merged_parts(
    base: Record, theirs: Record, mine: Record, place: Place
) -> tuple[Record, list[Place]]:
    result: Record = {}
    clashes: list[Place] = []
    for key in dict.fromkeys([*mine, *theirs]):
        old, new, own = (record.get(key, _ABSENT) for record in (base, theirs, mine))
        value, found = merged(old, new, own, (*place, key))
        clashes += found
        if value is not _ABSENT:
            result[key] = value
    return result, clashes


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
