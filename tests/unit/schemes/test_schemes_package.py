"""The package as a whole: what it says, what it asks, what it leans on."""

import ast
import sys
from collections import Counter
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import schemes
from schemes import Scheme, Verdict, assess, assess_scheme, fields_to_ask, project_from
from schemes.keys import response_keys

ON = date(2026, 11, 23)


def test_all_schemes_are_assessed_each_once() -> None:
    """One assessment for each scheme, in a fixed order."""
    assert list(Scheme) == [assessment.scheme for assessment in assess(project_from({}), on=ON)]


def test_one_scheme_is_assessed_as_among_all() -> None:
    """Asking for one scheme gives the same assessment."""
    project = project_from({"total_investment": 10_000_000, "jobs": 25, "province": "taounate"})
    for assessment in assess(project, on=ON):
        assert assessment == assess_scheme(assessment.scheme, project, on=ON)


def test_an_assessment_can_be_turned_into_plain_data() -> None:
    """For the website's answers."""
    project = project_from({"total_investment": 10_000_000, "jobs": 25, "province": "taounate"})
    plain = asdict(assess_scheme(Scheme.TPME, project, on=ON))
    assert Decimal(10_000_000) == plain["base"]


def test_what_decides_most_schemes_is_asked_first() -> None:
    """With nothing answered: what several schemes need, before what one alone does."""
    asked = fields_to_ask(assess(project_from({}), on=ON))
    shared = {"sector", "legal_form", "total_investment", "province", "zone", "jobs"}
    assert shared == set(asked[:6])
    assert asked.index("created_on") < asked.index("trainees")


def test_answered_fields_are_not_asked() -> None:
    """Nor those of schemes that are refused."""
    project = project_from({"total_investment": 60_000_000, "jobs": 40, "province": "taza"})
    charter = [assess_scheme(s, project, on=ON) for s in (Scheme.CHARTER_MAIN, Scheme.TPME)]
    assert {Verdict.NOT_ELIGIBLE} == {assessment.verdict for assessment in charter}
    assert fields_to_ask(charter) == ()


def test_each_key_to_be_worded_is_listed_once() -> None:
    """The list of keys is what the texts are written from."""
    keys = response_keys()
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert {"condition.jobs_ratio", "verdict.eligible", "field.jobs"} <= set(keys)
    assert {"choice.province.fes", "problem.negative", "scheme.tpme", "unit.percent"} <= set(keys)


def test_the_package_leans_on_the_standard_library_and_the_yaml_reader_only() -> None:
    """No database, no network, nothing else of the project; and no clock."""
    allowed = {*sys.stdlib_module_names, "ruamel", "schemes"} - {"time", "socket", "urllib", "http"}
    for path in Path(schemes.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in allowed, path
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("today", "now", "utcnow"), path
