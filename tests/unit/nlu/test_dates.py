"""Dates are read in figures and in words, as precise as they were said."""

import pytest

from bot.nlu.dates import find_dates


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["2026-03-15"], "le 15/03/2026"),
        (["2026-03-15"], "15-03-26"),
        (["2026-03-15"], "15.03.2026"),
        (["2026-03-15"], "2026-03-15"),
        (["2026-03-15"], "le 15 mars 2026"),
        (["2026-04-01"], "1er avril 2026"),
        (["2026-08"], "en août 2026"),
        (["2026-08"], "f ghocht 2026"),
        (["2026-07-15"], "15 يوليوز 2026"),
        (["2026-09"], "شتنبر 2026"),
        (["2026-07-15"], "١٥ يوليوز ٢٠٢٦"),
        (["05-15"], "avant le 15 mai"),
        (["2026"], "en 2026"),
        (["2026"], "ف 2026"),
        (["2019", "2025"], "depuis 2019 jusqu'en 2025"),
        ([], "31/02/2026"),
        ([], "en mars"),
        ([], "10 000 dh"),
        ([], "loi 47-18"),
        ([], "décret 2-25-342"),
        ([], "0535 62 34 56"),
        ([], "24/24"),
    ],
)
def test_each_way_of_writing_a_date_is_read(expected, text):
    assert [day.value for day in find_dates(text)] == expected


def test_a_date_says_where_it_stands():
    text = "Déposé le 15 mars 2026 à Fès"
    (day,) = find_dates(text)
    assert (day.text, text[day.start : day.end]) == ("15 mars 2026", "15 mars 2026")
