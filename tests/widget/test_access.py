"""The chat for everyone: axe finds nothing, the keyboard reaches all, nothing is read out twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.widget.driving import PATHS, ask
from tests.widget.stub_server import Stub

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OPENING_MS = 300

needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not installed: npm ci in tests/widget"
)


def violations(page: Any) -> list[str]:
    """What axe finds wrong on the page, with where."""
    page.wait_for_timeout(400)  # colours are read once fades are over
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def closed(page: Any, _: Stub) -> None:
    page.locator(".launcher").wait_for()


def opened(page: Any, _: Stub) -> None:
    page.locator(".launcher").click()
    page.locator(".reply").first.wait_for()


def with_replies(page: Any, stub: Stub) -> None:
    """An Arabic reply, a French one, each kind of card, open sources, a reason asked for."""
    opened(page, stub)
    for question in ("شحال لابريم؟", "SARL", "compare", "calcul", "contact", "un conseiller"):
        before = page.locator(".turn .reply").count()
        ask(page, question)
        page.locator(".turn .reply").nth(before).wait_for()
    page.locator(".sources summary").first.click()
    page.locator(".thumb").nth(1).click()


def menu(page: Any, stub: Stub) -> None:
    opened(page, stub)
    page.locator(".tool").first.click()


def form(page: Any, stub: Stub) -> None:
    menu(page, stub)
    page.locator(".menu button").first.click()
    page.locator(".main:not(:disabled)").wait_for()


def form_with_errors(page: Any, stub: Stub) -> None:
    form(page, stub)
    page.locator(".main").click()


def erasing(page: Any, stub: Stub) -> None:
    menu(page, stub)
    page.locator(".menu button").last.click()


def refused(page: Any, stub: Stub) -> None:
    opened(page, stub)
    ask(page, "Quelle prime ? " * 120)
    page.locator(".state.refused").wait_for()


def offline(page: Any, stub: Stub) -> None:
    opened(page, stub)
    page.route("**/api/**", lambda route: route.abort())
    ask(page, "Quelle prime ?")
    page.locator(".state.waiting").wait_for()


def offline_from_the_start(page: Any, _: Stub) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.locator(".launcher").click()
    page.locator(".contact-away").wait_for()


STATES = [
    closed,
    opened,
    with_replies,
    menu,
    form,
    form_with_errors,
    erasing,
    refused,
    offline,
    offline_from_the_start,
]


@needs_axe
@pytest.mark.parametrize("language", PATHS)
@pytest.mark.parametrize("reach", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(
    page: Any, stub: Stub, reach: Callable[[Any, Stub], None], language: str
) -> None:
    page.goto(stub.url + PATHS[language])
    reach(page, stub)
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
@pytest.mark.parametrize("language", PATHS)
def test_nothing_sticks_out_at_any_width(page: Any, stub: Stub, width: int, language: str) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(stub.url + PATHS[language])
    with_replies(page, stub)
    for part in ("html", ".panel", ".log"):
        wide = page.locator(part).evaluate("one => one.scrollWidth - one.clientWidth")
        assert wide <= 0, part


def test_targets_are_at_least_24_pixels(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    with_replies(page, stub)
    small = page.locator(".panel button, .panel summary, .panel input").evaluate_all(
        "all => all.map(one => [one.className, one.getBoundingClientRect()])"
        ".filter(([, {width, height}]) => width && (width < 24 || height < 24))"
    )
    assert small == []


def test_the_keyboard_opens_stays_inside_and_returns(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    page.locator(".launcher").focus()
    page.keyboard.press("Enter")
    page.locator(".reply").first.wait_for()
    assert focused(page) == "field"
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.add(focused(page))
        assert page.evaluate("document.activeElement.localName") == "dalil-chat"
    assert "field" in seen
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.localName") == "dalil-chat"
    page.keyboard.press("Escape")
    page.locator(".launcher").wait_for()
    assert focused(page) == "launcher"


def test_escape_takes_away_the_topmost_thing_first(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    form(page, stub)
    page.keyboard.press("Escape")
    page.locator("#field").wait_for()
    page.get_by_role("button", name="Menu").click()
    page.keyboard.press("Escape")
    assert page.locator(".menu").is_hidden()
    page.keyboard.press("Escape")
    page.locator(".panel").wait_for(state="hidden")


def test_a_phone_gets_a_modal_dialog(page: Any, stub: Stub) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(stub.url)
    opened(page, stub)
    assert page.locator(".panel").evaluate("one => one.matches(':modal')")


def test_a_reply_is_announced_once_and_old_ones_never_again(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    opened(page, stub)
    page.wait_for_timeout(500)
    page.evaluate(LISTEN)
    ask(page, "Quelle prime ?")
    page.locator(".turn .reply").wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("announced.filter(text => text.includes('taux')).length") == 1
    page.evaluate("announced.length = 0")
    page.get_by_role("button", name="Darija", exact=True).click()
    page.wait_for_timeout(200)
    page.reload()
    page.evaluate(LISTEN)
    page.locator(".launcher").click()
    page.locator(".turn .reply").wait_for()
    assert page.evaluate("announced.filter(text => text.includes('taux'))") == []


# What a screen reader would read: pieces added to a region that is live at that moment.
LISTEN = """
  window.announced = [];
  const watch = () => {
    const root = document.querySelector('dalil-chat').shadowRoot;
    new MutationObserver((changes) => {
      for (const {addedNodes} of changes) for (const added of addedNodes) {
        const region = (added.nodeType === 1 ? added : added.parentElement)?.closest('[aria-live]');
        if (region?.getAttribute('aria-live') === 'polite') announced.push(added.textContent);
      }
    }).observe(root, {childList: true, subtree: true});
  };
  watch();
