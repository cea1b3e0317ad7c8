"""Sentences that say the same thing stand together, whatever their script and spelling."""

import random

from answers.grouping import groups_of, key_of, writing_of


def grouped(*texts: str) -> list[list[str]]:
    return [[texts[position] for position in group] for group in groups_of(texts)]


def test_capitals_accents_and_punctuation_make_no_other_sentence() -> None:
    assert key_of("C'est où, l'Écoparc ?") == key_of("c'est ou l'ecoparc")
    assert key_of("c'est où") != key_of("c'est quand")


def test_a_message_without_words_is_a_sentence_of_its_own() -> None:
    assert key_of("🙂") != key_of("🙏")
    assert len(groups_of(["🙂", "🙏", "🙂"])) == 2


def test_both_scripts_of_darija_meet() -> None:
    arabic, latin = "شحال البريم ديال زيتون", "ch7al lprime dyal zitoun"
    assert grouped(arabic, "météo demain à Rabat", latin) == [
        [arabic, latin],
        ["météo demain à Rabat"],
    ]


def test_a_misspelling_joins_the_frequent_spelling_which_stands_first() -> None:
    right, wrong = (
        "quelles sont les garanties du fonds zitoun",
        "quelle sont les garranties du fond zitoun",
    )
    assert grouped(wrong, right, right) == [[right, right, wrong]]


def test_amounts_do_not_part_a_question() -> None:
    groups = grouped("un crédit de 200000 dh", "un crédit de 45000 dh")
    assert len(groups) == 1


def test_short_words_that_share_a_consonant_stay_apart() -> None:
    assert len(groups_of(["non", "nn", "aide", "3awed"])) == 4


def test_the_same_sentences_always_give_the_same_groups() -> None:
    texts = [f"question {word} du visiteur" for word in "un deux trois port parc pont banc".split()]
    first = groups_of(texts)
    assert all(groups_of(texts) == first for _ in range(3))
    assert sorted(position for group in first for position in group) == list(range(len(texts)))


def test_no_sentence_is_lost_or_doubled_in_a_thousand() -> None:
    drawn = random.Random(7)
    texts = ["".join(drawn.choices("abdkmn rst", k=drawn.randint(1, 25))) for _ in range(1000)]
    found = [position for group in groups_of(texts) for position in group]
    assert sorted(found) == list(range(1000))


def test_where_nothing_tells_the_writing_that_of_the_conversation_counts() -> None:
    assert writing_of("TPME", "ary-Latn") == "ary-Latn"
    assert writing_of("شحال", "fr") == "ary-Arab"
