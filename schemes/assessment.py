"""What a scheme answers about a project: the verdict, why, how much, and how sure it is.

No sentence stands here: every condition, bonus, cap, caution and verdict is a key, whose words
are in `content/responses/schemes.yml`. `schemes.keys.response_keys` lists them all.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemes.parameters import Certainty, Reference, Unit


class Scheme(StrEnum):
    """The schemes that are assessed; each has a parameter file of the same name."""

    STRATEGIC = "strategic"
    CHARTER_MAIN = "charter_main"
    TPME = "tpme"
    FES_SHORE_JOBS = "fes_shore_jobs"
    FES_SHORE_INSTALLATION = "fes_shore_installation"
    OFFSHORING = "offshoring"
    ZAI = "zai"
    MDM_INVEST = "mdm_invest"
    IDMAJ = "idmaj"
    TAHFIZ = "tahfiz"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"


class Verdict(StrEnum):
    """`to_confirm`: everything was answered, but a rule that decides is not settled or not known.

    `negotiated`: open to the project, with advantages agreed case by case and no published scale.
    """

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    MISSING_ANSWERS = "missing_answers"
    TO_CONFIRM = "to_confirm"
    NEGOTIATED = "negotiated"


class Benefit(StrEnum):
    """What the amount of an assessment is."""

    GRANT = "grant"  # received once
    ANNUAL_GRANT = "annual_grant"  # received each year
    TAX_RELIEF = "tax_relief"  # rates and durations, no amount
    ANNUAL_TAX = "annual_tax"  # to be paid each year
    NEGOTIATED = "negotiated"  # no amount


class ConditionKey(StrEnum):
    IN_FORCE = "condition.in_force"
    LEGAL_FORM = "condition.legal_form"
    SECTOR = "condition.sector"
    SIZE = "condition.size"
    NOT_STRATEGIC = "condition.not_strategic"
    INVESTMENT = "condition.investment"
    STRATEGIC_CRITERION = "condition.strategic_criterion"
    JOBS_RATIO = "condition.jobs_ratio"
    TURNOVER = "condition.turnover"
    OWN_FUNDS = "condition.own_funds"
    INDEPENDENCE = "condition.independence"
    NO_PUBLIC_SHAREHOLDER = "condition.no_public_shareholder"
    NO_OTHER_AGREEMENT = "condition.no_other_agreement"
    ELIGIBLE_BRANCH = "condition.eligible_branch"
    ZONE = "condition.zone"
    ENVELOPE_OPEN = "condition.envelope_open"
    JOBS = "condition.jobs"
    JOBS_KEPT = "condition.jobs_kept"
    JOBS_WITHIN_TWO_YEARS = "condition.jobs_within_two_years"
    OFFSHORING_BRANCH = "condition.offshoring_branch"
    OFFSHORING_THRESHOLDS = "condition.offshoring_thresholds"
    ZONE_OPERATING = "condition.zone_operating"
    ZONE_AUTHORIZATION = "condition.zone_authorization"
    MOROCCAN_ABROAD = "condition.moroccan_abroad"
    FOREIGN_CURRENCY = "condition.foreign_currency"
    TRAINEES = "condition.trainees"
    TRAINEES_REGISTERED = "condition.trainees_registered"
    TRAINEES_HIRED = "condition.trainees_hired"
    CREATION_DATE = "condition.creation_date"
    PERMANENT_HIRES = "condition.permanent_hires"
    HIRING_DELAY = "condition.hiring_delay"
    SALARY = "condition.salary"
    ANNUAL_TURNOVER = "condition.annual_turnover"
    NO_EMPLOYEE = "condition.no_employee"


class BonusKey(StrEnum):
    JOBS = "bonus.jobs"
    WOMEN = "bonus.women"
    FUTURE_JOBS = "bonus.future_jobs"
    SUSTAINABLE = "bonus.sustainable"
    LOCAL_INTEGRATION = "bonus.local_integration"
    TERRITORY = "bonus.territory"
    SECTOR = "bonus.sector"
    PRIORITY_ACTIVITY = "bonus.priority_activity"
    JOB_PREMIUM = "bonus.job_premium"
    TRAINING_PREMIUM = "bonus.training_premium"
    INSTALLATION = "bonus.installation"
    INCOME_TAX_CAP = "bonus.income_tax_cap"
    CORPORATE_TAX_SUPPORT = "bonus.corporate_tax_support"
    CORPORATE_TAX_EXEMPTION = "bonus.corporate_tax_exemption"
    CORPORATE_TAX_RATE = "bonus.corporate_tax_rate"
    MOROCCAN_ABROAD_GRANT = "bonus.moroccan_abroad_grant"
    INTERNSHIP_INCOME_TAX_EXEMPTION = "bonus.internship_income_tax_exemption"
    INCOME_TAX_EXEMPTION = "bonus.income_tax_exemption"
    EMPLOYER_CONTRIBUTIONS = "bonus.employer_contributions"
    FLAT_TAX = "bonus.flat_tax"
    SAME_CLIENT_WITHHOLDING = "bonus.same_client_withholding"


class CapKey(StrEnum):
    TOTAL_RATE = "cap.total_rate"
    RENEWABLE_POWER = "cap.renewable_power"
    ENVELOPE = "cap.envelope"
    GRANT = "cap.grant"
    EMPLOYEES = "cap.employees"


class Caution(StrEnum):
    ESTIMATE_ONLY = "caution.estimate_only"
    EARLIER_RULES_NOT_RECORDED = "caution.earlier_rules_not_recorded"
    STABLE_JOB_NOT_DEFINED = "caution.stable_job_not_defined"
    SECTOR_TO_CHECK = "caution.sector_to_check"
    LAND_NOT_GIVEN = "caution.land_not_given"
    LAND_RULE_UNOFFICIAL = "caution.land_rule_unofficial"
    JOB_BANDS_UNOFFICIAL = "caution.job_bands_unofficial"
    WOMEN_SHARE_AT_LIMIT = "caution.women_share_at_limit"
    FUTURE_JOBS_LIST_NOT_READ = "caution.future_jobs_list_not_read"
    SUSTAINABLE_CRITERIA_UNOFFICIAL = "caution.sustainable_criteria_unofficial"
    INTEGRATION_FORMULA_UNKNOWN = "caution.integration_formula_unknown"
    CRAFTS_BONUS_TO_CHECK = "caution.crafts_bonus_to_check"
    RENEWABLE_CAP_READING = "caution.renewable_cap_reading"
    DECIDED_NATIONALLY = "caution.decided_nationally"
    PRECEDENCE_UNKNOWN = "caution.precedence_unknown"
    NEGOTIATED_CASE_BY_CASE = "caution.negotiated_case_by_case"
    TPME_BASE_UNKNOWN = "caution.tpme_base_unknown"
    TPME_BRANCH_LIST_NOT_FOUND = "caution.tpme_branch_list_not_found"
    TPME_LOW_RATIO_NOT_PUBLISHED = "caution.tpme_low_ratio_not_published"
    TPME_PROVINCE_CARRIED_OVER = "caution.tpme_province_carried_over"
    TPME_TURNOVER_AT_LIMIT = "caution.tpme_turnover_at_limit"
    TPME_AMOUNT_AT_LIMIT = "caution.tpme_amount_at_limit"
    TPME_OWN_FUNDS_OR_LOAN = "caution.tpme_own_funds_or_loan"
    TPME_FIRST_COME = "caution.tpme_first_come"
    FES_SHORE_NOT_PROVEN_OPEN = "caution.fes_shore_not_proven_open"
    FES_SHORE_DATES_DISAGREE = "caution.fes_shore_dates_disagree"
    FES_SHORE_WITH_NATIONAL_PREMIUM = "caution.fes_shore_with_national_premium"
    FES_SHORE_JOBS_KEPT_AT_LIMIT = "caution.fes_shore_jobs_kept_at_limit"
    FES_SHORE_SUBSIDY_DISPUTED = "caution.fes_shore_subsidy_disputed"
    REGIONAL_PREMIUM_AMOUNT_UNKNOWN = "caution.regional_premium_amount_unknown"
    OFFSHORING_START_DISPUTED = "caution.offshoring_start_disputed"
    OFFSHORING_THRESHOLDS_UNKNOWN = "caution.offshoring_thresholds_unknown"
    OFFSHORING_DURATION_UNKNOWN = "caution.offshoring_duration_unknown"
    OFFSHORING_OUTSIDE_PARK = "caution.offshoring_outside_park"
    CORPORATE_TAX_RATE_NOT_PUBLISHED = "caution.corporate_tax_rate_not_published"
    ZAI_NOT_PROVEN_OPERATING = "caution.zai_not_proven_operating"
    ZAI_TRANSITION_RATES_UNKNOWN = "caution.zai_transition_rates_unknown"
    ZAI_OTHER_EXEMPTIONS_NOT_SOURCED = "caution.zai_other_exemptions_not_sourced"
    MDM_CONTRIBUTION_DISPUTED = "caution.mdm_contribution_disputed"
    MDM_BASE_DISPUTED = "caution.mdm_base_disputed"
    MDM_HOTELS_ONLY = "caution.mdm_hotels_only"
    MDM_REPAID_IF_DIVESTED = "caution.mdm_repaid_if_divested"
    IDMAJ_ALLOWANCE_TAXED_WHOLE = "caution.idmaj_allowance_taxed_whole"
    IDMAJ_SALARY_ABOVE_CEILING = "caution.idmaj_salary_above_ceiling"
    IDMAJ_SOCIAL_RULES_NOT_UPDATED = "caution.idmaj_social_rules_not_updated"
    IDMAJ_ONCE_PER_TRAINEE = "caution.idmaj_once_per_trainee"
    TAHFIZ_EMPLOYEES_DISPUTED = "caution.tahfiz_employees_disputed"
    TAHFIZ_EXTENSION_UNKNOWN = "caution.tahfiz_extension_unknown"
    AUTO_ENTREPRENEUR_EXCLUDED_TRADES = "caution.auto_entrepreneur_excluded_trades"
    AUTO_ENTREPRENEUR_SOCIAL_COVER = "caution.auto_entrepreneur_social_cover"
    AUTO_ENTREPRENEUR_SAME_CLIENT = "caution.auto_entrepreneur_same_client"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of eligibility.

    `met` is `None` when it cannot be said: because `missing` answers are needed, or, when nothing
    is missing, because the rule itself is not settled.
    """

    key: ConditionKey
    met: bool | None
    certainty: Certainty
    source: Reference
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """One advantage: what is obtained, or why not, as for a condition.

    `rate` is in `unit`. `low_rate` and `high_rate` bound it where a rule is not settled or an
    answer is missing. `amount` is MAD before any cap, `None` where the law gives no amount or the
    base is not answered. `base` is MAD for a percentage, else a number of jobs or of employees.
    """

    key: BonusKey
    met: bool | None
    rate: Decimal
    low_rate: Decimal
    high_rate: Decimal
    unit: Unit
    base: Decimal | None
    amount: Decimal | None
    certainty: Certainty
    source: Reference
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit of the scheme, in `unit`, and whether it lowered this project's result."""

    key: CapKey
    limit: Decimal
    unit: Unit
    applied: bool
    certainty: Certainty
    source: Reference


