"""What a project would get, said aloud: for the chat, the page and the PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from answers.about import contact_text
from answers.figures import date_text
from answers.project_words import (
    Figure,
    fields_text,
    figure,
    in_list,
    money,
    page_link,
    project_text,
    value_text,
)
from answers.rendering import name_of
from answers.reply import SourceLink
from answers.scheme_choice import by_worth, is_relevant, is_worth_refusing, may_interest
from answers.words import has_words, say
from database.queries import subject_named
from database.vocabulary import DEFAULT_AUTHORITY, Writing
from schemes import Assessment, Scheme, Verdict, assess, parameters_on, project_from
from schemes.assessment import Benefit, Bonus, Cap, CapKey, Caution, Condition, NearestStep
from schemes.parameters import Certainty, Parameter, Reference, Unit
from schemes.project import KINDS, Kind
from settings import settings

DOUBTFUL = (Certainty.SINGLE_PRESS, Certainty.UNCERTAIN)
LEAST_TELLING = frozenset(
    {
        Caution.STABLE_JOB_NOT_DEFINED,
        Caution.LAND_NOT_GIVEN,
        Caution.TPME_BRANCH_LIST_NOT_FOUND,
    }
)
CAUTIONS_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class BonusLine:
    """One bonus: what it is for, its rate, its amount, and how sure it is."""

    key: str
    title: str
    rate: Figure
    up_to: Figure | None
    amount: Figure | None
    certainty: Certainty
    certainty_text: str

    def rate_text(self, writing: Writing) -> str:
        """The rate obtained; while nothing is, the most that may be."""
        if self.rate.value or self.up_to is None:
            return self.rate.text
        return say("simulation.rate_up_to", writing, rate=self.up_to.text)


@dataclass(frozen=True, slots=True)
class CapLine:
    """A limit, whether it lowered the result, and the sentence that says so."""

    title: str
    limit: Figure
    reached: bool
    text: str
    is_rate: bool
    in_money: bool


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition, met, not met or (None) open, and the fields that would settle it."""

    title: str
    met: bool | None
    missing: tuple[str, ...]
    certainty_text: str
    source: SourceLink | None


@dataclass(frozen=True, slots=True)
class SchemeResult:
    """One assessment in words."""

    scheme: Scheme
    title: str
    verdict: Verdict
    verdict_text: str
    benefit: Benefit
    benefit_text: str
    total: Figure | None
    low: Figure | None
    high: Figure | None
    sum_rate: Figure | None
    bonuses: tuple[BonusLine, ...]
    caps: tuple[CapLine, ...]
    conditions: tuple[ConditionLine, ...]
    missing: tuple[str, ...]
    next_step: str | None
    cautions: tuple[str, ...]
    certainty: Certainty
    certainty_text: str
    sources: tuple[SourceLink, ...]
    excludes: tuple[Scheme, ...]
    adds_up_with: tuple[Scheme, ...]

    @property
    def is_range(self) -> bool:
        """Whether the amount is not settled to the dirham."""
        return self.low is not None and self.high is not None and self.low != self.high

    @property
    def unmet(self) -> tuple[str, ...]:
        """The conditions that are not met."""
        return tuple(line.title for line in self.conditions if line.met is False)

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """The conditions that no answer of the visitor could settle."""
        return tuple(
            line.title for line in self.conditions if line.met is None and not line.missing
        )


@dataclass(frozen=True, slots=True)
class Simulation:
    """Everything to be said of a project: what each scheme gives, and what stands around it."""

    project: str
    results: tuple[SchemeResult, ...]
    refused: tuple[SchemeResult, ...]
    relations: tuple[str, ...]
    others: str | None
    whom: str
    assessments: tuple[Assessment, ...]
    described: tuple[SchemeResult, ...]


