"""WhatsApp for tests: the real application and worker, Meta's stand-in, an assistant that echoes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from database.encryption import _cipher
from gateway.app import create_app
from gateway.rasa_client import AssistantAway
from gateway.whatsapp import routes
from gateway.whatsapp.sending import Graph
from gateway.whatsapp.worker import Worker
from settings import settings
from tests.whatsapp_stand_in import webhooks
from tests.whatsapp_stand_in.meta import Meta

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "app-secret"
PHONE = "212661234567"


def payload_of(name: str) -> dict[str, Any]:
    """A recorded webhook."""
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return found


@dataclass
class Echo:
    """An assistant that says what it heard; `away` makes it unreachable."""

    timeout: float = 1
    away: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, turn: dict[str, Any]) -> dict[str, Any]:
        """One turn."""
        if self.away:
            raise AssistantAway("away", "fr")
        self.heard.append(turn)
        said = turn["payload"] or turn["text"]
        arabic = any("\u0600" <= c <= "\u06ff" for c in said)
        language = "ary-Arab" if arabic else "fr"
        message = {
            "text": f"« {said} »",
            "buttons": [],
            "card": None,
            "sources": [],
            "certainty": None,
            "language": language,
            "direction": "rtl" if arabic else "ltr",
        }
        messages = [message | reply for reply in self.replies.get(said, [{}])]
        intent = {"name": "ask_amount", "confidence": 0.9}
        return {
            "language": language,
            "outcome": "answered",
            "messages": messages,
            "understood": {"intent": intent},
        }

    def forget(self, conversation_id: str) -> None:
        """Erase."""
        self.forgotten.append(conversation_id)

    def is_ready(self) -> bool:
        """Whether it answers."""
        return not self.away


@dataclass
class Line:
    """One WhatsApp number in test: what came in is handled when `work` is called."""

    client: TestClient
    meta: Meta
    rasa: Echo
    worker: Worker

    def bring(self, payload: Any, secret: str = SECRET) -> Any:
        """A webhook, signed."""
        body, headers = webhooks.signed(payload, secret)
        return self.client.post("/webhooks/whatsapp", content=body, headers=headers)

    def write(self, text: str, phone: str = PHONE, **more: Any) -> list[dict[str, Any]]:
        """A text, handled at once; what the person got for it."""
        before = len(self.meta.said_to(phone))
        self.bring(webhooks.webhook(webhooks.text({"from": phone}, text, **more)))
        self.work()
        return self.meta.said_to(phone)[before:]

    def press(self, choice: str, title: str = "…") -> list[dict[str, Any]]:
        """A button or row that was touched; what the person got for it."""
        before = len(self.meta.said_to(PHONE))
        content = {"type": "button_reply", "button_reply": {"id": choice, "title": title}}
        message = webhooks.message({"from": PHONE}, "interactive", content)
        self.bring(webhooks.webhook(message))
        self.work()
        return self.meta.said_to(PHONE)[before:]

    def work(self) -> None:
        """All that is due now."""
        while self.worker.work_once():
            pass


@pytest.fixture
def line(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A configured channel whose worker works when told to."""
    meta = Meta(webhook_urls=())
    address = meta.start()
    for name, value in {
        "WHATSAPP_APP_SECRET": SECRET,
        "WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WHATSAPP_ACCESS_TOKEN": meta.access_token,
        "WHATSAPP_PHONE_NUMBER_ID": meta.phone_number_id,
        "WHATSAPP_GRAPH_URL": address,
        "WHATSAPP_NUMBER": "+212 535 00 00 00",
        "WHATSAPP_WORKERS": "0",
        "WHATSAPP_RECONCILE_SECONDS": "0.2",
        "DALIL_CONTACT_KEY_FILE": str(tmp_path / "contact.key"),
        "DALIL_RETRY_SECONDS": "1000",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    _cipher.cache_clear()
    monkeypatch.setattr(routes, "SETTLE", timedelta(0))
    app = create_app()
    rasa = Echo()
    app.state.rasa = rasa
    with TestClient(app, raise_server_exceptions=False) as client:
        worker = Worker(rasa, Graph.from_settings(settings()), settings())  # type: ignore[arg-type]
        yield Line(client, meta, rasa, worker)
        worker.graph.http.close()
    meta.stop()
    _cipher.cache_clear()
