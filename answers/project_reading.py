"""What a message says of a project: its numbers, places and choices, as fields of `schemes.Project`."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from answers.cues import cues, holds, mentions, phrases_of, variants_of
from answers.turn import Turn
from bot.nlu.dates import find_dates
from bot.nlu.quantities import Quantity, find_quantities
from database.vocabulary import Writing
from schemes import InvalidProject, project_from, read_answer
from schemes.project import CHOICES, KINDS, Kind, Problem, Zone

MONTHS_IN = {"months": 1, "years": 12}
MONTH_FIELDS = ("jobs_kept_months", "months_from_creation_to_hire")
YEARLY_FIELDS = ("annual_turnover", "annual_gross_pay", "largest_client_turnover")
WORKERS_FIELDS = ("jobs", "jobs_within_two_years", "permanent_hires", "trainees")
# "Non" to these means none; to a salary or a rate it says nothing, and the field is left open.
NONE_IS_ZERO = frozenset(
    {
        "jobs",
        "jobs_within_two_years",
        "permanent_hires",
        "trainees",
        "private_land",
        "public_land",
        "large_company_share_percent",
        "moroccan_abroad_share_percent",
        "foreign_currency_percent",
    }
)
CHOICES_BY_CUE = ("zone", "sector", "legal_form", "offshoring_branch")
# Said alone, these words are too common to be read unless the form has just asked for them.
CHOICES_ONLY_WHEN_ASKED = frozenset({"legal_form", "offshoring_branch"})
PROVINCE_OF_ZONE = {
    "fes_shore": "fes",
    "zai_fes_bensouda": "fes",
    "zai_meknes": "meknes",
    "zai_fes_meknes": "sefrou",
}
# Below this an investment lacks its unit: "10" for ten million.
LEAST_INVESTMENT = Decimal(1000)
THOUSAND, MILLION = Decimal(1000), Decimal(1_000_000)
MONTHS_IN_A_YEAR = 12
_CLAUSE_END = re.compile(r"(?<!\d)[,;،؛](?!\d)|[,;،؛]\s|[.!?؟]\s|\n|\s[-–]\s")
_NEGATIVE = re.compile(r"(?:^|[\s(:=])[-−]\s?$")
_PLAIN_NUMBER = re.compile(r"[-−]?[0-9]{1,15}([.,][0-9]{1,2})?")
_SPOKEN_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(slots=True)
class Said:
    """What a message says: plain answers by field, and what stands in the way of taking others.

    `readings` are the values that one answer may have, `problem` what no project can have,
    `foreign` whether an amount was in euros or dollars, `low_end` whether a range was given.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    readings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problem: tuple[str, Problem] | None = None
    foreign: bool = False
    low_end: bool = False

    def __bool__(self) -> bool:
        return bool(self.answers or self.readings or self.problem or self.foreign)


def read_project(
    turn: Turn, *, asked: str | None, held: Mapping[str, Any], readings: Sequence[str], on: date
) -> Said:
    """What a message says of the project, given the field asked, what is held, and the readings
    among which the last question asked to choose.
    """
    said = Said()
    name, value = turn.first("field"), turn.first("value")
    if name in KINDS and value is not None:
        said.answers[name] = value
        return checked(said, held)
    _choose_reading(turn.text, asked, readings, said)
    if not said.answers:
        _read_quantities(turn, asked, said)
    _read_choices(turn, asked, said)
    _read_yes_or_no(turn, asked, said, on)
    _read_creation(turn, asked, said, on)
    return checked(said, held)


def checked(said: Said, held: Mapping[str, Any]) -> Said:
    """The same with every answer that no project can have taken out, and the first one named."""
    for name, value in list(said.answers.items()):
        problem = _problem_with(name, value, {})
        if problem is not None or read_answer(name, value) is None:
            said.problem = said.problem or problem
            del said.answers[name]
    parts_of_total = _problem_with("total_investment", None, {**held, **said.answers})
    if parts_of_total is not None:
        said.problem = said.problem or parts_of_total
        said.answers.pop(parts_of_total[0], None)
        said.answers.pop("total_investment", None)
    for name, values in list(said.readings.items()):
        problems = [_problem_with(name, value, {**held, **said.answers}) for value in values]
        possible = [value for value, problem in zip(values, problems, strict=True) if not problem]
        if len(possible) < 2:
            del said.readings[name]
        if len(possible) == 1:
            said.answers[name] = possible[0]
        if not possible:
            said.problem = said.problem or problems[0]
    return said


