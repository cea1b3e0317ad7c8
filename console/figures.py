"""How the assistant is used and how well it answers: the page, its table for a spreadsheet, and the
statistics that anybody may see once they are switched on."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from console.access import PATH, Needs, Signed
from console.charts import Bar, bars, columns
from console.exports import safe
from console.pages import HERE, bare_page, language_asked, page
from console.words import Language, every_word, say
from database.session import open_session
from database.staff import record
from database.statistics import FALLBACKS, Period, Ranked, Usage, names_of, usage
from database.vocabulary import Writing
from settings import settings

router = APIRouter()
Reader = Annotated[Signed, Depends(Needs("reader"))]
DAYS_SHOWN = 30
LONGEST_DAYS = 366
# In an open statistic, a group of fewer could point to a person.
SMALLEST_GROUP = 10
OUTCOMES = (
    "answered",
    "form_step",
    "handed_over",
    *FALLBACKS,
    "waiting",
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with the one before it; `kind` tells how it is written."""

    key: str
    value: float | None
    before: float | None
    kind: str = "count"
    good_when_more: bool | None = None

    @property
    def change(self) -> float | None:
        """By which share it changed, of what it was."""
        if not self.before or self.value is None:
            return None
        return (self.value - self.before) / self.before


@router.get("/figures")
def show_figures(
    request: Request,
    signed: Reader,
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
) -> Response:
    """The page."""
    period = period_asked(since, until, today=_today())
    with open_session() as session:
        now = usage(session, period, on=_today())
        before = usage(session, period.before(), on=_today())
        ids = {row.key for row in (*now.subjects, *now.questions)}
        names = names_of(session, ids, _writing(signed.language))
    return page(
        request,
        "figures/figures.html",
        signed,
        period=period,
        presets=presets(_today()),
        measures=measures(now, before),
        outcomes=columns(list(period.every_day()), _in_words(now, signed.language)),
        channels=columns(list(period.every_day()), _channels(now, signed.language)),
        rankings=rankings(now, names, period, signed.language),
        writings=_writings(now, signed.language),
        before=period.before(),
    )


