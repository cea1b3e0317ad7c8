"""Charts as plain SVG: stacked columns over days, and bars of a ranking. Drawn here, no script.

Each is a list of shapes that `charts.html` writes out, with the same numbers in a table below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 640, 200
GAP_SHARE = 0.2
LABELS_AT_MOST = 8
GRID_LINES = 4
# Steps of a scale that people read easily.
NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a column: where it stands, which series (its number), what it says."""

    x: float
    y: float
    width: float
    height: float
    series: int
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of stacked columns; `lines` are heights with their value, `labels` days with their x."""

    series: tuple[str, ...]
    blocks: tuple[Block, ...]
    lines: tuple[tuple[float, int], ...]
    labels: tuple[tuple[float, date], ...]
    rows: tuple[tuple[date, tuple[int, ...]], ...]

    @property
    def is_empty(self) -> bool:
        """Nothing to be seen."""
        return not self.blocks


def columns(days: Sequence[date], counts: Mapping[str, Mapping[date, int]]) -> Columns:
    """`counts` (series → day → how many) as columns, one a day, the first series at the bottom."""
    series = tuple(counts)
    rows = tuple((day, tuple(counts[name].get(day, 0) for name in series)) for day in days)
    top = nice_ceiling(max((sum(values) for _, values in rows), default=0))
    slot = WIDTH / max(1, len(days))
    blocks = []
    for position, (day, values) in enumerate(rows):
        below = 0
        for number, value in enumerate(values):
            if value:
                height = HEIGHT * value / top
                blocks.append(
                    Block(
                        x=round(slot * (position + GAP_SHARE / 2), 2),
                        y=round(HEIGHT - HEIGHT * below / top - height, 2),
                        width=round(slot * (1 - GAP_SHARE), 2),
                        height=round(height, 2),
                        series=number,
                        text=f"{day:%d/%m/%Y} · {series[number]} · {value}",
                    )
                )
            below += value
    every = max(1, -(-len(days) // LABELS_AT_MOST))
    labels = tuple(
        (round(slot * (position + 0.5), 2), day)
        for position, day in enumerate(days)
        if position % every == 0
    )
    step = top // GRID_LINES or 1
    lines = tuple(
        (round(HEIGHT - HEIGHT * value / top, 2), value) for value in range(0, top + 1, step)
    )
    return Columns(series, tuple(blocks), lines, labels, rows)


def nice_ceiling(value: int) -> int:
    """The least of 4, 8, 20, 40, 80, 200, … that is not below `value`: its quarters are whole."""
    scale = GRID_LINES
    while True:
        for step in NICE:
            if value <= scale * step:
                return scale * step
        scale *= 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a ranking: what it is, how many, its length as a share of the longest."""

    text: str
    count: int
    share: float
    link: str | None = None


def bars(rows: Sequence[tuple[str, int, str | None]]) -> list[Bar]:
    """Rows of (text, count, link), longest bar full."""
    most = max((count for _, count, _ in rows), default=0)
    return [Bar(text, count, round(count / most, 4), link) for text, count, link in rows if most]
