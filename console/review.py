"""Verdicts on answers, and random samples that two people judge without seeing each other's word."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from console.access import PATH, Needs, Signed
from console.agreement import agreement
from console.conversations import back_to, elements_of, filter_choices, names_in, today
from console.filters import asked_back, asked_in
from console.pages import page, see_other
from database.conversation_rows import subject_names
from database.review import (
    THEMES,
    VERDICTS,
    SampleStand,
    draw_sample,
    every_sample,
    is_in_sample,
    judge,
    judged_by_two,
    judgements_of,
    next_to_judge,
    sample_named,
    take_verdict_back,
    turn_with_id,
    turns_of_sample,
)
from database.session import open_session
from database.staff import record

router = APIRouter()
LARGEST_SAMPLE = 500
USUAL_SAMPLE = 50
Opinion = Literal["right", "wrong", "outdated", "missed", "none"]


@router.post("/conversations/turns/{turn_id}/verdict")
def judged(
    request: Request,
    turn_id: int,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
    verdict: Annotated[Opinion, Form()],
    theme: Annotated[str, Form(max_length=20)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
    sample: Annotated[int | None, Form()] = None,
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Say what an answer was worth, or (`none`) take it back; the last word of each person counts."""
    if theme and theme not in THEMES:
        raise HTTPException(422)
    now = datetime.now(UTC)
    with open_session() as session:
        turn = turn_with_id(session, turn_id)
        if turn is None or (sample is not None and not is_in_sample(session, sample, turn_id)):
            raise HTTPException(404)
        if verdict == "none":
            take_verdict_back(session, turn_id, signed.staff.id)
        else:
            judge(
                session,
                turn,
                signed.staff,
                verdict=verdict,
                theme=theme or None,
                note=note.strip() or None,
                at=now,
            )
        detail = {"verdict": verdict, "theme": theme or None, "sample": sample}
        record(session, signed.staff, "judged", "turn", str(turn_id), at=now, **detail)
        judgements = judgements_of(session, [turn_id]).get(turn_id, [])
    if sample is not None:
        return see_other(f"{PATH}/conversations/samples/{sample}/next")
    if request.headers.get("hx-request"):
        return page(
            request,
            "conversations/judgement.html",
            signed,
            turn=turn,
            judgements=judgements,
            verdicts=VERDICTS,
            themes=THEMES,
            query=asked_in(request.query_params).query,
            saved=True,
        )
    return back_to(turn.conversation_id, back, turn_id)


@router.get("/conversations/samples")
def samples(request: Request, signed: Annotated[Signed, Depends(Needs("reviewer"))]) -> Response:
    """The samples drawn so far, and the form to draw one."""
    asked = asked_in(request.query_params)
    with open_session() as session:
        drawn = every_sample(session)
        choices = filter_choices(signed, subject_names(session, names_in(signed)))
    return page(
        request,
        "conversations/samples.html",
        signed,
        samples=drawn,
        asked=asked,
        choices=choices,
        size=USUAL_SAMPLE,
        largest=LARGEST_SAMPLE,
        nothing=request.query_params.get("nothing"),
    )


@router.post("/conversations/samples")
def draw(
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
    size: Annotated[int, Form(ge=1, le=LARGEST_SAMPLE)],
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Draw a sample of answered messages that fit the filters shown."""
    asked, now = asked_back(back), datetime.now(UTC)
    filters = asked.filters(signed.staff.id, on=today())
    with open_session() as session:
        kept = asked.fields
        sample = draw_sample(session, filters, signed.staff, asked=kept, size=size, at=now)
        if sample is not None:
            detail = {"size": size, "fields": sorted(kept)}
            record(session, signed.staff, "drew", "sample", str(sample.id), at=now, **detail)
    if sample is None:
        return see_other(f"{PATH}/conversations/samples{asked.and_(nothing='1')}")
    return see_other(f"{PATH}/conversations/samples/{sample.id}")


@router.get("/conversations/samples/{sample_id}")
def one_sample(
    request: Request, sample_id: int, signed: Annotated[Signed, Depends(Needs("reviewer"))]
) -> Response:
    """A sample: what is judged, and how far those agree who judged the same answers."""
    with open_session() as session:
        sample = sample_named(session, sample_id)
        if sample is None:
            raise HTTPException(404)
        turns = turns_of_sample(session, sample_id)
        thought = judgements_of(session, [turn.id for turn in turns])
        pairs = [(a, b, agreement(both)) for a, b, both in judged_by_two(session, sample_id)]
    mine = {
        turn_id
        for turn_id, judgements in thought.items()
        if any(judgement.staff_id == signed.staff.id for judgement in judgements)
    }
    return page(
        request,
        "conversations/sample.html",
        signed,
        sample=sample,
        turns=turns,
        thought=thought,
        mine=mine,
        pairs=pairs,
    )


@router.get("/conversations/samples/{sample_id}/next")
def next_one(sample_id: int, signed: Annotated[Signed, Depends(Needs("reviewer"))]) -> Response:
    """The next answer of a sample to judge; when all are, the sample itself."""
    with open_session() as session:
        turn_id = next_to_judge(session, sample_id, signed.staff.id)
    rest = f"/turns/{turn_id}" if turn_id else ""
    return see_other(f"{PATH}/conversations/samples/{sample_id}{rest}")


@router.get("/conversations/samples/{sample_id}/turns/{turn_id}")
def sampled_turn(
    request: Request,
    sample_id: int,
    turn_id: int,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
) -> Response:
    """One answer of a sample, to be judged alone: what others think of it is not shown."""
    with open_session() as session:
        sample, turn = sample_named(session, sample_id), turn_with_id(session, turn_id)
        if sample is None or turn is None or not is_in_sample(session, sample_id, turn_id):
            raise HTTPException(404)
        now, read = datetime.now(UTC), turn.conversation_id
        record(session, signed.staff, "read", "conversation", read, at=now, sample=sample_id)
        judgements = judgements_of(session, [turn_id]).get(turn_id, [])
        names = subject_names(session, names_in(signed))
    return page(
        request,
        "conversations/sampled_turn.html",
        signed,
        sample=sample,
        turn=turn,
        mine=next((one for one in judgements if one.staff_id == signed.staff.id), None),
        done=_judged_by(sample, signed),
        names=names,
        elements={turn_id: elements_of(turn, signed.language)},
        verdicts=VERDICTS,
        themes=THEMES,
    )


def _judged_by(sample: SampleStand, signed: Signed) -> int:
    return next((times for name, times in sample.judged if name == signed.staff.name), 0)