def _problem_with(
    name: str, value: object, others: Mapping[str, Any]
) -> tuple[str, Problem] | None:
    """What keeps a value from standing in a project beside other answers, and in which field."""
    given = {} if value is None else {name: value}
    try:
        project_from({**others, **given})
    except InvalidProject as error:
        return error.field, error.problem
    return None


def typed_answer(name: str, text: str, writing: Writing) -> Any:
    """An answer typed in the field of a page: a plain value, or a number as people write it.

    None when it is blank. Raises `InvalidProject`.
    """
    stripped = text.strip()
    number = _PLAIN_NUMBER.fullmatch(stripped)
    if number or KINDS[name] in (Kind.FLAG, Kind.CHOICE, Kind.DAY) or not stripped:
        plain = stripped.replace(",", ".").replace("−", "-") if number else stripped
        return plain if read_answer(name, plain) is not None else None
    said = Said()
    _read_quantities(Turn(stripped, writing, "inform"), name, said)
    values = said.readings.get(name, (said.answers.get(name),))
    if values[0] is None:
        raise InvalidProject(name, text, Problem.NOT_A_NUMBER)
    read_answer(name, values[0])
    return values[0]


def field_named_in(text: str) -> str | None:
    """The field whose name or words a text holds, the longest first."""
    variants = variants_of(text)
    best: tuple[int, str] | None = None
    for name in KINDS:
        for phrase in (*cues(name), *phrases_of(f"field.{name}")):
            if (best is None or len(phrase) > best[0]) and holds(variants, (phrase,)):
                best = len(phrase), name
    return best[1] if best else None


# Numbers


def _read_quantities(turn: Turn, asked: str | None, said: Said) -> None:
    found = find_quantities(turn.text, writing=turn.writing)
    for index, quantity in enumerate(found):
        start = found[index - 1].end if index else 0
        end = found[index + 1].start if index + 1 < len(found) else len(turn.text)
        after = _CLAUSE_END.split(turn.text[quantity.end : end])[0]
        before = _CLAUSE_END.split(turn.text[start : quantity.start])[-1]
        name = _field_of(quantity, before, after, asked)
        if name is not None and name not in said.answers and name not in said.readings:
            _take(quantity, name, turn.text, before + " " + after, said)


def _field_of(quantity: Quantity, before: str, after: str, asked: str | None) -> str | None:
    """The field that a number answers: the one the words around it name, else the one asked."""
    fitting = _fitting(quantity)
    for around in (f"{quantity.text} {after}", before):
        named = _named_among(fitting, around)
        if named:
            return named
    if mentions(f"{quantity.text} {after}", "women_payroll_percent"):
        # "dix femmes" counts heads; the law counts their share of the pay.
        return None
    bare = quantity.kind == "number" and not quantity.unit
    if bare and asked not in YEARLY_FIELDS and mentions(after, "monthly"):
        return "annual_turnover"
    if asked in fitting or (bare and asked is not None and KINDS[asked] is Kind.PERCENT):
        return asked
    if quantity.kind == "amount":
        return "total_investment"
    if quantity.kind == "jobs" or quantity.unit == "people":
        return "jobs"
    return None


def _fitting(quantity: Quantity) -> tuple[str, ...]:
    """The fields that a number of this kind may answer."""
    if quantity.kind == "percentage":
        return tuple(name for name, kind in KINDS.items() if kind is Kind.PERCENT)
    if quantity.kind == "amount":
        return tuple(name for name, kind in KINDS.items() if kind in (Kind.MONEY, Kind.INVESTMENT))
    if quantity.kind == "jobs" or quantity.unit == "people":
        return WORKERS_FIELDS
    if quantity.kind == "duration":
        return MONTH_FIELDS if quantity.unit in MONTHS_IN else ()
    if quantity.kind == "number":
        numbers = (Kind.COUNT, Kind.MONEY, Kind.INVESTMENT)
        return tuple(name for name, kind in KINDS.items() if kind in numbers)
    return ()


def _named_among(fields: Sequence[str], around: str) -> str | None:
    """The field of these whose words stand around a number, the longest words first."""
    variants = variants_of(around)
    named = [(len(cue), name) for name in fields for cue in cues(name) if holds(variants, (cue,))]
    return max(named, key=lambda each: each[0])[1] if named else None


