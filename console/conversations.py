"""Conversations: the list with its filters, and each conversation as it was held and understood."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from answers import words as responses
from answers.words import has_words
from console.access import PATH, Needs, Signed
from console.filters import asked_back, asked_in, place_in, place_text
from console.pages import HERE, number, page, see_other
from console.words import Language, every_word, say
from console.yaml_tests import transcript_test
from database.conversation_rows import rows_of, subject_names
from database.conversation_search import (
    COUNTED_AT_MOST,
    conversations_found,
    count_found,
    neighbour,
    place_of,
)
from database.conversations import (
    add_staff_message,
    conversation_named,
    turns_of,
    utterances_after,
)
from database.review import (
    THEMES,
    VERDICTS,
    care_of,
    hidden_from,
    judgements_of,
    note_reviewed,
    take_care,
    turn_with_id,
    way_to_visitor,
)
from database.session import open_session
from database.staff import every_staff, may, record, staff_named
from database.tables import Conversation, Turn
from database.vocabulary import Writing

router = APIRouter()
PAGE = 50
LONGEST_MESSAGE = 1000
ARABIC_LETTERS = ("\u0600", "\u06ff")


@router.get("/conversations")
def listed(request: Request, signed: Annotated[Signed, Depends(Needs("reader"))]) -> Response:
    """The conversations that fit the filters, the latest first."""
    asked = asked_in(request.query_params)
    filters = asked.filters(signed.staff.id, on=today())
    after = place_in(request.query_params.get("after", ""))
    with open_session() as session:
        found = conversations_found(session, filters, after=after, limit=PAGE + 1)
        rows = rows_of(session, found[:PAGE])
        choices = filter_choices(signed, subject_names(session, names_in(signed)))
        staff = [(one.id, one.name) for one in every_staff(session) if may(one.role, "reviewer")]
    return page(
        request,
        "conversations/list.html",
        signed,
        rows=rows,
        asked=asked,
        choices=choices,
        staff=staff,
        further=place_text(found[PAGE - 1].place) if len(found) > PAGE else None,
        later=after is not None,
    )


@router.get("/conversations/count")
def counted(request: Request, signed: Annotated[Signed, Depends(Needs("reader"))]) -> Response:
    """How many conversations fit the filters; the list asks for it once it is shown."""
    asked = asked_in(request.query_params)
    with open_session() as session:
        count = count_found(session, asked.filters(signed.staff.id, on=today()))
    return page(
        request,
        "conversations/count.html",
        signed,
        count=min(count, COUNTED_AT_MOST),
        more=count > COUNTED_AT_MOST,
    )


@router.get("/conversations/{conversation_id}")
def opened(
    request: Request,
    conversation_id: str,
    signed: Annotated[Signed, Depends(Needs("reader"))],
) -> Response:
    """One conversation: what was said, understood and thought of it. Its opening is recorded."""
    asked, now = asked_in(request.query_params), datetime.now(UTC)
    filters = asked.filters(signed.staff.id, on=today())
    with open_session() as session:
        conversation = _conversation(session, conversation_id)
        record(session, signed.staff, "read", "conversation", conversation_id, at=now)
        turns = turns_of(session, conversation_id)
        turn_ids = [turn.id for turn in turns]
        place = place_of(session, filters, conversation_id)
        values: dict[str, Any] = {
            "conversation": conversation,
            "turns": turns,
            "staff_words": [
                said for said in utterances_after(session, conversation_id, 0) if said.staff
            ],
            "judgements": judgements_of(session, turn_ids),
            "hidden": hidden_from(session, turn_ids, signed.staff.id),
            "care": care_of(session, conversation_id),
            "way": way_to_visitor(session, conversation_id, conversation.channel, at=now),
            "names": subject_names(session, names_in(signed)),
            "staff": [(s.id, s.name) for s in every_staff(session) if may(s.role, "reviewer")],
            "newer": place and neighbour(session, filters, place, newer=True),
            "older": place and neighbour(session, filters, place, newer=False),
        }
    values["passages"] = _in_order(values["turns"], values["staff_words"])
    return page(
        request,
        "conversations/conversation.html",
        signed,
        asked=asked,
        matched=place.turn_id if place else None,
        verdicts=VERDICTS,
        themes=THEMES,
        elements={turn.id: elements_of(turn, signed.language) for turn in values["turns"]},
        **values,
    )


@router.post("/conversations/{conversation_id}/care")
def cared(
    conversation_id: str,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
    assigned_to: Annotated[str, Form(max_length=36)] = "",
    follow_up_on: Annotated[str, Form(max_length=10)] = "",
    kept: Annotated[bool, Form()] = False,
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Assign a conversation, set the day to come back to it, and keep it from being erased."""
    day = _day(follow_up_on)
    with open_session() as session:
        _conversation(session, conversation_id)
        who = staff_named(session, assigned_to) if assigned_to else None
        if assigned_to and (who is None or not who.active or not may(who.role, "reviewer")):
            raise HTTPException(422)
        take_care(
            session,
            conversation_id,
            assigned_to=who.id if who else None,
            follow_up_on=day,
            kept=kept,
        )
        record(
            session,
            signed.staff,
            "care",
            "conversation",
            conversation_id,
            at=datetime.now(UTC),
            assigned_to=who.id if who else None,
            follow_up_on=day.isoformat() if day else None,
            kept=kept,
        )
    return back_to(conversation_id, back)


