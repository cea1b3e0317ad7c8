"""What visitors said in vain, group by group, and whether a sentence is fit to be learnt."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from answers.grouping import groups_of, key_of, writing_of
from console.words import every_word
from database.learning import Heard, decided_keys, sentences_heard_in_vain
from database.vocabulary import WRITINGS
from gateway.masking import masked

PERIOD = timedelta(days=90)
# Sentences looked at, the latest; more would keep an officer waiting, and busy for weeks.
MOST_SENTENCES = 3000
LONGEST = 300
READINGS_SHOWN = 3
HIGH, MIDDLE = 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a sentence may mean, and how surely: high, middle or low."""

    intent: str
    confidence: float

    @property
    def sureness(self) -> str:
        """The confidence in a word."""
        return (
            "high" if self.confidence >= HIGH else "middle" if self.confidence >= MIDDLE else "low"
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say it, how often it was said, and whether a decision is about it (`taken`)."""

    key: str
    text: str
    writing: str
    count: int
    taken: bool = True

    @property
    def personal(self) -> bool:
        """Whether it must be edited before it may be learnt."""
        return is_personal(self.text)


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences that say the same; the first wording stands for all, the turn is its latest."""

    wordings: tuple[Wording, ...]
    count: int
    seen_at: datetime
    causes: tuple[str, ...]
    readings: tuple[Reading, ...]
    conversation_id: str
    turn_id: int

    @property
    def key(self) -> str:
        """What names the group: the key of its first wording."""
        return self.wordings[0].key


def groups_heard(session: Session, *, at: datetime) -> tuple[list[Group], bool]:
    """The groups of sentences to decide of, the most frequent first; whether older ones are left out."""
    heard = sentences_heard_in_vain(session, since=at - PERIOD, limit=MOST_SENTENCES)
    decided = decided_keys(session)
    keys = [key_of(one.text) for one in heard]
    open_ = [(key, one) for key, one in zip(keys, heard, strict=True) if key not in decided]
    groups = [
        _group([open_[position] for position in positions])
        for positions in groups_of([one.text for _, one in open_])
    ]
    groups.sort(key=lambda group: (group.count, group.seen_at), reverse=True)
    return groups, len(heard) == MOST_SENTENCES


def group_with(groups: Sequence[Group], key: str) -> Group | None:
    """The group that holds the sentence with this key."""
    held = (group for group in groups if any(w.key == key for w in group.wordings))
    return next(held, None)


def cleaned(text: str) -> str:
    """A sentence on one line, without signs that nobody sees; never a command."""
    seen = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) not in ("Cf", "Co", "Cs", "Cn")
    )
    return " ".join(seen.split()).lstrip("/- ")


def unfit(text: str) -> str | None:
    """Why a sentence must not be learnt as it stands: `personal`, `empty` or `long`; None when it may.

    Square brackets are refused altogether: masked data stands between them, and to Rasa they mark
    entities.
    """
    if not any(letter.isalnum() for letter in text):
        return "empty"
    if len(text) > LONGEST:
        return "long"
    return "personal" if is_personal(text) else None


def is_personal(text: str) -> bool:
    """Whether a sentence holds personal data, or a tag in its place."""
    return "[" in text or "]" in text or bool(masked(text).found)


def readings_of(ranking: Sequence[dict[str, object]]) -> tuple[Reading, ...]:
    """The likeliest readings of a ranking as Rasa gives it."""
    return tuple(
        Reading(str(one["name"]), float(str(one["confidence"])))
        for one in ranking[:READINGS_SHOWN]
        if one.get("name")
    )


def label_of(intent: str) -> str | None:
    """The key of the words for what a person wants; None when there are none."""
    key = f"learning.intent.{intent}.label"
    return key if key in every_word() else None


def opened(wordings: Sequence[Wording]) -> tuple[Wording, ...]:
    """The wordings as an officer first sees them: what is personal is not taken."""
    return tuple(replace(one, taken=not one.personal) for one in wordings)


def edited(
    wordings: Sequence[Wording], given: Mapping[str, tuple[str, str]], taken: set[str]
) -> tuple[Wording, ...]:
    """The wordings as somebody left them in the form: `given` is text and writing by key."""
    return tuple(
        replace(
            one,
            text=given[one.key][0],
            writing=given[one.key][1],
            taken=one.key in taken,
        )
        if one.key in given
        else replace(one, taken=False)
        for one in wordings
    )


def _group(members: Sequence[tuple[str, Heard]]) -> Group:
    """A group of sentences, the standing one first."""
    wordings: dict[str, list[Heard]] = {}
    for key, one in members:
        wordings.setdefault(key, []).append(one)
    latest = max((one for _, one in members), key=lambda one: one.received_at)
    return Group(
        wordings=tuple(_wording(key, said) for key, said in wordings.items()),
        count=len(members),
        seen_at=latest.received_at,
        causes=tuple(sorted({cause for _, one in members for cause in _causes(one)})),
        readings=readings_of(members[0][1].understood.get("intent_ranking", [])),
        conversation_id=latest.conversation_id,
        turn_id=latest.turn_id,
    )


def _wording(key: str, said: Sequence[Heard]) -> Wording:
    text = cleaned(said[0].text)
    known = next((tag for tag in WRITINGS if tag == said[0].writing), WRITINGS[0])
    return Wording(key, text, writing_of(text, known), len(said))


def _causes(one: Heard) -> list[str]:
    flags = {"disliked": one.disliked, "marked_wrong": one.marked_wrong}
    causes = [name for name, holds in flags.items() if holds]
    return (
        causes
        if one.outcome in ("answered", "form_step", "handed_over")
        else [*causes, one.outcome]
    )
