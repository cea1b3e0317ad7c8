"""The console with people of every role, behind the whole web server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from console.passwords import password_hash
from database.session import open_session
from database.staff import ROLES, Role, add_staff, staff_session_of
from gateway import limits
from gateway.app import create_app

PASSWORD = "une phrase assez longue"
PASSWORD_HASH = password_hash(PASSWORD)


@dataclass
class Desk:
    """Somebody of the staff with a browser, signed in."""

    client: TestClient
    role: Role
    staff_id: str

    @property
    def csrf(self) -> str:
        """The word that this session's forms carry."""
        with open_session() as session:
            token = self.client.cookies["dalil_console"]
            found = staff_session_of(session, token, at=datetime.now(UTC))
        assert found is not None
        return found[1].csrf

    def get(self, path: str, **options: Any) -> Any:
        """Open a page."""
        return self.client.get(f"/console{path}", **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send a form of ours; redirects are not followed."""
        form = {"csrf": self.csrf} | (data or {})
        return self.client.post(f"/console{path}", data=form, follow_redirects=False, **options)


@pytest.fixture
def app(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[FastAPI]:
    """The web server on an empty database."""
    monkeypatch.setenv("DALIL_CONTACT_KEY_FILE", str(tmp_path / "keys" / "contact.key"))
    limits._limiter.cache_clear()
    yield create_app()
    limits._limiter.cache_clear()


@pytest.fixture
def browser_client(app: FastAPI) -> TestClient:
    """A browser in which nobody is signed in. The server's background work does not run."""
    return TestClient(app, raise_server_exceptions=False)


def desk_of(app: FastAPI, role: Role, email: str | None = None) -> Desk:
    """Open an account and sign in."""
    address = email or f"{role}@example.org"
    with open_session() as session:
        staff = add_staff(
            session,
            email=address,
            name=f"Nom {role}",
            role=role,
            password_hash=PASSWORD_HASH,
            at=datetime.now(UTC),
        )
        staff_id = staff.id
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.post(
        "/console/sign-in",
        data={"email": address, "password": PASSWORD},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return Desk(client, role, staff_id)


@pytest.fixture
def desks(app: FastAPI) -> dict[Role, Desk]:
    """Somebody of each role, signed in."""
    return {role: desk_of(app, role) for role in ROLES}


@pytest.fixture
def admin(app: FastAPI) -> Desk:
    """An administrator, signed in."""
    return desk_of(app, "admin")
