"""The pages of conversations: who sees and does what, what is recorded, and hostile texts."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from console.agreement import agreement
from console.exports import safe
from console.yaml_tests import transcript_test
from database.console_tables import AuditEntry, ConversationCare, Verdict
from database.conversations import give_feedback, turns_of, utterances_after
from database.session import open_session
from database.staff import Role
from database.tables import Conversation, Turn
from database.whatsapp import Person
from tests.console.conftest import Desk, desk_of
from tests.console.talks import MONDAY, message, province, talk

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def conversation(app: FastAPI) -> str:
    """A conversation of two messages; its id."""
    with open_session() as session:
        return talk(
            session,
            {
                "text": "combien donne la prime à Taza ?",
                "entities": (province("taza"),),
                "sources": [
                    {"title": "Loi", "url": "https://example.org/loi", "checked_on": "2026-11-01"}
                ],
            },
            {"text": "شحال", "writing": "ary-Arab", "outcome": "not_found"},
        )


def turn_ids(conversation_id: str) -> list[int]:
    """The numbers of its messages."""
    with open_session() as session:
        return [turn.id for turn in turns_of(session, conversation_id)]


def trail(action: str) -> list[AuditEntry]:
    """What was entered in the audit trail."""
    with open_session() as session:
        return list(session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.id))


def test_the_list_shows_each_conversation_by_its_first_question(
    admin: Desk, conversation: str
) -> None:
    shown = admin.get("/conversations").text
    assert shown.count("combien donne la prime") == 1
    assert f"/console/conversations/{conversation}#turn-" in shown
    assert "Rien trouvé" in shown
    assert admin.get("/conversations/count").text.strip() == "Conversations trouvées : 1"


def test_the_list_keeps_its_filters_in_its_links(admin: Desk, conversation: str) -> None:
    shown = admin.get("/conversations", params={"q": "prime", "province": "taza"}).text
    assert f"/console/conversations/{conversation}?q=prime&amp;province=taza#turn-" in shown
    opened = admin.get(f"/conversations/{conversation}?q=prime&province=taza").text
    assert 'href="/console/conversations?q=prime&amp;province=taza"' in opened
    assert admin.get("/conversations", params={"province": "fes"}).text.count("#turn-") == 0


@pytest.mark.parametrize(
    "query",
    [
        "from=hier&to=9999-99-99",
        "amount=beaucoup",
        "outcome=<script>",
        "after=99999999999999999999-1",
        "after=x-y",
        "after=1-99999999999999999999",
        "assigned=nobody-of-this-name",
        "q=%00%01",
        "q=" + "a" * 5000,
    ],
)
def test_a_made_up_filter_breaks_nothing(admin: Desk, conversation: str, query: str) -> None:
    answer = admin.get(f"/conversations?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_day_is_a_day_of_morocco(admin: Desk) -> None:
    with open_session() as session:
        talk(session, {"text": "tard le soir"}, at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert "tard le soir" in admin.get("/conversations?from=2026-11-23&to=2026-11-23").text
    assert "tard le soir" not in admin.get("/conversations?to=2026-11-22").text


def test_pages_go_on_until_the_last(admin: Desk) -> None:
    with open_session() as session:
        ids = [talk(session, {}, at=MONDAY + timedelta(minutes=n)) for n in range(60)]
    seen: list[str] = []
    address = "/conversations?channel=web"
    while address:
        shown = admin.get(address).text
        seen += re.findall(r"/console/conversations/([0-9a-f-]{36})\?channel=web#turn", shown)
        further = re.search(r'rel="next"[^>]*href="/console([^"]+)"', shown)
        address = further[1].replace("&amp;", "&") if further else ""
    assert seen == ids[::-1]


def test_opening_a_conversation_is_recorded(desks: dict[Role, Desk], conversation: str) -> None:
    opened = desks["reader"].get(f"/conversations/{conversation}")
    assert opened.status_code == 200
    entries = trail("read")
    assert [(e.kind, e.object_id, e.actor) for e in entries] == [
        ("conversation", conversation, "Nom reader")
    ]


def test_a_conversation_shows_what_was_understood_and_done(admin: Desk, conversation: str) -> None:
    shown = admin.get(f"/conversations/{conversation}").text
    for words in ("Montant de l&#39;aide", "90&nbsp;%", "Taza", "0,2 s", "https://example.org/loi"):
        assert words in shown, words
    assert 'lang="ar"' in shown
    assert 'dir="auto"' in shown


def test_what_visitors_and_staff_write_is_only_text(desks: dict[Role, Desk], app: FastAPI) -> None:
    with open_session() as session:
        identity = talk(session, {"text": HOSTILE, "answer": HOSTILE})
        turn = turns_of(session, identity)[0]
        give_feedback(
            session, turn, verdict="not_helpful", reason="wrong", comment=HOSTILE, at=MONDAY
        )
        turn_id = turn.id
    desk = desks["reviewer"]
    given = {"verdict": "wrong", "note": HOSTILE}
    desk.post(f"/conversations/turns/{turn_id}/verdict", given)
    desk.post(f"/conversations/{identity}/messages", {"text": HOSTILE})
    desk.post("/conversations/samples", {"size": "5"})
    pages = [
        "/conversations",
        f"/conversations/{identity}",
        f"/conversations/turns/{turn_id}/test",
        "/conversations/samples/1",
        f"/conversations/samples/1/turns/{turn_id}",
        "/conversations?q=" + "%3Cscript%3Ealert(1)%3C/script%3E",
    ]
    for path in pages:
        shown = desk.get(path)
        assert shown.status_code == 200, path
        assert "<script>alert" not in shown.text, path
        assert "<img" not in shown.text, path


def test_a_verdict_is_kept_recorded_and_replaced_by_the_next(
    desks: dict[Role, Desk], conversation: str
) -> None:
    turn_id = turn_ids(conversation)[0]
    desk = desks["reviewer"]
    answer = desk.post(
        f"/conversations/turns/{turn_id}/verdict",
        {"verdict": "wrong", "theme": "misread", "note": " non ", "back": "?q=prime"},
    )
    place = f"/console/conversations/{conversation}?q=prime#turn-{turn_id}"
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    desk.post(f"/conversations/turns/{turn_id}/verdict", {"verdict": "outdated"})
    with open_session() as session:
        kept = session.query(Verdict).one()
        care = session.query(ConversationCare).one()
    assert (kept.verdict, kept.theme, kept.note, kept.staff_id) == (
        "outdated",
        None,
        None,
        desk.staff_id,
    )
    assert (care.conversation_id, care.reviewed_by) == (conversation, desk.staff_id)
    assert [e.detail["verdict"] for e in trail("judged")] == ["wrong", "outdated"]
    desk.post(f"/conversations/turns/{turn_id}/verdict", {"verdict": "none"})
    with open_session() as session:
        assert session.query(Verdict).count() == 0


def test_a_verdict_saves_without_reloading_the_page(admin: Desk, conversation: str) -> None:
    turn_id = turn_ids(conversation)[0]
    answer = admin.post(
        f"/conversations/turns/{turn_id}/verdict",
        {"verdict": "right"},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith(f'<div id="judgement-{turn_id}"')
    assert 'value="right" data-in-step="1" aria-pressed="true"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    "given",
    [{"verdict": "perfect"}, {"verdict": "wrong", "theme": "invented"}, {"theme": "misread"}, {}],
)
def test_a_verdict_that_does_not_exist_is_refused(
    admin: Desk, conversation: str, given: dict[str, str]
) -> None:
    path = f"/conversations/turns/{turn_ids(conversation)[0]}/verdict"
    assert admin.post(path, given).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/turns/999999/verdict",
        "/conversations/no-such-conversation/care",
        "/conversations/no-such-conversation/messages",
        "/conversations/no-such-conversation/reviewed",
    ],
)
def test_what_does_not_exist_cannot_be_changed(admin: Desk, conversation: str, path: str) -> None:
    given = {"verdict": "right", "text": "bonjour", "done": "true"}
    assert admin.post(path, given).status_code == 404


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "?next=//evil.example"]
)
def test_nobody_is_sent_to_another_site(admin: Desk, conversation: str, back: str) -> None:
    answer = admin.post(f"/conversations/{conversation}/care", {"back": back})
    assert answer.headers["location"] == f"/console/conversations/{conversation}"


def test_a_conversation_is_assigned_followed_up_and_kept(
    desks: dict[Role, Desk], conversation: str
) -> None:
    editor = desks["editor"]
    given = {"assigned_to": editor.staff_id, "follow_up_on": "2026-12-01", "kept": "true"}
    assert editor.post(f"/conversations/{conversation}/care", given).status_code == 303
    shown = editor.get("/conversations?assigned=me").text
    assert conversation in shown
    assert "01/12/2026" in shown
    assert conversation not in desks["reviewer"].get("/conversations?assigned=me").text
    for wrong in (
        {"assigned_to": desks["reader"].staff_id},
        {"assigned_to": "nobody"},
        {"follow_up_on": "demain"},
    ):
        assert editor.post(f"/conversations/{conversation}/care", wrong).status_code == 422
    assert [entry.detail["kept"] for entry in trail("care")] == [True]


def test_a_conversation_is_declared_reviewed_and_to_be_reviewed_again(
    admin: Desk, conversation: str
) -> None:
    admin.post(f"/conversations/{conversation}/reviewed", {"done": "true"})
    assert conversation in admin.get("/conversations?reviewed=yes").text
    admin.post(f"/conversations/{conversation}/reviewed", {"done": "false"})
    assert conversation in admin.get("/conversations?reviewed=no").text


def test_words_of_the_staff_reach_the_stream_of_the_visitor(admin: Desk, conversation: str) -> None:
    admin.post(f"/conversations/{conversation}/messages", {"text": "مرحبا، معاك المركز"})
    with open_session() as session:
        said = [one.staff for one in utterances_after(session, conversation, 0) if one.staff]
    assert [(one["text"], one["direction"]) for one in said if one] == [
        ("مرحبا، معاك المركز", "rtl")
    ]
    assert "مرحبا، معاك المركز" in admin.get(f"/conversations/{conversation}").text
    assert "مرحبا" not in str(trail("wrote")[0].detail)
    empty = admin.post(f"/conversations/{conversation}/messages", {"text": "  "})
    assert empty.status_code == 422


def on_whatsapp(last_message_at: datetime, state: str = "active") -> str:
    """Somebody on WhatsApp with a conversation; its id."""
    with open_session() as session:
        identity = talk(session, {}, channel="whatsapp")
        session.add(
            Person(
                phone_hash="a" * 64,
                conversation_id=identity,
                past=[],
                state=state,
                greeted=True,
                writing="fr",
                last_message_at=last_message_at,
                staff_through=0,
            )
        )
    return identity


def test_on_whatsapp_staff_write_within_a_day_of_the_last_message(admin: Desk) -> None:
    identity = on_whatsapp(datetime.now(UTC) - timedelta(hours=23))
    assert "Il part sur WhatsApp" in admin.get(f"/conversations/{identity}").text
    answer = admin.post(f"/conversations/{identity}/messages", {"text": "bonjour"})
    assert answer.status_code == 303


@pytest.mark.parametrize(("hours", "state"), [(25, "active"), (1, "stopped")])
def test_on_whatsapp_staff_cannot_write_later_or_to_who_said_stop(
    admin: Desk, hours: int, state: str
) -> None:
    identity = on_whatsapp(datetime.now(UTC) - timedelta(hours=hours), state)
    shown = admin.get(f"/conversations/{identity}").text
    assert "On ne peut pas lui écrire" in shown
    assert 'name="text"' not in shown
    answer = admin.post(f"/conversations/{identity}/messages", {"text": "bonjour"})
    assert answer.status_code == 409
    with open_session() as session:
        assert [one for one in utterances_after(session, identity, 0) if one.staff] == []


def test_a_message_becomes_a_test_of_transcripts_with_what_came_before(
    admin: Desk, conversation: str
) -> None:
    from ruamel.yaml import YAML

    with open_session() as session:
        turns = turns_of(session, conversation)
        turns[1].text = "mon numéro : 06 61 23 45 67"
        written = transcript_test(turns, None)
        missed = transcript_test(turns, "missed")
        wrong = transcript_test(turns[:1], "wrong")
    (test,) = YAML(typ="safe").load(written)
    assert test["turns"][0] == {"say": "combien donne la prime à Taza ?"}
    assert "[phone]" in test["turns"][1]["say"]
    assert test["turns"][1] | {"language": "ary-Arab", "outcome": "not_found"} == test["turns"][1]
    assert YAML(typ="safe").load(missed)[0]["turns"][1]["outcome"] == "answered"
    assert "outcome" not in YAML(typ="safe").load(wrong)[0]["turns"][0]
    shown = admin.get(f"/conversations/turns/{turn_ids(conversation)[0]}/test").text
    assert "sourced: true" in shown


def test_a_sample_is_judged_by_two_who_do_not_see_each_other(
    app: FastAPI, conversation: str
) -> None:
    one, other = desk_of(app, "reviewer", "one@example.org"), desk_of(app, "editor")
    drawn = one.post("/conversations/samples", {"size": "50", "back": "?channel=web"})
    assert drawn.headers["location"] == "/console/conversations/samples/1"
    first = one.get("/conversations/samples/1/next", follow_redirects=False).headers["location"]
    turn_id = int(first.rpartition("/")[2])
    given = {"verdict": "wrong", "note": "secret", "sample": "1"}
    after = one.post(f"/conversations/turns/{turn_id}/verdict", given)
    assert after.headers["location"] == "/console/conversations/samples/1/next"
    for path in (
        "/conversations/samples/1",
        f"/conversations/samples/1/turns/{turn_id}",
        f"/conversations/{conversation}",
    ):
        assert "secret" not in other.get(path).text, path
    other.post(f"/conversations/turns/{turn_id}/verdict", {"verdict": "wrong", "sample": "1"})
    shown = other.get("/conversations/samples/1").text
    assert "100&nbsp;%" in shown
    assert "secret" in other.get(f"/conversations/{conversation}").text
    outside = other.post("/conversations/turns/999/verdict", {"verdict": "right", "sample": "1"})
    assert outside.status_code == 404


def test_a_sample_holds_only_what_fits_and_was_answered(admin: Desk, conversation: str) -> None:
    with open_session() as session:
        talk(session, {"outcome": None}, {"outcome": "failed"})
    admin.post("/conversations/samples", {"size": "50", "back": "?outcome=failed"})
    shown = admin.get("/conversations/samples/1").text
    assert shown.count("/turns/") == 1
    nothing = admin.post("/conversations/samples", {"size": "5", "back": "?channel=whatsapp"})
    assert nothing.headers["location"].endswith("?channel=whatsapp&nothing=1")
    for size in ("0", "501", "many", ""):
        assert admin.post("/conversations/samples", {"size": size}).status_code == 422


@pytest.mark.parametrize(
    ("opinions", "share", "kappa"),
    [
        ([], None, None),
        ([("right", "right")] * 4, 1, None),
        ([("right", "right"), ("wrong", "wrong")], 1, 1),
        ([("right", "wrong"), ("wrong", "right")], 0, -1),
        # The worked example of the literature: 20 and 15 agreed, 5 and 10 not.
        (
            [("yes", "yes")] * 20
            + [("yes", "no")] * 5
            + [("no", "yes")] * 10
            + [("no", "no")] * 15,
            0.7,
            0.4,
        ),
    ],
)
def test_agreement_beyond_chance(
    opinions: list[tuple[str, str]], share: float | None, kappa: float | None
) -> None:
    figures = agreement(opinions)
    assert figures.judged == len(opinions)
    assert figures.share == (None if share is None else pytest.approx(share))
    assert figures.kappa == (None if kappa is None else pytest.approx(kappa))


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "\u200f=1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_a_number_stays_a_number() -> None:
    assert [safe(cell) for cell in (-3, 2.5, None, "texte")] == [-3, 2.5, None, "texte"]


def csv_of(answer: Any) -> list[list[str]]:
    """The rows of a CSV answer."""
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_export_holds_what_the_filters_show_masked_and_harmless(
    admin: Desk, conversation: str
) -> None:
    with open_session() as session:
        talk(session, {"text": "=HYPERLINK(1) appelez le 06 61 23 45 67", "entities": ()})
    answer = admin.get("/conversations/export.csv?q=appelez")
    assert answer.headers["content-disposition"].startswith('attachment; filename="dalil-')
    titles, row = csv_of(answer)
    assert titles[5] == "Question"
    assert row[5] == "'=HYPERLINK(1) appelez le [phone]"
    assert len(csv_of(admin.get("/conversations/export.csv"))) == 4
    entries = trail("export")
    assert [entry.detail["searched"] for entry in entries] == [True, False]
    assert "appelez" not in str([entry.detail for entry in entries])


def test_the_workbook_holds_the_same(admin: Desk, conversation: str) -> None:
    import zipfile

    answer = admin.get("/conversations/export.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "combien donne la prime à Taza ?" in sheet
    assert "<f>" not in sheet
    nothing = admin.get("/conversations/export.xlsx?channel=whatsapp")
    assert zipfile.is_zipfile(io.BytesIO(nothing.content))


def test_a_reader_sees_conversations_and_changes_nothing(
    desks: dict[Role, Desk], conversation: str
) -> None:
    shown = desks["reader"].get(f"/conversations/{conversation}").text
    assert "combien donne la prime" in shown
    for action in ("verdict", "/care", "/messages", "/reviewed", "/test"):
        assert f'action="/console/conversations/{conversation}{action}"' not in shown
    assert 'name="verdict"' not in shown
    assert "export.csv" not in desks["reader"].get("/conversations").text


def test_pages_are_read_in_arabic_too(admin: Desk, conversation: str) -> None:
    admin.post("/language", {"language": "ar"})
    for path in ("/conversations", f"/conversations/{conversation}", "/conversations/samples"):
        shown = admin.get(path)
        assert shown.status_code == 200
        assert 'dir="rtl"' in shown.text


def test_an_erased_conversation_leaves_no_verdict_behind(admin: Desk, conversation: str) -> None:
    from database.conversations import erase_conversation

    admin.post(f"/conversations/turns/{turn_ids(conversation)[0]}/verdict", {"verdict": "right"})
    admin.post("/conversations/samples", {"size": "9"})
    with open_session() as session:
        erase_conversation(session, conversation, at=MONDAY)
    with open_session() as session:
        for table in (Verdict, ConversationCare, Turn, Conversation):
            assert session.query(table).count() == 0
    assert admin.get(f"/conversations/{conversation}").status_code == 404
    assert admin.get("/conversations/samples/1").status_code == 200


def test_a_message_shown_says_that_a_table_came_with_it(admin: Desk) -> None:
    with open_session() as session:
        identity = talk(
            session, {"card": message("x"), "buttons": [{"title": "Oui", "payload": "/a"}]}
        )
    shown = admin.get(f"/conversations/{identity}").text
    assert "Un tableau accompagnait la réponse." in shown
    assert '<li dir="auto">Oui</li>' in shown
