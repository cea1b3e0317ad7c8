"""What officers do with the console, in a real browser, in both languages; and axe on every page."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console.words import LANGUAGES, say
from database.review import judgements_of
from database.session import open_session
from database.tables import Turn
from tests.console.browsing import (
    AXE,
    NOW,
    account,
    fill,
    serving,
    sit_down,
    sticks_out,
    strange_browser,
    violations,
)
from tests.console.conftest import PASSWORD
from tests.console.talks import talk
from tests.console.test_access import NEEDED
from tests.console.test_callbacks import PHONE, asked
from tests.widget.conftest import CHROMIUM, FLAGS

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: it is in the dev group"
)
pytestmark = [
    pytest.mark.skipif(
        not CHROMIUM,
        reason="no chromium here: apt-get install chromium, or name one in DALIL_CHROMIUM",
    ),
    pytest.mark.parametrize("language", LANGUAGES),
]
DIRECTIONS = {"fr": "ltr", "ar": "rtl"}
# What a GET of the console gives besides whole pages that stand for themselves.
NO_PAGES = {
    "/",  # goes to the conversations
    "/conversations/count",
    "/conversations/export.csv",
    "/conversations/export.xlsx",
    "/conversations/samples/{sample_id}/next",
    "/learning/export/{name}.yml",
    "/learning/subjects",
    "/facts/export",
    "/facts/subjects/{subject_id}/preview",
    "/figures.csv",
    "/oidc",
    "/oidc/back",
    "/second-factor",  # goes to the entrance without somebody half-way in
    "/account/second-factor",  # goes to the account before a secret was drawn
}
PAGES = sorted(
    path
    for method, path in (name.split(" ") for name in NEEDED)
    if method == "GET" and path not in NO_PAGES
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the console."""
    with serving(tmp_path_factory.mktemp("console")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser that ends with this module: its loop would be in the way of other tests."""
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def enter(browser: Any, site: str, language: str) -> Iterator[Callable[..., Any]]:
    """Seats people of a role; their pages may neither throw nor break the content policy."""
    pages: list[Any] = []
    wrong: list[str] = []

    def seat(role: str | None, name: str | None = None) -> Any:
        if role is None:
            page = strange_browser(browser, language)
        else:
            page = sit_down(browser, site, account(role, language, name))  # type: ignore[arg-type]
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda one: wrong.extend([one.text] * ("Security" in one.text)))
        pages.append(page)
        return page

    yield seat
    for page in pages:
        page.context.close()
    assert wrong == []


@pytest.fixture
def words(language: Any) -> Callable[..., str]:
    """The words of the console in this language."""
    return lambda key, **values: say(key, language, **values)


def press(page: Any, key: str) -> None:
    """Press a key the page's script listens to, once that script has run."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def follow(page: Any, act: Callable[..., Any], *given: Any) -> None:
    """Do what leads to another page, and wait until that page stands with its scripts.

    What stands on both pages would else be read on the old one, or a second click cut off the
    first one's request.
    """
    with page.expect_navigation(wait_until="load"):
        act(*given)


def test_one_enters_with_a_password_and_finds_what_ones_role_may_do(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    person = account("reviewer", language)
    page = enter(None)
    page.goto(f"{site}/sign-in")
    page.get_by_label(words("entrance.email")).fill(person.email)
    page.get_by_label(words("entrance.password")).fill("pas le bon mot")
    follow(page, page.keyboard.press, "Enter")
    assert page.get_by_role("alert").inner_text() == words("entrance.wrong")
    page.get_by_label(words("entrance.password")).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations")
    sections = page.locator(".top nav a").all_inner_texts()
    kept = ("conversations", "learning", "facts", "callbacks", "figures")
    assert sections == [words(f"console.section.{key}") for key in kept]
    assert page.locator("html").get_attribute("dir") == DIRECTIONS[language]
    follow(page, page.locator(".me button[name=language]").click)
    assert page.locator("html").get_attribute("dir") != DIRECTIONS[language]


def test_a_conversation_is_found_judged_with_keys_and_given_to_somebody(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    with open_session() as session:
        said = [
            {"text": f"un atelier de menuiserie {language}"},
            {"text": "et les aides", "outcome": "not_found"},
        ]
        conversation = talk(session, *said, at=NOW - timedelta(hours=2))
        turns = [turn.id for turn in session.query(Turn).filter_by(conversation_id=conversation)]
    page = enter("reviewer", f"Rachid {language}")
    page.get_by_label(words("conversations.field.q")).fill(f"menuiserie {language}")
    follow(page, page.keyboard.press, "Enter")
    asked = page.get_by_label(words("conversations.field.outcome"), exact=True)
    follow(page, asked.select_option, "answered")
    assert "outcome=answered" in page.url
    press(page, "j")
    follow(page, page.keyboard.press, "Enter")
    assert f"/conversations/{conversation}?" in page.url
    page.locator(f"#turn-{turns[0]}").focus()
    page.keyboard.press("1")
    page.locator(f"#verdict-{turns[0]}-right[aria-pressed=true]").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.locator(f"#verdict-{turns[1]}-missed[aria-pressed=true]").wait_for()
    second = page.locator(f"#turn-{turns[1]}")
    second.get_by_text(words("conversations.why")).click()
    second.get_by_label(words("conversations.theme_label")).select_option("misread")
    second.get_by_label(words("conversations.note")).fill("Il demandait une aide.")
    with page.expect_response("**/verdict**"):
        second.locator("[name=verdict][value=missed]").click()
    page.locator("#said").get_by_text(words("conversations.saved")).wait_for(state="attached")
    page.get_by_label(words("conversations.field.assigned")).select_option(
        label=f"Rachid {language}"
    )
    follow(page, page.get_by_role("button", name=words("conversations.save")).click)
    follow(page, page.get_by_text(words("conversations.back_to_list")).click)
    row = page.locator("tbody tr").filter(has_text=f"Rachid {language}")
    assert words("conversations.verdict.missed") in row.inner_text()
    with open_session() as session:
        thought = judgements_of(session, turns)
    assert [one.verdict for turn in turns for one in thought[turn]] == ["right", "missed"]
    assert thought[turns[1]][0].note == "Il demandait une aide."


def test_a_sentence_is_taught_and_the_decision_is_taken_back(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    sentence = {"fr": "un coup de main pour ma scierie", "ar": "3awnouni f lmanchra dyali"}[
        language
    ]
    with open_session() as session:
        unread = {"text": sentence, "intent": "nlu_fallback", "outcome": "clarified"}
        talk(session, unread, at=NOW - timedelta(hours=1))
    page = enter("reviewer")
    page.goto(f"{site}/learning")
    follow(page, page.get_by_text(sentence).click)
    page.get_by_label(words("learning.group.choose")).select_option("ask_amount")
    follow(page, page.get_by_role("button", name=words("learning.group.teach")).click)
    page.get_by_text(words("learning.notice.decided")).wait_for()
    assert page.get_by_text(sentence).count() == 0
    follow(page, press, page, "z")
    page.get_by_text(words("learning.notice.undone")).wait_for()
    assert page.get_by_text(sentence).count() == 1


def test_a_figure_is_corrected_by_one_editor_and_published_by_another(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    value = {"fr": "6 500", "ar": "7000"}[language]
    writer, other = enter("editor", f"Imane {language}"), enter("editor", f"Omar {language}")
    writer.goto(f"{site}/facts")
    writer.get_by_label(words("facts.list.search")).fill("zitoun")
    follow(writer, writer.keyboard.press, "Enter")
    follow(writer, writer.get_by_role("link", name="Prime Zitoun").click)
    assert writer.url.endswith("/facts/subjects/zitoun_bonus")
    follow(writer, press, writer, "e")
    figure = writer.locator("fieldset", has=writer.get_by_text("{per_job}", exact=True))
    figure.get_by_label(words("facts.part.value"), exact=True).fill(value)
    writer.get_by_label(words("facts.edit.note")).fill("Nouvel arrêté.")
    follow(writer, writer.get_by_role("button", name=words("facts.edit.propose")).click)
    writer.get_by_text(words("facts.draft.other_publishes"), exact=True).wait_for()
    assert writer.get_by_role("button", name=words("facts.draft.publish"), exact=True).count() == 0
    other.goto(f"{site}/facts/drafts")
    row = other.get_by_role("row").filter(has_text=f"Imane {language}")
    follow(other, row.get_by_role("link", name="Prime Zitoun").click)
    assert value.replace(" ", "") in re.sub(r"\s", "", other.locator(".changes").inner_text())
    publish = other.get_by_role("button", name=words("facts.draft.publish"), exact=True)
    follow(other, publish.click)
    other.get_by_text(words("facts.notice.published")).wait_for()
    other.goto(f"{site}/facts/subjects/zitoun_bonus/history")
    live = other.locator("tr").filter(has_text=words("facts.history.live")).inner_text()
    assert all(part in live for part in (f"Imane {language}", f"Omar {language}", "Nouvel arrêté."))


def test_a_call_back_is_taken_the_contact_shown_and_the_call_closed(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    subject = f"Reprendre un pressoir {language}"
    asked(subject)
    page = enter("reviewer")
    page.goto(f"{site}/callbacks")
    follow(page, page.get_by_text(subject).click)
    assert PHONE not in page.content()
    follow(page, page.get_by_role("button", name=words("callbacks.take")).click)
    follow(page, page.get_by_role("button", name=words("callbacks.show")).click)
    assert page.get_by_role("link", name=PHONE).get_attribute("href") == f"tel:{PHONE}"
    assert violations(page) == []
    page.get_by_label(words("callbacks.stage.done"), exact=True).check()
    follow(page, page.get_by_role("button", name=words("callbacks.close")).click)
    page.get_by_text(words("callbacks.notice.closed")).wait_for()
    assert PHONE not in page.content()


def test_the_period_of_the_figures_is_changed_and_they_are_downloaded(
    enter: Callable[..., Any], site: str, words: Callable[..., str], tmp_path: Path
) -> None:
    page = enter("reader")
    page.goto(f"{site}/figures")
    follow(page, page.get_by_role("link", name=words("figures.preset.week")).click)
    assert page.locator(".tabs [aria-current]").inner_text() == words("figures.preset.week")
    first = (NOW - timedelta(days=3)).date()
    page.get_by_label(words("figures.since")).fill(first.isoformat())
    follow(page, page.get_by_role("button", name=words("figures.show")).click)
    assert f"since={first}" in page.url
    with page.expect_download() as downloading:
        page.get_by_role("link", name=words("figures.download")).click()
    name = downloading.value.suggested_filename
    downloading.value.save_as(tmp_path / name)
    assert name.startswith(f"dalil-{first}")
    assert words("figures.measure.conversations") in (tmp_path / name).read_text("utf-8-sig")


def test_what_would_be_erased_is_told_before_it_is(
    enter: Callable[..., Any], site: str, words: Callable[..., str]
) -> None:
    with open_session() as session:
        talk(session, {"text": "trop vieux"}, at=NOW - timedelta(days=500))
    page = enter("admin")
    page.goto(f"{site}/privacy")
    row = page.locator("tr").filter(
        has=page.get_by_role("rowheader", name=words("privacy.kind.conversations"))
    )
    assert int(row.locator(".badge.doubt").inner_text()) >= 1
    page.get_by_role("button", name=words("privacy.erase_now")).click()
    # Without the tick the browser does not even send the form.
    page.locator("[name=confirmed]:focus").wait_for()
    assert page.url == f"{site}/privacy"


def test_somebody_is_invited_chooses_a_password_and_enters(
    enter: Callable[..., Any], site: str, words: Callable[..., str], language: str
) -> None:
    page = enter("admin")
    page.goto(f"{site}/team")
    page.get_by_label(words("team.name")).fill("Salma")
    page.get_by_label(words("entrance.email")).fill(f"salma.{language}@example.com")
    page.get_by_label(words("account.role")).select_option("reader")
    follow(page, page.get_by_role("button", name=words("team.open_button")).click)
    assert violations(page) == []
    link = page.locator("input[readonly]").input_value()
    salma = enter(None)
    salma.goto(link)
    assert violations(salma) == []
    salma.get_by_label(words("account.new_password"), exact=True).fill("une phrase bien à elle")
    salma.get_by_label(words("account.password_again")).fill("une phrase bien à elle")
    follow(salma, salma.get_by_role("button", name=words("account.invitation.set")).click)
    salma.get_by_label(words("entrance.email")).fill(f"salma.{language}@example.com")
    salma.get_by_label(words("entrance.password")).fill("une phrase bien à elle")
    salma.keyboard.press("Enter")
    salma.wait_for_url("**/conversations")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/widget")
def test_axe_finds_nothing_on_any_page_and_nothing_sticks_out(
    enter: Callable[..., Any], browser: Any, site: str, language: str
) -> None:
    boss = account("admin", language)
    real = fill(boss)
    page = sit_down(browser, site, boss)
    wrong: list[str] = []
    for path in PAGES:
        here = real | ({"number": "1"} if "history" in path else {})
        address = re.sub(r"{(\w+)}", lambda found, here=here: here[found[1]], path)
        answer = page.goto(site + address)
        if path not in ("/invitation",):
            assert answer.status == 200, address
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            found = sticks_out(page)
            if width == 360 or language == "fr":  # on a wide screen the language changes sides only
                found += violations(page)
            wrong.extend(f"{path} at {width}: {each}" for each in found)
    page.goto(f"{site}/nowhere")
    wrong.extend(violations(page))
    page.context.close()
    assert wrong == []
