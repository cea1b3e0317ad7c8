"""What goes out: errors by class, nothing twice, order, pace, the 24-hour window, statuses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from database.conversations import add_staff_message
from database.session import open_session
from database.whatsapp import Attempt, OutboxMessage, Person, channel, note_status, sending_stands
from gateway.whatsapp import worker as working
from gateway.whatsapp.sending import outcome_of, wait_before
from gateway.whatsapp.worker import put_staff_words_out
from tests.gateway.whatsapp.conftest import PHONE, Line, payload_of
from tests.whatsapp_stand_in import webhooks

ERRORS = Path(__file__).parent / "errors"
OUTCOMES = {
    "throughput": "later",
    "pair_rate": "later",
    "something_went_wrong": "later",
    "service_unavailable": "later",
    "unknown": "later",
    "undeliverable": "never",
    "outside_window": "never",
    "unsupported_type": "never",
    "bad_parameter": "never",
    "bad_value": "never",
    "token": "stop",
    "spam": "stop",
    "locked": "stop",
    "permission": "stop",
}


def texts(sent: list[dict[str, Any]]) -> list[str]:
    """What was said, without its choices."""
    return [
        each["text"]["body"] if each["type"] == "text" else each["interactive"]["body"]["text"]
        for each in sent
    ]


def answers(line: Line) -> list[str]:
    """The echoed answers that arrived."""
    return [said for said in texts([s.payload for s in line.meta.sent]) if said.startswith("«")]


def later(line: Line) -> None:
    """Let what waits be due now."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    with open_session() as session:
        session.execute(update(OutboxMessage).values(due_at=past))
        session.execute(update(Person).values(due_at=past))
        channel(session).paused_until = None
    line.work()


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_recorded_error_has_its_class(name: str) -> None:
    recorded = json.loads((ERRORS / f"{name}.json").read_text("utf-8"))
    code = recorded["body"]["error"]["code"]
    assert outcome_of(recorded["status"], code) == OUTCOMES[name]


def test_every_recorded_error_is_classed() -> None:
    assert {path.stem for path in ERRORS.glob("*.json")} == set(OUTCOMES)


def test_waits_grow_and_are_never_the_same() -> None:
    assert all(2**n <= wait_before(n + 1) <= 2 ** (n + 1) for n in range(8))
    assert 16 <= wait_before(3, 131056) <= 32
    assert len({wait_before(3) for _ in range(20)}) > 15


def test_a_passing_error_is_tried_again_and_each_attempt_is_kept(line: Line) -> None:
    line.meta.plan += [(130429, 429), (131016, 503)]
    line.write("Bonjour")
    later(line)
    later(line)
    assert answers(line) == ["« Bonjour »"]
    with open_session() as session:
        first = session.scalars(
            select(Attempt.outcome).join(OutboxMessage).order_by(Attempt.id)
        ).all()
    assert first[:3] == ["later", "later", "sent"]


def test_a_refusal_for_good_is_not_tried_again_and_blocks_nothing(line: Line) -> None:
    line.meta.plan += [(131026, 400)]
    line.write("Bonjour")
    later(line)
    assert len(line.meta.sent) == 1  # the notice was refused, the answer came
    with open_session() as session:
        assert sending_stands(session) == {"failed": 1, "sent": 1}


def test_an_invalid_token_stops_all_sending_and_says_so(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.meta.plan += [(190, 401)]
    line.write("Bonjour")
    line.write("Salut", phone="212670000000")
    assert line.meta.sent == []
    assert "paused" in caplog.text
    assert line.client.get("/readyz").json()["whatsapp"] == "paused by Meta: error 190"
    later(line)
    assert sorted(answers(line)) == ["« Bonjour »", "« Salut »"]


@pytest.mark.parametrize("trick", ["break"])
def test_a_message_whose_sending_broke_off_is_not_sent_twice_when_meta_had_it(
    line: Line, trick: str
) -> None:
    line.write("Bonjour")
    line.meta.plan += [trick]
    line.write("encore")
    assert answers(line) == ["« Bonjour »", "« encore »"]
    taken = line.meta.sent[-1]
    line.bring(
        webhooks.webhook(
            statuses=[
                {
                    "id": taken.wamid,
                    "status": "sent",
                    "timestamp": "1795000000",
                    "biz_opaque_callback_data": taken.payload["biz_opaque_callback_data"],
                }
            ]
        )
    )
    later(line)
    assert answers(line) == ["« Bonjour »", "« encore »"]


def test_a_message_that_meta_never_had_is_sent_after_the_wait(line: Line) -> None:
    line.write("Bonjour")
    with open_session() as session:
        # As a process that was killed between noting the call and making it leaves it.
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.key.endswith("-2"))
            .values(
                state="sending",
                body=json.dumps({"type": "text", "text": {"body": "« perdu »"}}),
                called_at=datetime.now(UTC),
            )
        )
    later(line)
    assert answers(line) == ["« Bonjour »"]
    working.time.sleep(0.25)
    later(line)
    assert answers(line) == ["« Bonjour »", "« perdu »"]


