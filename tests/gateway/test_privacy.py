"""Erasure leaves nothing, contacts are encrypted, and every text has its version."""

import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from fastapi.testclient import TestClient
from sqlalchemy import inspect, select, text

from database import encryption
from database.conversations import add_staff_message, hash_of
from database.rekeying import encrypt_again
from database.session import engine, open_session
from database.tables import Base, Callback, Erasure
from database.vocabulary import WRITINGS
from gateway.callbacks import phone_number, working_day_after
from gateway.erasure import ERASE_CONFIRMED, finish_erasures
from gateway.notices import notice_in_force
from tests.gateway.conftest import Chat, MadeUpRasa, open_chat


@pytest.fixture(autouse=True)
def fresh_keys() -> Any:
    """Each test has its own keys."""
    encryption._cipher.cache_clear()
    yield
    encryption._cipher.cache_clear()


def form(**changes: Any) -> dict[str, Any]:
    """A call-back form that is in order, but for the changes."""
    return {
        "name": "Amal Bennani",
        "phone": "06 12 34 56 78",
        "subject": "Un moulin à Taza",
        "slot": "morning",
        "consent_version": notice_in_force("callback").version,
    } | changes


def everything_kept() -> str:
    """The whole database as text."""
    with open_session() as session:
        return " ".join(
            str(tuple(row))
            for table in inspect(engine()).get_table_names()
            for row in session.execute(text(f'SELECT * FROM "{table}"'))
        )


def fill(chat: Chat) -> None:
    """Leave a trace of every kind."""
    chat.send("bonjour")
    chat.call("POST", "/messages/m1/feedback", json={"verdict": "helpful", "comment": "bien"})
    assert chat.call("POST", "/callback", json=form()).status_code == 201
    with open_session() as session:
        staff = {"text": "Je suis Amal.", "language": "fr", "direction": "ltr", "buttons": []}
        add_staff_message(session, chat.id, staff, at=datetime.now(UTC))


def test_erasing_leaves_no_row_of_the_conversation_in_any_table(
    chat: Chat, client: TestClient, rasa: MadeUpRasa
) -> None:
    other = open_chat(client)
    other.send("une autre personne")
    fill(chat)
    assert chat.id in everything_kept()
    erased = chat.call("DELETE")
    assert erased.status_code == 200
    kept = everything_kept()
    for trace in (chat.id, "bonjour", "bien", "moulin", "Je suis Amal"):
        assert trace not in kept
    assert "une autre personne" in kept
    assert rasa.forgotten == [chat.id]


def test_the_receipt_says_what_was_erased_and_the_register_keeps_a_hash(chat: Chat) -> None:
    fill(chat)
    body = chat.call("DELETE").json()
    counts = {entry["kind"]: entry["count"] for entry in body["receipt"]["what"]}
    assert counts == {"messages": 1, "feedback": 1, "callbacks": 1, "dialogue": 1}
    assert body["receipt"]["id"] in body["text"]
    with open_session() as session:
        register = session.scalars(select(Erasure)).one()
    assert register.id == body["receipt"]["id"]
    assert register.conversation_hash == hash_of(chat.id)
    assert register.to_forget is None


def test_after_an_erasure_nobody_knows_the_conversation(chat: Chat) -> None:
    chat.call("DELETE")
    for answer in (chat.call("DELETE"), chat.call("GET", "/messages"), chat.send("encore")):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_conversation"


def test_rasa_forgets_later_when_it_is_away(chat: Chat, rasa: MadeUpRasa) -> None:
    chat.send("bonjour")
    rasa.away = True
    assert chat.call("DELETE").status_code == 200
    assert rasa.remembered == {chat.id}
    rasa.away = False
    rasa.timeout = -60  # as if the patience for a turn under way had passed
    finish_erasures(rasa)  # type: ignore[arg-type]
    assert rasa.remembered == set()
    assert chat.id not in everything_kept()


def test_all_can_be_erased_from_the_chat_itself(chat: Chat, rasa: MadeUpRasa) -> None:
    rasa.buttons = [{"title": "Oui, tout effacer", "payload": ERASE_CONFIRMED}]
    chat.send("efface mes données")
    body = {"message_id": "m2", "payload": ERASE_CONFIRMED}
    reply = chat.call("POST", "/messages", json=body).json()
    card = reply["messages"][0]["card"]
    assert (card["type"], reply["outcome"]) == ("receipt", "answered")
    assert card["id"] in reply["messages"][0]["text"]
    assert [turn["payload"] for turn in rasa.turns] == [None]
    assert chat.id not in everything_kept()


def test_every_table_of_conversations_hangs_on_the_conversation() -> None:
    of_facts = {"subject", "name", "tag", "source", "figure", "statement", "step", "revision"}
    on_their_own = {"conversation", "erasure"}
    of_staff = {"staff", "review_sample"}
    for name, table in Base.metadata.tables.items():
        if name in of_facts | on_their_own or not any(
            key.column.table.name in ("conversation", "turn") for key in table.foreign_keys
        ):
            continue
        keys = [key for key in table.foreign_keys if key.column.table.name not in of_staff]
        assert all(key.ondelete == "CASCADE" for key in keys), name


def test_the_last_feedback_counts_and_its_comment_is_masked(chat: Chat) -> None:
    chat.send("bonjour")
    path = "/messages/m1/feedback"
    chat.call("POST", path, json={"verdict": "helpful"})
    body = {"verdict": "not_helpful", "reason": "wrong", "comment": "mon mail : amal@exemple.ma"}
    for _ in range(2):
        assert chat.call("POST", path, json=body).json() == {
            "message_id": "m1",
            "verdict": "not_helpful",
            "reason": "wrong",
        }
    assert chat.history()["turns"][0]["feedback"] == "not_helpful"
    assert "amal@exemple.ma" not in everything_kept()
    assert "[email]" in everything_kept()


