"""The parameter files: complete, dated, sourced, and read without surprises."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from schemes.assessment import Scheme
from schemes.parameters import (
    CONTENT,
    Certainty,
    InvalidParameterFile,
    ParameterNotInForce,
    UnknownParameter,
    history_of,
    law_on,
    read_history,
)

FILE = """
legal_text: Law 1
sources:
  a: &a {title: A, url: null, published: null}
  b: &b {title: B, url: null, published: 2024-01}
parameters:
  rate:
    unit: percent
    values:
      2026-01-01: {value: 0.1, certainty: official, reference: *a}
      2024-01-01: {value: 5, certainty: uncertain, reference: *b}
      2028-01-01: {value: null, certainty: official, reference: *a}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scheme.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_scheme_has_a_file_and_every_file_a_scheme() -> None:
    """The name of the scheme is the name of its file."""
    assert {path.stem for path in CONTENT.glob("*.yml")} == set(Scheme)


@pytest.mark.parametrize("scheme", Scheme)
def test_every_value_names_where_it_can_be_checked(scheme: Scheme) -> None:
    """A title and a legal text everywhere; a page that can be opened, unless official."""
    for entries in history_of(scheme).values():
        for entry in entries:
            assert entry.reference.title
            assert entry.reference.legal_text
            if entry.reference.url is None:
                assert entry.certainty == Certainty.OFFICIAL
            else:
                assert entry.reference.url.startswith("http")


@pytest.mark.parametrize("scheme", Scheme)
def test_every_change_of_a_parameter_takes_effect_on_its_day(scheme: Scheme) -> None:
    """Both sides of every start date: the value before, the value from then on."""
    for name, entries in history_of(scheme).items():
        previous = None
        for entry in entries:
            the_day_before = law_on(scheme, entry.since - timedelta(days=1)).in_force.get(name)
            that_day = law_on(scheme, entry.since).in_force.get(name)
            assert previous == (the_day_before.value if the_day_before else None)
            assert entry.value == (that_day.value if that_day else None)
            previous = entry.value


@pytest.mark.parametrize("scheme", Scheme)
def test_a_scheme_in_force_has_what_its_rules_need(scheme: Scheme) -> None:
    """The scheme opens no earlier than the figures it cannot do without."""
    opened = next(entry.since for entry in history_of(scheme)["in_force"] if entry.value)
    assert "in_force" in law_on(scheme, opened)
    assert "in_force" not in law_on(scheme, opened - timedelta(days=1))


def test_values_are_sorted_by_date_and_exact(tmp_path: Path) -> None:
    """The order of the file is indifferent, and 0.1 is 0.1."""
    entries = read_history("scheme", written(tmp_path, FILE))["rate"]
    assert [Decimal(5), Decimal("0.1"), None] == [entry.value for entry in entries]
    assert entries[0].reference.published == "2024-01"


def test_an_unknown_parameter_is_told_with_name_day_and_scheme() -> None:
    """A typing mistake in a rule says where it is."""
    with pytest.raises(UnknownParameter, match=r"'ratte' asked on 2026-01-01 by scheme 'tpme'"):
        law_on("tpme", date(2026, 1, 1)).number("ratte")


def test_a_parameter_not_yet_in_force_is_told_with_its_first_day() -> None:
    """Not yet law is not zero."""
    with pytest.raises(ParameterNotInForce, match=r"'cap_rate' .* 'tpme': from 2025-11-06"):
        law_on("tpme", date(2025, 1, 1)).number("cap_rate")


def test_an_abrogated_parameter_is_told_with_its_last_day() -> None:
    """No longer law is not zero either."""
    with pytest.raises(ParameterNotInForce, match="abrogated on 2031-01-01"):
        _ = law_on("offshoring", date(2031, 1, 1))["in_force"]


def test_a_parameter_of_another_type_is_refused() -> None:
    """A list is not a number."""
    law = law_on("tpme", date(2026, 1, 1))
    with pytest.raises(InvalidParameterFile, match="a number was wanted"):
        law.number("legal_forms")
    with pytest.raises(InvalidParameterFile, match="a list of names was wanted"):
        law.names("cap_rate")
    with pytest.raises(InvalidParameterFile, match="a day was wanted"):
        law.day("cap_rate")


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    """A name alone says nothing."""
    empty = "legal_text: Law 1\nparameters: {rate: {unit: percent, values: {}}}"
    with pytest.raises(InvalidParameterFile, match="no value"):
        read_history("scheme", written(tmp_path, empty))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("unit: percent", "unit: apples"),
        ("value: 5", "value: five"),
        ("value: 5, ", ""),
        ("certainty: uncertain", "certainty: sure"),
        ("2024-01-01:", "long ago:"),
        (", published: 2024-01}", "}"),
        ("reference: *b", "reference: B"),
        ("2024-01-01:", "2026-01-01:"),
        ("legal_text: Law 1", ""),
        ("parameters:", "figures:"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, good: str, bad: str) -> None:
    """Wrong unit, type, mark or date, missing source, or the same day twice."""
    with pytest.raises(InvalidParameterFile, match="scheme"):
        read_history("scheme", written(tmp_path, FILE.replace(good, bad)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A scheme without figures says so."""
    with pytest.raises(InvalidParameterFile, match=r"none\.yml"):
        read_history("none", tmp_path / "none.yml")
