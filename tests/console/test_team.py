"""The team: accounts are opened, changed and closed by admins, and somebody can always do that."""

import threading
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.accounts import LastAdmin, change_role, close_account
from database.console_tables import AuditEntry, Staff, StaffSession
from database.session import open_session
from database.staff import ROLES, Role, active_admins, add_staff, record
from tests.console.conftest import PASSWORD, Desk, desk_of
from tests.console.test_account import code_in, half_way, set_up


def kept(staff_id: str) -> Staff:
    """The account as it is kept."""
    with open_session() as session:
        return session.get_one(Staff, staff_id)


def last_act() -> AuditEntry:
    """The last entry of the trail."""
    with open_session() as session:
        return session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()


def sessions_of(staff_id: str) -> int:
    """In how many browsers somebody is signed in."""
    with open_session() as session:
        return session.query(StaffSession).filter(StaffSession.staff_id == staff_id).count()


def test_an_account_is_opened_without_a_password_and_its_link_is_shown_once(admin: Desk) -> None:
    shown = admin.post("/team", {"name": "Amal", "email": "Amal@Example.org", "role": "reviewer"})
    assert "/console/invitation?token=" in shown.text
    with open_session() as session:
        person = session.query(Staff).filter(Staff.email == "amal@example.org").one()
    assert (person.password_hash, person.role, person.active) == (None, "reviewer", True)
    assert "invitation?token=" not in admin.get(f"/team/{person.id}").text
    assert (last_act().action, last_act().object_id) == ("account_opened", person.id)
    assert "token" not in str(last_act().detail)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "Amal", "email": "nothing"}, 422),
        ({"name": " ", "email": "amal@example.org"}, 422),
        ({"name": "Amal", "email": "admin@example.org"}, 409),
        ({"name": "Amal", "email": "ADMIN@example.org"}, 409),
        ({"name": "Amal", "email": "amal@example.org", "role": "owner"}, 422),
    ],
)
def test_an_account_that_cannot_be_is_not_opened(
    admin: Desk, form: dict[str, str], status: int
) -> None:
    assert admin.post("/team", form).status_code == status
    with open_session() as session:
        assert session.query(Staff).count() == 1


def test_a_role_changes_at_once_and_ends_the_sessions(desks: dict[Role, Desk]) -> None:
    editor = desks["editor"]
    changed = desks["admin"].post(f"/team/{editor.staff_id}/role", {"role": "reader"})
    assert changed.status_code == 303
    assert kept(editor.staff_id).role == "reader"
    assert sessions_of(editor.staff_id) == 0
    act = last_act()
    assert (act.action, act.detail["before"], act.detail["after"]) == (
        "role_changed",
        "editor",
        "reader",
    )


def test_the_last_admin_is_neither_demoted_nor_closed(admin: Desk) -> None:
    for path, form in (
        (f"/team/{admin.staff_id}/role", {"role": "editor"}),
        (f"/team/{admin.staff_id}/close", {}),
    ):
        refused = admin.post(path, form)
        assert refused.status_code == 409
        assert "dernière personne" in refused.text
    person = kept(admin.staff_id)
    assert (person.role, person.active) == ("admin", True)
    assert sessions_of(admin.staff_id) == 1


def test_an_admin_who_was_invited_but_never_came_does_not_count(admin: Desk) -> None:
    admin.post("/team", {"name": "Amal", "email": "amal@example.org", "role": "admin"})
    assert admin.post(f"/team/{admin.staff_id}/close").status_code == 409


def test_with_a_second_admin_the_first_may_go(app: FastAPI, admin: Desk) -> None:
    second = desk_of(app, "admin", "second@example.org")
    assert admin.post(f"/team/{admin.staff_id}/role", {"role": "reader"}).status_code == 303
    assert second.post(f"/team/{second.staff_id}/close").status_code == 409


