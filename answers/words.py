"""The words of the assistant itself, read from `content/responses/`: no sentence stands in code."""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from database.vocabulary import WRITINGS, Writing
from settings import settings


class UnknownWords(KeyError):
    """No response has this key."""


def say(key: str, writing: Writing, **values: object) -> str:
    """The response `key` in a writing, with its `{named}` places filled.

    Raises `UnknownWords` when there is no such response and `KeyError` when a place is not filled.
    """
    responses = _responses(settings().content / "responses")
    if key not in responses:
        raise UnknownWords(key)
    return responses[key][writing].format(**values)


def has_words(key: str) -> bool:
    """Whether a response has this key."""
    return key in _responses(settings().content / "responses")


@cache
def _responses(folder: Path) -> dict[str, dict[Writing, str]]:
    found: dict[str, dict[Writing, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        _collect(YAML(typ="safe").load(path.read_text("utf-8")), "", found)
    return found


def _collect(node: dict[str, Any], prefix: str, found: dict[str, dict[Writing, str]]) -> None:
    for key, value in node.items():
        if set(value) == set(WRITINGS):
            found[prefix + key] = {writing: value[writing].strip() for writing in WRITINGS}
        else:
            _collect(value, f"{prefix}{key}.", found)