def simulation_of(
    session: Session, answers: Mapping[str, Any], writing: Writing, *, on: date
) -> Simulation:
    """What a project of these (valid) answers would get under the rules of a day, in words."""
    project = project_from(answers)
    assessments = assess(project, on=on)
    every = {each.scheme: described(each, writing) for each in assessments}
    shown = by_worth(each for each in assessments if is_relevant(each, project))
    results = tuple(every[each.scheme] for each in shown)
    others = [each for each in assessments if may_interest(each, project)]
    names = in_list([say(f"scheme.{each.scheme}", writing) for each in others], writing)
    return Simulation(
        project=project_text(answers, writing),
        results=results,
        refused=tuple(
            every[each.scheme] for each in assessments if is_worth_refusing(each, project)
        ),
        relations=tuple(_relations(results, writing)),
        others=say("simulation.maybe", writing, schemes=names) if others else None,
        whom=_whom_to_see(session, writing),
        assessments=tuple(assessments),
        described=tuple(every.values()),
    )


def described(assessment: Assessment, writing: Writing) -> SchemeResult:
    """One assessment in words."""
    amount, low, high = assessment.amount, assessment.low, assessment.high
    parameters = parameters_on(assessment.scheme, on=assessment.on)
    return SchemeResult(
        scheme=assessment.scheme,
        title=say(f"scheme.{assessment.scheme}", writing),
        verdict=assessment.verdict,
        verdict_text=say(f"verdict.{assessment.verdict}", writing),
        benefit=assessment.benefit,
        benefit_text=say(f"benefit.{assessment.benefit}", writing),
        total=None if amount is None else money(amount, writing),
        low=None if low is None else money(low, writing),
        high=None if high is None else money(high, writing),
        sum_rate=None
        if assessment.sum_rate is None
        else figure(assessment.sum_rate, Unit.PERCENT, writing),
        bonuses=tuple(_bonus_line(part, writing) for part in assessment.bonuses if part.high_rate),
        caps=tuple(_cap_line(limit, assessment, writing) for limit in assessment.caps),
        conditions=tuple(
            _condition_line(test, assessment, parameters, writing) for test in assessment.conditions
        ),
        missing=assessment.missing,
        next_step=next((step_text(step, writing) for step in assessment.nearest_steps), None),
        cautions=tuple(
            say(str(caution), writing)
            for caution in sorted(assessment.cautions, key=LEAST_TELLING.__contains__)
            if caution is not Caution.ESTIMATE_ONLY
        ),
        certainty=assessment.certainty,
        certainty_text=say(f"certainty.{assessment.certainty}", writing),
        sources=_links(assessment.sources, writing),
        excludes=tuple(relation.scheme for relation in assessment.excludes),
        adds_up_with=tuple(relation.scheme for relation in assessment.adds_up_with),
    )


def card(result: SchemeResult, answers: Mapping[str, Any], writing: Writing) -> dict[str, Any]:
    """The result as data, for channels that draw it; every figure as displayed and as a number."""
    return {
        "type": "simulation",
        "scheme": str(result.scheme),
        "title": result.title,
        "verdict": result.verdict_text,
        "benefit": result.benefit_text,
        "currency": "MAD",
        "total": _text(result.total),
        "total_value": _value(result.total),
        "low": _text(result.low),
        "low_value": _value(result.low),
        "high": _text(result.high),
        "high_value": _value(result.high),
        "bonuses": [
            {
                "title": line.title,
                "rate": line.rate_text(writing),
                "rate_value": _value(line.rate),
                "amount": _text(line.amount) if line.rate.value else None,
                "amount_value": _value(line.amount),
                "certainty": str(line.certainty),
            }
            for line in result.bonuses
        ],
        "cap": next(
            (
                {
                    "title": line.title,
                    "rate": line.limit.text,
                    "rate_value": _value(line.limit),
                    "reached": line.reached,
                }
                for line in result.caps
            ),
            None,
        ),
        "conditions": [{"title": line.title, "met": line.met} for line in result.conditions],
        "next_step": result.next_step,
        "link": page_link(answers, writing),
        **({"image": _image_link(result, answers, writing)} if _can_be_drawn(result) else {}),
    }


