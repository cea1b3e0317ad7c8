"""What tests of the facts editor share: a form as a browser would send it back, drafts, words."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.console_tables import FactDraft
from database.drafts import draft_named, pending_drafts
from database.session import open_session
from database.staff import Role, add_staff, open_staff_session
from tests.console.conftest import Desk

SUBJECT = "zitoun_bonus"


def seat(app: FastAPI, role: Role, email: str | None = None) -> Desk:
    """Somebody of the staff whose browser is signed in already."""
    at, token = datetime.now(UTC), f"token of {email or role}"
    with open_session() as session:
        staff = add_staff(
            session,
            email=email or f"{role}@example.org",
            name=f"Nom {role}",
            role=role,
            password_hash=None,
            at=at,
        )
        staff_id = staff.id
        open_staff_session(
            session,
            staff_id,
            token=token,
            csrf=f"word of {staff_id}",
            awaits_second_factor=False,
            at=at,
            expires_at=at + timedelta(hours=1),
        )
    client = TestClient(app, raise_server_exceptions=False)
    client.cookies.set("dalil_console", token, path="/console")
    return Desk(client, role, staff_id)


class _Form(HTMLParser):
    """Reads the fields of the form `sheet`, with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = dict(attributes)
        if tag == "form":
            self._inside = held.get("id") == "sheet"
        if not self._inside:
            return
        name = held.get("name") or ""
        if tag == "input" and (held.get("type") != "checkbox" or "checked" in held):
            self.fields.append((name, held.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in held:
            self.fields.append((self._select, held.get("value") or ""))
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # A browser leaves out the line break that follows the tag.
            self.fields.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._inside = False


def fields_of(page: str) -> dict[str, Any]:
    """What the form on a page would send, names with several values as lists."""
    form = _Form()
    form.feed(page)
    found: dict[str, Any] = {}
    for name, value in form.fields:
        if name in found:
            held = found[name] if isinstance(found[name], list) else [found[name]]
            found[name] = [*held, value]
        else:
            found[name] = value
    found.pop("csrf", None)
    return found


def begin(desk: Desk, subject_id: str = SUBJECT) -> str:
    """Begin to edit a subject; the id of the draft."""
    answer = desk.post(f"/facts/subjects/{subject_id}/edit")
    assert answer.status_code == 303, answer.text
    found = re.search(r"/drafts/([\w-]+)/edit", answer.headers["location"])
    assert found
    return found[1]


def typed(desk: Desk, draft_id: str, **changes: Any) -> dict[str, Any]:
    """The form of a draft with some fields changed; dots in names are written `__`."""
    fields = fields_of(desk.get(f"/facts/drafts/{draft_id}/edit").text)
    for name, value in changes.items():
        fields[name.replace("__", ".").replace("ary_", "ary-")] = value
    return fields


def save(desk: Desk, draft_id: str, do: str = "save", **changes: Any) -> Any:
    """Send the form of a draft with some fields changed."""
    fields = typed(desk, draft_id, **changes)
    return desk.post(f"/facts/drafts/{draft_id}/edit", fields | {"do": do})


def publish(desk: Desk, draft_id: str) -> Any:
    """Publish a draft as it stands."""
    edits = str(draft(draft_id).edits)
    return desk.post(f"/facts/drafts/{draft_id}/publish", {"edits": edits})


def draft(draft_id: str) -> FactDraft:
    """A draft as the database holds it."""
    with open_session() as session:
        found = draft_named(session, draft_id)
        assert found is not None
        session.expunge(found)
    return found


def pending(subject_id: str) -> list[FactDraft]:
    """The drafts of a subject that are not decided."""
    with open_session() as session:
        found = list(pending_drafts(session, subject_id))
        for each in found:
            session.expunge(each)
    return found
