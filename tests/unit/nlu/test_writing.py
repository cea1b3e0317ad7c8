"""The writing of a message decides in which language it is answered."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.nlu.folding import words
from bot.nlu.writing import identify_writing

READER = YAML(typ="safe", pure=True)
TABLE = READER.load((Path(__file__).parent / "writings.yml").read_text(encoding="utf-8"))
FILED_OTHERWISE = READER.load(
    (Path(__file__).parent / "filed_otherwise.yml").read_text(encoding="utf-8")
)
TAGS = ("fr", "ary-Arab", "ary-Latn")
DEVELOPMENT = Path(__file__).parents[2] / "nlu" / "development"


def tag(text: str) -> str | None:
    writing = identify_writing(text)
    return writing.tag if writing else None


def wrong(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(expected, text) for expected, text in rows if tag(text) != expected]


def development_rows() -> list[tuple[str, str]]:
    """The development sentences that tell a writing, with it; none while the files are not written."""
    rows = []
    for name, expected in (("fr", "fr"), ("ary_arab", "ary-Arab"), ("ary_latn", "ary-Latn")):
        path = DEVELOPMENT / f"{name}.yml"
        blocks = READER.load(path.read_text(encoding="utf-8"))["nlu"] if path.exists() else []
        lines = [line for block in blocks for line in block["examples"].splitlines()]
        texts = {line.removeprefix("- ") for line in lines} - set(FILED_OTHERWISE[name])
        rows += [(expected, text) for text in sorted(texts) if tag(text)]
    return rows


def test_at_least_98_of_100_messages_get_their_writing():
    rows = [(tag, text) for tag in TAGS for text in TABLE[tag]]
    assert len(wrong(rows)) <= 0.02 * len(rows), wrong(rows)


def test_at_least_95_of_100_messages_of_one_or_two_words_get_their_writing():
    rows = [(tag, text) for tag in TAGS for text in TABLE[f"{tag} short"]]
    assert len(wrong(rows)) <= 0.05 * len(rows), wrong(rows)


def test_at_least_98_of_100_development_sentences_get_their_writing():
    rows = development_rows()
    assert len(wrong(rows)) <= 0.02 * len(rows), wrong(rows)


def test_at_least_95_of_100_development_sentences_of_one_or_two_words_get_their_writing():
    rows = [(expected, text) for expected, text in development_rows() if len(words(text)) <= 2]
    assert len(wrong(rows)) <= 0.05 * len(rows), wrong(rows)


@pytest.mark.parametrize("text", TABLE["nothing"])
def test_numbers_emoji_names_and_acronyms_leave_the_writing_open(text):
    assert identify_writing(text) is None


@pytest.mark.parametrize("text", TABLE["english"])
def test_english_is_recognised_and_answered_in_french(text):
    writing = identify_writing(text)
    assert writing is not None
    assert (writing.tag, writing.english) == ("fr", True)


@pytest.mark.parametrize("text", TABLE["fr"] + TABLE["ary-Latn"])
def test_french_and_arabizi_are_not_taken_for_english(text):
    writing = identify_writing(text)
    assert writing is not None and not writing.english


@pytest.mark.parametrize("text", TABLE["standard arabic"])
def test_standard_arabic_is_answered_in_arabic_script(text):
    writing = identify_writing(text)
    assert writing is not None
    assert (writing.tag, writing.msa) == ("ary-Arab", True)


@pytest.mark.parametrize("text", ["شحال البريم ديال فاس شور", "واش كاين شي دعم للعيالات"])
def test_darija_is_not_taken_for_standard_arabic(text):
    writing = identify_writing(text)
    assert writing is not None and not writing.msa


@pytest.mark.parametrize("text", TABLE["mixed"])
def test_a_message_in_two_writings_is_mixed(text):
    writing = identify_writing(text)
    assert writing is not None and writing.mixed


@pytest.mark.parametrize(
    "text", ["quelles sont les conditions", "شنو هي الشروط", "chno homa chorout"]
)
def test_a_message_in_one_writing_is_not_mixed(text):
    writing = identify_writing(text)
    assert writing is not None and not writing.mixed


def test_french_nouns_in_a_darija_sentence_leave_it_darija():
    assert tag("l'exonération d'impôt sur les sociétés ch7al katb9a") == "ary-Latn"


def test_a_darija_thanks_in_a_french_sentence_leaves_it_french():
    assert tag("choukran, je voudrais connaître les étapes pour créer une société") == "fr"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("QUELLES SONT LES CONDITIONS", "quelles sont les conditions"),
        ("CHNO KHASSNI NDIR", "chno khassni ndir"),
        ("création d'une société à Fès", "creation d une societe a Fes"),
        ("شْحَالْ خَاصْنِي", "شحال خاصني"),
    ],
)
def test_case_accents_and_vowel_signs_change_nothing(text, other):
    assert tag(text) == tag(other)


def test_the_scores_are_shares_of_the_evidence():
    writing = identify_writing("bghit ndir société f meknes")
    assert writing is not None
    assert set(writing.scores) == set(TAGS)
    assert sum(writing.scores.values()) == pytest.approx(1, abs=0.01)
