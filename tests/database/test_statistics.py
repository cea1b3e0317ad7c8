"""The figures of the console on conversations whose answers are known."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from database.console_tables import Staff, Verdict
from database.statistics import Period, Ranked, Usage, usage
from database.tables import Callback, Conversation, Feedback, Turn

MARCH = Period(date(2026, 3, 2), date(2026, 3, 8))
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SOURCED = [{"text": "…", "sources": [{"title": "Le Matin"}]}]
PLAIN: list[dict[str, Any]] = [{"text": "…", "sources": []}]


def talk(session: Session, name: str, at: datetime, channel: str, *turns: dict[str, Any]) -> None:
    """A conversation, a minute between its turns."""
    session.add(
        Conversation(
            id=name, channel=channel, token_hash="", writing="fr", started_at=at, greeting=[]
        )
    )
    session.flush()
    for number, turn in enumerate(turns):
        session.add(
            Turn(
                conversation_id=name,
                message_id=f"m{number}",
                text="?",
                received_at=at + timedelta(minutes=number),
                state="answered",
                **{"writing": "fr", "outcome": "answered", "reply": PLAIN} | turn,
            )
        )
    session.flush()


@pytest.fixture
def march(session: Session) -> Usage:
    """A week of three conversations, and one the week before."""
    talk(
        session,
        "a",
        NOON,
        "web",
        {"subject": "zitoun", "aspect": "amount", "reply": SOURCED, "took_ms": 10},
        {"outcome": "not_found", "intent": "ask_price", "took_ms": 20},
        {"subject": "zitoun", "aspect": "delay", "reply": SOURCED, "took_ms": 30},
    )
    talk(
        session,
        "b",
        NOON + timedelta(days=1),
        "whatsapp",
        {"subject": "zitoun", "aspect": "amount", "reply": SOURCED, "writing": "ary-Arab"},
        {"outcome": "clarified", "intent": "ask_price", "writing": "ary-Arab", "took_ms": 1000},
    )
    talk(session, "late", datetime(2026, 3, 9, 0, 30, tzinfo=UTC), "web", {})
    talk(session, "early", datetime(2026, 2, 28, 12, tzinfo=UTC), "web", {}, {})
    first, last = (
        session.query(Turn).filter_by(conversation_id="a", message_id=m).one() for m in ("m0", "m1")
    )
    session.add(Feedback(turn_id=first.id, verdict="helpful", given_at=NOON))
    session.add(Feedback(turn_id=last.id, verdict="not_helpful", given_at=NOON))
    session.add(
        Staff(
            id="s", email="s@example.org", name="S", role="reviewer", language="fr", active=True,
            totp_confirmed=False, created_at=NOON,
        )
    )  # fmt: skip
    session.flush()
    session.add(Verdict(turn_id=last.id, staff_id="s", verdict="wrong", theme="facts", at=NOON))
    for number, (state, due) in enumerate((("open", 5), ("open", 20), ("closed", 5))):
        session.add(
            Callback(
                id=f"c{number}", conversation_id="a", name="N", subject="?", slot="any",
                writing="fr", consent_version="1", requested_at=NOON, due=date(2026, 3, due),
                state=state, erase_on=date(2027, 1, 1),
            )
        )  # fmt: skip
    session.flush()
    return usage(session, MARCH, on=date(2026, 3, 10))


def test_a_period_covers_the_days_of_morocco_and_the_one_before_is_as_long() -> None:
    assert MARCH.start == datetime(2026, 3, 2, tzinfo=UTC)  # the clock stands at UTC in Ramadan
    assert Period(date(2026, 7, 1), date(2026, 7, 1)).start == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert MARCH.before() == Period(date(2026, 2, 23), date(2026, 3, 1))


def test_conversations_are_counted_by_day_and_channel(march: Usage) -> None:
    assert march.conversations == 2
    assert march.channels == {"web": 1, "whatsapp": 1}
    assert march.by_day["whatsapp"] == {date(2026, 3, 5): 1}
    assert march.by_day["web"][date(2026, 3, 4)] == 1


def test_a_summer_evening_counts_for_the_next_day_of_morocco(session: Session) -> None:
    talk(session, "evening", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "web", {})
    july = usage(session, Period(date(2026, 7, 1), date(2026, 7, 3)), on=date(2026, 7, 9))
    assert july.by_day == {"web": {date(2026, 7, 2): 1}}


def test_people_are_conversations_in_which_somebody_wrote(march: Usage) -> None:
    assert march.people == march.conversations


def test_turns_are_counted_by_how_they_ended_and_answered_ones_by_source(march: Usage) -> None:
    assert march.outcomes["not_found"] == 1
    assert march.outcomes["clarified"] == 1
    assert march.answered_with_source == 3
    assert march.writings["ary-Arab"] == 2


def test_drop_off_counts_the_fallbacks_after_which_nothing_was_written(march: Usage) -> None:
    assert (march.fallbacks, march.left_after_fallback) == (2, 1)
    assert march.drop_off == 0.5


def test_thumbs_and_themes_of_the_staff(march: Usage) -> None:
    assert (march.helpful, march.not_helpful, march.helpful_share) == (1, 1, 0.5)
    assert march.themes == [Ranked("facts", 1)]


def test_time_to_answer_is_told_by_its_middle_and_its_slow_end(march: Usage) -> None:
    assert march.median_ms == 20
    assert march.p95_ms == 30


def test_subjects_and_questions_are_ranked_by_how_often_they_were_answered(march: Usage) -> None:
    assert march.subjects == [Ranked("zitoun", 3)]
    assert march.questions == [Ranked("zitoun", 2, "amount"), Ranked("zitoun", 1, "delay")]
    assert march.unanswered == [Ranked("ask_price", 2)]


def test_callbacks_asked_and_late(march: Usage) -> None:
    assert (march.callbacks_asked, march.callbacks_late) == (3, 1)


def test_a_period_without_anybody_has_no_shares(session: Session) -> None:
    empty = usage(session, MARCH, on=date(2026, 3, 10))
    assert empty.turns == 0
    assert empty.answered_share is None
    assert empty.drop_off is None
    assert empty.median_ms is None
