"""What a question about a company, its taxes or a file means, by its words (on the real content)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from answers.answering import answer, is_about_a_subject
from answers.dialogue import clarify, compare_named, small_talk
from answers.meaning import as_meant
from answers.turn import Turn
from database.vocabulary import Writing

TODAY = date(2026, 11, 23)


def turn(text: str, intent: str, writing: Writing = "fr", **given: Any) -> Turn:
    """A turn as the actions make it."""
    return Turn(text, writing, intent, **given)


def told(session: Session, asked: Turn) -> str:
    """What is answered to a question, as it is meant."""
    reply = answer(session, as_meant(session, asked), on=TODAY)
    return "\n".join(message.text for message in reply.messages)


@pytest.mark.parametrize(
    ("text", "read", "meant"),
    [
        ("شحال خاصني باش نحل شركة", "ask_conditions", "ask_cost"),
        ("شحال خاصني ديال الوقت باش نحل شركة", "ask_conditions", "ask_conditions"),
        ("quel capital pour une société anonyme", "ask_amount", "ask_conditions"),
        ("combien d'associés dans une SNC", "nlu_fallback", "ask_conditions"),
        ("je peux domicilier ma SARL chez moi", "ask_beneficiaries", "ask_documents"),
        ("un étranger peut créer une SARL", "ask_steps", "ask_beneficiaries"),
        ("les étapes de la SARL", "ask_steps", "ask_steps"),
        ("qui recrute à Fès Shore", "out_of_scope", "ask_beneficiaries"),
        ("à quelle heure ferme l'OMPIC", "out_of_scope", "ask_contact"),
        ("jawboniach f cri", "nlu_fallback", "ask_contact"),
        ("je fais 200000 dh de bénéfice, combien d'IS", "simulate", "ask_amount"),
        ("j'investis 200000 dh dans une SARL", "simulate", "simulate"),
        ("wach darori n7et lflous 9bel ma n7el sarl", "ask_steps", "ask_conditions"),
    ],
)
def test_the_words_tell_the_intent(facts: Session, text: str, read: str, meant: str) -> None:
    assert as_meant(facts, turn(text, read)).intent == meant


def test_a_form_named_by_its_letters_alone_is_a_form(facts: Session) -> None:
    asked = turn("quel capital pour une SA", "ask_amount", entities={"legal_form": ("sa",)})
    assert "300\u202f000 DH" in told(facts, asked)


def test_a_nationality_is_no_wish_for_a_language(facts: Session) -> None:
    ranking = ("change_language", "ask_conditions")
    asked = turn("wach fransawi y9der ykon gérant", "change_language", ranking=ranking)
    assert as_meant(facts, asked).intent == "ask_conditions"
    wish = turn("parle-moi de la SARL en français", "change_language", ranking=ranking)
    assert as_meant(facts, wish).intent == "change_language"


def test_a_price_and_a_time_asked_at_once_are_both_told(facts: Session) -> None:
    asked = turn("combien coûte une SARL et en combien de jours", "ask_delay")
    assert [intent for intent, _ in as_meant(facts, asked).parts] == ["ask_cost", "ask_delay"]
    assert not as_meant(facts, turn("combien coûte une SARL", "ask_cost")).parts


def test_who_is_refused_is_told_whom_to_see(facts: Session) -> None:
    assert "recours" in told(facts, turn("la commune refuse mon permis de construire", "inform"))
    assert "wali" in told(facts, turn("3tawni refus f cri chno ndir", "next_step", "ary-Latn"))
    bank = turn("la banque refuse mon crédit Intelaka", "ask_status")
    assert as_meant(facts, bank).intent == "ask_status"


def test_an_adviser_is_offered_with_what_the_law_gives(facts: Session) -> None:
    asked = turn("رفضو ليا الطلب بغيت نهضر مع شي واحد", "ask_human", "ary-Arab")
    reply = small_talk(facts, asked, on=TODAY)
    assert reply.outcome == "handed_over"
    assert "الوالي" in reply.messages[1].text


def test_a_change_of_company_is_not_answered_with_its_creation(facts: Session) -> None:
    assert "greffe" in told(facts, turn("changer le gérant de ma SARL", "ask_steps"))
    assert "certificat négatif" in told(facts, turn("créer une SARL", "ask_steps"))


def test_two_forms_are_set_side_by_side_by_their_conditions(facts: Session) -> None:
    reply = compare_named(facts, turn("coopérative ou SARL ?", "compare"), on=TODAY)
    first, second = (message.text for message in reply.messages)
    assert first.startswith("*Créer une coopérative*\n- ")
    assert second.startswith("*Créer une SARL")


def test_hours_that_are_not_published_are_said_so_first(facts: Session) -> None:
    assert told(facts, turn("le CRI est ouvert le samedi ?", "ask_contact")).startswith(
        "Je n'ai pas d'horaires publiés"
    )
    assert "horaires" not in told(facts, turn("contact du CRI", "ask_contact"))


def test_the_airport_near_a_town_is_not_denied_to_it(facts: Session) -> None:
    asked = turn("un aéroport près de Meknès ?", "ask_location", entities={"province": ("meknes",)})
    assert "ne concerne pas" not in told(facts, asked)
    inside = turn("un aéroport à Meknès ?", "ask_location", entities={"province": ("meknes",)})
    assert told(facts, inside) != told(facts, asked)


def test_a_way_to_come_is_a_subject_and_what_sounds_like_it_is_none(facts: Session) -> None:
    assert is_about_a_subject(facts, turn("واش كاين التران", "out_of_scope", "ary-Arab"))
    assert not is_about_a_subject(facts, turn("حل ليا هاد التمرين", "out_of_scope", "ary-Arab"))


def test_no_button_is_offered_twice(facts: Session) -> None:
    asked = turn("ICE", "nlu_fallback", ranking=("ask_how_to_apply", "ask_conditions"))
    reply = clarify(facts, asked, on=TODAY)
    payloads = [button.payload for button in reply.messages[-1].buttons]
    assert len(payloads) == len(set(payloads))


@pytest.mark.parametrize(
    ("text", "read", "kind"),
    [
        ("fin n9ra l'informatique f fes", "ask_list", "training"),
        ("quelles grandes usines à Meknès", "ask_list", "employer"),
        ("quelles aides à Meknès", "ask_list", None),
    ],
)
def test_places_to_study_and_to_work_are_listed(
    facts: Session, text: str, read: str, kind: str | None
) -> None:
    asked = turn(text, read, entities={"province": ("meknes",)})
    assert as_meant(facts, asked).first("kind") == kind


def test_each_of_two_questions_keeps_its_own_meaning(facts: Session) -> None:
    parts = (("ask_cost", "une SAS ça coûte combien"), ("ask_figures", "combien d'associés"))
    asked = turn(
        "une SAS ça coûte combien et combien d'associés",
        "ask_cost",
        parts=parts,
        entities={"legal_form": ("sas",)},
    )
    assert [intent for intent, _ in as_meant(facts, asked).parts] == ["ask_cost", "ask_conditions"]


def test_a_file_without_a_name_is_stuck_too(facts: Session) -> None:
    assert "récépissé" in told(facts, turn("mon dossier toujours rien depuis 3 mois", "ask_delay"))
