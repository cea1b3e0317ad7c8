"""Passwords of the staff: argon2id with the library's defaults, and a least length."""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

LEAST_LENGTH = 12
_HASHER = PasswordHasher()


class TooWeak(ValueError):
    """A password that is too short to be one."""


def password_hash(password: str) -> str:
    """How a password is kept. Raises `TooWeak`."""
    if len(password) < LEAST_LENGTH:
        raise TooWeak(f"a password has at least {LEAST_LENGTH} characters")
    return _HASHER.hash(password)


# What is verified when nobody has that e-mail: the answer takes as long.
_NOBODY = _HASHER.hash("nobody")


def is_password_of(kept: str | None, password: str) -> bool:
    """Whether this is the password that was kept; never without one."""
    try:
        right = _HASHER.verify(kept or _NOBODY, password)
    except VerificationError:
        return False
    return right and kept is not None
