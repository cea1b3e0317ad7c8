"""Lists and comparisons: which subjects serve a place, a sector, a kind of visitor; side by side."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from answers.figures import date_text, figure_text, isolated
from answers.rendering import name_of, rendered, statement_sources, tags_of
from answers.reply import Button, Message, Reply, payload
from answers.turn import Turn
from answers.words import say
from database.queries import (
    figures_of_key,
    page_of_subjects,
    statement_about,
    subjects_named,
    values_of_tag,
)
from database.tables import Figure, Subject
from database.vocabulary import Writing

PAGE = 5
LINE = 110  # characters of a sentence in a list
# A list longer than this, that nothing narrows, is offered by sector, province or visitor.
LONG = 10
FILTERS = ("sector", "province", "audience")
CHOICES_AT_MOST = 9
# What can be had today comes first, then these groups by status.
GROUPS = {
    "later": ("announced", "project"),
    "doubtful": ("unconfirmed",),
    "over": ("closed", "expired"),
}
ORDER = ("now", *GROUPS)
# As many are put in order at a time: more than any list of the facts is long.
ORDERED = 200
# An investment of less than this is not a large one.
LEAST_LARGE = "20000000"
# Kinds of visitors who most often have a small business.
MAY_BE_SMALL = ("woman", "young", "artisan", "jobseeker", "auto_entrepreneur", "startup", "tpme")
SIDE_BY_SIDE = 4  # more subjects than this are compared a line each
AIDS = ("incentive", "programme")
# What serves no more sectors than this, or none of these visitors, is for few: it comes after the rest
# where the visitor told neither a sector nor who asks.
FEW_SECTORS = 3
MOST_VISITORS = frozenset(
    {"company", "employer", "tpme", "auto_entrepreneur", "young", "jobseeker"}
)
# The columns of a table, by what is compared; a column nobody fills is left out.
FIGURE_COLUMNS = (
    "rate",
    "max_rate",
    "max_amount",
    "min_investment",
    "max_investment",
    "min_jobs",
    "area",
    "price_per_m2",
    "rent_per_m2_month",
    "population",
    "unemployment_rate",
    "territorial_bonus",
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed: kinds of subjects, and for whom; it is remembered to show the next page."""

    kinds: tuple[str, ...] = AIDS
    province: str | None = None
    sector: str | None = None
    audience: str | None = None
    start: int = 0
    budget: str | None = None

    @property
    def tags(self) -> dict[str, str]:
        """The filters that are set."""
        return {by: value for by in FILTERS if (value := getattr(self, by))}


def list_reply(session: Session, listing: Listing, writing: Writing) -> Reply:
    """One page of the subjects that fit: those that match best and are open first.

    Where none fits the sector, or who asks, that is said, and those that fit otherwise follow.
    """
    total, page = _page(session, listing, listing.start)
    words = {"what": _what(listing, writing), "filters": filter_words(listing, writing)}
    if not total:
        nothing = Message(say("list.nothing", writing, **words))
        wider = replace(listing, sector=None) if listing.sector else replace(listing, audience=None)
        near = list_reply(session, wider, writing) if wider != listing else None
        if near is None or near.outcome == "not_found":
            return Reply("not_found", writing, (nothing,))
        return replace(near, messages=(nothing, *near.messages))
    if not page:
        return Reply("answered", writing, (Message(say("list.end", writing)),))
    key = "list.lead_one" if total == 1 else "list.lead_long" if total > LONG else "list.lead"
    lines = [say(key, writing, count=total, **words), *_in_groups(session, page, writing)]
    rest = total - listing.start - len(page)
    others = [] if listing.start else _also_for_them(session, listing, page)
    if others:
        lines += [say("list.also", writing), *(_line(session, each, writing) for each in others)]
    buttons = [
        Button(name_of(subject, writing), payload("ask_overview", subject=subject.id))
        for subject in (*page, *others)
    ]
    if rest:
        buttons.append(Button(say("list.more", writing, count=rest), payload("more")))
    if total > LONG:
        lines.append(say("list.narrow", writing))
        buttons += _ways_to_narrow(listing, writing)
    remembered = asdict(listing) | {"start": listing.start + len(page)}
    return Reply(
        "answered",
        writing,
        (Message("\n".join(lines), tuple(buttons)),),
        {"listing": remembered, "subject": None, "aspect": None},
    )


def _also_for_them(session: Session, listing: Listing, page: Sequence[Subject]) -> list[Subject]:
    """For a kind of visitor with few aids of its own, what any small business can have."""
    if listing.audience not in MAY_BE_SMALL or listing.kinds != AIDS or len(page) >= PAGE:
        return []
    everybody = replace(listing, audience="tpme", budget=listing.budget or LEAST_LARGE)
    held = {subject.id for subject in page}
    _, fitting = _page(session, everybody, 0)
    open_now = [s for s in fitting if s.id not in held and _group(s) == "now"]
    return open_now[: PAGE - len(page)]