@router.get("/figures.csv")
def download_figures(
    signed: Reader,
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
) -> Response:
    """The same for a spreadsheet."""
    period = period_asked(since, until, today=_today())
    with open_session() as session:
        now = usage(session, period, on=_today())
        before = usage(session, period.before(), on=_today())
        ids = {row.key for row in (*now.subjects, *now.questions)}
        names = names_of(session, ids, _writing(signed.language))
        record(
            session,
            signed.staff,
            "figures_downloaded",
            "figures",
            f"{period.first}/{period.last}",
            at=datetime.now(UTC),
        )
    written = io.StringIO()
    # Spreadsheets tell UTF-8 by this mark.
    written.write("\ufeff")
    writer = csv.writer(written, delimiter=";")
    for row in _table(now, before, names, signed.language):
        writer.writerow([safe(cell) for cell in row])
    name = f"dalil-{period.first}-{period.last}.csv"
    return Response(
        written.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/statistics")
def open_statistics(request: Request) -> Response:
    """The last thirty days for anybody, without groups that are small. Raises 404 when it is off."""
    if not settings().open_statistics:
        raise HTTPException(404)
    language = language_asked(request)
    period = period_asked(None, None, today=_today())
    with open_session() as session:
        found = usage(session, period, on=_today())
        names = names_of(session, {row.key for row in found.subjects}, _writing(language))
    subjects = [row for row in found.subjects if row.count >= SMALLEST_GROUP]
    return bare_page(
        request,
        "figures/open.html",
        language,
        period=period,
        counts=[
            (key, value if value >= SMALLEST_GROUP else None)
            for key, value in (
                ("conversations", found.conversations),
                ("turns", found.turns),
                ("answered_with_source", found.answered_with_source),
            )
        ],
        writings=_writings(found, language, least=SMALLEST_GROUP),
        subjects=bars([(names.get(row.key, row.key), row.count, None) for row in subjects]),
        smallest=SMALLEST_GROUP,
    )


def period_asked(since: date | None, until: date | None, *, today: date) -> Period:
    """The days asked for, the last thirty by default, never more than a year nor in the future."""
    last = min(until or today, today)
    first = min(since or last - timedelta(days=DAYS_SHOWN - 1), last)
    return Period(max(first, last - timedelta(days=LONGEST_DAYS - 1)), last)


def presets(today: date) -> list[tuple[str, Period]]:
    """Periods one asks for often."""
    first = today.replace(day=1)
    end_of_last = first - timedelta(days=1)
    return [
        ("week", Period(today - timedelta(days=6), today)),
        ("month", Period(first, today)),
        ("last_month", Period(end_of_last.replace(day=1), end_of_last)),
        ("quarter", Period(today - timedelta(days=89), today)),
    ]


def measures(now: Usage, before: Usage) -> list[Measure]:
    """The figures on top of the page."""

    def measure(key: str, kind: str = "count", more_is_good: bool | None = None) -> Measure:
        return Measure(key, getattr(now, key), getattr(before, key), kind, more_is_good)

    return [
        measure("conversations"),
        measure("people"),
        measure("turns"),
        measure("answered_share", "share", True),
        measure("fallback_share", "share", False),
        measure("drop_off", "share", False),
        measure("helpful_share", "share", True),
        measure("median_ms", "milliseconds", False),
        measure("p95_ms", "milliseconds", False),
        measure("callbacks_asked"),
        measure("callbacks_done"),
        measure("callbacks_late", "count", False),
    ]


def rankings(
    found: Usage, names: dict[str, str], period: Period, language: Language
) -> list[tuple[str, list[Bar]]]:
    """What is asked most, and what goes unanswered, each leading to its conversations."""
    days = f"from={period.first}&to={period.last}"

    def asked(row: Ranked) -> tuple[str, int, str | None]:
        return _subject(row, names, language), row.count, _list_of(f"subject={row.key}&{days}")

    def missed(row: Ranked) -> tuple[str, int, str | None]:
        text = _word("conversations.intent", row.key, language)
        return text, row.count, _list_of(f"intent={row.key}&{days}")

    return [
        ("subjects", bars([asked(row) for row in found.subjects])),
        ("questions", bars([asked(row) for row in found.questions])),
        ("unanswered", bars([missed(row) for row in found.unanswered])),
        ("themes", bars([(_theme(row.key, language), row.count, None) for row in found.themes])),
    ]


def _table(
    now: Usage, before: Usage, names: dict[str, str], language: Language
) -> Iterator[list[Any]]:
    yield [say(f"figures.column.{key}", language) for key in ("measure", "value", "before")]
    for measure in measures(now, before):
        yield [say(f"figures.measure.{measure.key}", language), measure.value, measure.before]
    for key in OUTCOMES:
        yield [say(f"figures.outcome.{key}", language), now.outcomes[key], before.outcomes[key]]
    for writing, count in now.writings.most_common():
        text = say(f"figures.writing.{writing}", language)
        yield [text, count, before.writings[writing]]
    for key, rows in rankings(now, names, now.period, language):
        yield []
        yield [say(f"figures.ranking.{key}", language)]
        yield from ([row.text, row.count] for row in rows)
    yield []
    yield [say("figures.column.day", language), *now.by_day]
    for day in now.period.every_day():
        yield [day.isoformat(), *(now.by_day[channel][day] for channel in now.by_day)]


def _in_words(found: Usage, language: Language) -> dict[str, dict[date, int]]:
    shown = [key for key in OUTCOMES if key in found.turns_by_day]
    return {say(f"figures.outcome.{key}", language): dict(found.turns_by_day[key]) for key in shown}


def _writings(found: Usage, language: Language, *, least: int = 1) -> list[Bar]:
    counted = found.writings.most_common()
    return bars(
        [(say(f"figures.writing.{key}", language), n, None) for key, n in counted if n >= least]
    )


def _channels(found: Usage, language: Language) -> dict[str, dict[date, int]]:
    return {
        say(f"figures.channel.{key}", language): dict(found.by_day[key])
        for key in sorted(found.by_day)
    }


def _subject(row: Ranked, names: dict[str, str], language: Language) -> str:
    name = names.get(row.key, row.key)
    return f"{name} · {_word('facts.aspect', row.aspect, language)}" if row.aspect else name


def _word(group: str, key: str, language: Language) -> str:
    """How the other pages call it; itself where they have no word for it."""
    known = f"{group}.{key}"
    return say(known, language) if known in every_word() else key


def _theme(theme: str, language: Language) -> str:
    return say(f"conversations.theme.{theme}", language)


def _list_of(query: str) -> str:
    return f"{PATH}/conversations?{query}"


def _writing(language: Language) -> Writing:
    return "ary-Arab" if language == "ar" else "fr"


def _today() -> date:
    return datetime.now(HERE).date()
