"""What people live: first contact, stopping, erasing, voice and pictures, feedback, two devices."""

from typing import Any

import pytest
from sqlalchemy import func, select

from answers.greeting import topics
from database.session import open_session
from database.tables import Conversation, Erasure, Feedback, Turn
from database.vocabulary import WRITINGS
from database.whatsapp import InboxMessage, OutboxMessage, Person, encrypt_people_again
from gateway.erasure import ERASE_CONFIRMED
from gateway.whatsapp.controls import code_in, command_in, read_code
from gateway.whatsapp.rendering import choice_id
from tests.gateway.whatsapp.conftest import PHONE, Line, payload_of
from tests.gateway.whatsapp.test_sending import texts
from tests.whatsapp_stand_in import webhooks


def count(table: type) -> int:
    with open_session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def titles(body: dict[str, Any]) -> list[str]:
    action = body["interactive"]["action"]
    if "buttons" in action:
        return [button["reply"]["title"] for button in action["buttons"]]
    return [row["title"] for row in action["sections"][0]["rows"]]


def test_the_first_answer_comes_with_the_privacy_notice_in_the_same_writing(line: Line) -> None:
    first, second = line.write("السلام")
    assert "حبس" in first["text"]["body"]
    assert second["text"]["body"] == "« السلام »"
    assert len(line.write("شكرا")) == 1


@pytest.mark.parametrize(
    ("text", "writing"),
    [
        ("STOP", "fr"),
        ("stop.", "fr"),
        ("Arrêt", "fr"),
        ("حبس", "ary-Arab"),
        ("حبــس !", "ary-Arab"),
        ("7bess", "ary-Latn"),
    ],
)
def test_people_stop_it_in_their_writing(text: str, writing: str) -> None:
    assert command_in(text, "fr") == ("stop", writing)


@pytest.mark.parametrize(
    "text", ["supprimer mes données", "مسح بياناتي", "mse7 lbayanat dyali", "Mse7 lbayanat dyali."]
)
def test_people_erase_in_their_writing(text: str) -> None:
    found = command_in(text, "fr")
    assert found is not None and found[0] == "erase"


@pytest.mark.parametrize(
    "text", ["stop aux impôts, quelle aide ?", "kifach nbda lmachrou3", "كيفاش نبدا", "", "🙂"]
)
def test_words_of_control_count_only_alone(text: str) -> None:
    assert command_in(text, "fr") is None


def test_after_stop_nothing_is_said_until_start(line: Line) -> None:
    line.write("Bonjour")
    (confirmed,) = line.write("STOP")
    assert titles(confirmed) == ["Reprendre"]
    assert line.write("STOP") == []
    assert line.write("combien ?") == []
    assert [turn["text"] for turn in line.rasa.heard] == ["Bonjour"]
    (again,) = line.write("start")
    assert "retrouver" in texts([again])[0]
    assert texts(line.write("combien ?")) == ["« combien ? »"]


def test_stop_at_first_contact_is_all_that_happens(line: Line) -> None:
    assert len(line.write("حبس")) == 1


def test_erasing_asks_first_then_erases_all_and_gives_a_receipt(line: Line) -> None:
    line.write("Bonjour")
    (asked,) = line.write("supprimer mes données")
    assert titles(asked) == ["Tout effacer", "Ne rien effacer"]
    assert texts(line.press("wa:keep")) == ["D'accord, rien n'est effacé. Autre chose ?"]
    conversation = line.rasa.heard[0]["conversation"]
    (receipt,) = line.press(choice_id(ERASE_CONFIRMED))
    with open_session() as session:
        erasure = session.scalars(select(Erasure)).one()
        assert erasure.id in receipt["text"]["body"]
    assert line.rasa.forgotten == [conversation]
    tables = (Person, InboxMessage, OutboxMessage, Turn, Conversation)
    assert [count(table) for table in tables] == [0] * 5


def test_a_late_copy_of_the_erasing_message_does_nothing(line: Line) -> None:
    line.write("Bonjour")
    content = {
        "type": "button_reply",
        "button_reply": {"id": choice_id(ERASE_CONFIRMED), "title": "x"},
    }
    payload = webhooks.webhook(webhooks.message({"from": PHONE}, "interactive", content))
    for _ in range(3):
        line.bring(payload)
        line.work()
    assert len(line.meta.said_to(PHONE)) == 3  # notice, answer, receipt
    assert count(Person) == 0


def test_whoever_comes_back_after_an_erasure_begins_anew(line: Line) -> None:
    line.write("Bonjour")
    line.press(choice_id(ERASE_CONFIRMED))
    assert len(line.write("C'est encore moi")) == 2  # the notice again
    first, second = (turn["conversation"] for turn in line.rasa.heard)
    assert first != second


@pytest.mark.parametrize(
    "kind", ["image", "audio", "video", "document", "sticker", "contacts", "unsupported", "order"]
)
def test_what_cannot_be_read_gets_a_polite_answer_with_choices(line: Line, kind: str) -> None:
    line.bring(payload_of(kind))
    line.work()
    assert titles(line.meta.sent[-1].payload) == [button.title for button in topics("fr")]
    assert line.rasa.heard == []


@pytest.mark.parametrize("writing", WRITINGS)
def test_polite_answers_follow_the_writing_of_the_person(line: Line, writing: str) -> None:
    line.write("Bonjour" if writing == "fr" else "السلام")
    line.bring(payload_of("audio"))
    line.work()
    said = texts([line.meta.sent[-1].payload])[0]
    assert ("vocaux" in said) == (writing == "fr")