def _take(quantity: Quantity, name: str, text: str, around: str, said: Said) -> None:
    """Take a number as the answer of a field, or what keeps it from being one."""
    if quantity.kind == "amount" and quantity.unit != "MAD":
        said.foreign = True
        return
    values = [quantity.value, *quantity.alternatives]
    if quantity.kind == "duration":
        values = [value * MONTHS_IN[quantity.unit] for value in values]
    if name in YEARLY_FIELDS and mentions(around, "monthly"):
        values = [value * MONTHS_IN_A_YEAR for value in values]
    if _NEGATIVE.search(text[: quantity.start]):
        values = [-value for value in values]
    if name == "total_investment" and quantity.kind == "number":
        values = _with_unit(values[0])
    said.low_end = said.low_end or quantity.upper is not None
    if len(values) > 1:
        said.readings[name] = tuple(_plain(value) for value in values)
    else:
        said.answers[name] = _plain(values[0])


def _with_unit(number: Decimal) -> list[Decimal]:
    """What a bare number of dirhams may stand for when it is too small for an investment."""
    if 0 < number < LEAST_INVESTMENT:
        return [number * MILLION, number * THOUSAND]
    return [number]


def _choose_reading(text: str, asked: str | None, readings: Sequence[str], said: Said) -> None:
    """The reading meant by "centimes", "dirhams", "le premier" or "le deuxième"."""
    if asked is None or len(readings) < 2 or any(character.isdigit() for character in text):
        return
    if mentions(text, "centimes") or mentions(text, "second"):
        said.answers[asked] = readings[1]
    elif mentions(text, "dirhams") or mentions(text, "first"):
        said.answers[asked] = readings[0]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# Choices


def _read_choices(turn: Turn, asked: str | None, said: Said) -> None:
    for name in ("province", "sector", "legal_form"):
        values = [
            value for value in dict.fromkeys(turn.entities.get(name, ())) if _known(name, value)
        ]
        if name == "sector" and len(values) > 1:
            values = [value for value in values if value != "industry"]
        if len(values) == 1:
            said.answers[name] = values[0]
        elif values:
            said.readings[name] = tuple(values)
    for name in CHOICES_BY_CUE:
        if name in CHOICES_ONLY_WHEN_ASKED and (name != asked or name in said.answers):
            continue
        value = _choice_by_cue(turn.text, name)
        if value is not None and (value != Zone.OTHER or asked == "zone"):
            said.answers[name] = value
            said.readings.pop(name, None)
    zone = said.answers.get("zone")
    if zone in PROVINCE_OF_ZONE:
        said.answers["province"] = PROVINCE_OF_ZONE[zone]
        said.readings.pop("province", None)
    if "mre" in turn.entities.get("audience", ()):
        said.answers["moroccan_abroad"] = True


def _choice_by_cue(text: str, name: str) -> str | None:
    """The choice of a field whose words a text holds, the longest words first."""
    variants = variants_of(text)
    named = [
        (sum(map(len, cue)), str(value))
        for value in CHOICES[name]
        for cue in cues(f"{name}.{value}")
        if holds(variants, (cue,))
    ]
    return max(named)[1] if named else None


def _known(name: str, value: object) -> bool:
    return value in set(CHOICES[name])


def _read_yes_or_no(turn: Turn, asked: str | None, said: Said, on: date) -> None:
    """Yes or no to the field asked; "non" means none of it where one may well have none."""
    if asked is None or said.answers or said.readings or said.problem or said.foreign:
        return
    kind = KINDS[asked]
    if turn.intent == "affirm" and kind is Kind.FLAG:
        said.answers[asked] = True
    elif turn.intent == "deny":
        if kind is Kind.FLAG:
            said.answers[asked] = False
        elif kind is Kind.DAY:
            said.answers[asked] = on.isoformat()
        elif asked in NONE_IS_ZERO:
            said.answers[asked] = "0"
        elif asked == "zone":
            said.answers[asked] = "other"
        elif asked == "offshoring_branch":
            said.answers[asked] = "none"


def _read_creation(turn: Turn, asked: str | None, said: Said, on: date) -> None:
    """The day a business was or will be created; a month or a year alone has several readings."""
    if asked != "created_on" and not mentions(turn.text, "created_on"):
        return
    if asked == "created_on" and mentions(turn.text, "not_created"):
        said.answers["created_on"] = on.isoformat()
    for found in find_dates(turn.text):
        spoken = _SPOKEN_DATE.fullmatch(found.value)
        if spoken:
            year, month, day = spoken.groups()
            if day:
                said.answers["created_on"] = found.value
            else:
                said.readings["created_on"] = _ends_of(int(year), int(month) if month else None)


def _ends_of(year: int, month: int | None) -> tuple[str, str]:
    """The first and the last day of a month, or of a year."""
    first, last = (month, month) if month else (1, 12)
    return (
        date(year, first, 1).isoformat(),
        date(year, last, monthrange(year, last)[1]).isoformat(),
    )