"""


def test_reduced_motion_stops_every_animation(page: Any, stub: Stub) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(stub.url)
    stub.delay = 1
    page.locator(".launcher").click()
    page.locator(".dots").wait_for()
    assert (
        page.evaluate("document.querySelector('dalil-chat').shadowRoot.getAnimations().length") == 0
    )


def test_high_contrast_keeps_edges(page: Any, stub: Stub) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(stub.url)
    with_replies(page, stub)
    edges = page.locator(".bubble, .send, .choices button").evaluate_all(
        "all => all.map(one => getComputedStyle(one).borderTopStyle)"
    )
    assert set(edges) == {"solid"}


def test_the_first_greeting_comes_within_300_ms(page: Any, stub: Stub) -> None:
    page.goto(stub.url)
    page.wait_for_load_state("networkidle")
    page.evaluate("""
      window.opening = new Promise((done) => {
        const root = document.querySelector('dalil-chat').shadowRoot;
        const from = performance.now();
        new MutationObserver(() => {
          if (root.querySelector('.reply')) done(performance.now() - from);
        }).observe(root, {childList: true, subtree: true});
        root.querySelector('.launcher').click();
      })
    """)
    assert page.evaluate("opening") < OPENING_MS


def test_the_page_around_does_not_move(page: Any, stub: Stub) -> None:
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries()) moved += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(stub.url)
    before = page.evaluate("document.body.getBoundingClientRect().height")
    opened(page, stub)
    page.wait_for_timeout(300)
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    assert page.evaluate("moved") == 0
    assert page.evaluate("document.body.getBoundingClientRect().height") == before


@pytest.mark.parametrize("language", PATHS)
def test_without_scripts_the_page_says_whom_to_call(
    browser: Any, stub: Stub, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stub.url + PATHS[language])
    said = page.locator("dalil-chat").inner_text()
    context.close()
    assert "+212 5 35 65 20 57" in said
    assert "fesmeknesinvest.ma" in said


def test_the_page_never_hears_of_a_failure(page: Any, stub: Stub) -> None:
    """Moved, renamed, opened and closed at once, given nonsense: the `page` fixture sees no error."""
    page.goto(stub.url)
    page.evaluate("""
      const chat = document.querySelector('dalil-chat');
      chat.open = true; chat.open = false; chat.open = true;
      chat.lang = 'xx'; chat.title = ''; chat.setAttribute('endpoint', '/nowhere/');
      document.body.prepend(chat); chat.remove(); document.body.append(chat);
      chat.close(); chat.ask(null); document.createElement('dalil-chat').show();
    """)
    page.wait_for_timeout(800)


def focused(page: Any) -> str:
    """The id, or the class, of what has the focus inside the chat."""
    return page.evaluate(
        "(({id, className}) => id || className)"
        "(document.querySelector('dalil-chat').shadowRoot.activeElement ?? {})"
    )
