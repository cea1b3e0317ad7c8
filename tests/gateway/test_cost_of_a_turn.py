"""What a turn asks of the database: counted, since seconds depend on the machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from database.session import engine
from tests.gateway.conftest import Chat

# Who speaks (one read); taken in and held; the answer stored.
TRANSACTIONS = 3
STATEMENTS = {"SELECT": 3, "UPDATE": 3, "INSERT": 2}


@pytest.fixture
def settled(settled: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing looks at the database of its own accord meanwhile."""
    settled.setenv("DALIL_RETRY_SECONDS", "600")
    settled.setenv("DALIL_PURGE_DAILY", "false")
    return settled


@contextmanager
def asked_of_the_database() -> Iterator[list[str]]:
    """The first word of each statement, and `end` for each transaction."""
    seen: list[str] = []

    def statement(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql.split()[0])

    def end(_connection: object) -> None:
        seen.append("end")

    listeners = (("before_cursor_execute", statement), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(engine(None), name, listener)
    try:
        yield seen
    finally:
        for name, listener in listeners:
            event.remove(engine(None), name, listener)


def test_a_turn_takes_three_transactions(chat: Chat) -> None:
    chat.send("bonjour")
    with asked_of_the_database() as seen:
        assert chat.send("et à Meknès ?", "m2").json()["outcome"] == "answered"
    assert seen.count("end") == TRANSACTIONS
    assert {word: seen.count(word) for word in set(seen) - {"end"}} == STATEMENTS


def test_the_same_message_again_writes_nothing_that_stays(chat: Chat) -> None:
    first = chat.send("bonjour").json()
    with asked_of_the_database() as seen:
        assert chat.send("bonjour").json() == first
    assert seen.count("INSERT") == 1  # which finds the message in
    assert chat.history()["last_event"] == 1
