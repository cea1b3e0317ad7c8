"""The investment charter's main scheme: common, territorial and sectoral bonuses, capped together.

Framework law 03-22, decree 2-23-1 of 16 February 2023 and the orders of March 2023. The decree was
not read whole: the land rule and the job bands are unofficial, so the amount comes with a range.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from schemes import strategic
from schemes.assessment import (
    Assessment,
    Benefit,
    Bonus,
    BonusKey,
    Cap,
    CapKey,
    Caution,
    Condition,
    ConditionKey,
    Estimate,
    Scheme,
)
from schemes.charter import MILLION, ratio_exceeds, suits_both, territorial_bonus
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
from schemes.logic import among, at_least, both, either, inverse, listed, unanswered
from schemes.nearest import Target, first_above, with_nearest_steps
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project, Sector


def assess(project: Project, *, on: date) -> Assessment:
    """What would the main scheme give? MAD, once."""
    law = law_on(Scheme.CHARTER_MAIN, on)
    return with_nearest_steps(project, law, evaluate, _targets(project, law))


def evaluate(project: Project, law: Law) -> Assessment:
    """The assessment without its nearest steps."""
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.CHARTER_MAIN, Benefit.GRANT, opened, law)
    conditions = (
        opened,
        _size(project, law),
        _sector(project, law),
        _legal_form(project, law),
        _not_strategic(project, law),
    )
    total = project.total_investment
    base = None if total is None else eligible_base(project, total, law)
    bonuses = tuple(_bonuses(project, law, base))
    sum_rate = sum((part.rate for part in bonuses), ZERO)
    cap_rate = law.number("cap_rate")
    estimate = _estimate(project, law, base, bonuses)
    generation = _renewable_generation(project)
    return conclude(
        Scheme.CHARTER_MAIN,
        Benefit.GRANT,
        law,
        conditions,
        bonuses,
        estimate=_capped_as_renewable(estimate, generation, law.number("renewable_cap")),
        base=base,
        base_certainty=Certainty.UNCERTAIN if _has_land(project) else Certainty.OFFICIAL,
        sum_rate=sum_rate,
        paid_rate=min(sum_rate, cap_rate),
        caps=tuple(_caps(law, estimate, sum_rate, generation)),
        cautions=(Caution.SECTOR_TO_CHECK,) if _sector_to_check(project, law) else (),
        amount_cautions=tuple(_cautions(project, law, bonuses)),
        also_missing=_least_decisive(project, law, estimate, generation),
    )


# Eligibility


def _size(project: Project, law: Law) -> Condition:
    """A large investment with enough jobs, or many jobs whatever the investment."""
    large = at_least(project.total_investment, law.number("minimum_investment"))
    staffed = at_least(project.jobs, law.number("minimum_jobs"))
    heavily_staffed = at_least(project.jobs, law.number("minimum_jobs_alone"))
    met = either(heavily_staffed, both(large, staffed))
    fields = ("total_investment", "jobs")
    return condition(ConditionKey.SIZE, met, "minimum_investment", law, project, *fields)


def _sector(project: Project, law: Law) -> Condition:
    """Not agricultural production; real estate and commerce are to be checked, never yes or no."""
    excluded = listed(
        project.sector, law.names("excluded_sectors"), law.names("sectors_to_confirm")
    )
    rule = "sectors_to_confirm" if _sector_to_check(project, law) else "excluded_sectors"
    return condition(ConditionKey.SECTOR, inverse(excluded), rule, law, project, "sector")


def _sector_to_check(project: Project, law: Law) -> bool:
    return among(project.sector, law.names("sectors_to_confirm")) is True


def _legal_form(project: Project, law: Law) -> Condition:
    """Persons and private-law bodies; not public enterprises."""
    met = inverse(among(project.legal_form, law.names("excluded_legal_forms")))
    key, rule = ConditionKey.LEGAL_FORM, "excluded_legal_forms"
    return condition(key, met, rule, law, project, "legal_form")


def _not_strategic(project: Project, law: Law) -> Condition:
    """A strategic project negotiates; this scale is not for it."""
    strategic_law = law_on(Scheme.STRATEGIC, law.on)
    met = inverse(strategic.is_strategic(project, strategic_law))
    fields = ("total_investment", "strategic_criterion")
    key, rule = ConditionKey.NOT_STRATEGIC, "minimum_investment"
    return condition(key, met, rule, strategic_law, project, *fields)


# The part of the investment that counts


def _has_land(project: Project) -> bool:
    return bool(project.private_land or project.public_land)


def eligible_base(project: Project, total: Decimal, law: Law) -> Decimal:
    """MAD: the total without public land, and with private land up to a share of the total."""
    allowance = total * law.number("private_land_share") / HUNDRED
    excess_land = max(ZERO, (project.private_land or ZERO) - allowance)
    return total - (project.public_land or ZERO) - excess_land


def _readings(
    project: Project, total: Decimal, ruled: Decimal
) -> Iterator[tuple[Decimal, Decimal]]:
    """What the base, and the denominator of the job ratio, may turn out to be (MAD).

    The land rule is unofficial, so the base runs from no land counted to all land counted; the
    ratio may be taken over the total or over the base.
    """
    without_land = total - (project.public_land or ZERO) - (project.private_land or ZERO)
    for base in dict.fromkeys((without_land, ruled, total)):
        yield base, total
        if base != total:
            yield base, base


# Bonuses


def _bonuses(project: Project, law: Law, base: Decimal | None) -> Iterator[Bonus]:
    yield _jobs_bonus(project, law, base)
    yield _women_bonus(project, law, base)
    yield _future_jobs_bonus(project, law, base)
    yield _sustainable_bonus(project, law, base)
    yield _local_integration_bonus(project, law, base)
    if "category_a_provinces" in law:
        yield territorial_bonus(project, law, base)
    yield _sectoral_bonus(project, law, base)


def _jobs_rate(jobs: int, denominator: Decimal, law: Law) -> Decimal:
    """Percent: a rate for each band of jobs per million dirhams, none up to the first bound."""
    for band in ("high", "middle", "low"):
        if ratio_exceeds(jobs, denominator, law.number(f"job_ratio_{band}")):
            return law.number(f"job_bonus_{band}")
    return ZERO


def _jobs_rate_bounds(jobs: int, denominator: Decimal, law: Law) -> tuple[Decimal, Decimal]:
    """Percent: the least and most that the official scale allows, whose bands were not read.

    Officially the rate lies between the lowest and the highest; only the first bound was said in
    public, and not whether it is included.
    """
    weight, bound = jobs * MILLION, law.number("job_ratio_low") * denominator
    if weight > bound:
        return law.number("job_bonus_low"), law.number("job_bonus_high")
    return ZERO, law.number("job_bonus_low") if weight == bound else ZERO


def _jobs_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    jobs, total = project.jobs, project.total_investment
    rule = law["job_bonus_high"]
    if jobs is None or total is None or base is None:
        missing = unanswered(project, "total_investment", "jobs")
        key, top = BonusKey.JOBS, "job_bonus_high"
        return bonus(key, None, top, law, base=base, missing=missing)
    rate = _jobs_rate(jobs, total, law)
    bounds = [_jobs_rate_bounds(jobs, below, law) for _, below in _readings(project, total, base)]
    low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
    return Bonus(
        key=BonusKey.JOBS,
        met=rate > 0,
        rate=rate,
        low_rate=low,
        high_rate=high,
        unit=rule.unit,
        base=base,
        amount=amount_of(rate, rule.unit, base),
        certainty=law["job_ratio_high" if high else "job_ratio_low"].certainty,
        source=rule.reference,
    )


def _women_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """A share of women in the payroll; whether the bound itself is enough is not settled."""
    bound, share = law.number("women_share"), project.women_payroll_percent
    return bonus(
        BonusKey.WOMEN,
        at_least(share, bound),
        "women_bonus",
        law,
        base=base,
        missing=unanswered(project, "women_payroll_percent"),
        doubtful=share == bound,
        certainty=None if share == bound else law["women_share"].certainty,
    )


def _future_jobs_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """An activity on the official list of jobs of the future and of upgrading."""
    met, missing = project.future_job_activity, unanswered(project, "future_job_activity")
    key, rule = BonusKey.FUTURE_JOBS, "future_jobs_bonus"
    return bonus(key, met, rule, law, base=base, missing=missing)


def _sustainable_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """Sustainable development: the rate is official, its criteria were not read."""
    met, missing = project.sustainable, unanswered(project, "sustainable")
    key, rule = BonusKey.SUSTAINABLE, "sustainable_bonus"
    return bonus(key, met, rule, law, base=base, missing=missing, doubtful=met is True)


def _local_integration_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """A local integration rate, lower in food, pharmacy and medical devices; industry only.

    That other branches are left out is an inference, and papers disagree on the bound itself.
    """
    share, bound = project.local_integration_percent, _integration_bound(project, law)
    industrial = None if project.sector is None else bound is not None
    if bound is None:
        bound = law.number("integration_share")
    reached = at_least(share, bound)
    met = both(industrial, reached)
    return bonus(
        BonusKey.LOCAL_INTEGRATION,
        met,
        "integration_bonus",
        law,
        base=base,
        missing=unanswered(project, "sector", "local_integration_percent"),
        doubtful=share == bound or (industrial is False and reached is True),
    )


def _integration_bound(project: Project, law: Law) -> Decimal | None:
    """Percent of local integration asked of the project's branch, `None` outside industry."""
    if among(project.sector, law.names("integration_lower_sectors")):
        return law.number("integration_share_lower")
    if among(project.sector, law.names("integration_sectors")):
        return law.number("integration_share")
    return None


