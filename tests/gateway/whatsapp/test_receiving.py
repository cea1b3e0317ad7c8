"""What comes in: recorded payloads of every kind, and what must be turned away."""

import json
import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from database.session import open_session
from database.whatsapp import InboxMessage, OutboxMessage, Person, Seen
from gateway.whatsapp.places import nearest_province
from gateway.whatsapp.receiving import Incoming, Received, received
from tests.gateway.whatsapp.conftest import PAYLOADS, PHONE, Line, payload_of
from tests.whatsapp_stand_in import webhooks

NUMBER = "106540352242922"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
EXPECTED = {
    "text": {"kind": "text", "text": "chno hiya lprime dyal Taza ?"},
    "text_phone_only": {"kind": "text", "phone": PHONE, "user_id": None},
    "text_user_id_only": {"phone": None, "user_id": "MA.13491208655302741918"},
    "text_user_id_in_contact": {"phone": None, "user_id": "MA.13491208655302741918"},
    "text_quoting": {"kind": "text", "text": "et à Meknès ?"},
    "button_reply": {"kind": "choice", "choice": "5f2a", "text": "Conditions"},
    "list_reply": {"kind": "choice", "choice": "5f2b", "text": "Taza"},
    "flow_reply": {"kind": "text", "text": "textile, 12"},
    "template_button": {"kind": "choice", "choice": "5f2c", "text": "Me rappeler demain"},
    "image": {"kind": "image", "text": ""},
    "image_with_caption": {"kind": "image", "text": "c'est quoi cette aide ?"},
    "audio": {"kind": "audio"},
    "video": {"kind": "video"},
    "document": {"kind": "document"},
    "sticker": {"kind": "sticker"},
    "location": {"kind": "location", "latitude": 34.2133},
    "contacts": {"kind": "contacts"},
    "reaction": {"kind": "reaction", "emoji": "👍"},
    "reaction_removed": {"kind": "reaction", "emoji": ""},
    "system": {"kind": "system", "new_phone": "212677654321"},
    "unsupported": {"kind": "unsupported"},
    "order": {"kind": "unsupported"},
}


def read(payload: dict[str, object]) -> Received:
    return received(payload, NUMBER, now=NOW)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_kind_of_message_is_read(name: str) -> None:
    (incoming,) = read(payload_of(name)).messages
    assert isinstance(incoming, Incoming)
    for field, value in EXPECTED[name].items():
        assert getattr(incoming, field) == value, field


def test_every_recorded_message_has_an_expectation() -> None:
    recorded = {path.stem for path in PAYLOADS.glob("*.json")}
    assert recorded == set(EXPECTED) | {
        "several_entries",
        *(f"status_{name}" for name in ("sent", "delivered", "read", "failed")),
    }


@pytest.mark.parametrize("name", ["sent", "delivered", "read", "failed"])
def test_each_status_is_read(name: str) -> None:
    (status,) = read(payload_of(f"status_{name}")).statuses
    assert (status.status, status.key) == (name, "key-1")
    assert status.code == (131026 if name == "failed" else None)


def test_every_message_of_every_change_of_every_entry_is_read() -> None:
    found = read(payload_of("several_entries"))
    assert [m.text for m in found.messages] == ["un", "deux", "trois", "quatre"]
    assert len(found.statuses) == 1
    assert found.skipped == 1  # account_update


def test_messages_of_another_number_are_skipped() -> None:
    assert received(payload_of("text"), "another", now=NOW) == Received(skipped=1)


