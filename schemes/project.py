"""The visitor's project: what was answered so far, each answer checked, `None` = not answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_type_hints

# Limits of plausibility, not of law: beyond them an answer is asked again.
MOST_MONEY = Decimal(1_000_000_000_000)
MOST_COUNTED = 1_000_000
CENTIME = Decimal("0.01")


class Province(StrEnum):
    """The prefectures and provinces of Fès-Meknès."""

    FES = "fes"
    MEKNES = "meknes"
    SEFROU = "sefrou"
    MOULAY_YACOUB = "moulay_yacoub"
    BOULEMANE = "boulemane"
    TAOUNATE = "taounate"
    TAZA = "taza"
    EL_HAJEB = "el_hajeb"
    IFRANE = "ifrane"


class Sector(StrEnum):
    """The branch of the project; `industry` is any industry without a name of its own here."""

    INDUSTRY = "industry"
    AGRIFOOD = "agrifood"
    PHARMACEUTICAL = "pharmaceutical"
    TEXTILE = "textile"
    AUTOMOTIVE = "automotive"
    AEROSPACE = "aerospace"
    AGRICULTURE = "agriculture"
    TOURISM = "tourism"
    CRAFTS = "crafts"
    OFFSHORING = "offshoring"
    DIGITAL = "digital"
    RENEWABLE_ENERGY = "renewable_energy"
    TRANSPORT = "transport"
    LOGISTICS = "logistics"
    CONSTRUCTION = "construction"
    REAL_ESTATE = "real_estate"
    COMMERCE = "commerce"
    HEALTH = "health"
    EDUCATION = "education"
    CULTURE = "culture"
    AQUACULTURE = "aquaculture"
    MINING = "mining"
    RECYCLING = "recycling"
    SERVICES = "services"


class LegalForm(StrEnum):
    """Who carries the project; `company` is a company under Moroccan law, form not said."""

    COMPANY = "company"
    SARL = "sarl"
    SARL_AU = "sarl_au"
    SAS = "sas"
    SA = "sa"
    SNC = "snc"
    BRANCH = "branch"
    COOPERATIVE = "cooperative"
    ASSOCIATION = "association"
    SOLE_PROPRIETOR = "sole_proprietor"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"
    PUBLIC_ENTERPRISE = "public_enterprise"


class Zone(StrEnum):
    """Places with a regime of their own; `other` is anywhere else in the region."""

    FES_SHORE = "fes_shore"
    ZAI_FES_MEKNES = "zai_fes_meknes"
    ZAI_FES_BENSOUDA = "zai_fes_bensouda"
    ZAI_MEKNES = "zai_meknes"
    OTHER = "other"


class OffshoringBranch(StrEnum):
    """The five branches of the national offshoring offer, or none of them."""

    ITO = "ito"
    CRM = "crm"
    BPO = "bpo"
    ESO = "eso"
    KPO = "kpo"
    NONE = "none"


class Problem(StrEnum):
    """What is wrong with an answer."""

    UNKNOWN_FIELD = "problem.unknown_field"
    NOT_A_NUMBER = "problem.not_a_number"
    NOT_A_WHOLE_NUMBER = "problem.not_a_whole_number"
    NOT_A_DAY = "problem.not_a_day"
    NOT_YES_OR_NO = "problem.not_yes_or_no"
    UNKNOWN_CHOICE = "problem.unknown_choice"
    ZERO = "problem.zero"
    NEGATIVE = "problem.negative"
    TOO_LARGE = "problem.too_large"
    FINER_THAN_A_CENTIME = "problem.finer_than_a_centime"
    ABOVE_HUNDRED = "problem.above_hundred"
    ABOVE_TOTAL = "problem.above_total"


class InvalidProject(ValueError):
    """An answer that no project can have; names the field, the value and the problem."""

    def __init__(self, field_name: str, value: object, problem: Problem) -> None:
        super().__init__(f"{field_name} has value {_shown(value)}: {problem}")
        self.field = field_name
        self.value = value
        self.problem = problem


class Kind(StrEnum):
    """How an answer is read and checked."""

    MONEY = "money"  # MAD, down to the centime
    INVESTMENT = "investment"  # MAD, more than zero
    PERCENT = "percent"  # 0 to 100
    COUNT = "count"  # whole number, zero or more
    FLAG = "flag"  # yes or no
    DAY = "day"
    CHOICE = "choice"  # one value of the field's enumeration


Investment = Annotated[Decimal | None, Kind.INVESTMENT]
Money = Annotated[Decimal | None, Kind.MONEY]
Percent = Annotated[Decimal | None, Kind.PERCENT]
Count = Annotated[int | None, Kind.COUNT]
Flag = Annotated[bool | None, Kind.FLAG]
Day = Annotated[date | None, Kind.DAY]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a visitor answered about a project. Raises InvalidProject. Money is MAD, without tax."""

    # How large it is.
    total_investment: Investment = None  # land included
    private_land: Money = None  # part of the total
    public_land: Money = None  # part of the total
    jobs: Count = None  # stable jobs to create
    jobs_within_two_years: Count = None  # of these, within two years
    jobs_kept_months: Count = None  # how long each job will be kept

    # Where it is.
    province: Province | None = None
    zone: Zone | None = None

    # What it does.
    sector: Sector | None = None
    offshoring_branch: OffshoringBranch | None = None
    renewable_power_generation: Flag = None
    future_job_activity: Flag = None  # on the official list
    sustainable: Flag = None  # meets the sustainable-development criteria
    local_integration_percent: Percent = None
    women_payroll_percent: Percent = None
    strategic_criterion: Flag = None  # at least one
    tpme_eligible_branch: Flag = None  # on the region's list
    tpme_priority_activity: Flag = None  # on the region's priority list

    # Who carries it.
    legal_form: LegalForm | None = None
    created_on: Day = None  # of the business; the planned day if to come
    annual_turnover: Money = None  # best of three years, or expected
    own_funds_percent: Percent = None  # of the investment
    large_company_share_percent: Percent = None  # of the capital
    public_shareholder: Flag = None
    other_state_agreement: Flag = None  # with similar advantages
    zai_authorization: Flag = None  # granted by the zone's developer

    # A Moroccan living abroad, or back for less than a year.
    moroccan_abroad: Flag = None
    moroccan_abroad_share_percent: Percent = None  # of the project
    foreign_currency_percent: Percent = None  # brought, of the project

    # Whom it hires.
    annual_gross_pay: Money = None  # all new Moroccan recruits, a year
    permanent_hires: Count = None  # on permanent contracts
    months_from_creation_to_hire: Count = None
    monthly_gross_salary: Money = None  # the highest among the hires
    trainees: Count = None  # on insertion contracts
    trainees_registered: Flag = None  # with the employment agency
    trainee_allowance: Money = None  # a month, the highest
    trainees_hired_percent: Percent = None  # commitment to hire

    # An auto-entrepreneur.
    largest_client_turnover: Money = None  # services to one client

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            value = getattr(self, name)
            problem = None if value is None else _problem(name, value, kind)
            if problem:
                raise InvalidProject(name, value, problem)
        _check_parts_of_total(self)


