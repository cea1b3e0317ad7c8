"""The cases of `cases/*.yml`: each name is the rule that it shows, each figure is exact."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from schemes import Assessment, Scheme, assess_scheme, project_from
from schemes.assessment import BonusKey, CapKey, Caution, ConditionKey, Verdict

CASES = Path(__file__).parent / "cases"


def read_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case with its scheme and its day, which stand in the file unless it has its own."""
    for path in sorted(CASES.glob("*.yml")):
        content = YAML(typ="safe", pure=True).load(path)
        for case in content["cases"]:
            yield path.stem, {"scheme": content["scheme"], "on": content["on"]} | case


ALL_CASES = list(read_cases())


def assessed(case: dict[str, Any]) -> Assessment:
    """The assessment of a case's project by its scheme on its day."""
    project = project_from(case["project"])
    return assess_scheme(Scheme(case["scheme"]), project, on=case["on"])


def exact(value: Any) -> Any:
    """A figure as written in the file, as the decimal that it is."""
    is_figure = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_figure else value


def seen(assessment: Assessment, expected: dict[str, Any]) -> dict[str, Any]:
    """What the assessment says on each point that the case expects something of."""
    bonuses = {str(part.key).removeprefix("bonus."): part for part in assessment.bonuses}
    cautions = {str(key).removeprefix("caution.") for key in assessment.cautions}
    said: dict[str, Any] = {}
    for point, wanted in expected.items():
        match point:
            case "conditions":
                met = {str(c.key).removeprefix("condition."): c.met for c in assessment.conditions}
                said[point] = {key: met[key] for key in wanted}
            case "bonuses":
                said[point] = {key: bonuses[key].rate for key in wanted}
            case "number_of_bonuses":
                said[point] = len(bonuses)
            case "low_rates":
                said[point] = {key: bonuses[key].low_rate for key in wanted}
            case "high_rates":
                said[point] = {key: bonuses[key].high_rate for key in wanted}
            case "bonus_bases":
                said[point] = {key: bonuses[key].base for key in wanted}
            case "caps":
                applied = {str(c.key).removeprefix("cap."): c.applied for c in assessment.caps}
                said[point] = {key: applied[key] for key in wanted}
            case "cautions":
                said[point] = [key for key in wanted if key in cautions]
            case "cautions_absent":
                said[point] = [key for key in wanted if key not in cautions]
            case "excludes" | "adds_up_with":
                said[point] = [relation.scheme for relation in getattr(assessment, point)]
            case "missing":
                said[point] = list(assessment.missing)
            case "steps":
                said[point] = [steps_seen(assessment, i, w) for i, w in enumerate(wanted)]
                said["number of steps"] = len(assessment.nearest_steps)
            case _:
                said[point] = getattr(assessment, point)
    return said


def steps_seen(assessment: Assessment, index: int, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the assessment says of its step of this rank."""
    if index >= len(assessment.nearest_steps):
        return {}
    step = assessment.nearest_steps[index]
    said = {key: getattr(step, key) for key in wanted}
    if said.get("bonus"):
        said["bonus"] = said["bonus"].removeprefix("bonus.")
    return said


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    """What the case expects, with exact figures."""
    points: dict[str, Any] = {}
    for point, value in expected.items():
        if isinstance(value, dict):
            points[point] = {key: exact(figure) for key, figure in value.items()}
        elif point == "steps":
            points[point] = [{key: exact(v) for key, v in step.items()} for step in value]
            points["number of steps"] = len(value)
        else:
            points[point] = exact(value)
    return points


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{stem}: {case['name']}") for stem, case in ALL_CASES]
)
def test_the_rule_holds(case: dict[str, Any]) -> None:
    """The scheme says exactly what the case expects."""
    assert wanted(case["expect"]) == seen(assessed(case), case["expect"])


def test_case_names_are_unique() -> None:
    """A name is a rule, shown once."""
    repeated = [
        n for n, times in Counter(case["name"] for _, case in ALL_CASES).items() if times > 1
    ]
    assert repeated == []


def test_every_scheme_has_cases() -> None:
    """No scheme goes untested."""
    assert set(Scheme) == {Scheme(case["scheme"]) for _, case in ALL_CASES}


def test_every_key_is_said_in_some_case() -> None:
    """No condition, bonus, cap, caution or verdict exists that no project meets."""
    said: set[str] = set()
    for _, case in ALL_CASES:
        assessment = assessed(case)
        parts = (*assessment.conditions, *assessment.bonuses, *assessment.caps)
        said |= {part.key for part in parts} | set(assessment.cautions) | {assessment.verdict}
    known = {key for kind in (ConditionKey, BonusKey, CapKey, Caution, Verdict) for key in kind}
    assert set() == known - said


def test_each_start_date_has_a_case_on_both_of_its_sides() -> None:
    """Where a scheme or a parameter that matters begins, the day before is shown too."""
    days = {(case["scheme"], case["on"]) for _, case in ALL_CASES}
    begins = {
        ("charter_main", date(2023, 3, 3)),
        ("charter_main", date(2023, 3, 13)),
        ("tpme", date(2025, 11, 11)),
        ("offshoring", date(2025, 7, 1)),
        ("offshoring", date(2025, 11, 24)),
        ("offshoring", date(2031, 1, 1)),
        ("idmaj", date(2025, 1, 1)),
    }
    before = {(scheme, date.fromordinal(day.toordinal() - 1)) for scheme, day in begins}
    assert set() == (begins | before) - days
