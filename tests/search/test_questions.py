"""How well the search finds the subjects of questions that name none, on the real content.

Prints its table with `pytest -s`. The floors lie a little under what was measured, for the content
grows; `docs/adr/0007-search-by-meaning.md` holds the figures.
"""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from answers.search import CERTAIN_FROM, VECTORS_FOLDER, Index, out_of_scope_sentences
from database.exporting import subjects_in_full
from database.loading import load_facts
from database.session import open_session
from database.vocabulary import WRITINGS
from settings import ROOT

QUESTIONS = YAML(typ="safe").load(Path(__file__).with_name("questions.yml").read_text("utf-8"))
FOUND_AMONG_THREE = 0.55
RIGHT_WHEN_CERTAIN = 0.85
OFFERED_WRONGLY = 0.25


@pytest.fixture
def index(database_url: str) -> Index:
    with open_session() as session:
        load_facts(session, ROOT / "content" / "facts")
    with open_session() as session:
        made = Index(subjects_in_full(session), out_of_scope_sentences(ROOT))
    made.learn_meanings(VECTORS_FOLDER)
    return made


def test_questions_that_name_no_subject_find_it_or_nothing(index: Index) -> None:
    questions: list[tuple[str, str, dict[str, Any]]] = [
        (part, group, question)
        for part, groups in QUESTIONS.items()
        for group, asked in groups.items()
        for question in asked
    ]
    hits = [index.nearest(question["text"], limit=3) for _, _, question in questions]
    asked = list(zip(questions, hits, strict=True))
    for part in QUESTIONS:
        for group in (*WRITINGS, "nothing"):
            own = [(q, found) for (p, g, q), found in asked if (p, g) == (part, group)]
            first = sum(_is_found(question, found[:1]) for question, found in own)
            third = sum(_is_found(question, found) for question, found in own)
            offered = sum(bool(found) for _, found in own)
            print(f"{part} {group}: {len(own)}, hit@1 {first}, hit@3 {third}, offered {offered}")

    expected = {name for _, _, question in questions for name in question.get("expected", ())}
    assert expected <= set(index.ids)
    sought = [(q, found) for (_, group, q), found in asked if group != "nothing"]
    elsewhere = [found for (_, group, _), found in asked if group == "nothing"]
    certain = [(q, f) for (_, _, q), f in asked if f and f[0].score >= CERTAIN_FROM]
    right = sum(_is_found(question, found[:1]) for question, found in certain)
    print(f"certain {len(certain)}, of these right {right}")
    assert sum(_is_found(q, f) for q, f in sought) >= FOUND_AMONG_THREE * len(sought)
    assert right >= RIGHT_WHEN_CERTAIN * len(certain)
    assert sum(bool(found) for found in elsewhere) <= OFFERED_WRONGLY * len(elsewhere)


def _is_found(question: dict[str, Any], hits: list[Any]) -> bool:
    return any(hit.subject_id in question.get("expected", ()) for hit in hits)
