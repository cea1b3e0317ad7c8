"""From conditions and bonuses to an assessment: what all schemes share."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

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
    Relation,
    Scheme,
    Verdict,
)
from schemes.logic import unanswered
from schemes.parameters import Certainty, Law, Reference, Unit, law_on
from schemes.project import Project

ZERO = Decimal(0)
HUNDRED = Decimal(100)
NOTHING = Estimate(ZERO, ZERO, ZERO)
STRENGTH = {certainty: rank for rank, certainty in enumerate(Certainty)}


def weakest(certainties: Iterable[Certainty]) -> Certainty:
    """How sure a result is that rests on all of these."""
    return max(certainties, key=STRENGTH.__getitem__)


def condition(
    key: ConditionKey,
    met: bool | None,
    parameter: str,
    law: Law,
    project: Project,
    *fields: str,
    certainty: Certainty | None = None,
) -> Condition:
    """A test that rests on a parameter and reads these fields of the project.

    `certainty` replaces that of the parameter where this project falls on a point less settled.
    """
    rule = law[parameter]
    missing = unanswered(project, *fields) if met is None else ()
    return Condition(key, met, certainty or rule.certainty, rule.reference, missing)


def opening(law: Law, *, earlier_rules: bool = False) -> Condition:
    """Whether the scheme stands on the law's day.

    Before its first recorded day it did not exist, or, with `earlier_rules`, stood under rules
    that are not recorded here, so that nothing can be said.
    """
    entry = law.known["in_force"]
    unrecorded = earlier_rules and entry.since > law.on
    met = True if "in_force" in law else None if unrecorded else False
    return Condition(ConditionKey.IN_FORCE, met, entry.certainty, entry.reference)


def closed(scheme: Scheme, benefit: Benefit, opened: Condition, law: Law) -> Assessment:
    """The assessment of any project on a day when the scheme does not stand."""
    cautions = () if opened.met is False else (Caution.EARLIER_RULES_NOT_RECORDED,)
    return conclude(scheme, benefit, law, (opened,), cautions=cautions)


def bonus(
    key: BonusKey,
    met: bool | None,
    parameter: str,
    law: Law,
    *,
    base: Decimal | None,
    missing: tuple[str, ...] = (),
    doubtful: bool = False,
    certainty: Certainty | None = None,
) -> Bonus:
    """An advantage at the rate of a parameter: all of it, or none.

    When `met` is not known, or `doubtful`, its rate may turn out anything between none and all.
    """
    rule = law[parameter]
    full = law.number(parameter)
    return Bonus(
        key=key,
        met=met,
        rate=full if met else ZERO,
        low_rate=full if met and not doubtful else ZERO,
        high_rate=full if met or met is None or doubtful else ZERO,
        unit=rule.unit,
        base=base,
        amount=amount_of(full if met else ZERO, rule.unit, base),
        certainty=certainty or (Certainty.UNCERTAIN if doubtful else rule.certainty),
        source=rule.reference,
        missing=missing if met is None else (),
    )


def amount_of(rate: Decimal, unit: Unit, base: Decimal | None) -> Decimal | None:
    """MAD of a rate over its base, `None` where the rate is not money or the base not answered."""
    if base is None:
        return None
    if unit is Unit.PERCENT:
        return base * rate / HUNDRED
    return base * rate if unit is Unit.MAD_PER_JOB else None


def cap(key: CapKey, parameter: str, law: Law, *, applied: bool) -> Cap:
    """A limit given by a parameter."""
    rule = law[parameter]
    return Cap(key, law.number(parameter), rule.unit, applied, rule.certainty, rule.reference)


def conclude(
    scheme: Scheme,
    benefit: Benefit,
    law: Law,
    conditions: Sequence[Condition],
    bonuses: Sequence[Bonus] = (),
    *,
    estimate: Estimate | None = None,
    base: Decimal | None = None,
    base_certainty: Certainty = Certainty.OFFICIAL,
    sum_rate: Decimal | None = None,
    paid_rate: Decimal | None = None,
    caps: Sequence[Cap] = (),
    cautions: Sequence[Caution] = (),
    amount_cautions: Sequence[Caution] = (),
    also_missing: tuple[str, ...] = (),
) -> Assessment:
    """The assessment, without its nearest steps.

    `amount_cautions` are those that a refusal leaves without object.
    `also_missing` are unanswered fields that no condition or bonus names, least decisive of all.
    """
    verdict = _verdict(benefit, conditions)
    if verdict is Verdict.NOT_ELIGIBLE:
        is_grant = benefit in (Benefit.GRANT, Benefit.ANNUAL_GRANT)
        bonuses, caps, amount_cautions, also_missing = (), (), (), ()
        estimate = NOTHING if is_grant else None
        base = sum_rate = paid_rate = None
    certainty = _certainty(verdict, conditions, bonuses, base_certainty)
    excludes, adds_up_with = _relations(scheme, law.on)
    return Assessment(
        scheme=scheme,
        on=law.on,
        verdict=verdict,
        benefit=benefit,
        conditions=tuple(conditions),
        bonuses=tuple(bonuses),
        base=base,
        sum_rate=sum_rate,
        paid_rate=paid_rate,
        caps=tuple(caps),
        amount=estimate.amount if estimate else None,
        low=estimate.low if estimate else None,
        high=estimate.high if estimate else None,
        certainty=certainty,
        missing=_missing(verdict, conditions, bonuses, also_missing),
        nearest_steps=(),
        excludes=excludes,
        adds_up_with=adds_up_with,
        cautions=(*cautions, *amount_cautions),
        sources=_sources(conditions, bonuses, caps),
    )


def _verdict(benefit: Benefit, conditions: Sequence[Condition]) -> Verdict:
    if any(test.met is False for test in conditions):
        return Verdict.NOT_ELIGIBLE
    if any(test.missing for test in conditions):
        return Verdict.MISSING_ANSWERS
    if any(test.met is None for test in conditions):
        return Verdict.TO_CONFIRM
    return Verdict.NEGOTIATED if benefit is Benefit.NEGOTIATED else Verdict.ELIGIBLE


def _certainty(
    verdict: Verdict,
    conditions: Sequence[Condition],
    bonuses: Sequence[Bonus],
    base_certainty: Certainty,
) -> Certainty:
    """As sure as the surest reason to refuse, or as the weakest rule the result rests on."""
    if verdict is Verdict.NOT_ELIGIBLE:
        refusals = (test.certainty for test in conditions if test.met is False)
        return min(refusals, key=STRENGTH.__getitem__)
    deciding = [test.certainty for test in conditions]
    counting = [part.certainty for part in bonuses if part.high_rate]
    return weakest((*deciding, *counting, base_certainty))


def _missing(
    verdict: Verdict,
    conditions: Sequence[Condition],
    bonuses: Sequence[Bonus],
    also_missing: tuple[str, ...],
) -> tuple[str, ...]:
    """The fields to ask: those that decide eligibility, then those worth most."""
    if verdict is Verdict.NOT_ELIGIBLE:
        return ()
    by_worth = sorted(bonuses, key=lambda part: part.high_rate, reverse=True)
    deciding = [name for test in conditions for name in test.missing]
    worth = [name for part in by_worth for name in part.missing]
    return tuple(dict.fromkeys((*deciding, *worth, *also_missing)))


def _sources(
    conditions: Sequence[Condition], bonuses: Sequence[Bonus], caps: Sequence[Cap]
) -> tuple[Reference, ...]:
    """Each page the assessment rests on, once."""
    tests = [test.source for test in conditions]
    advantages = [part.source for part in bonuses]
    return tuple(dict.fromkeys((*tests, *advantages, *(limit.source for limit in caps))))


@lru_cache(maxsize=1024)
def _relations(scheme: Scheme, on: date) -> tuple[tuple[Relation, ...], tuple[Relation, ...]]:
    """Which schemes exclude this one, and which add up with it, on a day?

    Told by the parameters whose names begin so: each has its own source and certainty.
    """
    law = law_on(scheme, on)
    return tuple(_related(law, "excludes")), tuple(_related(law, "adds_up_with"))


def _related(law: Law, prefix: str) -> Iterator[Relation]:
    for name, rule in law.in_force.items():
        if name.startswith(prefix):
            for scheme in law.names(name):
                yield Relation(Scheme(scheme), rule.certainty, rule.reference)
