"""The pages of privacy: what is kept, the purge, the register, a person's copy, the notices."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import dalil
from console.words import every_word
from database.console_tables import AuditEntry, CallbackNote, Chore, Invitation, Staff
from database.retention import KINDS, register_of_erasures
from database.session import open_session
from database.staff import Role
from database.tables import Callback, Conversation, Turn
from gateway.notices import notice_in_force
from tests.console.conftest import Desk
from tests.console.test_callbacks import asked

LONG_AGO = datetime.now(UTC) - timedelta(days=500)


def talk(at: datetime, said: str = "bonjour") -> str:
    """A conversation with one message and a call-back; its id."""
    callback_id = asked("Un moulin à Taza")
    with open_session() as session:
        callback = session.get_one(Callback, callback_id)
        conversation = session.get_one(Conversation, callback.conversation_id)
        conversation.started_at = at
        callback.state = "closed"
        session.add(
            Turn(
                conversation_id=conversation.id,
                message_id="m1",
                text=said,
                received_at=at,
                answered_at=at,
                state="answered",
                reply=[{"id": "1", "text": "Voici la prime."}],
            )
        )
        return conversation.id


def copy_of(desk: Desk, reference: str) -> dict[str, str]:
    """The files of a person's copy."""
    answer = desk.post("/privacy/export", {"reference": reference})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


def test_the_page_tells_what_is_kept_and_what_would_go(admin: Desk) -> None:
    talk(LONG_AGO)
    talk(datetime.now(UTC))
    page = admin.get("/privacy").text
    assert f"{LONG_AGO:%m/%Y}" in page
    assert "12 mois après le dernier message" in page
    with open_session() as session:
        assert session.query(Conversation).count() == 2


def test_a_purge_must_be_confirmed(admin: Desk) -> None:
    talk(LONG_AGO)
    for form in ({}, {"confirmed": "no"}):
        assert admin.post("/privacy/purge", form).status_code == 422
    assert admin.get("/privacy/purge").status_code == 405
    with open_session() as session:
        assert session.query(Conversation).count() == 1


def test_a_purge_erases_and_is_in_the_register_and_in_the_trail(admin: Desk) -> None:
    over = talk(LONG_AGO)
    answer = admin.post("/privacy/purge", {"confirmed": "yes"})
    assert answer.headers["location"] == "/console/privacy/register?notice=purged"
    page = admin.get("/privacy/register").text
    assert "conversations : 1" in page and "durée de conservation passée" in page
    assert over not in page
    with open_session() as session:
        last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (last.action, last.detail["conversations"]) == ("purged", 1)
        assert len(register_of_erasures(session)) == 1


def test_a_purge_waits_for_the_one_under_way(admin: Desk) -> None:
    with open_session() as session:
        until = datetime.now(UTC) + timedelta(minutes=1)
        session.add(Chore(name="purge", held_by="another", held_until=until))
    assert admin.post("/privacy/purge", {"confirmed": "yes"}).status_code == 409


def test_a_copy_holds_everything_in_clear_and_its_making_is_recorded(admin: Desk) -> None:
    conversation_id = talk(datetime.now(UTC), "mon projet à Taza")
    with open_session() as session:
        callback = session.query(Callback).one()
        session.add(
            CallbackNote(
                callback_id=callback.id, author="Amal", at=datetime.now(UTC), text="à rappeler"
            )
        )
    files = copy_of(admin, conversation_id)
    for name in ("dalil.json", "dalil.txt"):
        for held in (
            "Amal Bennani",
            "+212612345678",
            "mon projet à Taza",
            "Voici la prime",
            "à rappeler",
        ):
            assert held in files[name], (name, held)
    kept = json.loads(files["dalil.json"])["kept"]
    assert "token_hash" not in kept["conversation"][0]
    with open_session() as session:
        last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert (last.action, last.object_id, last.staff_id) == (
            "exported",
            conversation_id,
            admin.staff_id,
        )


