"""The law as pure functions: what a project would get from each scheme, and why.

    from schemes import assess, project_from

    project = project_from({"total_investment": "10000000", "jobs": 25, "province": "taounate"})
    for assessment in assess(project, on=date(2026, 11, 23)):
        ...

Rules are small functions, one module per scheme. Figures are dated parameters with their source
and certainty, in `content/schemes/`. Words are elsewhere: only keys leave this package. No clock,
no network: the day is always an argument. Everything is an estimate: an agreement alone commits
the State.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Protocol

from schemes import (
    auto_entrepreneur,
    charter_main,
    fes_shore,
    idmaj,
    mdm_invest,
    offshoring,
    strategic,
    tahfiz,
    tpme,
    zai,
)
from schemes.assessment import Assessment, Scheme, Verdict
from schemes.parameters import Parameter, ParameterError, law_on
from schemes.project import InvalidProject, Project, project_from, read_answer

__all__ = [
    "Assessment",
    "InvalidProject",
    "Parameter",
    "ParameterError",
    "Project",
    "Scheme",
    "Verdict",
    "assess",
    "assess_scheme",
    "fields_to_ask",
    "parameters_on",
    "project_from",
    "read_answer",
]


class AssessOne(Protocol):
    """How every scheme's module assesses a project."""

    def __call__(self, project: Project, *, on: date) -> Assessment: ...


ASSESS: Mapping[Scheme, AssessOne] = MappingProxyType(
    {
        Scheme.STRATEGIC: strategic.assess,
        Scheme.CHARTER_MAIN: charter_main.assess,
        Scheme.TPME: tpme.assess,
        Scheme.FES_SHORE_JOBS: fes_shore.assess_job_premium,
        Scheme.FES_SHORE_INSTALLATION: fes_shore.assess_installation,
        Scheme.OFFSHORING: offshoring.assess,
        Scheme.ZAI: zai.assess,
        Scheme.MDM_INVEST: mdm_invest.assess,
        Scheme.IDMAJ: idmaj.assess,
        Scheme.TAHFIZ: tahfiz.assess,
        Scheme.AUTO_ENTREPRENEUR: auto_entrepreneur.assess,
    }
)


def assess(project: Project, *, on: date) -> list[Assessment]:
    """What would every scheme give this project under the rules of a day?"""
    return [assess_one(project, on=on) for assess_one in ASSESS.values()]


def assess_scheme(scheme: Scheme, project: Project, *, on: date) -> Assessment:
    """What would one scheme give this project under the rules of a day?"""
    return ASSESS[scheme](project, on=on)


def parameters_on(scheme: Scheme, *, on: date) -> Mapping[str, Parameter]:
    """Which figures does a scheme rest on, on a day? For the placeholders of its texts."""
    return law_on(scheme, on).in_force


def fields_to_ask(assessments: Iterable[Assessment]) -> tuple[str, ...]:
    """Which unanswered fields of the project matter still, the one that decides most first?

    First those that most schemes cannot be decided without, then those that most amounts need,
    then the order of each scheme.
    """
    deciding: Counter[str] = Counter()
    naming: Counter[str] = Counter()
    position: dict[str, int] = {}
    for assessment in assessments:
        for place, name in enumerate(assessment.missing):
            deciding[name] += assessment.verdict is Verdict.MISSING_ANSWERS
            naming[name] += 1
            position[name] = min(place, position.get(name, place))
    return tuple(sorted(naming, key=lambda n: (-deciding[n], -naming[n], position[n])))