@dataclass(frozen=True, slots=True)
class Estimate:
    """MAD: what the rules give as best known, and the least and most they may turn out to give."""

    amount: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestStep:
    """The smallest change of one answer that brings something.

    `bonus` goes from `from_rate` to `to_rate` (percent). When `makes_eligible`, `bonus` is `None`,
    the rates are those paid in total, and other answers may still be missing. `gain` is MAD by
    which the amount rises, `None` where it is not known.
    """

    scheme: Scheme
    field: str
    current: Decimal
    needed: Decimal
    change: Decimal
    makes_eligible: bool
    bonus: BonusKey | None
    from_rate: Decimal | None
    to_rate: Decimal | None
    gain: Decimal | None


@dataclass(frozen=True, slots=True)
class Relation:
    """Another scheme that this one adds up with, or excludes for the same investment."""

    scheme: Scheme
    certainty: Certainty
    source: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one scheme would give one project on one day.

    `amount`, `low` and `high` (MAD, unrounded) suppose that every open condition is met: read them
    with the verdict. `low` equals `high` where nothing is in doubt. All three are zero for a grant
    the project cannot have, and `None` where the law gives no amount or the base is not answered.
    Rates are percents of `base` (MAD), the part of the investment that counts.
    `missing` names the unanswered fields of `Project`, the one that decides most first.
    """

    scheme: Scheme
    on: date
    verdict: Verdict
    benefit: Benefit
    conditions: tuple[Condition, ...]
    bonuses: tuple[Bonus, ...]
    base: Decimal | None
    sum_rate: Decimal | None
    paid_rate: Decimal | None
    caps: tuple[Cap, ...]
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None
    certainty: Certainty
    missing: tuple[str, ...]
    nearest_steps: tuple[NearestStep, ...]
    excludes: tuple[Relation, ...]
    adds_up_with: tuple[Relation, ...]
    cautions: tuple[Caution, ...]
    sources: tuple[Reference, ...]
