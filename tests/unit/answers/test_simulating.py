"""The form in the conversation: what it asks, takes, corrects and says in the end."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from answers.reply import Reply, payload
from answers.scheme_choice import SUBJECT_OF
from answers.simulation_result import simulation_of
from answers.words import say
from database.content import read_facts
from database.tables import Base
from database.vocabulary import WRITINGS, Writing
from schemes import Scheme
from schemes.project import KINDS
from settings import ROOT
from settings import settings as project_settings
from tests.unit.answers.simulation_talk import TODAY, Talk

PROJECT = "10 millions de dirhams à Taounate, 25 emplois, agroalimentaire, SARL"
TEXTILE = {
    "total_investment": "80000000",
    "jobs": 125,
    "province": "taounate",
    "sector": "textile",
    "legal_form": "sa",
}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A session on empty tables: the computation rests on no fact of the database."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def talk(session: Session) -> Talk:
    return Talk(session)


def result_of(talk: Talk, *texts: str) -> Reply:
    """The reply once the form has its answers, "je ne sais pas" to whatever else it asks."""
    for text in texts:
        talk.say(text)
    for _ in range(12):
        if talk.reply is not None and talk.reply.outcome == "answered":
            return talk.reply
        talk.say("je ne sais pas", "dont_know")
    raise AssertionError("no result")


# What it asks


def test_the_three_answers_that_decide_most_are_asked_first(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    asked = [talk.memory.awaiting]
    for text in ("10 MDH", "25 emplois"):
        talk.say(text)
        asked.append(talk.memory.awaiting)
    assert asked == ["total_investment", "jobs", "province"]


def test_what_was_said_is_not_asked(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    assert talk.memory.awaiting == "own_funds_percent"


def test_what_is_not_known_is_never_asked_again(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    asked = []
    while talk.reply is not None and talk.reply.outcome == "form_step":
        asked.append(talk.memory.awaiting)
        talk.say("aucune idée", "dont_know")
    assert len(asked) == len(set(asked)) <= 8


def test_a_scheme_that_is_out_of_reach_asks_nothing(talk: Talk) -> None:
    talk.say("300 000 dh, 2 emplois, commerce, SARL, à Fès", "simulate")
    assert talk.reply is not None
    assert talk.reply.outcome == "answered"


def test_takings_by_the_month_are_a_turnover(talk: Talk) -> None:
    talk.say("je suis auto-entrepreneur, je fais 15000 par mois", "simulate")
    assert talk.answers["annual_turnover"] == "180000"


def test_an_auto_entrepreneur_is_asked_for_the_turnover(talk: Talk) -> None:
    talk.say("je suis auto-entrepreneur", "simulate")
    assert talk.memory.awaiting == "annual_turnover"
    talk.say("15000 dh par mois")
    talk.say("commerce")
    talk.say("non", "deny")
    assert "900 DH" in talk.text


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_question_has_buttons_where_one_can_choose(
    session: Session, writing: Writing
) -> None:
    talk = Talk(session, writing)
    talk.say("", "simulate")
    while talk.reply is not None and talk.reply.outcome == "form_step":
        unknown = payload("dont_know", field=str(talk.memory.awaiting))
        assert (say("answer.dont_know", writing), unknown) in talk.buttons
        assert len(talk.buttons) <= 10
        talk.send_payload(unknown)


# What it takes


def test_a_new_value_replaces_the_old_and_says_so(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    talk.say("non, 30 emplois", "deny")
    assert talk.answers["jobs"] == "30"
    assert "30 emplois au lieu de 25 emplois" in talk.text


def test_a_correction_after_the_result_gives_the_new_result(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("plutôt 60 emplois")
    assert talk.reply is not None
    assert talk.reply.outcome == "answered"
    assert "7 % = 700 000 DH" in talk.text


def test_an_answer_understood_as_something_else_is_taken_all_the_same(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    talk.say("10 MDH", "out_of_scope")
    assert talk.answers == {"total_investment": "10000000"}


def test_an_amount_with_two_readings_is_asked_with_both(session: Session) -> None:
    talk = Talk(session, "ary-Latn")
    talk.say("7seb liya", "simulate")
    talk.say("12 mlyoun")
    assert [payload for _, payload in talk.buttons] == [
        '/inform{"field": "total_investment", "value": "12000000"}',
        '/inform{"field": "total_investment", "value": "120000"}',
    ]
    talk.say("santim")
    assert talk.answers["total_investment"] == "120000"


def test_a_button_pressed_late_answers_its_own_question(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    talk.say("merci", "thanks")
    talk.say("merci", "thanks")
    talk.send_payload(payload("inform", field="province", value="taza"))
    talk.send_payload(payload("dont_know", field="jobs"))
    assert talk.answers == {"province": "taza", "jobs": None}


def test_a_year_that_does_not_settle_the_age_asks_for_the_month(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    talk.say("20 %")
    talk.say("2023")
    assert talk.memory.awaiting == "created_on"
    talk.say("mars 2020")
    assert talk.answers["created_on"] == "2020-03-01"


def test_what_is_not_understood_is_explained_and_asked_again(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    talk.say("beaucoup", "nlu_fallback")
    assert talk.memory.awaiting == "total_investment"
    assert "hors taxe" in talk.text


# What may happen in the middle


def test_a_question_in_the_middle_is_answered_and_the_form_comes_back_once(talk: Talk) -> None:
    talk.say("je veux simuler", "simulate")
    talk.say("merci", "thanks")
    assert "On continue ?" in talk.text
    assert talk.memory.awaiting == "total_investment"
    talk.say("merci", "thanks")
    assert "On continue ?" not in talk.text
    assert talk.memory.awaiting is None


def test_a_term_of_the_form_is_explained(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    talk.say("c'est quoi le chiffre d'affaires ?", "ask_overview")
    assert "avant les dépenses" in talk.text
    assert talk.memory.awaiting == "own_funds_percent"


def test_stopping_keeps_the_project_and_resuming_goes_on(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    talk.say("stop", "cancel")
    assert talk.memory.awaiting is None
    talk.say("reprendre", "resume")
    assert talk.memory.awaiting == "own_funds_percent"


def test_a_bare_answer_that_looks_like_a_question_is_taken(session: Session) -> None:
    talk = Talk(session, "ary-Latn")
    talk.say("10 mlyoun dirham, 25 khddam, Taounate, textile, SARL, 20% mn flousi", "simulate")
    assert talk.memory.awaiting == "created_on"
    talk.say("mazal", "ask_status")
    assert talk.answers["created_on"] == "2026-11-23"


def test_another_place_asked_about_after_the_result_is_computed(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("et à Taza ?", "ask_amount")
    assert talk.answers["province"] == "taza"
    assert talk.memory.awaiting == "result"


def test_a_project_can_be_forgotten(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    talk.say("stop", "cancel")
    talk.press("Effacer le projet")
    assert talk.memory.project is None


def test_a_second_simulation_offers_the_project_held(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("calcule mon aide", "simulate")
    assert [title for title, _ in talk.buttons] == ["Reprendre", "Nouveau projet"]
    talk.press("Nouveau projet")
    assert talk.answers == {}


def test_another_project_told_whole_replaces_the_first(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("et pour 80 MDH et 125 emplois à Fès ?", "simulate")
    assert set(talk.answers) == {"total_investment", "jobs", "province"}


def test_another_topic_after_the_result_leaves_the_form(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("merci", "thanks")
    assert talk.memory.awaiting is None
    assert talk.memory.project is not None


# What it says in the end


@pytest.mark.parametrize(
    ("writing", "total", "notice"),
    [
        ("fr", "21,6 millions de DH", "la convention seule engage l'État"),
        ("ary-Arab", "21,6 مليون درهم", "الاتفاقية بوحدها"),
        ("ary-Latn", "21,6 mlyoun dh", "la convention bo7dha"),
    ],
)
def test_the_result_says_total_range_and_that_it_is_an_estimate(
    session: Session, writing: Writing, total: str, notice: str
) -> None:
    talk = Talk(session, writing)
    talk.say("80 MDH, 125 emplois à Taounate, textile, SA", "simulate")
    for _ in range(3):
        if talk.memory.awaiting != "result":
            talk.send_payload("/dont_know")
    assert total in talk.text
    assert notice in talk.text


def test_the_card_holds_every_figure_as_displayed_and_as_a_number(talk: Talk) -> None:
    reply = result_of(talk, "80 MDH, 125 emplois à Taounate, textile, SA")
    card = next(message.card for message in reply.messages if message.card)
    assert card["type"] == "simulation"
    assert (card["scheme"], card["currency"]) == ("charter_main", "MAD")
    assert (card["total"], card["total_value"]) == ("21,6 millions de DH", 21_600_000)
    assert (card["low_value"], card["high_value"]) == (20_000_000, 24_000_000)
    assert (card["cap"]["title"], card["cap"]["rate_value"]) == ("Plafond du total", 30)
    assert not card["cap"]["reached"]
    assert card["bonuses"][0]["rate_value"] == 7
    assert card["conditions"][0]["met"] is True
    assert card["link"].startswith("/calculateur?lang=fr&total_investment=80000000")


def test_an_unofficial_rule_is_never_said_as_certain(talk: Talk) -> None:
    reply = result_of(talk, "80 MDH, 125 emplois à Taounate, textile, SA")
    charter = next(message for message in reply.messages if message.card)
    assert charter.certainty == "uncertain"
    assert "non officiel ou contesté, à confirmer" in charter.text
    assert "Fourchette" in charter.text


def test_a_reached_cap_is_visible(session: Session) -> None:
    answers = TEXTILE | {"women_payroll_percent": 40, "future_job_activity": True, "jobs": 700}
    result = simulation_of(session, answers, "fr", on=TODAY).results[0]
    assert "atteint" in result.caps[0].text
    assert result.caps[0].reached


def test_the_nearest_step_says_what_it_brings(session: Session) -> None:
    answers = TEXTILE | {"women_payroll_percent": 20}
    result = simulation_of(session, answers, "fr", on=TODAY).results[0]
    assert result.next_step == "Femmes à 30 % : 3 % au lieu de 0 %, soit 2,4 millions de DH de plus"


def test_schemes_that_exclude_each_other_are_named_together(session: Session) -> None:
    answers = {"total_investment": "20000000", "jobs": 200, "province": "fes", "sector": "textile"}
    simulation = simulation_of(session, answers | {"legal_form": "sarl"}, "fr", on=TODAY)
    assert [result.scheme for result in simulation.results] == ["charter_main", "tpme"]
    assert any("il faut choisir" in relation for relation in simulation.relations)


def test_a_refusal_names_the_condition_and_the_step_to_it(session: Session) -> None:
    answers = TEXTILE | {"jobs": 49}
    simulation = simulation_of(session, answers, "fr", on=TODAY)
    refused = next(result for result in simulation.refused if result.scheme == "charter_main")
    assert refused.unmet[0].startswith("Au moins 50 millions de DH et 50 emplois")
    assert refused.next_step is not None
    assert refused.next_step.startswith("1 emploi de plus : le dispositif s'ouvre à vous")


def test_a_result_can_be_made_more_precise(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.press("Préciser")
    assert talk.reply is not None
    assert talk.reply.outcome == "form_step"
    assert talk.memory.awaiting in KINDS


def test_the_title_of_a_button_can_be_typed(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("merci", "thanks")
    talk.say("préciser", "out_of_scope")
    assert talk.memory.awaiting in KINDS


# Whatever is said

TEXTS = st.one_of(
    st.sampled_from(
        [
            "10 MDH",
            "12 mlyoun",
            "خمسين مليون",
            "25 emplois",
            "25 khddam, 30% 3yalat",
            "Taounate",
            "Fès ou Taza",
            "fès shore",
            "sarl",
            "textile",
            "je suis auto-entrepreneur",
            "2 MDH dont 3 MDH de terrain",
            "non",
            "2023",
            "mars 2024",
            "200 %",
            "0 dh",
            "-5 emplois",
            "3 millions d'euros",
            "c'est quoi fonds propres ?",
            "9" * 30,
            "1e999",
            "٢٥ خدام",
        ]
    ),
    st.text(max_size=60),
    st.integers(-(10**13), 10**13).map(lambda n: f"{n} dirhams"),
)
INTENTS = st.sampled_from(
    "inform simulate affirm deny dont_know cancel resume nlu_fallback thanks out_of_scope "
    "repeat simplify help feedback_negative".split()
)
PRESSED = (
    payload("simulate"),
    payload("simulate", field="more"),
    payload("simulate", field="new"),
    payload("cancel", field="project"),
    payload("inform", field="x"),
    payload("dont_know", field="jobs"),
    payload("deny", field="created_on"),
    *map(payload, ("dont_know", "resume", "deny", "affirm")),
)
PAYLOADS = st.one_of(
    st.builds(
        lambda name, value: payload("inform", field=name, value=value),
        st.sampled_from(list(KINDS)),
        st.text(max_size=12),
    ),
    st.sampled_from(PRESSED),
)


def test_no_to_a_share_is_not_known_rather_than_nothing(talk: Talk) -> None:
    talk.say(PROJECT, "simulate")
    assert talk.memory.awaiting == "own_funds_percent"
    talk.say("non", "deny")
    assert talk.answers["own_funds_percent"] is None
    assert talk.memory.awaiting != "own_funds_percent"


@pytest.mark.parametrize("understood", ["nlu_fallback", "ask_overview", "out_of_scope", "greet"])
def test_the_title_of_a_button_typed_by_hand_is_the_button(talk: Talk, understood: str) -> None:
    talk.say("10 MDH, 25 emplois à Taounate", "simulate")
    assert talk.memory.awaiting == "sector"
    talk.say("agro-alimentaire", understood)
    assert talk.answers["sector"] == "agrifood"
    talk.say("je ne sais pas", understood)
    assert talk.answers["legal_form"] is None


def test_a_button_after_the_result_may_be_typed(talk: Talk) -> None:
    result_of(talk, PROJECT)
    talk.say("nouveau projet", "nlu_fallback")
    assert talk.answers == {}
    assert talk.memory.awaiting == "total_investment"


def test_after_a_total_a_question_is_about_the_scheme_shown_first(talk: Talk) -> None:
    result_of(talk, PROJECT)
    assert talk.memory.subject == "tpme"


def test_every_scheme_has_its_subject_in_the_content() -> None:
    known = {subject.id for subject in read_facts(ROOT / "content" / "facts")}
    assert set(SUBJECT_OF) == set(Scheme)
    assert set(SUBJECT_OF.values()) <= known


@pytest.mark.parametrize("public_url", ["", "https://dalil.example"])
def test_a_result_with_bonuses_names_its_picture(
    talk: Talk, public_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_settings(), "public_url", public_url)
    reply = result_of(talk, PROJECT)
    pictures = [m.card["image"] for m in reply.messages if m.card and "image" in m.card]
    assert pictures
    assert all(each.startswith(f"{public_url}/calculateur.png?") for each in pictures)
    assert "scheme=tpme" in pictures[0]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    writing=st.sampled_from(WRITINGS),
    messages=st.lists(st.one_of(st.tuples(TEXTS, INTENTS), PAYLOADS), max_size=10),
)
def test_no_sequence_of_answers_ever_fails(
    session: Session, writing: Writing, messages: list[tuple[str, str] | str]
) -> None:
    talk = Talk(session, writing)
    for message in messages:
        reply = talk.send_payload(message) if isinstance(message, str) else talk.say(*message)
        assert reply.messages
        assert all(bubble.text.strip() for bubble in reply.messages)
        assert len(reply.as_dict()["messages"]) <= 8
