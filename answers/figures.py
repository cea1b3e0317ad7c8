"""Writes figures and dates in each writing: the one place where a number becomes words."""

import re
from collections.abc import Sequence
from decimal import Decimal

from answers.words import has_words, say
from database.vocabulary import TEXT_UNITS, Writing

THIN_SPACE = "\u202f"
LEFT_TO_RIGHT, END = "\u2066", "\u2069"
_MILLION, _BILLION = Decimal(10**6), Decimal(10**9)
_LATIN_RUN = re.compile(
    r"\d*[A-Za-zÀ-ÿ@](?:[A-Za-zÀ-ÿ0-9@'’&./:+_=?%#-]|(?<=[A-Za-zÀ-ÿ0-9.)&]) (?=[A-Za-zÀ-ÿ&]))*[A-Za-zÀ-ÿ0-9/+]"
)


def figure_text(values: Sequence[str], unit: str, writing: Writing) -> str:
    """A figure (one value, or two for a range) with its unit: `6 000 DH`, `6 000 درهم`."""
    if unit in TEXT_UNITS:
        # A telephone has no letter by which `isolated` would know it.
        return _isolated(values[0]) if writing == "ary-Arab" and unit == "phone" else values[0]
    numbers = [Decimal(value) for value in values]
    scale = _scale_of(numbers, unit)
    written = [number_text(number / scale) for number in numbers]
    number = (
        written[0] if len(written) == 1 else say("range", writing, low=written[0], high=written[1])
    )
    return say(_unit_key(unit, scale, numbers[-1], writing), writing, number=number)


def number_text(number: Decimal) -> str:
    """A bare number, thousands apart, decimals after a comma: `1 234,5`."""
    whole, _, decimals = f"{number.normalize():f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", THIN_SPACE)
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = "-" + grouped
    return f"{grouped},{decimals}" if decimals else grouped


def date_text(date: str, writing: Writing) -> str:
    """A date, a month or a year (`2025-11-11`, `2025-11`, `2025`, `~2025`) in words."""
    parts = date.removeprefix("~").split("-")
    key = "date." + ("year", "month", "day")[len(parts) - 1]
    if date.startswith("~"):
        key += "_estimated"
    month = say(f"date.months.m{int(parts[1])}", writing) if len(parts) > 1 else ""
    day = str(int(parts[2])) if len(parts) > 2 else ""
    if day == "1" and writing == "fr":
        day = "1er"
    return say(key, writing, year=parts[0], month=month, day=day)


def isolated(text: str) -> str:
    """An Arabic text whose Latin runs are set apart, so that they and their numbers read right."""
    return _LATIN_RUN.sub(lambda run: _isolated(run[0]), text)


def _isolated(run: str) -> str:
    return f"{LEFT_TO_RIGHT}{run}{END}"


def _scale_of(numbers: Sequence[Decimal], unit: str) -> Decimal:
    """Millions and milliards of dirhams are said as such where two decimals suffice."""
    for scale in (_BILLION, _MILLION):
        if unit == "MAD" and all(
            abs(n) >= scale and n / scale == round(n / scale, 2) for n in numbers
        ):
            return scale
    return Decimal(1)


def _unit_key(unit: str, scale: Decimal, number: Decimal, writing: Writing) -> str:
    key = "unit." + unit.replace("/", "_per_")
    key += {_MILLION: "_millions", _BILLION: "_billions"}.get(scale, "")
    # French counts from two: "1,5 million". Darija has a dual for time, and a plural from 3 to 10.
    amount = abs(number / scale)
    if writing == "fr":
        return f"{key}.one" if amount < 2 else f"{key}.many"
    if amount == 1:
        return f"{key}.one"
    if amount == 2 and has_words(f"{key}.two"):
        return f"{key}.two"
    return f"{key}.few" if 3 <= amount <= 10 and amount == int(amount) else f"{key}.many"
