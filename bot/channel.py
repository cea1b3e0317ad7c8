"""The one door of the Rasa server: a turn in, one JSON out, for the gateway alone.

`POST /webhooks/gateway/turn` with `Authorization: Bearer <secret>` takes
`{conversation, message_id, text | payload, channel, language?}` and answers
`{message_id, understood, outcome, messages}`. A `message_id` already answered in this
conversation gives the same answer and runs nothing. `DELETE /webhooks/gateway/conversations/{id}`
forgets a conversation.
"""

from __future__ import annotations

import hmac
import logging
import os
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import shortcuts

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
        """Reads the secret from the environment, where the launcher put it.

        Raises `RasaException` when there is none: a door without a lock is not opened.
        """
        secret = os.environ.get("DALIL_ROOM_SECRET", "")
        if not secret:
            raise RasaException("DALIL_ROOM_SECRET is not set: the gateway channel stays closed.")
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of this channel."""
        routes = Blueprint("gateway", __name__)

        @routes.get("/health")
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return json({"error": "forbidden"}, status=403)
            problem = _problem_in(request.json)
            if problem:
                return json({"error": problem}, status=422)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return json({"error": "no model is loaded"}, status=503)
            answer = await answer_turn(agent, request.json)
            return json(answer, status=200 if "messages" in answer else 503)

        @routes.delete("/conversations/<conversation:str>")
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            if not self._admits(request):
                return json({"error": "forbidden"}, status=403)
            agent = request.app.ctx.agent
            # Rasa wraps a configured store in one that falls back to memory.
            store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
            async with agent.lock_store.lock(conversation):
                store.forget(conversation)
            return HTTPResponse(status=204)

        return routes

    def _admits(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self.secret}".encode())


async def answer_turn(agent: Any, turn: dict[str, Any]) -> dict[str, Any]:
    """Let `agent` answer one turn, or give back the answer it gave to this `message_id` before.

    When no action could answer (the action server is away), nothing is remembered, so that the
    turn can be tried again, and only what was understood is given back.
    """
    message = user_message(turn)
    processor = agent.processor
    async with agent.lock_store.lock(message.sender_id):
        tracker = await processor.log_message(message, should_save_tracker=False)
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
        await processor.save_tracker(tracker)
    return answer


def user_message(turn: dict[str, Any]) -> UserMessage:
    """The turn as Rasa's message: a typed text can never be read as a command or an intent."""
    text = turn.get("payload") or " ".join(turn["text"].split()).lstrip("/ ") or "?"
    return UserMessage(
        text,
        CollectingOutputChannel(),
        turn["conversation"],
        input_channel=turn["channel"],
        message_id=turn["message_id"],
        metadata={key: turn.get(key) for key in ("channel", "language")},
    )


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
