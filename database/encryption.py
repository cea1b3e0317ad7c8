"""Contacts at rest: a column that encrypts what is written to it and decrypts what is read."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from settings import settings


class Encrypted(TypeDecorator[str]):
    """A text that the database never sees in clear. It cannot be searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Encrypt with the first key."""
        return None if value is None else _cipher().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Decrypt with whichever key fits. Raises `cryptography.fernet.InvalidToken`."""
        return None if value is None else _cipher().decrypt(value).decode()


@cache
def _cipher() -> MultiFernet:
    given = [key.get_secret_value() for key in settings().contact_keys]
    return MultiFernet([Fernet(key) for key in given or [_own_key(settings().contact_key_file)]])


def _own_key(path: Path) -> str:
    """The key of the file, made when there is none; processes that start together agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was faster: its key is the one
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()
