"""The region's two aids at the Fès Shore park: a premium per job, and an installation subsidy.

Both come from agreements of the region; nothing proves that money is left, so neither is ever
more than "to confirm".
"""

from collections.abc import Iterator
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
from schemes.conclusion import ZERO, amount_of, cap, closed, conclude, condition, opening
from schemes.logic import above, among, at_least, inverse
from schemes.nearest import Target, first_above, first_reaching, with_nearest_steps
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project, Province, Zone


def assess_job_premium(project: Project, *, on: date) -> Assessment:
    """What would the region's premium per job give? MAD, once."""
    law = law_on(Scheme.FES_SHORE_JOBS, on)
    return with_nearest_steps(project, law, _job_premium, _job_premium_targets(law))


def assess_installation(project: Project, *, on: date) -> Assessment:
    """What would the region's installation subsidy give? MAD, once, by individual agreement."""
    law = law_on(Scheme.FES_SHORE_INSTALLATION, on)
    return with_nearest_steps(project, law, _installation, _installation_targets(law))


def in_park(project: Project) -> bool | None:
    """Whether the project is at Fès Shore; a project outside Fès cannot be."""
    at_park = among(project.zone, (Zone.FES_SHORE,))
    elsewhere = inverse(among(project.province, (Province.FES,)))
    return False if at_park is None and elsewhere else at_park


def _zone(project: Project, law: Law) -> Condition:
    return condition(ConditionKey.ZONE, in_park(project), "in_force", law, project, "zone")


def _envelope(law: Law, project: Project) -> Condition:
    """Money left in the envelope: not known to anyone outside the region."""
    key = ConditionKey.ENVELOPE_OPEN
    return condition(key, None, "envelope", law, project, certainty=Certainty.UNCERTAIN)


def _job_premium(project: Project, law: Law) -> Assessment:
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.FES_SHORE_JOBS, Benefit.GRANT, opened, law)
    conditions = [
        opened,
        _zone(project, law),
        condition(
            ConditionKey.SECTOR,
            among(project.sector, law.names("sectors")),
            "sectors",
            law,
            project,
            "sector",
        ),
        condition(
            ConditionKey.JOBS, above(project.jobs, ZERO), "premium_per_job", law, project, "jobs"
        ),
    ]
    if "minimum_months" in law:
        conditions.append(_jobs_kept(project, law))
    conditions.append(_envelope(law, project))
    premium = _premium(project, law)
    envelope = law.number("envelope")
    estimate = None
    if premium.amount is not None:
        paid = min(premium.amount, envelope)
        estimate = Estimate(paid, paid, paid)
    beyond = premium.amount is not None and premium.amount > envelope
    return conclude(
        Scheme.FES_SHORE_JOBS,
        Benefit.GRANT,
        law,
        conditions,
        (premium,),
        estimate=estimate,
        caps=(cap(CapKey.ENVELOPE, "envelope", law, applied=beyond),),
        cautions=tuple(_job_premium_cautions(project, law)),
    )


def _jobs_kept(project: Project, law: Law) -> Condition:
    """Jobs kept for "more than" so many months; whether the bound itself is enough is not said."""
    months, bound = project.jobs_kept_months, law.number("minimum_months")
    at_limit = months == bound
    return condition(
        ConditionKey.JOBS_KEPT,
        None if at_limit else above(months, bound),
        "minimum_months",
        law,
        project,
        "jobs_kept_months",
        certainty=Certainty.UNCERTAIN if at_limit else None,
    )


def _premium(project: Project, law: Law) -> Bonus:
    """So many dirhams for each job created."""
    rule, rate = law["premium_per_job"], law.number("premium_per_job")
    base = None if project.jobs is None else Decimal(project.jobs)
    return Bonus(
        key=BonusKey.JOB_PREMIUM,
        met=above(project.jobs, ZERO),
        rate=rate,
        low_rate=rate,
        high_rate=rate,
        unit=rule.unit,
        base=base,
        amount=amount_of(rate, rule.unit, base),
        certainty=rule.certainty,
        source=rule.reference,
    )


def _job_premium_cautions(project: Project, law: Law) -> Iterator[Caution]:
    yield Caution.FES_SHORE_NOT_PROVEN_OPEN
    yield Caution.FES_SHORE_DATES_DISAGREE
    yield Caution.FES_SHORE_WITH_NATIONAL_PREMIUM
    if "minimum_months" in law and project.jobs_kept_months == law.number("minimum_months"):
        yield Caution.FES_SHORE_JOBS_KEPT_AT_LIMIT
    if "regional_premium_voted" in law:
        yield Caution.REGIONAL_PREMIUM_AMOUNT_UNKNOWN


def _job_premium_targets(law: Law) -> Iterator[Target]:
    if "minimum_months" in law:
        yield Target("jobs_kept_months", first_above(law.number("minimum_months")))


def _installation(project: Project, law: Law) -> Assessment:
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.FES_SHORE_INSTALLATION, Benefit.GRANT, opened, law)
    enough = at_least(project.jobs_within_two_years, law.number("minimum_jobs"))
    conditions = (
        opened,
        _zone(project, law),
        condition(
            ConditionKey.JOBS_WITHIN_TWO_YEARS,
            enough,
            "minimum_jobs",
            law,
            project,
            "jobs_within_two_years",
        ),
        _envelope(law, project),
    )
    # Papers disagree: for each company, or for the two of them together. Its share is then unknown.
    rule, most = law["subsidy"], law.number("subsidy")
    subsidy = Bonus(
        key=BonusKey.INSTALLATION,
        met=None,
        rate=most,
        low_rate=ZERO,
        high_rate=most,
        unit=rule.unit,
        base=None,
        amount=most,
        certainty=rule.certainty,
        source=rule.reference,
    )
    return conclude(
        Scheme.FES_SHORE_INSTALLATION,
        Benefit.GRANT,
        law,
        conditions,
        (subsidy,),
        estimate=Estimate(most, ZERO, most),
        caps=(cap(CapKey.ENVELOPE, "envelope", law, applied=False),),
        cautions=(
            Caution.FES_SHORE_NOT_PROVEN_OPEN,
            Caution.FES_SHORE_SUBSIDY_DISPUTED,
            Caution.NEGOTIATED_CASE_BY_CASE,
        ),
    )


def _installation_targets(law: Law) -> Iterator[Target]:
    if "in_force" in law:
        yield Target("jobs_within_two_years", first_reaching(law.number("minimum_jobs")))