@pytest.mark.parametrize("missing", ["id", "type", "from"])
def test_a_message_without_what_it_needs_is_skipped_and_counted(missing: str) -> None:
    payload = payload_of("text_phone_only")
    message = payload["entry"][0]["changes"][0]["value"]["messages"][0]
    del message[missing]
    if missing == "from":
        del payload["entry"][0]["changes"][0]["value"]["contacts"]
    found = read(payload)
    assert (found.messages, found.skipped) == ([], 1)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"object": "page"},
        {"object": "whatsapp_business_account", "entry": "no list"},
        {"object": "whatsapp_business_account", "entry": [None, 5, {"changes": [{"field": 3}]}]},
    ],
)
def test_odd_shapes_bring_nothing(odd: dict[str, object]) -> None:
    assert read(odd).messages == []


def test_unknown_fields_are_ignored() -> None:
    payload = payload_of("text")
    payload["new_in_2027"] = {"deep": [1]}
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["new"] = "field"
    assert len(read(payload).messages) == 1


def test_a_timestamp_to_come_counts_as_now() -> None:
    payload = payload_of("text")
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = "9" * 30
    assert read(payload).messages[0].sent_at == NOW


@pytest.mark.parametrize(
    ("where", "province"),
    [
        ((34.034, -5.000), "fes"),
        ((34.2133, -4.0088), "taza"),
        ((33.05, -3.99), "boulemane"),
        ((33.93, -5.22), "el_hajeb"),
        ((33.57, -7.59), None),
        ((34.26, -6.58), None),
    ],
)
def test_a_location_chooses_the_nearest_province(
    where: tuple[float, float], province: str | None
) -> None:
    assert nearest_province(*where) == province


# The door.


def rows(table: type) -> int:
    with open_session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_address_is_verified_with_the_right_word_only(line: Line) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "42"}
    good = line.client.get("/webhooks/whatsapp", params=asked)
    assert (good.status_code, good.text) == (200, "42")
    for wrong in ({"hub.verify_token": "x"}, {"hub.mode": "other"}, {"hub.verify_token": ""}):
        refused = line.client.get("/webhooks/whatsapp", params=asked | wrong)
        assert refused.status_code == 403
        assert "42" not in refused.text


def test_a_message_is_stored_before_it_is_acknowledged(line: Line) -> None:
    response = line.bring(payload_of("text"))
    assert response.status_code == 200
    assert response.json() == {"messages": 1, "known": 0, "statuses": 0, "skipped": 0}
    assert rows(InboxMessage) == 1
    assert line.meta.sent == []


@pytest.mark.parametrize("signature", [None, "", "sha256=00", "sha1=abc", "sha256=é"])
def test_a_body_not_signed_by_meta_is_turned_away(line: Line, signature: str | None) -> None:
    body = json.dumps(payload_of("text")).encode()
    headers = {"X-Hub-Signature-256": signature.encode()} if signature is not None else {}
    response = line.client.post("/webhooks/whatsapp", content=body, headers=headers)
    assert response.status_code == 401
    assert rows(InboxMessage) == rows(Seen) == 0


def test_a_changed_body_is_turned_away(line: Line) -> None:
    body, headers = webhooks.signed(payload_of("text"), "app-secret")
    changed = body.replace(b"Taza", b"Fes!")
    assert (
        line.client.post("/webhooks/whatsapp", content=changed, headers=headers).status_code == 401
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe{}", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b"[" * 100_000, 400),
        (b'{"entry": ' + b"9" * 5000 + b"}", 400),
        (b"x" * 10_000_000, 413),
    ],
    ids=["not-utf8", "not-json", "no-object", "deep-object", "deep-list", "huge-number", "10-MB"],
)
def test_an_unreadable_body_is_turned_away(line: Line, body: bytes, status: int) -> None:
    assert line.bring(body).status_code == status
    assert rows(InboxMessage) == 0


