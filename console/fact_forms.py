"""The form of a subject: typed into a draft, held to the rules of the content, never lost."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from console.access import PATH, Needs, Signed
from console.fact_previews import previews_of
from console.fact_reviews import draft_or_404, own_draft
from console.fact_sheets import (
    Record,
    Sheet,
    add_row,
    raise_row,
    record_of_sheet,
    remove_row,
    shaped,
    sheet_of,
    sheet_of_form,
)
from console.fact_words import Wrong, by_field, choices, wrong_fields
from console.facts import in_six_months, now
from console.pages import page, see_other
from database.console_tables import FactDraft
from database.content import RecordError
from database.drafts import (
    PENDING,
    begin_draft,
    canonical,
    draft_named,
    is_outdated,
    live_record,
    mistakes_in,
    pending_drafts,
    retires,
    subject_of_record,
)
from database.fact_lists import names_of_subjects
from database.linting import Mistake
from database.records import SubjectRecord
from database.session import open_session
from database.staff import record as record_act
from database.vocabulary import (
    ASPECTS,
    AUDIENCES,
    CERTAINTIES,
    KINDS,
    LEGAL_FORMS,
    NUMBER_UNITS,
    OUTSIDE_REGION,
    PROVINCES,
    SECTORS,
    STATUSES,
    TEXT_UNITS,
)

MOST_FIELDS = 6000
_KEY = re.compile(r"[a-z][a-z0-9_]{2,79}")
# What a button of the form asks for: a row more, a row less, a row one place up.
_ROW = re.compile(r"(add|remove|raise):([a-z0-9.]+?)(?::(\d{1,4}))?")


class LongForm(APIRoute):
    """A route whose form may have more fields than the thousand that are usually taken."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the form before anything else does, with our own limit."""
        handler = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            if request.method == "POST":
                await request.form(max_fields=MOST_FIELDS)
            return await handler(request)

        return read_first


router = APIRouter(prefix="/facts", route_class=LongForm)

Editor = Annotated[Signed, Depends(Needs("editor"))]


async def sent_form(request: Request) -> FormData:
    """The whole form that was sent."""
    return await request.form()


