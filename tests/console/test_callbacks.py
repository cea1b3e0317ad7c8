"""Calling visitors back: who sees whom to call, and that nothing shows it elsewhere."""

import logging
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError

from database.callbacks import Call, call_named, calls, erase_contacts, notes_of, take_call
from database.console_tables import AuditEntry, CallbackNote
from database.conversations import open_callback
from database.retention import months_after
from database.session import open_session
from database.staff import Role
from database.tables import Callback, Conversation
from database.whatsapp import callbacks_to_remind
from tests.console.conftest import Desk, desk_of

NAME, PHONE, EMAIL = "Amal Bennani", "+212612345678", "amal@exemple.ma"
NOW = datetime.now(UTC)
TODAY = NOW.date()


def asked(
    subject: str = "Un moulin à Taza", *, due: date = TODAY, conversation_id: str | None = None
) -> str:
    """A visitor asked to be called; the id of the call-back."""
    with open_session() as session:
        if conversation_id is None:
            conversation_id = str(uuid.uuid4())
            session.add(
                Conversation(
                    id=conversation_id,
                    channel="web",
                    token_hash="-",
                    writing="fr",
                    started_at=NOW,
                    greeting=[],
                )
            )
            session.flush()
        callback = Callback(
            id=str(uuid.uuid4()),
            conversation_id=conversation_id,
            name=NAME,
            phone=PHONE,
            email=EMAIL,
            subject=subject,
            slot="morning",
            writing="fr",
            consent_version="2026-11-23",
            requested_at=NOW,
            due=due,
            state="open",
            erase_on=due + timedelta(days=180),
        )
        session.add(callback)
        return callback.id


def call(callback_id: str) -> Call:
    """The call-back as it is kept."""
    with open_session() as session:
        found = call_named(session, callback_id)
    assert found
    return found


def acts_on(callback_id: str) -> list[tuple[str, str]]:
    """Who did what with it, in order."""
    with open_session() as session:
        entries = session.query(AuditEntry).filter(AuditEntry.object_id == callback_id)
        return [(entry.actor, entry.action) for entry in entries.order_by(AuditEntry.id)]


def is_told(page: Any) -> bool:
    """Whether a page tells anything of whom to call."""
    return any(part in page.text for part in ("Bennani", "612345678", "amal@exemple", "amal%40"))


def in_charge(desk: Desk) -> str:
    """A call-back that this person took."""
    callback_id = asked()
    assert desk.post(f"/callbacks/{callback_id}/take").status_code == 303
    return callback_id


def test_the_queue_shows_the_most_urgent_first_and_marks_what_is_late(
    desks: dict[Role, Desk],
) -> None:
    asked("plus tard", due=TODAY + timedelta(days=2))
    asked("en retard", due=TODAY - timedelta(days=1))
    asked("aujourd'hui")
    page = desks["reviewer"].get("/callbacks").text
    order = [page.index(word) for word in ("en retard</span>", "aujourd&#39;hui", "plus tard")]
    assert order == sorted(order)
    assert page.count('class="badge bad">en retard<') == 1 and "Rappels à faire : 3" in page
    late = desks["reviewer"].get("/callbacks?stage=late").text
    assert "plus tard" not in late and "aujourd&#39;hui" not in late


def test_a_call_is_late_from_the_day_after_it_was_due() -> None:
    callback = Callback(state="open", due=date(2026, 11, 25))
    waiting = Call(callback, None, None, None, True)
    assert not waiting.is_late(date(2026, 11, 25))
    assert waiting.is_late(date(2026, 11, 26))


def test_no_page_and_no_log_tells_the_contact_unless_it_is_asked_for(
    desks: dict[Role, Desk], caplog: pytest.LogCaptureFixture
) -> None:
    reviewer = desks["reviewer"]
    with caplog.at_level(logging.DEBUG):
        callback_id = in_charge(reviewer)
        reviewer.post(f"/callbacks/{callback_id}/note", {"text": "rappeler demain"})
        for desk in (reviewer, desks["admin"]):
            for path in ("/callbacks", "/callbacks?whose=mine", f"/callbacks/{callback_id}"):
                page = desk.get(path)
                assert page.status_code == 200 and not is_told(page), path
        assert not is_told(desks["admin"].get("/team/audit"))
        shown = reviewer.post(f"/callbacks/{callback_id}/contact")
    assert is_told(shown)
    assert shown.headers["cache-control"] == "no-store"
    assert not any(part in caplog.text for part in ("Bennani", "612345678", "amal@"))


