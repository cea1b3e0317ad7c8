"""What a message says of a project, in the three writings."""

from typing import Any

import pytest

from answers.project_reading import read_project, typed_answer
from answers.turn import Turn
from bot.nlu.closed_entities import find_closed_entities
from database.vocabulary import Writing
from schemes import InvalidProject
from schemes.project import Problem
from tests.unit.answers.simulation_talk import TODAY


def read(
    text: str, asked: str | None = None, writing: Writing = "fr", intent: str = "inform"
) -> Any:
    """What is read of a text, with nothing held."""
    entities: dict[str, tuple[Any, ...]] = {}
    for found in find_closed_entities(text):
        entities[found.kind] = (*entities.get(found.kind, ()), found.value)
    turn = Turn(text, writing, intent, entities)
    return read_project(turn, asked=asked, held={}, readings=(), on=TODAY)


SEVERAL = [
    (
        "fr",
        "10 millions à Taounate, 25 emplois, 30 % de femmes",
        {"total_investment": "10000000", "province": "taounate", "jobs": "25"}
        | {"women_payroll_percent": "30"},
    ),
    (
        "fr",
        "projet de 4,5 MDH dont 1 MDH de terrain, 20 % de fonds propres, SARL dans le textile",
        {"total_investment": "4500000", "private_land": "1000000", "own_funds_percent": "20"}
        | {"legal_form": "sarl", "sector": "textile"},
    ),
    (
        "fr",
        "fonds propres : 15 %, femmes : 40 %",
        {"own_funds_percent": "15", "women_payroll_percent": "40"},
    ),
    (
        "fr",
        "un call center de 120 positions à Fès Shore",
        {"sector": "offshoring", "zone": "fes_shore", "province": "fes"},
    ),
    (
        "fr",
        "je suis MRE, 2 millions de dirhams",
        {"moroccan_abroad": True, "total_investment": "2000000"},
    ),
    ("fr", "25 salariés dont 10 femmes", {"jobs": "25"}),
    (
        "ary-Arab",
        "10 د المليون درهم فتاونات، 25 خدام، 30 فالمية عيالات",
        {"total_investment": "10000000", "province": "taounate", "jobs": "25"}
        | {"women_payroll_percent": "30"},
    ),
    ("ary-Arab", "20 فالمية من فلوسي", {"own_funds_percent": "20"}),
    (
        "ary-Latn",
        "10 mlyoun dirham f Taza, 25 khddam, 30% 3yalat",
        {"total_investment": "10000000", "province": "taza", "jobs": "25"}
        | {"women_payroll_percent": "30"},
    ),
    ("ary-Latn", "20% mn flousi", {"own_funds_percent": "20"}),
]


@pytest.mark.parametrize(("writing", "text", "expected"), SEVERAL)
def test_several_answers_of_one_message_are_all_taken(
    writing: Writing, text: str, expected: dict[str, Any]
) -> None:
    assert read(text, writing=writing).answers == expected


ASKED = [
    ("jobs", "25", "25"),
    ("jobs", "une vingtaine de personnes", "20"),
    ("total_investment", "3500000", "3500000"),
    ("own_funds_percent", "20", "20"),
    ("annual_turnover", "4 millions", "4000000"),
    ("annual_turnover", "15000 dh par mois", "180000"),
    ("jobs_kept_months", "3 ans", "36"),
    ("created_on", "15/03/2024", "2024-03-15"),
    ("created_on", "pas encore", "2026-11-23"),
    ("legal_form", "sa", "sa"),
    ("legal_form", "une société", "company"),
    ("offshoring_branch", "centre d'appels", "crm"),
    ("zone", "ailleurs", "other"),
]


@pytest.mark.parametrize(("asked", "text", "expected"), ASKED)
def test_a_bare_answer_goes_to_the_field_asked(asked: str, text: str, expected: str) -> None:
    assert read(text, asked).answers[asked] == expected


