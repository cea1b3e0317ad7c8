"""The website's API: open a conversation, send a message, read what was said, erase it all."""

import uuid
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from answers.greeting import greeting
from answers.reply import Reply
from answers.words import say
from database.conversations import (
    Speaker,
    offered_choices,
    turn_of_message,
    turns_of,
    utterances_after,
)
from database.session import open_session, open_writing_session
from database.tables import Conversation, Turn
from database.vocabulary import Writing
from gateway.erasure import erase, receipt, receipt_text
from gateway.errors import Refusal, preferred_writing
from gateway.inbox import Answered, ConversationErased, take_in_and_answer
from gateway.limits import check_rate
from gateway.masking import masked
from gateway.rasa_client import AssistantAway
from gateway.reading import VisitorText
from gateway.visitor import Counted, Visitor, conversation_of, hashed, new_token, writing_of
from settings import settings

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


class Opening(BaseModel):
    """How a conversation begins: in which writing, when the visitor chose one."""

    model_config = ConfigDict(extra="forbid")
    language: Writing | None = None


class Choice(BaseModel):
    """The writing that a visitor chose."""

    model_config = ConfigDict(extra="forbid")
    language: Writing


class Chosen(BaseModel):
    """The writing that a conversation goes on in, until the visitor writes otherwise."""

    conversation_id: str
    language: str


class Incoming(BaseModel):
    """A message: `text` as typed, or the `payload` of a button that was shown."""

    model_config = ConfigDict(extra="forbid")
    message_id: str = Field(min_length=1, max_length=80, pattern=r"^[\w.:-]+$")
    text: VisitorText | None = None
    payload: str | None = Field(default=None, max_length=500)


class Opened(BaseModel):
    """A new conversation; the token is shown once and kept only as a hash."""

    conversation_id: str
    token: str
    language: Writing
    messages: list[dict[str, Any]]


class ReplyBody(BaseModel):
    """The reply to one message; `outcome` is null while the assistant is away."""

    message_id: str
    language: str
    outcome: str | None
    messages: list[dict[str, Any]]


class HistoryEntry(BaseModel):
    """One turn as the visitor saw it; `event` is its number on the stream, once answered."""

    message_id: str
    text: str | None
    payload: str | None
    received_at: datetime
    language: str | None
    outcome: str | None
    messages: list[dict[str, Any]]
    event: int | None
    feedback: str | None


class StaffEntry(BaseModel):
    """What a person of the staff said, and its number on the stream."""

    event: int
    said_at: datetime
    message: dict[str, Any]


class History(BaseModel):
    """The conversation so far; a stream opened after `last_event` tells what comes next."""

    conversation_id: str
    language: str
    greeting: list[dict[str, Any]]
    turns: list[HistoryEntry]
    staff: list[StaffEntry]
    last_event: int


class Receipt(BaseModel):
    """Proof of an erasure: its number, its moment, and how much of what was erased."""

    id: str
    erased_at: datetime
    what: list[dict[str, Any]]


class Erased(BaseModel):
    """The receipt, also in words."""

    receipt: Receipt
    text: str


@router.post("", status_code=201, dependencies=[Counted])
def open_conversation(request: Request, opening: Opening | None = None) -> Opened:
    """Open a conversation: greeting and privacy notice."""
    writing = (opening and opening.language) or preferred_writing(request)
    conversation_id, token = str(uuid.uuid4()), new_token()
    opened = Reply("answered", writing, greeting(writing)).as_dict()["messages"]
    messages = [{"id": f"greeting-{i}", **message} for i, message in enumerate(opened, start=1)]
    with open_writing_session() as session:
        session.add(
            Conversation(
                id=conversation_id,
                channel="web",
                token_hash=hashed(token),
                writing=writing,
                started_at=datetime.now(UTC),
                greeting=messages,
            )
        )
    return Opened(conversation_id=conversation_id, token=token, language=writing, messages=messages)


