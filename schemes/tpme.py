"""The scheme for very small, small and medium companies: jobs, territory and priority activity.

Decree 2-25-342 of 12 June 2025 and the orders of 31 October 2025, opened in November 2025. Which
costs count was not found: the whole investment is taken.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from schemes.assessment import (
    Assessment,
    Benefit,
    Bonus,
    BonusKey,
    CapKey,
    Caution,
    Condition,
    ConditionKey,
    Estimate,
    Scheme,
)
from schemes.charter import (
    MILLION,
    ratio_exceeds,
    ratio_reaches,
    suits_both,
    territorial_bonus,
)
from schemes.conclusion import (
    HUNDRED,
    ZERO,
    amount_of,
    bonus,
    cap,
    closed,
    conclude,
    condition,
    opening,
)
from schemes.logic import above, among, at_least, both, either, inverse, listed, unanswered
from schemes.nearest import Target, first_above, first_reaching, with_nearest_steps
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """What would the scheme for small companies give? MAD, once."""
    law = law_on(Scheme.TPME, on)
    return with_nearest_steps(project, law, evaluate, _targets(project, law))


def evaluate(project: Project, law: Law) -> Assessment:
    """The assessment without its nearest steps."""
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.TPME, Benefit.GRANT, opened, law)
    conditions = (opened, *_conditions(project, law))
    base = project.total_investment
    bonuses = (
        _jobs_bonus(project, law, base),
        _territorial_bonus(project, law, base),
        _priority_bonus(project, law, base),
    )
    sum_rate = sum((part.rate for part in bonuses), ZERO)
    cap_rate = law.number("cap_rate")
    return conclude(
        Scheme.TPME,
        Benefit.GRANT,
        law,
        conditions,
        bonuses,
        estimate=_estimate(project, bonuses, cap_rate),
        base=base,
        base_certainty=Certainty.UNCERTAIN,
        sum_rate=sum_rate,
        paid_rate=min(sum_rate, cap_rate),
        caps=(cap(CapKey.TOTAL_RATE, "cap_rate", law, applied=sum_rate > cap_rate),),
        cautions=tuple(_cautions(project, law)),
        amount_cautions=tuple(_amount_cautions(project, law, bonuses)),
    )


# Eligibility


def _conditions(project: Project, law: Law) -> Iterator[Condition]:
    yield _investment(project, law)
    yield _jobs_ratio(project, law)
    yield _legal_form(project, law)
    yield _own_funds(project, law)
    yield _turnover(project, law)
    yield _independence(project, law)
    yield _no_public_shareholder(project, law)
    yield _no_other_agreement(project, law)
    yield _eligible_branch(project, law)


def _investment(project: Project, law: Law) -> Condition:
    """Large enough, and smaller than what the main scheme takes."""
    enough = at_least(project.total_investment, law.number("minimum_investment"))
    too_much = at_least(project.total_investment, law.number("investment_limit"))
    met = both(enough, inverse(too_much))
    key, rule = ConditionKey.INVESTMENT, "investment_limit" if too_much else "minimum_investment"
    return condition(key, met, rule, law, project, "total_investment")


def _reaches_ratio(project: Project, bound: Decimal) -> bool | None:
    """Whether the jobs per million dirhams reach a bound, exactly."""
    if project.jobs is None or project.total_investment is None:
        return None
    return ratio_reaches(project.jobs, project.total_investment, bound)


def _jobs_ratio(project: Project, law: Law) -> Condition:
    """Enough jobs per million dirhams; fewer are enough in tourism."""
    tourism = among(project.sector, law.names("lower_ratio_sectors"))
    lower = both(tourism, _reaches_ratio(project, law.number("minimum_job_ratio_tourism")))
    met = either(_reaches_ratio(project, law.number("minimum_job_ratio")), lower)
    fields = ("total_investment", "jobs", "sector")
    return condition(ConditionKey.JOBS_RATIO, met, "minimum_job_ratio", law, project, *fields)


def _legal_form(project: Project, law: Law) -> Condition:
    """A private-law company under Moroccan law."""
    met = listed(project.legal_form, law.names("legal_forms"), law.names("legal_forms_to_confirm"))
    return condition(ConditionKey.LEGAL_FORM, met, "legal_forms", law, project, "legal_form")


def _own_funds(project: Project, law: Law) -> Condition:
    """A minimal share of the investment from own funds."""
    met = at_least(project.own_funds_percent, law.number("minimum_own_funds"))
    key, rule = ConditionKey.OWN_FUNDS, "minimum_own_funds"
    return condition(key, met, rule, law, project, "own_funds_percent")


def _turnover(project: Project, law: Law) -> Condition:
    """A turnover within bounds in one of the last three years, unless the company is young.

    Sources disagree on whether the upper bound itself is accepted.
    """
    limit = law.number("turnover_limit")
    at_limit = project.annual_turnover == limit
    enough = at_least(project.annual_turnover, law.number("minimum_turnover"))
    too_much = None if at_limit else at_least(project.annual_turnover, limit)
    young = is_younger_than(project.created_on, law.number("young_company_years"), law.on)
    met = either(young, both(enough, inverse(too_much)))
    return condition(
        ConditionKey.TURNOVER,
        met,
        "turnover_limit",
        law,
        project,
        "created_on",
        "annual_turnover",
        certainty=Certainty.UNCERTAIN if at_limit and not young else None,
    )


def is_younger_than(created_on: date | None, years: Decimal, on: date) -> bool | None:
    """Whether a company, existing or to come, has not reached an age."""
    if created_on is None:
        return None
    reaches_it = (created_on.year + int(years), created_on.month, created_on.day)
    return (on.year, on.month, on.day) < reaches_it


def _independence(project: Project, law: Law) -> Condition:
    """Not more than a share of the capital in the hands of a company of large turnover."""
    share = project.large_company_share_percent
    met = inverse(above(share, law.number("large_company_share")))
    key, rule = ConditionKey.INDEPENDENCE, "large_company_share"
    return condition(key, met, rule, law, project, "large_company_share_percent")


def _no_public_shareholder(project: Project, law: Law) -> Condition:
    key, met = ConditionKey.NO_PUBLIC_SHAREHOLDER, inverse(project.public_shareholder)
    return condition(key, met, "no_public_shareholder", law, project, "public_shareholder")


def _no_other_agreement(project: Project, law: Law) -> Condition:
    """No other agreement with the State that gives similar advantages."""
    key, met = ConditionKey.NO_OTHER_AGREEMENT, inverse(project.other_state_agreement)
    return condition(key, met, "no_other_agreement", law, project, "other_state_agreement")


def _eligible_branch(project: Project, law: Law) -> Condition:
    """A branch of the region's list.

    The list was not found, so the visitor is not asked: unless they know, it is to be confirmed.
    """
    met = project.tpme_eligible_branch
    return condition(ConditionKey.ELIGIBLE_BRANCH, met, "eligible_branch", law, project)


# Bonuses


def _jobs_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """A rate for each band of jobs per million dirhams; below the first, none was published."""
    jobs, total = project.jobs, project.total_investment
    if jobs is None or total is None:
        missing = unanswered(project, "total_investment", "jobs")
        key, top = BonusKey.JOBS, "job_bonus_high"
        return bonus(key, None, top, law, base=base, missing=missing)
    rule = law[_jobs_band(jobs, total, law)]
    rate = law.number(rule.name)
    below_scale = rule.name == "job_bonus_below_scale"
    return Bonus(
        key=BonusKey.JOBS,
        met=rate > 0,
        rate=rate,
        low_rate=rate,
        high_rate=law.number("job_bonus_low") if below_scale else rate,
        unit=rule.unit,
        base=base,
        amount=amount_of(rate, rule.unit, base),
        certainty=rule.certainty,
        source=rule.reference,
    )


def _jobs_band(jobs: int, total: Decimal, law: Law) -> str:
    """The parameter that holds the rate of this many jobs per million dirhams."""
    if ratio_exceeds(jobs, total, law.number("job_ratio_high")):
        return "job_bonus_high"
    if ratio_exceeds(jobs, total, law.number("job_ratio_middle")):
        return "job_bonus_middle"
    if ratio_reaches(jobs, total, law.number("job_ratio_low")):
        return "job_bonus_low"
    return "job_bonus_below_scale"


def _territorial_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """Two provinces are named for this scheme; the others are carried over from the main one."""
    part = territorial_bonus(project, law, base)
    carried_over = among(project.province, law.names("provinces_named")) is False
    return replace(part, certainty=Certainty.UNCERTAIN) if carried_over else part


def _priority_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """An activity on the region's priority list."""
    met, missing = project.tpme_priority_activity, unanswered(project, "tpme_priority_activity")
    key, rule = BonusKey.PRIORITY_ACTIVITY, "priority_bonus"
    return bonus(key, met, rule, law, base=base, missing=missing)