def test_a_caption_is_answered_as_a_question(line: Line) -> None:
    line.bring(payload_of("image_with_caption"))
    line.work()
    assert line.rasa.heard[0]["text"] == "c'est quoi cette aide ?"


def test_a_location_is_told_to_the_assistant_as_a_province_and_no_closer(line: Line) -> None:
    line.bring(payload_of("location"))
    line.work()
    assert line.rasa.heard[0]["text"] == "Taza"
    assert "34.2" not in str(line.rasa.heard)


def test_a_choice_sends_the_payload_it_was_offered_with(line: Line) -> None:
    choice = {"title": "Conditions", "payload": '/ask_conditions{"subject": "idmaj"}'}
    line.rasa.replies["idmaj"] = [{"buttons": [choice]}]
    line.write("idmaj")
    line.press(choice_id(choice["payload"]), "Conditions")
    assert line.rasa.heard[-1]["payload"] == choice["payload"]
    assert line.rasa.heard[-1]["text"] == "Conditions"


def test_a_choice_that_was_never_offered_is_read_by_its_title(line: Line) -> None:
    line.press(choice_id('/ask_conditions{"subject": "idmaj"}'), "Conditions")
    assert line.rasa.heard[-1]["payload"] is None
    assert line.rasa.heard[-1]["text"] == "Conditions"


def test_voir_plus_shows_the_rest_without_asking_the_assistant(line: Line) -> None:
    choices = [{"title": f"Zone {n}", "payload": f"/z{n}"} for n in range(14)]
    line.rasa.replies["zones"] = [{"buttons": choices}]
    shown = line.write("zones")[-1]
    more = shown["interactive"]["action"]["sections"][0]["rows"][-1]
    (rest,) = line.press(more["id"], more["title"])
    assert titles(rest) == [f"Zone {n}" for n in range(9, 14)]
    assert len(line.rasa.heard) == 1


@pytest.mark.parametrize(("emoji", "verdict"), [("👍", "helpful"), ("👎🏽", "not_helpful")])
def test_a_thumb_on_an_answer_is_feedback(line: Line, emoji: str, verdict: str) -> None:
    line.write("Bonjour")
    target = line.meta.sent[-1].wamid
    reaction = {"message_id": target, "emoji": emoji}
    line.bring(webhooks.webhook(webhooks.message({"from": PHONE}, "reaction", reaction)))
    line.work()
    with open_session() as session:
        assert session.scalars(select(Feedback.verdict)).all() == [verdict]
    assert len(line.meta.sent) == (2 if verdict == "helpful" else 3)


def test_nobody_rates_the_answers_of_another(line: Line) -> None:
    line.write("Bonjour")
    target = line.meta.sent[-1].wamid
    reaction = {"message_id": target, "emoji": "👎"}
    line.bring(webhooks.webhook(webhooks.message({"from": "212670000000"}, "reaction", reaction)))
    line.work()
    assert count(Feedback) == 0


def test_a_message_too_long_is_told_so(line: Line) -> None:
    said = line.write("x" * 2001)
    assert "2000" in texts(said)[-1]


def test_from_the_website_to_the_phone_after_consent_and_back(line: Line) -> None:
    opened = line.client.post("/api/conversations", json={"language": "fr"}).json()
    address = f"/api/conversations/{opened['conversation_id']}"
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    code = line.client.post(f"{address}/whatsapp-code", json={}, headers=bearer).json()
    assert code["link"].startswith("https://wa.me/212535000000?text=DALIL-")
    line.write("Bonjour")
    (asked,) = line.write(code["code"])
    assert titles(asked) == ["Oui, continuer", "Non"]
    consent = asked["interactive"]["action"]["buttons"][0]["reply"]["id"]
    line.press(consent)
    line.write("et ici ?")
    assert line.rasa.heard[-1]["conversation"] == opened["conversation_id"]
    assert "plus valable" in texts(line.write(code["code"]))[0]

    (told,) = line.write("continuer sur le site")
    typed = told["text"]["body"].split("*")[1]
    back = line.client.post("/api/continuations", json={"code": typed.lower()})
    assert back.status_code == 201
    assert back.json()["conversation_id"] == opened["conversation_id"]
    history = line.client.get(
        f"{address}/messages", headers={"Authorization": f"Bearer {back.json()['token']}"}
    ).json()
    assert history["turns"][-1]["text"] == "et ici ?"
    assert line.client.post("/api/continuations", json={"code": typed}).status_code == 404

    line.press(choice_id(ERASE_CONFIRMED))
    assert count(Conversation) == 0  # the one before joining too


def test_codes_are_read_kindly() -> None:
    assert code_in("Dalil 7k2m 9pxa") == "7K2M9PXA"
    assert read_code("7k2m-9pxO") == "7K2M9PX0"
    assert code_in("DALIL c'est quoi ?") is None


def test_identities_survive_a_change_of_keys(
    line: Line, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    import json

    from cryptography.fernet import Fernet

    from database import encryption
    from settings import settings

    line.write("Bonjour")
    old, new = settings().contact_key_file.read_text(), Fernet.generate_key().decode()
    for keys in ([new, old], [new]):
        monkeypatch.setenv("DALIL_CONTACT_KEYS", json.dumps(keys))
        settings.cache_clear()
        encryption._cipher.cache_clear()
        with open_session() as session:
            assert encrypt_people_again(session) == 1
    assert texts(line.write("encore")) == ["« encore »"]
    assert len({turn["conversation"] for turn in line.rasa.heard}) == 1
    encryption._cipher.cache_clear()
