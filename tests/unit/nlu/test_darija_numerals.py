"""Darija numerals are known in their spellings, and other words are not taken for them."""

import pytest

from bot.nlu.darija_numerals import Numeral, darija_numeral
from bot.nlu.folding import fold

SPELLINGS = {
    (1, 1): "واحد وحدة wahed wa7ed wahd we7da",
    (2, 1): "جوج زوج jouj juj joj zouj zoj",
    (3, 1): "تلاتة ثلاثة تلاتا tlata tleta tlatha talata",
    (4, 1): "ربعة أربعة rb3a reb3a arb3a arba3a",
    (5, 1): "خمسة khamsa khmsa 5amsa khemsa",
    (6, 1): "ستة setta stta sta sitta",
    (7, 1): "سبعة sb3a seb3a sab3a",
    (8, 1): "تمنية ثمانية tmnya tmenya tmanya tmania",
    (9, 1): "تسعود تسعة tes3oud ts3oud tes3od ts3ud",
    (10, 1): "عشرة 3chra 3achra 3ashra 3xra",
    (11, 1): "حداش 7dach hdach",
    (12, 1): "طناش tnach tnash",
    (13, 1): "تلطاش tltach tlettach",
    (15, 1): "خمسطاش khmstach khamstach 5mstach",
    (18, 1): "تمنطاش tmntach tmentach",
    (20, 1): "عشرين 3chrin 3echrin 3ichrine 3achrin",
    (30, 1): "تلاتين ثلاثين tlatin tletin",
    (40, 1): "ربعين أربعين rb3in reb3in arb3in",
    (50, 1): "خمسين khamsin khmsin 5amsin khemsine",
    (60, 1): "ستين settin stin sittin",
    (70, 1): "سبعين sb3in sab3in",
    (80, 1): "تمانين ثمانين tmanin tmnin tmanyin",
    (90, 1): "تسعين tes3in ts3in tis3in",
    (None, 100): "مية مائة مئة miya mya myat mia",
    (2, 100): "ميتين مئتين mitin mitayn myatayn miyatayn",
    (3, 100): "تلتمية ثلاثمائة tltmya tletmya",
    (5, 100): "خمسمية خمسمائة khmsmya khamsmya khamsmiya khamsmiyat 5msmya",
    (9, 100): "تسعمية ts3mya tes3mya",
    (None, 1000): "ألف الف آلاف ألاف alf alef elf alaf laf",
    (2, 1000): "ألفين alfayn alfin",
    (5, 1000): "خمسالاف khamsalaf khmsalaf",
    (6, 1000): "ستلاف stalaf setalaf",
    (10, 1000): "عشرالاف 3chralaf 3achralaf",
    (None, 10**6): "مليون ملايين ملاين mlyoun melyoun milyoun mlyon milyon mlayen mlayn mlayin",
    (2, 10**6): "مليونين mlyounayn",
    (None, 10**9): "مليار ملاير ملايير mlyar melyar milyar mlayer",
}


@pytest.mark.parametrize(
    ("expected", "spelling"),
    [(Numeral(*meaning), word) for meaning, words in SPELLINGS.items() for word in words.split()],
)
def test_each_spelling_of_a_numeral_is_known(expected, spelling):
    assert darija_numeral(fold(spelling)) == expected


@pytest.mark.parametrize(
    "word",
    "taman ثمن التمن شرا chra chhar شهر societe sté site sata malin moulin milan matin mine mal miel lamia "
    "khams5 سمية لف tes talent talon sebt سبت ستات خماس mlih مال alfa kif mlaya".split(),
)
def test_words_that_look_like_numerals_are_not_taken_for_them(word):
    assert darija_numeral(fold(word)) is None
