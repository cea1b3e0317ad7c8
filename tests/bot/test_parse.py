"""The route that tells what would be understood of a text: for the gateway's secret alone, keeping nothing."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from bot.channel import GatewayInput

PARSED = {
    "text": "ch7al",
    "intent": {"name": "ask_amount", "confidence": 0.8},
    "intent_ranking": [{"name": "ask_amount", "confidence": 0.8}],
    "entities": [],
    "writing": {"tag": "ary-Latn"},
    "unknown_words": ["boukhayra"],
}


class Processor:
    """Understands everything alike, and writes down what it was given."""

    def __init__(self) -> None:
        self.asked: list = []

    async def parse_message(self, message: Any) -> dict:
        self.asked.append(message.text)
        return PARSED


def parse(body: Any, *, secret: str = "s3", agent: Any = None) -> Any:
    """The status and the answer of the route."""
    blueprint = GatewayInput("s3").blueprint(None)
    handler = next(r.handler for r in blueprint._future_routes if r.uri == "/parse")
    request = SimpleNamespace(
        headers={"authorization": f"Bearer {secret}"},
        json=body,
        app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)),
    )
    answer = asyncio.run(handler(request))
    return answer.status, json.loads(answer.body)


def ready() -> Any:
    return SimpleNamespace(is_ready=lambda: True, processor=Processor())


def test_it_tells_the_readings_and_the_unknown_words() -> None:
    status, said = parse({"text": "ch7al boukhayra"}, agent=ready())
    assert status == 200
    assert said["intent"]["name"] == "ask_amount"
    assert said["writing"] == {"tag": "ary-Latn"}
    assert said["unknown_words"] == ["boukhayra"]


def test_a_command_or_an_intent_is_read_as_plain_text() -> None:
    agent = ready()
    parse({"text": " /restart "}, agent=agent)
    parse({"text": "/"}, agent=agent)
    assert agent.processor.asked == ["restart", "?"]


def test_a_wrong_secret_is_refused_before_anything_is_read() -> None:
    agent = ready()
    assert parse({"text": "salam"}, secret="wrong", agent=agent)[0] == 403
    assert agent.processor.asked == []


def test_what_is_no_text_is_refused_and_without_a_model_it_says_so() -> None:
    for body in (None, [], {}, {"text": 3}, "salam"):
        assert parse(body, agent=ready())[0] == 422
    assert parse({"text": "salam"}, agent=None)[0] == 503
