"""What holds for every project whatever: hypothesis looks for one that breaks it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemes import Project, assess, assess_scheme, parameters_on, project_from
from schemes.assessment import Benefit, CapKey, Scheme, Verdict
from schemes.project import CHOICES, KINDS, MOST_COUNTED, MOST_MONEY, InvalidProject, Kind

DAYS = st.just(date(2026, 11, 23)) | st.dates(date(2014, 1, 1), date(2032, 12, 31))
# Round figures too: thresholds are round, and chance alone would never meet them.
MONEY = st.one_of(
    st.decimals(min_value=0, max_value=MOST_MONEY, places=2),
    st.integers(min_value=0, max_value=4_000).map(lambda half: Decimal(half) * 500_000),
    st.integers(min_value=0, max_value=60).map(lambda step: Decimal(step) * 10_000),
)
COUNTS = st.one_of(st.integers(0, MOST_COUNTED), st.integers(0, 400), st.integers(0, 30))
PERCENTS = st.one_of(
    st.decimals(min_value=0, max_value=100, places=2), st.integers(0, 100).map(Decimal)
)
BY_KIND = {
    Kind.MONEY: MONEY,
    Kind.INVESTMENT: MONEY.filter(lambda amount: amount > 0),
    Kind.PERCENT: PERCENTS,
    Kind.COUNT: COUNTS,
    Kind.FLAG: st.booleans(),
    Kind.DAY: DAYS,
}


# Chance alone would hardly ever make a project eligible: projects are variations of this one.
FAVOURABLE = project_from(
    {
        "total_investment": 20_000_000,
        "jobs": 160,
        "jobs_within_two_years": 120,
        "jobs_kept_months": 36,
        "province": "fes",
        "zone": "fes_shore",
        "sector": "offshoring",
        "offshoring_branch": "bpo",
        "tpme_eligible_branch": True,
        "legal_form": "sarl",
        "created_on": "2026-01-15",
        "annual_turnover": 2_000_000,
        "own_funds_percent": 20,
        "large_company_share_percent": 0,
        "public_shareholder": False,
        "other_state_agreement": False,
        "moroccan_abroad": True,
        "foreign_currency_percent": 30,
        "permanent_hires": 8,
        "months_from_creation_to_hire": 3,
        "monthly_gross_salary": 6_000,
        "trainees": 5,
        "trainees_registered": True,
        "trainee_allowance": 3_000,
        "trainees_hired_percent": 80,
    }
)


def answers_to(name: str) -> st.SearchStrategy[Any]:
    """Any valid answer to one question, in the types of `Project`, or none."""
    is_choice = KINDS[name] is Kind.CHOICE
    return st.none() | (st.sampled_from(CHOICES[name]) if is_choice else BY_KIND[KINDS[name]])


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Any project whose land is no more than its total: a few answers changed, or all."""
    changed = draw(st.sets(st.sampled_from(sorted(KINDS))) | st.just(set(KINDS)))
    answers = {name: draw(answers_to(name)) for name in sorted(changed)}
    try:
        return replace(FAVOURABLE, **answers)
    except InvalidProject:
        return replace(FAVOURABLE, **answers | {"private_land": None, "public_land": None})


@given(project=projects(), on=DAYS)
def test_no_amount_is_negative_or_out_of_its_range(project: Project, on: date) -> None:
    """Every assessment stands, and 0 <= low <= amount <= high."""
    for assessment in assess(project, on=on):
        if assessment.amount is None:
            assert (assessment.low, assessment.high) == (None, None)
        else:
            assert assessment.low is not None
            assert assessment.high is not None
            assert 0 <= assessment.low <= assessment.amount <= assessment.high
        for bonus in assessment.bonuses:
            assert 0 <= bonus.low_rate <= bonus.rate <= bonus.high_rate
            assert bonus.amount is None or bonus.amount >= 0


@given(project=projects(), on=DAYS)
def test_no_cap_is_passed(project: Project, on: date) -> None:
    """Neither the estimate nor the most it may be goes beyond a limit of the scheme."""
    for assessment in assess(project, on=on):
        for cap in assessment.caps:
            if cap.key is CapKey.TOTAL_RATE:
                assert assessment.paid_rate is not None
                assert assessment.paid_rate <= cap.limit
            if cap.key is CapKey.TOTAL_RATE and assessment.high is not None:
                assert project.total_investment is not None
                assert assessment.high <= project.total_investment * cap.limit / 100
            if cap.key in (CapKey.RENEWABLE_POWER, CapKey.GRANT, CapKey.ENVELOPE):
                assert (assessment.high or 0) <= cap.limit


