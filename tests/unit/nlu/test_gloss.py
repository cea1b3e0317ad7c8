"""Darija put into French word by word, in both scripts."""

import pytest

from bot.nlu.folding import words
from bot.nlu.gloss import french_of, gloss


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("ch7al dyal lflous", "combien de argent"),
        ("شحال ديال الفلوس", "combien de argent"),
        ("bghit nfte7 charika", "je veux ouvrir entreprise"),
        ("بغيت نفتح شركة", "je veux ouvrir entreprise"),
        ("fin jat l'agence", "où se trouve l agence"),
    ],
)
def test_both_scripts_come_to_the_same_french(text: str, french: str) -> None:
    assert " ".join(gloss(words(text))) == french


@pytest.mark.parametrize("word", ["katkhelles", "nkhelles", "كنخلص", "khellset"])
def test_conjugated_forms_are_found_by_their_consonants(word: str) -> None:
    assert french_of(word) == "payer"


@pytest.mark.parametrize("word", ["entreprise", "combien", "250", "zelligia"])
def test_what_is_not_darija_is_left_alone(word: str) -> None:
    assert french_of(word) is None
    assert gloss([word]) == [word]