def test_nothing_that_identifies_a_person_is_logged(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    line.bring(payload_of("several_entries"))
    line.bring(payload_of("text"), secret="wrong")
    line.meta.plan.append((131026, 400))
    line.work()
    for secret in (PHONE, "MA.1349", "wamid.", "Fatima", "lprime", "quatre"):
        assert secret not in caplog.text


def test_phone_numbers_reach_neither_rasa_nor_a_plain_column(line: Line) -> None:
    line.write("Bonjour")
    assert PHONE not in json.dumps(line.rasa.heard)
    import base64

    phone_in_wamid = base64.b64encode(PHONE.encode()).decode()[:12]
    with open_session() as session:
        connection = session.connection()
        for table in (
            "whatsapp_person",
            "whatsapp_inbox",
            "whatsapp_outbox",
            "turn",
            "conversation",
        ):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                assert PHONE not in str(row), table
                assert phone_in_wamid not in str(row), table


def test_what_people_write_is_masked_before_it_is_stored_as_a_turn(line: Line) -> None:
    line.write("appelez-moi au 0661234567")
    assert "0661234567" not in line.rasa.heard[0]["text"]


def test_the_same_message_is_taken_in_once(line: Line) -> None:
    for _ in range(4):
        line.bring(payload_of("text"))
    line.work()
    assert len(line.rasa.heard) == 1
    line.bring(payload_of("text"))
    line.work()
    assert len(line.rasa.heard) == 1


def test_the_same_message_twice_in_one_request_is_taken_in_once(line: Line) -> None:
    message = webhooks.text({"from": PHONE}, "Bonjour")
    response = line.bring(webhooks.webhook(message, message))
    assert response.json()["messages"] == 1


def test_messages_are_answered_in_the_order_they_were_sent(line: Line) -> None:
    sender = {"from": PHONE}
    for second in (3, 1, 2):
        line.bring(
            webhooks.webhook(
                webhooks.text(sender, f"n{second}", timestamp=str(1795000000 + second))
            )
        )
    line.work()
    assert [turn["text"] for turn in line.rasa.heard] == ["n1", "n2", "n3"]


def test_a_person_known_by_number_and_user_id_is_one_person(line: Line) -> None:
    line.bring(payload_of("text_phone_only"))
    line.bring(payload_of("text"))
    line.bring(payload_of("text_user_id_only"))
    line.work()
    assert rows(Person) == 1
    assert len({turn["conversation"] for turn in line.rasa.heard}) == 1


def test_a_person_without_a_number_is_answered_through_recipient(line: Line) -> None:
    line.bring(payload_of("text_user_id_only"))
    line.work()
    assert line.meta.dropped == []
    assert all("to" not in sent.payload for sent in line.meta.sent)
    assert {sent.to for sent in line.meta.sent} == {"MA.13491208655302741918"}


def test_a_number_that_changed_hands_does_not_open_the_conversation_of_its_former_holder(
    line: Line,
) -> None:
    first = {"from": PHONE, "from_user_id": "MA.1"}
    second = {"from": PHONE, "from_user_id": "MA.2"}
    line.bring(webhooks.webhook(webhooks.text(first, "un")))
    line.bring(webhooks.webhook(webhooks.text(second, "deux")))
    line.work()
    conversations = [turn["conversation"] for turn in line.rasa.heard]
    assert len(set(conversations)) == 2


def test_a_new_number_of_a_person_keeps_the_conversation(line: Line) -> None:
    line.bring(payload_of("text_phone_only"))
    line.bring(payload_of("system"))
    line.work()
    line.write("encore moi", phone="212677654321")
    assert len({turn["conversation"] for turn in line.rasa.heard}) == 1
    assert line.meta.sent[-1].to == "212677654321"


def test_off_without_configuration(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    monkeypatch.setenv("WHATSAPP_APP_SECRET", "")
    settings.cache_clear()
    assert line.bring(payload_of("text")).status_code == 404
    assert line.client.get("/readyz").json()["whatsapp"] == "off"


def test_outbox_holds_nothing_readable_once_sent(line: Line) -> None:
    line.write("Bonjour")
    with open_session() as session:
        assert set(session.scalars(select(OutboxMessage.body))) == {None}
        assert set(session.scalars(select(InboxMessage.content))) == {None}
