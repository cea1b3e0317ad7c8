"""Drafts of facts in review: who proposes, who publishes or refuses, and how a change is undone."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from sqlalchemy.exc import IntegrityError

from console.access import PATH, Needs, Signed
from console.fact_differences import differences, merged
from console.fact_previews import previews_of
from console.fact_sheets import sheet_of
from console.fact_words import place_label, wrong_fields
from console.facts import labelled, now, record_or_404
from console.pages import page, see_other
from database.console_tables import FactDraft
from database.drafts import (
    PENDING,
    NotNow,
    begin_draft,
    checked_again,
    draft_named,
    is_outdated,
    leaning_on,
    live_record,
    mistakes_in,
    pending_drafts,
    propose_retirement,
    publish,
    retires,
    subject_of_record,
    version_numbered,
)
from database.fact_lists import names_of_subjects, sources_shown, uses_of_figures
from database.session import open_session
from database.staff import record as record_act
from database.vocabulary import ASPECTS
from settings import settings

router = APIRouter(prefix="/facts")

Reader = Annotated[Signed, Depends(Needs("reader"))]
Editor = Annotated[Signed, Depends(Needs("editor"))]
Note = Annotated[str, Form(max_length=2000)]


@router.get("/drafts")
def drafts_page(request: Request, signed: Reader) -> Response:
    """The drafts that nobody has decided yet."""
    with open_session() as session:
        drafts = pending_drafts(session)
        names = names_of_subjects(session)
    return page(request, "facts/drafts.html", signed, drafts=drafts, names=names)


@router.get("/drafts/{draft_id}")
def draft_page(request: Request, signed: Reader, draft_id: str, aspect: str = "") -> Response:
    """A draft: what it changes, what visitors would read, and what may be done with it."""
    return _draft_page(request, signed, draft_id, aspect=aspect)


def _draft_page(
    request: Request,
    signed: Signed,
    draft_id: str,
    *,
    aspect: str = "",
    problem: str | None = None,
    status: int = 200,
    clashes: list[str] | None = None,
) -> Response:
    with open_session() as session:
        draft = draft_or_404(draft_named(session, draft_id))
        live = live_record(session, draft.subject_id)
        values: dict[str, Any] = {
            "previews": [],
            "aspects": [],
            "shown": "",
            "wrong": [],
            "figures": [],
            "detached": [],
        }
        if draft.record is not None:
            subject = subject_of_record(draft.record)
            changed = differences(draft.base, draft.record)
            aspects = _aspects_touched(changed, list(subject.statements))
            shown = aspect if aspect in ASPECTS else (aspects or ["overview"])[0]
            found = [each for _, each in mistakes_in(session, [subject])]
            uses = uses_of_figures(session, draft.subject_id)
            touched = {str(each.place[1]) for each in changed if each.place[0] == "figures"}
            values = {
                "previews": previews_of(session, subject, shown, on=date.today()),
                "aspects": [each for each in ASPECTS if each in subject.statements],
                "shown": shown,
                "wrong": wrong_fields(found, sheet_of(draft.record), signed.language),
                "figures": [(key, uses[key]) for key in sorted(touched) if key in uses],
                "detached": _detached(draft),
            }
        outdated = draft.state in PENDING and is_outdated(session, draft)
        retiring = retires(draft)
        waits = draft.state in PENDING and retiring
        leaning = [each.id for each in leaning_on(session, draft.subject_id)] if waits else []
        names = names_of_subjects(session)
        sources = sources_shown(session, draft.subject_id)
    return page(
        request,
        "facts/draft.html",
        signed,
        status=status,
        draft=draft,
        problem=problem,
        clashes=clashes or [],
        mine=draft.author_id == signed.staff.id,
        own_allowed=settings().single_editor,
        outdated=outdated,
        retiring=retiring,
        leaning=leaning,
        changes=labelled(differences(draft.base, draft.record), signed.language)
        if draft.record
        else [],
        since=labelled(differences(draft.base, live), signed.language) if outdated else [],
        names=names,
        sources=sources,
        **values,
    )


def _aspects_touched(changed: list[Any], said: list[str]) -> list[str]:
    """The aspects whose answers a draft changes, as far as its own texts tell."""
    found = [str(each.place[1]) for each in changed if each.place[0] == "statements"]
    return list(dict.fromkeys(aspect for aspect in found if aspect in said))


def _detached(draft: FactDraft) -> list[str]:
    """The figures that a parameter of a scheme gave, and that the draft gives a value of its own."""
    before = (draft.base or {}).get("figures", {})
    after = (draft.record or {}).get("figures", {})
    return [
        figure["parameter"]
        for key, figure in before.items()
        if "parameter" in figure and key in after and "parameter" not in after[key]
    ]


@router.post("/drafts/{draft_id}/publish")
def publish_draft(
    request: Request,
    signed: Editor,
    draft_id: str,
    edits: Annotated[int, Form(ge=0)],
) -> Response:
    """Let the draft of somebody else answer visitors from now on."""
    own_allowed = settings().single_editor
    try:
        with open_session() as session:
            draft = draft_or_404(draft_named(session, draft_id, to_change=True))
            own = draft.author_id == signed.staff.id
            number = publish(
                session, draft, signed.staff, edits=edits, at=now(), own_allowed=own_allowed
            )
            record_act(
                session,
                signed.staff,
                "fact_published",
                "fact",
                draft.subject_id,
                at=now(),
                draft=draft.id,
                version=number,
                author=draft.author,
                own=own,
            )
            subject_id = draft.subject_id
            retired = retires(draft)
    except NotNow as error:
        return _again(request, signed, draft_id, error.reason)
    except IntegrityError:
        # Somebody published the same subject in the same instant.
        return _again(request, signed, draft_id, "outdated")
    if retired:
        return see_other(f"{PATH}/facts/subjects/{subject_id}/history?notice=retired")
    return see_other(f"{PATH}/facts/subjects/{subject_id}?notice=published")


@router.post("/drafts/{draft_id}/refuse")
def refuse_draft(request: Request, signed: Editor, draft_id: str, note: Note = "") -> Response:
    """Send a draft back to its author, with the reason."""
    if not note.strip():
        return _again(request, signed, draft_id, "note_needed", status=422)
    with open_session() as session:
        draft = draft_or_404(draft_named(session, draft_id, to_change=True))
        done = draft.state != "proposed" or draft.author_id == signed.staff.id
        if not done:
            # What the files say has no author who could write it anew.
            draft.state = "refused" if draft.author_id else "withdrawn"
            draft.reviewer, draft.review_note = signed.staff.name, note.strip()
            draft.changed_at = now()
            _record(session, signed, "fact_refused", draft)
    if done:
        return _again(request, signed, draft_id, "done")
    return see_other(f"{PATH}/facts/drafts?notice=refused")


@router.post("/drafts/{draft_id}/withdraw")
def withdraw_draft(request: Request, signed: Editor, draft_id: str) -> Response:
    """Give up a draft of one's own."""
    with open_session() as session:
        draft = own_draft(draft_named(session, draft_id, to_change=True), signed)
        done = draft.state not in PENDING
        if not done:
            draft.state, draft.changed_at = "withdrawn", now()
            _record(session, signed, "fact_withdrawn", draft)
    if done:
        return _again(request, signed, draft_id, "done")
    return see_other(f"{PATH}/facts/drafts?notice=withdrawn")


