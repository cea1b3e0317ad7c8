from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from answers import search
from answers.search import Index, out_of_scope_sentences
from database.tables import Name, Revision, Statement, Subject
from database.vocabulary import WRITINGS

OUT_OF_SCOPE = [
    ("fr", "quel temps fait-il demain"),
    ("ary-Arab", "كيفاش الجو غدا"),
    ("ary-Latn", "kifach ljaw ghedda"),
]


def subject(subject_id: str, names: list[str], **statements: list[str]) -> Subject:
    """A subject with its names and statements, each in the three writings."""
    return Subject(
        id=subject_id,
        names=[
            Name(writing=writing, role="name", text=text)
            for writing, text in zip(WRITINGS, names, strict=True)
        ],
        statements=[
            Statement(aspect=aspect, texts=dict(zip(WRITINGS, texts, strict=True)))
            for aspect, texts in statements.items()
        ],
    )


SUBJECTS = [
    subject(
        "bonus",
        ["Prime Zitoun", "بريم الزيتون", "lprime d zitoun"],
        overview=[
            "Une aide de {envelope} aux presses de Taza.",
            "إعانة للمصانع ديال تازة. الميزانية {envelope}.",
            "I3ana l lmasani3 dyal Taza. Lmizaniya {envelope}.",
        ],
        amount=[
            "{per_job} par emploi créé.",
            "{per_job} على كل منصب.",
            "{per_job} 3la kol mansib.",
        ],
    ),
    subject(
        "mill",
        ["Ouvrir un moulin", "نحل معصرة", "n7ell ma3sra"],
        overview=["Deux étapes suffisent.", "جوج مراحل وصافي.", "Jouj mara7il w safi."],
    ),
    subject(
        "park",
        ["Atlas Park", "أطلس بارك", "Atlas Park"],
        overview=["Une zone de {area}.", "منطقة ديال {area}.", "Zone dyal {area}."],
    ),
    subject(
        "other_park",
        ["Oued Park", "واد بارك", "Oued Park"],
        overview=["Une zone de {area}.", "منطقة ديال {area}.", "Zone dyal {area}."],
    ),
]


class MeaningOfOil:
    """An encoder that knows one thing: what speaks of olives, mills or oil."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Any) -> Any:
        if isinstance(texts, str):
            return self._vector(texts)
        self.encoded += len(texts)
        return np.array([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Any:
        of_oil = any(word in text.lower() for word in ("huile", "moulin", "معصرة"))
        return np.array([1.0, 0.0] if of_oil else [0.0, 1.0], dtype=np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> MeaningOfOil:
    made = MeaningOfOil()
    monkeypatch.setattr(search, "_encoder", lambda: made)
    return made


@pytest.fixture
def index() -> Index:
    return Index(SUBJECTS, OUT_OF_SCOPE)


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("des emplois créés, combien ?", "amount"),
        ("شحال على كل منصب", "amount"),
        ("chno lmizaniya dyal masani3", "overview"),
        ("chno الميزانية dyal lmasani3", "overview"),
    ],
)
def test_words_of_a_statement_find_its_subject_and_aspect(
    index: Index, text: str, aspect: str
) -> None:
    best = index.nearest(text, limit=3)[0]
    assert (best.subject_id, best.aspect) == ("bonus", aspect)


@pytest.mark.parametrize(
    "text", ["quel temps fait-il", "الجو غدا", "ljaw ghedda", "xyzzy", "", "?!"]
)
def test_nothing_is_offered_for_what_is_elsewhere(index: Index, text: str) -> None:
    assert index.nearest(text, limit=3) == []


def test_no_more_than_the_limit_is_given_best_first(index: Index) -> None:
    hits = index.nearest("une zone", limit=2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_meaning_finds_what_shares_no_word(
    index: Index, encoder: MeaningOfOil, tmp_path: Path
) -> None:
    assert index.nearest("presser mon huile", limit=1) == []
    index.learn_meanings(tmp_path)
    best = index.nearest("presser mon huile", limit=1)[0]
    assert (best.subject_id, best.semantic) == ("mill", 1.0)


def test_darija_in_latin_letters_is_not_measured_by_meaning(
    index: Index, encoder: MeaningOfOil, tmp_path: Path
) -> None:
    index.learn_meanings(tmp_path)
    assert [hit.semantic for hit in index.nearest("kifach n7ell ma3sra", limit=1)] == [0.0]


def test_vectors_are_made_once_for_the_same_texts(encoder: MeaningOfOil, tmp_path: Path) -> None:
    Index(SUBJECTS).learn_meanings(tmp_path)
    made = encoder.encoded
    Index(SUBJECTS).learn_meanings(tmp_path)
    assert encoder.encoded == made
    Index(SUBJECTS[1:]).learn_meanings(tmp_path)
    assert encoder.encoded > made
    assert len(list(tmp_path.iterdir())) == 1


def test_the_index_follows_the_revision_of_the_content(
    session: Session, encoder: MeaningOfOil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "VECTORS_FOLDER", tmp_path)
    monkeypatch.setattr(search, "_held", {})
    first = search.index(session)
    assert search.index(session) is first
    session.query(Revision).update({"mark": "another"})
    assert search.index(session) is not first


@pytest.mark.parametrize(
    ("subject_id", "said", "covered"),
    [
        ("bonus", ["moulins"], False),
        ("bonus", ["emplois"], True),
        ("bonus", ["mizaniya"], True),
        ("bonus", ["parking"], False),
        ("mill", ["zone"], True),
        ("mill", [], True),
        ("mill", ["combien", "واش"], True),
        ("gone", ["moulins"], False),
    ],
)
def test_a_subject_covers_the_telling_words_of_its_texts(
    index: Index, subject_id: str, said: list[str], covered: bool
) -> None:
    assert index.covers(subject_id, said) is covered


def test_out_of_scope_sentences_are_read_from_what_the_assistant_learns(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "nlu" / "fr"
    folder.mkdir(parents=True)
    (folder / "out_of_scope.yml").write_text(
        "nlu:\n- intent: out_of_scope\n  metadata: {writing: fr}\n"
        "  examples: |\n    - quelle heure est-il\n    - une blague\n",
        "utf-8",
    )
    assert out_of_scope_sentences(tmp_path) == [("fr", "quelle heure est-il"), ("fr", "une blague")]
    assert out_of_scope_sentences(tmp_path / "nowhere") == []
