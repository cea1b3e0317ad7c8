"""The nearest steps: which small change of one answer would bring something, and how much?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from schemes.assessment import Assessment, Bonus, NearestStep, Verdict
from schemes.conclusion import ZERO
from schemes.parameters import Law
from schemes.project import KINDS, MOST_COUNTED, Kind, Project

# A step to more than twice the present number of jobs or dirhams is another project.
REACH = 2

Evaluate = Callable[[Project, Law], Assessment]


@dataclass(frozen=True, slots=True)
class Target:
    """A value at which an answer crosses one of the scheme's thresholds."""

    field: str
    value: Decimal | int


def first_above(bound: Decimal) -> int:
    """The smallest whole number strictly more than a bound."""
    return int(bound) + 1


def first_reaching(bound: Decimal) -> int:
    """The smallest whole number that reaches a bound."""
    return int(bound) if bound == int(bound) else int(bound) + 1


def with_nearest_steps(
    project: Project, law: Law, evaluate: Evaluate, targets: Iterable[Target]
) -> Assessment:
    """The assessment of a project with, for each field, the first target that brings something.

    Each target is tried on the project itself, so a step can never promise what the rules would
    not give. Steps that make eligible come first, then those that bring most.
    """
    before = evaluate(project, law)
    steps: dict[str, NearestStep] = {}
    for target in sorted(targets, key=lambda each: each.value):
        if target.field not in steps and _within_reach(project, target):
            changes: dict[str, Any] = {target.field: target.value}
            after = evaluate(replace(project, **changes), law)
            step = _step(project, target, before, after)
            if step:
                steps[target.field] = step
    ranked = sorted(steps.values(), key=lambda s: (not s.makes_eligible, -(s.gain or 0)))
    return replace(before, nearest_steps=tuple(ranked)) if ranked else before


def _within_reach(project: Project, target: Target) -> bool:
    current = getattr(project, target.field)
    kind = KINDS[target.field]
    if current is None or target.value <= current:
        return False
    if kind is Kind.COUNT and target.value > MOST_COUNTED:
        return False
    return kind is Kind.PERCENT or target.value <= REACH * current


def _step(
    project: Project, target: Target, before: Assessment, after: Assessment
) -> NearestStep | None:
    """The step that a target is, or nothing when it changes neither eligibility nor amount."""
    refused_before = before.verdict is Verdict.NOT_ELIGIBLE
    refused_after = after.verdict is Verdict.NOT_ELIGIBLE
    raised = None if refused_before else _raised_bonus(before, after)
    gain = None if after.amount is None else after.amount - (before.amount or 0)
    worthwhile = refused_before or (raised is not None and gain is not None and gain > 0)
    if refused_after or not worthwhile:
        return None
    current = Decimal(getattr(project, target.field))
    return NearestStep(
        scheme=before.scheme,
        field=target.field,
        current=current,
        needed=Decimal(target.value),
        change=target.value - current,
        makes_eligible=refused_before,
        bonus=raised[0].key if raised else None,
        from_rate=raised[0].rate if raised else (None if after.paid_rate is None else ZERO),
        to_rate=raised[1].rate if raised else after.paid_rate,
        gain=gain,
    )


def _raised_bonus(before: Assessment, after: Assessment) -> tuple[Bonus, Bonus] | None:
    for old, new in zip(before.bonuses, after.bonuses, strict=True):
        if new.rate > old.rate:
            return old, new
    return None
