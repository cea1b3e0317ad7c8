from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from dalil import app
from database.exporting import NotEmpty, export_facts, subjects_in_full
from database.loading import load_facts
from database.session import open_session
from database.tables import Subject
from settings import ROOT, settings

PARTS = ("names", "tags", "sources", "figures", "statements", "steps")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["content", *arguments])


def rows_of(session: Session) -> dict[str, list[Any]]:
    """Every column of every row of the facts, but for numbers that the database gives."""
    return {subject.id: _rows(subject) for subject in subjects_in_full(session)}


def _rows(subject: Subject) -> list[Any]:
    rows = [subject, *(row for part in PARTS for row in getattr(subject, part))]
    given = [
        {c.key: getattr(row, c.key) for c in inspect(row).mapper.column_attrs if c.key != "id"}
        for row in rows
    ]
    return sorted(given, key=repr)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    """The made-up facts in the place of the real ones."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "facts").symlink_to(ROOT / "tests" / "content")
    monkeypatch.setenv("DALIL_CONTENT", str(tmp_path / "content"))
    settings.cache_clear()


def test_loading_an_export_gives_the_same_rows(session: Session, tmp_path: Path) -> None:
    before = rows_of(session)
    export_facts(session, tmp_path / "exported")
    session.commit()
    with open_session() as again:
        assert load_facts(again, tmp_path / "exported")
    with open_session() as again:
        assert rows_of(again) == before


def test_an_export_is_not_mixed_with_other_files(session: Session, tmp_path: Path) -> None:
    export_facts(session, tmp_path)
    with pytest.raises(NotEmpty):
        export_facts(session, tmp_path)


def test_check_tells_how_much_the_content_holds(made_up: None) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "no mistake" in result.output


def test_load_then_export_then_load_again(made_up: None, tmp_path: Path) -> None:
    assert run("load").output == "the facts were loaded\n"
    assert run("load").output == "the facts were up to date\n"
    assert run("export", str(tmp_path / "out")).exit_code == 0
    refused = run("export", str(tmp_path / "out"))
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)


def test_stale_lists_what_is_past_its_day_and_ends_with_one(made_up: None) -> None:
    run("load")
    assert run("stale", "--on", "2025-12-31").exit_code == 0
    late = run("stale", "--on", "2026-01-02")
    assert (late.exit_code, late.output) == (1, "2026-01-01  atlas_park\n")
    assert run("stale", "--on", "2025-12-31", "--within", "5").output == late.output


def test_a_mistake_in_the_content_is_told_in_one_line(
    made_up: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong" / "facts").mkdir(parents=True)
    (tmp_path / "wrong" / "facts" / "one.yml").write_text("- id: x\n", "utf-8")
    monkeypatch.setenv("DALIL_CONTENT", str(tmp_path / "wrong"))
    settings.cache_clear()
    result = run("load")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)


def test_a_database_without_tables_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    settings.cache_clear()
    result = run("stale")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
