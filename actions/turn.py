"""Between Rasa and the answers: what a tracker tells of the turn, and how a reply is uttered."""

import gc
import logging
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from answers.conversing import reply_to
from answers.knowledge import lexicon
from answers.reply import Message, Reply
from answers.search import index
from answers.turn import Memory, Turn
from answers.words import say
from database.queries import remember_facts
from database.session import open_session
from database.vocabulary import WRITINGS, Writing
from observability.tracing import span

logger = logging.getLogger(__name__)
Answer = Callable[..., Reply]
MEMORY_SLOTS = tuple(Memory.__dataclass_fields__)


class TurnAction(Action, ABC):  # type: ignore[misc]
    """An action that answers the turn with one function of `answers`."""

    @property
    @abstractmethod
    def answers_with(self) -> Answer:
        """The function that replies."""

    def name(self) -> str:
        """The name in the domain: `ActionShowMore` is `action_show_more`."""
        return _name_in_domain(type(self).__name__)

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer, utter and remember; a failure is told to the visitor and logged by ids alone."""
        carried = (tracker.latest_message.get("metadata") or {}).get("traceparent")
        try:
            with span(self.name(), within=carried), open_session() as session:
                remember_facts(session)
                turn = turn_of(tracker)
                reply = reply_to(session, turn, self.answers_with, on=date.today())
        except Exception:
            logger.exception("%s failed in conversation %s", self.name(), tracker.sender_id)
            writing = writing_of(tracker)
            reply = Reply("failed", writing, (Message(say("failed", writing)),))
        dispatcher.utter_message(json_message=reply.as_dict())
        remembered = memory_of(tracker).after(reply.memory)
        return [
            SlotSet(slot, value) for slot, value in {"writing": reply.writing, **remembered}.items()
        ]


@cache
def _name_in_domain(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def warm_up() -> None:
    """Build the lexicon and the search index before the first question.

    What is loaded by then is left out of the search for garbage, which would walk all of it in turns.
    """
    try:
        with open_session() as session:
            lexicon(session)
            index(session)
        gc.collect()
        gc.freeze()
    except Exception:
        logger.exception("the indexes could not be built ahead; the first question will")


def turn_of(tracker: Tracker) -> Turn:
    """The latest message as it was understood, with the dialogue's memory."""
    parsed = tracker.latest_message
    text = str(parsed.get("text") or "")
    entities: dict[str, list[Any]] = defaultdict(list)
    for entity in parsed.get("entities") or ():
        entities[entity["entity"]].append(entity["value"])
    return Turn(
        text="" if text.startswith("/") else text,
        writing=writing_of(tracker),
        intent=str((parsed.get("intent") or {}).get("name") or ""),
        entities={kind: tuple(values) for kind, values in entities.items()},
        unknown_words=tuple(parsed.get("unknown_words") or ()),
        ranking=tuple(reading["name"] for reading in parsed.get("intent_ranking") or ()),
        parts=tuple((part["intent"], part["text"]) for part in parsed.get("questions") or ()),
        memory=memory_of(tracker),
        last_messages=_last_messages(tracker),
        english=bool((parsed.get("writing") or {}).get("english")),
    )


def memory_of(tracker: Tracker) -> Memory:
    """What earlier turns left in the slots."""
    return Memory(**{slot: tracker.get_slot(slot) for slot in MEMORY_SLOTS})


def writing_of(tracker: Tracker) -> Writing:
    """The writing to answer in: that of the latest message, else of those before, else chosen."""
    found = tracker.latest_message.get("writing") or {}
    chosen = (tracker.latest_message.get("metadata") or {}).get("language")
    likely = (found.get("tag"), tracker.get_slot("writing"), chosen)
    return next((tag for said in likely for tag in WRITINGS if said == tag), "fr")


def _last_messages(tracker: Tracker) -> tuple[dict[str, Any], ...]:
    for event in reversed(tracker.events):
        custom = event.get("event") == "bot" and (event.get("data") or {}).get("custom")
        if custom:
            return tuple(custom["messages"])
    return ()