@router.post("/conversations/{conversation_id}/reviewed")
def reviewed(
    conversation_id: str,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
    done: Annotated[bool, Form()],
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Declare a whole conversation reviewed, or to be reviewed again."""
    now = datetime.now(UTC)
    with open_session() as session:
        _conversation(session, conversation_id)
        who, at = (signed.staff, now) if done else (None, None)
        note_reviewed(session, conversation_id, who, at=at)
        act = "reviewed" if done else "unreviewed"
        record(session, signed.staff, act, "conversation", conversation_id, at=now)
    return back_to(conversation_id, back)


@router.post("/conversations/{conversation_id}/messages")
def written(
    conversation_id: str,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
    text: Annotated[str, Form(max_length=LONGEST_MESSAGE)],
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Write to the visitor, who sees it in the chat or receives it on WhatsApp."""
    said, now = text.strip(), datetime.now(UTC)
    if not said:
        raise HTTPException(422)
    with open_session() as session:
        conversation = _conversation(session, conversation_id)
        if not way_to_visitor(session, conversation_id, conversation.channel, at=now).open:
            raise HTTPException(409)
        rtl = any(ARABIC_LETTERS[0] <= letter <= ARABIC_LETTERS[1] for letter in said)
        message: dict[str, Any] = {
            "text": said,
            "language": "ary-Arab" if rtl else "fr",
            "direction": "rtl" if rtl else "ltr",
            "buttons": [],
            "card": None,
            "sources": [],
            "certainty": None,
        }
        number = add_staff_message(session, conversation_id, message, at=now)
        detail = {"number": number, "length": len(said)}
        record(session, signed.staff, "wrote", "conversation", conversation_id, at=now, **detail)
    return back_to(conversation_id, back)


@router.get("/conversations/turns/{turn_id}/test")
def matching_test(
    request: Request,
    turn_id: int,
    signed: Annotated[Signed, Depends(Needs("reviewer"))],
) -> Response:
    """A message, with those before it, as a test of transcripts to be copied."""
    with open_session() as session:
        turn = turn_with_id(session, turn_id)
        if turn is None:
            raise HTTPException(404)
        said = [one for one in turns_of(session, turn.conversation_id) if one.id <= turn_id]
        judged = judgements_of(session, [turn_id]).get(turn_id)
        now, read = datetime.now(UTC), turn.conversation_id
        record(session, signed.staff, "read", "conversation", read, at=now)
    test = transcript_test(said, judged[-1].verdict if judged else None)
    return page(request, "conversations/test.html", signed, turn=turn, test=test)


def back_to(conversation_id: str, back: str, turn_id: int | None = None) -> Response:
    """To a conversation again, with the filters under which it was opened.

    `back` is what the page's own form says of the filters: it is read as filters and nothing else.
    """
    place = f"#turn-{turn_id}" if turn_id else ""
    return see_other(f"{PATH}/conversations/{conversation_id}{asked_back(back).query}{place}")


def filter_choices(signed: Signed, subjects: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The values that a filter offers, in words."""
    prefix = "conversations."
    groups = ("channel", "writing", "intent", "band", "outcome", "thumbs", "province", "verdict")
    choices = {
        group: [
            (key.removeprefix(f"{prefix}{group}."), words[signed.language])
            for key, words in every_word().items()
            if key.startswith(f"{prefix}{group}.")
        ]
        for group in groups
    }
    yes_no = ("yes", "no")
    choices["reviewed"] = [(v, say(f"{prefix}reviewed.{v}", signed.language)) for v in yes_no]
    choices["subject"] = list(subjects.items())
    return choices


def names_in(signed: Signed) -> str:
    """The writing of subjects' names that goes with somebody's language."""
    return "ary-Arab" if signed.language == "ar" else "fr"


def today() -> date:
    """The day it is here."""
    return datetime.now(HERE).date()


def elements_of(turn: Turn, language: Language) -> list[tuple[str, str]]:
    """What was found in a message (a province, an amount, …): what it is, and its value in words."""
    writing: Writing = "ary-Arab" if language == "ar" else "fr"
    found = []
    for element in (turn.understood or {}).get("entities") or ():
        kind, value = element["entity"], element["value"]
        if isinstance(value, dict):
            unit = f"conversations.unit.{value['unit']}"
            said = say(unit, language) if unit in every_word() else value["unit"]
            shown = f"{number(float(value['value']))} {said}".strip()
        elif has_words(f"{kind}.{value}"):
            shown = responses.say(f"{kind}.{value}", writing)
        else:
            shown = str(value)
        key = f"conversations.element.{kind}"
        found.append((say(key, language) if key in every_word() else kind, shown))
    return found


def _conversation(session: Any, conversation_id: str) -> Conversation:
    found = conversation_named(session, conversation_id)
    if found is None:
        raise HTTPException(404)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(422) from None


def _in_order(turns: list[Any], staff_words: list[Any]) -> list[tuple[str, Any]]:
    """Messages of the visitor and words of the staff, as time went."""
    said = [(turn.received_at, "turn", turn) for turn in turns]
    said += [(word.said_at, "staff", word) for word in staff_words]
    return [(kind, one) for _, kind, one in sorted(said, key=lambda entry: entry[0])]
