"""What a reply is made of; the same objects serve the website, WhatsApp and the log."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from json import dumps
from typing import Any, Literal

from database.vocabulary import Writing

Outcome = Literal[
    "answered", "clarified", "not_found", "out_of_scope", "form_step", "handed_over", "failed"
]


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered: what it says and what it sends."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    """Where a fact can be read, when it was published and when it was last checked."""

    title: str
    url: str
    published: str | None
    checked_on: str


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: dict[str, Any] | None = None
    sources: tuple[SourceLink, ...] = ()
    certainty: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to one turn, how it ended, and what the dialogue should remember."""

    outcome: Outcome
    writing: Writing
    messages: tuple[Message, ...]
    memory: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The reply as the log and the public API take it: of the memory, only what it is about."""
        return {
            "outcome": self.outcome,
            "language": self.writing,
            "subject": self.memory.get("subject"),
            "aspect": self.memory.get("aspect"),
            "messages": [
                {
                    **asdict(message),
                    "language": self.writing,
                    "direction": "rtl" if self.writing == "ary-Arab" else "ltr",
                }
                for message in self.messages
            ],
        }


def payload(intent: str, **entities: str) -> str:
    """The message a button sends: an intent with the elements it names, as Rasa reads it."""
    return f"/{intent}{dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"


def joined(replies: Iterable[Reply]) -> Reply:
    """One reply that says several in order; it ends as the last one did, unless one was answered."""
    every = list(replies)
    outcomes = [reply.outcome for reply in every]
    memory: dict[str, Any] = {}
    for reply in every:
        earlier = memory.get("subject")
        memory |= reply.memory
        if earlier and memory.get("subject") != earlier:
            memory["previous_subject"] = earlier
    return Reply(
        outcome="answered" if "answered" in outcomes else outcomes[-1],
        writing=every[-1].writing,
        messages=tuple(message for reply in every for message in reply.messages),
        memory=memory,
    )
