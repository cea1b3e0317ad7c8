"""One turn as it was understood, with what the dialogue remembers; the input of every reply."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.nlu.folding import words
from database.vocabulary import ASPECTS, Writing


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier turns left: the subject and aspect last spoken of, the subject before that one,
    the list shown, the project.
    """

    subject: str | None = None
    previous_subject: str | None = None
    aspect: str | None = None
    step: int | None = None
    listing: dict[str, Any] | None = None
    project: dict[str, Any] | None = None
    awaiting: str | None = None

    def after(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What of a reply's memory to write down; the subject it leaves becomes the previous one."""
        kept = {name: said[name] for name in self.__slots__ if name in said}
        if self.subject and kept.get("subject", self.subject) != self.subject:
            kept.setdefault("previous_subject", self.subject)
        return kept


@dataclass(frozen=True, slots=True)
class Turn:
    """A message as it was understood.

    `entities` maps each kind of element (province, sector, audience, amount, …) to its values in
    order; a pressed button names its `subject` there. `unknown_words` are those that no training
    sentence holds, hence probably names. `parts` are the questions of a message that holds two.
    """

    text: str
    writing: Writing
    intent: str
    entities: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    unknown_words: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    memory: Memory = Memory()
    last_messages: tuple[dict[str, Any], ...] = ()
    english: bool = False

    @property
    def aspect(self) -> str | None:
        """`ask_amount` → `amount`; None when the intent is no aspect."""
        aspect = self.intent.removeprefix("ask_")
        return aspect if self.intent.startswith("ask_") and aspect in ASPECTS else None

    def first(self, kind: str) -> Any:
        """The first element of a kind, or None."""
        return next(iter(self.entities.get(kind, ())), None)

    def questions(self) -> list["Turn"]:
        """The turn, once for each question it holds."""
        if not self.parts:
            return [self]
        return [
            replace(
                self,
                intent=intent,
                text=text,
                parts=(),
                unknown_words=tuple(w for w in self.unknown_words if w in words(text)),
            )
            for intent, text in self.parts
        ]
