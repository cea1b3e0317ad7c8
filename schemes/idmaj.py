"""Idmaj insertion contracts: income tax exempted during the internship and after the hiring.

Tax code, article 57-16°, as changed by the finance law for 2025. The rules before are not recorded
here; those on social contributions were not checked against the new length.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from schemes.assessment import (
    Assessment,
    Benefit,
    Bonus,
    BonusKey,
    Caution,
    Condition,
    ConditionKey,
    Scheme,
)
from schemes.conclusion import ZERO, bonus, closed, conclude, condition, opening
from schemes.logic import above, among, at_least, inverse, unanswered
from schemes.nearest import Target, with_nearest_steps
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """Which exemptions would the insertion contracts bring? Months, no amount."""
    law = law_on(Scheme.IDMAJ, on)
    return with_nearest_steps(project, law, _evaluate, _targets(law))


def _evaluate(project: Project, law: Law) -> Assessment:
    opened = opening(law, earlier_rules=True)
    if not opened.met:
        return closed(Scheme.IDMAJ, Benefit.TAX_RELIEF, opened, law)
    return conclude(
        Scheme.IDMAJ,
        Benefit.TAX_RELIEF,
        law,
        (opened, *_conditions(project, law)),
        tuple(_advantages(project, law)),
        amount_cautions=tuple(_cautions(project, law)),
    )


def _conditions(project: Project, law: Law) -> Iterator[Condition]:
    yield condition(
        ConditionKey.TRAINEES, above(project.trainees, ZERO), "in_force", law, project, "trainees"
    )
    yield condition(
        ConditionKey.LEGAL_FORM,
        inverse(among(project.legal_form, law.names("excluded_legal_forms"))),
        "excluded_legal_forms",
        law,
        project,
        "legal_form",
    )
    yield condition(
        ConditionKey.TRAINEES_REGISTERED,
        project.trainees_registered,
        "trainees_registered",
        law,
        project,
        "trainees_registered",
    )
    yield condition(
        ConditionKey.TRAINEES_HIRED,
        at_least(project.trainees_hired_percent, law.number("minimum_hired")),
        "minimum_hired",
        law,
        project,
        "trainees_hired_percent",
    )


def _advantages(project: Project, law: Law) -> Iterator[Bonus]:
    trainees = None if project.trainees is None else Decimal(project.trainees)
    low_allowance = inverse(above(project.trainee_allowance, law.number("allowance_ceiling")))
    yield bonus(
        BonusKey.INTERNSHIP_INCOME_TAX_EXEMPTION,
        low_allowance,
        "internship_months",
        law,
        base=trainees,
        missing=unanswered(project, "trainee_allowance"),
    )
    # Above the ceiling, the source does not say whether nothing is exempt, or the part below it.
    above_ceiling = _salary_above_ceiling(project, law)
    yield bonus(
        BonusKey.INCOME_TAX_EXEMPTION,
        None if above_ceiling else inverse(above_ceiling),
        "exemption_months",
        law,
        base=trainees,
        missing=unanswered(project, "monthly_gross_salary"),
        certainty=Certainty.UNCERTAIN if above_ceiling else None,
    )
    yield bonus(BonusKey.EMPLOYER_CONTRIBUTIONS, True, "contribution_months", law, base=trainees)


def _salary_above_ceiling(project: Project, law: Law) -> bool | None:
    return above(project.monthly_gross_salary, law.number("salary_ceiling"))


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    yield Caution.IDMAJ_SOCIAL_RULES_NOT_UPDATED
    yield Caution.IDMAJ_ONCE_PER_TRAINEE
    if above(project.trainee_allowance, law.number("allowance_ceiling")):
        yield Caution.IDMAJ_ALLOWANCE_TAXED_WHOLE
    if _salary_above_ceiling(project, law):
        yield Caution.IDMAJ_SALARY_ABOVE_CEILING


def _targets(law: Law) -> Iterator[Target]:
    if "in_force" in law:
        yield Target("trainees_hired_percent", law.number("minimum_hired"))
