"""What the chat's tests do with a page, in a visitor's terms."""

from typing import Any

PATHS = {"fr": "/", "ar": "/widget/ar.html"}


def ask(page: Any, text: str) -> None:
    """Types a question and sends it with Enter."""
    page.locator("#field").fill(text)
    page.locator("#field").press("Enter")


def bubbles(page: Any) -> list[str]:
    """What the visitor asked, in order."""
    return page.locator(".mine .bubble").all_inner_texts()
