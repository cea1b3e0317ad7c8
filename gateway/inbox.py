"""One way for every message: stored, then answered, exactly once, whatever is restarted."""

import logging
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from answers.reply import Message, Reply
from answers.words import say
from database.conversations import (
    conversation_named,
    conversations_waiting,
    count_attempt,
    let_go,
    next_turn,
    store_answer,
    turn_of_message,
)
from database.health import SwitchedOff, switched_off
from database.session import open_session
from database.tables import Conversation, Turn
from database.vocabulary import Writing
from gateway.erasure import ERASE_CONFIRMED, erase, finish_erasures, receipt_message
from gateway.rasa_client import AssistantAway, AssistantStumbled, RasaClient
from observability.metrics import count_turn, stumbles
from observability.tracing import draw_steps, span, traceparent

logger = logging.getLogger(__name__)
RETRIED_AT_ONCE = 50
ATTEMPTS = 3
GRACE_SECONDS = 5
LOOK_AGAIN_SECONDS = 0.05


class ConversationErased(LookupError):
    """The conversation was erased while a message of it was on its way."""


@dataclass(frozen=True)
class Answered:
    """A turn with its answer."""

    message_id: str
    writing: str
    outcome: str
    messages: list[dict[str, Any]]


def answer_message(rasa: RasaClient, conversation_id: str, message_id: str) -> Answered:
    """The answer to a stored message, once those before it have theirs.

    Raises `AssistantAway` when it cannot be had now (the message stays in), `ConversationErased`.
    """
    patience = time.monotonic() + rasa.timeout
    while True:
        answered = answer_next(rasa, conversation_id)
        if answered is None or answered.message_id != message_id:
            answered = stored_answer(conversation_id, message_id)
        if answered is not None:
            return answered
        if time.monotonic() > patience:
            raise AssistantAway("earlier messages are still being answered")
        time.sleep(LOOK_AGAIN_SECONDS)


def answer_next(rasa: RasaClient, conversation_id: str) -> Answered | None:
    """Answer the oldest message that waits in a conversation.

    None when nothing waits or another worker is at it. Raises `AssistantAway`, `ConversationErased`.
    """
    holder, now = uuid.uuid4().hex, datetime.now(UTC)
    until = now + timedelta(seconds=rasa.timeout + GRACE_SECONDS)
    with open_session() as session:
        turn = next_turn(session, conversation_id, holder=holder, now=now, until=until)
        conversation = conversation_named(session, conversation_id)
        notice = switched_off(session)
    if turn is None or conversation is None:
        return None
    if turn.payload == ERASE_CONFIRMED:
        return _erased(rasa, turn, conversation.writing)  # type: ignore[arg-type]
    started = time.perf_counter()
    with span("turn", conversation=conversation_id, channel=conversation.channel) as opened:
        if notice is not None:
            answer = _notice(notice, conversation.writing)
        else:
            answer = _asked(rasa, turn, conversation, holder)
        asked = time.perf_counter()
        with span("store"), open_session() as session:
            stored = store_answer(
                session, conversation_id, turn.message_id, answer, at=datetime.now(UTC)
            )
        if stored is None:
            raise ConversationErased(conversation_id)
        opened.set_attribute("outcome", stored.outcome or "")
    ended = time.perf_counter()
    seconds = {step: taken / 1000 for step, taken in answer.get("took", {}).items()}
    count_turn(
        conversation.channel,
        stored.writing or "",
        stored.outcome or "",
        {
            **seconds,
            "waited": (now - turn.received_at).total_seconds(),
            "rasa": asked - started,
            "stored": ended - asked,
            "whole": (datetime.now(UTC) - turn.received_at).total_seconds(),
        },
    )
    return _answered(stored)


def _asked(rasa: RasaClient, turn: Turn, conversation: Conversation, holder: str) -> dict[str, Any]:
    """Rasa's answer to a turn, or an apology when it stumbles each time. Raises `AssistantAway`."""
    try:
        with span("rasa"):
            answer = rasa.answer(
                {
                    "conversation": turn.conversation_id,
                    "message_id": turn.message_id,
                    "text": turn.text,
                    "payload": turn.payload,
                    "channel": conversation.channel,
                    "language": conversation.writing,
                    "traceparent": traceparent(),
                }
            )
            draw_steps(answer.get("took", {}))
            return answer
    except AssistantAway as away:
        stumbled = isinstance(away, AssistantStumbled)
        stumbles.labels("stumbled" if stumbled else "away").inc()
        with open_session() as session:
            let_go(session, turn.conversation_id, holder)
            hopeless = stumbled and count_attempt(session, turn.id) >= ATTEMPTS
        if not hopeless:
            raise
        logger.error("turn %s of %s was given up: %s", turn.id, turn.conversation_id, away)
        return _apology(away.writing or conversation.writing)


def stored_answer(conversation_id: str, message_id: str) -> Answered | None:
    """The answer that a message got, None while it has none. Raises `ConversationErased`."""
    with open_session() as session:
        turn = turn_of_message(session, conversation_id, message_id)
    if turn is None:
        raise ConversationErased(conversation_id)
    return _answered(turn) if turn.state == "answered" else None


def _answered(turn: Turn) -> Answered:
    return Answered(turn.message_id, turn.writing or "fr", turn.outcome or "", turn.reply or [])


def _erased(rasa: RasaClient, turn: Turn, writing: Writing) -> Answered:
    erasure = erase(rasa, turn.conversation_id, by_its_turn=True)
    if erasure is None:
        raise ConversationErased(turn.conversation_id)
    return Answered(turn.message_id, writing, "answered", [receipt_message(erasure, writing)])


def _apology(writing: Writing | str) -> dict[str, Any]:
    """The answer to a turn over which Rasa stumbles each time: no silence, and no queue behind it."""
    reply = Reply("failed", writing, (Message(say("failed", writing)),))  # type: ignore[arg-type]
    return {"understood": {"intent": {"name": None, "confidence": None}}, **reply.as_dict()}


def _notice(off: SwitchedOff, writing: str) -> dict[str, Any]:
    """What is said while staff has switched the assistant off."""
    text = off.notice or say("switched_off", writing)  # type: ignore[arg-type]
    reply = Reply("handed_over", writing, (Message(text),))  # type: ignore[arg-type]
    return {"understood": {"intent": {"name": None, "confidence": None}}, **reply.as_dict()}


class Retrier(threading.Thread):
    """Answers the messages that were kept while Rasa was away, and ends what erasures began."""

    def __init__(self, rasa: RasaClient, every: float) -> None:
        super().__init__(name="retrier", daemon=True)
        self._rasa, self._every = rasa, every
        self._stopped = threading.Event()

    def run(self) -> None:
        """Try again until stopped."""
        while not self._stopped.wait(self._every):
            try:
                self.answer_waiting()
                finish_erasures(self._rasa)
            except Exception:
                logger.exception("the retrier failed; it goes on")

    def answer_waiting(self) -> int:
        """Answer what waits and nobody is answering; how many were answered."""
        now = datetime.now(UTC)
        before = now - timedelta(seconds=self._every)
        with open_session() as session:
            waiting = conversations_waiting(session, before=before, now=now, limit=RETRIED_AT_ONCE)
        answered = 0
        for conversation_id in waiting:
            try:
                while answer_next(self._rasa, conversation_id):
                    answered += 1
            except (AssistantStumbled, ConversationErased):
                continue
            except AssistantAway:
                break
        return answered

    def stop(self) -> None:
        """End the thread after its present work."""
        self._stopped.set()