def _kinds() -> Iterator[tuple[str, Kind]]:
    for name, hint in get_type_hints(Project, include_extras=True).items():
        yield name, next(iter(getattr(hint, "__metadata__", ())), Kind.CHOICE)


def _choices() -> Iterator[tuple[str, type[StrEnum]]]:
    for name, hint in get_type_hints(Project).items():
        if KINDS[name] is Kind.CHOICE:
            yield name, next(kind for kind in get_args(hint) if issubclass(kind, StrEnum))


KINDS: Mapping[str, Kind] = MappingProxyType(dict(_kinds()))
CHOICES: Mapping[str, type[StrEnum]] = MappingProxyType(dict(_choices()))
FLAG_WORDS = MappingProxyType({"true": True, "false": False})


def project_from(answers: Mapping[str, object]) -> Project:
    """The project given by plain answers (JSON, YAML or form values). Raises InvalidProject."""
    return Project(**{name: read_answer(name, value) for name, value in answers.items()})


def read_answer(name: str, value: object) -> Any:
    """One plain answer as its field holds it, `None` and blank as unanswered.

    Numbers may be texts; days are ISO 8601; choices are the values of the enumerations; yes and no
    are booleans or the words `true` and `false`. Raises InvalidProject.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise InvalidProject(name, value, Problem.UNKNOWN_FIELD)
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    read = _read(name, value, kind)
    problem = _problem(name, read, kind)
    if problem:
        raise InvalidProject(name, value, problem)
    return read


def _read(name: str, value: object, kind: Kind) -> object:
    if kind is Kind.CHOICE:
        try:
            return CHOICES[name](str(value))
        except ValueError:
            raise InvalidProject(name, value, Problem.UNKNOWN_CHOICE) from None
    if kind is Kind.FLAG:
        return FLAG_WORDS.get(value, value) if isinstance(value, str) else value
    if kind is Kind.DAY:
        return _day(name, value)
    number = _number(name, value)
    if kind is not Kind.COUNT:
        return number
    # Bounded before it is turned into an int: int(Decimal("1E+999999")) would never end.
    bounded = max(Decimal(-1), min(number, Decimal(MOST_COUNTED + 1)))
    if bounded != int(bounded):
        raise InvalidProject(name, value, Problem.NOT_A_WHOLE_NUMBER)
    return int(bounded)


def _day(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidProject(name, value, Problem.NOT_A_DAY) from None


def _number(name: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InvalidProject(name, value, Problem.NOT_A_NUMBER)
    try:
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise InvalidProject(name, value, Problem.NOT_A_NUMBER) from None
    if not number.is_finite():
        raise InvalidProject(name, value, Problem.NOT_A_NUMBER)
    return number


def _problem(name: str, value: object, kind: Kind) -> Problem | None:
    if kind is Kind.FLAG:
        return None if isinstance(value, bool) else Problem.NOT_YES_OR_NO
    if kind is Kind.CHOICE:
        return None if isinstance(value, CHOICES[name]) else Problem.UNKNOWN_CHOICE
    if kind is Kind.DAY:
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        return None if is_day else Problem.NOT_A_DAY
    if kind is Kind.COUNT:
        return _problem_of_count(value)
    return _problem_of_decimal(value, kind)


def _problem_of_count(value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return Problem.NOT_A_WHOLE_NUMBER
    if value < 0:
        return Problem.NEGATIVE
    return Problem.TOO_LARGE if value > MOST_COUNTED else None


def _problem_of_decimal(value: object, kind: Kind) -> Problem | None:
    if not isinstance(value, Decimal) or not value.is_finite():
        return Problem.NOT_A_NUMBER
    if value < 0:
        return Problem.NEGATIVE
    if kind is Kind.PERCENT:
        return Problem.ABOVE_HUNDRED if value > 100 else None
    if kind is Kind.INVESTMENT and value == 0:
        return Problem.ZERO
    if value > MOST_MONEY:
        return Problem.TOO_LARGE
    return Problem.FINER_THAN_A_CENTIME if value % CENTIME else None


def _check_parts_of_total(project: Project) -> None:
    """Raise InvalidProject when a part is larger than the whole it belongs to."""
    parts = (("private_land", project.private_land), ("public_land", project.public_land))
    land = Decimal(0)
    for name, part in parts:
        land += part or 0
        if part and project.total_investment is not None and land > project.total_investment:
            raise InvalidProject(name, part, Problem.ABOVE_TOTAL)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        # Python refuses to write out integers of more than some thousands of digits.
        return "an enormous number"
