"""The word lists of `vocabulary/`, read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent / "vocabulary"


def read_vocabulary(name: str) -> Any:
    """The content of `vocabulary/<name>.yml`. Raises FileNotFoundError, or a ruamel error that names the line."""
    return YAML(typ="safe", pure=True).load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