def filter_reply(session: Session, listing: Listing, by: str, writing: Writing) -> Reply:
    """The values by which a long list can be narrowed, those with most subjects first."""
    values = values_of_tag(session, by, kinds=listing.kinds, most=CHOICES_AT_MOST)
    asked = {"kind": listing.kinds[0], **listing.tags}
    buttons = tuple(
        Button(say(f"{by}.{value}", writing), payload("ask_list", **{**asked, by: value}))
        for value in values
    )
    return Reply("clarified", writing, (Message(say(f"list.choose.{by}", writing), buttons),))


def listed_subjects(session: Session, turn: Turn) -> list[str]:
    """The subjects of the page last shown, or none."""
    if not turn.memory.listing:
        return []
    listing = Listing(**(turn.memory.listing | {"kinds": tuple(turn.memory.listing["kinds"])}))
    _, page = _page(session, listing, max(0, listing.start - PAGE))
    return [subject.id for subject in page][:3]


def compare_reply(session: Session, ids: Sequence[str], writing: Writing) -> Reply:
    """Subjects side by side: a table as a card and as text."""
    subjects = subjects_named(session, ids)
    if len(subjects) < 2:
        return Reply("clarified", writing, (Message(say("compare.need_two", writing)),))
    measures = _measure_rows(session, subjects, writing)
    many = len(subjects) > SIDE_BY_SIDE
    rows = measures if many and measures else [*measures, *_trait_rows(subjects, writing)]
    names = [name_of(subject, writing) for subject in subjects]
    lines = [say("compare.lead", writing, names=" / ".join(names))]
    for position, name in enumerate(names):
        cells = [f"{title} : {row[position]}" for title, row in rows]
        if many:
            lines.append(f"- *{name}* — {' · '.join(cells)}")
        else:
            lines += [f"\n*{name}*", *(f"- {cell}" for cell in cells)]
            lines += [] if measures else [_line(session, subjects[position], writing)]
    overviews = [statement_about(session, subject.id, "overview") for subject in subjects]
    text = "\n".join(lines)
    return Reply(
        "answered",
        writing,
        (
            Message(
                isolated(text) if writing == "ary-Arab" else text,
                tuple(
                    Button(name, payload("ask_overview", subject=subject.id))
                    for name, subject in zip(names, subjects, strict=True)
                ),
                card={
                    "type": "comparison",
                    "columns": names,
                    "rows": [{"title": title, "cells": cells} for title, cells in rows],
                },
                sources=tuple(
                    dict.fromkeys(
                        link
                        for overview in overviews
                        if overview
                        for link in statement_sources(session, overview)
                    )
                ),
            ),
        ),
        {
            "subject": None if many else subjects[0].id,
            "previous_subject": None if many else subjects[1].id,
            "aspect": None,
            "listing": None,
        },
    )


def _measure_rows(
    session: Session, subjects: Sequence[Subject], writing: Writing
) -> list[tuple[str, list[str]]]:
    """A row for each figure that one of the subjects has."""
    unknown = say("compare.unknown", writing)
    rows: list[tuple[str, list[str]]] = []
    for key in FIGURE_COLUMNS:
        figures = figures_of_key(session, key, [subject.id for subject in subjects])
        if figures:
            cells = [
                figure_cell(figures[s.id], writing) if s.id in figures else unknown
                for s in subjects
            ]
            rows.append((say(f"column.{key}", writing), cells))
    return rows


def figure_cell(figure: Figure, writing: Writing) -> str:
    """A figure, with its date, and its doubt where it has one."""
    told = figure_text(figure.values, figure.unit, writing)
    notes = [date_text(figure.as_of, writing)] if figure.as_of else []
    if figure.certainty == "uncertain":
        notes.append(say("compare.doubt", writing))
    return f"{told} ({', '.join(notes)})" if notes else told


def _trait_rows(subjects: Sequence[Subject], writing: Writing) -> list[tuple[str, list[str]]]:
    """Status, operator, sectors and provinces, where one of the subjects has them."""
    traits = {
        "status": [_status(subject, writing) for subject in subjects],
        "operator": [name_of(subject, writing, "operator") for subject in subjects],
        "sectors": [_tag_words(subject, "sector", writing) for subject in subjects],
        "provinces": [_tag_words(subject, "province", writing) for subject in subjects],
    }
    unknown = say("compare.unknown", writing)
    return [
        (say(f"column.{key}", writing), [cell or unknown for cell in cells])
        for key, cells in traits.items()
        if any(cells)
    ]


def _status(subject: Subject, writing: Writing) -> str:
    if not subject.status:
        return ""
    as_of = date_text(subject.status_as_of or "", writing)
    return f"{say(f'status_word.{subject.status}', writing)} ({as_of})"


