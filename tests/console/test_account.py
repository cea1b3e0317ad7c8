"""One's own account: name, password, second factor, recovery codes, browsers, invitations."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from console import codes, invitation
from console.codes import in_groups, new_recovery_codes, step_of
from database.accounts import use_time_step
from database.console_tables import AuditEntry, Invitation, RecoveryCode, Staff, StaffSession
from database.session import open_session
from database.staff import Role, hashed
from tests.console.conftest import PASSWORD, Desk, desk_of

NEW = "un autre mot de passe"


def staff_of(desk: Desk) -> Staff:
    """The account as it is kept; the secret of the second factor with it."""
    with open_session() as session:
        found = session.get_one(Staff, desk.staff_id)
        assert found.totp_secret is None or found.totp_secret
        return found


def acts() -> list[str]:
    """What stands in the trail, in order."""
    with open_session() as session:
        return [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.id)]


def secret_of(desk: Desk) -> str:
    """The secret that an authenticator app would hold."""
    return staff_of(desk).totp_secret or ""


def code_in(desk: Desk, steps: int = 0) -> str:
    """The code that the app shows so many steps from now."""
    return pyotp.TOTP(secret_of(desk)).at(datetime.now(UTC) + timedelta(seconds=30 * steps))


def set_up(desk: Desk) -> list[str]:
    """Put a second factor in place; the recovery codes that were shown."""
    assert desk.post("/account/second-factor", {"password": PASSWORD}).status_code == 303
    shown = desk.post("/account/second-factor/confirm", {"code": code_in(desk, -1)})
    assert shown.status_code == 200
    return re.findall(r"<code>([a-z2-7-]{19})</code>", shown.text)


def half_way(app: FastAPI, email: str) -> TestClient:
    """A browser that gave the password and owes the code."""
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.post(
        "/console/sign-in", data={"email": email, "password": PASSWORD}, follow_redirects=False
    )
    assert answer.headers["location"] == "/console/second-factor"
    return client


def show(client: TestClient, code: str) -> Any:
    """Give a code on the page that asks for it."""
    page = client.get("/console/second-factor").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    form = {"code": code, "csrf": csrf[1]}
    return client.post("/console/second-factor", data=form, follow_redirects=False)


def test_one_changes_ones_name_and_language(desks: dict[Role, Desk]) -> None:
    desk = desks["reader"]
    assert desk.post("/account", {"name": " Amal  B. ", "language": "ar"}).status_code == 303
    person = staff_of(desk)
    assert (person.name, person.language) == ("Amal B.", "ar")
    assert 'dir="rtl"' in desk.get("/account").text
    assert acts()[-1] == "account_changed"


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "x" * 81])
def test_a_name_that_cannot_be_read_is_refused(admin: Desk, name: str) -> None:
    before = staff_of(admin).name
    assert admin.post("/account", {"name": name, "language": "fr"}).status_code == 422
    assert staff_of(admin).name == before


def test_a_name_cannot_bring_markup_into_the_pages(admin: Desk) -> None:
    admin.post("/account", {"name": "<img src=x onerror=alert(1)>", "language": "fr"})
    for path in ("/account", "/team", "/team/audit", f"/team/{admin.staff_id}"):
        assert "<img src=x" not in admin.get(path).text


def test_a_new_password_ends_the_other_sessions_and_this_cookie(app: FastAPI) -> None:
    desk = desk_of(app, "editor")
    other = TestClient(app)
    other.post("/console/sign-in", data={"email": "editor@example.org", "password": PASSWORD})
    before = desk.client.cookies["dalil_console"]
    changed = desk.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert changed.headers["location"] == "/console/account?notice=password_changed"
    assert desk.client.cookies["dalil_console"] != before
    assert desk.get("/account").status_code == 200
    for stale in (other, TestClient(app, cookies={"dalil_console": before})):
        gone = stale.get("/console/account", follow_redirects=False)
        assert gone.headers["location"] == "/console/sign-in"
    answer = TestClient(app).post(
        "/console/sign-in",
        data={"email": "editor@example.org", "password": PASSWORD},
        follow_redirects=False,
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", NEW, NEW), (PASSWORD, NEW, "not the same"), (PASSWORD, "short", "short")],
)
def test_a_password_is_changed_only_by_who_knows_it(
    admin: Desk, old: str, new: str, again: str
) -> None:
    before = staff_of(admin).password_hash
    refused = admin.post("/account/password", {"old": old, "new": new, "again": again})
    assert refused.status_code == 422
    assert staff_of(admin).password_hash == before


def test_guessing_ones_password_from_an_open_session_has_to_wait(admin: Desk) -> None:
    for _ in range(10):
        admin.post("/account/password", {"old": "wrong", "new": NEW, "again": NEW})
    before = staff_of(admin).password_hash
    admin.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert staff_of(admin).password_hash == before


def test_signing_out_everywhere_leaves_no_session_of_mine(app: FastAPI) -> None:
    mine, theirs = desk_of(app, "reader"), desk_of(app, "editor")
    assert mine.post("/account/sessions/close").headers["location"] == "/console/sign-in"
    with open_session() as session:
        assert {row.staff_id for row in session.query(StaffSession)} == {theirs.staff_id}


def test_the_second_factor_is_asked_for_once_a_code_confirmed_it(app: FastAPI) -> None:
    desk = desk_of(app, "editor")
    desk.post("/account/second-factor", {"password": PASSWORD})
    assert not staff_of(desk).totp_confirmed
    page = desk.get("/account/second-factor").text
    assert 'src="data:image/svg+xml' in page
    assert in_groups(secret_of(desk)) in page
    assert desk.post("/account/second-factor/confirm", {"code": "000000"}).status_code == 422
    assert not staff_of(desk).totp_confirmed
    shown = desk.post("/account/second-factor/confirm", {"code": code_in(desk)})
    assert shown.status_code == 200
    assert staff_of(desk).totp_confirmed
    half_way(app, "editor@example.org")


def test_a_second_factor_is_begun_only_by_who_knows_the_password(admin: Desk) -> None:
    assert admin.post("/account/second-factor", {"password": "wrong"}).status_code == 422
    assert staff_of(admin).totp_secret is None


def test_a_second_factor_in_place_is_not_replaced_without_a_code(admin: Desk) -> None:
    set_up(admin)
    before = secret_of(admin)
    assert admin.post("/account/second-factor", {"password": PASSWORD}).status_code == 422
    assert secret_of(admin) == before
    assert admin.post("/account/second-factor/remove", {"code": "000000"}).status_code == 422
    assert staff_of(admin).totp_confirmed


def test_the_secret_is_encrypted_and_the_recovery_codes_are_hashes(admin: Desk) -> None:
    shown = set_up(admin)
    assert len(set(shown)) == 8
    with open_session() as session:
        kept = session.connection().exec_driver_sql("SELECT totp_secret FROM staff").scalar_one()
        hashes = {row.code_hash for row in session.query(RecoveryCode)}
    assert secret_of(admin) not in kept
    assert hashes == {hashed(code) for code in shown}


def test_half_way_opens_no_page(app: FastAPI) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    client = half_way(app, "admin@example.org")
    for path in ("/console/", "/console/account", "/console/team", "/console/callbacks"):
        answer = client.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/console/second-factor", path


def test_a_right_code_opens_with_a_new_cookie_and_the_half_way_one_stays_shut(
    app: FastAPI,
) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    client = half_way(app, "admin@example.org")
    before = client.cookies["dalil_console"]
    assert show(client, code_in(desk)).headers["location"] == "/console"
    assert client.cookies["dalil_console"] != before
    assert client.get("/console/account").status_code == 200
    old = TestClient(app, cookies={"dalil_console": before})
    answer = old.get("/console/account", follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"


def test_a_code_that_was_used_is_refused_and_so_is_an_older_one(app: FastAPI) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    code, older = code_in(desk), code_in(desk, -1)
    assert show(half_way(app, "admin@example.org"), code).status_code == 303
    assert show(half_way(app, "admin@example.org"), code).status_code == 401
    assert show(half_way(app, "admin@example.org"), older).status_code == 401
    assert acts()[-2:] == ["second_factor_refused"] * 2


def test_of_two_that_show_the_same_code_at_once_one_is_let_in(admin: Desk) -> None:
    set_up(admin)
    step = int(datetime.now(UTC).timestamp()) // 30 + 1
    with open_session() as session:
        assert use_time_step(session, admin.staff_id, step)
    with open_session() as session:
        assert not use_time_step(session, admin.staff_id, step)


def test_a_code_counts_one_step_off_and_no_further() -> None:
    secret, at = pyotp.random_base32(), datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)
    step = int(at.timestamp()) // 30
    codes_around = {
        off: pyotp.TOTP(secret).at(at + timedelta(seconds=30 * off)) for off in (-1, 0, 1)
    }
    for off, code in codes_around.items():
        assert step_of(secret, code, at) == step + off
    for off in (-2, 2):
        code = pyotp.TOTP(secret).at(at + timedelta(seconds=30 * off))
        if code not in codes_around.values():
            assert step_of(secret, code, at) is None
    assert step_of(secret, "é" * 6, at) is None


def test_guessing_codes_has_to_wait_even_from_new_sessions(app: FastAPI) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    first, second = half_way(app, "admin@example.org"), half_way(app, "admin@example.org")
    # Confirming the second factor was an attempt as well.
    refused = [show(first, "000000").status_code for _ in range(9)]
    assert set(refused) == {401}
    assert show(second, code_in(desk)).status_code == 429


def test_a_recovery_code_counts_once_however_it_is_typed(app: FastAPI) -> None:
    desk = desk_of(app, "admin")
    first, second, *_ = set_up(desk)
    assert show(half_way(app, "admin@example.org"), first).status_code == 303
    assert show(half_way(app, "admin@example.org"), first).status_code == 401
    typed = second.replace("-", " ").upper()
    assert show(half_way(app, "admin@example.org"), typed).status_code == 303
    assert ": 6" in desk.get("/account").text


def test_a_code_of_somebody_else_opens_nothing(app: FastAPI) -> None:
    mine, theirs = desk_of(app, "admin"), desk_of(app, "editor")
    set_up(mine)
    their_codes = set_up(theirs)
    client = half_way(app, "admin@example.org")
    assert show(client, their_codes[0]).status_code == 401
    assert show(client, code_in(theirs)).status_code == 401


def test_the_code_page_refuses_forged_forms_and_those_who_gave_no_password(
    app: FastAPI, browser_client: TestClient
) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    client = half_way(app, "admin@example.org")
    form = {"code": code_in(desk)}
    assert client.post("/console/second-factor", data=form).status_code == 403
    answer = browser_client.post("/console/second-factor", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"
    assert desk.get("/second-factor", follow_redirects=False).headers["location"] == "/console"


def test_the_code_must_come_soon_after_the_password(app: FastAPI) -> None:
    desk = desk_of(app, "admin")
    set_up(desk)
    client = half_way(app, "admin@example.org")
    with open_session() as session:
        waiting = session.query(StaffSession).filter(StaffSession.awaits_second_factor).one()
        waiting.started_at -= timedelta(minutes=11)
    answer = client.get("/console/second-factor", follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"


def test_new_recovery_codes_replace_the_old(admin: Desk) -> None:
    old = set_up(admin)
    shown = admin.post("/account/recovery-codes", {"code": code_in(admin)})
    new = re.findall(r"<code>([a-z2-7-]{19})</code>", shown.text)
    assert len(new) == 8 and not set(new) & set(old)
    with open_session() as session:
        assert {row.code_hash for row in session.query(RecoveryCode)} == {hashed(c) for c in new}


def test_the_second_factor_is_removed_with_a_code(admin: Desk) -> None:
    set_up(admin)
    removed = admin.post("/account/second-factor/remove", {"code": code_in(admin)})
    assert removed.headers["location"].endswith("second_factor_removed")
    person = staff_of(admin)
    assert (person.totp_confirmed, person.totp_secret) == (False, None)
    with open_session() as session:
        assert session.query(RecoveryCode).count() == 0


def test_recovery_codes_hold_eighty_bits() -> None:
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in new_recovery_codes())
    assert codes.RECOVERY_BYTES * 8 == 80


def link_for(admin: Desk, **form: str) -> str:
    """The token of the link that is shown when an account is opened."""
    given = {"name": "Nouvelle", "email": "new@example.org", "role": "reader"} | form
    found = re.search(r"/console/invitation\?token=([\w-]+)", admin.post("/team", given).text)
    assert found
    return found[1]


def choose(client: TestClient, token: str, password: str = NEW, again: str = NEW) -> Any:
    """Send the form of a link."""
    form = {"token": token, "new": password, "again": again}
    return client.post("/console/invitation", data=form, follow_redirects=False)


def test_a_link_sets_the_password_once(admin: Desk, browser_client: TestClient) -> None:
    token = link_for(admin)
    for _ in range(2):  # a preview in a messaging app looks at it without using it up
        assert browser_client.get(f"/console/invitation?token={token}").status_code == 200
    answer = choose(browser_client, token)
    assert answer.headers["location"] == "/console/sign-in?notice=password_set"
    assert "dalil_console" not in browser_client.cookies
    assert choose(browser_client, token).status_code == 404
    entered = browser_client.post(
        "/console/sign-in",
        data={"email": "new@example.org", "password": NEW},
        follow_redirects=False,
    )
    assert entered.status_code == 303


def test_a_link_is_kept_as_a_hash_and_is_good_for_72_hours(
    admin: Desk, browser_client: TestClient
) -> None:
    token = link_for(admin)
    with open_session() as session:
        kept = session.query(Invitation).one()
        assert kept.token_hash == hashed(token)
        assert timedelta(hours=72) == invitation.GOOD_FOR
        kept.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert browser_client.get(f"/console/invitation?token={token}").status_code == 404
    assert choose(browser_client, token).status_code == 404


def test_a_new_link_makes_the_earlier_one_void(admin: Desk, browser_client: TestClient) -> None:
    first = link_for(admin)
    with open_session() as session:
        person = session.query(Staff).filter(Staff.email == "new@example.org").one()
    admin.post(f"/team/{person.id}/reset")
    assert choose(browser_client, first).status_code == 404


@pytest.mark.parametrize(("new", "again"), [("short", "short"), (NEW, "another one here")])
def test_a_link_stays_good_after_a_mistake(
    admin: Desk, browser_client: TestClient, new: str, again: str
) -> None:
    token = link_for(admin)
    assert choose(browser_client, token, new, again).status_code == 422
    assert choose(browser_client, token).status_code == 303


def test_a_link_of_a_closed_account_opens_nothing(admin: Desk, browser_client: TestClient) -> None:
    token = link_for(admin)
    with open_session() as session:
        session.query(Staff).filter(Staff.email == "new@example.org").one().active = False
    assert choose(browser_client, token).status_code == 404


def test_guessing_links_has_to_wait(browser_client: TestClient) -> None:
    answers = [choose(browser_client, f"guess-{number}").status_code for number in range(11)]
    assert answers == [404] * 10 + [429]


def test_a_link_made_up_says_nothing_of_accounts(browser_client: TestClient) -> None:
    page = browser_client.get("/console/invitation?token=<script>alert(1)</script>")
    assert page.status_code == 404
    assert "<script>alert" not in page.text
