"""Tests over answers that may be missing: `None` in means `None` out, unless it cannot matter."""

from collections.abc import Collection
from decimal import Decimal

from schemes.project import Project


def either(*tests: bool | None) -> bool | None:
    """True if any test is, False if all are, else not known."""
    if True in tests:
        return True
    return None if None in tests else False


def both(*tests: bool | None) -> bool | None:
    """False if any test is, True if all are, else not known."""
    if False in tests:
        return False
    return None if None in tests else True


def inverse(test: bool | None) -> bool | None:
    """The opposite, `None` staying not known."""
    return None if test is None else not test


def at_least(answer: Decimal | int | None, bound: Decimal) -> bool | None:
    """Whether a number reaches a bound."""
    return None if answer is None else answer >= bound


def above(answer: Decimal | int | None, bound: Decimal) -> bool | None:
    """Whether a number is strictly more than a bound."""
    return None if answer is None else answer > bound


def among(answer: str | None, names: Collection[str]) -> bool | None:
    """Whether a choice is one of these names."""
    return None if answer is None else answer in names


def listed(answer: str | None, accepted: Collection[str], to_check: Collection[str]) -> bool | None:
    """Whether a choice is accepted; not known for those the sources leave open."""
    return None if among(answer, to_check) else among(answer, accepted)


def unanswered(project: Project, *fields: str) -> tuple[str, ...]:
    """Those of the fields that the visitor has not answered."""
    return tuple(name for name in fields if getattr(project, name) is None)
