"""Numbers are read in figures, in words of two languages, and in mixtures of these."""

from decimal import Decimal

import pytest
from text_to_num import text2num

from bot.nlu.folding import tokens
from bot.nlu.number_phrases import figures_value, number_at


def value(text: str) -> Decimal | None:
    """The number that the whole text says."""
    said = tokens(text)
    phrase = number_at(text, said, 0)
    return phrase.value if phrase and phrase.last == len(said) else None


@pytest.mark.parametrize(
    "text",
    [
        "zéro",
        "sept",
        "dix-sept",
        "vingt et un",
        "vingt-cinq",
        "trente deux",
        "soixante-dix",
        "soixante et onze",
        "soixante-dix-neuf",
        "quatre-vingts",
        "quatre-vingt-un",
        "quatre-vingt-dix",
        "quatre vingt dix neuf",
        "cent",
        "cent un",
        "cent quatre-vingts",
        "deux cents",
        "trois cent quarante-cinq",
        "mille",
        "mille deux cents",
        "deux mille vingt-cinq",
        "quinze mille",
        "quatre-vingt mille",
        "deux cent mille",
        "neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf",
        "un million",
        "deux millions cinq cent mille",
        "vingt et un millions",
        "trois milliards deux cents millions",
    ],
)
def test_french_numbers_agree_with_text2num(text):
    assert value(text) == text2num(text, "fr")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (25, "خمسة وعشرين"),
        (25, "خمسة و عشرين"),
        (128, "مية وثمانية وعشرين"),
        (150, "miya w khamsin"),
        (235, "mitin w khamsa w tlatin"),
        (1500, "alf w khamsmiya"),
        (75000, "خمسة وسبعين ألف"),
        (1_200_000, "مليون و 200 الف"),
        (1_200_000, "مليون وميتين"),
        (2_500_000, "جوج مليون ونص"),
        (5_000_000, "5 d lmlayen"),
        (20_000_000, "vingt mlyoun"),
        (50_000, "khamsin mille"),
        (2_500_000, "2 millions 500 mille"),
        (2_500_000, "deux millions et demi"),
        (500_000, "demi-million"),
        (1_250_000, "1,250 million"),
        (10_000_000, "10 000 000"),
    ],
)
def test_darija_and_mixed_numbers_are_read(expected, text):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("expected", "figures"),
    [
        ("1500000", "1.500.000"),
        ("1500000", "1,500,000"),
        ("10000000.00", "10.000.000,00"),
        ("1500", "1.500"),
        ("0.500", "0,500"),
        ("1.5", "1,5"),
        ("2.50", "2.50"),
    ],
)
def test_separators_tell_thousands_from_decimals(expected, figures):
    assert figures_value(figures) == Decimal(expected)


@pytest.mark.parametrize("figures", ["2.25.342", "1.50.000"])
def test_other_separators_make_no_number(figures):
    assert figures_value(figures) is None


@pytest.mark.parametrize("text", ["deux trois", "cent mille mille", "عشرين ثلاثين", "quatre cinq"])
def test_two_numbers_side_by_side_are_not_added(text):
    assert value(text) is None