@given(project=projects(), jobs=st.tuples(COUNTS, COUNTS).map(sorted), on=DAYS)
def test_more_jobs_never_lower_a_bonus_or_a_grant(
    project: Project, jobs: list[int], on: date
) -> None:
    """Within a scheme, each rate and each amount stays or rises with the jobs."""
    smaller, larger = (replace(project, jobs=number) for number in jobs)
    for before, after in zip(assess(smaller, on=on), assess(larger, on=on), strict=True):
        if before.benefit not in (Benefit.GRANT, Benefit.ANNUAL_GRANT):
            continue
        rates = {bonus.key: bonus for bonus in after.bonuses}
        for bonus in before.bonuses:
            assert rates[bonus.key].rate >= bonus.rate
            assert rates[bonus.key].low_rate >= bonus.low_rate
            assert rates[bonus.key].high_rate >= bonus.high_rate
        if before.amount is not None and after.amount is not None:
            assert after.amount >= before.amount


@given(project=projects(), on=DAYS)
def test_a_step_brings_what_it_promises(project: Project, on: date) -> None:
    """Once the step is made, the amount has risen by the gain, and no refusal is left."""
    for before in assess(project, on=on):
        for step in before.nearest_steps:
            needed = int(step.needed) if KINDS[step.field] is Kind.COUNT else step.needed
            changes: dict[str, Any] = {step.field: needed}
            after = assess_scheme(before.scheme, replace(project, **changes), on=on)
            assert step.change > 0
            assert after.verdict is not Verdict.NOT_ELIGIBLE
            assert step.makes_eligible == (before.verdict is Verdict.NOT_ELIGIBLE)
            if step.gain is not None:
                assert step.gain >= 0
                assert after.amount == (before.amount or 0) + step.gain


@given(project=projects(), filling=projects(), on=DAYS)
def test_nothing_left_to_ask_means_nothing_left_to_change(
    project: Project, filling: Project, on: date
) -> None:
    """An eligible project with no missing field keeps its verdict and amount, whatever is added."""
    added = {
        name: getattr(filling, name)
        for name in KINDS
        if getattr(project, name) is None and getattr(filling, name) is not None
    }
    try:
        fuller = replace(project, **added)
    except InvalidProject:
        assume(False)
    for before, after in zip(assess(project, on=on), assess(fuller, on=on), strict=True):
        if before.verdict is Verdict.ELIGIBLE and not before.missing:
            assert (before.verdict, before.amount) == (after.verdict, after.amount)


ABSURD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**40),
    st.just(10**5000),
    st.floats(),
    st.text(max_size=12),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.sampled_from(["1E+999999999", "-0", "1e-400", "NaN", "٢٥", "10 000", "50 MDH"]),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.binary(max_size=3),
)


@given(answers=st.dictionaries(st.sampled_from([*KINDS, "colour"]), ABSURD, max_size=5), on=DAYS)
@settings(max_examples=500)
def test_absurd_answers_are_refused_by_name(answers: dict[str, Any], on: date) -> None:
    """Anything may be given: either a project comes of it, or an error that names the field."""
    try:
        project = project_from(answers)
    except InvalidProject as error:
        assert error.field in answers
        assert error.field in str(error)
        assert error.problem in str(error)
    else:
        assess(project, on=on)


@given(answers=st.dictionaries(st.sampled_from(sorted(KINDS)), ABSURD, max_size=5))
def test_a_project_cannot_be_built_around_its_checks(answers: dict[str, Any]) -> None:
    """What `project_from` would refuse, `Project` refuses too."""
    try:
        project = Project(**answers)
    except InvalidProject:
        return
    for name, value in answers.items():
        assert value is None or getattr(project, name) == value


@given(on=st.dates(), scheme=st.sampled_from(Scheme))
def test_each_parameter_of_a_day_has_begun(on: date, scheme: Scheme) -> None:
    """No figure is told before its start date, nor once abrogated."""
    for parameter in parameters_on(scheme, on=on).values():
        assert parameter.since <= on
        assert parameter.value is not None
