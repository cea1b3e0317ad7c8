"""A visitor reaches neither Rasa nor the actions nor the staff: by no word, and by no port."""

import re

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from settings import ROOT
from tests.gateway.conftest import *  # noqa: F403  the made-up Rasa and its visitors
from tests.gateway.conftest import Chat, MadeUpRasa

COMMANDS = st.sampled_from(
    [
        "/restart",
        "/session_start",
        "/back",
        '/inform{"province": "fes"}',
        "/erase_confirmed",
        "/action_answer",
        "/EXTERNAL: remind",
        "@dalil /restart",
        "\u200f/restart",
        "\u2066/restart",
        "／restart",
        '/staff{"role":"admin"}',
    ]
)
PRIVATE = ("rasa", "actions")


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit of rate: it is not what refuses here."""
    monkeypatch.setenv("DALIL_RATE_PER_CONVERSATION", "100000/minute")
    monkeypatch.setenv("DALIL_RATE_PER_ADDRESS", "100000/minute")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.one_of(COMMANDS, st.text(max_size=60).map(lambda text: "/" + text)))
def test_a_typed_command_reaches_rasa_as_text_alone(
    chat: Chat, rasa: MadeUpRasa, text: str
) -> None:
    rasa.turns.clear()
    chat.send(text, f"m{abs(hash(text))}")
    assert all(turn["payload"] is None for turn in rasa.turns)
    assert all(turn["conversation"] == chat.id for turn in rasa.turns)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(COMMANDS, st.text(min_size=1, max_size=60)))
def test_a_payload_that_no_button_offered_reaches_nobody(
    chat: Chat, rasa: MadeUpRasa, payload: str
) -> None:
    offered = {
        button["payload"] for message in chat.opened["messages"] for button in message["buttons"]
    }
    rasa.turns.clear()
    answer = chat.call(
        "POST", "/messages", json={"message_id": f"p{abs(hash(payload))}", "payload": payload}
    )
    if payload not in offered:
        assert answer.status_code in (400, 403, 409, 422)
        assert rasa.turns == []


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/gateway/turn",
        "/webhooks/gateway/health",
        "/webhooks/rest/webhook",
        "/webhook",
        "/model/parse",
        "/conversations/default/tracker",
        "/domain",
        "/status",
        "/actions",
    ],
)
def test_calls_of_rasa_and_of_the_actions_are_none_of_ours(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code in (404, 405)


def test_rasa_and_the_actions_listen_on_this_machine_alone() -> None:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    rasa = next(line for line in lines if line.startswith("rasa:"))
    assert "--interface 127.0.0.1" in rasa
    assert "--enable-api" not in rasa
    variables = (ROOT / "launch" / "run.py").read_text("utf-8")
    assert '"SANIC_HOST": "127.0.0.1"' in variables


def test_containers_publish_no_port_of_the_sealed_room() -> None:
    services = YAML(typ="safe").load((ROOT / "deploy" / "compose.yml").read_text("utf-8"))
    for name, service in services["services"].items():
        if re.match("|".join(PRIVATE), name):
            assert "ports" not in service, name


def test_only_the_gateway_channel_is_open_in_rasa() -> None:
    channels = YAML(typ="safe").load((ROOT / "credentials.yml").read_text("utf-8"))
    assert list(channels) == ["bot.channel.GatewayInput"]
