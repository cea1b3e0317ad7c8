"""The stream tells what is said, resumes where it was cut, and ends when all is erased."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from database.conversations import add_staff_message
from database.session import open_session
from gateway.stream import STREAMS_PER_CONVERSATION, Streams
from tests.gateway.conftest import Chat, MadeUpRasa

Event = tuple[str, str | None, dict[str, Any]]


async def told(streams: Streams, chat: Chat, after: int, count: int) -> list[Event]:
    """The next events of a stream."""
    events = streams.events(chat.id, after)
    found = [await asyncio.wait_for(anext(events), 20) for _ in range(count)]
    await _close(events)
    return [(str(one.event), one.id, json.loads(one.data or "{}")) for one in found]


async def _close(events: AsyncIterator[Any]) -> None:
    await events.aclose()  # type: ignore[attr-defined]


def listen(app: FastAPI, chat: Chat, *, after: int = 0, count: int = 1) -> list[Event]:
    """What a stream of another process tells."""

    async def listening() -> list[Event]:
        streams = Streams(0.02)
        watching = asyncio.create_task(streams.watch())
        try:
            return await told(streams, chat, after, count)
        finally:
            watching.cancel()

    return asyncio.run(listening())


def test_a_reply_is_told_with_the_text_that_was_asked(app: FastAPI, chat: Chat) -> None:
    reply = chat.send("bonjour").json()
    expected = {**reply, "text": "bonjour", "payload": None}
    assert listen(app, chat) == [("reply", "1", expected)]


def test_a_stream_goes_on_after_the_last_event_without_loss_or_doubling(
    app: FastAPI, chat: Chat
) -> None:
    for number in range(1, 6):
        chat.send(f"question {number}", f"m{number}")
    first = listen(app, chat, count=2)
    rest = listen(app, chat, after=2, count=3)
    assert [event[1] for event in first + rest] == ["1", "2", "3", "4", "5"]
    assert [event[2]["message_id"] for event in first + rest] == ["m1", "m2", "m3", "m4", "m5"]


def test_the_history_says_from_where_to_listen(app: FastAPI, chat: Chat) -> None:
    chat.send("bonjour")
    last = chat.history()["last_event"]
    chat.send("encore", "m2")
    assert listen(app, chat, after=last)[0][2]["message_id"] == "m2"


def test_what_staff_say_is_told_in_its_order(app: FastAPI, chat: Chat) -> None:
    chat.send("bonjour")
    with open_session() as session:
        message = {"text": "Je suis Amal.", "language": "fr", "direction": "ltr", "buttons": []}
        assert add_staff_message(session, chat.id, message, at=datetime.now(UTC)) == 2
    chat.send("merci", "m2")
    events = listen(app, chat, count=3)
    assert [event[0] for event in events] == ["reply", "staff", "reply"]
    assert events[1][2]["message"] == {"id": "staff-2", **message}
    assert chat.history()["staff"][0]["event"] == 2


def test_a_message_that_waits_shows_as_typing_then_its_late_answer_comes(
    app: FastAPI, chat: Chat, rasa: MadeUpRasa
) -> None:
    rasa.away = True
    assert chat.send("bonjour").status_code == 202

    async def listening() -> list[Event]:
        streams = Streams(0.02)
        watching = asyncio.create_task(streams.watch())
        events = streams.events(chat.id, 0)
        found = [await asyncio.wait_for(anext(events), 20)]
        rasa.away = False
        found.append(await asyncio.wait_for(anext(events), 20))
        await _close(events)
        watching.cancel()
        return [(str(one.event), one.id, json.loads(one.data or "{}")) for one in found]

    typing, reply = asyncio.run(listening())
    assert typing == ("typing", None, {"message_id": "m1"})
    assert (reply[0], reply[1], reply[2]["outcome"]) == ("reply", "1", "answered")


def test_a_stream_ends_when_its_conversation_is_erased(app: FastAPI, chat: Chat) -> None:
    async def listening() -> list[Any]:
        streams = Streams(0.02)
        watching = asyncio.create_task(streams.watch())
        reading = asyncio.create_task(_all(streams.events(chat.id, 0)))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(chat.call, "DELETE")
        found = await asyncio.wait_for(reading, 20)
        watching.cancel()
        return found

    assert asyncio.run(listening()) == []


async def _all(events: AsyncIterator[Any]) -> list[Any]:
    return [event async for event in events]


def test_a_conversation_has_room_for_some_windows_and_no_more(app: FastAPI, chat: Chat) -> None:
    app.state.streams._open[chat.id] = STREAMS_PER_CONVERSATION
    refused = chat.call("GET", "/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")


def test_two_windows_are_told_the_same(app: FastAPI, chat: Chat) -> None:
    chat.send("bonjour")
    assert listen(app, chat) == listen(app, chat)
