"""What the environment tells the sealed room: a variable, or a file of that name among the secrets."""

from __future__ import annotations

import os
from pathlib import Path


def given(name: str, default: str = "") -> str:
    """The value of a variable, else of the file of that name in `DALIL_SECRETS_DIR`, else `default`.

    The folder is `/run/secrets` unless told otherwise: there container engines put secrets.
    """
    if name in os.environ:
        return os.environ[name]
    folder = Path(os.environ.get("DALIL_SECRETS_DIR", "/run/secrets"))
    for file in (folder / name, folder / name.lower()):
        if file.is_file():
            return file.read_text("utf-8").strip()
    return default