@router.post("/drafts/{draft_id}/rebase")
def rebase_draft(request: Request, signed: Editor, draft_id: str) -> Response:
    """Carry a draft of one's own over to what is live now; where both changed, mine stays."""
    with open_session() as session:
        draft = own_draft(draft_named(session, draft_id, to_change=True), signed)
        live = live_record(session, draft.subject_id)
        clashes: list[Any] = []
        ready = draft.state in PENDING and draft.record is not None and live is not None
        if ready:
            draft.record, clashes = merged(draft.base or {}, live, draft.record)
            draft.base, draft.typed = live, None
            draft.edits += 1
            draft.state, draft.changed_at = "open", now()
            _record(session, signed, "fact_rebased", draft)
    if not ready:
        return _again(request, signed, draft_id, "mistakes")
    places = [place_label(place, signed.language) for place in clashes]
    if not places:
        return see_other(f"{PATH}/facts/drafts/{draft_id}?notice=rebased")
    return _draft_page(request, signed, draft_id, problem="clashes", clashes=places)


@router.post("/subjects/{subject_id}/checked")
def propose_checked(
    request: Request,
    signed: Editor,
    subject_id: str,
    check_by: Annotated[date, Form()],
    read: Annotated[str, Form()] = "",
) -> Response:
    """Propose new days for a subject whose sources were read again and still say the same."""
    if read != "yes" or check_by <= date.today():
        return see_other(f"{PATH}/facts/subjects/{subject_id}?notice=unread#checked")
    with open_session() as session:
        live = record_or_404(live_record(session, subject_id))
        draft = begin_draft(
            session,
            subject_id,
            signed.staff,
            at=now(),
            record=checked_again(live, on=date.today(), check_by=check_by),
            state="proposed",
        )
        _record(session, signed, "fact_checked", draft)
        draft_id = draft.id
    return see_other(f"{PATH}/facts/drafts/{draft_id}?notice=proposed")


@router.post("/subjects/{subject_id}/retire")
def propose_to_retire(
    request: Request, signed: Editor, subject_id: str, note: Note = ""
) -> Response:
    """Propose to say no more of a subject, with the reason; somebody else decides."""
    if not note.strip():
        return see_other(f"{PATH}/facts/subjects/{subject_id}?notice=no_reason#retire")
    with open_session() as session:
        record_or_404(live_record(session, subject_id))
        draft = propose_retirement(session, subject_id, signed.staff, at=now(), note=note.strip())
        _record(session, signed, "fact_to_retire", draft)
        draft_id = draft.id
    return see_other(f"{PATH}/facts/drafts/{draft_id}?notice=proposed")


@router.post("/subjects/{subject_id}/restore/{number}")
def restore_version(request: Request, signed: Editor, subject_id: str, number: int) -> Response:
    """Begin a draft that holds an older version; it is reviewed like any other."""
    with open_session() as session:
        version = version_numbered(session, subject_id, number)
        if version is None:
            raise HTTPException(404)
        draft = begin_draft(
            session,
            subject_id,
            signed.staff,
            at=now(),
            record=version.record,
            state="proposed",
        )
        _record(session, signed, "fact_restored", draft, version=number)
        draft_id = draft.id
    return see_other(f"{PATH}/facts/drafts/{draft_id}?notice=proposed")


def draft_or_404(draft: FactDraft | None) -> FactDraft:
    """The draft, or the page that says that there is none."""
    if draft is None:
        raise HTTPException(404)
    return draft


def own_draft(draft: FactDraft | None, signed: Signed) -> FactDraft:
    """The draft, if it is by whoever is at work; else as if there were none."""
    if draft is None or draft.author_id != signed.staff.id:
        raise HTTPException(404)
    return draft


def _again(
    request: Request, signed: Signed, draft_id: str, problem: str, *, status: int = 409
) -> Response:
    return _draft_page(request, signed, draft_id, problem=problem, status=status)


def _record(session: Any, signed: Signed, action: str, draft: FactDraft, **detail: Any) -> None:
    record_act(
        session, signed.staff, action, "fact", draft.subject_id, at=now(), draft=draft.id, **detail
    )