# Amount


def _estimate(project: Project, bonuses: tuple[Bonus, ...], cap_rate: Decimal) -> Estimate | None:
    """MAD: the investment at the sum of the rates, which the cap limits; land may not count."""
    total = project.total_investment
    if total is None:
        return None
    without_land = total - (project.private_land or ZERO) - (project.public_land or ZERO)
    rate = sum((part.rate for part in bonuses), ZERO)
    low_rate = sum((part.low_rate for part in bonuses), ZERO)
    high_rate = sum((part.high_rate for part in bonuses), ZERO)
    return Estimate(
        amount=total * min(rate, cap_rate) / HUNDRED,
        low=without_land * min(low_rate, cap_rate) / HUNDRED,
        high=total * min(high_rate, cap_rate) / HUNDRED,
    )


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    if project.tpme_eligible_branch is None:
        yield Caution.TPME_BRANCH_LIST_NOT_FOUND
    if project.annual_turnover == law.number("turnover_limit"):
        yield Caution.TPME_TURNOVER_AT_LIMIT
    if project.total_investment == law.number("investment_limit"):
        yield Caution.TPME_AMOUNT_AT_LIMIT
    if at_least(project.own_funds_percent, law.number("minimum_own_funds")) is False:
        yield Caution.TPME_OWN_FUNDS_OR_LOAN


