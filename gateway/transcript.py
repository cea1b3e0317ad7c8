"""The visitor's copy of a conversation, with sources and dates, as a text or a PDF."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from answers.figures import date_text
from answers.words import has_words, say
from database.conversations import Speaker, turns_of, utterances_after
from database.session import open_session
from database.tables import Conversation, Turn
from database.vocabulary import Writing
from gateway.limits import check_rate
from gateway.printing import printed
from gateway.visitor import Visitor, conversation_of, writing_of
from settings import settings

router = APIRouter(prefix="/api/conversations", tags=["conversations"])
MOROCCO = ZoneInfo("Africa/Casablanca")


@dataclass(frozen=True)
class Passage:
    """Something said: by whom and when, in which direction, and what stands under it."""

    lead: str
    text: str
    right_to_left: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """A conversation to be read on paper."""

    title: str
    dates: str
    passages: tuple[Passage, ...]
    notice: str
    writing: Writing


@router.get("/{conversation_id}/transcript.txt")
def copy_as_text(visitor: Visitor) -> Response:
    """The conversation as a plain text (UTF-8)."""
    transcript = _own_copy(visitor)
    return Response(as_text(transcript), media_type="text/plain", headers=_download("txt"))


@router.get("/{conversation_id}/transcript.pdf")
def copy_as_pdf(visitor: Visitor) -> Response:
    """The conversation as a PDF."""
    transcript = _own_copy(visitor)
    return Response(printed(transcript), media_type="application/pdf", headers=_download("pdf"))


def _own_copy(visitor: Speaker) -> Transcript:
    check_rate(settings().rate_per_conversation, "copy", visitor.id)
    with open_session() as session:
        conversation = conversation_of(session, visitor)
        turns = turns_of(session, visitor.id)
        staff = [
            (said.said_at, said.staff)
            for said in utterances_after(session, visitor.id, 0)
            if said.staff
        ]
    return transcript_of(conversation, turns, staff, now=datetime.now(UTC))


def transcript_of(
    conversation: Conversation,
    turns: list[Turn],
    staff: list[tuple[datetime, dict[str, Any]]],
    *,
    now: datetime,
) -> Transcript:
    """A conversation in its own writing, in the order in which things were said."""
    writing = writing_of(conversation)
    said: list[tuple[datetime, Passage]] = [
        (conversation.started_at, _message_passage("assistant", message, writing, None))
        for message in conversation.greeting
    ]
    for turn in turns:
        said += [(turn.received_at, passage) for passage in _turn_passages(turn, writing)]
    said += [(at, _message_passage("staff", message, writing, at)) for at, message in staff]
    said.sort(key=lambda entry: entry[0])
    return Transcript(
        title=say("transcript.title", writing),
        dates=say(
            "transcript.opened",
            writing,
            moment=_moment(conversation.started_at, writing),
            now=_moment(now, writing),
        ),
        passages=tuple(passage for _, passage in said),
        notice=say("transcript.notice", writing),
        writing=writing,
    )


def as_text(transcript: Transcript) -> str:
    """A transcript as a plain text."""
    parts = [f"{transcript.title}\n{transcript.dates}"]
    for passage in transcript.passages:
        parts.append("\n".join((passage.lead, passage.text, *passage.notes)))
    parts.append(transcript.notice)
    return "\n\n".join(parts) + "\n"


def _turn_passages(turn: Turn, writing: Writing) -> Iterator[Passage]:
    yield Passage(
        _lead("you", writing, turn.received_at), turn.text or "", _reads_right_to_left(turn.text)
    )
    for message in turn.reply or ():
        yield _message_passage("assistant", message, writing, turn.answered_at)
    if turn.reply is None:
        waiting = say("transcript.waiting", writing)
        yield Passage(_lead("assistant", writing, None), waiting, writing == "ary-Arab")


def _message_passage(
    who: str, message: dict[str, Any], writing: Writing, at: datetime | None
) -> Passage:
    notes = []
    certainty = f"transcript.certainty.{message.get('certainty')}"
    if has_words(certainty):
        notes.append(say(certainty, writing))
    sources = message.get("sources") or ()
    if sources:
        notes.append(say("transcript.sources", writing))
    notes += [_source_line(source, writing) for source in sources]
    return Passage(
        _lead(who, writing, at),
        message["text"],
        message.get("direction") == "rtl",
        tuple(notes),
    )


def _source_line(source: dict[str, Any], writing: Writing) -> str:
    dates = [
        say(f"transcript.{kind}", writing, date=date_text(source[key], writing))
        for kind, key in (("published", "published"), ("checked", "checked_on"))
        if source.get(key)
    ]
    return f"- {source['title']} ({' · '.join(dates)})\n  {source['url']}"


def _lead(who: str, writing: Writing, at: datetime | None) -> str:
    name = say(f"transcript.{who}", writing)
    return f"{name} · {_moment(at, writing)}" if at else name


def _moment(at: datetime, writing: Writing) -> str:
    here = at.astimezone(MOROCCO)
    return f"{date_text(here.date().isoformat(), writing)} · {here:%H:%M}"


def _reads_right_to_left(text: str | None) -> bool:
    for character in text or "":
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _download(extension: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="dalil.{extension}"'}
