"""How far two people agree, beyond what chance alone would give."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of how many answers judged by both, the share judged alike, and Cohen's kappa.

    `kappa` is None when it has no meaning: nothing was judged, or both gave one and the same
    verdict throughout.
    """

    judged: int
    share: float | None
    kappa: float | None


def agreement(opinions: Sequence[tuple[str, str]]) -> Agreement:
    """How far the two agree on what both judged.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    judged = len(opinions)
    if not judged:
        return Agreement(0, None, None)
    alike = sum(one == other for one, other in opinions) / judged
    first, second = (Counter(pair[side] for pair in opinions) for side in (0, 1))
    by_chance = sum(first[name] * second[name] for name in first) / judged**2
    kappa = None if by_chance == 1 else (alike - by_chance) / (1 - by_chance)
    return Agreement(judged, alike, kappa)
