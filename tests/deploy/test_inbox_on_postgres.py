"""Several web workers on PostgreSQL: in order, each message once, and nobody keeps hold for nothing."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from database import session as database_session
from database.conversations import conversations_waiting, next_turn, store_answer, take_in
from database.session import open_session
from database.tables import Conversation, Turn, Utterance
from gateway.inbox import answer_next
from settings import ROOT, settings
from tests.gateway.conftest import MadeUpRasa
from tests.load.stack import postgres_database, postgres_is_there

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if not postgres_is_there():
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    with postgres_database() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        database_session.engine.cache_clear()
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        yield url
        database_session.engine().dispose()
    settings.cache_clear()
    database_session.engine.cache_clear()


def open_with(conversation_id: str, messages: int) -> None:
    with open_session() as session:
        session.add(
            Conversation(
                id=conversation_id,
                channel="web",
                token_hash="0" * 64,
                writing="fr",
                started_at=NOW,
                greeting=[],
            )
        )
    for number in range(messages):
        with open_session() as session:
            take_in(
                session,
                conversation_id=conversation_id,
                message_id=f"m{number:02}",
                text=f"message {number}",
                payload=None,
                at=NOW,
            )


def test_workers_side_by_side_answer_each_message_once_and_in_order(postgres: str) -> None:
    rasa = MadeUpRasa(slow=0.002)
    conversations = ["a", "b", "c"]
    for name in conversations:
        open_with(name, 15)
    left = threading.Event()

    def work() -> None:
        while not left.is_set():
            for name in conversations:
                answer_next(rasa, name)  # type: ignore[arg-type]

    workers = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for worker in workers:
        worker.start()
    until = threading.Event()
    for _ in range(300):
        until.wait(0.1)
        with open_session() as session:
            if not session.scalars(select(Turn.id).where(Turn.state == "received")).all():
                break
    left.set()
    for worker in workers:
        worker.join(10)
    for name in conversations:
        sent = [turn["message_id"] for turn in rasa.turns if turn["conversation"] == name]
        assert sent == [f"m{number:02}" for number in range(15)]
    with open_session() as session:
        assert len(session.scalars(select(Utterance.turn_id)).all()) == 45
        held = session.scalars(select(Conversation.held_by)).all()
    assert held == [None, None, None]


def test_a_worker_that_comes_too_late_does_not_keep_hold(postgres: str) -> None:
    """It waits for the row while another answers what it had seen wait."""
    open_with("a", 1)
    taken: list[Turn | None] = []
    with open_session() as first:
        # The first worker's hold ran out, and it answers after all.
        conversation = first.get_one(Conversation, "a")
        conversation.held_by, conversation.held_until = "first", NOW
    with open_session() as first:
        turn = {"language": "fr", "text": "message 0", "conversation": "a"}
        store_answer(first, "a", "m00", MadeUpRasa().answer(turn), at=LATER)

        def come_late() -> None:
            with open_session() as second:
                taken.append(next_turn(second, "a", holder="second", now=LATER, until=LATER))

        late = threading.Thread(target=come_late)
        late.start()
        late.join(0.5)
        assert late.is_alive()
    late.join(5)
    assert taken == [None]
    with open_session() as session:
        assert session.get_one(Conversation, "a").held_by is None


def test_what_another_worker_holds_is_not_offered(postgres: str) -> None:
    open_with("a", 1)
    open_with("b", 1)
    with open_session() as session:
        next_turn(session, "a", holder="first", now=NOW, until=LATER)
    with open_session() as session:
        waiting = conversations_waiting(session, before=LATER, now=NOW, limit=10)
    assert waiting == ["b"]