def test_reading_a_contact_from_the_queue_is_not_possible(desks: dict[Role, Desk]) -> None:
    asked()
    with open_session() as session:
        found = calls(session)[0]
        for column in ("name", "phone", "email"):
            with pytest.raises(InvalidRequestError, match="raiseload"):
                getattr(found.callback, column)


def test_who_is_not_in_charge_is_refused_and_it_is_recorded(
    app: FastAPI, desks: dict[Role, Desk]
) -> None:
    other = desk_of(app, "editor", "other@example.org")
    callback_id = in_charge(desks["reviewer"])
    refused = other.post(f"/callbacks/{callback_id}/contact")
    assert refused.status_code == 403
    assert not is_told(refused)
    assert acts_on(callback_id)[-1] == ("Nom editor", "contact_refused")


def test_a_call_that_nobody_has_tells_its_contact_to_no_reviewer(
    desks: dict[Role, Desk],
) -> None:
    callback_id = asked()
    assert desks["editor"].post(f"/callbacks/{callback_id}/contact").status_code == 403


def test_each_showing_of_a_contact_is_recorded_without_the_contact(
    desks: dict[Role, Desk],
) -> None:
    callback_id = in_charge(desks["reviewer"])
    for desk in (desks["reviewer"], desks["admin"], desks["admin"]):
        assert is_told(desk.post(f"/callbacks/{callback_id}/contact"))
    shown = [act for act in acts_on(callback_id) if act[1] == "contact_shown"]
    assert shown == [("Nom reviewer", "contact_shown")] + [("Nom admin", "contact_shown")] * 2
    with open_session() as session:
        trail = str(session.execute(text("SELECT * FROM audit_entry")).all())
    assert "Bennani" not in trail and "612345678" not in trail


def test_looking_at_the_address_of_the_contact_shows_nothing(admin: Desk) -> None:
    assert admin.get(f"/callbacks/{asked()}/contact").status_code == 405


@pytest.mark.parametrize("act", ["give", "note", "close", "reopen", "contact"])
def test_who_is_not_in_charge_changes_nothing(desks: dict[Role, Desk], act: str) -> None:
    callback_id = in_charge(desks["reviewer"])
    form = {"to": desks["editor"].staff_id, "text": "x", "outcome": "done"}
    assert desks["editor"].post(f"/callbacks/{callback_id}/{act}", form).status_code == 403
    kept = call(callback_id)
    assert kept.stage == "in_progress"
    assert kept.in_charge and kept.in_charge.id == desks["reviewer"].staff_id


def test_of_two_who_take_a_call_one_has_it(desks: dict[Role, Desk]) -> None:
    callback_id = in_charge(desks["reviewer"])
    second = desks["editor"].post(f"/callbacks/{callback_id}/take")
    assert second.headers["location"].endswith("already_taken")
    with open_session() as session:
        assert not take_call(session, callback_id, desks["editor"].staff_id)
    kept = call(callback_id)
    assert kept.in_charge and kept.in_charge.id == desks["reviewer"].staff_id


def test_a_call_is_given_to_a_colleague_who_then_sees_the_contact_alone(
    desks: dict[Role, Desk],
) -> None:
    callback_id = in_charge(desks["reviewer"])
    desks["reviewer"].post(f"/callbacks/{callback_id}/give", {"to": desks["editor"].staff_id})
    assert is_told(desks["editor"].post(f"/callbacks/{callback_id}/contact"))
    assert desks["reviewer"].post(f"/callbacks/{callback_id}/contact").status_code == 403


@pytest.mark.parametrize("to", ["reader", "nobody"])
def test_a_call_is_not_given_to_who_may_not_make_it(desks: dict[Role, Desk], to: str) -> None:
    callback_id = in_charge(desks["reviewer"])
    staff_id = desks["reader"].staff_id if to == "reader" else to
    refused = desks["reviewer"].post(f"/callbacks/{callback_id}/give", {"to": staff_id})
    assert refused.status_code == 403


def test_who_leaves_gives_their_open_calls_back_to_the_queue(desks: dict[Role, Desk]) -> None:
    callback_id = in_charge(desks["reviewer"])
    desks["admin"].post(f"/team/{desks['reviewer'].staff_id}/role", {"role": "reader"})
    assert call(callback_id).stage == "open"


