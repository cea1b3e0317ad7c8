"""The national offshoring offer at Fès: capped income tax, job and training premiums.

Circular of the head of government, effective 1 July 2025 or published 24 November 2025, until the
end of 2030. Its annexes, with thresholds and durations, were not read.
"""

from collections.abc import Iterator
from datetime import date

from schemes.assessment import (
    Assessment,
    Benefit,
    Bonus,
    BonusKey,
    Caution,
    Condition,
    ConditionKey,
    Estimate,
    Scheme,
)
from schemes.conclusion import ZERO, bonus, closed, conclude, condition, opening
from schemes.fes_shore import in_park
from schemes.logic import among, inverse, unanswered
from schemes.parameters import Certainty, Law, law_on
from schemes.project import OffshoringBranch, Project, Province


def assess(project: Project, *, on: date) -> Assessment:
    """What would the offshoring offer give? MAD a year, on the pay of new Moroccan recruits."""
    law = law_on(Scheme.OFFSHORING, on)
    opened = opening(law, earlier_rules=True)
    if not opened.met:
        return closed(Scheme.OFFSHORING, Benefit.ANNUAL_GRANT, opened, law)
    conditions = (
        _start(law, opened),
        _branch(project, law),
        condition(
            ConditionKey.OFFSHORING_THRESHOLDS,
            None,
            "in_force",
            law,
            project,
            certainty=Certainty.UNCERTAIN,
        ),
    )
    pay = project.annual_gross_pay
    premiums = (
        bonus(BonusKey.JOB_PREMIUM, True, "job_premium", law, base=pay),
        bonus(BonusKey.TRAINING_PREMIUM, True, "training_premium", law, base=pay),
    )
    amount = sum((premium.amount or ZERO for premium in premiums), ZERO)
    return conclude(
        Scheme.OFFSHORING,
        Benefit.ANNUAL_GRANT,
        law,
        conditions,
        (*premiums, _income_tax_cap(project, law), _corporate_tax_support(law)),
        estimate=None if pay is None else Estimate(amount, amount, amount),
        base=pay,
        amount_cautions=tuple(_cautions(project, law)),
        also_missing=unanswered(project, "annual_gross_pay"),
    )


def _start(law: Law, opened: Condition) -> Condition:
    """In force; between its effect and its publication, papers disagree."""
    if "circular_published" in law:
        return opened
    return Condition(opened.key, None, Certainty.UNCERTAIN, opened.source)


def _branch(project: Project, law: Law) -> Condition:
    """One of the five branches; a project of another sector is in none of them."""
    met = inverse(among(project.offshoring_branch, (OffshoringBranch.NONE,)))
    if met is None and among(project.sector, law.names("sectors")) is False:
        met = False
    key, fields = ConditionKey.OFFSHORING_BRANCH, ("sector", "offshoring_branch")
    return condition(key, met, "branches", law, project, *fields)


def _income_tax_cap(project: Project, law: Law) -> Bonus:
    """The most of gross pay that income tax may take: lower at Fès Shore than elsewhere.

    Papers write both "Fès" and "the Fès park"; elsewhere in the region neither rate is confirmed.
    """
    general, reduced = law.number("income_tax_cap"), law.number("income_tax_cap_reduced")
    at_park = in_park(project)
    surely_general = at_park is False and among(project.province, (Province.FES,)) is False
    rule = law["income_tax_cap_reduced" if at_park else "income_tax_cap"]
    return Bonus(
        key=BonusKey.INCOME_TAX_CAP,
        met=None if at_park is None else True,
        rate=reduced if at_park else general,
        low_rate=general if surely_general else reduced,
        high_rate=reduced if at_park else general,
        unit=rule.unit,
        base=project.annual_gross_pay,
        amount=None,
        certainty=rule.certainty if at_park else Certainty.UNCERTAIN,
        source=rule.reference,
        missing=unanswered(project, "province", "zone") if at_park is None else (),
    )


def _corporate_tax_support(law: Law) -> Bonus:
    """The share of the corporate tax rate that the State takes over; what is left is not public."""
    return bonus(
        BonusKey.CORPORATE_TAX_SUPPORT,
        True,
        "corporate_tax_support",
        law,
        base=None,
    )


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    yield Caution.OFFSHORING_THRESHOLDS_UNKNOWN
    yield Caution.OFFSHORING_DURATION_UNKNOWN
    yield Caution.CORPORATE_TAX_RATE_NOT_PUBLISHED
    yield Caution.FES_SHORE_WITH_NATIONAL_PREMIUM
    if in_park(project) is False:
        yield Caution.OFFSHORING_OUTSIDE_PARK
    if "circular_published" not in law:
        yield Caution.OFFSHORING_START_DISPUTED
