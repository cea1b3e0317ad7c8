"""Learning: what the assistant did not understand, and what staff decide of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from answers.grouping import key_of
from console.access import PATH, Needs, Signed
from console.heard import (
    MOST_SENTENCES,
    Group,
    cleaned,
    edited,
    group_with,
    groups_heard,
    label_of,
    opened,
    unfit,
)
from console.pages import page, see_other
from console.subject_picker import Found, subjects_called, subjects_near, with_names
from console.words import every_word, say
from database.learning import (
    NOT_UNDERSTOOD,
    AliasTaken,
    AlreadyDecided,
    Decision,
    Sentence,
    count_waiting,
    decide,
    lessons_with_keys,
    take_back,
)
from database.review import turn_with_id
from database.session import open_session
from database.staff import record
from database.vocabulary import WRITINGS, Writing

router = APIRouter(prefix="/learning")
Reviewer = Annotated[Signed, Depends(Needs("reviewer"))]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Decided = Literal["intent", "alias", "out_of_scope", "set_aside"]
CAUSES = (*NOT_UNDERSTOOD, "disliked", "marked_wrong")
ON_A_PAGE = 30
LONGEST_ALIAS = 80


class Unready(Exception):
    """The form cannot be taken as it is; `problem` names the words that say why."""

    def __init__(self, problem: str, **values: str) -> None:
        super().__init__(problem)
        self.problem, self.values = problem, values


@router.get("")
def inbox(
    request: Request,
    signed: Reviewer,
    writing: str = "",
    cause: str = "",
    number: Annotated[int, Query(ge=1, le=1000, alias="page")] = 1,
    batch: str = "",
    turn: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The groups of sentences to decide of; a `turn` leads to the group of its sentence."""
    if turn is not None:
        with open_session() as session:
            said = turn_with_id(session, turn)
            key = key_of(said.text) if said is not None and said.text else ""
            if group_with(groups_heard(session, at=_now())[0], key):
                return see_other(f"{PATH}/learning/groups/{key}")
        problem = say("learning.problem.not_waiting", signed.language)
        return _inbox(request, signed, problem=problem)
    return _inbox(request, signed, writing=writing, cause=cause, number=number, batch=batch)


@router.get("/groups/{key}")
def group_page(request: Request, signed: Reviewer, key: str, q: str = "") -> Response:
    """One group, and what can be decided of it."""
    with open_session() as session:
        group = group_with(groups_heard(session, at=_now())[0], key)
        if group is None:
            return _decided_before(request, signed, session, [key])
        record(session, signed.staff, "sentences_read", "lesson", key, at=_now(), count=group.count)
        subjects = _subjects(session, signed, q, group)
    return _group_page(request, signed, group, subjects, q=q)


@router.post("/groups/{key}")
def decide_group(
    request: Request,
    signed: Reviewer,
    key: str,
    decision: Annotated[Decided, Form()],
    sentence: Annotated[list[Key], Form()],
    text: Annotated[list[str], Form()],
    writing: Annotated[list[Writing], Form()],
    taken: Annotated[list[str] | None, Form()] = None,
    intent: Annotated[str, Form()] = "",
    subject: Annotated[str, Form()] = "",
    alias: Annotated[str, Form()] = "",
    alias_writing: Annotated[Writing, Form()] = "fr",
    q: Annotated[str, Form()] = "",
) -> Response:
    """Decide of the sentences taken; those left stay in the list."""
    chosen = set(taken or ())
    if not len(sentence) == len(text) == len(writing):
        raise HTTPException(422)
    given = {
        one: (cleaned(said), written)
        for one, said, written in zip(sentence, text, writing, strict=True)
    }
    asked = Decision(
        decision,
        intent=intent if decision == "intent" else None,
        subject_id=subject if decision == "alias" else None,
        alias=cleaned(alias) if decision == "alias" else None,
    )
    try:
        sentences = _sentences(given, chosen, asked, alias_writing)
        with open_session() as session:
            batch = _decide(session, signed, sentences, asked)
    except AlreadyDecided:
        with open_session() as session:
            return _decided_before(request, signed, session, sorted(chosen))
    except Unready as reason:
        problem = say(f"learning.problem.{reason.problem}", signed.language, **reason.values)
        with open_session() as session:
            group = group_with(groups_heard(session, at=_now())[0], key)
            if group is None:
                return _decided_before(request, signed, session, [key])
            subjects = _subjects(session, signed, q, group)
        kept = {
            "intent": intent,
            "subject": subject,
            "alias": alias,
            "alias_writing": alias_writing,
        }
        wordings = edited(group.wordings, given, chosen)
        return _group_page(
            request, signed, group, subjects, 422, wordings=wordings, problem=problem, q=q, **kept
        )
    return see_other(f"{PATH}/learning?notice=decided&batch={batch}")


@router.get("/subjects")
def find_subjects(request: Request, signed: Reviewer, q: str = "") -> Response:
    """The subjects that some words name, to choose one of them."""
    with open_session() as session:
        subjects = subjects_called(session, q, signed.language) if q.strip() else []
    return page(request, "learning/subjects.html", signed, subjects=subjects, subject="")