def _can_be_drawn(result: SchemeResult) -> bool:
    """Whether there are bonuses to set side by side."""
    return result.total is not None and any(
        line.rate.value and line.amount is not None and line.amount.value for line in result.bonuses
    )


def _image_link(result: SchemeResult, answers: Mapping[str, Any], writing: Writing) -> str:
    """The address of the result's picture, whole when the website's is known."""
    link = page_link(answers, writing, ".png")
    return f"{settings().public_url.rstrip('/')}{link}&scheme={result.scheme}"


def scheme_lines(result: SchemeResult, writing: Writing) -> list[str]:
    """The lines that say one scheme's result."""
    lines = [result.title, result.verdict_text, *amount_lines(result, writing)]
    lines += [f"- {bonus_text(line, writing)}" for line in result.bonuses]
    lines += [line.text for line in result.caps]
    if result.missing:
        fields = fields_text(result.missing, writing)
        lines.append("❓ " + say("simulation.missing", writing, fields=fields))
    if result.to_confirm:
        conditions = in_list(result.to_confirm, writing, "semicolon")
        lines.append("❓ " + say("simulation.open_conditions", writing, conditions=conditions))
    if result.next_step:
        lines.append(f"➕ {result.next_step}")
    lines += [f"⚠️ {caution}" for caution in result.cautions[:CAUTIONS_AT_MOST]]
    if result.certainty in DOUBTFUL:
        lines.append("⚠️ " + say("simulation.certainty", writing, certainty=result.certainty_text))
    return lines


def amount_lines(result: SchemeResult, writing: Writing) -> list[str]:
    """What one scheme gives in all, and its range; or why there is no amount."""
    if result.total is None or result.high is None or result.low is None:
        unsaid = [name for name in result.missing if KINDS[name] in (Kind.INVESTMENT, Kind.MONEY)]
        if result.bonuses and unsaid and result.verdict is not Verdict.NOT_ELIGIBLE:
            fields = fields_text(unsaid, writing)
            return [say("simulation.no_amount_yet", writing, fields=fields)]
        return [say("simulation.no_amount", writing, benefit=result.benefit_text)]
    key = "total" if result.verdict is Verdict.ELIGIBLE else "total_if"
    total, benefit = result.total.text, result.benefit_text
    lines = ["💰 " + say(f"simulation.{key}", writing, total=total, benefit=benefit)]
    if result.is_range:
        low, high = result.low.text, result.high.text
        lines.append(say("simulation.range", writing, low=low, high=high))
    return lines


def bonus_text(line: BonusLine, writing: Writing) -> str:
    """One bonus: rate, amount, and its doubt where there is one."""
    rate, amount = line.rate_text(writing), line.amount
    if amount is None or not line.rate.value:
        text = say("simulation.bonus_rate", writing, title=line.title, rate=rate)
    elif amount == line.rate:
        text = say("simulation.bonus_amount", writing, title=line.title, amount=amount.text)
    else:
        text = say("simulation.bonus", writing, title=line.title, rate=rate, amount=amount.text)
    if line.certainty in DOUBTFUL:
        text += " " + say("simulation.doubt", writing, certainty=line.certainty_text)
    return text


def step_text(step: NearestStep, writing: Writing) -> str | None:
    """The nearest step: what to change, what it brings."""
    if not has_words(f"step.{step.field}"):
        return None
    done = say(
        f"step.{step.field}",
        writing,
        change=value_text(step.field, step.change, writing),
        needed=value_text(step.field, step.needed, writing),
    )
    gain = money(step.gain, writing).text if step.gain else None
    if step.makes_eligible:
        key = "simulation.step_opens_gain" if gain else "simulation.step_opens"
        return say(key, writing, step=done, gain=gain)
    if gain is None or step.from_rate is None or step.to_rate is None:
        return done
    return say(
        "simulation.step_raises",
        writing,
        **{
            "step": done,
            "from": figure(step.from_rate, Unit.PERCENT, writing).text,
            "to": figure(step.to_rate, Unit.PERCENT, writing).text,
            "gain": gain,
        },
    )