def _tag_words(subject: Subject, dimension: str, writing: Writing) -> str:
    return ", ".join(say(f"{dimension}.{value}", writing) for value in tags_of(subject, dimension))


def _line(session: Session, subject: Subject, writing: Writing) -> str:
    """The name and the first sentence of the overview."""
    overview = statement_about(session, subject.id, "overview")
    first = overview.texts[writing].split("\n")[0] if overview else ""
    sentence = first.split(". ")[0].rstrip(" .:؛;")
    told = _shortened(rendered(session, subject.id, sentence, writing))
    name = name_of(subject, writing)
    return f"- {isolated(name) if writing == 'ary-Arab' else name} : {told}"


def _shortened(sentence: str) -> str:
    """A sentence, cut at a word where a line of a list would be too long to read."""
    if len(sentence) <= LINE:
        return f"{sentence}."
    return f"{sentence[: LINE + 1].rpartition(' ')[0].rstrip(' ,:;،؛')}…"


def _in_groups(session: Session, page: Sequence[Subject], writing: Writing) -> list[str]:
    """A line for each subject, under the state of each group where there is more to say than open."""
    page = sorted(page, key=lambda subject: ORDER.index(_group(subject)))
    groups = [_group(subject) for subject in page]
    lines: list[str] = []
    for position, (subject, group) in enumerate(zip(page, groups, strict=True)):
        if set(groups) != {"now"} and (position == 0 or group != groups[position - 1]):
            lines.append(say(f"list.group.{group}", writing))
        lines.append(_line(session, subject, writing))
    return lines


def _group(subject: Subject) -> str:
    return next((name for name, held in GROUPS.items() if subject.status in held), "now")


def _ways_to_narrow(listing: Listing, writing: Writing) -> list[Button]:
    """A button for each filter not set yet."""
    asked = {"kind": listing.kinds[0], **listing.tags}
    return [
        Button(say(f"list.by.{by}", writing), payload("ask_list", **asked, by=by))
        for by in FILTERS
        if by not in listing.tags
    ]


def _page(session: Session, listing: Listing, start: int) -> tuple[int, list[Subject]]:
    """How many subjects fit, and those of one page: what is out of the visitor's reach comes last."""
    kept = start - start % ORDERED
    total, fitting = page_of_subjects(
        session,
        kinds=listing.kinds,
        tags=listing.tags,
        later=tuple(GROUPS.values()),
        start=kept,
        size=ORDERED,
    )
    if set(listing.kinds) & set(AIDS):
        fitting = _within_reach_first(session, fitting, listing.budget)
        fitting.sort(key=lambda subject: _is_for_few(subject, listing))
    return total, fitting[start - kept : start - kept + PAGE]


def _within_reach_first(
    session: Session, subjects: Sequence[Subject], budget: str | None
) -> list[Subject]:
    """The aids that an investment of `budget` can have, then those it is too small or large for.

    A part is as large as what it belongs to. Without a budget, what asks for a large investment comes
    last: most visitors are not large.
    """
    whole = {subject.id: subject.part_of or subject.id for subject in subjects}
    ids = [*whole, *whole.values()]
    least = figures_of_key(session, "min_investment", ids)
    most = figures_of_key(session, "max_investment", ids)
    invested = Decimal(budget or LEAST_LARGE)

    def is_out_of_reach(subject: Subject) -> bool:
        names = (subject.id, whole[subject.id])
        needed = [Decimal(least[name].values[0]) for name in names if name in least]
        allowed = [Decimal(most[name].values[-1]) for name in names if name in most]
        too_large = bool(budget) and any(invested > limit for limit in allowed)
        return too_large or any(invested < limit for limit in needed)

    return sorted(subjects, key=is_out_of_reach)


def _is_for_few(subject: Subject, listing: Listing) -> bool:
    """Whether a subject serves a few sectors or particular people, and the visitor named none."""
    sectors, visitors = tags_of(subject, "sector"), tags_of(subject, "audience")
    other_trade = not listing.sector and 0 < len(sectors) <= FEW_SECTORS
    other_people = not listing.audience and visitors and not MOST_VISITORS & set(visitors)
    return other_trade or bool(other_people)


def _what(listing: Listing, writing: Writing) -> str:
    if "institution" in listing.kinds and len(listing.kinds) > 1:
        return say("kind.helpers", writing)
    return say(f"kind.{listing.kinds[0]}", writing)


def filter_words(listing: Listing, writing: Writing) -> str:
    """The filters of a list in brackets, nothing when none is set."""
    parts = [
        say(f"{dimension}.{value}", writing)
        for dimension in ("audience", "sector", "province")
        if (value := getattr(listing, dimension))
    ]
    return f" ({', '.join(parts)})" if parts else ""