@router.post("/decisions/{batch}/undo")
def undo(
    signed: Reviewer, batch: str, back: Annotated[Literal["", "/decisions"], Form()] = ""
) -> Response:
    """Take a decision back; its sentences return to the list."""
    with open_session() as session:
        lessons = take_back(session, batch, at=_now())
        if lessons:
            detail = {"decision": lessons[0].decision, "sentences": len(lessons)}
            record(session, signed.staff, "decision_undone", "lesson", batch, at=_now(), **detail)
    return see_other(f"{PATH}/learning{back}?notice={'undone' if lessons else 'gone'}")


def intents() -> list[str]:
    """What people may want, in the order in which it is told."""
    names = (key.split(".") for key in every_word())
    known = [name[2] for name in names if name[:2] == ["learning", "intent"] and name[3] == "label"]
    return [name for name in known if name not in ("out_of_scope", "nlu_fallback")]


def _inbox(
    request: Request,
    signed: Signed,
    *,
    status: int = 200,
    problem: str = "",
    writing: str = "",
    cause: str = "",
    number: int = 1,
    batch: str = "",
) -> Response:
    with open_session() as session:
        groups, more = groups_heard(session, at=_now())
        waiting = count_waiting(session)
        shown = [
            group
            for group in groups
            if (not writing or any(one.writing == writing for one in group.wordings))
            and (not cause or cause in group.causes)
        ]
        first = (number - 1) * ON_A_PAGE
        on_page = shown[first : first + ON_A_PAGE]
        record(session, signed.staff, "sentences_read", "lesson", "", at=_now(), count=len(on_page))
    return page(
        request,
        "learning/inbox.html",
        signed,
        status=status,
        problem=problem,
        groups=on_page,
        label=label_of,
        total=len(shown),
        more=MOST_SENTENCES if more else 0,
        waiting=waiting,
        number=number,
        last=max(1, -(-len(shown) // ON_A_PAGE)),
        writing=writing if writing in WRITINGS else "",
        cause=cause if cause in CAUSES else "",
        writings=WRITINGS,
        causes=CAUSES,
        batch=batch,
    )


def _group_page(
    request: Request,
    signed: Signed,
    group: Group,
    subjects: list[Found],
    status: int = 200,
    **values: object,
) -> Response:
    kept = {"intent": "", "subject": "", "alias": "", "alias_writing": group.wordings[0].writing}
    return page(
        request,
        "learning/group.html",
        signed,
        status=status,
        **{
            "group": group,
            "wordings": opened(group.wordings),
            "subjects": subjects,
            "intents": intents(),
            "label": label_of,
            "writings": WRITINGS,
            "problem": "",
            **kept,
            **values,
        },
    )


def _decided_before(
    request: Request, signed: Signed, session: Session, keys: list[str]
) -> Response:
    """Tell that somebody was faster. Raises `HTTPException` when nobody was: there is no such group."""
    lessons = lessons_with_keys(session, keys)
    if not lessons:
        raise HTTPException(404)
    decision = say(f"learning.decision.{lessons[0].decision}", signed.language)
    name = lessons[0].decided_by
    problem = say("learning.problem.decided", signed.language, name=name, decision=decision)
    return _inbox(request, signed, status=409, problem=problem)


def _subjects(session: Session, signed: Signed, q: str, group: Group) -> list[Found]:
    if q.strip():
        return subjects_called(session, q, signed.language)
    return subjects_near(session, group.wordings[0].text, signed.language)


def _sentences(
    given: Mapping[str, tuple[str, str]], chosen: set[str], asked: Decision, alias_writing: str
) -> list[Sentence]:
    """The sentences that the decision is about. Raises `Unready`."""
    taken = [Sentence(key, *said) for key, said in given.items() if key in chosen]
    if not taken:
        raise Unready("nothing_taken")
    if asked.decision == "intent" and asked.intent not in intents():
        raise Unready("no_intent")
    if asked.decision == "alias":
        alias = asked.alias or ""
        if not asked.subject_id:
            raise Unready("no_subject")
        if len(alias) > LONGEST_ALIAS or unfit(alias) == "empty":
            raise Unready("no_alias")
        taken = [Sentence(one.key, alias, alias_writing) for one in taken]
    if asked.decision != "set_aside":
        reason = next((unfit(one.text) for one in taken if unfit(one.text)), None)
        if reason:
            raise Unready(reason)
    return taken


def _decide(session: Session, signed: Signed, sentences: list[Sentence], asked: Decision) -> str:
    try:
        batch = decide(session, sentences, asked, signed.staff, at=_now())
    except AliasTaken as taken:
        named = with_names(session, [taken.subject_id], signed.language)
        name = named[0].name if named else taken.subject_id
        raise Unready("alias_taken", subject=name) from taken
    except LookupError as unknown:
        raise Unready("no_subject") from unknown
    detail = {"decision": asked.decision, "sentences": len(sentences)}
    about = {"intent": asked.intent, "subject": asked.subject_id}
    detail |= {name: value for name, value in about.items() if value}
    record(session, signed.staff, "decided", "lesson", batch, at=_now(), **detail)
    return batch


def _now() -> datetime:
    return datetime.now(UTC)
