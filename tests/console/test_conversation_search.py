"""Finding conversations: each filter, words in three writings, pages that hold still."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from database import conversation_search
from database.console_tables import Staff
from database.conversation_rows import rows_of
from database.conversation_search import (
    NOBODY,
    Filters,
    Place,
    conversations_found,
    count_found,
    neighbour,
    place_of,
    searched_words,
    turns_found,
)
from database.conversations import erase_conversation, give_feedback, turns_of
from database.review import judge, take_care
from database.staff import add_staff
from tests.console.talks import MONDAY, amount, province, say, talk


def found_by(session: Session, **asked: Any) -> set[str]:
    """The conversations that a filter finds."""
    session.flush()
    return {one.conversation_id for one in conversations_found(session, Filters(**asked), limit=99)}


@pytest.fixture
def somebody(session: Session) -> Staff:
    return add_staff(
        session, email="a@example.org", name="Amal", role="reviewer", password_hash=None, at=MONDAY
    )


@pytest.fixture
def talks(session: Session, somebody: Staff) -> dict[str, str]:
    """Two conversations that differ in everything that is filtered."""
    one = talk(
        session,
        {"text": "Combien donne la prime ?", "subject": "tpme", "entities": (province("taza"),)},
        {"text": "et avec 500 000 DH ?", "entities": (amount("500000"), amount("20000.50"))},
    )
    other = talk(
        session,
        {
            "text": "شحال كتعطي الشركة؟",
            "writing": "ary-Arab",
            "intent": "ask_list",
            "confidence": 0.2,
            "outcome": "not_found",
        },
        {"text": "allo ?", "outcome": None},
        channel="whatsapp",
        at=MONDAY - timedelta(days=3),
    )
    first = turns_of(session, one)[0]
    give_feedback(session, first, verdict="helpful", reason=None, comment=None, at=MONDAY)
    judge(session, first, somebody, verdict="wrong", theme="misread", note=None, at=MONDAY)
    take_care(session, one, assigned_to=somebody.id, follow_up_on=date(2026, 11, 25), kept=True)
    return {"one": one, "other": other}


ONE = [
    {"since": MONDAY - timedelta(days=1)},
    {"channel": "web"},
    {"intent": "ask_amount"},
    {"band": "sure"},
    {"outcome": "answered"},
    {"thumbs": "helpful"},
    {"subject": "tpme"},
    {"province": "taza"},
    {"amount_from": 0},
    {"amount_from": 500_000},
    {"verdict": "wrong"},
    {"reviewed": True},
    {"follow_up_by": date(2026, 11, 25)},
    {"words": "combien prime"},
    {"words": "COMBIEN prim"},
    {"words": "combien", "outcome": "answered", "province": "taza"},
]
OTHER = [
    {"until": MONDAY - timedelta(days=1)},
    {"channel": "whatsapp"},
    {"writing": "ary-Arab"},
    {"intent": "ask_list"},
    {"band": "low"},
    {"outcome": "not_found"},
    {"outcome": "waiting"},
    {"reviewed": False},
    {"assigned_to": NOBODY},
    {"words": "شركه"},
    {"words": "الشَّركة"},
    {"words": "allo"},
]
NEITHER = [
    {"thumbs": "not_helpful"},
    {"subject": "nothing"},
    {"amount_from": 500_001},
    {"band": "likely"},
    {"verdict": "right"},
    {"follow_up_by": date(2026, 11, 24)},
    {"words": "combien allo"},
    # One message must fit every filter, not one message each.
    {"subject": "tpme", "amount_from": 0},
]


@pytest.mark.parametrize("asked", ONE, ids=str)
def test_a_filter_finds_the_one_and_not_the_other(
    session: Session, talks: dict[str, str], asked: dict[str, Any]
) -> None:
    assert found_by(session, **asked) == {talks["one"]}


@pytest.mark.parametrize("asked", OTHER, ids=str)
def test_a_filter_finds_the_other_and_not_the_one(
    session: Session, talks: dict[str, str], asked: dict[str, Any]
) -> None:
    assert found_by(session, **asked) == {talks["other"]}


@pytest.mark.parametrize("asked", NEITHER, ids=str)
def test_what_nothing_fits_finds_nothing(
    session: Session, talks: dict[str, str], asked: dict[str, Any]
) -> None:
    assert found_by(session, **asked) == set()
    assert count_found(session, Filters(**asked)) == 0


def test_a_conversation_is_found_by_who_looks_after_it(
    session: Session, talks: dict[str, str], somebody: Staff
) -> None:
    assert found_by(session, assigned_to=somebody.id) == {talks["one"]}


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Créée à Fès l'année dernière", "creee annee fes"),
        ("Creee a fes", "Créée Fès"),
        ("bghit ndir CHARIKA f Meknès", "charika meknes"),
        ("ch7al kay3tiw 3la l'khedma", "3la ch7al"),
        ("شحال كتعطيو للشركات الصغيرة", "الشركات صغيره"),
        ("واش كاينة المُساعدة", "مساعدة"),
        ("prime de 1.500.000 dh", "1.500.000"),
    ],
)
def test_words_are_found_however_they_are_spelled(
    session: Session, written: str, asked: str
) -> None:
    conversation = talk(session, {"text": written})
    talk(session, {"text": "tout autre chose"})
    assert found_by(session, words=asked) == {conversation}


@pytest.mark.parametrize(
    "hostile", ['"', "' OR 1=1 --", "a* NOT b", "(", "AND", "x:y", "\\", "' & !"]
)
def test_what_a_database_would_read_as_an_order_is_only_words(
    session: Session, hostile: str
) -> None:
    talk(session, {"text": "une phrase ordinaire"})
    assert found_by(session, words=hostile) in (set(), found_by(session))


def test_a_word_as_long_as_a_message_can_be_kept_and_found(session: Session) -> None:
    conversation = talk(session, {"text": "ش" * 1 + "بم" * 900})
    assert found_by(session, words="ش" + "بم" * 900) == {conversation}
    assert max(map(len, searched_words("بم" * 900).split())) <= 40


def test_pages_show_each_conversation_once_while_messages_come_in(session: Session) -> None:
    ids = [
        talk(session, {}, {}, at=MONDAY + timedelta(seconds=number // 2)) for number in range(30)
    ]
    session.flush()
    shown: list[str] = []
    after: Place | None = None
    while True:
        page = conversations_found(session, Filters(), after=after, limit=7)
        shown += [one.conversation_id for one in page]
        if len(page) < 7:
            break
        after = page[-1].place
        talk(session, {"text": "une nouvelle"}, at=MONDAY + timedelta(hours=1))
        session.flush()
    assert sorted(shown) == sorted(ids)
    assert len(set(shown)) == len(shown)


def test_the_latest_message_that_fits_tells_the_place(session: Session) -> None:
    early = talk(
        session, {"outcome": "failed"}, {"outcome": "answered"}, at=MONDAY + timedelta(hours=2)
    )
    late = talk(session, {"outcome": "failed"}, at=MONDAY + timedelta(hours=3))
    session.flush()
    failed = Filters(outcome="failed")
    assert [one.conversation_id for one in conversations_found(session, failed, limit=9)] == [
        late,
        early,
    ]
    place = place_of(session, failed, late)
    assert place is not None
    assert neighbour(session, failed, place, newer=False) == early
    assert neighbour(session, failed, place, newer=True) is None
    below = place_of(session, failed, early)
    assert below is not None
    assert neighbour(session, failed, below, newer=True) == late


def test_a_conversation_that_no_longer_fits_keeps_its_neighbours(session: Session) -> None:
    older, here, newer = (talk(session, {}, at=MONDAY + timedelta(hours=n)) for n in range(3))
    session.flush()
    failed = Filters(outcome="failed")
    place = place_of(session, failed, here)
    assert place is not None
    assert neighbour(session, Filters(), place, newer=True) == newer
    assert neighbour(session, Filters(), place, newer=False) == older


def test_a_row_tells_the_worst_outcome_and_what_was_thought(
    session: Session, talks: dict[str, str]
) -> None:
    session.flush()
    rows = {r.id: r for r in rows_of(session, conversations_found(session, Filters(), limit=9))}
    one, other = rows[talks["one"]], rows[talks["other"]]
    assert (one.question, one.turns, one.outcome) == ("Combien donne la prime ?", 2, "answered")
    assert (one.thumbs, one.verdicts, one.assigned) == ({"helpful": 1}, {"wrong": 1}, "Amal")
    assert (one.kept, one.reviewed, one.last_at) == (True, True, MONDAY + timedelta(minutes=1))
    assert (other.outcome, other.channel, other.assigned) == ("not_found", "whatsapp", None)


def test_every_message_that_fits_is_read_once_some_at_a_time(session: Session) -> None:
    conversation = talk(session, *({} for _ in range(11)))
    session.flush()
    pieces = list(turns_found(session, Filters(), at_once=4))
    assert [len(piece) for piece in pieces] == [4, 4, 3]
    ids = [turn.id for piece in pieces for turn in piece]
    assert ids == sorted((turn.id for turn in turns_of(session, conversation)), reverse=True)


def test_what_was_kept_of_a_turn_to_be_filtered_by(session: Session) -> None:
    conversation = talk(
        session,
        {
            "subject": "tpme",
            "entities": (province("fes"), province("taza"), amount("1000"), amount("5000.9")),
        },
        channel="whatsapp",
    )
    turn = turns_of(session, conversation)[0]
    assert (turn.subject, turn.aspect, turn.province) == ("tpme", "amount", "fes")
    assert (turn.amount, turn.took_ms, turn.channel) == (5000, 250, "whatsapp")


def test_an_amount_in_euros_or_beyond_reason_is_not_kept_as_dirhams(session: Session) -> None:
    euros, huge = amount("1000"), amount("9" * 30)
    euros["value"]["unit"] = "EUR"
    conversation = talk(session, {"entities": (euros, huge)})
    assert turns_of(session, conversation)[0].amount is None


def test_an_erased_conversation_is_found_no_more(session: Session) -> None:
    conversation = talk(session, {"text": "motrarissime"})
    assert found_by(session, words="motrarissime") == {conversation}
    erase_conversation(session, conversation, at=datetime.now(UTC))
    assert found_by(session, words="motrarissime") == set()
    raw = session.connection().exec_driver_sql(
        "SELECT group_concat(hex(block)) FROM turn_search_data"
    )
    assert b"motrarissime".hex().upper() not in (raw.scalar() or "")


def test_a_message_that_comes_later_moves_its_conversation_up(session: Session) -> None:
    one = talk(session, {}, at=MONDAY)
    talk(session, {}, at=MONDAY + timedelta(hours=1))
    say(session, one, 7, at=MONDAY + timedelta(hours=2))
    session.flush()
    assert conversations_found(session, Filters(), limit=1)[0].conversation_id == one


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize(
    "asked",
    [
        {"words": "prime"},
        {"thumbs": "helpful"},
        {"verdict": "wrong"},
        {"words": "prime", "thumbs": "helpful"},
        {"words": "prime", "since": MONDAY - timedelta(days=9), "until": MONDAY},
    ],
)
def test_looking_in_a_stretch_of_time_first_finds_the_same(
    session: Session,
    somebody: Staff,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
    newer: bool,
) -> None:
    # Later ids are of earlier messages here, as after an import: ids tell nothing of the time.
    for number in range(12):
        at = MONDAY - timedelta(days=number)
        said = [{"text": f"la prime {number}"}, {"text": "et la prime" if number % 3 else "merci"}]
        for turn in turns_of(session, talk(session, *said, at=at))[:: 1 + number % 2]:
            give_feedback(session, turn, verdict="helpful", reason=None, comment=None, at=at)
            judge(session, turn, somebody, verdict="wrong", theme=None, note=None, at=at)
    session.flush()
    filters = Filters(**asked)
    whole = conversations_found(session, filters, limit=99)
    assert len(whole) > 5
    monkeypatch.setattr(conversation_search, "STRETCHES", (2, 7))
    for limit in (1, 2, 5, 99):
        assert conversations_found(session, filters, limit=limit) == whole[:limit]
        assert (
            conversations_found(session, filters, after=whole[2].place, limit=limit)
            == (whole[3:][:limit])
        )
    beside = neighbour(session, filters, whole[3].place, newer=newer)
    assert beside == whole[2 if newer else 4].conversation_id
