"""From a reading to a decision: answer, ask which reading is meant, or say it is out of scope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.nlu.folding import words
from bot.nlu.intent import OUT_OF_SCOPE, IntentModel, Reading

# How the model learns, and when it does not answer, calibrated on training sentences held out
# (docs/nlu.md): `reject_below` and `sure_below` are in-scope scores, `ask_below` a probability.
DEFAULTS: dict[str, Any] = {
    "inverse_regularisation": 0.5,
    "sentence_vectors": False,
    "reject_below": 0.5,
    "sure_below": 0.97,
    "ask_below": 0.35,
}
FALLBACK = "nlu_fallback"
RANKING_LENGTH = 5
# Where a second question surely begins: after a question mark or on a new line.
_QUESTION_ENDS = re.compile(r"[?؟\n]+")
# Where it may begin: after "and", when a word that asks follows.
_FRENCH_ASKS = (
    r"combien|comment|où\b|quand|quel(?:le)?s?\b|qui\b|est[- ]ce|c'?est (?:où|quand|combien|quoi|qui)"
    r"|faut[- ]il|y a[- ]t[- ]il|dans quel|à qui|a qui|à combien"
    r"|(?:je (?:veux|voudrais|souhaite)|j'aimerais) (?:aussi )?savoir"
)
_ARABIZI_ASKS = (
    r"b?(?:ch|sh|x)[e7h]*[7h]al\b|ki(?:f|fa)(?:ch|x|sh)\b|f(?:i|a|ay|ye|aye)n\b|mnin\b|wa(?:ch|x|sh)\b"
    r"|(?:a?chno|a?chnou|xno|xnou|chnahiya|achmen|ina)\b|imta\b|fo[u]?[9q]a(?:ch|x)\b|wa[9qk]ta(?:ch|x)\b"
    r"|(?:bghit|b8it|baghi|bagha) n[3e]*r[e]*f|chkoun\b|chkon\b"
)
_ARABIC_ASKS = (
    r"ب?شحال|كيفاش|فين|منين|واش|شنو|شكون|إمتى|امتى|فوقاش|وقتاش|بغيت نعرف|باغي نعرف|باغا نعرف"
    r"|كم |متى|كيف |أين|ما هي|ما هو|هل |من هو"
)
_SECOND_BEGINS = re.compile(
    rf"(?:\s*[,،;.]\s*|\s+)(?:"
    rf"(?:(?:et|puis)\s+(?:aussi\s+|puis\s+)?)(?={_FRENCH_ASKS}|{_ARABIZI_ASKS})"
    rf"|(?:w|ou|o|wa)\s+(?:zid\s+|7ta\s+)?(?={_ARABIZI_ASKS}|combien|comment|quels?\b|quelles?\b)"
    rf"|و\s?(?:حتى\s+)?(?={_ARABIC_ASKS}))",
    re.IGNORECASE,
)
SHORTEST_QUESTION = 2
# What opens a message before the question itself.
_GREETING = re.compile(
    r"\s*(?:bonjour|bjr|bonsoir|bsr|salut|slt|coucou|cc|hello|hi|s+alam(?:ou|o|u)?(?:\s*[3a]+l[aei]*[iy]*k[ouw]*m)?|slm"
    r"|(?:s|m)ba?[7h]\s*l?khi?r|msa\s*l?khi?r|labas+(?:\s*3lik(?:om)?)?"
    r"|(?:و?ال)?سلام(?:\s*و?عليكم)?(?:\s*ورحمة\s*الله)?(?:\s*(?:تعالى\s*)?وبركاته)?"
    r"|صباح\s*(?:ال)?خير|مساء\s*(?:ال)?خير|لا\s?باس(?:\s*عليك(?:م)?)?)(?=[\s,!.،؛:-])[\s,!.،؛:-]*",
    re.IGNORECASE,
)
# Intents that can stand beside another one in the same message.
_QUESTION_INTENTS = re.compile(r"ask_(?!human|privacy|source)\w+")
# What is meant by a message of signs alone, by the first sign that is known.
_SIGNS = {
    "👍👌👏💪💯✅✔😍🤩🥰😊🙂😃😄😁🔥🎉⭐🌟": "feedback_positive",
    "❤♥💙💚💛🧡💜🖤💕💖": "feedback_positive",
    "👎❌✖😡😠🤬😤😒🙄😞💔": "feedback_negative",
    "🙏🤲🤝🌹💐": "thanks",
    "👋🖐✋": "greet",
    "?؟❓❔🤔😕🤷": "help",
}
# Messages that are one request however many questions they seem to hold.
_WHOLE = {"compare", "simulate"}
SURE = 0.5


@dataclass(frozen=True)
class Thresholds:
    """When a message is not answered at once.

    Below the in-scope score `reject` it is out of scope; below `sure`, or when the best reading
    has a probability below `ask`, the person is asked which reading is meant.
    """

    reject: float
    ask: float
    sure: float = 0.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Thresholds:
        """The thresholds among a classifier's settings."""
        return cls(settings["reject_below"], settings["ask_below"], settings["sure_below"])


