"""The sentences that judge are kept apart from the training sentences."""

from rapidfuzz import fuzz, process

from bot.nlu.folding import words
from launch.evaluate import (
    Sentence,
    development_sentences,
    phone_sentences,
    training_sentences,
)

# Everybody says "c'est combien ?": short sentences may be in both.
LONGEST_SHARED = 4
TOO_ALIKE = 90


def folded_long(sentences: list[Sentence]) -> list[str]:
    folded = [words(sentence.text) for sentence in sentences]
    return [" ".join(found) for found in folded if len(found) > LONGEST_SHARED]


def test_no_training_sentence_is_nearly_a_sentence_that_judges() -> None:
    judges = folded_long(development_sentences() + phone_sentences())
    twins = [
        (sentence, nearest[0])
        for sentence in folded_long(training_sentences())
        if (
            nearest := process.extractOne(
                sentence, judges, scorer=fuzz.ratio, score_cutoff=TOO_ALIKE
            )
        )
    ]
    assert twins == []


def test_a_sentence_has_one_intent() -> None:
    intents: dict[tuple[str, ...], set[str]] = {}
    for sentence in training_sentences():
        intents.setdefault(tuple(words(sentence.text)), set()).add(sentence.intent)
    # Emoji and single letters hold no word that could tell.
    twofold = {said for said, found in intents.items() if len(found) > 1 and len("".join(said)) > 1}
    assert twofold == set()
