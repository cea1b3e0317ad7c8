"""The stream: what is said in a conversation, told to the visitor as it happens.

Every stream is resumed from the database by the number of what was seen last, so that nothing is
lost or told twice, whichever process serves it. One look per process at short intervals serves all
open streams; none of them holds a thread.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import CapacityLimiter, Event, to_thread
from fastapi import APIRouter, Header, Request
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from database.conversations import News, news_of, utterances_after
from database.session import open_session
from database.tables import Utterance
from gateway.conversations import ReplyBody
from gateway.errors import Refusal
from gateway.visitor import Visitor, writing_of
from settings import settings

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/api/conversations", tags=["conversations"])
READING_THREADS = 4
STREAMS_PER_CONVERSATION = 10
GRACE_SECONDS = 3


class ReplyEvent(ReplyBody):
    """A reply with the text that was asked."""

    text: str | None
    payload: str | None


class TypingEvent(BaseModel):
    """The message that is being answered."""

    message_id: str


class StaffEvent(BaseModel):
    """What a person of the staff says."""

    message: dict[str, Any]


class Streams:
    """The open streams of this process, and how their conversations stand."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._open: Counter[str] = Counter()
        self._news: dict[str, News | None] = {}
        self._looked = asyncio.Condition()
        self.closing = Event()
        self._threads = CapacityLimiter(READING_THREADS)

    async def watch(self) -> None:
        """Look for news until cancelled; a look that fails is not the last."""
        while True:
            await asyncio.sleep(self._every)
            if not self._open:
                continue
            try:
                self._news = await self._read(_news, list(self._open))
            except Exception:
                logger.exception("looking for news failed; it goes on")
                continue
            async with self._looked:
                self._looked.notify_all()

    def has_room(self, conversation_id: str) -> bool:
        """Whether one more stream of this conversation may be opened."""
        return self._open[conversation_id] < STREAMS_PER_CONVERSATION

    async def events(self, conversation_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
        """What is said after a number, until the conversation is erased or the server stops."""
        typing = None
        self._open[conversation_id] += 1
        try:
            news: News | None = News(after + 1, None)
            while news is not None and not self.closing.is_set():
                if news.uttered > after:
                    for said in await self._read(_said_after, conversation_id, after):
                        yield _told(said)
                        after = said.number
                if news.waiting and news.waiting != typing:
                    yield _event("typing", TypingEvent(message_id=news.waiting))
                typing = news.waiting
                async with self._looked:
                    await self._looked.wait()
                # A stream opened since the look began is not in it yet: nothing new for it.
                news = self._news.get(conversation_id, News(after, typing))
        finally:
            self._open[conversation_id] -= 1
            if not self._open[conversation_id]:
                del self._open[conversation_id]

    async def _read(self, question: Any, *values: Any) -> Any:
        return await to_thread.run_sync(question, *values, limiter=self._threads)


@router.get(
    "/{conversation_id}/stream",
    response_class=EventSourceResponse,
    responses={200: {"model": ReplyEvent, "description": "Events: typing, reply, staff."}},
)
async def stream(
    visitor: Visitor,
    request: Request,
    last_event_id: Annotated[str, Header(description="The number of the last event seen.")] = "0",
) -> EventSourceResponse:
    """What is said from now on, or after `Last-Event-ID`; without it, from the beginning."""
    streams: Streams = request.app.state.streams
    if not streams.has_room(visitor.id):
        raise Refusal(429, "too_many_streams", writing_of(visitor), headers={"Retry-After": "60"})
    after = int(last_event_id) if last_event_id.isdecimal() else 0
    return EventSourceResponse(
        streams.events(visitor.id, after),
        ping=settings().stream_heartbeat_seconds,
        ping_message_factory=lambda: ServerSentEvent(comment="alive"),
        shutdown_event=streams.closing,
        shutdown_grace_period=GRACE_SECONDS,
    )


def _news(conversation_ids: list[str]) -> dict[str, News | None]:
    """How these conversations stand; None for those that were erased."""
    with open_session() as session:
        found = news_of(session, conversation_ids)
    return {conversation_id: found.get(conversation_id) for conversation_id in conversation_ids}


def _said_after(conversation_id: str, number: int) -> list[Utterance]:
    with open_session() as session:
        return utterances_after(session, conversation_id, number)


def _told(said: Utterance) -> ServerSentEvent:
    turn = said.turn
    if turn is None:
        return _event("staff", StaffEvent(message=said.staff or {}), said.number)
    reply = ReplyEvent(
        message_id=turn.message_id,
        language=turn.writing or "fr",
        outcome=turn.outcome,
        messages=turn.reply or [],
        text=turn.text,
        payload=turn.payload,
    )
    return _event("reply", reply, said.number)


def _event(name: str, body: BaseModel, number: int | None = None) -> ServerSentEvent:
    identity = None if number is None else str(number)
    return ServerSentEvent(data=body.model_dump_json(), event=name, id=identity)
