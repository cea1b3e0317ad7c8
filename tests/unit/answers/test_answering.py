from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from answers.answering import answer
from answers.dialogue import compare_named, list_asked, next_step, show_more, take_element
from answers.reply import Reply
from answers.turn import Memory, Turn
from database.vocabulary import Writing

TODAY = date(2026, 11, 23)


def turn(
    text: str,
    intent: str = "ask_overview",
    *,
    writing: Writing = "fr",
    memory: Memory | None = None,
    unknown: tuple[str, ...] = (),
    **entities: Any,
) -> Turn:
    """A turn as the actions make it."""
    found = {kind: (value,) for kind, value in entities.items()}
    return Turn(text, writing, intent, found, unknown, memory=memory or Memory())


def text_of(reply: Reply) -> str:
    """All bubbles of a reply."""
    return "\n".join(message.text for message in reply.messages)


@pytest.mark.parametrize(
    ("writing", "expected"),
    [
        ("fr", "6\u202f000 DH par emploi créé (loi 12-34, 3 juillet 2025)."),
        ("ary-Arab", "6\u202f000 درهم على كل خدمة (القانون 12-34، 3 يوليوز 2025)."),
        ("ary-Latn", "6\u202f000 dh 3la kol khdma (l9anoun 12-34, 3 juillet 2025)."),
    ],
)
def test_the_figure_asked_for_is_said_with_its_source_and_date(
    session: Session, writing: Writing, expected: str
) -> None:
    reply = answer(session, turn("prime Zitoun", "ask_amount", writing=writing), on=TODAY)
    message = reply.messages[0]
    assert reply.outcome == "answered"
    assert message.text.startswith(expected)
    assert [(s.url, s.published, s.checked_on) for s in message.sources] == [
        ("https://example.org/zitoun", "2025-07-03", "2026-11-23")
    ]


def test_a_source_that_nobody_can_open_is_never_shown(session: Session) -> None:
    reply = answer(session, turn("prime Zitoun", "ask_amount"), on=TODAY)
    assert "Carnet privé" not in str(reply.as_dict())


def test_doubt_is_said(session: Session) -> None:
    told = text_of(answer(session, turn("prime Zitoun", "ask_conditions"), on=TODAY))
    assert "Donné par une seule source" in told
    assert (
        "Rien ne prouve que ce soit ouvert aujourd'hui (dernier état connu : juillet 2025)" in told
    )


@pytest.mark.parametrize(("on", "overdue"), [(date(2026, 1, 1), False), (date(2026, 1, 2), True)])
def test_past_its_check_by_day_a_fact_is_to_be_confirmed(
    session: Session, on: date, overdue: bool
) -> None:
    told = text_of(answer(session, turn("prix Atlas Park", "ask_price"), on=on))
    assert ("devait être revérifiée avant le 1er janvier 2026" in told) is overdue


def test_what_is_not_known_is_said_with_whom_to_ask(session: Session) -> None:
    reply = answer(session, turn("prime Zitoun", "ask_delay"), on=TODAY)
    assert reply.outcome == "not_found"
    assert "Je n'ai pas de délai publié" in text_of(reply)
    assert "Centre d'essai (https://example.org)" in text_of(reply)
    assert "00 00" not in text_of(reply), "an unconfirmed number is not handed out in passing"


def test_a_follow_up_is_about_the_subject_last_spoken_of(session: Session) -> None:
    memory = Memory(subject="zitoun_bonus", aspect="amount")
    reply = answer(session, turn("et les conditions ?", "ask_conditions", memory=memory), on=TODAY)
    assert reply.memory["subject"] == "zitoun_bonus"
    assert "24 mois" in text_of(reply)


def test_an_unknown_name_is_not_answered_with_the_last_subject(session: Session) -> None:
    memory = Memory(subject="zitoun_bonus", aspect="amount")
    asked = turn("et Qoqnouz ?", "ask_amount", memory=memory, unknown=("qoqnouz",))
    assert answer(session, asked, on=TODAY).outcome == "not_found"


def test_the_steps_of_a_procedure_come_in_order_with_their_total(session: Session) -> None:
    reply = answer(session, turn("créer un moulin", "ask_steps"), on=TODAY)
    assert "1. Demander le timbre" in text_of(reply)
    assert "Total des frais : 300 à 350 DH" in text_of(reply)
    card = reply.messages[0].card
    assert card is not None
    assert [step["title"] for step in card["steps"]] == ["Demander le timbre", "Recevoir la visite"]


def test_no_total_where_a_step_is_not_known(session: Session) -> None:
    assert "Délai total" not in text_of(answer(session, turn("moulin", "ask_steps"), on=TODAY))


def test_after_a_step_comes_the_next_and_after_the_last_the_end(session: Session) -> None:
    memory = Memory(subject="mill_opening", step=1)
    second = next_step(session, turn("et après ?", "next_step", memory=memory), on=TODAY)
    assert "Étape 2 sur 2 : Recevoir la visite" in text_of(second)
    memory = Memory(subject="mill_opening", step=2)
    assert "dernière étape" in text_of(
        next_step(session, turn("et après ?", "next_step", memory=memory), on=TODAY)
    )


def test_the_same_question_elsewhere_says_where_it_does_not_apply(session: Session) -> None:
    memory = Memory(subject="zitoun_bonus", aspect="amount")
    asked = turn("et à Fès ?", "inform", memory=memory, province="fes")
    assert "ne concerne pas Fès" in text_of(take_element(session, asked, on=TODAY))


def test_a_list_holds_what_fits_the_place_and_the_person(session: Session) -> None:
    reply = list_asked(
        session, turn("aides femmes Taza", "ask_list", audience="woman", province="taza"), on=TODAY
    )
    assert "Prime Zitoun" in text_of(reply)
    reply = list_asked(
        session, turn("aides femmes Fès", "ask_list", audience="woman", province="fes"), on=TODAY
    )
    assert reply.outcome == "not_found"


def test_without_a_list_more_is_asked_back(session: Session) -> None:
    assert show_more(session, turn("la suite", "more"), on=TODAY).outcome == "clarified"


def test_zones_stand_side_by_side_and_what_is_not_known_is_said(session: Session) -> None:
    reply = compare_named(session, turn("Atlas Park ou Oued Park", "compare"), on=TODAY)
    card = reply.messages[0].card
    assert card is not None
    rows = {row["title"]: row["cells"] for row in card["rows"]}
    assert rows["Superficie"] == ["40 ha", "10 à 12 ha"]
    assert rows["Prix de vente"] == ["300 DH/m²", "non publié"]


def test_two_questions_are_answered_in_order(session: Session) -> None:
    parts = (("ask_price", "prix à Atlas Park"), ("ask_conditions", "conditions prime Zitoun"))
    asked = Turn("", "fr", "ask_price", parts=parts)
    reply = answer(session, asked, on=TODAY)
    assert ["300 DH/m²" in reply.messages[0].text, "24 mois" in reply.messages[1].text] == [
        True,
        True,
    ]
