"""An assessment said aloud: its figures and keys as texts of one writing, for chat, page and PDF."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any
from urllib.parse import urlencode

from answers.figures import END, LEFT_TO_RIGHT, date_text, figure_text, isolated
from answers.reply import SourceLink
from answers.words import has_words, say
from database.vocabulary import Writing
from schemes import Assessment, Project, Scheme, Verdict, parameters_on
from schemes.assessment import (
    Benefit,
    Bonus,
    Cap,
    CapKey,
    Caution,
    Condition,
    NearestStep,
)
from schemes.parameters import Certainty, Parameter, Unit
from schemes.project import KINDS, Kind, LegalForm, Sector, Zone

PAGE = "/calculateur"
DECIDE_MOST = ("total_investment", "jobs", "province")
# Schemes that are worth showing to anyone whose project they fit; the others need a sign of interest.
ASKED_OF_ALL = frozenset(
    {
        Scheme.STRATEGIC,
        Scheme.CHARTER_MAIN,
        Scheme.TPME,
        Scheme.FES_SHORE_JOBS,
        Scheme.FES_SHORE_INSTALLATION,
        Scheme.OFFSHORING,
    }
)
SIGN_OF_INTEREST: Mapping[Scheme, str] = {
    Scheme.ZAI: "zone",
    Scheme.MDM_INVEST: "moroccan_abroad",
    Scheme.IDMAJ: "trainees",
    Scheme.TAHFIZ: "permanent_hires",
    Scheme.AUTO_ENTREPRENEUR: "legal_form",
}
NEVER_SUGGESTED = frozenset({Scheme.AUTO_ENTREPRENEUR, Scheme.STRATEGIC})
# Whom the schemes of a zone may interest, though the law of some names no branch.
AT_THE_PARK = frozenset({Sector.OFFSHORING, Sector.DIGITAL, Sector.SERVICES})
IN_INDUSTRY = frozenset(
    {
        Sector.INDUSTRY,
        Sector.AGRIFOOD,
        Sector.PHARMACEUTICAL,
        Sector.TEXTILE,
        Sector.AUTOMOTIVE,
        Sector.AEROSPACE,
        Sector.LOGISTICS,
        Sector.RECYCLING,
    }
)
SUITED_SECTORS: Mapping[Scheme, frozenset[Sector]] = {
    Scheme.FES_SHORE_JOBS: AT_THE_PARK,
    Scheme.FES_SHORE_INSTALLATION: AT_THE_PARK,
    Scheme.OFFSHORING: AT_THE_PARK,
    Scheme.ZAI: IN_INDUSTRY,
}
LEAST_TELLING = frozenset(
    {
        Caution.STABLE_JOB_NOT_DEFINED,
        Caution.LAND_NOT_GIVEN,
        Caution.TPME_BRANCH_LIST_NOT_FOUND,
    }
)
PAID_TO_VISITOR = frozenset({Benefit.GRANT, Benefit.ANNUAL_GRANT})
UNIT_NAMES = {Unit.MAD_PER_JOB: "MAD/job", Unit.MAD_PER_MONTH: "MAD/month"}
COUNTED_UNITS = frozenset({Unit.JOBS, Unit.EMPLOYEES, Unit.JOBS_PER_MILLION, Unit.CRITERIA})
DIRHAM = Decimal(1)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as displayed, and as it is (rounded to what is displayed)."""

    text: str
    value: Decimal


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


def is_relevant(assessment: Assessment, project: Project) -> bool:
    """Whether a scheme is to be shown whole: open or possible, and of interest to this visitor."""
    if assessment.verdict is Verdict.NOT_ELIGIBLE:
        return False
    alone = project.legal_form is LegalForm.AUTO_ENTREPRENEUR and project.total_investment is None
    if assessment.scheme in ASKED_OF_ALL:
        return not alone and not _rests_on_unsaid_place(assessment, project)
    said = getattr(project, SIGN_OF_INTEREST[assessment.scheme])
    if assessment.scheme is Scheme.AUTO_ENTREPRENEUR:
        return said is not None
    return bool(said)


def _rests_on_unsaid_place(assessment: Assessment, project: Project) -> bool:
    """A scheme of one park is no news to who never spoke of it, nor offshoring to another trade."""
    if assessment.scheme in (Scheme.FES_SHORE_JOBS, Scheme.FES_SHORE_INSTALLATION):
        return project.zone is None
    if assessment.scheme is Scheme.STRATEGIC:
        return project.total_investment is None
    return assessment.scheme is Scheme.OFFSHORING and project.sector is None


def may_interest(assessment: Assessment, project: Project) -> bool:
    """Whether a scheme may be open, though nothing was said yet that calls for it."""
    scheme, sector = assessment.scheme, project.sector
    if assessment.verdict is Verdict.NOT_ELIGIBLE or is_relevant(assessment, project):
        return False
    suited = SUITED_SECTORS.get(scheme)
    return scheme not in NEVER_SUGGESTED and (suited is None or sector is None or sector in suited)


