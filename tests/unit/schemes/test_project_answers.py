"""How answers are read and refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemes.project import (
    CHOICES,
    KINDS,
    InvalidProject,
    Kind,
    Problem,
    Project,
    Province,
    project_from,
    read_answer,
)


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("total_investment", "10000000", Decimal(10_000_000)),
        ("total_investment", 1.1, Decimal("1.1")),
        ("total_investment", 1, Decimal(1)),
        ("jobs", "25", 25),
        ("jobs", 25.0, 25),
        ("province", "taounate", Province.TAOUNATE),
        ("province", " fes ", Province.FES),
        ("sustainable", "true", True),
        ("sustainable", False, False),
        ("created_on", "2026-01-15", date(2026, 1, 15)),
        ("created_on", date(2026, 1, 15), date(2026, 1, 15)),
        ("women_payroll_percent", "0", Decimal(0)),
        ("women_payroll_percent", 100, Decimal(100)),
        ("jobs", "", None),
        ("jobs", "  ", None),
        ("jobs", None, None),
        ("jobs", 1_000_000, 1_000_000),
        ("total_investment", "1000000000000", Decimal(1_000_000_000_000)),
        ("total_investment", "0.01", Decimal("0.01")),
    ],
)
def test_an_answer_is_read(name: str, given: Any, read: Any) -> None:
    """Texts and numbers become what the project holds; blank is unanswered."""
    answer = read_answer(name, given)
    assert read == answer
    assert type(read) is type(answer)


@pytest.mark.parametrize(
    ("name", "given", "problem"),
    [
        ("total_investment", "a lot", Problem.NOT_A_NUMBER),
        ("total_investment", "50 MDH", Problem.NOT_A_NUMBER),
        ("total_investment", float("nan"), Problem.NOT_A_NUMBER),
        ("total_investment", "Infinity", Problem.NOT_A_NUMBER),
        ("total_investment", True, Problem.NOT_A_NUMBER),
        ("total_investment", [1], Problem.NOT_A_NUMBER),
        ("total_investment", 0, Problem.ZERO),
        ("total_investment", -1, Problem.NEGATIVE),
        ("total_investment", "1000000000000.01", Problem.TOO_LARGE),
        ("total_investment", "1E+999999999", Problem.TOO_LARGE),
        ("total_investment", "0.001", Problem.FINER_THAN_A_CENTIME),
        ("private_land", -1, Problem.NEGATIVE),
        ("jobs", 2.5, Problem.NOT_A_WHOLE_NUMBER),
        ("jobs", -1, Problem.NEGATIVE),
        ("jobs", 1_000_001, Problem.TOO_LARGE),
        ("jobs", "many", Problem.NOT_A_NUMBER),
        ("women_payroll_percent", 100.01, Problem.ABOVE_HUNDRED),
        ("women_payroll_percent", -0.01, Problem.NEGATIVE),
        ("province", "casablanca", Problem.UNKNOWN_CHOICE),
        ("province", 7, Problem.UNKNOWN_CHOICE),
        ("sustainable", "perhaps", Problem.NOT_YES_OR_NO),
        ("sustainable", 1, Problem.NOT_YES_OR_NO),
        ("created_on", "2026-02-30", Problem.NOT_A_DAY),
        ("created_on", 2026, Problem.NOT_A_DAY),
        ("created_on", datetime(2026, 1, 1), Problem.NOT_A_DAY),
        ("colour", "blue", Problem.UNKNOWN_FIELD),
    ],
)
def test_an_absurd_answer_is_refused(name: str, given: Any, problem: Problem) -> None:
    """The error names the field, the value and the problem."""
    with pytest.raises(InvalidProject) as raised:
        project_from({name: given})
    assert (name, problem) == (raised.value.field, raised.value.problem)
    assert f"{name} has value {given!r}" in str(raised.value)


def test_a_number_too_long_to_be_written_is_refused() -> None:
    """Python itself refuses to write out integers of thousands of digits."""
    with pytest.raises(InvalidProject, match=r"an enormous number: problem\.too_large"):
        project_from({"jobs": 10**5000})


def test_land_cannot_be_more_than_the_total() -> None:
    """Private and public land are parts of the investment, together too."""
    with pytest.raises(InvalidProject, match=r"private_land .* problem.above_total"):
        project_from({"total_investment": 100, "private_land": 101})
    with pytest.raises(InvalidProject, match=r"public_land .* problem.above_total"):
        project_from({"total_investment": 100, "private_land": 60, "public_land": 41})
    whole = project_from({"total_investment": 100, "private_land": 60, "public_land": 40})
    assert Decimal(40) == whole.public_land


def test_every_field_has_a_kind_and_starts_unanswered() -> None:
    """A dialogue can know how to read each field without a list of its own."""
    assert {None} == {getattr(Project(), name) for name in KINDS}
    assert {name for name, kind in KINDS.items() if kind is Kind.CHOICE} == set(CHOICES)
