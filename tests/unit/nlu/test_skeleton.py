"""The two scripts and their spellings meet in one consonant skeleton."""

import pytest

from bot.nlu.folding import words
from bot.nlu.skeleton import skeleton, skeletons, without_clitics


@pytest.mark.parametrize(
    "spellings",
    [
        "شركة charika chariqa charica",
        "شحال ch7al chhal xhal chehal",
        "بغيت bghit b8it bghyt beghit",
        "ديال dyal dial",
        "خاصك khassek 5asek khasek",
        "فلوس flous flus flouss",
        "حيت 7it hit",
        "واش wach ouach wash",
        "كيفاش kifach kifash kifax",
        "تاونات taounate tawnat Taounat",
        "وجدة oujda wjda Oujda",
        "فورماسيون formation",
        "مقاولة mo9awala mqawala moukawala",
        "تحقيق ta79i9 t79i9 tahqiq",
        "صندوق sndou9 sandouq",
        "مليون mlyoun million milyon MLYOUN",
        "عشرين 3chrin 3ichrine achrin",
        "خمسين khamsin 5amsine khemsin",
        "مكناس meknes mknas Meknès",
        "كحل k7al k7el",
        "ڭاع ga3 گاع",
        "شركة شَرِكَة شركه",
    ],
)
def test_spellings_of_a_word_share_one_skeleton(spellings):
    assert len({skeleton(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("واش", "شي"), ("taza", "taxe"), ("fes", "fin"), ("sefrou", "safi")]
)
def test_words_with_other_consonants_stay_apart(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("number", ["2025", "1,5", "1.500.000", "50%", "3"])
def test_numbers_are_never_read_as_letters(number):
    assert skeleton(number) == number


def test_a_word_of_vowels_only_has_an_empty_skeleton():
    assert skeleton("aye") == ""


@pytest.mark.parametrize(
    ("bare", "attached"),
    [
        ("fs", "بفاس"),
        ("mkns", "فمكناس"),
        ("mkns", "fmeknes"),
        ("Crk", "الشركة"),
        ("Crk", "lcharika"),
        ("Crk", "والشركة"),
        ("Crk", "للشركة"),
        ("tz", "لتازة"),
        ("tz", "ltaza"),
        ("tz", "wltaza"),
    ],
)
def test_attached_articles_and_prepositions_come_off(bare, attached):
    assert bare in without_clitics(attached)


def test_a_short_word_keeps_its_first_letter():
    assert without_clitics("فاس") == ()
    assert without_clitics("fes") == ()


def test_a_text_has_one_skeleton_per_word():
    text = "شحال lprime ديال fes shore : 50 % ؟"
    assert skeletons(text) == ["Chl", "lbrm", "dl", "fs", "Cr", "50%"]
    assert len(skeletons(text)) == len(words(text))
