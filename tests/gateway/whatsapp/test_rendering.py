"""Replies as WhatsApp shows them: every limit, from both sides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.vocabulary import WRITINGS, Writing
from gateway.whatsapp.rendering import (
    envelope,
    marked_up,
    outgoing_payloads,
    readable_in,
    shortened,
    split,
    template_message,
)
from tests.whatsapp_stand_in.rules import Refused, check_payload

Message = dict[str, Any]


def buttons(count: int, title: str = "Choix {}") -> list[dict[str, str]]:
    return [{"title": title.format(n), "payload": f"/p{n}"} for n in range(count)]


def rendered(writing: Writing = "fr", **message: Any) -> list[Message]:
    bodies = outgoing_payloads({"text": "Bonjour", **message}, writing, place="7:0")
    for body in bodies:
        check_payload(envelope("212661234567", None, "key", body))
    return bodies


def test_a_text_is_a_text() -> None:
    assert rendered()[0]["text"]["body"] == "Bonjour"


@pytest.mark.parametrize(
    ("count", "kind"), [(1, "button"), (3, "button"), (4, "list"), (10, "list")]
)
def test_up_to_three_choices_are_buttons_and_up_to_ten_a_list(count: int, kind: str) -> None:
    (body,) = rendered(buttons=buttons(count))
    assert body["interactive"]["type"] == kind


def test_past_ten_choices_the_last_row_shows_more() -> None:
    (body,) = rendered(buttons=buttons(25))
    rows = body["interactive"]["action"]["sections"][0]["rows"]
    assert len(rows) == 10
    assert rows[-1] == {
        "id": "wa:more:7:0:9",
        "title": "Voir plus",
        "description": "Encore 16 choix",
    }


def test_pages_show_every_choice_once() -> None:
    message = {"text": "Bonjour", "buttons": buttons(25)}
    titles: list[str] = []
    offset = 0
    while True:
        (body,) = outgoing_payloads(message, "fr", place="7:0", offset=offset)
        rows = body["interactive"]["action"]["sections"][0]["rows"]
        titles += [row["title"] for row in rows if not row["id"].startswith("wa:")]
        if not rows[-1]["id"].startswith("wa:"):
            break
        offset = int(rows[-1]["id"].rpartition(":")[2])
    assert titles == [f"Choix {n}" for n in range(25)]


def test_a_title_too_long_for_a_button_makes_a_list_that_says_it_in_full() -> None:
    title = "Prime territoriale de la province de Taza"
    (body,) = rendered(buttons=[{"title": title, "payload": "/p"}])
    (row,) = body["interactive"]["action"]["sections"][0]["rows"]
    assert row["title"] == "Prime territoriale de…"
    assert row["description"] == title


def test_a_payload_of_any_length_fits() -> None:
    rendered(buttons=[{"title": "Oui", "payload": "/" + "p" * 2000}])


def test_a_long_text_with_choices_is_a_text_then_the_choices() -> None:
    bodies = rendered(text="Une phrase. " * 100, buttons=buttons(2))
    assert [body["type"] for body in bodies] == ["text", "interactive"]


def test_a_text_is_cut_at_the_end_of_a_sentence() -> None:
    bodies = rendered(text="Voici une phrase entière. " * 400)
    assert len(bodies) == 3
    assert all(body["text"]["body"].endswith("entière.") for body in bodies)


def test_sources_stand_compactly_below() -> None:
    sources = [
        {"title": f"BO n° {n}", "url": f"https://bo.ma/{n}", "checked_on": "2026-11-23"}
        for n in range(5)
    ]
    text = rendered(sources=sources)[0]["text"]["body"]
    assert text.startswith("Bonjour\n\n📄 BO n° 0, vérifié le ")
    assert text.count("📄") == 3


def test_a_card_with_an_image_is_shown_before_its_text() -> None:
    bodies = rendered(card={"image": "https://dalil.ma/s.png", "title": "Prime"})
    assert [body["type"] for body in bodies] == ["image", "text"]


def test_markdown_becomes_whatsapp() -> None:
    assert marked_up("**gras** et\n- un\n- deux") == "*gras* et\n• un\n• deux"


def test_an_arabic_line_that_begins_in_latin_is_set_right_to_left() -> None:
    assert readable_in("CRI كيعاون", "ary-Arab").startswith("\u200f")
    assert readable_in("كيعاون CRI", "ary-Arab").startswith("ك")
    assert readable_in("CRI", "fr") == "CRI"


def test_a_person_without_number_is_addressed_through_recipient() -> None:
    assert envelope(None, "MA.1", "k", {})["recipient"] == "MA.1"
    assert "to" not in envelope(None, "MA.1", "k", {})


def test_a_template_is_accepted() -> None:
    check_payload(envelope("2126", None, "k", template_message("rappel", "fr", ["demain"])))


@pytest.mark.parametrize("most", [20, 24])
def test_short_titles_end_at_a_word(most: int) -> None:
    short = shortened("Appui à l'investissement des petites entreprises", most)
    assert len(short) <= most and short.endswith("…")


WORDS = st.text(alphabet=st.sampled_from("abé ح د.؟!\n😀-*1"), min_size=0, max_size=9000)


@given(text=WORDS, most=st.integers(20, 4096))
def test_split_loses_no_word_and_keeps_to_the_limit(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(0 < len(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(
    text=WORDS,
    titles=st.lists(
        st.text(alphabet="abcdé حد😀", min_size=1, max_size=90).filter(str.strip), max_size=30
    ),
    writing=st.sampled_from(WRITINGS),
)
def test_whatever_is_said_meta_accepts_it(text: str, titles: list[str], writing: Writing) -> None:
    choices = [{"title": title, "payload": f"/{title}"} for title in titles]
    message = {"text": text or "x", "buttons": choices, "sources": []}
    for body in outgoing_payloads(message, writing, place="1:0"):
        check_payload(envelope("2126", None, "k", body))


def test_the_rules_refuse_what_meta_refuses() -> None:
    with pytest.raises(Refused):
        check_payload(envelope("2126", None, "k", {"type": "text", "text": {"body": "x" * 4097}}))
    check_payload(envelope("2126", None, "k", {"type": "text", "text": {"body": "😀" * 4096}}))
