"""MDM Invest: a grant on the share of a Moroccan living abroad in a project of some size.

A fund of the State managed by Tamwilcom, relaunched in 2015. Sources disagree on the contribution
asked and on the base: the range shows both.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from schemes.assessment import (
    Assessment,
    Benefit,
    BonusKey,
    CapKey,
    Caution,
    Condition,
    ConditionKey,
    Estimate,
    Scheme,
)
from schemes.conclusion import HUNDRED, bonus, cap, closed, conclude, condition, opening
from schemes.logic import among, at_least, listed, unanswered
from schemes.nearest import Target, with_nearest_steps
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project, Sector


def assess(project: Project, *, on: date) -> Assessment:
    """What would MDM Invest give? MAD, once."""
    law = law_on(Scheme.MDM_INVEST, on)
    return with_nearest_steps(project, law, _evaluate, _targets(law))


def _evaluate(project: Project, law: Law) -> Assessment:
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.MDM_INVEST, Benefit.GRANT, opened, law)
    conditions = (opened, *_conditions(project, law))
    base = _contributed(project)
    missing = unanswered(project, "total_investment", "moroccan_abroad_share_percent")
    met = None if missing else True
    grant = bonus(
        BonusKey.MOROCCAN_ABROAD_GRANT, met, "grant_rate", law, base=base, missing=missing
    )
    ceiling = law.number("grant_cap")
    beyond = grant.amount is not None and grant.amount > ceiling
    return conclude(
        Scheme.MDM_INVEST,
        Benefit.GRANT,
        law,
        conditions,
        (grant,),
        estimate=_estimate(project, law),
        base=base,
        caps=(cap(CapKey.GRANT, "grant_cap", law, applied=beyond),),
        amount_cautions=tuple(_cautions(project, law)),
    )


def _conditions(project: Project, law: Law) -> Iterator[Condition]:
    yield condition(
        ConditionKey.MOROCCAN_ABROAD,
        project.moroccan_abroad,
        "moroccan_abroad",
        law,
        project,
        "moroccan_abroad",
    )
    yield condition(
        ConditionKey.INVESTMENT,
        at_least(project.total_investment, law.number("minimum_investment")),
        "minimum_investment",
        law,
        project,
        "total_investment",
    )
    yield _foreign_currency(project, law)
    yield condition(
        ConditionKey.SECTOR,
        listed(project.sector, law.names("sectors"), law.names("sectors_to_confirm")),
        "sectors",
        law,
        project,
        "sector",
    )


def _disputes_contribution(project: Project, law: Law) -> bool:
    """Whether the contribution is enough for one source and too little for the others."""
    share = project.foreign_currency_percent
    enough_for_all = at_least(share, law.number("minimum_contribution"))
    enough_for_one = at_least(share, law.number("minimum_contribution_disputed"))
    return enough_for_all is False and enough_for_one is True


def _foreign_currency(project: Project, law: Law) -> Condition:
    """A share of the project brought in foreign currency."""
    disputed = _disputes_contribution(project, law)
    enough = at_least(project.foreign_currency_percent, law.number("minimum_contribution"))
    return condition(
        ConditionKey.FOREIGN_CURRENCY,
        None if disputed else enough,
        "minimum_contribution",
        law,
        project,
        "foreign_currency_percent",
        certainty=Certainty.UNCERTAIN if disputed else None,
    )


def _contributed(project: Project) -> Decimal | None:
    """MAD: the part of the project that Moroccans living abroad hold."""
    total, share = project.total_investment, project.moroccan_abroad_share_percent
    return None if total is None or share is None else total * share / HUNDRED


def _estimate(project: Project, law: Law) -> Estimate | None:
    """MAD: a rate of their part, or, for one source, of the whole; capped."""
    base, total = _contributed(project), project.total_investment
    if base is None or total is None:
        return None
    rate, ceiling = law.number("grant_rate"), law.number("grant_cap")
    paid = min(base * rate / HUNDRED, ceiling)
    return Estimate(amount=paid, low=paid, high=min(total * rate / HUNDRED, ceiling))


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    yield Caution.MDM_BASE_DISPUTED
    yield Caution.MDM_REPAID_IF_DIVESTED
    if _disputes_contribution(project, law):
        yield Caution.MDM_CONTRIBUTION_DISPUTED
    if among(project.sector, (Sector.TOURISM,)):
        yield Caution.MDM_HOTELS_ONLY


def _targets(law: Law) -> Iterator[Target]:
    if "in_force" in law:
        yield Target("total_investment", law.number("minimum_investment"))
        yield Target("foreign_currency_percent", law.number("minimum_contribution"))
