"""A conversation with the computation alone: real texts, read as the assistant reads them, no Rasa."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from answers import dialogue
from answers.conversing import BUTTONS, reply_to
from answers.reply import Reply
from answers.turn import Memory, Turn
from bot.nlu.closed_entities import find_closed_entities
from bot.nlu.quantities import find_quantities
from database.vocabulary import Writing

TODAY = date(2026, 11, 23)
PAYLOAD = re.compile(r"/(\w+)(\{.*\})?")


@dataclass
class Talk:
    """One conversation; every reply is kept, and must be JSON as the real slots and channels need."""

    session: Session
    writing: Writing = "fr"
    memory: Memory = field(default_factory=Memory)
    reply: Reply | None = None

    def say(self, text: str, intent: str = "inform") -> Reply:
        """Send a text that was understood as an intent."""
        entities: dict[str, list[Any]] = defaultdict(list)
        for found in find_closed_entities(text):
            entities[found.kind].append(found.value)
        for quantity in find_quantities(text, writing=self.writing):
            entities[quantity.kind].append({"value": str(quantity.value), "unit": quantity.unit})
        return self._send(text, intent, entities)

    def press(self, title: str) -> Reply:
        """Press a button of the last reply."""
        return self.send_payload(next(p for t, p in self.buttons if t == title))

    def send_payload(self, payload: str) -> Reply:
        """Send what a button sends."""
        read = PAYLOAD.fullmatch(payload)
        assert read is not None, payload
        given = json.loads(read[2] or "{}")
        return self._send("", read[1], {name: [value] for name, value in given.items()})

    @property
    def text(self) -> str:
        """All bubbles of the last reply, with ordinary spaces and no direction marks."""
        assert self.reply is not None
        said = "\n".join(message.text for message in self.reply.messages)
        return said.translate({0x202F: " ", 0xA0: " ", 0x2066: None, 0x2069: None})

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Title and payload of each button of the last reply."""
        assert self.reply is not None
        return [(b.title, b.payload) for message in self.reply.messages for b in message.buttons]

    @property
    def answers(self) -> dict[str, Any]:
        """The project held."""
        return dict((self.memory.project or {}).get("answers", {}))

    def _send(self, text: str, intent: str, entities: dict[str, list[Any]]) -> Reply:
        held = {kind: tuple(values) for kind, values in entities.items()}
        said = tuple(self.reply.as_dict()["messages"]) if self.reply else ()
        turn = Turn(text, self.writing, intent, held, memory=self.memory, last_messages=said)
        self.reply = reply_to(self.session, turn, _answer_to(intent), on=TODAY)
        remembered = json.loads(json.dumps(self.memory.after(self.reply.memory)))
        json.dumps(self.reply.as_dict())
        self.memory = replace(self.memory, **remembered)
        return self.reply


def _answer_to(intent: str) -> Callable[..., Reply]:
    """The function that the rules of the dialogue call for an intent."""
    if intent in ("repeat", "simplify"):
        return dialogue.repeat
    if intent == "nlu_fallback":
        return dialogue.clarify
    return BUTTONS.get(intent, dialogue.small_talk)
