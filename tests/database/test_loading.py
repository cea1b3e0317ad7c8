from datetime import date
from pathlib import Path

import pytest

from database import queries
from database.content import ContentError
from database.loading import load_facts
from database.session import open_session
from settings import ROOT

MADE_UP = ROOT / "tests" / "content"


def test_loading_the_same_content_again_changes_nothing(database_url: str) -> None:
    with open_session() as session:
        assert load_facts(session, MADE_UP)
    with open_session() as session:
        mark = queries.revision_mark(session)
        assert not load_facts(session, MADE_UP)
        assert queries.revision_mark(session) == mark


def test_a_mistake_leaves_the_facts_as_they_were(database_url: str, tmp_path: Path) -> None:
    with open_session() as session:
        load_facts(session, MADE_UP)
    (tmp_path / "facts.yml").write_text("- id: x", "utf-8")
    with pytest.raises(ContentError), open_session() as session:
        load_facts(session, tmp_path)
    with open_session() as session:
        assert queries.subject_named(session, "zitoun_bonus") is not None


def test_a_subject_without_province_serves_the_whole_region(database_url: str) -> None:
    with open_session() as session:
        load_facts(session, MADE_UP)
        serving = {s.id for s in queries.subjects_for(session, province="taza")}
    assert {"zitoun_bonus", "atlas_park", "mill_opening"} <= serving
    assert "oued_park" not in serving


def test_overdue_subjects_are_those_past_their_day(database_url: str) -> None:
    with open_session() as session:
        load_facts(session, MADE_UP)
        overdue = [s.id for s in queries.overdue_subjects(session, date(2026, 11, 23))]
    assert overdue == ["atlas_park"]
