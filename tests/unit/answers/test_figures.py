import pytest

from answers.figures import date_text, figure_text, isolated, number_text
from database.vocabulary import Writing


@pytest.mark.parametrize(
    ("values", "unit", "writing", "expected"),
    [
        (["6000"], "MAD", "fr", "6\u202f000 DH"),
        (["6000"], "MAD", "ary-Arab", "6\u202f000 درهم"),
        (["6000"], "MAD", "ary-Latn", "6\u202f000 dh"),
        (["12000000"], "MAD", "fr", "12 millions de DH"),
        (["1500000"], "MAD", "fr", "1,5 million de DH"),
        (["12345678"], "MAD", "fr", "12\u202f345\u202f678 DH"),
        (["16700000000"], "MAD", "fr", "16,7 milliards de DH"),
        (["3"], "years", "ary-Arab", "3 سنين"),
        (["2"], "years", "ary-Arab", "عامين"),
        (["1"], "years", "ary-Latn", "3am"),
        (["12"], "months", "ary-Arab", "12 شهر"),
        (["250", "500"], "MAD/m2", "fr", "250 à 500 DH/m²"),
        (["0.5"], "percent", "fr", "0,5 %"),
        (["523"], "jobs", "fr", "523"),
    ],
)
def test_a_figure_is_written_as_people_write_it(
    values: list[str], unit: str, writing: Writing, expected: str
) -> None:
    assert figure_text(values, unit, writing) == expected


def test_a_number_is_never_rounded() -> None:
    from decimal import Decimal

    assert number_text(Decimal("1234567.891")) == "1\u202f234\u202f567,891"


@pytest.mark.parametrize(
    ("date", "writing", "expected"),
    [
        ("2025-11-01", "fr", "1er novembre 2025"),
        ("2025-07", "ary-Arab", "يوليوز 2025"),
        ("2025", "ary-Latn", "2025"),
        ("~2023-07", "fr", "vers juillet 2023"),
    ],
)
def test_a_date_says_no_more_than_is_known(date: str, writing: Writing, expected: str) -> None:
    assert date_text(date, writing) == expected


def test_latin_names_are_set_apart_in_arabic_so_that_they_read_right() -> None:
    assert isolated("سوّل CRI Fès-Meknès (فاس)") == "سوّل \u2066CRI Fès-Meknès\u2069 (فاس)"