def decide(model: IntentModel, text: str, thresholds: Thresholds) -> dict[str, Any]:
    """What the parse says of a message: intent, ranking, questions and unknown words."""
    text = without_greeting(text)
    reading = reading_of_signs(text) or model.read(text)
    ranking = [{"name": name, "confidence": p} for name, p in reading.ranking[:RANKING_LENGTH]]
    return {
        "intent": {"name": chosen(reading, thresholds), "confidence": reading.ranking[0][1]},
        "intent_ranking": ranking,
        "questions": questions(model, text, reading),
        "unknown_words": list(model.unknown_words(text)),
    }


def without_greeting(text: str) -> str:
    """The message without the greeting that opens it, unless hardly anything else is said."""
    rest = _GREETING.sub("", text, count=1) if _GREETING.match(text) else text
    return rest if len(words(rest)) >= SHORTEST_QUESTION else text


def reading_of_signs(text: str) -> Reading | None:
    """What a message without a word means: an emoji, a question mark; None for all others."""
    if words(text):
        return None
    found = (intent for sign in text for signs, intent in _SIGNS.items() if sign in signs)
    intent = next(found, None)
    return Reading(((intent, 1.0),), 1.0) if intent else None


def chosen(reading: Reading, thresholds: Thresholds) -> str:
    """The intent to act on: the best one, `nlu_fallback` to ask, or `out_of_scope`."""
    best, probability = reading.ranking[0]
    if reading.in_scope < thresholds.reject:
        return OUT_OF_SCOPE
    sure = reading.in_scope >= thresholds.sure and probability >= thresholds.ask
    return best if sure and best != OUT_OF_SCOPE else FALLBACK


def questions(model: IntentModel, text: str, whole: Reading) -> list[dict[str, str]]:
    """The questions of a message that surely holds several different ones, in order; else none."""
    parts = _parts(text)
    best, probability = whole.ranking[0]
    if len(parts) < 2 or (best in _WHOLE and probability >= SURE):
        return []
    asked = []
    for part, reading in zip(parts, model.read_all(parts)):
        intent, probability = reading.ranking[0]
        if probability >= SURE and _QUESTION_INTENTS.fullmatch(intent):
            asked.append({"intent": intent, "text": part})
    return asked if len({part["intent"] for part in asked}) > 1 else []


def _parts(text: str) -> list[str]:
    """A message cut where another question begins; a cut that leaves a scrap is not made."""
    parts: list[str] = []
    for sentence in _QUESTION_ENDS.split(text):
        pieces = [piece.strip() for piece in _SECOND_BEGINS.split(sentence)]
        if all(len(words(piece)) >= SHORTEST_QUESTION for piece in pieces):
            parts += pieces
        elif sentence.strip():
            parts.append(sentence.strip())
    return parts
