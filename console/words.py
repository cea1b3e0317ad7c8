"""The words of the console, French and Arabic, read from `content/console/`: none stands in code."""

from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from ruamel.yaml import YAML

from settings import settings

Language = Literal["fr", "ar"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DIRECTIONS: dict[Language, str] = {"fr": "ltr", "ar": "rtl"}


class UnknownWords(KeyError):
    """The console has no words with this key."""


def say(key: str, language: Language, **values: object) -> str:
    """The words `key` (`file.name`) in a language, with their `{named}` places filled.

    Raises `UnknownWords` when there are none and `KeyError` when a place is not filled.
    """
    words = every_word()
    if key not in words:
        raise UnknownWords(key)
    return words[key][language].format(**values)


def every_word() -> dict[str, dict[Language, str]]:
    """All words by key; the name of a file is the first part of its keys."""
    return _read(settings().content / "console")


@cache
def _read(folder: Path) -> dict[str, dict[Language, str]]:
    found: dict[str, dict[Language, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        _collect(YAML(typ="safe").load(path.read_text("utf-8")), f"{path.stem}.", found)
    return found


def _collect(node: dict[str, Any], prefix: str, found: dict[str, dict[Language, str]]) -> None:
    for key, value in node.items():
        if set(value) == set(LANGUAGES):
            found[prefix + key] = value
        else:
            _collect(value, f"{prefix}{key}.", found)
