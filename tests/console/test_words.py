"""The console's words: every one that a page asks for is there, in both languages."""

import re
from string import Formatter

from console.words import every_word
from settings import ROOT

ASKED = re.compile(r"""\bsay\(\s*["']([\w.]+)["']\s*[,)]""")


def places(text: str) -> set[str]:
    """The `{named}` places of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_that_a_page_asks_for_exists() -> None:
    files = [*(ROOT / "console").rglob("*.html"), *(ROOT / "console").rglob("*.py")]
    asked = {key for path in files for key in ASKED.findall(path.read_text("utf-8"))}
    assert asked
    assert asked - set(every_word()) == set()


def test_both_languages_are_filled_and_name_the_same_places() -> None:
    for key, texts in every_word().items():
        assert texts["fr"].strip() and texts["ar"].strip(), key
        assert places(texts["fr"]) == places(texts["ar"]), key


def test_arabic_words_are_written_in_arabic() -> None:
    for key, texts in every_word().items():
        letters = re.sub(r"{\w+}|[\W\d_]", "", texts["ar"])
        assert not letters or re.search(r"[\u0600-\u06ff]", letters), key
