"""The facts as they are live: lists, one subject with what visitors read of it, its history."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from console.access import Needs, Signed
from console.fact_differences import differences
from console.fact_previews import live_previews, pieces
from console.fact_words import choices, place_label
from console.pages import page
from console.words import Language
from database.drafts import (
    Record,
    decided_drafts,
    live_record,
    pending_drafts,
    retired_subjects,
    version_numbered,
    versions_of,
)
from database.fact_lists import (
    Asked,
    figures_shown,
    listed_subjects,
    names_of_subjects,
    sources_shown,
    uses_of_figures,
)
from database.queries import steps_of, subject_named
from database.session import open_session
from database.vocabulary import (
    ASPECTS,
    CERTAINTIES,
    KINDS,
    OUTSIDE_REGION,
    PROVINCES,
    SECTORS,
    STATUSES,
)

router = APIRouter(prefix="/facts")
PER_PAGE = 50

Reader = Annotated[Signed, Depends(Needs("reader"))]


@router.get("")
def subjects_page(
    request: Request,
    signed: Reader,
    text: Annotated[str, Query(max_length=200)] = "",
    kind: str = "",
    province: str = "",
    sector: str = "",
    status: str = "",
    certainty: str = "",
    stale: bool = False,
    drafted: bool = False,
    at: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """The subjects, filtered."""
    asked = Asked(text, kind, province, sector, status, certainty, stale, drafted)
    with open_session() as session:
        found, total = listed_subjects(session, asked, on=date.today(), offset=at, limit=PER_PAGE)
        waiting = sum(draft.state == "proposed" for draft in pending_drafts(session))
        retired = retired_subjects(session)
    return page(
        request,
        "facts/list.html",
        signed,
        asked=asked,
        found=found,
        total=total,
        at=at,
        asked_query=_query(asked),
        per_page=PER_PAGE,
        waiting=waiting,
        retired=retired,
        today=date.today(),
        offered=_offered(signed.language),
    )


def _query(asked: Asked) -> str:
    """The filter as it stands in an address, to be gone on with."""
    values = {
        name: str(value).lower() if value is True else value
        for name, value in asdict(asked).items()
        if value
    }
    return urlencode(values) + "&" if values else ""


def _offered(language: Language) -> Mapping[str, list[tuple[str, str]]]:
    return {
        "kind": choices("kind", KINDS, language),
        "province": choices("province", (*PROVINCES, OUTSIDE_REGION), language),
        "sector": choices("sector", SECTORS, language),
        "status": choices("status", STATUSES, language),
        "certainty": choices("certainty", CERTAINTIES, language),
    }


@router.get("/stale")
def stale_page(request: Request, signed: Reader) -> Response:
    """The subjects past the day by which to check them, oldest first."""
    with open_session() as session:
        found, total = listed_subjects(session, Asked(stale=True), on=date.today(), limit=PER_PAGE)
        sources = {each.id: sources_shown(session, each.id) for each in found}
    return page(
        request,
        "facts/stale.html",
        signed,
        found=found,
        total=total,
        sources=sources,
        check_by=in_six_months(date.today()),
    )


def in_six_months(day: date) -> date:
    """The day by which to check again what was checked on a day; at most the month's 28th."""
    years, month = divmod(day.month + 5, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


@router.get("/subjects/{subject_id}")
def subject_page(
    request: Request, signed: Reader, subject_id: str, aspect: str = "overview"
) -> Response:
    """A subject: what is said, its figures and who shows them, what visitors read."""
    with open_session() as session:
        record = record_or_404(live_record(session, subject_id))
        shown = aspect if aspect in ASPECTS else "overview"
        values: dict[str, Any] = {
            "record": record,
            "pieces": {
                each: pieces(session, subject_id, statement)
                for each, statement in record["statements"].items()
            },
            "figures": figures_shown(session, subject_id),
            "sources": {source.key: source for source in sources_shown(session, subject_id)},
            "uses": uses_of_figures(session, subject_id),
            "steps": steps_of(session, subject_id),
            "names": names_of_subjects(session),
            "drafts": pending_drafts(session, subject_id),
            "previews": live_previews(session, subject_id, shown, on=date.today()),
            "shown": shown,
            "offered": choices("aspect", ASPECTS, signed.language),
        }
    return page(
        request,
        "facts/subject.html",
        signed,
        subject_id=subject_id,
        today=date.today(),
        check_by=in_six_months(date.today()),
        **values,
    )


@router.get("/subjects/{subject_id}/preview")
def subject_preview(
    request: Request, signed: Reader, subject_id: str, aspect: str = "overview"
) -> Response:
    """What visitors read of an aspect, as a part of the page."""
    with open_session() as session:
        if subject_named(session, subject_id) is None or aspect not in ASPECTS:
            raise HTTPException(404)
        found = live_previews(session, subject_id, aspect, on=date.today())
    return page(request, "facts/preview.html", signed, previews=found)


@router.get("/subjects/{subject_id}/history")
def history_page(request: Request, signed: Reader, subject_id: str) -> Response:
    """Every version of a subject, and what became of its drafts."""
    with open_session() as session:
        versions = versions_of(session, subject_id)
        live = live_record(session, subject_id)
        if live is None and not versions:
            raise HTTPException(404)
        names = (live or versions[0].record)["names"]
        decided = decided_drafts(session, subject_id)
    return page(
        request,
        "facts/history.html",
        signed,
        subject_id=subject_id,
        names=names,
        versions=versions,
        decided=decided,
        live=live,
    )


@router.get("/subjects/{subject_id}/history/{number}")
def version_page(
    request: Request,
    signed: Reader,
    subject_id: str,
    number: int,
    against: Literal["before", "now"] = "before",
) -> Response:
    """One version: what it changed, or what has changed since."""
    with open_session() as session:
        version = version_numbered(session, subject_id, number)
        if version is None:
            raise HTTPException(404)
        before = version_numbered(session, subject_id, number - 1)
        live = live_record(session, subject_id)
    earlier = before.record if before else None
    pair = (earlier, version.record) if against == "before" else (version.record, live)
    return page(
        request,
        "facts/version.html",
        signed,
        subject_id=subject_id,
        version=version,
        against=against,
        is_live=version.record == live,
        changes=labelled(differences(*pair), signed.language) if pair[0] else [],
        first=before is None,
    )


def labelled(found: list[Any], language: Language) -> list[tuple[str, Any]]:
    """Differences with what their places are called."""
    return [(place_label(each.place, language), each) for each in found]


def record_or_404(record: Record | None) -> Record:
    """The record, or the page that says that there is none."""
    if record is None:
        raise HTTPException(404)
    return record


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
