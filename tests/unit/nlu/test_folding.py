"""What people type is brought to one spelling, and every word keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.folding import fold, tokens, words


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("fes-meknes", "FÈS-MEKNÈS"),
        ("creer une societe", "Créer une société"),
        ("oeuvre", "œuvre"),
        ("l'aide", "l’aide"),
        ("بغيت ندير شركه", "بْغِيـــت نْدِيرْ شَرِكَة"),
        ("انا اريد الي", "أنا أُريد إلى"),
        ("مسوول", "مسؤول"),
        ("20 مليون", "٢٠ مليون"),
        ("20 مليون", "۲۰ مليون"),
        ("bonjour", "𝐁𝐨𝐧𝐣𝐨𝐮𝐫"),
        ("لا", "ﻻ"),
    ],
)
def test_one_spelling_is_kept_for_accents_case_hamzas_tatweel_and_digits(expected, text):
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("bzaf", "bzaaaaaf"),
        ("merci", "merciiii"),
        ("cree", "créée"),
        ("cree", "creee"),
        ("10000", "10000"),
    ],
)
def test_stretched_letters_are_written_once_but_digits_stay(expected, text):
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["l", "aide", "tpme", "c", "est", "combien"], "l'aide TPME c’est combien ?"),
        (["jusqu", "a", "quand"], "jusqu'à quand"),
        (["aujourdhui"], "aujourd'hui"),
        (["f", "meknes"], "f'Meknès"),
    ],
)
def test_french_elision_is_split_and_other_apostrophes_are_not(expected, text):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (["1.500.000", "dh"], "1.500.000 dh"),
        (["1,5", "million"], "1,5 million"),
        (["1,5", "مليون"], "١٫٥ مليون"),
        (["50%"], "50%"),
        (["50%"], "50 %"),
        (["50%"], "٥٠٪"),
        (["200", "k"], "200k"),
        (["10", "mdh"], "10MDH"),
        (["5", "dh"], "5dh"),
        (["25", "khdam"], "25khdam"),
        (["50", "مليون"], "50مليون"),
        (["ب", "10"], "ب10"),
        (["500", "m2"], "500m²"),
        (["10", "emplois"], "10 emplois."),
    ],
)
def test_numbers_stay_whole_and_stand_apart_from_their_unit(expected, text):
    assert words(text) == expected


@pytest.mark.parametrize("word", ["3la", "7it", "ch7al", "b8it", "3ndi", "9rib", "t79i9", "l7e9"])
def test_digits_that_are_letters_stay_in_their_word(word):
    assert words(word) == [word]


def test_scripts_glued_together_are_two_words():
    assert words("الCRI ديالPME") == ["ال", "cri", "ديال", "pme"]


def test_an_acronym_with_dots_is_one_word():
    assert words("une S.A.R.L. ou T.P.M.E") == ["une", "sarl", "ou", "tpme"]


def test_emoji_and_punctuation_are_left_out():
    assert words("Salam 😀👍🏽 !!! ❤️ labas ؟") == ["salam", "labas"]


def test_a_text_without_letters_or_digits_has_no_words():
    assert words("👍 ... ؟!") == []


def test_a_token_says_where_it_stands_in_the_text_as_written():
    text = "  L’aide à FÈS : 50 % ديال الشَّركة"
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "L",
        "aide",
        "à",
        "FÈS",
        "50 %",
        "ديال",
        "الشَّركة",
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_and_places_never_overlap(text):
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.text
        end = token.end


@given(st.text(alphabet="aéèçAœàشأإآةىئؤـَُّ١٢ 'l3", max_size=40))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
