"""Words by which a person is in control: stop, start again, erase, go on elsewhere."""

import hashlib
import re
import secrets
import unicodedata
from functools import cache
from typing import Literal, get_args

from answers.words import say
from database.vocabulary import WRITINGS, Writing

Command = Literal["stop", "start", "erase", "website"]

# Read aloud and typed without mistakes: no I, L, O, U (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
CODE_MINUTES = 10
_CODE = re.compile(r"DALIL[\s-]*([0-9A-Z]{4})[\s-]*([0-9A-Z]{4})\W*", re.IGNORECASE)


def command_in(text: str, preferred: Writing) -> tuple[Command, Writing] | None:
    """The command a message consists of, and the writing it was given in.

    A word that several writings share is read in the preferred one.
    """
    said = plain(text)
    if not said or len(said) > 60:
        return None
    for command in get_args(Command):
        for writing in (preferred, *WRITINGS):
            if said in _words(command, writing):
                return command, writing
    return None


def code_in(text: str) -> str | None:
    """The code that a message consists of: `DALIL-7K2M-9PXA`."""
    found = _CODE.fullmatch(text.strip())
    return (found[1] + found[2]).upper() if found else None


def new_code() -> str:
    """A code nobody can guess in the time it lives (40 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """A code as it is read: `7K2M-9PXA`."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """A code as it was typed, read kindly: spaces, hyphens, small letters, O for 0, I and L for 1."""
    letters = re.sub(r"[\s-]", "", typed).upper().removeprefix("DALIL")
    return letters.translate(str.maketrans("OIL", "011"))


def hashed_code(code: str) -> str:
    """How a code is kept for its ten minutes."""
    return hashlib.sha256(f"code:{read_code(code)}".encode()).hexdigest()


def plain(text: str) -> str:
    """A text without case, marks, stretched letters, punctuation and emoji at its ends."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u0640", "")
    kept = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(re.sub(r"^[\W_]+|[\W_]+$", "", kept).split())


@cache
def _words(command: Command, writing: Writing) -> frozenset[str]:
    words = say(f"whatsapp.words.{command}", writing).split("|")
    return frozenset(plain(word) for word in words)
