"""Every key whose words are needed to say an assessment aloud, in one list."""

from dataclasses import fields
from enum import StrEnum

from schemes.assessment import (
    Benefit,
    BonusKey,
    CapKey,
    Caution,
    ConditionKey,
    Scheme,
    Verdict,
)
from schemes.parameters import Certainty, Unit
from schemes.project import CHOICES, Problem, Project

# Values of these stand in assessments without a prefix; in the texts they have one.
PREFIXED: dict[str, type[StrEnum]] = {
    "scheme": Scheme,
    "verdict": Verdict,
    "benefit": Benefit,
    "certainty": Certainty,
    "unit": Unit,
}


def response_keys() -> tuple[str, ...]:
    """Which keys must `content/responses/schemes.yml` hold?

    Fields are `field.<name>`, their choices `choice.<field>.<value>`.
    """
    named = [f"{prefix}.{value}" for prefix, kind in PREFIXED.items() for value in kind]
    keyed = [
        str(key) for kind in (ConditionKey, BonusKey, CapKey, Caution, Problem) for key in kind
    ]
    asked = [f"field.{known.name}" for known in fields(Project)]
    choices = [f"choice.{name}.{value}" for name, kind in CHOICES.items() for value in kind]
    return tuple(named + keyed + asked + choices)