def test_a_copy_is_found_by_the_call_back_too_and_holds_nobody_else(admin: Desk) -> None:
    mine, other = talk(datetime.now(UTC), "le mien"), talk(datetime.now(UTC), "un autre")
    with open_session() as session:
        callback = session.query(Callback).filter(Callback.conversation_id == mine).one()
    files = copy_of(admin, f" {callback.id.upper()} ")
    assert "le mien" in files["dalil.txt"]
    assert "un autre" not in files["dalil.txt"] and other not in files["dalil.json"]


@pytest.mark.parametrize("reference", ["", "nothing", "' OR 1=1 --", "../../etc/passwd"])
def test_a_copy_of_what_does_not_exist_is_not_made(admin: Desk, reference: str) -> None:
    talk(datetime.now(UTC))
    assert admin.post("/privacy/export", {"reference": reference}).status_code == 404
    with open_session() as session:
        assert session.query(AuditEntry).filter(AuditEntry.action == "exported").count() == 0


def test_only_an_admin_exports_or_erases(desks: dict[Role, Desk]) -> None:
    conversation_id = talk(LONG_AGO)
    form: dict[str, Any] = {"reference": conversation_id, "confirmed": "yes"}
    for role in ("reader", "reviewer", "editor"):
        for path in ("/privacy/export", "/privacy/purge"):
            assert desks[role].post(path, form).status_code == 403  # type: ignore[index]
    with open_session() as session:
        assert session.query(Conversation).count() == 1


def test_the_notices_are_shown_with_their_versions(admin: Desk) -> None:
    page = admin.get("/privacy/notices").text
    assert notice_in_force("privacy").version in page
    assert "09-08" in page and 'dir="rtl"' in page and "{" not in page.split("<main")[1]


def test_the_register_takes_odd_questions(admin: Desk) -> None:
    assert admin.get("/privacy/register?before=yesterday").status_code == 422
    assert admin.get("/privacy/register?before=2026-01-01T00:00:00%2B00:00").status_code == 200


def test_every_class_and_count_has_its_words() -> None:
    words = every_word()
    counted = {*KINDS, "feedback", "callbacks"}
    assert {f"privacy.counted.{kind}" for kind in counted} <= set(words)
    assert {f"privacy.{part}.{kind}" for part in ("kind", "rule") for kind in KINDS} <= set(words)


def test_the_command_line_tells_first_and_erases_then(admin: Desk) -> None:
    talk(LONG_AGO)
    told = CliRunner().invoke(dalil.app, ["privacy", "purge", "--dry-run"])
    assert told.exit_code == 0 and "conversations: 1 of 1" in told.output
    with open_session() as session:
        assert session.query(Conversation).count() == 1
    done = CliRunner().invoke(dalil.app, ["privacy", "purge"])
    assert done.exit_code == 0 and "conversations: 1 erased" in done.output
    again = CliRunner().invoke(dalil.app, ["privacy", "purge"])
    assert "nothing was past its time" in again.output
    with open_session() as session:
        assert session.query(Conversation).count() == 0


def test_the_command_line_gives_a_link_to_who_is_locked_out(admin: Desk) -> None:
    done = CliRunner().invoke(dalil.app, ["staff", "reset", "admin@example.org", "--second-factor"])
    assert done.exit_code == 0 and "/console/invitation?token=" in done.output
    with open_session() as session:
        person = session.get_one(Staff, admin.staff_id)
        assert (person.password_hash, person.totp_confirmed) == (None, False)
        assert session.query(Invitation).count() == 1
    unknown = CliRunner().invoke(dalil.app, ["staff", "reset", "nobody@example.org"])
    assert unknown.exit_code == 1


def test_the_register_holds_no_id_of_a_conversation_once_all_is_forgotten(admin: Desk) -> None:
    from database.conversations import finish_erasure

    over = talk(LONG_AGO)
    admin.post("/privacy/purge", {"confirmed": "yes"})
    with open_session() as session:
        for (erasure_id,) in session.execute(text("SELECT id FROM erasure")).all():
            finish_erasure(session, erasure_id)
    with open_session() as session:
        assert over not in str(session.execute(text("SELECT * FROM erasure")).all())
