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
    Held,
    KeptTurn,
    conversations_waiting,
    count_attempt,
    kept_turn,
    let_go,
    next_turn,
    store_answer,
    take_in_and_hold,
)
from database.session import open_session, open_writing_session
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
    """A turn with its answer; no `turn_id` when answering it erased everything."""

    turn_id: int | None
    message_id: str
    writing: str
    outcome: str
    messages: list[dict[str, Any]]


def take_in_and_answer(
    rasa: RasaClient,
    conversation_id: str,
    message_id: str,
    *,
    text: str | None,
    payload: str | None = None,
) -> Answered:
    """Store a message, unless it is in, and answer it once those before it have their answers.

    `text` is masked. Raises `AssistantAway` when the answer cannot be had now (the message stays
    in), `ConversationErased`.
    """
    holder, now, until = _new_hold(rasa)
    with open_writing_session() as session:
        held = take_in_and_hold(
            session,
            conversation_id=conversation_id,
            message_id=message_id,
            text=text,
            payload=payload,
            at=now,
            holder=holder,
            until=until,
        )
    patience = time.monotonic() + rasa.timeout
    answered = _answer(rasa, held, now) if held else None
    while True:
        if answered is None or answered.message_id != message_id:
            answered = stored_answer(conversation_id, message_id)
        if answered is not None:
            return answered
        if time.monotonic() > patience:
            raise AssistantAway("earlier messages are still being answered")
        time.sleep(LOOK_AGAIN_SECONDS)
        answered = answer_next(rasa, conversation_id)


def answer_next(rasa: RasaClient, conversation_id: str) -> Answered | None:
    """Answer the oldest message that waits in a conversation.

    None when nothing waits or another worker is at it. Raises `AssistantAway`, `ConversationErased`.
    """
    holder, now, until = _new_hold(rasa)
    with open_session() as session:
        held = next_turn(session, conversation_id, holder=holder, now=now, until=until)
    return _answer(rasa, held, now) if held else None


def _new_hold(rasa: RasaClient) -> tuple[str, datetime, datetime]:
    """A name for who holds a message, from when, and until when they are believed to be alive."""
    now = datetime.now(UTC)
    return uuid.uuid4().hex, now, now + timedelta(seconds=rasa.timeout + GRACE_SECONDS)


def _answer(rasa: RasaClient, held: Held, now: datetime) -> Answered:
    """Answer a message that is held since `now`. Raises `AssistantAway`, `ConversationErased`."""
    if held.payload == ERASE_CONFIRMED:
        return _erased(rasa, held)
    started = time.perf_counter()
    with span("turn", conversation=held.conversation_id, channel=held.channel) as opened:
        answer = _asked(rasa, held) if held.notice is None else _notice(held.notice, held.writing)
        asked = time.perf_counter()
        with span("store"), open_writing_session() as session:
            stored = store_answer(
                session, held.conversation_id, held.message_id, answer, at=datetime.now(UTC)
            )
        if stored is None:
            raise ConversationErased(held.conversation_id)
        opened.set_attribute("outcome", stored.outcome or "")
    ended = time.perf_counter()
    seconds = {step: taken / 1000 for step, taken in answer.get("took", {}).items()}
    count_turn(
        held.channel,
        stored.writing or "",
        stored.outcome or "",
        {
            **seconds,
            "waited": (now - held.received_at).total_seconds(),
            "rasa": asked - started,
            "stored": ended - asked,
            "whole": (datetime.now(UTC) - held.received_at).total_seconds(),
        },
    )
    return _answered(stored)


def _asked(rasa: RasaClient, held: Held) -> dict[str, Any]:
    """Rasa's answer to a message, or an apology when it stumbles each time. Raises `AssistantAway`."""
    try:
        with span("rasa"):
            answer = rasa.answer(
                {
                    "conversation": held.conversation_id,
                    "message_id": held.message_id,
                    "text": held.text,
                    "payload": held.payload,
                    "channel": held.channel,
                    "language": held.writing,
                    "traceparent": traceparent(),
                }
            )
            draw_steps(answer.get("took", {}))
            return answer
    except AssistantAway as away:
        stumbled = isinstance(away, AssistantStumbled)
        stumbles.labels("stumbled" if stumbled else "away").inc()
        with open_session() as session:
            let_go(session, held.conversation_id, held.holder)
            hopeless = stumbled and count_attempt(session, held.turn_id) >= ATTEMPTS
        if not hopeless:
            raise
        logger.error("turn %s of %s was given up: %s", held.turn_id, held.conversation_id, away)
        return _apology(away.writing or held.writing)


def stored_answer(conversation_id: str, message_id: str) -> Answered | None:
    """The answer that a message got, None while it has none. Raises `ConversationErased`."""
    with open_session() as session:
        turn = kept_turn(session, conversation_id, message_id)
    if turn is None:
        raise ConversationErased(conversation_id)
    return _answered(turn) if turn.state == "answered" else None


def _answered(turn: KeptTurn) -> Answered:
    return Answered(
        turn.id, turn.message_id, turn.writing or "fr", turn.outcome or "", turn.reply or []
    )


def _erased(rasa: RasaClient, held: Held) -> Answered:
    erasure = erase(rasa, held.conversation_id, by_its_turn=True)
    if erasure is None:
        raise ConversationErased(held.conversation_id)
    writing: Writing = held.writing  # type: ignore[assignment]
    said = [receipt_message(erasure, writing)]
    return Answered(None, held.message_id, writing, "answered", said)


def _apology(writing: Writing | str) -> dict[str, Any]:
    """The answer to a turn over which Rasa stumbles each time: no silence, and no queue behind it."""
    reply = Reply("failed", writing, (Message(say("failed", writing)),))  # type: ignore[arg-type]
    return {"understood": {"intent": {"name": None, "confidence": None}}, **reply.as_dict()}


def _notice(notice: str, writing: str) -> dict[str, Any]:
    """What is said while staff has switched the assistant off."""
    text = notice or say("switched_off", writing)  # type: ignore[arg-type]
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
