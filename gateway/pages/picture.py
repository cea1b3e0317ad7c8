"""The result as a small bar: the bonuses side by side against the cap, as SVG and as PNG."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

import resvg_py
from markupsafe import Markup

from answers.project_words import in_list
from answers.simulation_result import BonusLine, CapLine, SchemeResult
from answers.words import say
from database.vocabulary import Writing
from gateway.pages.templates import TEMPLATES

WIDTH = 640
FONT_FOLDERS = [
    str(files(package) / "files") for package in ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
]
# Told apart in grey and by people who see colours otherwise (Okabe and Ito's palette, darkened).
COLOURS = ("#0b5d4e", "#c47f00", "#3b6fb6", "#a8456b", "#5d7a1f", "#7a5aa6", "#8a5a33")
ZOOM = 2.0
LINE_LENGTH = 68
# Sets a line from right to left wherever it is drawn, and ends that.
RIGHT_TO_LEFT, END = "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class Segment:
    """One bonus: where it stands on the bar and what is said of it."""

    title: str
    x: float
    width: float
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The bar of one scheme. Positions are in the units of the drawing, mirrored for Arabic."""

    writing: Writing
    title: str
    total: str
    below: tuple[str, ...]
    segments: tuple[Segment, ...]
    cap_x: float | None
    cap_text: str | None
    unpaid_x: float
    unpaid_width: float
    notice: str

    @property
    def colours(self) -> dict[str, str]:
        """The colour of each bonus, by its title."""
        return {segment.title: segment.colour for segment in self.segments}

    @property
    def from_the_right(self) -> bool:
        """Whether it is read from right to left."""
        return self.writing == "ary-Arab"


def picture_of(result: SchemeResult, project: str, writing: Writing) -> Picture | None:
    """The picture of one scheme's result, None when there is nothing to set side by side."""
    limit = next(iter(result.caps), None)
    by_rate = limit is not None and limit.is_rate
    parts = [(line, value) for line in result.bonuses if (value := _weight(line, by_rate))]
    if not parts or result.total is None:
        return None
    weight = sum((value for _, value in parts), Decimal(0))
    ceiling = _ceiling(limit, by_rate)
    scale = WIDTH / float(max(weight, ceiling or 0))
    mirrored = writing == "ary-Arab"
    paid = min(weight, ceiling) if ceiling else weight
    unpaid = float(weight - paid) * scale
    return Picture(
        writing=writing,
        title=result.title,
        total=result.total.text,
        below=(*_reservations(result, writing), *_lines(project)),
        segments=tuple(_segments(parts, scale, writing)),
        cap_x=None if ceiling is None else _across(float(ceiling) * scale, 0, mirrored),
        cap_text=limit.text if limit else None,
        unpaid_x=_across(float(paid) * scale, unpaid, mirrored),
        unpaid_width=unpaid,
        notice=say("caution.estimate_only", writing),
    )


def svg(picture: Picture, *, legend: bool = False, framed: bool = False) -> Markup:
    """The bar; `legend` says what its parts are, `framed` adds title, total and notice."""
    template = TEMPLATES.get_template("bar.svg")
    drawn = template.render(picture=picture, legend=legend, framed=framed, line=_line, width=WIDTH)
    return Markup(drawn)


def png(picture: Picture, *, framed: bool = True) -> bytes:
    """The bar with its legend, as an image that can be sent."""
    return resvg_py.svg_to_bytes(
        svg_string=str(svg(picture, legend=True, framed=framed)),
        background="#ffffff",
        skip_system_fonts=True,
        font_dirs=FONT_FOLDERS,
        font_family="Noto Sans",
        zoom=ZOOM,
    )


def _reservations(result: SchemeResult, writing: Writing) -> list[str]:
    """What keeps the total from being certain: the verdict, and the range where there is one."""
    told = [result.verdict_text]
    if result.is_range and result.low and result.high:
        low, high = result.low.text, result.high.text
        told.append(say("simulation.range", writing, low=low, high=high))
    return told


def _lines(project: str) -> list[str]:
    """The project over several lines, no answer cut in two."""
    unbroken = project.replace(" ", "\u00a0").replace("\u00a0·\u00a0", "\u00a0· ")
    return textwrap.wrap(unbroken, LINE_LENGTH)


def _weight(line: BonusLine, by_rate: bool) -> Decimal | None:
    if by_rate:
        return line.rate.value
    return line.amount.value if line.amount else None


def _ceiling(limit: CapLine | None, by_rate: bool) -> Decimal | None:
    if limit is None or not (by_rate or limit.in_money):
        return None
    return limit.limit.value


def _segments(
    parts: Sequence[tuple[BonusLine, Decimal]], scale: float, writing: Writing
) -> list[Segment]:
    segments, start, mirrored = [], 0.0, writing == "ary-Arab"
    for index, (line, value) in enumerate(parts):
        width = float(value) * scale
        amounts = [line.rate.text] + ([line.amount.text] if line.amount else [])
        shown = in_list(list(dict.fromkeys(amounts)), writing, "dot")
        text = say("simulation.bonus_rate", writing, title=line.title, rate=shown)
        colour = COLOURS[index % len(COLOURS)]
        segments.append(Segment(line.title, _across(start, width, mirrored), width, colour, text))
        start += width
    return segments


def _across(start: float, width: float, mirrored: bool) -> float:
    return WIDTH - start - width if mirrored else start


def _line(picture: Picture, text: str) -> str:
    return f"{RIGHT_TO_LEFT}{text}{END}" if picture.from_the_right else text
