"""The dialogue store: what a conversation remembers, and what it costs."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import TURNS_KEPT, DialogueStore

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots: {subject: {type: text, influence_conversation: false, mappings: [{type: custom}]}}
    """
)


def talked(store: DialogueStore, turns: int) -> DialogueStateTracker:
    """A conversation of so many turns, saved and read back after each."""
    asyncio.run(store.save(DialogueStateTracker.from_events("c1", [], DOMAIN.slots, domain=DOMAIN)))
    for number in range(turns):
        tracker = asyncio.run(store.retrieve("c1"))
        assert tracker is not None
        for event in (
            ActionExecuted("action_listen"),
            UserUttered(f"t{number}", {"name": "greet"}, message_id=f"m{number}"),
            ActionExecuted("action_answer"),
            BotUttered(f"r{number}"),
            SlotSet("subject", f"s{number}"),
        ):
            tracker.update(event, DOMAIN)
        asyncio.run(store.save(tracker))
    tracker = asyncio.run(store.retrieve("c1"))
    assert tracker is not None
    return tracker


def test_a_long_conversation_is_read_back_as_short_as_its_last_turns() -> None:
    short, long = talked(DialogueStore(DOMAIN), 10), talked(DialogueStore(DOMAIN), 60)
    assert len(long.events) == len(short.events)
    messages = [e.message_id for e in long.events if isinstance(e, UserUttered)]
    assert messages == [f"m{n}" for n in range(60 - TURNS_KEPT, 60)]


def test_slots_survive_the_turns_that_set_them() -> None:
    store = DialogueStore(DOMAIN)
    tracker = talked(store, 1)
    for number in range(20):
        for event in (
            ActionExecuted("action_listen"),
            UserUttered(f"x{number}", {"name": "greet"}),
        ):
            tracker.update(event, DOMAIN)
        asyncio.run(store.save(tracker))
        found = asyncio.run(store.retrieve("c1"))
        assert found is not None
        tracker = found
    assert tracker.get_slot("subject") == "s0"


def test_a_forgotten_conversation_is_gone() -> None:
    store = DialogueStore(DOMAIN)
    talked(store, 2)
    store.forget("c1")
    assert asyncio.run(store.retrieve("c1")) is None
    assert list(asyncio.run(store.keys())) == []


def test_processes_that_start_together_share_one_table(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DALIL_TRACKER_URL", f"sqlite:///{tmp_path / 'd.db'}")
    first, second = DialogueStore(DOMAIN), DialogueStore(DOMAIN)
    talked(first, 2)
    read = asyncio.run(second.retrieve("c1"))
    assert read is not None
    assert read.get_slot("subject") == "s1"
    asyncio.run(second.save(read))
    assert list(asyncio.run(first.keys())) == ["c1"]


def test_a_table_made_by_another_process_in_the_meantime_is_no_error(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DALIL_TRACKER_URL", f"sqlite:///{tmp_path / 'd.db'}")
    store = DialogueStore(DOMAIN)
    slow = type("Slow", (DialogueStore,), {})
    create = store.table.create
    # The look says that there is none; by the time it is made, there is.
    monkeypatch.setattr(store.table, "create", lambda engine, checkfirst: create(engine))
    assert slow(DOMAIN).engine is not None


def test_a_file_is_opened_once_for_many_turns(tmp_path: Path) -> None:
    store = DialogueStore(DOMAIN, f"sqlite:///{tmp_path}/dialogue.db")
    opened: list[object] = []
    sa.event.listen(store.engine, "connect", lambda connection, _: opened.append(connection))
    talked(store, 5)
    assert len(opened) <= 1