@pytest.mark.parametrize(
    ("asked", "intent", "expected"),
    [
        ("sustainable", "affirm", True),
        ("sustainable", "deny", False),
        ("private_land", "deny", "0"),
        ("large_company_share_percent", "deny", "0"),
        ("zone", "deny", "other"),
        ("created_on", "deny", "2026-11-23"),
    ],
)
def test_yes_and_no_answer_the_field_asked(asked: str, intent: str, expected: object) -> None:
    assert read("", asked, intent=intent).answers == {asked: expected}


@pytest.mark.parametrize(
    "asked", ["women_payroll_percent", "own_funds_percent", "monthly_gross_salary"]
)
def test_no_to_a_rate_or_a_salary_is_no_answer(asked: str) -> None:
    assert not read("non", asked, intent="deny")


def test_yes_to_an_amount_is_no_answer() -> None:
    assert not read("oui", "total_investment", intent="affirm")


@pytest.mark.parametrize(
    ("text", "asked", "problem"),
    [
        ("0 dh", "total_investment", Problem.ZERO),
        ("-5 millions de dirhams", "total_investment", Problem.NEGATIVE),
        ("-25 emplois", "jobs", Problem.NEGATIVE),
        ("25,5 emplois", "jobs", Problem.NOT_A_WHOLE_NUMBER),
        ("120 %", "own_funds_percent", Problem.ABOVE_HUNDRED),
        ("5000 milliards de dirhams", "total_investment", Problem.TOO_LARGE),
    ],
)
def test_what_no_project_can_have_is_named(text: str, asked: str, problem: Problem) -> None:
    said = read(text, asked)
    assert said.problem == (asked, problem)
    assert asked not in said.answers


def test_land_dearer_than_the_project_is_refused() -> None:
    said = read("2 MDH dont 3 MDH de terrain", "total_investment")
    assert said.problem == ("private_land", Problem.ABOVE_TOTAL)


def test_euros_are_never_converted() -> None:
    said = read("200 000 euros", "total_investment")
    assert said.foreign
    assert not said.answers


@pytest.mark.parametrize(
    ("writing", "text"),
    [("ary-Latn", "12 mlyoun"), ("ary-Arab", "12 مليون"), ("ary-Latn", "12 millions")],
)
def test_a_million_of_darija_has_two_readings(writing: Writing, text: str) -> None:
    said = read(text, "total_investment", writing)
    assert said.readings == {"total_investment": ("12000000", "120000")}


def test_a_million_of_dirhams_has_one() -> None:
    assert read("12 mlyoun dirham", "total_investment", "ary-Latn").answers == {
        "total_investment": "12000000"
    }


def test_a_reading_that_no_project_can_have_is_left_out() -> None:
    said = read("5000 mlyar", "total_investment", "ary-Latn")
    assert said.answers == {"total_investment": "50000000000"}
    assert not said.readings


def test_two_provinces_are_two_readings() -> None:
    assert read("Fès ou Taza", "province").readings == {"province": ("fes", "taza")}


def test_the_low_end_of_a_range_is_taken_and_told() -> None:
    said = read("entre 20 et 30 emplois", "jobs")
    assert said.answers == {"jobs": "20"}
    assert said.low_end


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("total_investment", "80 MDH", "80000000"),
        ("total_investment", "10 000 000", "10000000"),
        ("total_investment", "10000000", "10000000"),
        ("own_funds_percent", "12,5", "12.5"),
        ("own_funds_percent", "30 %", "30"),
        ("jobs", " 25 ", "25"),
        ("jobs", "", None),
        ("province", "taza", "taza"),
        ("sustainable", "true", "true"),
    ],
)
def test_the_form_of_the_page_reads_what_people_type(
    name: str, text: str, expected: str | None
) -> None:
    assert typed_answer(name, text, "fr") == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jobs", "abc"),
        ("jobs", "-3"),
        ("province", "paris"),
        ("total_investment", "5 €"),
        ("jobs", "9" * 400),
    ],
)
def test_the_form_of_the_page_refuses_the_rest(name: str, text: str) -> None:
    with pytest.raises(InvalidProject):
        typed_answer(name, text, "fr")
