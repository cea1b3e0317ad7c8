"""The dated parameters of the law: read from ``content/schemes/*.yml``, one file per scheme.

A parameter holds values by start date only, so two values can never overlap; an abrogation is a
dated ``null``. Every value names its source and how certain it is. Files are read once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

CONTENT = Path(__file__).parent.parent / "content" / "schemes"


class Certainty(StrEnum):
    """How well a rule is established, strongest first."""

    OFFICIAL = "official"
    SEVERAL_PRESS = "several-press"
    SINGLE_PRESS = "single-press"
    UNCERTAIN = "uncertain"


class Unit(StrEnum):
    """What a parameter's value counts; the last three hold no number."""

    PERCENT = "percent"
    MAD = "MAD"
    MAD_PER_MONTH = "MAD_per_month"
    MAD_PER_JOB = "MAD_per_job"
    JOBS = "jobs"
    JOBS_PER_MILLION = "jobs_per_million"
    EMPLOYEES = "employees"
    CRITERIA = "criteria"
    MONTHS = "months"
    YEARS = "years"
    DAY = "day"
    NAMES = "names"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value can be read: the page, and the legal text it comes from where that is known."""

    title: str
    url: str | None
    published: str | None
    legal_text: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value from its start date on; ``None`` once abrogated."""

    name: str
    value: Decimal | bool | date | tuple[str, ...] | None
    unit: Unit
    since: date
    certainty: Certainty
    reference: Reference


class ParameterError(LookupError):
    """A parameter cannot be had; carries its name, the date and the scheme that asked."""

    def __init__(self, problem: str, *, name: str, on: date | None, scheme: str) -> None:
        asked = f" on {on}" if on else ""
        super().__init__(f"parameter {name!r} asked{asked} by scheme {scheme!r}: {problem}")
        self.name = name
        self.on = on
        self.scheme = scheme


class UnknownParameter(ParameterError):
    """No parameter of this name stands in the scheme's file."""


class ParameterNotInForce(ParameterError):
    """The parameter exists, but has no value yet, or no longer, on this day."""


class InvalidParameterFile(ParameterError):
    """The scheme's file is missing, or one of its entries is incomplete or of the wrong type."""


@dataclass(frozen=True, slots=True)
class Law:
    """The parameters of one scheme on one day.

    ``in_force`` maps names to values; ``known`` also holds, for those without a value that day,
    the abrogation just passed or the first value to come, so that a refusal has its source.
    """

    scheme: str
    on: date
    in_force: Mapping[str, Parameter]
    known: Mapping[str, Parameter]

    def __contains__(self, name: str) -> bool:
        return name in self.in_force

    def __getitem__(self, name: str) -> Parameter:
        """The parameter with its value of the day.

        Raises UnknownParameter or ParameterNotInForce.
        """
        parameter = self.in_force.get(name)
        if parameter is None:
            self._refuse(name)
        return parameter

    def number(self, name: str) -> Decimal:
        """The value of a numeric parameter, in its unit."""
        value = self[name].value
        if not isinstance(value, Decimal):
            self._mistyped(name, "a number")
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """The value of a list parameter (provinces, sectors, schemes, …)."""
        value = self[name].value
        if not isinstance(value, tuple):
            self._mistyped(name, "a list of names")
        return value

    def day(self, name: str) -> date:
        """The value of a date parameter."""
        value = self[name].value
        if not isinstance(value, date):
            self._mistyped(name, "a day")
        return value

    def _mistyped(self, name: str, wanted: str) -> NoReturn:
        unit = self.in_force[name].unit
        problem = f"has unit {unit}, {wanted} was wanted"
        raise InvalidParameterFile(problem, name=name, on=self.on, scheme=self.scheme)

    def _refuse(self, name: str) -> NoReturn:
        if name not in self.known:
            problem = "no such parameter"
            raise UnknownParameter(problem, name=name, on=self.on, scheme=self.scheme)
        entry = self.known[name]
        problem = f"abrogated on {entry.since}" if entry.value is None else f"from {entry.since}"
        raise ParameterNotInForce(problem, name=name, on=self.on, scheme=self.scheme)


