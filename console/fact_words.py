"""What parts of a subject, and mistakes in it, are called in the language of an officer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.fact_sheets import Sheet, field_of
from console.words import Language, every_word, say
from database.linting import Mistake, Place
from database.vocabulary import ASPECTS, WRITINGS

# How pydantic names what it refuses, and the words that tell it.
REFUSED = {
    "missing": "missing",
    "string_too_short": "missing",
    "too_short": "source_needed",
    "too_long": "not_in_list",
    "string_too_long": "too_long",
    "literal_error": "not_in_list",
    "greater_than_equal": "not_in_list",
    "less_than_equal": "not_in_list",
    "extra_forbidden": "unknown_part",
    "twice": "twice",
    "defined_twice": "twice",
    "not_yaml": "not_yaml",
    "model_type": "not_yaml",
    "no_such_parameter": "no_such_parameter",
    "no_such_census_code": "not_in_list",
}
LINKS = ("url", "channel")
DAYS = ("check_by", "checked_on", "valid_from", "valid_to", "as_of", "published")
KEYS = ("[key]", "id", "sources", "part_of", "ask", "body")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake as the form shows it: the field it stands beside, and what is said there."""

    field: str
    label: str
    text: str


def wrong_fields(mistakes: Iterable[Mistake], sheet: Sheet, language: Language) -> list[Wrong]:
    """The mistakes beside their fields, each said once."""
    found = [
        Wrong(
            field_of(mistake.place, sheet),
            place_label(mistake.place, language),
            mistake_told(mistake, language),
        )
        for mistake in mistakes
    ]
    return list(dict.fromkeys(found))


def mistake_told(mistake: Mistake, language: Language) -> str:
    """A mistake in words."""
    if mistake.kind != "malformed":
        values = {name: _listed(value) for name, value in mistake.values.items()}
        return say(f"facts.mistake.{mistake.kind}", language, **values)
    return say(f"facts.mistake.{_refusal(mistake)}", language)


def _refusal(mistake: Mistake) -> str:
    kind = str(mistake.values.get("type", ""))
    last = str(mistake.place[-1]) if mistake.place else ""
    named = {str(part) for part in mistake.place}
    if kind in REFUSED:
        return REFUSED[kind]
    if named & set(LINKS):
        return "bad_link"
    if named & set(DAYS):
        return "bad_day"
    if "value" in named:
        return "bad_number"
    if last in KEYS or kind == "string_pattern_mismatch":
        return "bad_key"
    return "not_understood"


def place_label(place: Place, language: Language) -> str:
    """Where something stands in a subject: `Énoncé · Montant · Darija, lettres arabes`."""
    return " · ".join(
        _part_label(place, at, language) for at in range(len(place)) if place[at] != ""
    )


def _part_label(place: Place, at: int, language: Language) -> str:
    part = place[at]
    before = str(place[at - 1]) if at else ""
    if isinstance(part, int):
        return str(part + 1)
    if part in WRITINGS:
        return say(f"facts.writing.{part}", language)
    if before == "statements" and part in ASPECTS:
        return say(f"facts.aspect.{part}", language)
    key = f"facts.part.{part.strip('[]')}"
    return say(key, language) if key in every_word() else part


def choices(group: str, values: Iterable[str], language: Language) -> list[tuple[str, str]]:
    """The values of a closed list with their labels, as a select shows them."""
    return [(value, say(f"facts.{group}.{value}", language)) for value in values]


def _listed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(f"{{{each}}}" for each in value) or "–"
    return str(value)


def by_field(wrong: Iterable[Wrong]) -> Mapping[str, list[Wrong]]:
    """The mistakes by the field they stand beside."""
    found: dict[str, list[Wrong]] = {}
    for each in wrong:
        found.setdefault(each.field, []).append(each)
    return found
