"""Every route of the console, for every role: nobody reaches what their role does not allow."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from console.access import COOKIE, Needs
from console.app import ROUTERS, console_app, too_large
from console.words import Language, say
from database.console_tables import StaffSession
from database.session import open_session
from database.staff import ROLES, Role, may
from tests.console.conftest import PASSWORD, Desk

# Who may enter, by method and path: a route that is not told here fails the test.
NEEDED: dict[str, Role | None] = {
    "GET /": "reader",
    "GET /sign-in": None,
    "POST /sign-in": None,
    "POST /sign-out": "reader",
    "POST /language": "reader",
    "GET /conversations": "reader",
    "GET /conversations/count": "reader",
    "GET /conversations/{conversation_id}": "reader",
    "POST /conversations/{conversation_id}/care": "reviewer",
    "POST /conversations/{conversation_id}/reviewed": "reviewer",
    "POST /conversations/{conversation_id}/messages": "reviewer",
    "GET /conversations/turns/{turn_id}/test": "reviewer",
    "POST /conversations/turns/{turn_id}/verdict": "reviewer",
    "GET /conversations/samples": "reviewer",
    "POST /conversations/samples": "reviewer",
    "GET /conversations/samples/{sample_id}": "reviewer",
    "GET /conversations/samples/{sample_id}/next": "reviewer",
    "GET /conversations/samples/{sample_id}/turns/{turn_id}": "reviewer",
    "GET /conversations/export.csv": "reviewer",
    "GET /conversations/export.xlsx": "reviewer",
    "GET /callbacks": "reviewer",
    "GET /callbacks/{callback_id}": "reviewer",
    "POST /callbacks/{callback_id}/contact": "reviewer",
    "POST /callbacks/{callback_id}/take": "reviewer",
    "POST /callbacks/{callback_id}/give": "reviewer",
    "POST /callbacks/{callback_id}/note": "reviewer",
    "POST /callbacks/{callback_id}/close": "reviewer",
    "POST /callbacks/{callback_id}/reopen": "reviewer",
    "GET /figures": "reader",
    "GET /figures.csv": "reader",
    "GET /statistics": None,
    "GET /privacy": "admin",
    "POST /privacy/purge": "admin",
    "GET /privacy/register": "admin",
    "GET /privacy/notices": "admin",
    "GET /privacy/export": "admin",
    "POST /privacy/export": "admin",
    "GET /team": "admin",
    "POST /team": "admin",
    "GET /team/audit": "admin",
    "GET /team/{staff_id}": "admin",
    "POST /team/{staff_id}/role": "admin",
    "POST /team/{staff_id}/close": "admin",
    "POST /team/{staff_id}/reopen": "admin",
    "POST /team/{staff_id}/reset": "admin",
    "POST /team/{staff_id}/second-factor/reset": "admin",
    "GET /account": "reader",
    "POST /account": "reader",
    "POST /account/password": "reader",
    "POST /account/sessions/close": "reader",
    "POST /account/second-factor": "reader",
    "GET /account/second-factor": "reader",
    "POST /account/second-factor/confirm": "reader",
    "POST /account/second-factor/remove": "reader",
    "POST /account/recovery-codes": "reader",
    "GET /second-factor": None,
    "POST /second-factor": None,
    "GET /oidc": None,
    "GET /oidc/back": None,
    "GET /invitation": None,
    "POST /invitation": None,
    "GET /learning": "reviewer",
    "GET /learning/groups/{key}": "reviewer",
    "POST /learning/groups/{key}": "reviewer",
    "GET /learning/subjects": "reviewer",
    "POST /learning/decisions/{batch}/undo": "reviewer",
    "GET /learning/decisions": "reviewer",
    "GET /learning/export/{name}.yml": "reviewer",
    "GET /learning/reports": "reviewer",
    "GET /learning/reports/{number}": "reviewer",
    "GET /learning/try": "reviewer",
    "POST /learning/try": "reviewer",
    "GET /facts": "reader",
    "GET /facts/stale": "reader",
    "GET /facts/subjects/{subject_id}": "reader",
    "GET /facts/subjects/{subject_id}/preview": "reader",
    "GET /facts/subjects/{subject_id}/history": "reader",
    "GET /facts/subjects/{subject_id}/history/{number}": "reader",
    "GET /facts/drafts": "reader",
    "GET /facts/drafts/{draft_id}": "reader",
    "GET /facts/new": "editor",
    "POST /facts/new": "editor",
    "POST /facts/subjects/{subject_id}/edit": "editor",
    "POST /facts/subjects/{subject_id}/checked": "editor",
    "POST /facts/subjects/{subject_id}/restore/{number}": "editor",
    "POST /facts/subjects/{subject_id}/retire": "editor",
    "GET /facts/drafts/{draft_id}/edit": "editor",
    "POST /facts/drafts/{draft_id}/edit": "editor",
    "POST /facts/drafts/{draft_id}/preview/{row}": "editor",
    "POST /facts/drafts/{draft_id}/publish": "editor",
    "POST /facts/drafts/{draft_id}/refuse": "editor",
    "POST /facts/drafts/{draft_id}/withdraw": "editor",
    "POST /facts/drafts/{draft_id}/rebase": "editor",
    "GET /facts/export": "editor",
    "GET /facts/import": "editor",
    "POST /facts/import": "editor",
}


def every_route() -> Iterator[tuple[str, APIRoute]]:
    """Each method and path of the console."""
    included = [route for router in ROUTERS for route in router.routes]
    for route in (*included, *console_app().routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods - {"HEAD"}):
                yield f"{method} {route.path}", route


ROUTES = dict(every_route())


def address_of(name: str) -> tuple[str, str]:
    """The method and an address that fits the path's pattern."""
    method, _, path = name.partition(" ")
    return method, "/console" + re.sub(r"{\w+(:\w+)?}", "1", path)