def is_worth_refusing(assessment: Assessment, project: Project) -> bool:
    """Whether to tell why a scheme is not open: the charter's two, and those the visitor may expect."""
    if assessment.verdict is not Verdict.NOT_ELIGIBLE:
        return False
    scheme = assessment.scheme
    if scheme in (Scheme.CHARTER_MAIN, Scheme.TPME):
        return True
    if scheme in (Scheme.FES_SHORE_JOBS, Scheme.FES_SHORE_INSTALLATION):
        return project.zone is Zone.FES_SHORE
    if scheme is Scheme.OFFSHORING:
        return project.sector in (Sector.OFFSHORING, Sector.DIGITAL)
    if scheme is Scheme.AUTO_ENTREPRENEUR:
        return project.legal_form is LegalForm.AUTO_ENTREPRENEUR
    if scheme is Scheme.ZAI:
        return project.zone not in (None, Zone.OTHER, Zone.FES_SHORE)
    return scheme is not Scheme.STRATEGIC and bool(getattr(project, SIGN_OF_INTEREST[scheme]))


def by_worth(assessments: Iterable[Assessment]) -> list[Assessment]:
    """The best first: what is received, what is open, then what is surest to give most."""
    return sorted(
        assessments,
        key=lambda each: (
            each.benefit not in PAID_TO_VISITOR,
            each.verdict is not Verdict.ELIGIBLE,
            -(each.low or 0),
            -(each.amount or 0),
        ),
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
        sources=_sources(assessment, writing),
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
                "rate": line.rate.text,
                "rate_value": _value(line.rate),
                "up_to": _text(line.up_to),
                "amount": _text(line.amount),
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
    }


def page_link(answers: Mapping[str, Any], writing: Writing, suffix: str = "") -> str:
    """The address of the calculator's page for these answers."""
    known = {name: _query(value) for name, value in answers.items() if value is not None}
    return f"{PAGE}{suffix}?{urlencode({'lang': writing, **known})}"


def figure(number: Decimal, unit: Unit, writing: Writing) -> Figure:
    """A number with its unit."""
    rounded = _rounded(number, CENT)
    if unit in COUNTED_UNITS:
        return Figure(figure_text([f"{rounded:f}"], "count", writing), rounded)
    return Figure(figure_text([f"{rounded:f}"], UNIT_NAMES.get(unit, str(unit)), writing), rounded)


def money(amount: Decimal, writing: Writing) -> Figure:
    """MAD, half-up to the dirham: the only place where an amount is rounded."""
    rounded = _rounded(amount, DIRHAM)
    return Figure(figure_text([f"{rounded:f}"], "MAD", writing), rounded)


def answer_text(name: str, value: object, writing: Writing) -> str:
    """An answer beside the name of its field: `25 emplois`, `Taounate`, `fonds propres 20 %`."""
    shown = value_text(name, value, writing)
    if KINDS[name] is Kind.CHOICE or name in ("total_investment", "jobs"):
        return shown
    title = say(f"field.{name}", writing)
    if KINDS[name] is Kind.FLAG:
        return say("simulation.bonus_rate", writing, title=title, rate=shown)
    return f"{title} {shown}"


def value_text(name: str, value: object, writing: Writing) -> str:
    """The value of an answer in words."""
    kind = KINDS[name]
    if kind is Kind.CHOICE:
        return say(f"choice.{name}.{value}", writing)
    if kind is Kind.FLAG:
        return say("answer.yes" if value in (True, "true") else "answer.no", writing)
    if kind is Kind.DAY:
        return date_text(str(value), writing)
    number = Decimal(str(value))
    if kind is Kind.PERCENT:
        return figure(number, Unit.PERCENT, writing).text
    if kind is Kind.COUNT:
        return figure_text([f"{number:f}"], _count_unit(name), writing)
    return figure_text([f"{number:f}"], "MAD", writing)


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


def fields_text(names: Iterable[str], writing: Writing) -> str:
    """The names of fields in a list."""
    return in_list([say(f"field.{name}", writing) for name in names], writing)


def project_text(answers: Mapping[str, Any], writing: Writing) -> str:
    """The answers given, those that decide most first."""
    order = (*DECIDE_MOST, *(name for name in KINDS if name not in DECIDE_MOST))
    known = [name for name in order if answers.get(name) is not None]
    return in_list([answer_text(name, answers[name], writing) for name in known], writing, "dot")


def in_list(texts: Sequence[str], writing: Writing, style: str = "comma") -> str:
    """Texts one after the other, set apart by a `comma`, a `semicolon` or a `dot`."""
    if not texts:
        return ""
    key = f"simulation.joined.{style}"
    return reduce(lambda left, right: say(key, writing, left=left, right=right), texts)


def readable(text: str, writing: Writing) -> str:
    """The text with its Latin runs set apart where it is written in Arabic letters."""
    if writing != "ary-Arab":
        return text
    # What was set apart already is set apart once.
    return isolated(text.replace(LEFT_TO_RIGHT, "").replace(END, ""))


def _count_unit(name: str) -> str:
    if "months" in name:
        return str(Unit.MONTHS)
    return "workers" if name.startswith("jobs") else "count"


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


def _sources(assessment: Assessment, writing: Writing) -> tuple[SourceLink, ...]:
    return _links(assessment.sources, writing)


def _links(references: Sequence[Any], writing: Writing) -> tuple[SourceLink, ...]:
    checked_on = say("simulation.sources_checked_on", writing)
    return tuple(
        SourceLink(each.title, each.url, each.published, checked_on)
        for each in references
        if each.url
    )


def _rounded(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUND_HALF_UP)


def _text(figured: Figure | None) -> str | None:
    return figured.text if figured else None


def _value(figured: Figure | None) -> float | int | None:
    if figured is None:
        return None
    return int(figured.value) if figured.value == int(figured.value) else float(figured.value)


def _query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