Sent = Annotated[FormData, Depends(sent_form)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sheet says: the subject if a model understands it, and every mistake."""

    subject: SubjectRecord | None
    record: Record | None
    mistakes: list[Mistake]


@router.get("/new")
def new_page(request: Request, signed: Editor) -> Response:
    """The first questions about a subject that is not there yet."""
    return _new_page(request, signed)


def _new_page(
    request: Request, signed: Signed, *, problem: str | None = None, key: str = "", kind: str = ""
) -> Response:
    return page(
        request,
        "facts/new.html",
        signed,
        status=422 if problem else 200,
        problem=problem,
        key=key,
        kind=kind,
        kinds=choices("kind", KINDS, signed.language),
    )


@router.post("/new")
def begin_new(
    request: Request,
    signed: Editor,
    key: Annotated[str, Form(max_length=100)] = "",
    kind: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Begin the draft of a new subject."""
    if not _KEY.fullmatch(key) or kind not in KINDS:
        return _new_page(request, signed, problem="bad_key", key=key, kind=kind)
    blank = shaped(
        {
            "id": key,
            "kind": kind,
            "check_by": in_six_months(date.today()).isoformat(),
            "statements": [{"aspect": "overview", "checked_on": date.today().isoformat()}],
            "sources": [{}],
        }
    )
    with open_session() as session:
        if live_record(session, key) is not None:
            return _new_page(request, signed, problem="taken", key=key, kind=kind)
        draft = begin_draft(session, key, signed.staff, at=now(), typed=blank)
        record_act(session, signed.staff, "fact_draft_begun", "fact", key, at=now(), draft=draft.id)
        draft_id = draft.id
    return see_other(f"{PATH}/facts/drafts/{draft_id}/edit")


@router.post("/subjects/{subject_id}/edit")
def begin_edit(signed: Editor, subject_id: str) -> Response:
    """Go on with one's own draft of a subject, or begin one."""
    with open_session() as session:
        if live_record(session, subject_id) is None:
            raise HTTPException(404)
        own = [
            each
            for each in pending_drafts(session, subject_id)
            if each.author_id == signed.staff.id and not retires(each)
        ]
        draft = own[0] if own else begin_draft(session, subject_id, signed.staff, at=now())
        if not own:
            record_act(
                session,
                signed.staff,
                "fact_draft_begun",
                "fact",
                subject_id,
                at=now(),
                draft=draft.id,
            )
        draft_id = draft.id
    return see_other(f"{PATH}/facts/drafts/{draft_id}/edit")


@router.get("/drafts/{draft_id}/edit")
def edit_page(request: Request, signed: Editor, draft_id: str) -> Response:
    """The form of one's own draft, with the mistakes it holds."""
    with open_session() as session:
        draft = _editable(draft_named(session, draft_id), signed)
        sheet = shaped(draft.typed) if draft.typed else sheet_of(draft.record or {})
        wrong = _wrong(_read(session, draft, sheet), sheet, signed) if draft.edits else []
        return _form(request, signed, session, draft, sheet, wrong)


@router.post("/drafts/{draft_id}/edit")
def save_draft(request: Request, signed: Editor, draft_id: str, sent: Sent) -> Response:
    """Keep what was typed, mistakes and all; then add a row, propose it, or go on."""
    do = str(sent.get("do") or "save")
    edits = str(sent.get("edits") or "")
    with open_session() as session:
        draft = _editable(draft_named(session, draft_id, to_change=True), signed)
        sheet = sheet_of_form(sent.multi_items())
        sheet["id"], sheet["census"] = draft.subject_id, (draft.base or {}).get("census", "")
        if edits != str(draft.edits):
            # Saved in another window meanwhile: nothing of either is thrown away unseen.
            return _form(request, signed, session, draft, sheet, [], problem="saved_elsewhere")
        anchor = _change_rows(sheet, do)
        if anchor is not None:
            sheet = shaped(sheet)
        reading = _read(session, draft, sheet)
        draft.typed, draft.edits, draft.changed_at = sheet, draft.edits + 1, now()
        draft.note = str(sent.get("note") or "").strip()[:2000]
        draft.record = reading.record if not reading.mistakes else None
        proposed = do == "propose" and not reading.mistakes and draft.record != draft.base
        draft.state = "proposed" if proposed else "open"
        record_act(
            session,
            signed.staff,
            "fact_proposed" if proposed else "fact_saved",
            "fact",
            draft.subject_id,
            at=now(),
            draft=draft.id,
        )
        if proposed:
            return see_other(f"{PATH}/facts/drafts/{draft_id}?notice=proposed")
        if reading.mistakes and anchor is None:
            wrong = _wrong(reading, sheet, signed)
            return _form(request, signed, session, draft, sheet, wrong, status=422)
    if do == "propose":
        return see_other(f"{PATH}/facts/drafts/{draft_id}/edit?notice=nothing_changed")
    return see_other(f"{PATH}/facts/drafts/{draft_id}/edit?notice=saved#{anchor or 'main'}")


@router.post("/drafts/{draft_id}/preview/{row}")
def preview_row(request: Request, signed: Editor, draft_id: str, row: str, sent: Sent) -> Response:
    """What visitors would read of the statement in this row of the form, or of the steps."""
    sheet = sheet_of_form(sent.multi_items())
    with open_session() as session:
        draft = _editable(draft_named(session, draft_id), signed)
        sheet["id"], sheet["census"] = draft.subject_id, (draft.base or {}).get("census", "")
        reading = _read(session, draft, sheet)
        rows = sheet["statements"]
        known = row.isdecimal() and len(row) < 4 and int(row) < len(rows)
        aspect = rows[int(row)]["aspect"] if known else "steps"
        found = []
        if reading.subject is not None and aspect in ASPECTS:
            found = previews_of(session, reading.subject, aspect, on=date.today())
    wrong = _wrong(reading, sheet, signed)
    return page(request, "facts/preview_part.html", signed, previews=found, wrong=wrong)


def _editable(draft: FactDraft | None, signed: Signed) -> FactDraft:
    """One's own draft that is not decided yet; else as if there were none."""
    own = own_draft(draft_or_404(draft), signed)
    if own.state not in PENDING or retires(own):
        raise HTTPException(404)
    return own


def _read(session: Any, draft: FactDraft, sheet: Sheet) -> Reading:
    """Hold a sheet to the same rules as the content files."""
    record, mistakes = record_of_sheet(sheet)
    try:
        subject = subject_of_record(record)
    except RecordError as error:
        return Reading(None, None, [*mistakes, *error.mistakes])
    mistakes += [mistake for _, mistake in mistakes_in(session, [subject])]
    if draft.base is None and live_record(session, draft.subject_id) is not None:
        values = {"message": "taken", "type": "defined_twice", "input": draft.subject_id}
        mistakes.append(Mistake(("id",), "malformed", values))
    if any(mistake.kind == "unit_misfit" for mistake in mistakes):
        # Words in the place of a number cannot be written out, not even in a preview.
        return Reading(None, None, mistakes)
    return Reading(subject, canonical(subject), mistakes)


def _wrong(reading: Reading, sheet: Sheet, signed: Signed) -> list[Wrong]:
    return wrong_fields(reading.mistakes, sheet, signed.language)


def _change_rows(sheet: Sheet, do: str) -> str | None:
    """Do what a button asks of the rows; where to look then, nothing when no row was meant."""
    asked = _ROW.fullmatch(do)
    if asked is None:
        return None
    what, group, index = asked[1], asked[2], int(asked[3] or 0)
    if what == "add":
        add_row(sheet, group)
    elif what == "remove":
        remove_row(sheet, group, index)
    else:
        raise_row(sheet, group, index)
    return group.replace(".", "-")


def _form(
    request: Request,
    signed: Signed,
    session: Any,
    draft: FactDraft,
    sheet: Sheet,
    wrong: list[Wrong],
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    language = signed.language
    offered = {
        "kind": choices("kind", KINDS, language),
        "provinces": choices("province", (*PROVINCES, OUTSIDE_REGION), language),
        "sectors": choices("sector", SECTORS, language),
        "audiences": choices("audience", AUDIENCES, language),
        "legal_forms": choices("legal_form", LEGAL_FORMS, language),
        "status": choices("status", STATUSES, language),
        "certainty": choices("certainty", CERTAINTIES, language),
        "aspect": choices("aspect", ASPECTS, language),
        "unit": choices("unit", (*NUMBER_UNITS, *TEXT_UNITS), language),
    }
    return page(
        request,
        "facts/edit.html",
        signed,
        status=409 if problem else status,
        draft=draft,
        sheet=sheet,
        wrong=wrong,
        beside=by_field(wrong),
        problem=problem,
        outdated=is_outdated(session, draft),
        others=[d for d in pending_drafts(session, draft.subject_id) if d.id != draft.id],
        names=names_of_subjects(session),
        offered=offered,
    )
