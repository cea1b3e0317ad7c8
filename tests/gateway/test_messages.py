"""Messages: taken once, answered once, in order, whatever happens."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.gateway.conftest import Chat, MadeUpRasa, open_chat


def until(condition: Any, seconds: float = 20) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_a_conversation_opens_with_a_greeting_and_the_privacy_notice(chat: Chat) -> None:
    assert [message["id"] for message in chat.opened["messages"]] == ["greeting-1", "greeting-2"]


def test_a_message_is_answered_and_read_again_in_the_history(chat: Chat) -> None:
    reply = chat.send("bonjour").json()
    assert reply["outcome"] == "answered"
    turn = chat.history()["turns"][0]
    assert (turn["text"], turn["messages"]) == ("bonjour", reply["messages"])


def test_the_same_message_again_gives_the_same_reply(chat: Chat, rasa: MadeUpRasa) -> None:
    assert chat.send("bonjour").json() == chat.send("bonjour").json()
    assert len(rasa.turns) == 1


def test_twenty_copies_at_once_are_answered_once(chat: Chat, rasa: MadeUpRasa) -> None:
    rasa.slow, rasa.timeout = 0.1, 30
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: chat.send("bonjour"), range(20)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 1
    assert len(rasa.turns) == 1
    assert chat.history()["last_event"] == 1


def test_a_second_message_waits_until_the_first_is_answered(chat: Chat, rasa: MadeUpRasa) -> None:
    rasa.slow, rasa.timeout = 0.3, 30
    with ThreadPoolExecutor(4) as pool:
        for number in range(4):
            pool.submit(chat.send, f"question {number}", f"m{number}")
            until(lambda expected=number + 1: len(chat.history()["turns"]) == expected)
    assert [turn["text"] for turn in rasa.turns] == [f"question {n}" for n in range(4)]
    assert rasa.most_at_work == 1


def test_conversations_do_not_wait_for_each_other(client: TestClient, rasa: MadeUpRasa) -> None:
    rasa.slow, rasa.timeout = 0.5, 30
    chats = [open_chat(client) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.send("bonjour"), chats))
    assert rasa.most_at_work > 1


def test_a_message_is_kept_while_the_assistant_is_away_and_answered_later(
    chat: Chat, rasa: MadeUpRasa
) -> None:
    rasa.away = True
    kept = chat.send("bonjour")
    assert kept.status_code == 202
    assert kept.json()["outcome"] is None
    rasa.away = False
    until(lambda: chat.history()["turns"][0]["outcome"] == "answered")
    assert chat.send("bonjour").status_code == 200
    assert len(rasa.turns) == 1


def test_messages_kept_while_away_are_answered_in_order(chat: Chat, rasa: MadeUpRasa) -> None:
    rasa.away = True
    for number in range(3):
        assert chat.send(f"question {number}", f"m{number}").status_code == 202
    rasa.away = False
    assert chat.send("question 3", "m3").status_code == 200
    assert [turn["text"] for turn in rasa.turns] == [f"question {n}" for n in range(4)]


def test_a_message_over_which_rasa_always_stumbles_gets_an_apology_and_blocks_nothing(
    chat: Chat, rasa: MadeUpRasa
) -> None:
    rasa.stumbles_over = "piège"
    assert chat.send("un piège").status_code == 202
    until(lambda: chat.history()["turns"][0]["outcome"] == "failed")
    assert chat.send("bonjour", "m2").status_code == 200


def test_a_button_that_was_shown_may_be_pressed_and_its_title_is_kept(
    chat: Chat, rasa: MadeUpRasa
) -> None:
    button = chat.opened["messages"][1]["buttons"][0]
    body = {"message_id": "m1", "payload": button["payload"]}
    assert chat.call("POST", "/messages", json=body).status_code == 200
    assert rasa.turns[0]["payload"] == button["payload"]
    assert chat.history()["turns"][0]["text"] == button["title"]


@pytest.mark.parametrize("payload", ["/restart", "/erase_confirmed", "/greet", "nothing"])
def test_a_choice_that_was_not_offered_is_refused(
    chat: Chat, rasa: MadeUpRasa, payload: str
) -> None:
    refused = chat.call("POST", "/messages", json={"message_id": "m1", "payload": payload})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_choice")
    assert not rasa.turns


@pytest.mark.parametrize(
    "text",
    [
        "/greet",
        "/restart",
        "/erase_confirmed",
        "'; DROP TABLE turn; --",
        "<script>alert(1)</script>",
        "bon\x00jour",
        "🙂" * 2000,
        "بريم \u202e فاس",
    ],
)
def test_a_strange_text_is_a_text_like_another(chat: Chat, rasa: MadeUpRasa, text: str) -> None:
    assert chat.send(text).status_code == 200
    assert rasa.turns[0]["payload"] is None
    assert rasa.turns[0]["text"] == text.replace("\x00", "")


def test_half_an_emoji_is_dropped_and_the_rest_answered(chat: Chat, rasa: MadeUpRasa) -> None:
    body = b'{"message_id": "m1", "text": "bonjour \\ud83d"}'
    headers = {"Content-Type": "application/json"}
    assert chat.call("POST", "/messages", content=body, headers=headers).status_code == 200
    assert rasa.turns[0]["text"] == "bonjour"


def test_personal_data_is_masked_before_it_is_stored_or_reaches_rasa(
    chat: Chat, rasa: MadeUpRasa
) -> None:
    chat.send("appelez-moi au 06 12 34 56 78, budget 500000 dirhams, loi 47-18")
    expected = "appelez-moi au [phone], budget 500000 dirhams, loi 47-18"
    assert rasa.turns[0]["text"] == expected
    assert chat.history()["turns"][0]["text"] == expected


def test_the_chosen_language_is_that_of_the_next_turns(chat: Chat, rasa: MadeUpRasa) -> None:
    chosen = chat.call("PATCH", json={"language": "ary-Arab"})
    assert chosen.json() == {"conversation_id": chat.id, "language": "ary-Arab"}
    chat.send("salam")
    assert rasa.turns[0]["language"] == "ary-Arab"
    assert chat.call("PATCH", json={"language": "en"}).status_code == 422