def test_feedback_on_what_was_never_said_is_refused(chat: Chat) -> None:
    refused = chat.call("POST", "/messages/m9/feedback", json={"verdict": "helpful"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "unknown_message")


def test_a_call_is_promised_within_working_days(chat: Chat) -> None:
    promised = chat.call("POST", "/callback", json=form()).json()
    assert date.fromisoformat(promised["due"]) > datetime.now(UTC).date()
    assert working_day_after(date(2026, 11, 26), 2) == date(2026, 11, 30)
    assert working_day_after(date(2026, 11, 28), 1) == date(2026, 11, 30)


def test_a_contact_is_never_in_clear_in_the_database(chat: Chat) -> None:
    chat.call("POST", "/callback", json=form(email="amal@exemple.ma"))
    kept = everything_kept()
    for clear in ("Amal", "612345678", "amal@"):
        assert clear not in kept
    with open_session() as session:
        callback = session.scalars(select(Callback)).one()
    assert (callback.name, callback.phone, callback.email) == (
        "Amal Bennani",
        "+212612345678",
        "amal@exemple.ma",
    )
    assert callback.consent_version == notice_in_force("callback").version


def test_asking_again_replaces_the_call_that_waits(chat: Chat) -> None:
    first = chat.call("POST", "/callback", json=form()).json()
    second = chat.call("POST", "/callback", json=form(slot="afternoon")).json()
    assert first["id"] == second["id"]
    with open_session() as session:
        assert session.scalars(select(Callback)).one().slot == "afternoon"


def test_the_key_file_is_made_once_and_for_us_alone(chat: Chat) -> None:
    chat.call("POST", "/callback", json=form())
    path = Path(os.environ["DALIL_CONTACT_KEY_FILE"])
    key = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    encryption._cipher.cache_clear()
    chat.call("POST", "/callback", json=form())
    assert path.read_text() == key


def test_a_new_key_takes_over_and_the_old_one_can_go(chat: Chat, settled: Any) -> None:
    from settings import settings

    old, new = (Fernet.generate_key().decode() for _ in range(2))

    def keys(*given: str) -> None:
        settled.setenv("DALIL_CONTACT_KEYS", str(list(given)).replace("'", '"'))
        settings.cache_clear()
        encryption._cipher.cache_clear()

    keys(old)
    chat.call("POST", "/callback", json=form())
    keys(new, old)
    with open_session() as session:
        assert encrypt_again(session) == 1
    keys(new)
    with open_session() as session:
        assert session.scalars(select(Callback)).one().name == "Amal Bennani"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"phone": None}, "contact_missing"),
        ({"phone": "06 12"}, "phone_unknown"),
        ({"phone": "abc"}, "phone_unknown"),
        ({"email": "amal@"}, "email_unknown"),
        ({"subject": ""}, "subject_missing"),
        ({"slot": "midnight"}, "slot_unknown"),
        ({"consent_version": None}, "consent_missing"),
        ({"consent_version": "2001-01-01"}, "consent_outdated"),
    ],
)
@pytest.mark.parametrize("writing", WRITINGS)
def test_what_is_wrong_with_a_call_back_is_said_in_the_visitors_writing(
    client: TestClient, changes: dict[str, Any], code: str, writing: str
) -> None:
    from answers.words import say

    refused = open_chat(client, writing).call("POST", "/callback", json=form(**changes))
    assert refused.status_code == 422
    expected = {"code": code, "message": say(f"error.{code}", writing)}  # type: ignore[arg-type]
    assert refused.json()["error"] == expected


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0612345678", "+212612345678"),
        ("+212 5 35 65 20 57", "+212535652057"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("500000", None),
    ],
)
def test_a_telephone_is_read_as_it_is_written_in_morocco(written: str, number: str | None) -> None:
    assert phone_number(written) == number


@pytest.mark.parametrize("name", ["callback", "privacy"])
@pytest.mark.parametrize("writing", WRITINGS)
def test_a_notice_is_given_with_its_version(client: TestClient, name: str, writing: str) -> None:
    body = client.get(f"/api/notices/{name}", params={"language": writing}).json()
    assert body["version"] == notice_in_force(name).version  # type: ignore[arg-type]
    assert "09-08" in body["text"]
    assert "{" not in body["text"]


def test_a_notice_nobody_wrote_is_refused(client: TestClient) -> None:
    assert client.get("/api/notices/cookies").status_code == 422


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_copy_holds_what_was_said_with_sources_and_dates(
    client: TestClient, writing: str
) -> None:
    chat = open_chat(client, writing)
    chat.send("prime Zitoun")
    copy = chat.call("GET", "/transcript.txt")
    assert copy.headers["Content-Type"] == "text/plain; charset=utf-8"
    for held in ("prime Zitoun", "Le Journal de Taza", "https://example.org/zitoun", "2026"):
        assert held in copy.text


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_copy_is_printed_in_every_writing(client: TestClient, writing: str) -> None:
    chat = open_chat(client, writing)
    chat.send("شحال لبريم ديال Fès Shore ؟ 🙂")
    copy = chat.call("GET", "/transcript.pdf")
    assert copy.headers["Content-Type"] == "application/pdf"
    assert copy.content.startswith(b"%PDF")
