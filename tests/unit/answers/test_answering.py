from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from answers.answering import answer
from answers.dialogue import (
    compare_named,
    list_asked,
    next_step,
    show_more,
    small_talk,
    take_element,
)
from answers.prices import land_wanted
from answers.reply import Reply
from answers.turn import Memory, Turn
from database.tables import Name, Revision, Statement, Subject
from database.vocabulary import WRITINGS, Writing

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


def test_where_no_aid_fits_the_sector_those_of_the_place_follow(session: Session) -> None:
    asked = turn(
        "aides textile Taza", "ask_list", sector="textile", audience="woman", province="taza"
    )
    nothing, near = list_asked(session, asked, on=TODAY).messages
    assert "rien trouvé" in nothing.text
    assert "Prime Zitoun" in near.text


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


def test_a_subject_asked_for_elsewhere_says_first_where_it_is(session: Session) -> None:
    asked = turn("prime Zitoun à Fès", "ask_amount", province="fes")
    first, second = answer(session, asked, on=TODAY).messages
    assert first.text == (
        "« Prime Zitoun » ne concerne pas Fès, d'après mes sources (lieu : Taza)."
    )
    assert "6\u202f000 DH" in second.text


def test_a_subject_asked_for_where_it_is_says_no_more(session: Session) -> None:
    asked = turn("prime Zitoun à Taza", "ask_amount", province="taza")
    assert len(answer(session, asked, on=TODAY).messages) == 1


def test_a_stranger_called_an_aid_is_not_answered_with_the_aid_beside_it(session: Session) -> None:
    asked = turn("prime zorgomat à zitoun ?", "ask_amount", unknown=("zorgomat",))
    reply = answer(session, asked, on=TODAY)
    assert reply.outcome == "not_found"
    assert "Je ne connais pas « zorgomat »" in text_of(reply)
    assert "Prime Zitoun" in [button.title for button in reply.messages[0].buttons]


def test_an_unknown_word_that_is_called_nothing_is_passed_over(session: Session) -> None:
    asked = turn("zitoun svppp ça donne combien", "ask_amount", unknown=("svppp",))
    assert answer(session, asked, on=TODAY).outcome == "answered"


def test_what_no_source_answers_is_said_so_with_whom_to_see(session: Session) -> None:
    session.add(gap("closing", "Fermer un moulin"))
    session.query(Revision).update({"mark": "with a gap"})
    session.flush()
    reply = answer(session, turn("fermer un moulin", "ask_steps"), on=TODAY)
    assert reply.outcome == "not_found"
    assert "aucune source sûre sur « Fermer un moulin »" in text_of(reply)
    assert "Voyez la commune." in text_of(reply)
    assert "Demander le timbre" not in text_of(reply)


def gap(subject_id: str, name: str) -> Subject:
    """Something people ask about that no source answers."""
    return Subject(
        id=subject_id,
        kind="gap",
        ask="institution_cri_fes_meknes",
        prominence=3,
        check_by=TODAY,
        names=[Name(writing=writing, role="name", text=name) for writing in WRITINGS],
        statements=[
            Statement(
                aspect="contact",
                certainty="official",
                checked_on=TODAY,
                texts=dict.fromkeys(WRITINGS, "Voyez la commune."),
                sources=[],
            )
        ],
    )


@pytest.mark.parametrize(
    ("text", "outcome", "expected"),
    [
        ("terrain à moins de 400 dh le mètre", "answered", "Atlas Park : 300 DH/m²"),
        ("un terrain pas plus de 200 dh/m²", "not_found", "Plus cher : Atlas Park"),
        ("zone lli taman dyalha 9el mn 400 dh", "answered", "Atlas Park : 300 DH/m²"),
        ("أرض ب قل من 400 درهم للمتر", "answered", "300"),
    ],
)
def test_land_up_to_a_price_is_listed_with_what_is_not_known(
    session: Session, text: str, outcome: str, expected: str
) -> None:
    told = answer(session, turn(text, "ask_price"), on=TODAY)
    assert told.outcome == outcome
    assert expected in text_of(told).translate({0x202F: " ", 0x2066: None, 0x2069: None})
    assert "Oued Park" in text_of(told), "its price is not published"


def test_a_budget_is_no_price_of_a_square_metre() -> None:
    assert land_wanted(turn("un terrain à moins de 500 000 dh")) is None


@pytest.mark.parametrize(
    ("text", "writing"),
    [
        ("la différence entre les deux ?", "fr"),
        ("lfer9 binathom", "ary-Latn"),
        ("شنو الفرق بيناتهم", "ary-Arab"),
    ],
)
def test_the_two_last_spoken_of_are_compared(session: Session, text: str, writing: Writing) -> None:
    memory = Memory(subject="oued_park", previous_subject="atlas_park")
    reply = compare_named(session, turn(text, "compare", writing=writing, memory=memory), on=TODAY)
    card = reply.messages[0].card
    assert card is not None
    assert len(card["columns"]) == 2


def test_the_subject_left_is_remembered_as_the_one_before() -> None:
    memory = Memory(subject="atlas_park")
    assert memory.after({"subject": "oued_park"})["previous_subject"] == "atlas_park"
    assert "previous_subject" not in memory.after({"subject": "atlas_park"})
    assert "previous_subject" not in memory.after({"aspect": "price"})


def test_two_questions_in_one_message_leave_both_subjects(session: Session) -> None:
    parts = (("ask_price", "prix à Atlas Park"), ("ask_conditions", "conditions prime Zitoun"))
    memory = answer(session, Turn("", "fr", "ask_price", parts=parts), on=TODAY).memory
    assert (memory["previous_subject"], memory["subject"]) == ("atlas_park", "zitoun_bonus")


def test_a_province_chosen_without_words_asks_the_same_elsewhere(session: Session) -> None:
    memory = Memory(subject="zitoun_bonus", aspect="amount")
    chosen = turn("", "inform", memory=memory, province="fes")
    assert "ne concerne pas Fès" in text_of(take_element(session, chosen, on=TODAY))


@pytest.mark.parametrize(
    ("text", "writing", "expected"),
    [
        ("salam", "ary-Latn", "W 3alaykom salam"),
        ("السلام عليكم", "ary-Arab", "وعليكم السلام"),
        ("sbah lkhir", "ary-Latn", "Sbah nnour"),
        ("صباح الخير", "ary-Arab", "صباح النور"),
        ("bonsoir", "fr", "Bonsoir"),
        ("labas ?", "ary-Latn", "L7amdolillah"),
        ("bonjour", "fr", "Bonjour"),
        ("ahlan", "ary-Latn", "Mer7ba bik"),
    ],
)
def test_a_greeting_is_returned_in_kind(
    session: Session, text: str, writing: Writing, expected: str
) -> None:
    reply = small_talk(session, turn(text, "greet", writing=writing), on=TODAY)
    assert text_of(reply).startswith(expected)
