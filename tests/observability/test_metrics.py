"""What operators read: metrics for those who may, the state of the parts, and the pause notice."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from database.health import switch_off, switch_on
from database.session import open_session
from tests.gateway.conftest import *  # noqa: F403  the made-up Rasa and its visitors
from tests.gateway.conftest import Chat, MadeUpRasa

LOCAL = ("127.0.0.1", 4000)


def read(client: TestClient, **headers: str) -> str:
    """The metrics as this machine reads them."""
    client._transport.client = LOCAL  # type: ignore[attr-defined]
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return answer.text


def value(text: str, line: str) -> float:
    """The number behind a metric's name and labels."""
    found = [part for part in text.splitlines() if part.startswith(line + " ")]
    assert len(found) == 1, line
    return float(found[0].rsplit(" ", 1)[1])


def test_an_answered_turn_is_counted_by_channel_writing_and_outcome(chat: Chat) -> None:
    line = 'dalil_turns_total{channel="web",outcome="answered",writing="fr"}'
    chat.send("bonjour", "m1")
    before = value(read(chat.client), line)
    chat.send("bonjour", "m2")
    assert value(read(chat.client), line) == before + 1


def test_what_waits_while_rasa_is_away_is_told(chat: Chat, rasa: MadeUpRasa) -> None:
    rasa.away = True
    assert chat.send("bonjour").status_code == 202
    text = read(chat.client)
    assert value(text, "dalil_messages_waiting") == 1
    assert value(text, 'dalil_ready{part="rasa"}') == 0


def test_routes_are_named_by_their_pattern_never_by_a_conversation(chat: Chat) -> None:
    chat.send("bonjour")
    chat.client.get("/nowhere/at/all")
    text = read(chat.client)
    assert "/api/conversations/{conversation_id}/messages" in text
    assert 'route="none"' in text
    assert chat.id not in text


def test_metrics_are_for_this_machine_or_for_the_token(
    client: TestClient, settled: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics").status_code == 404
    client._transport.client = LOCAL  # type: ignore[attr-defined]
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics").status_code == 200


def test_while_the_assistant_is_off_visitors_get_the_notice_and_rasa_nothing(
    chat: Chat, rasa: MadeUpRasa
) -> None:
    with open_session() as session:
        switch_off(session, "Nous revenons lundi.", at=datetime.now(UTC))
    told = chat.send("bonjour", "m1").json()
    assert [message["text"] for message in told["messages"]] == ["Nous revenons lundi."]
    assert rasa.turns == []
    with open_session() as session:
        assert switch_on(session)
        assert not switch_on(session)
    assert chat.send("bonjour", "m2").json()["messages"][0]["text"] == "Vous dites : bonjour"


def test_without_a_notice_of_its_own_the_pause_is_told_in_the_visitors_writing(
    client: TestClient, chat: Chat
) -> None:
    with open_session() as session:
        switch_off(session, "", at=datetime.now(UTC))
    assert "en pause" in chat.send("bonjour").json()["messages"][0]["text"]
