"""What an entry of the content holds: the models of a subject and of its parts.

They are read from the files of `content/facts` and from the drafts of the console alike; the rules
between entries stand in `database.linting`.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from database.vocabulary import (
    ASPECTS,
    AUDIENCES,
    CERTAINTIES,
    DEFAULT_AUTHORITY,
    KINDS,
    LEGAL_FORMS,
    NUMBER_UNITS,
    OUTSIDE_REGION,
    PROVINCES,
    SECTORS,
    STATUSES,
    TEXT_UNITS,
)

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TYPED_PLACEHOLDER = re.compile(r"(ref|date|name):(.+)", re.DOTALL)
PARTIAL_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"


def _as_text(value: Any) -> Any:
    """YAML reads 2025, 2025-07-03 and 0.5 as numbers and dates; the content means what is typed."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return value
    return str(value)


Text = Annotated[str, BeforeValidator(_as_text)]
Day = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"^{PARTIAL_DATE}$")]
Published = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"^~?{PARTIAL_DATE}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
SourceKey = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[a-z0-9_]+$", max_length=80)]
Link = Annotated[str, Field(pattern=r"^https?://\S+$")]
Number = Annotated[Decimal, Field(ge=-(10**15), le=10**15)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(_Strict):
    """The same words in the three writings."""

    fr: str = Field(min_length=1)
    ary_arab: str = Field(alias="ary-Arab", min_length=1)
    ary_latn: str = Field(alias="ary-Latn", min_length=1)

    def by_writing(self) -> dict[str, str]:
        """The texts keyed by BCP 47 tag."""
        return {"fr": self.fr, "ary-Arab": self.ary_arab, "ary-Latn": self.ary_latn}


class Aliases(_Strict):
    """What people type to name a subject, by writing."""

    fr: list[Text] = []
    ary_arab: list[Text] = Field(default=[], alias="ary-Arab")
    ary_latn: list[Text] = Field(default=[], alias="ary-Latn")

    def by_writing(self) -> dict[str, list[str]]:
        """The aliases keyed by BCP 47 tag."""
        return {"fr": self.fr, "ary-Arab": self.ary_arab, "ary-Latn": self.ary_latn}


class SourceRecord(_Strict):
    """Where a fact was read; `url` is null when nobody can open it."""

    title: Text = Field(min_length=1)
    url: Link | None = None
    published: Published | None = None


class FigureRecord(_Strict):
    """One number (or contact) with its unit, its certainty and where it comes from.

    `parameter` names the parameter of a scheme (`fes_shore_jobs.premium_per_job`) that gives the
    value.
    """

    value: Number | tuple[Number, Number] | str
    unit: Literal[NUMBER_UNITS + TEXT_UNITS]  # type: ignore[valid-type]
    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    sources: list[SourceKey] = Field(min_length=1)
    as_of: Day | None = None
    note: Text | None = None
    parameter: Annotated[str, Field(max_length=120)] | None = None


class StatementRecord(Words):
    """What is said of one aspect of a subject."""

    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    checked_on: date
    sources: list[SourceKey] = Field(min_length=1)


class StepCost(_Strict):
    """What a step costs or how long it takes: figures to add up, and a note in words."""

    figures: list[Annotated[str, Field(pattern=r"^[a-z0-9_.]+$")]] = []
    note: Words | None = None


class StepRecord(_Strict):
    """One stage of a procedure."""

    title: Words
    body: Words | Key | None = None
    documents: list[Words] = []
    cost: StepCost | None = None
    delay: StepCost | None = None
    channel: Link | None = None
    legal_reference: Words | None = None
    detail: Words | None = None
    certainty: Literal[CERTAINTIES]  # type: ignore[valid-type]
    sources: list[SourceKey] = Field(min_length=1)


class StatusRecord(_Strict):
    """Whether the subject is open, and the day of the latest evidence."""

    value: Literal[STATUSES]  # type: ignore[valid-type]
    as_of: Day


class SubjectRecord(_Strict):
    """A thing people ask about, as one entry of a content file."""

    id: Key
    kind: Literal[KINDS]  # type: ignore[valid-type]
    names: Words
    aliases: Aliases = Aliases()
    part_of: Key | None = None
    ask: Key = DEFAULT_AUTHORITY
    provinces: list[Literal[(*PROVINCES, OUTSIDE_REGION)]] = []  # type: ignore[valid-type]
    sectors: list[Literal[SECTORS]] = []  # type: ignore[valid-type]
    audiences: list[Literal[AUDIENCES]] = []  # type: ignore[valid-type]
    legal_forms: list[Literal[LEGAL_FORMS]] = []  # type: ignore[valid-type]
    prominence: int = Field(default=3, ge=1, le=5)
    status: StatusRecord | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    check_by: date
    operator: Words | None = None
    census: Annotated[str, BeforeValidator(_as_text)] | None = None
    sources: dict[SourceKey, SourceRecord] = {}
    figures: dict[Key, FigureRecord] = {}
    statements: dict[Literal[ASPECTS], StatementRecord]  # type: ignore[valid-type]
    steps: list[StepRecord] = []


def placeholders(text: str) -> list[str]:
    """The placeholders of a text, in order, without their braces."""
    return PLACEHOLDER.findall(text)


def figure_named(name: str, subject_id: str) -> tuple[str, str]:
    """Which (subject, figure) a placeholder such as `cap` or `tpme.cap` names."""
    owner, _, key = name.rpartition(".")
    return owner or subject_id, key