def test_every_route_is_in_the_table_of_roles() -> None:
    assert set(NEEDED) == set(ROUTES)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_asks_for_the_role_that_the_table_tells(name: str) -> None:
    asked = [
        dependency.call.role
        for dependency in ROUTES[name].dependant.dependencies
        if isinstance(dependency.call, Needs)
    ]
    expected = NEEDED[name]
    assert asked == ([expected] if expected else [])


def test_somebody_not_signed_in_is_sent_to_the_entrance_from_everywhere(
    browser_client: TestClient,
) -> None:
    for name, needed in NEEDED.items():
        if needed is None:
            continue
        method, address = address_of(name)
        answer = browser_client.request(method, address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), name


def test_a_lesser_role_is_refused_by_every_route(desks: dict[Role, Desk]) -> None:
    for name, needed in NEEDED.items():
        for role in ROLES:
            if needed is None or may(role, needed):
                continue
            method, address = address_of(name)
            desk = desks[role]
            headers = {"x-csrf-token": desk.csrf}
            answer = desk.client.request(method, address, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (name, role)


def test_a_change_without_the_word_of_the_session_is_refused(admin: Desk) -> None:
    for name, needed in NEEDED.items():
        method, address = address_of(name)
        if needed is None or method == "GET":
            continue
        answer = admin.client.request(method, address, follow_redirects=False)
        assert answer.status_code == 403, name
        forged = {"x-csrf-token": admin.csrf, "origin": "https://elsewhere.example"}
        answer = admin.client.request(method, address, headers=forged, follow_redirects=False)
        assert answer.status_code == 403, name


def test_signing_in_gives_a_new_session_and_forgets_the_cookie_that_was_brought(
    desks: dict[Role, Desk],
) -> None:
    desk = desks["reader"]
    before = desk.client.cookies["dalil_console"]
    again = desk.client.post(
        "/console/sign-in",
        data={"email": "reader@example.org", "password": PASSWORD},
        follow_redirects=False,
    )
    assert again.status_code == 303
    assert desk.client.cookies["dalil_console"] != before
    old = TestClient(desk.client.app, cookies={"dalil_console": before})
    assert old.get("/console/", follow_redirects=False).headers["location"] == "/console/sign-in"


def test_a_cookie_made_up_opens_nothing(browser_client: TestClient) -> None:
    browser_client.cookies.set("dalil_console", "made-up", path="/console")
    answer = browser_client.get("/console/", follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_paths(
    browser_client: TestClient, desks: dict[Role, Desk]
) -> None:
    answer = browser_client.post(
        "/console/sign-in",
        data={"email": "reader@example.org", "password": PASSWORD},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/console" in cookie


def test_wrong_passwords_must_wait_after_ten(browser_client: TestClient) -> None:
    given = {"email": "nobody@example.org", "password": "wrong"}
    codes = [browser_client.post("/console/sign-in", data=given).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


def test_a_session_ends_when_it_is_not_used(admin: Desk) -> None:
    with open_session() as session:
        held = session.query(StaffSession).one()
        held.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    answer = admin.get("/", follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"


def test_a_page_that_does_not_exist_says_so_in_words(app: FastAPI, admin: Desk) -> None:
    answer = admin.get("/nowhere")
    assert answer.status_code == 404
    assert "n&#39;existe pas" in answer.text


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_a_body_too_large_is_told_on_a_page_in_the_persons_language(
    admin: Desk, language: Language, direction: str
) -> None:
    admin.post("/language", {"language": language})
    signed_in = TestClient(too_large, cookies={COOKIE: admin.client.cookies[COOKIE]})
    strange = TestClient(too_large, headers={"Accept-Language": language})
    for browser in (signed_in, strange):
        told = browser.post("/console/facts/import")
        assert told.status_code == 413
        assert f'dir="{direction}"' in told.text
        assert say("problem.too_large", language).split(":")[0] in unescape(told.text)
