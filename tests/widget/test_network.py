"""The chat when the network or the server fails: nothing typed is lost, nothing is shown twice."""

from typing import Any

from tests.widget.driving import ask, bubbles
from tests.widget.stub_server import SAID, Stub


def test_a_reload_brings_the_conversation_back(opened: Any, page: Any) -> None:
    opened()
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").last.wait_for()
    page.reload()
    page.locator(".launcher").click()
    page.locator(".mine").wait_for()
    assert bubbles(page) == ["Quelle prime ?"]
    assert page.locator(".log .reply").count() == 3


def test_a_second_tab_shows_the_same_conversation_once(
    opened: Any, page: Any, context: Any, stub: Stub
) -> None:
    opened()
    other = opened(on=context.new_page())
    assert len(stub.conversations) == 1
    ask(page, "Quelle prime ?")
    ask(other, "Et à Taza ?")
    for tab in (page, other):
        tab.locator(".reply").nth(3).wait_for()
        tab.wait_for_timeout(700)
        assert sorted(bubbles(tab)) == ["Et à Taza ?", "Quelle prime ?"]
        assert tab.locator(".reply").count() == 4


def test_two_tabs_opened_together_share_one_conversation(
    page: Any, context: Any, stub: Stub
) -> None:
    stub.delay = 0.2
    other = context.new_page()
    for tab in (page, other):
        tab.goto(stub.url)
    for tab in (page, other):
        tab.locator(".launcher").click()
    for tab in (page, other):
        tab.locator(".reply").first.wait_for()
    assert len(stub.conversations) == 1


def test_erasing_in_one_tab_empties_the_other(opened: Any, page: Any, context: Any) -> None:
    opened()
    ask(page, "Quelle prime ?")
    other = opened(on=context.new_page())
    other.locator(".mine").wait_for()
    page.get_by_role("button", name="Menu").click()
    page.get_by_text("Supprimer mes données").click()
    page.get_by_role("button", name="Tout effacer").click()
    other.get_by_text("Cette conversation est effacée.").wait_for()
    assert bubbles(other) == []


def test_a_server_killed_in_the_middle_of_a_message_answers_it_once_when_it_is_back(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    stub.delay = 0.5
    ask(page, "Quelle prime ?")
    page.wait_for_timeout(100)
    stub.stop()
    page.get_by_text("En attente d'envoi").wait_for()
    page.get_by_text("Pas de connexion avec Dalil.").wait_for()
    stub.delay = 0
    stub.start()
    page.locator(".turn .reply").first.wait_for()
    page.wait_for_timeout(1500)
    assert bubbles(page) == ["Quelle prime ?"]
    assert page.locator(".reply").count() == 3
    assert page.locator(".banner").inner_text() == ""
    sent = {body["message_id"] for body in stub.calls("POST", "/messages")}
    assert len(sent) == 1


def test_a_lost_reply_is_asked_for_again_with_the_same_message_id(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    stub.drop_replies = 1
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").first.wait_for()
    sent = [body["message_id"] for body in stub.calls("POST", "/messages")]
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_a_message_typed_offline_survives_a_reload_and_is_sent(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    page.route("**/api/**", lambda route: route.abort())
    ask(page, "Quelle prime ?")
    ask(page, "Et à Taza ?")
    page.get_by_text("En attente d'envoi").first.wait_for()
    page.reload()
    page.locator(".launcher").click()
    page.get_by_text("En attente d'envoi").first.wait_for()
    assert bubbles(page) == ["Quelle prime ?", "Et à Taza ?"]
    page.unroute("**/api/**")
    page.locator(".state").get_by_role("button", name="Réessayer").first.click()
    page.locator(".reply").nth(3).wait_for()
    assert bubbles(page) == ["Quelle prime ?", "Et à Taza ?"]
    assert [
        turn["text"] for held in stub.conversations.values() for turn in held["turns"]
    ] == bubbles(page)


def test_without_a_server_the_first_opening_gives_somebody_to_call(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    page.route("**/api/**", lambda route: route.abort())
    page.locator(".launcher").click()
    page.get_by_text("Pas de connexion avec Dalil.").wait_for()
    assert page.locator("dalil-chat > a").first.is_visible()
    ask(page, "Quelle prime ?")
    page.unroute("**/api/**")
    page.locator(".turn .reply").first.wait_for()


def test_an_assistant_that_is_away_answers_later_on_the_stream(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    stub.rasa_away = True
    ask(page, "Quelle prime ?")
    page.get_by_text(SAID["kept"]["fr"]).wait_for()
    stub.bring_rasa_back()
    page.get_by_text("Le taux d'essai").wait_for()
    assert page.get_by_text(SAID["kept"]["fr"]).count() == 0
    assert len(stub.calls("POST", "/messages")) == 1


def test_without_the_stream_the_late_answer_is_polled(opened: Any, page: Any, stub: Stub) -> None:
    stub.stream_refused = True
    opened()
    stub.rasa_away = True
    ask(page, "Quelle prime ?")
    page.get_by_text(SAID["kept"]["fr"]).wait_for()
    stub.bring_rasa_back()
    page.get_by_text("Le taux d'essai").wait_for(timeout=15000)


def test_a_person_of_the_staff_is_read_once_and_after_a_reload(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    (conversation,) = stub.conversations
    stub.staff_says(conversation, "Bonjour, ici le CRI.")
    page.get_by_text("Bonjour, ici le CRI.").wait_for()
    page.reload()
    page.locator(".launcher").click()
    page.get_by_text("Bonjour, ici le CRI.").wait_for()
    page.wait_for_timeout(500)
    assert page.get_by_text("Bonjour, ici le CRI.").count() == 1


def test_a_slow_server_leaves_the_launcher_and_the_field_usable(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    stub.delay = 1.5
    assert page.locator(".launcher").is_visible()
    page.locator(".launcher").click()
    page.locator("#field").wait_for()
    assert page.locator(".dots").is_visible()
    ask(page, "Quelle prime ?")
    assert page.locator("#field").input_value() == ""
    page.locator(".turn .reply").first.wait_for()
    page.keyboard.press("Escape")
    page.locator(".launcher").wait_for()


def test_a_refused_message_says_why_and_can_be_edited(opened: Any, page: Any) -> None:
    opened()
    long = "Quelle prime ? " * 120
    ask(page, long)
    page.get_by_text("Le message est trop long.").wait_for()
    page.get_by_role("button", name="Modifier").click()
    assert page.locator("#field").input_value() == long.strip()
    assert bubbles(page) == []


def test_a_conversation_that_is_gone_gives_way_to_a_new_one(
    opened: Any, page: Any, stub: Stub
) -> None:
    opened()
    stub.conversations.clear()
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").first.wait_for()
    assert len(stub.conversations) == 1


def test_modules_that_do_not_arrive_leave_the_launcher_and_somebody_to_call(
    page: Any, stub: Stub
) -> None:
    page.route("**/widget/chat/**", lambda route: route.abort())
    page.goto(stub.url)
    page.locator(".launcher").click()
    page.get_by_role("alert").get_by_text("L'assistant ne se charge pas.").wait_for()
    assert page.locator("dalil-chat > a").first.is_visible()
    assert page.locator(".launcher").is_visible()


def test_closed_storage_does_not_stop_the_conversation(opened: Any, page: Any) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no') }})"
    )
    opened()
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").first.wait_for()
