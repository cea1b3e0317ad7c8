"""The one door of the Rasa server: a turn in, one JSON out, for the gateway alone.

`POST /webhooks/gateway/turn` with `Authorization: Bearer <secret>` takes
`{conversation, message_id, text | payload, channel, language?}` and answers
`{message_id, understood, outcome, messages}`. A `message_id` already answered in this
conversation gives the same answer and runs nothing. `DELETE /webhooks/gateway/conversations/{id}`
forgets a conversation. `POST /webhooks/gateway/parse` tells what would be understood of a `{text}`
and keeps nothing of it.
"""

from __future__ import annotations

import hmac
import logging
import time
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlalchemy.exc import SQLAlchemyError

from bot import new_model, shortcuts
from bot.environment import given

logger = logging.getLogger(__name__)
shortcuts.install()


class GatewayInput(InputChannel):
    """Hands the gateway's turns to Rasa, one at a time per conversation."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @classmethod
    def name(cls) -> str:
        """The name in the address of the webhook."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "GatewayInput":
        """Reads the secret from the environment or from its file, where the launcher put it.

        Raises `RasaException` when there is none: a door without a lock is not opened.
        """
        secret = given("DALIL_ROOM_SECRET")
        if not secret:
            raise RasaException("DALIL_ROOM_SECRET is not set: the gateway channel stays closed.")
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of this channel."""
        routes = Blueprint("gateway", __name__)
        routes.listener("after_server_start")(new_model.watch)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            if not _is_ready(request.app.ctx.agent):
                return json({"status": "no model is loaded"}, status=503)
            return json({"status": "ok", "model": request.app.ctx.agent.model_id})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return json({"error": "forbidden"}, status=403)
            problem = _problem_in(request.json)
            if problem:
                return json({"error": problem}, status=422)
            agent = request.app.ctx.agent
            if not _is_ready(agent):
                return json({"error": "no model is loaded"}, status=503)
            try:
                answer = await answer_turn(agent, request.json)
            except (LockError, SQLAlchemyError) as error:
                logger.error("dialogues cannot be read or kept: %s", error)
                return json({"error": "dialogues cannot be kept"}, status=503)
            return json(answer, status=200 if "messages" in answer else 503)

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return json({"error": "forbidden"}, status=403)
            text = request.json.get("text") if isinstance(request.json, dict) else None
            if not isinstance(text, str):
                return json({"error": "text must be given"}, status=422)
            agent = request.app.ctx.agent
            if not _is_ready(agent):
                return json({"error": "no model is loaded"}, status=503)
            return json(await parsed(agent, text))

        @routes.delete("/conversations/<conversation:str>")
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            if not self._admits(request):
                return json({"error": "forbidden"}, status=403)
            agent = request.app.ctx.agent
            try:
                async with agent.lock_store.lock(conversation):
                    configured_store(agent).forget(conversation)
            except (LockError, SQLAlchemyError) as error:
                logger.error("a dialogue cannot be forgotten: %s", error)
                return json({"error": "dialogues cannot be changed"}, status=503)
            return HTTPResponse(status=204)

        return routes

    def _admits(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self.secret}".encode())


async def answer_turn(agent: Any, turn: dict[str, Any]) -> dict[str, Any]:
    """Let `agent` answer one turn, or give back the answer it gave to this `message_id` before.

    When no action could answer (the action server is away), nothing is remembered, so that the
    turn can be tried again, and only what was understood is given back. `took` tells the
    milliseconds of each step.

    Raises `LockError` and `SQLAlchemyError` when Redis or the database of dialogues is away.
    """
    message = user_message(turn)
    processor = agent.processor
    processor.tracker_store = configured_store(agent)
    async with agent.lock_store.lock(message.sender_id):
        began = time.perf_counter()
        tracker = await processor.log_message(message, should_save_tracker=False)
        understood = time.perf_counter()
        earlier = answered_turn(tracker, message.message_id)
        if earlier is not None:
            return earlier
        tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
        await processor._run_prediction_loop(message.output_channel, tracker)
        answer = answered_turn(tracker, message.message_id)
        if answer is None:
            return {
                "error": "no action answered",
                "understood": _summary(tracker.latest_message.parse_data),
            }
        acted = time.perf_counter()
        await processor.save_tracker(tracker)
        took = {
            "understand": 1000 * (understood - began),
            "act": 1000 * (acted - understood),
            "remember": 1000 * (time.perf_counter() - acted),
        }
    return {**answer, "took": took}


async def parsed(agent: Any, text: str) -> dict[str, Any]:
    """What `agent` would understand of a typed text, and which of its words it does not know."""
    parse_data = await agent.processor.parse_message(UserMessage(typed(text)))
    return {**_summary(parse_data), "unknown_words": parse_data.get("unknown_words", [])}


def configured_store(agent: Any) -> Any:
    """The tracker store of `endpoints.yml` itself.

    Rasa wraps it in one that goes on in memory when the database is away: dialogues would begin
    anew, and a message answered before would be answered again.
    """
    return getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)


def user_message(turn: dict[str, Any]) -> UserMessage:
    """The turn as Rasa's message."""
    return UserMessage(
        turn.get("payload") or typed(turn["text"]),
        CollectingOutputChannel(),
        turn["conversation"],
        input_channel=turn["channel"],
        message_id=turn["message_id"],
        metadata={key: turn.get(key) for key in ("channel", "language", "traceparent")},
    )


def typed(text: str) -> str:
    """A text that somebody typed, so that it can never be read as a command or an intent."""
    return " ".join(text.split()).lstrip("/ ") or "?"


def answered_turn(tracker: DialogueStateTracker, message_id: str) -> Optional[dict[str, Any]]:
    """What was understood of a message and said to it, or None while it has no answer."""
    understood: Optional[dict[str, Any]] = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            understood = event.parse_data if event.message_id == message_id else None
        elif isinstance(event, BotUttered) and understood is not None:
            said = event.data.get("custom")
            if said:
                return {"message_id": message_id, "understood": _summary(understood), **said}
    return None


def _is_ready(agent: Any) -> bool:
    return agent is not None and agent.is_ready()


def _summary(parse_data: dict[str, Any]) -> dict[str, Any]:
    return {
        "intent": parse_data["intent"],
        "intent_ranking": parse_data.get("intent_ranking", [])[:5],
        "entities": parse_data.get("entities", []),
        "writing": parse_data.get("writing"),
        "questions": parse_data.get("questions", []),
    }


def _problem_in(turn: Any) -> Optional[str]:
    """What is wrong with the body of a turn, or None."""
    if not isinstance(turn, dict):
        return "a JSON object was expected"
    for key in ("conversation", "message_id", "channel"):
        if not isinstance(turn.get(key), str) or not turn[key]:
            return f"{key} must be a text"
    if isinstance(turn.get("payload"), str) and turn["payload"].startswith("/"):
        return None
    return None if isinstance(turn.get("text"), str) else "text or payload must be given"
