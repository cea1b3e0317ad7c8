"""The gateway's way to Rasa: one call per turn, on loopback, with the shared secret."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from urllib3 import BaseHTTPResponse as Response
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from settings import Settings


class AssistantAway(Exception):
    """Rasa or its actions could not answer now; `writing` is the message's, when it was read."""

    def __init__(self, reason: str, writing: str | None = None) -> None:
        super().__init__(reason)
        self.writing = writing


class AssistantStumbled(AssistantAway):
    """Rasa is there but cannot answer this turn; it may never."""


CONNECTIONS_KEPT = 64
HEALTH_SECONDS = 2
# Rasa is not ready, the action server is down, or the secret is not the same: nothing of the turn.
NOT_OF_THE_TURN = (401, 403, 404, 429, 502, 503, 504)


@dataclass(frozen=True)
class RasaClient:
    """Sends turns to the sealed room."""

    url: str
    secret: str
    timeout: float
    http: PoolManager

    @classmethod
    def from_settings(cls, settings: Settings) -> "RasaClient":
        """A client with connections kept open."""
        return cls(
            settings.rasa_url,
            settings.room_secret.get_secret_value(),
            settings.rasa_timeout_seconds,
            # Not by way of `requests`, whose sessions took as long as the call itself.
            PoolManager(num_pools=1, maxsize=CONNECTIONS_KEPT, retries=False),
        )

    def answer(self, turn: dict[str, Any]) -> dict[str, Any]:
        """What was understood of a turn and said to it.

        Raises `AssistantAway`, and `AssistantStumbled` when it is this turn that fails.
        """
        response = self._call("POST", "turn", turn)
        try:
            body = dict(response.json())
        except ValueError:
            body = {}
        if response.status == 200 and "messages" in body:
            return body
        trouble = AssistantAway if response.status in NOT_OF_THE_TURN else AssistantStumbled
        writing = (body.get("understood") or {}).get("writing") or {}
        raise trouble(f"status {response.status}", writing.get("tag"))

    def parse(self, text: str) -> dict[str, Any]:
        """What would be understood of a text, of which nothing is kept. Raises `AssistantAway`."""
        response = self._call("POST", "parse", {"text": text})
        if response.status != 200:
            raise AssistantAway(f"status {response.status}")
        return dict(response.json())

    def forget(self, conversation_id: str) -> None:
        """Erase Rasa's side of a conversation. Raises `AssistantAway`."""
        response = self._call("DELETE", f"conversations/{quote(conversation_id, safe='')}")
        if response.status >= 400:
            raise AssistantAway(f"status {response.status}")

    def is_ready(self) -> bool:
        """Whether Rasa answers at all."""
        return self.model() is not None

    def model(self) -> str | None:
        """The name of the model that answers; None while Rasa is away or has none."""
        try:
            address = f"{self.url}/webhooks/gateway/health"
            answer = self.http.request("GET", address, timeout=HEALTH_SECONDS)
            return str(answer.json().get("model", "")) if answer.status == 200 else None
        except (HTTPError, ValueError):
            return None

    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> Response:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self.http.request(
                method,
                f"{self.url}/webhooks/gateway/{path}",
                body=None if content is None else json.dumps(content).encode(),
                headers=headers,
                timeout=self.timeout,
            )
        except HTTPError as error:
            raise AssistantAway(type(error).__name__) from error
