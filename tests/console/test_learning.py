"""Learning: from a sentence not understood to a decision, and out again as training data."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from ruamel.yaml import YAML
from sqlalchemy import select

from answers.grouping import key_of
from answers.knowledge import lexicon
from console.heard import cleaned, unfit
from console.learning import intents
from console.words import every_word
from database.console_tables import AuditEntry, LearningReport, Lesson, Staff, Verdict
from database.learning import (
    AlreadyDecided,
    Decision,
    Sentence,
    add_report,
    decide,
    every_lesson,
    mark_learnt,
    sentences_confirmed,
)
from database.loading import load_facts
from database.session import open_session
from database.tables import Conversation, Feedback, Name, Turn
from gateway.rasa_client import AssistantAway, RasaClient
from settings import ROOT
from tests.conftest import MADE_UP_FACTS
from tests.console.conftest import Desk, desk_of

NOW = datetime.now(UTC)
HOSTILE = "<script>alert('x')</script> \"><img src=x onerror=alert(1)> شحال"


def heard(text: str, **given: Any) -> int:
    """A visitor says something in a conversation of their own; the number of the turn."""
    number = (
        given.pop("number", None) or f"{abs(hash((text, str(given), datetime.now().timestamp())))}"
    )
    with open_session() as session:
        session.add(
            Conversation(
                id=f"c{number}"[:36],
                channel="web",
                token_hash="0" * 64,
                writing="fr",
                started_at=NOW,
                greeting=[],
            )
        )
        session.flush()
        values = {
            "outcome": "clarified",
            "writing": "fr",
            "payload": None,
            "state": "answered",
            "received_at": NOW - timedelta(hours=1),
            "understood": {
                "intent": {"name": "nlu_fallback", "confidence": 0.5},
                "intent_ranking": [
                    {"name": "ask_amount", "confidence": 0.52},
                    {"name": "ask_cost", "confidence": 0.31},
                ],
            },
        } | given
        turn = Turn(conversation_id=f"c{number}"[:36], message_id="m1", text=text, **values)
        session.add(turn)
        session.flush()
        return turn.id


def decision_about(*texts: str, **given: Any) -> dict[str, Any]:
    """The form that decides of these sentences as they are."""
    return {
        "sentence": [key_of(text) for text in texts],
        "text": list(texts),
        "writing": ["fr"] * len(texts),
        "taken": [key_of(text) for text in texts],
    } | given


def post(desk: Desk, about: str, **form: Any) -> Any:
    return desk.post(f"/learning/groups/{key_of(about)}", decision_about(about) | form)


def lessons() -> list[Lesson]:
    with open_session() as session:
        return list(session.scalars(select(Lesson).order_by(Lesson.id)))


def batch_of(answer: Any) -> str:
    return str(answer.headers["location"].rpartition("batch=")[2])


@pytest.fixture
def facts(app: FastAPI) -> Iterator[None]:
    """The made-up facts, in the database of the server."""
    with open_session() as session:
        load_facts(session, MADE_UP_FACTS)
    yield


@pytest.fixture
def reviewer(facts: None, app: FastAPI) -> Desk:
    """A reviewer, signed in."""
    return desk_of(app, "reviewer")


def test_what_was_not_understood_disliked_or_marked_wrong_is_in_the_list(reviewer: Desk) -> None:
    for outcome in ("clarified", "not_found", "out_of_scope", "failed"):
        heard(f"question finie en {outcome}", outcome=outcome)
    disliked = heard("réponse qui déplaît", outcome="answered")
    wrong = heard("réponse jugée fausse", outcome="answered")
    right = heard("jugée bonne malgré tout", outcome="clarified")
    heard("question bien répondue", outcome="answered")
    heard("un bouton", payload="/greet")
    heard("une question en attente", state="received")
    heard("il y a longtemps", received_at=NOW - timedelta(days=120))
    with open_session() as session:
        session.add(Feedback(turn_id=disliked, verdict="not_helpful", given_at=NOW))
        for turn, verdict in ((wrong, "wrong"), (right, "right")):
            session.add(Verdict(turn_id=turn, staff_id=reviewer.staff_id, verdict=verdict, at=NOW))
    page = reviewer.get("/learning")
    assert page.status_code == 200
    for expected in ("clarified", "not_found", "out_of_scope", "failed"):
        assert f"question finie en {expected}" in page.text
    assert "réponse qui déplaît" in page.text
    assert "réponse jugée fausse" in page.text
    for absent in ("bonne malgré", "bien répondue", "un bouton", "en attente", "il y a longtemps"):
        assert absent not in page.text


def test_the_list_tells_how_often_and_what_was_understood_in_plain_words(reviewer: Desk) -> None:
    for spelling in (
        "ch7al lprime dyal zitoun",
        "Ch7al lprime dyal zitoun ?",
        "شحال البريم ديال زيتون",
    ):
        heard(spelling)
    page = unescape(reviewer.get("/learning").text)
    assert "Groupes de phrases : 1" in page
    assert re.search(r'<td class="number"[^>]*>3</td>', page)
    assert "Le montant ou le taux d'une aide" in page
    assert "probable, 52\N{NO-BREAK SPACE}%" in page
    assert "ask_amount" not in page


def test_the_list_is_filtered_by_writing_and_by_cause(reviewer: Desk) -> None:
    heard("شحال ديال الوقت كياخد", outcome="not_found")
    heard("combien de temps faut-il", outcome="failed")
    assert "combien de temps" not in reviewer.get("/learning?writing=ary-Arab").text
    assert "combien de temps" in reviewer.get("/learning?cause=failed").text
    assert "كياخد" not in reviewer.get("/learning?cause=failed").text
    assert reviewer.get("/learning?writing=%3Cscript%3E&cause=x&page=1").status_code == 200


def test_a_group_links_to_its_conversation_and_offers_every_intent(reviewer: Desk) -> None:
    turn = heard("combien pour Zitoun", number="link")
    page = unescape(reviewer.get(f"/learning/groups/{key_of('combien pour Zitoun')}").text)
    assert f"/console/conversations/clink#turn-{turn}" in page
    for intent in intents():
        assert f'<option value="{intent}"' in page


def test_every_intent_of_the_assistant_has_words() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text("utf-8"))
    names = {next(iter(intent)) for intent in domain["intents"]}
    assert {*intents(), "out_of_scope"} == names
    for name in (*names, "nlu_fallback"):
        assert {f"learning.intent.{name}.label", f"learning.intent.{name}.example"} <= set(
            every_word()
        )


def test_a_sentence_taught_leaves_the_list_and_waits_to_be_learnt(reviewer: Desk) -> None:
    heard("c koi le prix zitoun")
    answer = post(reviewer, "c koi le prix zitoun", decision="intent", intent="ask_amount")
    assert answer.status_code == 303
    (lesson,) = lessons()
    assert (lesson.text, lesson.intent, lesson.decision, lesson.learnt_at) == (
        "c koi le prix zitoun",
        "ask_amount",
        "intent",
        None,
    )
    page = unescape(reviewer.get("/learning").text)
    assert "c koi le prix" not in page
    assert "attendent le prochain apprentissage : 1" in page


def test_unticked_sentences_stay_in_the_list(reviewer: Desk) -> None:
    one, other = "quelles garanties offre zitoun", "quelles garantie offre zitoun"
    heard(one)
    heard(other)
    form = decision_about(one, other, decision="out_of_scope") | {"taken": [key_of(one)]}
    reviewer.post(f"/learning/groups/{key_of(one)}", form)
    assert [lesson.key for lesson in lessons()] == [key_of(one)]
    assert other in reviewer.get("/learning").text


def test_what_is_set_aside_leaves_no_text_behind(reviewer: Desk) -> None:
    heard("azerty azerty")
    post(reviewer, "azerty azerty", decision="set_aside")
    (lesson,) = lessons()
    assert (lesson.decision, lesson.text, lesson.alias) == ("set_aside", None, None)
    assert "azerty" not in reviewer.get("/learning").text
    assert "azerty" not in reviewer.get("/learning/decisions").text


@pytest.mark.parametrize(
    "text",
    [
        "mon numéro [phone] c'est combien la prime",
        "appelez moi au 06 61 23 45 67 pour la prime",
        "écrivez à karim@example.org pour la prime",
        "combien [zitoun](subject) donne",
        "combien [téléphone] donne",
    ],
)
def test_a_sentence_with_something_personal_is_refused_until_it_is_edited(
    reviewer: Desk, text: str
) -> None:
    heard(text)
    answer = post(reviewer, text, decision="intent", intent="ask_amount")
    assert answer.status_code == 422
    assert "quelque chose de personnel" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert lessons() == []
    form = decision_about(text, decision="intent", intent="ask_amount")
    edited = form | {"text": ["c'est combien la prime"]}
    assert reviewer.post(f"/learning/groups/{key_of(text)}", edited).status_code == 303
    assert [(lesson.key, lesson.text) for lesson in lessons()] == [
        (key_of(text), "c'est combien la prime")
    ]


def test_a_masked_sentence_is_not_ticked_beforehand(reviewer: Desk) -> None:
    heard("mon numéro [phone] svp")
    page = reviewer.get(f"/learning/groups/{key_of('mon numéro [phone] svp')}").text
    assert "aria-invalid" in page
    assert not re.search(r'name="taken"[^>]*checked', page)


def test_a_sentence_is_put_on_one_line_without_signs_that_nobody_sees() -> None:
    assert cleaned("  a\nb\u202e\u200bc\x00\t d ") == "a bc d"
    assert cleaned("/restart") == "restart"
    assert cleaned("- - liste") == "liste"


def test_too_long_or_empty_a_sentence_is_refused() -> None:
    assert unfit("é" * 300) is None
    assert unfit("é" * 301) == "long"
    assert unfit("🙂 !!") == "empty"


def test_what_is_not_filled_in_is_told_and_nothing_is_kept(reviewer: Desk) -> None:
    heard("phrase à décider")
    cases = [
        ({"decision": "intent"}, "Choisissez ce que la personne voulait"),
        ({"decision": "intent", "intent": "no_such"}, "Choisissez ce que la personne voulait"),
        ({"decision": "set_aside", "taken": []}, "Cochez au moins une phrase"),
        ({"decision": "alias", "alias": "zizi"}, "Choisissez un sujet"),
        ({"decision": "alias", "alias": "zizi", "subject": "nowhere"}, "Choisissez un sujet"),
        ({"decision": "alias", "alias": "!!", "subject": "zitoun_bonus"}, "Écrivez le nom"),
        ({"decision": "alias", "alias": "x" * 81, "subject": "zitoun_bonus"}, "Écrivez le nom"),
    ]
    for form, told in cases:
        answer = post(reviewer, "phrase à décider", **form)
        assert (answer.status_code, told in unescape(answer.text)) == (422, True), form
    assert post(reviewer, "phrase à décider", decision="delete").status_code == 422
    assert lessons() == []


def test_a_form_made_by_hand_is_refused(reviewer: Desk) -> None:
    heard("phrase")
    for form in ({"sentence": ["../../x"]}, {"writing": ["tlh"]}, {"text": ["a", "b"]}):
        answer = post(reviewer, "phrase", decision="set_aside", **form)
        assert answer.status_code == 422, form
    assert lessons() == []


def test_the_later_of_two_officers_is_told_who_decided(reviewer: Desk, app: FastAPI) -> None:
    heard("phrase disputée")
    colleague = desk_of(app, "editor")
    first = post(reviewer, "phrase disputée", decision="set_aside")
    second = post(colleague, "phrase disputée", decision="intent", intent="greet")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Nom reviewer a décidé avant vous : Rien à apprendre" in unescape(second.text)
    assert [lesson.decision for lesson in lessons()] == ["set_aside"]
    late = colleague.get(f"/learning/groups/{key_of('phrase disputée')}")
    assert (late.status_code, "a décidé avant vous" in late.text) == (409, True)


def test_of_two_who_decide_at_the_same_moment_one_wins_and_nothing_is_half_done(
    reviewer: Desk,
) -> None:
    with open_session() as session:
        staff = session.get_one(Staff, reviewer.staff_id)
    ready, results = threading.Barrier(4), []

    def officer(number: int) -> None:
        sentences = [Sentence("a" * 64, "un", "fr"), Sentence(f"{number}" * 64, "deux", "fr")]
        ready.wait()
        try:
            with open_session() as session:
                decide(session, sentences, Decision("out_of_scope"), staff, at=NOW)
            results.append("won")
        except AlreadyDecided:
            results.append("told")

    threads = [threading.Thread(target=officer, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["told", "told", "told", "won"]
    assert len(lessons()) == 2
    assert len({lesson.batch for lesson in lessons()}) == 1


def test_undoing_brings_the_sentences_back(reviewer: Desk) -> None:
    heard("phrase mal décidée")
    batch = batch_of(post(reviewer, "phrase mal décidée", decision="out_of_scope"))
    page = reviewer.get(f"/learning?notice=decided&batch={batch}")
    assert f"/console/learning/decisions/{batch}/undo" in page.text
    answer = reviewer.post(f"/learning/decisions/{batch}/undo")
    assert answer.headers["location"] == "/console/learning?notice=undone"
    assert lessons() == []
    assert "phrase mal décidée" in reviewer.get("/learning").text
    again = reviewer.post(f"/learning/decisions/{batch}/undo", {"back": "/decisions"})
    assert again.headers["location"] == "/console/learning/decisions?notice=gone"


def test_undoing_goes_back_to_pages_of_ours_only(reviewer: Desk) -> None:
    for elsewhere in ("//evil.example", "https://evil.example", ".evil.example"):
        assert reviewer.post("/learning/decisions/x/undo", {"back": elsewhere}).status_code == 422


def test_what_is_learnt_already_and_undone_is_left_out_by_the_next_learning(reviewer: Desk) -> None:
    heard("phrase apprise à tort")
    batch = batch_of(post(reviewer, "phrase apprise à tort", decision="intent", intent="greet"))
    with open_session() as session:
        mark_learnt(session, every_lesson(session), at=NOW)
    reviewer.post(f"/learning/decisions/{batch}/undo")
    (lesson,) = lessons()
    assert (lesson.decision, lesson.key, lesson.text) == (
        "withdrawn",
        None,
        "phrase apprise à tort",
    )
    assert "prochain apprentissage : 1" in reviewer.get("/learning").text
    assert "phrase apprise à tort" not in reviewer.get("/learning/decisions").text
    assert post(reviewer, "phrase apprise à tort", decision="out_of_scope").status_code == 303


def test_an_alias_answers_at_once_and_survives_the_loading_of_the_files(reviewer: Desk) -> None:
    text = "c'est quoi boukhayra"
    heard(text)
    form = {"decision": "alias", "alias": "Boukhayra", "subject": "zitoun_bonus"}
    answer = post(reviewer, text, **form, alias_writing="ary-Latn")
    assert answer.status_code == 303, answer.text
    with open_session() as session:
        assert lexicon(session).links(text).certain[0].subject_id == "zitoun_bonus"
        assert load_facts(session, MADE_UP_FACTS, overwrite=True)
    with open_session() as session:
        assert lexicon(session).links(text).certain[0].subject_id == "zitoun_bonus"
    assert [lesson.text for lesson in lessons()] == [None]
    reviewer.post(f"/learning/decisions/{batch_of(answer)}/undo")
    with open_session() as session:
        assert not session.scalars(select(Name).where(Name.text == "Boukhayra")).all()
        assert not lexicon(session).links(text).certain


def test_a_name_that_a_subject_has_already_is_refused(reviewer: Desk) -> None:
    with open_session() as session:
        name = session.scalars(select(Name).where(Name.role == "alias")).first()
        assert name is not None
        other = "zitoun_bonus" if name.subject_id != "zitoun_bonus" else "other"
    heard("phrase avec un nom")
    form = {"decision": "alias", "alias": name.text.upper(), "subject": other}
    answer = post(reviewer, "phrase avec un nom", **form)
    assert answer.status_code == 422
    assert lessons() == []


def test_subjects_are_found_by_a_part_of_their_name(reviewer: Desk) -> None:
    part = reviewer.get("/learning/subjects?q=zitou")
    assert 'value="zitoun_bonus"' in part.text
    assert "<html" not in part.text
    assert reviewer.get("/learning/subjects?q=").status_code == 200
    assert "Aucun sujet" in reviewer.get("/learning/subjects?q=%3Cscript%3E%22").text


def test_what_visitors_write_is_never_markup(reviewer: Desk) -> None:
    heard(HOSTILE)
    key = key_of(HOSTILE)
    pages = [reviewer.get("/learning"), reviewer.get(f"/learning/groups/{key}")]
    post(reviewer, HOSTILE, decision="intent", intent="ask_amount")
    pages += [
        reviewer.get("/learning/decisions"),
        reviewer.post("/learning/try", {"text": HOSTILE}),
    ]
    pages.append(reviewer.get(f"/learning/groups/{key}?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
    with open_session() as session:
        line = {"text": HOSTILE, "writing": "fr", "intent": HOSTILE, "before": "greet"}
        lines = [line | {"after": HOSTILE, "kind": "taught"}]
        content = {"figures": {}, "refused": [], "won": lines, "lost": [], "missed": []}
        number = add_report(session, outcome="activated", content=content, at=NOW).id
    pages.append(reviewer.get(f"/learning/reports/{number}"))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
    assert "&lt;script&gt;" in pages[0].text


def test_the_decisions_are_given_as_training_files_of_rasa(
    reviewer: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("console.learning_results.DATA", tmp_path)
    taught = {
        '=HYPERLINK("http://evil") c\'est combien': ("fr", "ask_amount"),
        "ch7al: 'lprime' #zitoun": ("ary-Latn", "ask_amount"),
        'شحال "البريم"، عافاك': ("ary-Arab", "ask_amount"),
        "* & ! | > % @ `combien": ("fr", "ask_cost"),
    }
    for text, (writing, intent) in taught.items():
        heard(text)
        assert (
            post(reviewer, text, decision="intent", intent=intent, writing=[writing]).status_code
            == 303
        )
    heard("la météo")
    post(reviewer, "la météo", decision="out_of_scope")
    found: dict[str, tuple[str, str]] = {}
    for name in ("fr", "ary_arab", "ary_latn"):
        answer = reviewer.get(f"/learning/export/{name}.yml")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}.yml"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        read = YAML(typ="safe", pure=True).load(answer.text)
        assert read["version"] == "3.1"
        for block in read["nlu"]:
            for line in block["examples"].splitlines():
                assert line.startswith("- ")
                found[line[2:]] = (block["metadata"]["writing"], block["intent"])
    assert found == taught | {"la météo": ("fr", "out_of_scope")}
    assert reviewer.get("/learning/export/aliases.yml").status_code == 404
    assert reviewer.get("/learning/export/passwd.yml").status_code == 422


def test_aliases_are_given_as_they_stand_in_the_facts(reviewer: Desk) -> None:
    heard("c'est quoi boukhayra")
    form = {"decision": "alias", "alias": "Boukhayra: l'autre", "subject": "zitoun_bonus"}
    post(reviewer, "c'est quoi boukhayra", **form)
    answer = reviewer.get("/learning/export/aliases.yml")
    expected = [{"id": "zitoun_bonus", "aliases": {"fr": ["Boukhayra: l'autre"]}}]
    assert YAML(typ="safe").load(answer.text) == expected


def test_each_act_is_in_the_trail_without_the_words_of_visitors(reviewer: Desk) -> None:
    heard("phrase secrète")
    reviewer.get("/learning")
    reviewer.get(f"/learning/groups/{key_of('phrase secrète')}")
    batch = batch_of(post(reviewer, "phrase secrète", decision="intent", intent="greet"))
    reviewer.get("/learning/export/fr.yml")
    reviewer.post(f"/learning/decisions/{batch}/undo")
    with open_session() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "lesson").order_by(AuditEntry.id)
        ).all()
    assert [entry.action for entry in entries] == [
        "sentences_read",
        "sentences_read",
        "decided",
        "decisions_exported",
        "decision_undone",
    ]
    assert all(entry.staff_id == reviewer.staff_id for entry in entries)
    assert all("secrète" not in str(entry.detail) for entry in entries)


def test_the_box_to_try_a_sentence_tells_what_would_be_understood(
    reviewer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def parse(_rasa: RasaClient, text: str) -> dict[str, Any]:
        asked.append(text)
        return {
            "intent": {"name": "ask_amount", "confidence": 0.9},
            "intent_ranking": [{"name": "ask_amount", "confidence": 0.9}],
            "entities": [
                {"entity": "amount", "value": {"value": "5000", "upper": None, "unit": "MAD"}},
                {"entity": "<b>", "value": "<i>"},
            ],
            "writing": {"tag": "ary-Latn"},
            "unknown_words": ["boukhayra"],
        }

    monkeypatch.setattr(RasaClient, "parse", parse)
    text = "ch7al f zitoun dial karim@example.org"
    page = unescape(reviewer.post("/learning/try", {"text": text}).text)
    assert asked == ["ch7al f zitoun dial [email]"]
    for expected in (
        "presque sûr, 90\N{NO-BREAK SPACE}%",
        "Darija en lettres latines",
        "5000 MAD",
        "boukhayra",
    ):
        assert expected in page
    assert "Zitoun" in page


def test_the_box_still_tells_the_near_subjects_when_rasa_is_away(
    reviewer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_rasa: RasaClient, _text: str) -> dict[str, Any]:
        raise AssistantAway("away")

    monkeypatch.setattr(RasaClient, "parse", away)
    page = unescape(reviewer.post("/learning/try", {"text": "c'est quoi zitoun"}).text)
    assert "ne répond pas en ce moment" in page
    assert "Zitoun" in page


def test_the_reports_show_what_the_teaching_did(reviewer: Desk) -> None:
    line = {"text": "c koi", "writing": "fr", "intent": "ask_overview", "kind": "taught"}
    content = {
        "figures": {
            "fr": {"sentences": 9, "macro_f1": [0.9, 0.912], "answered_rightly": [0.8, 0.85]}
        },
        "won": [line | {"before": "nlu_fallback", "after": "ask_overview"}],
        "lost": [line | {"text": None, "before": "ask_overview", "after": "greet"}],
        "missed": [],
        "left_out": [line | {"reason": "contradicts"}],
        "refused": [{"reason": "floor", "detail": "fr: macro_f1 0.85, floor 0.89"}],
        "added": 1,
        "won_count": 1,
        "lost_count": 1,
    }
    with open_session() as session:
        number = add_report(session, outcome="refused", content=content, at=NOW).id
        add_report(session, outcome="put_back", content={}, at=NOW)
    assert "Refusé" in reviewer.get("/learning/reports").text
    page = unescape(reviewer.get(f"/learning/reports/{number}").text)
    for expected in (
        "90,0 → 91,2",
        "Demander une précision",
        "phrase d'une conversation relue",
        "Une écriture passe sous le niveau exigé",
        "Déjà apprise avec un autre sens",
    ):
        assert expected in page, expected
    assert reviewer.get(f"/learning/reports/{number + 1}").status_code == 404
    assert reviewer.get("/learning/reports/999").status_code == 404


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_page_opens_in_both_languages(reviewer: Desk, language: str) -> None:
    reviewer.post("/language", {"language": language})
    heard("combien pour zitoun")
    heard("mon numéro [phone] svp")
    pages = ["", "/decisions", "/reports", "/try", f"/groups/{key_of('combien pour zitoun')}"]
    for path in pages:
        page = reviewer.get(f"/learning{path}")
        assert page.status_code == 200, path
        assert f'lang="{language}"' in page.text


def test_a_group_that_never_was_is_not_found(reviewer: Desk) -> None:
    assert reviewer.get(f"/learning/groups/{'0' * 64}").status_code == 404
    assert reviewer.get("/learning/groups/..%2F..%2Fetc").status_code == 404


def test_only_answers_found_right_are_confirmed(reviewer: Desk, app: FastAPI) -> None:
    colleague = desk_of(app, "editor")
    told = {"outcome": "answered", "intent": "ask_amount"}
    both, right = heard("deux avis", **told), heard("un seul avis", **told)
    with open_session() as session:
        for turn, desk, verdict in (
            (both, reviewer, "right"),
            (both, colleague, "wrong"),
            (right, reviewer, "right"),
        ):
            session.add(Verdict(turn_id=turn, staff_id=desk.staff_id, verdict=verdict, at=NOW))
    with open_session() as session:
        assert sentences_confirmed(session) == [("un seul avis", "ask_amount", "fr")]


def test_reports_are_rows_of_their_own(reviewer: Desk) -> None:
    with open_session() as session:
        add_report(session, outcome="tried", content={"added": 0}, at=NOW)
    with open_session() as session:
        assert session.scalars(select(LearningReport)).one().outcome == "tried"


def test_a_turn_of_a_conversation_leads_to_the_group_of_its_sentence(app: FastAPI) -> None:
    reviewer = desk_of(app, "reviewer")
    vain = heard("chno hadchi")
    answered = heard("chokran bzaf", outcome="answered")
    led = reviewer.get(f"/learning?turn={vain}", follow_redirects=False)
    assert led.headers["location"] == f"/console/learning/groups/{key_of('chno hadchi')}"
    told = reviewer.get(f"/learning?turn={answered}", follow_redirects=False)
    assert "Cette phrase n&#39;attend pas" in told.text
