"""A browser, a page and a stub server for the chat's tests; without a browser they are skipped."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.widget.driving import PATHS
from tests.widget.stub_server import Stub, serving

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("DALIL_CHROMIUM") or shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say once, clearly, why nothing runs."""
    missing = None
    if not CHROMIUM:
        missing = "no chromium here: apt-get install chromium, or name one in DALIL_CHROMIUM"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        missing = "playwright is not installed: it is in the dev group"
    for item in items:
        if (
            missing
            and Path(item.path).is_relative_to(HERE)
            and "browser" in getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as running:
        yield running


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A visitor's browser: nothing of another test is in it."""
    made = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    made.set_default_timeout(8000)
    yield made
    made.close()


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    """A page that fails the test when its scripts throw or the content policy stops something."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: "Content Security Policy" in said.text and wrong.append(said.text),
    )
    yield opened
    assert wrong == []


@pytest.fixture
def opened(page: Any, stub: Stub) -> Callable[..., Any]:
    """Opens the demo page and the chat on it, and waits for the greeting."""

    def open_chat(language: str = "fr", on: Any = None) -> Any:
        where = on or page
        where.goto(stub.url + PATHS[language])
        where.locator(".launcher").click()
        where.locator(".reply").first.wait_for()
        return where

    return open_chat
