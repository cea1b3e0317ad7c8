"""The public door with a made-up Rasa behind it."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway import limits
from gateway.app import create_app
from gateway.rasa_client import AssistantAway, AssistantStumbled


@dataclass
class MadeUpRasa:
    """Answers each turn by repeating it; can be away, slow, or stumble over a text."""

    timeout: float = 1.0
    away: bool = False
    slow: float = 0.0
    stumbles_over: str | None = None
    buttons: list[dict[str, str]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    remembered: set[str] = field(default_factory=set)
    at_work: int = 0
    most_at_work: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, turn: dict[str, Any]) -> dict[str, Any]:
        """The turn repeated, in its conversation's writing."""
        if self.away:
            raise AssistantAway("away")
        if self.stumbles_over and self.stumbles_over in (turn["text"] or ""):
            raise AssistantStumbled("status 500")
        with self.lock:
            self.turns.append(turn)
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        time.sleep(self.slow)
        with self.lock:
            self.at_work -= 1
            self.remembered.add(turn["conversation"])
        return {
            "language": turn["language"],
            "outcome": "answered",
            "understood": {"intent": {"name": "ask_amount", "confidence": 0.9}},
            "messages": [
                {
                    "text": f"Vous dites : {turn['text']}",
                    "language": turn["language"],
                    "direction": "rtl" if turn["language"] == "ary-Arab" else "ltr",
                    "buttons": self.buttons,
                    "card": None,
                    "sources": [
                        {
                            "title": "Le Journal de Taza",
                            "url": "https://example.org/zitoun",
                            "published": "2025-07-03",
                            "checked_on": "2026-11-23",
                        }
                    ],
                    "certainty": "single-press",
                }
            ],
        }

    def forget(self, conversation_id: str) -> None:
        """Forget a conversation."""
        if self.away:
            raise AssistantAway("away")
        self.forgotten.append(conversation_id)
        self.remembered.discard(conversation_id)

    def is_ready(self) -> bool:
        """Whether it is there."""
        return not self.away

    def model(self) -> str | None:
        """The model's name, while it is there."""
        return None if self.away else "made-up"


@dataclass
class Chat:
    """A visitor with an open conversation."""

    client: TestClient
    id: str
    token: str
    opened: dict[str, Any]

    @property
    def path(self) -> str:
        """The address of the conversation."""
        return f"/api/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """What shows that it is ours."""
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str = "", **content: Any) -> Any:
        """Call the API on this conversation."""
        headers = self.headers | content.pop("headers", {})
        return self.client.request(method, self.path + path, headers=headers, **content)

    def send(self, text: str, message_id: str = "m1") -> Any:
        """Send a text."""
        return self.call("POST", "/messages", json={"message_id": message_id, "text": text})

    def history(self) -> dict[str, Any]:
        """The conversation so far."""
        return dict(self.call("GET", "/messages").json())


@pytest.fixture
def rasa() -> MadeUpRasa:
    """The made-up Rasa."""
    return MadeUpRasa()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> pytest.MonkeyPatch:
    """Settings of the tests; what a test changes must come before the application is made."""
    monkeypatch.setenv("DALIL_RETRY_SECONDS", "0.1")
    monkeypatch.setenv("DALIL_STREAM_POLL_SECONDS", "0.05")
    monkeypatch.setenv("DALIL_CONTACT_KEY_FILE", str(tmp_path / "keys" / "contact.key"))
    return monkeypatch


@pytest.fixture
def app(settled: None, database_url: str, rasa: MadeUpRasa) -> Iterator[FastAPI]:
    """The application."""
    limits._limiter.cache_clear()
    made = create_app()
    made.state.rasa = rasa
    yield made
    limits._limiter.cache_clear()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser."""
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def chat(client: TestClient) -> Chat:
    """An open conversation in French."""
    return open_chat(client)


def open_chat(client: TestClient, language: str = "fr") -> Chat:
    """Open a conversation."""
    body = client.post("/api/conversations", json={"language": language}).json()
    return Chat(client, body["conversation_id"], body["token"], body)