@router.post("/{conversation_id}/messages", responses={202: {"model": ReplyBody}})
def send_message(
    visitor: Visitor, incoming: Incoming, request: Request, response: Response
) -> ReplyBody:
    """Send a message; the same `message_id` again gives the same reply.

    202 when the assistant is away: the message is kept and answered later.
    """
    check_rate(settings().rate_per_conversation, "conversation", visitor.id)
    text = _text_of(visitor, incoming)
    try:
        answered = take_in_and_answer(
            request.app.state.rasa,
            visitor.id,
            incoming.message_id,
            text=text,
            payload=incoming.payload,
        )
    except AssistantAway as away:
        response.status_code = 202
        return _kept(incoming.message_id, away.writing or visitor.writing)
    except ConversationErased:
        raise Refusal(404, "unknown_conversation", writing_of(visitor)) from None
    return reply_body(answered)


@router.get("/{conversation_id}/messages")
def read_messages(visitor: Visitor) -> History:
    """The conversation so far."""
    with open_session() as session:
        conversation = conversation_of(session, visitor)
        said = utterances_after(session, visitor.id, 0)
        turns = turns_of(session, visitor.id)
    events = {utterance.turn_id: utterance.number for utterance in said}
    return History(
        conversation_id=visitor.id,
        language=conversation.writing,
        greeting=conversation.greeting,
        turns=[_entry(turn, events.get(turn.id)) for turn in turns],
        staff=[
            StaffEntry(event=entry.number, said_at=entry.said_at, message=entry.staff)
            for entry in said
            if entry.staff
        ],
        last_event=said[-1].number if said else 0,
    )


@router.patch("/{conversation_id}")
def choose_language(visitor: Visitor, choice: Choice) -> Chosen:
    """Choose the writing to go on in; a later message in another writing is answered in its own."""
    with open_session() as session:
        conversation_of(session, visitor).writing = choice.language
    return Chosen(conversation_id=visitor.id, language=choice.language)


@router.delete("/{conversation_id}")
def erase_everything(visitor: Visitor, request: Request) -> Erased:
    """Erase the conversation and all that hangs on it; afterwards nobody knows it any more."""
    erasure = erase(request.app.state.rasa, visitor.id)
    if erasure is None:
        raise Refusal(404, "unknown_conversation", writing_of(visitor))
    return Erased(
        receipt=Receipt.model_validate(receipt(erasure)),
        text=receipt_text(erasure, writing_of(visitor)),
    )


def reply_body(answered: Answered) -> ReplyBody:
    """An answer as the API shows it."""
    return ReplyBody(
        message_id=answered.message_id,
        language=answered.writing,
        outcome=answered.outcome,
        messages=answered.messages,
    )


def _text_of(visitor: Speaker, incoming: Incoming) -> str | None:
    """The masked text, or the title of the button. Raises `Refusal` (422) when it cannot be taken."""
    writing = writing_of(visitor)
    if incoming.payload is not None and incoming.text is not None:
        raise Refusal(422, "bad_request", writing, detail="text + payload")
    if incoming.payload is None:
        return masked(_typed(incoming.text, writing)).text
    with open_session() as session:
        earlier = turn_of_message(session, visitor.id, incoming.message_id)
        choices = {} if earlier else offered_choices(session, visitor.id)
    if earlier:
        return earlier.text
    if incoming.payload not in choices:
        raise Refusal(422, "unknown_choice", writing)
    return choices[incoming.payload]


def _typed(text: str | None, writing: Writing) -> str:
    most = settings().message_max_characters
    if not text:
        raise Refusal(422, "empty_message", writing)
    if len(text) > most:
        raise Refusal(422, "too_long", writing, limit=most)
    return text


def _kept(message_id: str, writing: Writing | str) -> ReplyBody:
    message: dict[str, Any] = {
        "id": f"{message_id}-kept",
        "text": say("assistant_away", writing),  # type: ignore[arg-type]
        "language": writing,
        "direction": "rtl" if writing == "ary-Arab" else "ltr",
        "buttons": [],
        "card": None,
        "sources": [],
        "certainty": None,
    }
    return ReplyBody(message_id=message_id, language=writing, outcome=None, messages=[message])


def _entry(turn: Turn, event: int | None) -> HistoryEntry:
    return HistoryEntry(
        message_id=turn.message_id,
        text=turn.text,
        payload=turn.payload,
        received_at=turn.received_at,
        language=turn.writing,
        outcome=turn.outcome,
        messages=turn.reply or [],
        event=event,
        feedback=turn.feedback.verdict if turn.feedback else None,
    )