def _sectoral_bonus(project: Project, law: Law, base: Decimal | None) -> Bonus:
    """The priority sectors; crafts are named by one paper only."""
    doubtful_sectors = law.names("doubtful_priority_sectors")
    met = listed(project.sector, law.names("priority_sectors"), doubtful_sectors)
    certainty = None
    if among(project.sector, doubtful_sectors):
        certainty = law["doubtful_priority_sectors"].certainty
    missing = unanswered(project, "sector")
    key, rule = BonusKey.SECTOR, "sector_bonus"
    return bonus(key, met, rule, law, base=base, missing=missing, certainty=certainty)


# Sum, caps, amount


def _estimate(
    project: Project, law: Law, base: Decimal | None, bonuses: tuple[Bonus, ...]
) -> Estimate | None:
    """MAD: the base at the sum of the rates, which the cap limits."""
    if base is None or project.total_investment is None:
        return None
    cap_rate = law.number("cap_rate")
    jobs, others = bonuses[0], bonuses[1:]
    rate = sum((part.rate for part in bonuses), ZERO)
    low_others = sum((part.low_rate for part in others), ZERO)
    high_others = sum((part.high_rate for part in others), ZERO)
    lows, highs = [], []
    for counted, denominator in _readings(project, project.total_investment, base):
        low, high = jobs.low_rate, jobs.high_rate
        if project.jobs is not None:
            low, high = _jobs_rate_bounds(project.jobs, denominator, law)
        lows.append(counted * min(low + low_others, cap_rate) / HUNDRED)
        highs.append(counted * min(high + high_others, cap_rate) / HUNDRED)
    return Estimate(base * min(rate, cap_rate) / HUNDRED, min(lows), max(highs))