def refusal_text(result: SchemeResult) -> str:
    """A scheme that is not open, the first condition that fails, and the step that would open it."""
    text = f"- {result.title} ✗ {result.unmet[0]}"
    return f"{text}. ➕ {result.next_step}" if result.next_step else text


def _relations(results: Sequence[SchemeResult], writing: Writing) -> list[str]:
    """Which of the schemes shown exclude or add up with each other."""
    titles = {result.scheme: result.title for result in results}
    told = []
    for key in ("excludes", "adds_up_with"):
        pairs = {
            frozenset((result.scheme, other))
            for result in results
            for other in getattr(result, key)
            if other in titles
        }
        if pairs:
            schemes = [scheme for scheme in titles if scheme in set(chain.from_iterable(pairs))]
            named = in_list([titles[each] for each in schemes], writing, "semicolon")
            word = "excludes" if key == "excludes" else "adds_up"
            told.append(say(f"simulation.{word}", writing, schemes=named))
    return told


def _whom_to_see(session: Session, writing: Writing) -> str:
    authority = subject_named(session, DEFAULT_AUTHORITY)
    name = name_of(authority, writing) if authority else "CRI"
    contact = contact_text(session, DEFAULT_AUTHORITY, writing)
    return say("simulation.whom", writing, authority=name, contact=contact)


def _bonus_line(part: Bonus, writing: Writing) -> BonusLine:
    rate = figure(part.rate, part.unit, writing)
    return BonusLine(
        key=str(part.key),
        title=say(str(part.key), writing),
        rate=rate,
        up_to=figure(part.high_rate, part.unit, writing) if part.high_rate > part.rate else None,
        amount=None if part.amount is None else money(part.amount, writing),
        certainty=part.certainty,
        certainty_text=say(f"certainty.{part.certainty}", writing),
    )


def _cap_line(limit: Cap, assessment: Assessment, writing: Writing) -> CapLine:
    title, figured = say(str(limit.key), writing), figure(limit.limit, limit.unit, writing)
    is_rate = limit.key is CapKey.TOTAL_RATE
    key = "cap_reached" if limit.applied else "cap_kept"
    total = ""
    if is_rate and limit.applied and assessment.sum_rate is not None:
        key, total = "cap_rate_reached", figure(assessment.sum_rate, Unit.PERCENT, writing).text
    text = say(f"simulation.{key}", writing, title=title, limit=figured.text, sum=total)
    in_money = limit.unit is Unit.MAD
    return CapLine(title, figured, limit.applied, text, is_rate, in_money)


def _condition_line(
    test: Condition,
    assessment: Assessment,
    parameters: Mapping[str, Parameter],
    writing: Writing,
) -> ConditionLine:
    key = f"condition_of.{assessment.scheme}.{test.key.removeprefix('condition.')}"
    if not has_words(key):
        key = str(test.key)
    places = {name: _parameter_text(each, writing) for name, each in parameters.items()}
    return ConditionLine(
        title=say(key, writing, **places),
        met=test.met,
        missing=test.missing,
        certainty_text=say(f"certainty.{test.certainty}", writing),
        source=next(iter(_links((test.source,), writing)), None),
    )


def _parameter_text(parameter: Parameter, writing: Writing) -> str:
    value = parameter.value
    if isinstance(value, date):
        return date_text(value.isoformat(), writing)
    if isinstance(value, Decimal):
        return figure(value, parameter.unit, writing).text
    return ""


def _links(references: Sequence[Reference], writing: Writing) -> tuple[SourceLink, ...]:
    checked_on = say("simulation.sources_checked_on", writing)
    return tuple(
        SourceLink(each.title, each.url, each.published, checked_on)
        for each in references
        if each.url
    )


def _text(figured: Figure | None) -> str | None:
    return figured.text if figured else None


def _value(figured: Figure | None) -> float | int | None:
    if figured is None:
        return None
    return int(figured.value) if figured.value == int(figured.value) else float(figured.value)
