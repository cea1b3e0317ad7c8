"""What the console publishes stays when the content files are loaded again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from database.drafts import (
    Record,
    begin_draft,
    live_record,
    pending_drafts,
    publish,
    versions_of,
)
from database.exporting import export_facts
from database.loading import load_facts, told
from database.queries import revision_mark
from database.session import open_session
from database.staff import add_staff
from settings import ROOT

MADE_UP = (ROOT / "tests" / "content" / "made_up.yml").read_text("utf-8")
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SUBJECT = "zitoun_bonus"


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    """Content files that are loaded, of which the console then published one subject anew."""
    path = tmp_path / "facts"
    path.mkdir()
    (path / "facts.yml").write_text(MADE_UP, "utf-8")
    with open_session() as session:
        load_facts(session, path)
    with open_session() as session:
        before = revision_mark(session)
        publish_bonus(session, 7500)
        assert revision_mark(session) != before
    return path


def publish_bonus(session: Session, value: int) -> None:
    """Publish another bonus per job, as two people of the staff do."""
    author, reviewer = (
        add_staff(
            session, email=f"{n}@example.org", name=n, role="editor", password_hash=None, at=AT
        )
        for n in ("author", "reviewer")
    )
    live = live_record(session, SUBJECT)
    assert live
    figures = live["figures"] | {"per_job": live["figures"]["per_job"] | {"value": value}}
    record = live | {"figures": figures}
    draft = begin_draft(session, SUBJECT, author, at=AT, record=record, state="proposed")
    publish(session, draft, reviewer, edits=0, at=AT)


def bonus() -> Any:
    """The bonus per job that is live."""
    with open_session() as session:
        record: Record | None = live_record(session, SUBJECT)
    assert record
    return record["figures"]["per_job"]["value"]


def write(folder: Path, old: str, new: str) -> None:
    """Change the content files."""
    text = (folder / "facts.yml").read_text("utf-8")
    assert old in text
    (folder / "facts.yml").write_text(text.replace(old, new, 1), "utf-8")


def load(folder: Path, *, overwrite: bool = False) -> Any:
    """Load the content files, as each start does."""
    with open_session() as session:
        return load_facts(session, folder, overwrite=overwrite)


def test_the_same_files_leave_what_the_console_published(folder: Path) -> None:
    assert not load(folder)
    assert bonus() == 7500


def test_files_that_change_elsewhere_are_loaded_beside_it(folder: Path) -> None:
    write(folder, "value: 300, unit: MAD/m2", "value: 310, unit: MAD/m2")
    loaded = load(folder)
    assert (loaded.changed, loaded.kept, loaded.proposed) == (True, (SUBJECT,), ())
    assert bonus() == 7500
    with open_session() as session:
        park = live_record(session, "atlas_park")
    assert park and park["figures"]["price_per_m2"]["value"] == 310


def test_files_that_change_it_too_become_a_draft_once(folder: Path) -> None:
    write(folder, "value: 6000", "value: 6200")
    loaded = load(folder)
    assert loaded.proposed == (SUBJECT,)
    assert any("see the drafts" in line for line in told(loaded))
    assert bonus() == 7500
    write(folder, "value: 300, unit: MAD/m2", "value: 310, unit: MAD/m2")
    assert load(folder).proposed == ()
    with open_session() as session:
        [draft] = pending_drafts(session, SUBJECT)
        assert draft.author_id is None
        assert draft.record and draft.record["figures"]["per_job"]["value"] == 6200


def test_the_files_win_when_they_are_told_to(folder: Path) -> None:
    assert load(folder, overwrite=True)
    assert bonus() == 6000
    with open_session() as session:
        assert [version.origin for version in versions_of(session, SUBJECT)] == [
            "files",
            "console",
            "files",
        ]
    write(folder, "value: 6000", "value: 6200")
    assert load(folder).kept == ()
    assert bonus() == 6200


def test_an_export_brought_into_the_files_is_theirs_from_then_on(
    folder: Path, tmp_path: Path
) -> None:
    with open_session() as session:
        export_facts(session, tmp_path / "exported")
    assert load(tmp_path / "exported").kept == ()
    assert bonus() == 7500


def test_files_that_do_not_fit_what_is_kept_are_not_loaded_and_said_so(folder: Path) -> None:
    write(folder, "aliases: {fr: [parc Atlas]", "aliases: {fr: [parc Atlas, Bonus Zitoun]")
    with open_session() as session:
        live = live_record(session, SUBJECT)
        assert live
        staff = add_staff(
            session, email="x@example.org", name="x", role="editor", password_hash=None, at=AT
        )
        other = add_staff(
            session, email="y@example.org", name="y", role="editor", password_hash=None, at=AT
        )
        aliases = live["aliases"] | {"fr": [*live["aliases"]["fr"], "bonus zitoun"]}
        record = live | {"aliases": aliases}
        draft = begin_draft(session, SUBJECT, staff, at=AT, record=record, state="proposed")
        publish(session, draft, other, edits=0, at=AT)
    loaded = load(folder)
    assert not loaded
    assert "bonus zitoun" in loaded.disagreements[0]
    assert "--overwrite" in told(loaded)[0]


def test_figures_of_the_law_and_of_the_census_keep_where_they_come_from(
    tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "facts").mkdir()
    named = MADE_UP.replace("{value: 6000,", "{parameter: fes_shore_jobs.premium_per_job,", 1)
    (tmp_path / "facts" / "facts.yml").write_text(named, "utf-8")
    load(tmp_path / "facts")
    with open_session() as session:
        export_facts(session, tmp_path / "exported")
    bonus_file = (tmp_path / "exported" / "incentive" / f"{SUBJECT}.yml").read_text("utf-8")
    assert "parameter: fes_shore_jobs.premium_per_job" in bonus_file
    place = (tmp_path / "exported" / "territory" / "territoire_fes.yml").read_text("utf-8")
    assert "census: '03.231'" in place or 'census: "03.231"' in place
    assert "population_2014" not in place
