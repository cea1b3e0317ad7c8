"""What a visitor does with the chat, in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.widget.driving import PATHS, ask, bubbles
from tests.widget.stub_server import SAID, Stub

QUESTIONS = {
    "fr": ("Quelle prime pour mon projet ?", "ltr", "fr"),
    "ary-Arab": ("شحال لابريم ديال المشروع؟", "rtl", "ar-MA"),
    "ary-Latn": ("chno hiya lprime ?", "ltr", "ary-Latn"),
}


@pytest.mark.parametrize("writing", QUESTIONS)
def test_a_question_is_answered_in_its_own_writing(opened: Any, writing: str) -> None:
    question, direction, tag = QUESTIONS[writing]
    page = opened()
    ask(page, question)
    reply = page.locator(".turn .reply").last
    answer = reply.locator(".text").inner_text().replace("\u00a0", " ")
    assert answer.startswith(SAID["answer"][writing].partition(" Voir ")[0])
    assert reply.get_attribute("lang") == tag
    assert computed(reply.locator(".bubble"), "direction") == direction


@pytest.mark.parametrize("language", PATHS)
@pytest.mark.parametrize("writing", QUESTIONS)
def test_each_bubble_has_the_direction_of_its_text(
    opened: Any, language: str, writing: str
) -> None:
    question, direction, _ = QUESTIONS[writing]
    page = opened(language)
    ask(page, question)
    page.locator(".turn .reply").last.wait_for()
    assert computed(page.locator(".mine .bubble"), "direction") == direction
    assert computed(page.locator(".panel"), "direction") == {"fr": "ltr", "ar": "rtl"}[language]


def test_the_greeting_brings_the_privacy_notice_and_topics(opened: Any) -> None:
    page = opened()
    assert SAID["privacy"]["fr"] in page.locator(".log").inner_text()
    assert page.locator(".choices button").all_inner_texts() == [
        "Les aides",
        "Créer une SARL",
        "Calculer mon aide",
    ]


def test_a_quick_reply_sends_its_payload_and_shows_its_title(opened: Any, stub: Stub) -> None:
    page = opened()
    page.locator(".choices").get_by_text("Créer une SARL").click()
    page.locator(".steps").wait_for()
    assert bubbles(page) == ["Créer une SARL"]
    assert stub.calls("POST", "/messages")[0]["payload"] == "/ask_steps"


def test_a_procedure_is_a_checklist_told_once(opened: Any) -> None:
    page = opened()
    ask(page, "Comment créer une SARL ?")
    page.locator(".steps label").first.click()
    assert page.locator(".steps input").first.is_checked()
    assert page.locator(".reply").last.locator(".text").inner_text() == "En deux étapes\u00a0:"


def test_a_comparison_is_a_table_with_headings(opened: Any) -> None:
    page = opened()
    ask(page, "compare Fès Shore et Agropolis")
    assert page.get_by_role("columnheader").all_inner_texts() == ["Fès Shore", "Agropolis"]
    assert page.get_by_role("rowheader").all_inner_texts() == ["Prix", "Superficie"]


def test_a_simulation_shows_its_bonuses_against_the_cap(opened: Any, stub: Stub) -> None:
    page = opened()
    ask(page, "calcule mon aide")
    page.locator(".rates").wait_for()
    widths = page.locator(".rates .piece").evaluate_all(
        "all => all.map(one => one.getAttribute('width'))"
    )
    assert [round(float(width.rstrip("%"))) for width in widths] == [23, 50, 10]
    said = page.locator(".reply").last.inner_text().replace("\u202f", " ").replace("\u00a0", " ")
    assert said.count("2 500 000 DH") == 1
    assert said.count("Emploi : 7 %") == 1
    assert "Plafond : 30 %" in said
    assert page.locator(".simulation a").get_attribute("href") == f"{stub.url}/calculateur?lang=fr"


def test_the_bar_starts_on_the_right_in_arabic(opened: Any) -> None:
    page = opened("ar")
    ask(page, "حسب ليا المساعدة")
    first = page.locator(".rates .piece").first.bounding_box()
    whole = page.locator(".rates").bounding_box()
    assert first["x"] + first["width"] == pytest.approx(whole["x"] + whole["width"], abs=2)


def test_a_contact_can_be_called_written_to_and_found(opened: Any) -> None:
    page = opened()
    ask(page, "contact du CRI")
    page.locator(".contact").wait_for()
    links = page.locator(".contact a").evaluate_all("all => all.map(one => one.href.split(':')[0])")
    assert links == ["tel", "mailto", "https", "https"]


def test_sources_are_folded_and_dated(opened: Any) -> None:
    page = opened()
    ask(page, "Quelle prime ?")
    sources = page.locator(".sources")
    assert "vérifié le 23 novembre 2026" in sources.locator("summary").inner_text()
    assert not sources.locator("li").first.is_visible()
    sources.locator("summary").click()
    assert "publié : décembre 2022" in sources.locator("li").first.inner_text()
    assert "Une seule source" in page.locator(".certainty").inner_text()


def test_a_thumb_down_counts_at_once_and_its_reason_completes_it(opened: Any, stub: Stub) -> None:
    page = opened()
    ask(page, "Quelle prime ?")
    page.get_by_role("button", name="Cette réponse ne m'aide pas").click()
    page.get_by_role("button", name="Ce n'est plus à jour").click()
    page.get_by_text("Merci, c'est noté.").wait_for()
    assert stub.calls("POST", "/feedback") == [
        {"verdict": "not_helpful"},
        {"verdict": "not_helpful", "reason": "out_of_date"},
    ]


def test_a_call_back_needs_a_name_a_contact_a_subject_and_consent(opened: Any, stub: Stub) -> None:
    page = opened()
    choose(page, "Parler à un conseiller")
    send = page.get_by_role("button", name="Demander à être rappelé")
    send.click()
    assert page.locator("[name=name]").evaluate("one => one === one.getRootNode().activeElement")
    assert page.locator("[aria-invalid=true]").count() == 4
    page.locator("[name=name]").fill("Amina")
    page.locator("[name=phone]").fill("0612345678")
    page.locator("[name=subject]").fill("Une SARL à Taza")
    page.locator("[name=slot]").select_option("morning")
    page.locator("[name=consent]").check()
    send.click()
    page.get_by_text("avant le 25 novembre 2026").wait_for()
    assert stub.calls("POST", "/callback") == [
        {
            "name": "Amina",
            "phone": "0612345678",
            "subject": "Une SARL à Taza",
            "slot": "morning",
            "consent_version": "2026-11-23",
        }
    ]


def test_what_the_server_refuses_in_a_call_back_is_said(opened: Any) -> None:
    page = opened()
    choose(page, "Parler à un conseiller")
    for name, value in {"name": "Refusée", "email": "a@b.ma", "subject": "x"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Demander à être rappelé").click()
    page.get_by_role("alert").filter(has_text="Ce numéro n'est pas joignable.").wait_for()
    assert page.locator("[name=name]").input_value() == "Refusée"


def test_a_language_switch_keeps_what_was_typed_in_the_form(opened: Any) -> None:
    page = opened()
    choose(page, "Parler à un conseiller")
    page.locator("[name=name]").fill("Amina")
    page.get_by_role("button", name="الدارجة").click()
    page.get_by_text("وقتاش نعيطو ليك؟").wait_for()
    assert page.locator("[name=name]").input_value() == "Amina"


def test_a_language_switch_mirrors_everything_and_loses_nothing(opened: Any, stub: Stub) -> None:
    page = opened()
    ask(page, "Comment créer une SARL ?")
    page.locator(".steps input").first.check()
    page.locator("#field").fill("à moitié écrit")
    page.get_by_role("button", name="الدارجة").click()
    page.get_by_role("button", name="صيفط").wait_for()
    assert computed(page.locator(".panel"), "direction") == "rtl"
    assert bubbles(page) == ["Comment créer une SARL ?"]
    assert page.locator(".steps input").first.is_checked()
    assert page.locator("#field").input_value() == "à moitié écrit"
    page.wait_for_timeout(300)
    assert stub.calls("PATCH", "")[-1] == {"language": "ary-Arab"}
    page.reload()
    page.locator(".launcher").click()
    page.get_by_role("button", name="صيفط").wait_for()


def test_a_copy_of_the_conversation_can_be_taken_away(opened: Any) -> None:
    page = opened()
    for kind, name in {"txt": "Télécharger (texte)", "pdf": "Télécharger (PDF)"}.items():
        with page.expect_download() as download:
            choose(page, name)
        assert download.value.suggested_filename == f"dalil.{kind}"
        assert Path(download.value.path()).read_bytes()


def test_erasing_asks_first_gives_a_receipt_and_leaves_nothing(opened: Any, stub: Stub) -> None:
    page = opened()
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").last.wait_for()
    choose(page, "Supprimer mes données")
    assert stub.calls("DELETE", "") == []
    page.get_by_role("button", name="Tout effacer").click()
    page.get_by_text("Reçu n° recu-1").wait_for()
    assert stub.conversations == {}
    assert page.evaluate("Object.keys(localStorage).filter(key => !key.endsWith('language'))") == []
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.locator(".reply").first.wait_for()
    assert bubbles(page) == []


def test_erasing_can_be_called_off(opened: Any, stub: Stub) -> None:
    page = opened()
    choose(page, "Supprimer mes données")
    page.get_by_role("button", name="Retour").click()
    page.locator("#field").wait_for()
    assert stub.calls("DELETE", "") == []


def test_a_card_of_the_page_opens_the_chat_and_asks(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    page.get_by_role("button", name="Quelles zones ?").click()
    page.locator(".mine").wait_for()
    assert bubbles(page) == ["Quelles zones industrielles dans la région ?"]


def test_events_tell_the_page_and_never_the_text(opened: Any, page: Any) -> None:
    page.add_init_script(
        "window.heard = []; for (const name of ['open', 'close', 'reply', 'language'])"
        " addEventListener('dalil-' + name, ({detail}) => heard.push([name, detail]));"
    )
    opened()
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").last.wait_for()
    page.get_by_role("button", name="Darija", exact=True).click()
    page.keyboard.press("Escape")
    page.wait_for_function("heard.length >= 4")
    heard = page.evaluate("heard")
    assert [name for name, _ in heard] == ["open", "reply", "language", "close"]
    assert set(heard[1][1]) == {"message_id", "outcome"}
    assert heard[2][1] == {"language": "ary-Latn"}


def choose(page: Any, title: str) -> None:
    """Picks an entry of the menu."""
    page.get_by_role("button", name="Menu").click()
    page.locator(".menu").get_by_text(title).click()


def computed(locator: Any, name: str) -> str:
    """The computed value of a style of an element."""
    return locator.evaluate(f"one => getComputedStyle(one).{name}")
