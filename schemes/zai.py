"""The tax regime of the industrial acceleration zones: corporate tax exempted, then reduced.

Law 19-94, articles 6 and 19 of the tax code. None of the region's zones is proven to operate.
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
    Scheme,
)
from schemes.conclusion import bonus, closed, conclude, condition, opening
from schemes.logic import among
from schemes.parameters import Certainty, Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """Which corporate tax would the project pay in a zone? Durations and rates, no amount."""
    law = law_on(Scheme.ZAI, on)
    opened = opening(law, earlier_rules=True)
    if not opened.met:
        return closed(Scheme.ZAI, Benefit.TAX_RELIEF, opened, law)
    conditions = (
        opened,
        _zone(project, law),
        condition(
            ConditionKey.ZONE_OPERATING,
            None,
            "zone_operating",
            law,
            project,
            certainty=Certainty.UNCERTAIN,
        ),
        condition(
            ConditionKey.ZONE_AUTHORIZATION,
            project.zai_authorization,
            "zone_authorization",
            law,
            project,
            "zai_authorization",
        ),
    )
    return conclude(
        Scheme.ZAI,
        Benefit.TAX_RELIEF,
        law,
        conditions,
        tuple(_advantages(law)),
        amount_cautions=tuple(_cautions(law)),
    )


def _zone(project: Project, law: Law) -> Condition:
    """In a zone created by then; a project of another province cannot be."""
    met = among(project.zone, law.names("zones"))
    if met is None and among(project.province, law.names("provinces")) is False:
        met = False
    return condition(ConditionKey.ZONE, met, "zones", law, project, "province", "zone")


def _advantages(law: Law) -> Iterator[Bonus]:
    yield bonus(BonusKey.CORPORATE_TAX_EXEMPTION, True, "exemption_years", law, base=None)
    if "rate_after_exemption" in law:
        yield bonus(BonusKey.CORPORATE_TAX_RATE, True, "rate_after_exemption", law, base=None)


def _cautions(law: Law) -> Iterator[Caution]:
    yield Caution.ZAI_NOT_PROVEN_OPERATING
    yield Caution.ZAI_OTHER_EXEMPTIONS_NOT_SOURCED
    if "rate_after_exemption" not in law:
        yield Caution.ZAI_TRANSITION_RATES_UNKNOWN
