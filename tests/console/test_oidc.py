"""Signing in with an identity provider: only what its signed token says, for accounts opened here."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from database.console_tables import AuditEntry, ProviderRequest, Staff
from database.session import open_session
from settings import settings
from tests.console.conftest import Desk, desk_of
from tests.console.provider_stand_in import CLIENT, SECRET, Provider, serving
from tests.console.test_account import set_up


@pytest.fixture
def provider(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider that the settings name."""
    with serving() as running:
        monkeypatch.setenv("DALIL_OIDC_ISSUER", running.issuer)
        monkeypatch.setenv("DALIL_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("DALIL_OIDC_CLIENT_SECRET", SECRET)
        settings.cache_clear()
        yield running


@pytest.fixture
def editor(app: FastAPI) -> Desk:
    """Whose e-mail the provider tells."""
    return desk_of(app, "editor")


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    """A browser of somebody who wants to come in."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def go(browser: TestClient) -> dict[str, str]:
    """Follow the link of the sign-in page; what the provider is asked."""
    answer = browser.get("/console/oidc")
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {key: values[0] for key, values in query.items()} | {"": answer.headers["location"]}


def come_back(browser: TestClient, provider: Provider, **changed: str) -> Any:
    """Go to the provider and come back, with another state or code if need be."""
    asked = go(browser)
    back = {"state": asked["state"], "code": provider.authorise(asked[""])} | changed
    return browser.get("/console/oidc/back", params=back)


def is_in(browser: TestClient) -> bool:
    """Whether this browser is signed in."""
    return browser.get("/console/account").status_code == 200


def test_without_settings_there_is_neither_button_nor_way(browser: TestClient) -> None:
    assert "/console/oidc" not in browser.get("/console/sign-in").text
    assert browser.get("/console/oidc").status_code == 404
    assert browser.get("/console/oidc/back").status_code == 404


def test_somebody_with_an_account_comes_in(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    assert "/console/oidc" in browser.get("/console/sign-in").text
    answer = come_back(browser, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert is_in(browser)
    assert provider.exchanged[0]["code_verifier"]
    with open_session() as session:
        last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (last.action, last.staff_id) == ("signed_in", editor.staff_id)
        assert session.query(ProviderRequest).count() == 0


def test_the_request_asks_for_a_code_with_pkce_state_and_nonce(
    browser: TestClient, provider: Provider
) -> None:
    asked = go(browser)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/console/oidc/back"
    assert min(len(asked[key]) for key in ("state", "nonce", "code_challenge")) >= 43
    cookie = browser.cookies.jar._cookies["testserver.local"]["/console/oidc/back"][
        "dalil_provider"
    ]
    assert "HttpOnly" in cookie._rest
    assert asked["state"] not in str(cookie.value)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": 7},
    ],
)
def test_an_id_token_that_is_not_for_this_very_request_lets_nobody_in(
    browser: TestClient, provider: Provider, editor: Desk, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert come_back(browser, provider).status_code == 401
    assert not is_in(browser)
    with open_session() as session:
        assert session.get_one(Staff, editor.staff_id).oidc_subject is None


def test_a_token_for_several_clients_counts_when_it_was_made_for_us(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    provider.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert come_back(browser, provider).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["editor@example.org"]},
        {"email": "nobody@example.org"},
    ],
)
def test_an_email_that_is_unknown_or_not_verified_lets_nobody_in(
    browser: TestClient, provider: Provider, editor: Desk, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert come_back(browser, provider).status_code == 403
    assert not is_in(browser)
    with open_session() as session:
        assert session.query(Staff).count() == 1
        assert session.get_one(Staff, editor.staff_id).oidc_subject is None


def test_a_signature_of_another_key_lets_nobody_in(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert come_back(browser, provider).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_made_without_the_private_key_lets_nobody_in(
    browser: TestClient, provider: Provider, editor: Desk, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert come_back(browser, provider).status_code == 401
    assert len(provider.exchanged) == 1
    assert not is_in(browser)


def test_a_wrong_state_lets_nobody_in_and_uses_the_request_up(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    asked = go(browser)
    code = provider.authorise(asked[""])
    for state in ("another", asked["state"]):
        back = browser.get("/console/oidc/back", params={"state": state, "code": code})
        assert back.status_code == 401
    assert provider.exchanged == []


def test_what_was_begun_in_another_browser_does_not_end_in_this_one(
    app: FastAPI, browser: TestClient, provider: Provider, editor: Desk
) -> None:
    other = TestClient(app, follow_redirects=False)
    asked = go(other)
    back = {"state": asked["state"], "code": provider.authorise(asked[""])}
    assert browser.get("/console/oidc/back", params=back).status_code == 401
    go(browser)
    assert browser.get("/console/oidc/back", params=back).status_code == 401


def test_a_code_does_not_count_twice(browser: TestClient, provider: Provider, editor: Desk) -> None:
    asked = go(browser)
    back = {"state": asked["state"], "code": provider.authorise(asked[""])}
    assert browser.get("/console/oidc/back", params=back).status_code == 303
    assert browser.get("/console/oidc/back", params=back).status_code == 401


def test_another_providers_answer_is_refused(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    assert come_back(browser, provider, iss="https://elsewhere.example").status_code == 401
    assert provider.exchanged == []


def test_a_provider_that_names_another_issuer_is_not_used(
    browser: TestClient, provider: Provider
) -> None:
    provider.named = "https://elsewhere.example"
    assert browser.get("/console/oidc").status_code == 502


def test_a_provider_that_is_away_is_said_to_be(
    browser: TestClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DALIL_OIDC_ISSUER", "http://127.0.0.1:9")
    settings.cache_clear()
    assert browser.get("/console/oidc").status_code == 502


def test_the_provider_remembers_persons_not_addresses(
    app: FastAPI, browser: TestClient, provider: Provider, editor: Desk
) -> None:
    come_back(browser, provider)
    # Somebody else who took over the address is not that person.
    provider.claims = {"sub": "person-2"}
    assert come_back(TestClient(app, follow_redirects=False), provider).status_code == 403
    # The person keeps the account under another address.
    provider.claims = {"email": "married@example.org"}
    assert come_back(TestClient(app, follow_redirects=False), provider).status_code == 303


def test_a_closed_account_stays_closed(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    come_back(browser, provider)
    with open_session() as session:
        session.get_one(Staff, editor.staff_id).active = False
    assert come_back(browser, provider).status_code == 403


def test_the_second_factor_is_asked_for_here_too(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    set_up(editor)
    assert come_back(browser, provider).headers["location"] == "/console/second-factor"
    assert not is_in(browser)


def test_nothing_in_the_address_leads_elsewhere(
    browser: TestClient, provider: Provider, editor: Desk
) -> None:
    asked = go(browser)
    back = {
        "state": asked["state"],
        "code": provider.authorise(asked[""]),
        "next": "https://evil.example",
        "redirect_uri": "//evil.example",
    }
    answer = browser.get("/console/oidc/back", params=back)
    assert answer.headers["location"] == "/console"


def test_asking_the_provider_again_and_again_has_to_wait(
    browser: TestClient, provider: Provider
) -> None:
    codes = [browser.get("/console/oidc").status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
