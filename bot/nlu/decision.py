"""From a reading to a decision: answer, ask which reading is meant, or say it is out of scope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.nlu.intent import IntentModel, Reading

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
RANKING_LENGTH = 5
# Where a second question may begin: after a question mark or a new line.
_QUESTION_ENDS = re.compile(r"[?؟\n]+")
# Intents that can stand beside another one in the same message.
_QUESTION_INTENTS = re.compile(r"ask_(?!human|privacy|source)\w+")
SURE = 0.35


@dataclass(frozen=True)
class Thresholds:
    """In-scope scores: below `reject` a message is out of scope, below `ask` its reading is asked."""

    reject: float
    ask: float


def decide(model: IntentModel, text: str, thresholds: Thresholds) -> dict[str, Any]:
    """What the parse says of a message: intent, ranking, questions and unknown words."""
    reading = model.read(text)
    ranking = [{"name": name, "confidence": p} for name, p in reading.ranking[:RANKING_LENGTH]]
    chosen = _chosen(reading, thresholds)
    return {
        "intent": {"name": chosen, "confidence": reading.in_scope},
        "intent_ranking": ranking,
        "questions": _questions(model, text, thresholds),
        "unknown_words": list(model.unknown_words(text)),
    }


def _chosen(reading: Reading, thresholds: Thresholds) -> str:
    best = reading.ranking[0][0]
    if best == OUT_OF_SCOPE or reading.in_scope >= thresholds.ask:
        return best
    return OUT_OF_SCOPE if reading.in_scope < thresholds.reject else FALLBACK


def _questions(model: IntentModel, text: str, thresholds: Thresholds) -> list[dict[str, str]]:
    """The questions of a message that surely holds several different ones, in order; else none."""
    parts = [part.strip() for part in _QUESTION_ENDS.split(text) if part.strip()]
    if len(parts) < 2:
        return []
    readings = [(part, model.read(part)) for part in parts]
    asked = [
        {"intent": reading.ranking[0][0], "text": part}
        for part, reading in readings
        if reading.ranking[0][1] >= SURE and _QUESTION_INTENTS.fullmatch(reading.ranking[0][0])
    ]
    return asked if len({part["intent"] for part in asked}) > 1 else []
