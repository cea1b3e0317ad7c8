"""The auto-entrepreneur's tax: a small share of the takings, under a ceiling.

Law 114-13 and article 42 bis of the tax code, with the rule on one client of the finance law for
2023. The amount is what is paid, not what is received.
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
    Estimate,
    Scheme,
)
from schemes.conclusion import HUNDRED, ZERO, bonus, closed, conclude, condition, opening
from schemes.logic import above, among, either, inverse, unanswered
from schemes.parameters import Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """Which tax would an auto-entrepreneur pay? MAD a year."""
    law = law_on(Scheme.AUTO_ENTREPRENEUR, on)
    opened = opening(law, earlier_rules=True)
    if not opened.met:
        return closed(Scheme.AUTO_ENTREPRENEUR, Benefit.ANNUAL_TAX, opened, law)
    flat, withheld = _flat_tax(project, law), _withholding(project, law)
    return conclude(
        Scheme.AUTO_ENTREPRENEUR,
        Benefit.ANNUAL_TAX,
        law,
        (opened, *_conditions(project, law)),
        (flat, withheld),
        estimate=_estimate(project, law, flat, withheld),
        base=project.annual_turnover,
        amount_cautions=tuple(_cautions(project, law)),
    )


def _sells_services(project: Project, law: Law) -> bool | None:
    """Whether the activity is taxed as services; trade, industry and crafts are not.

    Not known either for a sector that the sources do not place.
    """
    goods, services = law.names("goods_sectors"), law.names("service_sectors")
    if either(among(project.sector, goods), among(project.sector, services)):
        return among(project.sector, services)
    return None


def _conditions(project: Project, law: Law) -> Iterator[Condition]:
    yield condition(
        ConditionKey.LEGAL_FORM,
        among(project.legal_form, law.names("legal_forms")),
        "legal_forms",
        law,
        project,
        "legal_form",
    )
    yield _sector(project, law)
    yield _turnover(project, law)
    yield condition(
        ConditionKey.NO_EMPLOYEE,
        inverse(above(project.jobs, ZERO)),
        "no_employee",
        law,
        project,
        "jobs",
    )


def _sector(project: Project, law: Law) -> Condition:
    """An activity that the sources place; the list of excluded trades was not found."""
    met = None if _sells_services(project, law) is None else True
    rule = "goods_sectors"
    return condition(ConditionKey.SECTOR, met, rule, law, project, "sector")


def _turnover(project: Project, law: Law) -> Condition:
    """Takings up to the ceiling of the activity, the lower one for services."""
    turnover, services = project.annual_turnover, _sells_services(project, law)
    above_high = above(turnover, law.number("goods_ceiling"))
    above_low = above(turnover, law.number("service_ceiling"))
    met = inverse(above_low if services else above_high)
    if services is None and above_low and not above_high:
        met = None
    key, rule = ConditionKey.ANNUAL_TURNOVER, "service_ceiling" if services else "goods_ceiling"
    return condition(key, met, rule, law, project, "annual_turnover", "sector")


def _beyond_one_client(project: Project, law: Law) -> Decimal:
    """MAD of services to one client above the threshold."""
    if not _sells_services(project, law) or project.largest_client_turnover is None:
        return ZERO
    of_client = min(project.largest_client_turnover, project.annual_turnover or ZERO)
    return max(ZERO, of_client - law.number("same_client_threshold"))


def _flat_tax(project: Project, law: Law) -> Bonus:
    """A share of the takings, twice as much for services."""
    services = _sells_services(project, law)
    taxed = None
    if project.annual_turnover is not None:
        taxed = project.annual_turnover - _beyond_one_client(project, law)
    return bonus(
        BonusKey.FLAT_TAX,
        None if services is None else True,
        "goods_rate" if services is False else "service_rate",
        law,
        base=taxed,
        missing=unanswered(project, "sector"),
    )


def _withholding(project: Project, law: Law) -> Bonus:
    """Withheld from what one client pays for services above a threshold."""
    services = _sells_services(project, law)
    surplus = _beyond_one_client(project, law)
    within = inverse(above(project.annual_turnover, law.number("same_client_threshold")))
    met: bool | None = surplus > 0
    if services is not False and within is not True and project.largest_client_turnover is None:
        met = None
    return bonus(
        BonusKey.SAME_CLIENT_WITHHOLDING,
        met,
        "same_client_rate",
        law,
        base=surplus,
        missing=unanswered(project, "annual_turnover", "largest_client_turnover"),
    )


def _estimate(project: Project, law: Law, flat: Bonus, withheld: Bonus) -> Estimate | None:
    """MAD a year.

    Whether the surplus of one client also bears the ordinary share is not said, so the most that
    may be due counts it twice; while that client is not known, all takings may be theirs.
    """
    turnover = project.annual_turnover
    if flat.met is None or flat.amount is None or turnover is None:
        return None
    surplus = withheld.base or ZERO
    if withheld.met is None:
        surplus = max(ZERO, turnover - law.number("same_client_threshold"))
    highest = (turnover * flat.rate + surplus * withheld.high_rate) / HUNDRED
    amount = flat.amount + (withheld.amount or ZERO)
    return Estimate(amount, amount, highest)


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    yield Caution.AUTO_ENTREPRENEUR_SOCIAL_COVER
    yield Caution.AUTO_ENTREPRENEUR_EXCLUDED_TRADES
    if _beyond_one_client(project, law) > 0:
        yield Caution.AUTO_ENTREPRENEUR_SAME_CLIENT
