"""The content is read strictly: each mistake is told with its file, line and key."""

from pathlib import Path

import pytest

from database.content import ContentError, read_facts
from database.coverage import coverage_page
from schemes.parameters import history_of
from settings import ROOT

GOOD = (ROOT / "tests" / "content" / "made_up.yml").read_text("utf-8")


def mistakes_in(folder: Path, old: str, new: str) -> str:
    """What the reader says when `old` is replaced by `new` in good content."""
    assert old in GOOD
    (folder / "facts.yml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as raised:
        read_facts(folder)
    return str(raised.value)


def test_good_content_is_read(tmp_path: Path) -> None:
    (tmp_path / "facts.yml").write_text(GOOD, "utf-8")
    assert {subject.id for subject in read_facts(tmp_path)} >= {"zitoun_bonus", "atlas_park"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  prominence: 5", "  popularity: 5", "zitoun_bonus.popularity: Extra inputs"),
        ("  prominence: 5", "  prominence: 5\n  prominence: 4", "duplicate key"),
        ("sources: [paper]", "sources: [press]", "no source is called press"),
        ("{per_job} par emploi", "{per_head} par emploi", "{per_head} names no figure"),
        ("{per_job} par emploi", "6000 DH par emploi", "the number '6000' is typed into the text"),
        ("de {envelope}.", "importante.", "placeholders differ from fr"),
        ("part_of: atlas_park", "part_of: nowhere", "no subject is called nowhere"),
        ("{date:2025-07-03}).", "{date:juillet}).", "{date:juillet} is no date"),
        (
            "sources: [hidden]}",
            "sources: [hidden]}\n    x: {value: 1, unit: count, certainty: official, sources: [hidden]}",
            "rests only on sources nobody can open",
        ),
        ("aliases: {fr: [parc Atlas]", "aliases: {fr: [Zitoun]", "also names zitoun_bonus"),
        ("      checked_on: 2026-11-23\n", "", "checked_on: Field required"),
        ('      ary-Arab: "منطقة ديال {area}."\n', "", "ary-Arab: Field required"),
        ("unit: MAD, cert", "unit: dollars, cert", "unit: Input should be"),
    ],
)
def test_a_mistake_is_refused_and_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    told = mistakes_in(tmp_path, old, new)
    assert expected in told
    assert "facts.yml:" in told


def test_the_line_told_is_the_line_of_the_key(tmp_path: Path) -> None:
    told = mistakes_in(tmp_path, "{per_job} par emploi", "6000 DH par emploi")
    line = 1 + GOOD[: GOOD.index("{per_job} par emploi")].count("\n")
    assert f"facts.yml:{line}:" in told


def test_words_with_digits_are_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "facts.yml").write_text(GOOD.replace("Deux étapes", "Skills4all, 7it P2I"), "utf-8")
    assert read_facts(tmp_path)


def test_a_figure_takes_its_value_from_the_scheme_that_computes_with_it(tmp_path: Path) -> None:
    named = GOOD.replace("{value: 6000, unit: MAD", "{parameter: tpme.cap_rate, unit: MAD", 1)
    assert named != GOOD
    (tmp_path / "facts.yml").write_text(named, "utf-8")
    bonus = next(s for s in read_facts(tmp_path) if s.id == "zitoun_bonus")
    cap = history_of("tpme")["cap_rate"][-1].value
    assert cap in [figure.value for figure in bonus.figures.values()]


def test_a_parameter_that_no_scheme_has_is_refused(tmp_path: Path) -> None:
    told = mistakes_in(tmp_path, "{value: 6000,", "{parameter: tpme.no_such_rate,")
    assert "no_such_rate" in told


def test_a_gap_has_no_statement_but_whom_to_ask(tmp_path: Path) -> None:
    told = mistakes_in(tmp_path, "kind: procedure", "kind: gap")
    assert "a gap has one statement: contact" in told


def test_the_page_of_coverage_is_what_the_content_holds() -> None:
    page = coverage_page(read_facts(ROOT / "content" / "facts"))
    assert (ROOT / "docs" / "coverage.md").read_text("utf-8") == page, (
        "run `python dalil.py content coverage`"
    )