def test_two_admins_who_close_one_another_at_once_leave_one(app: FastAPI, admin: Desk) -> None:
    second = desk_of(app, "admin", "second@example.org")
    together = threading.Barrier(2)

    def close(staff_id: str) -> None:
        together.wait()
        try:
            with open_session() as session:
                close_account(session, staff_id)
        except LastAdmin:
            pass

    threads = [threading.Thread(target=close, args=(each.staff_id,)) for each in (admin, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_session() as session:
        assert active_admins(session) == 1


def test_a_closed_account_lets_nobody_in_and_takes_a_new_link_to_open_again(
    desks: dict[Role, Desk], browser_client: TestClient
) -> None:
    admin, reader = desks["admin"], desks["reader"]
    admin.post(f"/team/{reader.staff_id}/close")
    gone = reader.get("/", follow_redirects=False)
    assert gone.headers["location"] == "/console/sign-in"
    form = {"email": "reader@example.org", "password": PASSWORD}
    assert browser_client.post("/console/sign-in", data=form).status_code == 401
    assert "invitation?token=" in admin.post(f"/team/{reader.staff_id}/reopen").text
    assert browser_client.post("/console/sign-in", data=form).status_code == 401


def test_resetting_the_access_makes_the_old_password_void_at_once(
    desks: dict[Role, Desk], browser_client: TestClient
) -> None:
    reader = desks["reader"]
    shown = desks["admin"].post(f"/team/{reader.staff_id}/reset")
    assert "invitation?token=" in shown.text
    assert sessions_of(reader.staff_id) == 0
    assert last_act().action == "access_reset"
    form = {"email": "reader@example.org", "password": PASSWORD}
    assert browser_client.post("/console/sign-in", data=form).status_code == 401


def test_one_does_not_reset_oneself(admin: Desk) -> None:
    assert admin.post(f"/team/{admin.staff_id}/reset").status_code == 409
    assert kept(admin.staff_id).password_hash


def test_an_admin_removes_the_second_factor_of_somebody_who_lost_it(app: FastAPI) -> None:
    admin, editor = desk_of(app, "admin"), desk_of(app, "editor")
    set_up(editor)
    code = code_in(editor)
    client = half_way(app, "editor@example.org")
    answer = admin.post(f"/team/{editor.staff_id}/second-factor/reset")
    assert answer.status_code == 303
    person = kept(editor.staff_id)
    assert not person.totp_confirmed
    assert sessions_of(editor.staff_id) == 0
    gone = client.post("/console/second-factor", data={"code": code}, follow_redirects=False)
    assert gone.headers["location"] == "/console/sign-in"
    assert (last_act().action, last_act().staff_id) == ("second_factor_reset", admin.staff_id)


def test_who_is_demoted_while_signed_in_loses_what_the_role_allowed(
    desks: dict[Role, Desk],
) -> None:
    with open_session() as session:
        change_role(session, desks["editor"].staff_id, "reader")
    assert desks["editor"].get("/callbacks", follow_redirects=False).status_code == 303


def test_an_account_that_does_not_exist_is_not_found(admin: Desk) -> None:
    assert admin.get("/team/nobody").status_code == 404
    for act in ("close", "reopen", "reset", "second-factor/reset"):
        assert admin.post(f"/team/nobody/{act}").status_code == 404


def test_the_trail_is_filtered_and_paged(admin: Desk) -> None:
    with open_session() as session:
        other = add_staff(
            session,
            email="x@example.org",
            name="Autre personne",
            role="reader",
            password_hash=None,
            at=datetime.now(UTC),
        )
        for number in range(60):
            record(
                session,
                other,
                "seen",
                "conversation",
                f"c{number}",
                at=datetime.now(UTC),
                number=number,
            )
        other_id = other.id
    first = admin.get(f"/team/audit?person={other_id}").text
    assert first.count('<code class="object">') == 50
    assert "c59" in first and ">c9<" not in first
    older = first.split('class="pages"><a href="')[1].split('"')[0].replace("&amp;", "&")
    second = admin.client.get(older).text
    assert second.count('<code class="object">') == 10
    assert ">c9<" in second
    one = admin.get("/team/audit?kind=conversation&action=seen&object=c7").text
    assert one.count('<code class="object">') == 1
    assert admin.get("/team/audit?kind=nothing").text.count('<code class="object">') == 0


def test_the_trail_takes_odd_questions(admin: Desk) -> None:
    assert admin.get("/team/audit?before=99999999999999999999").status_code == 422
    assert admin.get("/team/audit?person=%27%20OR%201=1").status_code == 200


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_only_an_admin_sees_the_team(app: FastAPI, role: Role) -> None:
    desk = desk_of(app, role)
    assert desk.get("/team").status_code == 403
    assert desk.get(f"/team/{desk.staff_id}").status_code == 403
    assert desk.post(f"/team/{desk.staff_id}/role", {"role": "admin"}).status_code == 403
    assert kept(desk.staff_id).role == role