def test_a_status_never_moves_back(line: Line) -> None:
    line.write("Bonjour")
    with open_session() as session:
        row = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert row is not None and row.wamid_hash is not None
        key, wamid_hash = row.key, row.wamid_hash
    now = datetime.now(UTC)
    moved = []
    for status in ("read", "delivered", "sent", "failed", "read", "deleted"):
        with open_session() as session:
            moved.append(note_status(session, status, wamid_hash=wamid_hash, key=key, at=now))
    assert moved == [True, False, False, False, False, False]
    with open_session() as session:
        assert session.scalar(select(OutboxMessage.state).where(OutboxMessage.key == key)) == "read"


def test_a_status_of_a_message_that_is_not_ours_is_acknowledged(line: Line) -> None:
    assert line.bring(payload_of("status_read")).status_code == 200


def test_outside_24_hours_nothing_but_templates_is_sent(line: Line) -> None:
    line.write("Bonjour")
    with open_session() as session:
        person = session.scalars(select(Person)).one()
        person.last_message_at = datetime.now(UTC) - timedelta(hours=24, seconds=1)
        message = {"text": "Bonjour de l'équipe", "language": "fr", "buttons": [], "sources": []}
        add_staff_message(session, person.conversation_id or "", message, at=datetime.now(UTC))
    before = len(line.meta.sent)
    put_staff_words_out()
    line.work()
    assert len(line.meta.sent) == before
    with open_session() as session:
        last = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert last is not None and (last.state, last.error) == ("dropped", 131047)


def test_what_staff_says_reaches_the_phone_once(line: Line) -> None:
    line.write("Bonjour")
    with open_session() as session:
        person = session.scalars(select(Person)).one()
        message = {"text": "Ici Salma, du CRI.", "language": "fr", "buttons": [], "sources": []}
        add_staff_message(session, person.conversation_id or "", message, at=datetime.now(UTC))
    assert put_staff_words_out() == 1
    assert put_staff_words_out() == 0
    line.work()
    assert texts(line.meta.said_to(PHONE))[-1] == "Ici Salma, du CRI."


def test_messages_to_one_person_are_paced(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "BURST", 3)
    for number in range(5):
        line.write(f"n{number}")
    assert len(line.meta.said_to(PHONE)) == 4
    line.write("quelqu'un d'autre", phone="212670000000")
    assert len(line.meta.said_to("212670000000")) == 2


def test_the_message_is_marked_read_with_typing_before_the_answer(line: Line) -> None:
    line.write("Bonjour")
    assert len(line.meta.receipts) == 1
    assert line.meta.receipts[0][1] <= line.meta.sent[0].at


def test_while_the_assistant_is_away_a_message_waits_and_the_person_is_told_once(
    line: Line,
) -> None:
    line.rasa.away = True
    line.write("Bonjour")
    assert line.meta.sent == []
    with open_session() as session:
        from database.whatsapp import InboxMessage

        row = session.scalars(select(InboxMessage)).one()
        row.received_at -= timedelta(minutes=2)
        row.due_at = datetime.now(UTC)
    later(line)
    with open_session() as session:
        session.scalars(select(InboxMessage)).one().due_at = datetime.now(UTC)
    later(line)
    assert len(line.meta.sent) == 1
    line.rasa.away = False
    with open_session() as session:
        session.scalars(select(InboxMessage)).one().due_at = datetime.now(UTC)
    later(line)
    assert answers(line) == ["« Bonjour »"]


def test_a_mistake_of_ours_ends_in_an_apology_not_in_silence(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("212661234567")

    monkeypatch.setattr(working.Handler, "handle", broken)
    monkeypatch.setattr(working, "wait_before", lambda *_: -1.0)
    line.write("Bonjour")
    assert any("Désolé" in said for said in texts(line.meta.said_to(PHONE)))