def test_notes_are_encrypted_and_shown_to_who_is_in_charge_only(
    desks: dict[Role, Desk],
) -> None:
    callback_id = in_charge(desks["reviewer"])
    said = "Sa sœur Hind répond le soir <b>au</b> 0535"
    desks["reviewer"].post(f"/callbacks/{callback_id}/note", {"text": said})
    with open_session() as session:
        assert "Hind" not in str(session.execute(text("SELECT * FROM callback_note")).all())
        assert notes_of(session, callback_id)[0].text == said
    page = desks["reviewer"].get(f"/callbacks/{callback_id}").text
    assert "Hind" in page and "<b>au</b>" not in page
    assert "Hind" not in desks["editor"].get(f"/callbacks/{callback_id}").text


def test_a_visitors_words_are_text_and_not_markup(desks: dict[Role, Desk]) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    callback_id = asked(hostile)
    for path in ("/callbacks", f"/callbacks/{callback_id}"):
        page = desks["reviewer"].get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_a_closed_call_keeps_its_contact_for_some_months_only(desks: dict[Role, Desk]) -> None:
    callback_id = in_charge(desks["reviewer"])
    desks["reviewer"].post(f"/callbacks/{callback_id}/close", {"outcome": "not_reached"})
    kept = call(callback_id)
    assert (kept.stage, kept.callback.state) == ("not_reached", "closed")
    assert kept.callback.erase_on == months_after(datetime.now(UTC).date(), 6)
    assert kept.closed_at


@pytest.mark.parametrize("outcome", ["expired", "open", ""])
def test_a_call_ends_only_in_a_way_that_there_is(desks: dict[Role, Desk], outcome: str) -> None:
    callback_id = in_charge(desks["reviewer"])
    answer = desks["reviewer"].post(f"/callbacks/{callback_id}/close", {"outcome": outcome})
    assert answer.status_code == 422
    assert call(callback_id).stage == "in_progress"


def test_once_closed_the_visitor_may_ask_again_and_is_not_reminded(
    desks: dict[Role, Desk],
) -> None:
    callback_id = in_charge(desks["reviewer"])
    conversation_id = call(callback_id).callback.conversation_id
    desks["reviewer"].post(f"/callbacks/{callback_id}/close", {"outcome": "done"})
    with open_session() as session:
        assert open_callback(session, conversation_id) is None
        assert callbacks_to_remind(session, on=TODAY) == []
    asked("encore", conversation_id=conversation_id)
    again = desks["reviewer"].post(f"/callbacks/{callback_id}/reopen")
    assert again.headers["location"].endswith("another_open")
    assert call(callback_id).stage == "done"


def test_a_call_closed_by_mistake_is_taken_up_again(desks: dict[Role, Desk]) -> None:
    callback_id = in_charge(desks["reviewer"])
    desks["reviewer"].post(f"/callbacks/{callback_id}/close", {"outcome": "done"})
    desks["reviewer"].post(f"/callbacks/{callback_id}/reopen")
    assert call(callback_id).stage == "in_progress"


def test_an_erased_contact_is_gone_for_everybody_with_its_notes(
    desks: dict[Role, Desk],
) -> None:
    callback_id = in_charge(desks["reviewer"])
    desks["reviewer"].post(f"/callbacks/{callback_id}/note", {"text": "une note"})
    due = call(callback_id).callback.erase_on
    with open_session() as session:
        day_before = due - timedelta(days=1)
        assert erase_contacts(session, on=day_before, at=NOW, limit=10) == []
        assert erase_contacts(session, on=due, at=NOW, limit=10) == [callback_id]
        assert erase_contacts(session, on=due, at=NOW, limit=10) == []
    with open_session() as session:
        row = session.execute(text("SELECT name, phone, email FROM callback")).one()
        assert tuple(row) == (None, None, None)
        assert session.query(CallbackNote).count() == 0
    assert call(callback_id).stage == "expired"
    shown = desks["admin"].post(f"/callbacks/{callback_id}/contact")
    assert shown.status_code == 200 and not is_told(shown)
    assert "durée de conservation" in shown.text
    assert desks["admin"].post(f"/callbacks/{callback_id}/reopen").status_code == 303
    assert call(callback_id).stage == "expired"


def test_a_call_that_does_not_exist_is_not_found(admin: Desk) -> None:
    assert admin.get("/callbacks/nothing").status_code == 404
    assert admin.post("/callbacks/nothing/contact").status_code == 404