def _amount_cautions(project: Project, law: Law, bonuses: tuple[Bonus, ...]) -> Iterator[Caution]:
    jobs, territory, _ = bonuses
    yield Caution.ESTIMATE_ONLY
    yield Caution.TPME_BASE_UNKNOWN
    yield Caution.STABLE_JOB_NOT_DEFINED
    yield Caution.TPME_FIRST_COME
    if jobs.high_rate > jobs.rate and not jobs.missing:
        yield Caution.TPME_LOW_RATIO_NOT_PUBLISHED
    if territory.certainty is Certainty.UNCERTAIN:
        yield Caution.TPME_PROVINCE_CARRIED_OVER
    if suits_both(project, law):
        yield Caution.PRECEDENCE_UNKNOWN


# Nearest steps


def _targets(project: Project, law: Law) -> Iterator[Target]:
    if "in_force" not in law:
        return
    yield Target("total_investment", law.number("minimum_investment"))
    if project.total_investment is not None:
        millions = project.total_investment / MILLION
        for bound in ("minimum_job_ratio_tourism", "minimum_job_ratio", "job_ratio_low"):
            yield Target("jobs", first_reaching(law.number(bound) * millions))
        for bound in ("job_ratio_middle", "job_ratio_high"):
            yield Target("jobs", first_above(law.number(bound) * millions))
    yield Target("own_funds_percent", law.number("minimum_own_funds"))
