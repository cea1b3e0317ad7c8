"""Tahfiz: the first employees of a new business, exempt from income tax and social contributions.

Finance law for 2015 and those that followed. The window is on the day the business is created.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from schemes.assessment import (
    Assessment,
    Benefit,
    Bonus,
    BonusKey,
    CapKey,
    Caution,
    Condition,
    ConditionKey,
    Scheme,
)
from schemes.conclusion import ZERO, bonus, cap, closed, conclude, condition, opening
from schemes.logic import above, inverse, listed
from schemes.parameters import Law, law_on
from schemes.project import Project


def assess(project: Project, *, on: date) -> Assessment:
    """Which exemptions would the first hires bring? Months for so many employees, no amount."""
    law = law_on(Scheme.TAHFIZ, on)
    opened = opening(law)
    if not opened.met:
        return closed(Scheme.TAHFIZ, Benefit.TAX_RELIEF, opened, law)
    beyond = bool(above(project.permanent_hires, law.number("maximum_employees")))
    return conclude(
        Scheme.TAHFIZ,
        Benefit.TAX_RELIEF,
        law,
        (opened, *_conditions(project, law)),
        tuple(_advantages(project, law)),
        caps=(cap(CapKey.EMPLOYEES, "maximum_employees", law, applied=beyond),),
        cautions=tuple(_cautions(project, law)),
    )


def _conditions(project: Project, law: Law) -> Iterator[Condition]:
    yield condition(
        ConditionKey.PERMANENT_HIRES,
        above(project.permanent_hires, ZERO),
        "maximum_employees",
        law,
        project,
        "permanent_hires",
    )
    yield _creation_date(project, law)
    yield condition(
        ConditionKey.LEGAL_FORM,
        listed(project.legal_form, law.names("legal_forms"), law.names("legal_forms_to_confirm")),
        "legal_forms",
        law,
        project,
        "legal_form",
    )
    yield condition(
        ConditionKey.HIRING_DELAY,
        inverse(above(project.months_from_creation_to_hire, law.number("hiring_months"))),
        "hiring_months",
        law,
        project,
        "months_from_creation_to_hire",
    )
    yield condition(
        ConditionKey.SALARY,
        inverse(above(project.monthly_gross_salary, law.number("salary_ceiling"))),
        "salary_ceiling",
        law,
        project,
        "monthly_gross_salary",
    )


def _creation_date(project: Project, law: Law) -> Condition:
    """Created in the window, first and last day included."""
    first, last = law.day("first_creation_day"), law.day("last_creation_day")
    created = project.created_on
    met = None if created is None else first <= created <= last
    key, rule = ConditionKey.CREATION_DATE, "last_creation_day"
    return condition(key, met, rule, law, project, "created_on")


def _advantages(project: Project, law: Law) -> Iterator[Bonus]:
    """For each employee, up to the most that count."""
    hires, most = project.permanent_hires, law.number("maximum_employees")
    counted = None if hires is None else min(Decimal(hires), most)
    certainty = law["maximum_employees"].certainty
    for key in (BonusKey.INCOME_TAX_EXEMPTION, BonusKey.EMPLOYER_CONTRIBUTIONS):
        yield bonus(key, True, "exemption_months", law, base=counted, certainty=certainty)


def _cautions(project: Project, law: Law) -> Iterator[Caution]:
    if above(project.permanent_hires, law.number("maximum_employees_disputed")):
        yield Caution.TAHFIZ_EMPLOYEES_DISPUTED
    if project.created_on is not None and project.created_on > law.day("last_creation_day"):
        yield Caution.TAHFIZ_EXTENSION_UNKNOWN
