"""Training sentences typed in haste."""

import random

from rapidfuzz.distance import OSA

from bot.nlu.noise import mistyped, respelled


def test_a_mistake_is_one_mistake_and_not_at_the_start_of_a_word() -> None:
    text = "quelles conditions pour شركة"
    found = {mistyped(text, random.Random(seed)) for seed in range(60)}
    assert len(found) > 10
    assert all(OSA.distance(text, each) <= 1 for each in found)
    assert all([word[0] for word in each.split()] == list("qcpش") for each in found)


def test_short_words_are_left_alone() -> None:
    assert mistyped("fin ja cri", random.Random(0)) == "fin ja cri"


def test_only_arabizi_is_respelled() -> None:
    found = {respelled("ch7al dyal lwe9t", random.Random(seed)) for seed in range(40)}
    assert {"sh7al dyal lwe9t", "chhal dyal lwe9t"} & found
    assert respelled("les démarches au CRI", random.Random(0)) == "les démarches au CRI"
