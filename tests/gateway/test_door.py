"""The door itself: who may pass, how much, and what is said to who may not."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway import limits
from gateway.app import create_app
from settings import settings
from tests.gateway.conftest import Chat, MadeUpRasa, open_chat

JSON = {"Content-Type": "application/json"}


def conversation_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every call on one conversation."""
    return [
        (method.upper(), path)
        for path, calls in app.openapi()["paths"].items()
        for method in calls
        if "{conversation_id}" in path
    ]


def test_every_call_on_a_conversation_asks_for_its_token(app: FastAPI, chat: Chat) -> None:
    other = open_chat(chat.client)
    routes = conversation_routes(app)
    assert len(routes) >= 9
    for method, path in routes:
        path = path.format(conversation_id=chat.id, message_id="m1")
        for headers in ({}, other.headers, {"Authorization": f"Basic {chat.token}"}):
            refused = chat.client.request(method, path, headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_yours")


@pytest.mark.parametrize(
    "unknown", ["00000000-0000-4000-8000-000000000000", "x", "%00", "..%2f..", "é" * 300]
)
def test_a_conversation_nobody_opened_is_not_found(
    app: FastAPI, client: TestClient, unknown: str
) -> None:
    answer = client.get(f"/api/conversations/{unknown}/messages")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "bad_json"),
        (b'{"message_id": "m1", "text": "\xff"}', JSON, 400, "bad_request"),
        (b"[" * 30_000, JSON, 400, "bad_request"),
        (b"[]", JSON, 422, "bad_request"),
        (b"null", JSON, 422, "bad_request"),
        (b"", JSON, 422, "bad_request"),
        (b'{"message_id": "m1", "text": 5}', JSON, 422, "bad_request"),
        (b'{"message_id": "m1", "text": "a", "\\ud800": 1}', JSON, 422, "bad_request"),
        (b'{"message_id": "a b", "text": "a"}', JSON, 422, "bad_request"),
        (b'{"message_id": "m1"}', JSON, 422, "empty_message"),
        (b'{"message_id": "m1", "text": " \\n\\u0000"}', JSON, 422, "empty_message"),
        (b'{"message_id": "m1", "text": "a", "payload": "/b"}', JSON, 422, "bad_request"),
        (b"text=bonjour", {"Content-Type": "text/plain"}, 415, "not_json"),
        (b"text=bonjour", {}, 415, "not_json"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_shape(
    chat: Chat, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    refused = chat.call("POST", "/messages", content=body, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert "Traceback" not in refused.text


@pytest.mark.parametrize("text", ["a" * 2001, "🙂" * 10_000])
def test_a_text_that_is_too_long_is_refused_with_the_limit(chat: Chat, text: str) -> None:
    refused = chat.send(text)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "too_long"
    assert "2000" in refused.json()["error"]["message"]


def test_a_megabyte_is_refused_before_it_is_read(chat: Chat) -> None:
    assert chat.send("a" * 1_000_000).status_code == 413

    def pieces() -> Any:
        for _ in range(100):
            yield b"a" * 10_000

    assert chat.call("POST", "/messages", content=pieces(), headers=JSON).status_code == 413


def test_an_error_is_told_in_the_writing_of_the_conversation(client: TestClient) -> None:
    refused = open_chat(client, "ary-Arab").send(" ")
    assert "الميساج خاوي" in refused.json()["error"]["message"]


def test_too_many_messages_are_refused_with_the_time_to_wait(chat: Chat, settled: Any) -> None:
    settled.setenv("DALIL_RATE_PER_CONVERSATION", "2/minute")
    settings.cache_clear()
    answers = [chat.send("bonjour", f"m{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].json()["error"]["code"] == "too_many"


def with_proxies(settled: Any, *proxies: str) -> FastAPI:
    """The application behind these proxies, where an address may call twice a minute."""
    settled.setenv("DALIL_TRUSTED_PROXIES", json.dumps(proxies))
    settled.setenv("DALIL_RATE_PER_ADDRESS", "2/minute")
    settings.cache_clear()
    limits._limiter.cache_clear()
    app = create_app()
    app.state.rasa = MadeUpRasa()
    return app


def statuses_of(app: FastAPI, seen_from: str, *forwarded: str) -> list[int]:
    """What calls with these `X-Forwarded-For` get."""
    with TestClient(app, client=(seen_from, 1)) as client:
        return [
            client.post("/api/conversations", headers={"X-Forwarded-For": one}).status_code
            for one in forwarded
        ]


def test_the_address_told_by_a_stranger_is_not_believed(database_url: str, settled: Any) -> None:
    app = with_proxies(settled, "10.0.0.1")
    told = ("1.1.1.1", "2.2.2.2", "3.3.3.3")
    assert statuses_of(app, "9.9.9.9", *told) == [201, 201, 429]


def test_the_address_told_by_our_proxy_is_counted(database_url: str, settled: Any) -> None:
    app = with_proxies(settled, "10.0.0.1")
    told = ("1.1.1.1", "2.2.2.2", "6.6.6.6, 1.1.1.1", "1.1.1.1")
    assert statuses_of(app, "10.0.0.1", *told) == [201, 201, 201, 429]


def test_a_household_of_ipv6_counts_as_one(database_url: str, settled: Any) -> None:
    app = with_proxies(settled, "10.0.0.1")
    told = ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")
    assert statuses_of(app, "10.0.0.1", *told) == [201, 201, 429, 201]


def test_visitors_are_served_while_the_shared_counter_is_away(chat: Chat, settled: Any) -> None:
    settled.setenv("DALIL_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    limits._limiter.cache_clear()
    assert chat.send("bonjour").status_code == 200


ELSEWHERE = "https://invest.example.ma"


def test_no_other_site_may_call_unless_it_is_allowed(client: TestClient) -> None:
    answer = client.post("/api/conversations", headers={"Origin": ELSEWHERE})
    assert "access-control-allow-origin" not in answer.headers


def test_an_allowed_site_may_call_and_read_errors_too(database_url: str, settled: Any) -> None:
    settled.setenv("DALIL_ALLOWED_ORIGINS", json.dumps([ELSEWHERE]))
    settings.cache_clear()
    limits._limiter.cache_clear()
    app = create_app()
    app.state.rasa = MadeUpRasa()
    asked = {
        "Origin": ELSEWHERE,
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization, last-event-id, content-type",
    }
    with TestClient(app) as client:
        assert client.options("/api/conversations/x", headers=asked).status_code == 200
        refused = client.get("/api/conversations/x/messages", headers={"Origin": ELSEWHERE})
        assert refused.headers["access-control-allow-origin"] == ELSEWHERE
        foreign = client.options("/api/conversations/x", headers=asked | {"Origin": "https://b.c"})
        assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/notices/privacy", "/nowhere", "/api/docs"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_conversations_are_not_cached(chat: Chat) -> None:
    assert chat.call("GET", "/messages").headers["Cache-Control"] == "no-store"


def test_the_reference_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/api/docs").text
    assert "https://" not in page
    assert client.get("/api/docs/files/swagger-ui-bundle.js").status_code == 200


def test_what_breaks_inside_is_not_shown(
    chat: Chat, rasa: MadeUpRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(rasa, "answer", broken)
    answer = chat.send("bonjour")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert "secret" not in answer.text


def test_browsers_are_told_to_stay_with_https_over_https_alone(app: FastAPI) -> None:
    plain = TestClient(app, base_url="http://testserver").get("/healthz")
    secure = TestClient(app, base_url="https://testserver").get("/healthz")
    assert "strict-transport-security" not in plain.headers
    assert "max-age=31536000" in secure.headers["strict-transport-security"]
