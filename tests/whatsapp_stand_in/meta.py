"""The stand-in itself: a server that takes what we send, and brings what people write."""

import json
import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.whatsapp_stand_in import webhooks
from tests.whatsapp_stand_in.rules import Refused, check_payload

PACE_SECONDS, BURST = 6.0, 45
WINDOW_SECONDS = 24 * 3600
TITLES = {
    100: "Invalid parameter",
    190: "Access token has expired",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131031: "Account has been locked",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131056: "Pair rate limit hit",
}


@dataclass
class Sent:
    """A message of ours that Meta took."""

    wamid: str
    to: str
    payload: dict[str, Any]
    at: float
    number: int


@dataclass
class Delivery:
    """How often and when a webhook was brought, and when it was acknowledged."""

    answers: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    acknowledged_at: float | None = None


@dataclass
class Meta:
    """The state of the stand-in; thread-safe."""

    webhook_urls: tuple[str, ...]
    app_secret: str = "app-secret"
    access_token: str = "access-token"
    phone_number_id: str = "106540352242922"
    statuses: tuple[str, ...] = ("sent", "delivered")
    redeliver_for_seconds: float = 60
    sent: list[Sent] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    receipts: list[tuple[str, float]] = field(default_factory=list)
    # Answers to give next instead of taking the message: an error code with its HTTP status, or
    # "break" (taken, but the connection breaks before the answer) or "hang" (taken, never answered).
    plan: list[tuple[int, int] | str] = field(default_factory=list)
    last_message_at: dict[str, float] = field(default_factory=dict)
    delay_seconds: float = 0

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.pool = ThreadPoolExecutor(8)
        self._http = threading.local()
        self._taken: dict[str, list[float]] = defaultdict(list)
        self.server: ThreadingHTTPServer | None = None

    # What we send.

    def take(self, payload: dict[str, Any]) -> tuple[int, dict[str, Any], str | None]:
        """Answer a call to send: status, body, and a trick to play on the connection."""
        if payload.get("status") == "read":
            with self.lock:
                self.receipts.append((payload["message_id"], time.time()))
            return 200, {"success": True}, None
        trick = None
        with self.lock:
            planned = self.plan.pop(0) if self.plan else None
        try:
            if isinstance(planned, tuple):
                raise Refused(planned[0], "as planned", planned[1])
            check_payload(payload)
            recipient = payload.get("to") or payload["recipient"]
            with self.lock:
                self._check_pair_rate(recipient)
        except Refused as refused:
            with self.lock:
                self.refused.append((refused.code, refused.details))
            return refused.status, _error(refused.code, refused.details), None
        if planned in ("break", "hang"):
            trick = str(planned)
        if payload.get("to") and not str(payload["to"]).isdigit():
            # A business-scoped user id in `to`: 200, and nothing ever arrives.
            with self.lock:
                self.dropped.append(payload)
            return 200, self._accepted(webhooks.wamid("0"), recipient), trick
        with self.changed:
            made = Sent(
                webhooks.wamid(recipient), recipient, payload, time.time(), len(self.sent) + 1
            )
            self.sent.append(made)
            self.changed.notify_all()
        self._report(made)
        return 200, self._accepted(made.wamid, recipient), trick

    def _accepted(self, wamid: str, recipient: str) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": recipient, "wa_id": recipient}],
            "messages": [{"id": wamid}],
        }

    def _check_pair_rate(self, recipient: str) -> None:
        """One message per six seconds to the same person in the long run, 45 in a burst."""
        now = time.time()
        free = max(self._taken[recipient][-1:] or [0.0])
        if free - now > PACE_SECONDS * BURST:
            raise Refused(131056, "pair rate")
        self._taken[recipient].append(max(free, now) + PACE_SECONDS)

    def _report(self, sent: Sent) -> None:
        """Bring the statuses of a message, as its delivery goes on."""
        last = self.last_message_at.get(sent.to)
        outside = last is not None and time.time() - last > WINDOW_SECONDS
        names = ("failed",) if outside and sent.payload["type"] != "template" else self.statuses
        for position, name in enumerate(names if self.webhook_urls else ()):
            status: dict[str, Any] = {
                "id": sent.wamid,
                "status": name,
                "timestamp": str(int(time.time()) + position),
                "recipient_id": sent.to,
                "biz_opaque_callback_data": sent.payload.get("biz_opaque_callback_data"),
            }
            if name == "failed":
                status["errors"] = [{"code": 131047, "title": TITLES[131047]}]
            self.pool.submit(self.bring, webhooks.webhook(statuses=[status]))

    # What people write.

    def bring(self, payload: Any) -> Delivery:
        """Bring a webhook until it is acknowledged, with growing waits, as Meta does."""
        delivery, started, wait = Delivery(), time.time(), 0.1
        body, headers = webhooks.signed(payload, self.app_secret)
        if not hasattr(self._http, "session"):
            self._http.session = requests.Session()
            self._http.session.trust_env = False
        while time.time() - started < self.redeliver_for_seconds:
            begun = time.perf_counter()
            try:
                answer = self._http.session.post(
                    random.choice(self.webhook_urls), data=body, headers=headers, timeout=10
                )
                delivery.answers.append(answer.status_code)
                delivery.seconds.append(time.perf_counter() - begun)
                if answer.status_code == 200:
                    delivery.acknowledged_at = time.time()
                    return delivery
            except requests.RequestException:
                delivery.answers.append(0)
            time.sleep(wait + random.uniform(0, wait))
            wait = min(wait * 2, 2.0)
        return delivery

    def write(self, *messages: dict[str, Any]) -> Delivery:
        """Bring messages in one webhook, once."""
        for each in messages:
            self.last_message_at[each.get("from") or each["from_user_id"]] = time.time()
        return self.bring(webhooks.webhook(*messages, phone_number_id=self.phone_number_id))

    # For tests.

    def said_to(self, recipient: str) -> list[dict[str, Any]]:
        """What a person got, in order."""
        with self.lock:
            return [sent.payload for sent in self.sent if sent.to == recipient]

    def wait_for(self, count: int, recipient: str, seconds: float = 20) -> list[dict[str, Any]]:
        """What a person got, once it is `count` messages or time is up."""
        until = time.time() + seconds
        with self.changed:
            while len(self.said_to(recipient)) < count and time.time() < until:
                self.changed.wait(0.2)
        return self.said_to(recipient)

    # The server.

    def start(self, port: int = 0, handler: type["Door"] | None = None) -> str:
        """Listen on loopback; the address for `WHATSAPP_GRAPH_URL`."""
        meta = self

        class Bound(handler or Door):  # type: ignore[misc]
            pass

        Bound.meta = meta
        self.server = _Server(("127.0.0.1", port), Bound)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        """Listen no more."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.pool.shutdown(wait=False, cancel_futures=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


class Door(BaseHTTPRequestHandler):
    """The Graph API of the stand-in."""

    meta: Meta
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """`POST /{phone number id}/messages`."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != f"/{self.meta.phone_number_id}/messages":
            return self.answer(400, _error(100, "unknown path"))
        if self.headers.get("Authorization") != f"Bearer {self.meta.access_token}":
            return self.answer(401, _error(190, "token"))
        time.sleep(self.meta.delay_seconds)
        status, said, trick = self.meta.take(json.loads(body))
        if trick == "hang":
            time.sleep(15)
        if trick:
            self.close_connection = True
            return None
        return self.answer(status, said)

    def do_GET(self) -> None:
        """`GET /{phone number id}`: what is known of the number."""
        if not self.path.startswith(f"/{self.meta.phone_number_id}"):
            return self.answer(400, _error(100, "unknown id"))
        if self.headers.get("Authorization") != f"Bearer {self.meta.access_token}":
            return self.answer(401, _error(190, "token"))
        return self.answer(
            200,
            {
                "display_phone_number": "+212 5 35 00 00 00",
                "verified_name": "Dalil",
                "quality_rating": "GREEN",
                "status": "CONNECTED",
                "id": self.meta.phone_number_id,
            },
        )

    def answer(self, status: int, body: Any, kind: str = "application/json") -> None:
        """Write a response."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _error(code: int, details: str) -> dict[str, Any]:
    return {
        "error": {
            "message": f"(#{code}) {TITLES.get(code, 'Error')}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": details},
            "fbtrace_id": "Az8or2yhqkZfEZ",
        }
    }