def _renewable_generation(project: Project) -> bool | None:
    """Whether the project produces power from renewables; only an energy project can."""
    energy = None if project.sector is None else project.sector is Sector.RENEWABLE_ENERGY
    return project.renewable_power_generation if energy is not False else False


def _capped_as_renewable(
    estimate: Estimate | None, generation: bool | None, ceiling: Decimal
) -> Estimate | None:
    if estimate is None or generation is False:
        return estimate
    low = min(estimate.low, ceiling)
    if generation is None:
        return Estimate(estimate.amount, low, estimate.high)
    return Estimate(min(estimate.amount, ceiling), low, min(estimate.high, ceiling))


def _least_decisive(
    project: Project, law: Law, estimate: Estimate | None, generation: bool | None
) -> tuple[str, ...]:
    """The unanswered fields that may only lower the amount."""
    may_be_capped = estimate is not None and estimate.high > law.number("renewable_cap")
    asked = ("renewable_power_generation",) if generation is None and may_be_capped else ()
    return unanswered(project, *asked, "private_land", "public_land")


def _caps(
    law: Law, estimate: Estimate | None, sum_rate: Decimal, generation: bool | None
) -> Iterator[Cap]:
    yield cap(CapKey.TOTAL_RATE, "cap_rate", law, applied=sum_rate > law.number("cap_rate"))
    if generation:
        ceiling = law.number("renewable_cap")
        reached = estimate is not None and estimate.amount > ceiling
        yield cap(CapKey.RENEWABLE_POWER, "renewable_cap", law, applied=reached)


def _cautions(project: Project, law: Law, bonuses: tuple[Bonus, ...]) -> Iterator[Caution]:
    by_key = {part.key: part for part in bonuses}
    yield Caution.ESTIMATE_ONLY
    yield Caution.STABLE_JOB_NOT_DEFINED
    if unanswered(project, "private_land", "public_land"):
        yield Caution.LAND_NOT_GIVEN
    if _has_land(project):
        yield Caution.LAND_RULE_UNOFFICIAL
    if by_key[BonusKey.JOBS].low_rate != by_key[BonusKey.JOBS].high_rate:
        yield Caution.JOB_BANDS_UNOFFICIAL
    if project.women_payroll_percent == law.number("women_share"):
        yield Caution.WOMEN_SHARE_AT_LIMIT
    if project.future_job_activity:
        yield Caution.FUTURE_JOBS_LIST_NOT_READ
    if project.sustainable:
        yield Caution.SUSTAINABLE_CRITERIA_UNOFFICIAL
    if by_key[BonusKey.LOCAL_INTEGRATION].high_rate:
        yield Caution.INTEGRATION_FORMULA_UNKNOWN
    if among(project.sector, law.names("doubtful_priority_sectors")):
        yield Caution.CRAFTS_BONUS_TO_CHECK
    if _renewable_generation(project):
        yield Caution.RENEWABLE_CAP_READING
    if "regional_decision_limit" in law and at_least(
        project.total_investment, law.number("regional_decision_limit")
    ):
        yield Caution.DECIDED_NATIONALLY
    if suits_both(project, law):
        yield Caution.PRECEDENCE_UNKNOWN


# Nearest steps


def _targets(project: Project, law: Law) -> Iterator[Target]:
    if "in_force" not in law:
        return
    yield Target("total_investment", law.number("minimum_investment"))
    yield Target("jobs", int(law.number("minimum_jobs")))
    yield Target("jobs", int(law.number("minimum_jobs_alone")))
    if project.total_investment is not None:
        for bound in ("job_ratio_low", "job_ratio_middle", "job_ratio_high"):
            yield Target(
                "jobs", first_above(law.number(bound) * project.total_investment / MILLION)
            )
    yield Target("women_payroll_percent", law.number("women_share"))
    integration = _integration_bound(project, law)
    if integration is not None:
        yield Target("local_integration_percent", integration)
