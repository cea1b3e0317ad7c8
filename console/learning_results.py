"""Learning: what was decided, what the assistant made of it, and what it understands just now."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from answers.knowledge import lexicon
from answers.search import nearest
from console.access import Needs, Signed
from console.heard import label_of, readings_of
from console.pages import page
from console.subject_picker import with_names
from console.words import every_word
from database.learning import (
    aliases_decided,
    count_waiting,
    every_lesson,
    lessons,
    report_numbered,
    reports,
)
from database.session import open_session
from database.staff import record
from database.training_data import FOLDERS, aliases_yaml, learnt_files, learnt_path
from gateway.masking import masked
from gateway.rasa_client import AssistantAway, RasaClient
from settings import ROOT, settings

router = APIRouter(prefix="/learning")
Reviewer = Annotated[Signed, Depends(Needs("reviewer"))]
DATA = ROOT / "data"
LONGEST_TRIED = 500
LESSONS_SHOWN = 100
File = Literal["fr", "ary_arab", "ary_latn", "aliases"]


@router.get("/decisions")
def decisions(request: Request, signed: Reviewer, before: datetime | None = None) -> Response:
    """What was decided, latest first, one line a decision."""
    with open_session() as session:
        found = lessons(session, before=before, limit=LESSONS_SHOWN)
        subjects = [lesson.subject_id for lesson in found if lesson.subject_id]
        names = {one.id: one.name for one in with_names(session, subjects, signed.language)}
        waiting = count_waiting(session)
        files = learnt_files(DATA, every_lesson(session))
        has_aliases = bool(aliases_decided(session))
    batches: dict[str, list[Any]] = {}
    for lesson in found:
        batches.setdefault(lesson.batch, []).append(lesson)
    older = found[-1].decided_at if len(found) == LESSONS_SHOWN else None
    return page(
        request,
        "learning/decisions.html",
        signed,
        batches=batches,
        names=names,
        waiting=waiting,
        older=older,
        label=label_of,
        files={folder: tag for tag, folder in FOLDERS.items() if learnt_path(DATA, tag) in files},
        has_aliases=has_aliases,
    )


@router.get("/export/{name}.yml")
def export(signed: Reviewer, name: File) -> Response:
    """The decisions as a file for the repository: training sentences of a writing, or aliases."""
    with open_session() as session:
        if name == "aliases":
            aliases = aliases_decided(session)
            text = aliases_yaml(aliases) if aliases else ""
        else:
            writing = next(tag for tag, folder in FOLDERS.items() if folder == name)
            files = learnt_files(DATA, every_lesson(session))
            text = files.get(learnt_path(DATA, writing), "")
        if not text:
            raise HTTPException(404)
        record(session, signed.staff, "decisions_exported", "lesson", name, at=_now())
    headers = {"Content-Disposition": f'attachment; filename="{name}.yml"'}
    return Response(text, media_type="application/yaml", headers=headers)


@router.get("/reports")
def every_report(request: Request, signed: Reviewer) -> Response:
    """The last learnings."""
    with open_session() as session:
        found, waiting = reports(session), count_waiting(session)
    return page(request, "learning/reports.html", signed, reports=found, waiting=waiting)


@router.get("/reports/{number}")
def one_report(request: Request, signed: Reviewer, number: int) -> Response:
    """One learning: its figures, and the sentences won and lost."""
    with open_session() as session:
        report = report_numbered(session, number)
    if report is None or not report.content:
        raise HTTPException(404)
    return page(
        request,
        "learning/report.html",
        signed,
        report=report,
        content=report.content,
        label=label_of,
    )


@router.get("/try")
def try_page(request: Request, signed: Reviewer) -> Response:
    """The box to try a sentence in."""
    return page(request, "learning/try.html", signed, text="", said=None, away=False)


@router.post("/try")
def try_sentence(
    request: Request, signed: Reviewer, text: Annotated[str, Form(max_length=LONGEST_TRIED)]
) -> Response:
    """What the assistant would understand of a sentence, and why."""
    sentence = masked(text.strip()).text
    said: dict[str, Any] = {}
    with suppress(AssistantAway):
        said = RasaClient.from_settings(settings()).parse(sentence)
    with open_session() as session:
        links = lexicon(session).links(sentence)
        certain = [link.subject_id for link in (*links.certain, *links.rivals)]
        near = [link.subject_id for link in links.near]
        near += [hit.subject_id for hit in nearest(session, sentence)]
        named = with_names(session, certain, signed.language)
        beside = with_names(session, [one for one in near if one not in certain], signed.language)
    return page(
        request,
        "learning/try.html",
        signed,
        text=sentence,
        away=not said,
        said=said,
        readings=readings_of(said.get("intent_ranking", [])),
        label=label_of,
        elements=[_element(one) for one in said.get("entities", [])],
        unknown=[str(word) for word in said.get("unknown_words", [])],
        subjects=named,
        near=beside,
    )


def _element(entity: dict[str, Any]) -> tuple[str | None, str]:
    """The key of the kind's words, and what was found."""
    value = entity.get("value")
    if isinstance(value, dict):
        parts = [value.get("value"), "–" if value.get("upper") else None, value.get("upper")]
        value = " ".join(str(part) for part in (*parts, value.get("unit")) if part)
    key = f"learning.element.{entity.get('entity')}"
    return (key if key in every_word() else None), str(value)


def _now() -> datetime:
    return datetime.now(UTC)