@lru_cache(maxsize=1024)
def law_on(scheme: str, on: date) -> Law:
    """Which parameters of a scheme stood on a day? Raises InvalidParameterFile."""
    in_force: dict[str, Parameter] = {}
    known: dict[str, Parameter] = {}
    for name, entries in history_of(scheme).items():
        started = [entry for entry in entries if entry.since <= on]
        known[name] = started[-1] if started else entries[0]
        if started and started[-1].value is not None:
            in_force[name] = started[-1]
    return Law(scheme, on, MappingProxyType(in_force), MappingProxyType(known))


@lru_cache
def history_of(scheme: str) -> Mapping[str, tuple[Parameter, ...]]:
    """All values a scheme's parameters ever had, oldest first. Raises InvalidParameterFile."""
    return read_history(scheme, CONTENT / f"{scheme}.yml")


def read_history(scheme: str, path: Path) -> Mapping[str, tuple[Parameter, ...]]:
    """Read and check one parameter file. Raises InvalidParameterFile naming the faulty entry."""
    try:
        content = YAML(typ="safe", pure=True).load(path)
        parameters, legal_text = content["parameters"], content["legal_text"]
    except (OSError, YAMLError, KeyError, TypeError) as error:
        raise InvalidParameterFile(str(error), name=path.name, on=None, scheme=scheme) from error
    history: dict[str, tuple[Parameter, ...]] = {}
    for name, entry in parameters.items():
        try:
            history[name] = _entries(name, entry, legal_text)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"invalid entry in {path.name}: {error!r}"
            raise InvalidParameterFile(problem, name=name, on=None, scheme=scheme) from error
    return MappingProxyType(history)


def _entries(name: str, entry: Mapping[str, Any], legal_text: str | None) -> tuple[Parameter, ...]:
    """The values of one parameter, oldest first."""
    unit, dated = Unit(entry["unit"]), entry["values"]
    if not dated:
        raise ValueError("no value")
    values = (_parameter(name, unit, since, value, legal_text) for since, value in dated.items())
    return tuple(sorted(values, key=lambda parameter: parameter.since))


def _parameter(
    name: str, unit: Unit, since: object, entry: Mapping[str, object], legal_text: str | None
) -> Parameter:
    if not isinstance(since, date):
        raise TypeError(f"start date {since!r} is not a date")
    value, certainty = _value(entry["value"], unit), Certainty(str(entry["certainty"]))
    reference = _reference(entry["reference"], legal_text)
    return Parameter(name, value, unit, since, certainty, reference)


def _reference(reference: object, legal_text: str | None) -> Reference:
    if not isinstance(reference, Mapping):
        raise TypeError(f"reference {reference!r} is not a title, a url and a date")
    url, published = reference["url"], reference["published"]
    return Reference(
        title=str(reference["title"]),
        url=None if url is None else str(url),
        published=None if published is None else str(published),
        legal_text=reference.get("legal_text", legal_text),
    )


def _value(value: object, unit: Unit) -> Decimal | bool | date | tuple[str, ...] | None:
    if value is None:
        return None
    if unit is Unit.FLAG and isinstance(value, bool):
        return value
    if unit is Unit.DAY and isinstance(value, date):
        return value
    if unit is Unit.NAMES and isinstance(value, list):
        return tuple(str(name) for name in value)
    numeric = unit not in (Unit.FLAG, Unit.DAY, Unit.NAMES)
    if numeric and isinstance(value, int | float) and not isinstance(value, bool):
        # Through the text, so that 0.1 in the file is 0.1 and not its binary neighbour.
        return Decimal(str(value))
    raise TypeError(f"value {value!r} does not fit unit {unit}")
