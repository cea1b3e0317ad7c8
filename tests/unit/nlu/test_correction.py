"""Mistyped words are put right; words of their own are left alone."""

import pytest

from bot.nlu.correction import Corrector

SENTENCES = [
    "quelles sont les conditions",
    "les conditions de la prime",
    "quels documents pour la prime",
    "chno chorout dyal lprime",
    "kifach ntsejjel f lbarnamaj",
    "شنو الشروط ديال البرنامج",
]


@pytest.fixture
def corrector() -> Corrector:
    return Corrector(sentence.split() for sentence in SENTENCES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("docmuents", "documents"),
        ("documnts", "documents"),
        ("documentts", "documents"),
        ("dicuments", "documents"),
        ("condittions", "conditions"),
        ("cnohditions", "cnohditions"),
        ("chnno", "chno"),
        ("البرناجم", "البرنامج"),
    ],
)
def test_one_mistake_is_put_right_and_two_are_not(
    corrector: Corrector, typed: str, meant: str
) -> None:
    assert corrector.corrected(typed) == meant


@pytest.mark.parametrize("word", ["conditions", "chno", "les", "lot", "2026", "0", ""])
def test_known_and_short_words_and_numbers_stay(corrector: Corrector, word: str) -> None:
    assert corrector.corrected(word) == word


def test_a_spelling_with_known_consonants_is_no_mistake(corrector: Corrector) -> None:
    assert corrector.corrected("kifouach") == "kifouach"


def test_the_same_consonants_are_preferred_to_a_more_frequent_word() -> None:
    corrector = Corrector([["chorot"], ["chorat", "chorbt", "chorbt", "chorbt"]])
    assert corrector.corrected("chorit") in {"chorot", "chorat"}
