"""Erasing a conversation, here and in Rasa, with a receipt for the visitor and a line in the register."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from answers.words import say
from database.conversations import (
    erase_conversation,
    erasures_to_finish,
    finish_erasure,
    is_being_answered,
)
from database.session import open_session
from database.tables import Erasure
from database.vocabulary import Writing
from gateway.rasa_client import AssistantAway, RasaClient

logger = logging.getLogger(__name__)
# What the button under "shall I erase?" sends. It is for the gateway: Rasa never sees it.
ERASE_CONFIRMED = "/erase_confirmed"
GRACE_SECONDS = 5


def erase(rasa: RasaClient, conversation_id: str, *, by_its_turn: bool = False) -> Erasure | None:
    """Erase all that is kept of a conversation; None when it is gone already.

    Rasa forgets at once. It is told again later (`finish_erasures`) when it is away, or when
    another turn is with it, which it would write down after forgetting; `by_its_turn` says that the
    turn under way is the one that erases.
    """
    now = datetime.now(UTC)
    with open_session() as session:
        busy = not by_its_turn and is_being_answered(session, conversation_id, now=now)
        erasure = erase_conversation(session, conversation_id, at=now)
    if erasure is not None:
        _forget(rasa, erasure, for_good=not busy)
    return erasure


def finish_erasures(rasa: RasaClient) -> None:
    """Let Rasa forget what it could not before, once no turn can be on its way any more."""
    before = datetime.now(UTC) - timedelta(seconds=rasa.timeout + GRACE_SECONDS)
    with open_session() as session:
        unfinished = erasures_to_finish(session, before=before)
    for erasure in unfinished:
        _forget(rasa, erasure, for_good=True)


def _forget(rasa: RasaClient, erasure: Erasure, *, for_good: bool) -> None:
    if erasure.to_forget is None:
        return
    try:
        rasa.forget(erasure.to_forget)
    except AssistantAway as away:
        logger.warning("erasure %s: Rasa has not forgotten yet (%s)", erasure.id, away)
        return
    if for_good:
        with open_session() as session:
            finish_erasure(session, erasure.id)


def receipt(erasure: Erasure) -> dict[str, Any]:
    """What the visitor keeps as proof: number, moment, and what was erased."""
    counted = [{"kind": kind, "count": count} for kind, count in erasure.what.items()]
    return {
        "id": erasure.id,
        "erased_at": erasure.erased_at.isoformat(),
        "what": [*counted, {"kind": "dialogue", "count": 1}],
    }


def receipt_text(erasure: Erasure, writing: Writing) -> str:
    """The receipt in words."""
    moment = erasure.erased_at.strftime("%Y-%m-%d %H:%M UTC")
    return say("erased", writing, receipt=erasure.id, moment=moment, **erasure.what)


def receipt_message(erasure: Erasure, writing: Writing) -> dict[str, Any]:
    """The receipt as the last message of a conversation."""
    return {
        "id": f"erasure-{erasure.id}",
        "text": receipt_text(erasure, writing),
        "language": writing,
        "direction": "rtl" if writing == "ary-Arab" else "ltr",
        "buttons": [],
        "card": {"type": "receipt", **receipt(erasure)},
        "sources": [],
        "certainty": None,
    }
