"""What is past its time goes, and nothing else; twice does no more than once."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from database.console_tables import AuditEntry, Chore, ConversationCare
from database.conversations import erasures_to_finish, hash_of
from database.personal_data import everything_about, tables_of_a_conversation
from database.purging import AlreadyPurging, purge
from database.rekeying import encrypt_again
from database.retention import (
    conversations_held_back,
    holdings,
    limits_in_force,
    months_after,
    register_of_erasures,
)
from database.session import open_session
from database.tables import Base, Callback, Conversation, Erasure, Turn, Utterance
from database.whatsapp import Person
from gateway.erasure import finish_erasures
from gateway.retention import purge_of_the_day
from tests.gateway.conftest import MadeUpRasa

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAST_YEAR = datetime(2025, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("DALIL_CONTACT_KEY_FILE", str(tmp_path / "keys" / "contact.key"))


def talk(*moments: datetime, kept: bool = False, started: datetime | None = None) -> str:
    """A conversation with a message at each moment."""
    conversation_id = str(uuid.uuid4())
    with open_session() as session:
        session.add(
            Conversation(
                id=conversation_id,
                channel="web",
                token_hash="-",
                writing="fr",
                started_at=started or min(moments),
                greeting=[],
            )
        )
        session.flush()
        for number, moment in enumerate(moments):
            session.add(
                Turn(
                    conversation_id=conversation_id,
                    message_id=f"m{number}",
                    text=f"message {number}",
                    received_at=moment,
                    state="answered",
                )
            )
        if kept:
            session.add(ConversationCare(conversation_id=conversation_id, kept=True))
    return conversation_id


def ask_for_a_call(conversation_id: str, *, erase_on: date, state: str = "closed") -> str:
    """A call-back of a conversation."""
    with open_session() as session:
        callback = Callback(
            id=str(uuid.uuid4()),
            conversation_id=conversation_id,
            name="Amal Bennani",
            phone="+212612345678",
            subject="Un moulin",
            slot="any",
            writing="fr",
            consent_version="2026-11-23",
            requested_at=LAST_YEAR,
            due=LAST_YEAR.date(),
            state=state,
            erase_on=erase_on,
        )
        session.add(callback)
        return callback.id


def erase(at: datetime = AT, **options: Any) -> dict[str, int]:
    """Erase what is past its time at this moment."""
    return dict(purge(open_session, limits_in_force(at), clock=lambda: at, **options))


def left(table: type[Base] = Conversation) -> int:
    """How many rows a table has."""
    with open_session() as session:
        return session.query(table).count()


def test_months_later_is_the_same_day_or_the_last_of_the_month() -> None:
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 11, 23), 6) == date(2027, 5, 23)
    assert months_after(date(2026, 11, 23), -12) == date(2025, 11, 23)
    assert months_after(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert months_after(date(2026, 12, 1), 1) == date(2027, 1, 1)


def test_a_conversation_goes_a_year_after_its_last_message_and_not_a_moment_sooner() -> None:
    over = talk(LAST_YEAR - SECOND)
    talk(LAST_YEAR)
    assert erase() == {"conversations": 1, "messages": 1}
    with open_session() as session:
        assert session.get(Conversation, over) is None
    assert left() == 1


def test_what_hangs_on_a_conversation_goes_with_it_and_rasa_is_to_forget_it() -> None:
    over = talk(LAST_YEAR - SECOND, LAST_YEAR - 2 * SECOND)
    ask_for_a_call(over, erase_on=date(2027, 1, 1))
    assert erase() == {"conversations": 1, "messages": 2, "callbacks": 1}
    assert (left(Turn), left(Callback)) == (0, 0)
    with open_session() as session:
        waiting = erasures_to_finish(session, before=AT + SECOND)
        assert [(each.to_forget, each.reason) for each in waiting] == [(over, "retention")]
        assert waiting[0].conversation_hash == hash_of(over)


def test_rasa_forgets_what_a_purge_erased_once_it_is_there() -> None:
    now = datetime.now(UTC)
    over = talk(now - timedelta(days=500))
    erase(now)
    rasa = MadeUpRasa(timeout=-60, away=True, remembered={over})
    finish_erasures(rasa)  # type: ignore[arg-type]
    assert rasa.remembered == {over}
    rasa.away = False
    finish_erasures(rasa)  # type: ignore[arg-type]
    assert rasa.forgotten == [over]
    with open_session() as session:
        assert [each.to_forget for each in session.query(Erasure)] == [None, None]


def test_in_a_conversation_that_goes_on_old_messages_go() -> None:
    talk(LAST_YEAR - SECOND, LAST_YEAR, AT)
    assert erase() == {"messages": 1}
    with open_session() as session:
        assert [turn.message_id for turn in session.query(Turn)] == ["m1", "m2"]


def test_a_word_of_the_staff_keeps_a_conversation_alive_and_goes_in_its_turn() -> None:
    conversation_id = talk(LAST_YEAR - SECOND)
    with open_session() as session:
        for number, said_at in ((1, LAST_YEAR - SECOND), (2, LAST_YEAR)):
            session.add(
                Utterance(
                    conversation_id=conversation_id,
                    number=number,
                    staff={"text": "x"},
                    said_at=said_at,
                )
            )
    assert erase() == {"messages": 2}
    with open_session() as session:
        assert [each.number for each in session.query(Utterance)] == [2]


def test_a_conversation_that_the_staff_keeps_is_left_whole() -> None:
    talk(LAST_YEAR - SECOND, kept=True)
    assert erase() == {}
    assert (left(), left(Turn)) == (1, 1)
    with open_session() as session:
        assert conversations_held_back(session) == 1
        due = {each.kind: each.due for each in holdings(session, limits_in_force(AT))}
    assert due["conversations"] == due["messages"] == 0


def test_a_conversation_that_waits_for_a_call_is_left_until_its_contact_expires() -> None:
    waiting = talk(LAST_YEAR - SECOND)
    callback_id = ask_for_a_call(waiting, erase_on=date(2026, 11, 24), state="open")
    assert "conversations" not in erase()
    with open_session() as session:
        assert session.get_one(Callback, callback_id).name == "Amal Bennani"
    assert erase(AT + timedelta(days=1))["conversations"] == 1


@pytest.mark.parametrize(("on", "gone"), [(date(2026, 11, 24), 0), (date(2026, 11, 23), 1)])
def test_a_contact_goes_on_its_day(on: date, gone: int) -> None:
    callback_id = ask_for_a_call(talk(AT), erase_on=on)
    assert erase() == ({"contacts": 1} if gone else {})
    with open_session() as session:
        kept = session.get_one(Callback, callback_id)
        assert (kept.name is None, kept.phone is None) == (bool(gone), bool(gone))
        assert kept.subject == "Un moulin"


def test_a_contact_goes_even_where_the_conversation_is_kept() -> None:
    ask_for_a_call(talk(AT, kept=True), erase_on=AT.date())
    assert erase() == {"contacts": 1}


def test_the_trail_goes_after_two_years() -> None:
    with open_session() as session:
        for at in (
            datetime(2024, 11, 23, 12, tzinfo=UTC) - SECOND,
            datetime(2024, 11, 23, 12, tzinfo=UTC),
        ):
            session.add(
                AuditEntry(at=at, actor="x", action="x", kind="x", object_id="x", detail={})
            )
    assert erase() == {"audit": 1}
    assert left(AuditEntry) == 1


def test_a_whatsapp_number_without_conversation_goes_after_a_year() -> None:
    with open_session() as session:
        for number, at in enumerate((LAST_YEAR - SECOND, LAST_YEAR)):
            session.add(
                Person(
                    phone=f"+21261234567{number}",
                    past=[],
                    state="stopped",
                    greeted=True,
                    writing="fr",
                    last_message_at=at,
                    staff_through=0,
                )
            )
    assert erase() == {"people": 1}
    assert left(Person) == 1


def test_a_second_purge_finds_nothing_and_enters_nothing() -> None:
    for _ in range(3):
        talk(LAST_YEAR - SECOND)
    assert erase()["conversations"] == 3
    assert erase() == {}
    with open_session() as session:
        register = register_of_erasures(session)
    assert len(register) == 1
    assert (register[0].reason, register[0].what) == (
        "retention",
        {"conversations": 3, "messages": 3},
    )
    assert register[0].to_forget is None and register[0].conversation_hash is None


def test_work_is_done_in_small_transactions() -> None:
    for _ in range(5):
        talk(LAST_YEAR - SECOND)
    opened: list[int] = []

    def counted() -> Any:
        opened.append(left())
        return open_session()

    assert purge(counted, limits_in_force(AT), clock=lambda: AT, batch=2)["conversations"] == 5
    drops = [before - after for before, after in pairwise(opened)]
    assert max(drops) == 2 and left() == 0


def test_of_two_processes_one_erases() -> None:
    with open_session() as session:
        session.add(Chore(name="purge", held_by="another", held_until=AT + SECOND))
    with pytest.raises(AlreadyPurging):
        erase()
    assert erase(AT + 2 * SECOND) == {}


def test_a_process_that_died_gives_way_and_nothing_is_counted_as_done() -> None:
    talk(LAST_YEAR - SECOND)
    calls = 0

    def dying() -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return open_session()

    with pytest.raises(KeyboardInterrupt):
        purge(dying, limits_in_force(AT), clock=lambda: AT)
    with open_session() as session:
        assert session.get_one(Chore, "purge").done_at is None
    assert erase()["conversations"] == 1


def test_several_servers_erase_once_a_day() -> None:
    talk(LAST_YEAR - SECOND)
    together = threading.Barrier(3)
    done: list[bool] = []

    def server() -> None:
        together.wait()
        done.append(purge_of_the_day(AT))

    threads = [threading.Thread(target=server) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, True]
    assert not purge_of_the_day(AT + timedelta(hours=11, minutes=59))
    assert purge_of_the_day(AT + timedelta(hours=12))


def test_the_preview_counts_what_would_go_by_month() -> None:
    talk(datetime(2025, 9, 1, tzinfo=UTC))
    talk(datetime(2025, 10, 1, tzinfo=UTC))
    talk(datetime(2025, 10, 2, tzinfo=UTC), AT)
    with open_session() as session:
        held = {each.kind: each for each in holdings(session, limits_in_force(AT))}
    assert held["conversations"].held == 3
    assert held["conversations"].due == 2
    assert held["conversations"].months == ((2025, 9, 1), (2025, 10, 1))
    assert held["conversations"].oldest == datetime(2025, 9, 1, tzinfo=UTC)
    assert held["messages"].due == 3
    assert erase() == {"conversations": 2, "messages": 3}


def test_a_persons_copy_holds_every_table_that_belongs_to_a_conversation() -> None:
    conversation_id = talk(AT, LAST_YEAR)
    other = talk(AT)
    ask_for_a_call(conversation_id, erase_on=AT.date())
    with open_session() as session:
        found = everything_about(session, conversation_id)
    assert set(found) <= tables_of_a_conversation() | {"audit_entry"}
    assert len(found["turn"]) == 2
    assert found["callback"][0]["phone"] == "+212612345678"
    assert "token_hash" not in found["conversation"][0]
    assert other not in str(found)


def test_every_encrypted_row_is_written_anew() -> None:
    ask_for_a_call(talk(AT), erase_on=AT.date())
    with open_session() as session:
        assert encrypt_again(session) == 1
    with open_session() as session:
        assert session.query(Callback).one().name == "Amal Bennani"


def test_erasures_of_before_are_the_visitors() -> None:
    with open_session() as session:
        session.add(Erasure(id="e", conversation_hash="h", erased_at=AT, what={}))
    with open_session() as session:
        assert session.get_one(Erasure, "e").reason == "visitor"
