"""Visitors for locust: each holds one conversation after another and waits for every answer.

`tests.load.load` starts it; what to speak to, and how, comes in the variables `VISITORS_…`. Each
answered turn is one line of the output: moment, milliseconds, turn of the conversation, error.
"""

import csv
import itertools
import os
import random
import time
import uuid
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant, events, task

from tests.load.visitors_say import conversation, long_conversation, questions, scripts

addresses = itertools.cycle(os.environ["VISITORS_ADDRESSES"].split(","))
lines: list[tuple[float, float, int, str]] = []
numbers = itertools.count()


def sayings(number: int) -> list[str]:
    """What is said in the conversation with this number."""
    turns = os.environ.get("VISITORS_LONG")
    return long_conversation(int(turns)) if turns else conversation(number)


class Visitor(FastHttpUser):
    """One person at a time; what differs between the doors is how a turn is sent."""

    abstract = True
    wait_time = constant(float(os.environ.get("VISITORS_THINKING", "0")))
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        """Nothing is said yet; who thinks between messages does not come in step with others."""
        self.left: list[str] = []
        self.turn = 0
        thinking = float(os.environ.get("VISITORS_THINKING", "0"))
        time.sleep(random.uniform(0, thinking))

    @task
    def say_next(self) -> None:
        """One turn; a new conversation when the last is over."""
        if not self.left:
            self.left, self.turn = sayings(next(numbers)), 0
            self.address = next(addresses)
            self.open()
        self.turn += 1
        text = self.left.pop(0)
        started = time.perf_counter()
        try:
            error = self.say(text)
        except Exception as failure:
            error = type(failure).__name__
        lines.append((time.time(), 1000 * (time.perf_counter() - started), self.turn, error))

    def open(self) -> None:
        """Begin a conversation."""
        self.conversation = str(uuid.uuid4())

    def say(self, text: str) -> str:
        """Send a turn and await its answer; what was wrong with it, or nothing."""
        raise NotImplementedError

    def post(self, path: str, body: dict[str, Any], token: str = "") -> Any:
        """Send JSON; the response."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.post(f"{self.address}{path}", json=body, headers=headers, name="turn")


class AtThePublicDoor(Visitor):
    """Through the gateway: limits, masking, inbox, log."""

    abstract = os.environ["VISITORS_DOOR"] != "public"

    def open(self) -> None:
        """Ask for a conversation and its token."""
        opened = self.post("/api/conversations", {}).json()
        self.conversation, self.token = opened["conversation_id"], opened["token"]

    def say(self, text: str) -> str:
        """A message of the website."""
        body = {"message_id": f"m{self.turn}", "text": text}
        answer = self.post(f"/api/conversations/{self.conversation}/messages", body, self.token)
        if answer.status_code != 200:
            return f"status {answer.status_code}"
        return "failed" if answer.json()["outcome"] == "failed" else ""


class AtTheRoomsDoor(Visitor):
    """At Rasa's own door, `bot/channel.py`, as the gateway speaks to it."""

    abstract = os.environ["VISITORS_DOOR"] != "room"

    def say(self, text: str) -> str:
        """A turn, alternately sent to each of the Rasa processes."""
        body = {
            "conversation": self.conversation,
            "message_id": f"m{self.turn}",
            "channel": "web",
            "text": text,
        }
        self.address = next(addresses)
        answer = self.post("/webhooks/gateway/turn", body, os.environ["VISITORS_SECRET"])
        if answer.status_code != 200:
            return f"status {answer.status_code}"
        return "failed" if answer.json()["outcome"] == "failed" else ""


class AtStockRasa(Visitor):
    """At the REST channel that Rasa brings."""

    abstract = os.environ["VISITORS_DOOR"] != "rest"

    def say(self, text: str) -> str:
        """A message of Rasa's REST channel."""
        body = {"sender": self.conversation, "message": text}
        answer = self.post("/webhooks/rest/webhook", body)
        if answer.status_code != 200:
            return f"status {answer.status_code}"
        return "" if answer.json() else "no answer"


@events.init.add_listener
def get_ready(environment: Any, **_: Any) -> None:
    """Read everything that is said before the clock runs; gevent's clock stood still meanwhile."""
    for script in scripts():
        questions(script["writing"])
    gevent.get_hub().loop.update_now()


@events.quitting.add_listener
def write_lines(environment: Any, **_: Any) -> None:
    """Keep what was measured."""
    with Path(os.environ["VISITORS_OUTPUT"]).open("w", newline="") as file:
        csv.writer(file).writerows(lines)
