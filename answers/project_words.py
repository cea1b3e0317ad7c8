"""A project in words: its answers, numbers and lists, and the address of its page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any
from urllib.parse import urlencode

from answers.figures import END, LEFT_TO_RIGHT, date_text, figure_text, isolated
from answers.words import say
from database.vocabulary import Writing
from schemes.parameters import Unit
from schemes.project import KINDS, Kind

PAGE = "/calculateur"
DECIDE_MOST = ("total_investment", "jobs", "province")
UNIT_NAMES = {Unit.MAD_PER_JOB: "MAD/job", Unit.MAD_PER_MONTH: "MAD/month"}
COUNTED_UNITS = frozenset({Unit.JOBS, Unit.EMPLOYEES, Unit.JOBS_PER_MILLION, Unit.CRITERIA})
DIRHAM = Decimal(1)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as displayed, and as it is (rounded to what is displayed)."""

    text: str
    value: Decimal


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


def project_text(answers: Mapping[str, Any], writing: Writing) -> str:
    """The answers given, those that decide most first."""
    order = (*DECIDE_MOST, *(name for name in KINDS if name not in DECIDE_MOST))
    known = [name for name in order if answers.get(name) is not None]
    return in_list([answer_text(name, answers[name], writing) for name in known], writing, "dot")


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


def fields_text(names: Iterable[str], writing: Writing) -> str:
    """The names of fields in a list."""
    return in_list([say(f"field.{name}", writing) for name in names], writing)


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


def page_link(answers: Mapping[str, Any], writing: Writing, suffix: str = "") -> str:
    """The address of the calculator's page for these answers."""
    known = {name: _query(value) for name, value in answers.items() if value is not None}
    return f"{PAGE}{suffix}?{urlencode({'lang': writing, **known})}"


def _count_unit(name: str) -> str:
    if "months" in name:
        return str(Unit.MONTHS)
    return "workers" if name.startswith("jobs") else "count"


def _rounded(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUND_HALF_UP)


def _query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
