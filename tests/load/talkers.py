"""People in threads who talk with the public API and send again what was cut off, as the widget does.

For runs in which parts fail or grow: what they saw is counted. `visitors` measures speed instead.
"""

import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import requests
from ruamel.yaml import YAML

SCRIPTS: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).with_name("conversations.yml").read_text("utf-8")
)
PATIENCE_SECONDS = 15
RETRY_SECONDS = 0.5
LEAVING = 0.2


@dataclass(frozen=True)
class Held:
    """A conversation and the key to it."""

    id: str
    token: str

    @property
    def path(self) -> str:
        """Its address."""
        return f"/api/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """What shows that it is ours."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Tally:
    """What was seen: the status of every call, seconds of every turn, the messages taken in."""

    statuses: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    taken_in: dict[Held, list[str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def note(self, status: str) -> None:
        """Count one call."""
        with self.lock:
            self.statuses[status] += 1

    def note_turn(self, held: Held, message: str, answer: requests.Response, took: float) -> None:
        """Count a message that the server said it has."""
        with self.lock:
            self.statuses[str(answer.status_code)] += 1
            self.outcomes[answer.json().get("outcome") or "kept"] += 1
            self.seconds.append(took)
            self.taken_in.setdefault(held, []).append(message)


class Talker(Thread):
    """One person after another at one screen: opens a conversation, asks, pauses, begins anew."""

    def __init__(
        self, addresses: tuple[str, ...], tally: Tally, stop: Event, *, seed: int, pause: float
    ) -> None:
        super().__init__(daemon=True)
        self.addresses, self.tally, self.stop = addresses, tally, stop
        self.chance, self.pause = random.Random(seed), pause

    def run(self) -> None:
        """Talk until told to stop."""
        while not self.stop.is_set():
            script = self.chance.choice(SCRIPTS)
            held = self._open(script["writing"])
            if held is None:
                self.stop.wait(RETRY_SECONDS)
                continue
            for text in script["says"]:
                if self.stop.is_set():
                    return
                self._say(held, text)
                self.stop.wait(self.chance.uniform(0.5, 1.5) * self.pause)
            if self.chance.random() < LEAVING:
                self._leave(held)

    def _open(self, writing: str) -> Held | None:
        answer = self._call("open ", "POST", "/api/conversations", json={"language": writing})
        if answer is None or answer.status_code != 201:
            return None
        body = answer.json()
        return Held(body["conversation_id"], body["token"])

    def _say(self, held: Held, text: str) -> None:
        message = uuid.uuid4().hex
        while not self.stop.is_set():
            started = time.perf_counter()
            answer = self._send(
                "POST",
                f"{held.path}/messages",
                json={"message_id": message, "text": text},
                headers=held.headers,
            )
            if isinstance(answer, requests.Response) and answer.status_code in (200, 202):
                took = time.perf_counter() - started
                return self.tally.note_turn(held, message, answer, took)
            seen = answer if isinstance(answer, str) else str(answer.status_code)
            self.tally.note(seen)
            self.stop.wait(RETRY_SECONDS)

    def _leave(self, held: Held) -> None:
        """Some take the transcript along, then have all erased."""
        self._call("pdf ", "GET", f"{held.path}/transcript.pdf", headers=held.headers)
        gone = self._call("erase ", "DELETE", held.path, headers=held.headers)
        if gone is not None and gone.status_code == 200:
            with self.tally.lock:
                self.tally.taken_in.pop(held, None)

    def _call(self, what: str, method: str, path: str, **options: Any) -> requests.Response | None:
        answer = self._send(method, path, **options)
        self.tally.note(what + (answer if isinstance(answer, str) else str(answer.status_code)))
        return None if isinstance(answer, str) else answer

    def _send(self, method: str, path: str, **options: Any) -> requests.Response | str:
        """The answer, or the name of what went wrong on the way."""
        address = self.chance.choice(self.addresses)
        try:
            return requests.request(method, address + path, timeout=PATIENCE_SECONDS, **options)
        except requests.RequestException as error:
            return type(error).__name__
