"""The computation at the public door: data, page, PDF and picture."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from database.vocabulary import WRITINGS, Writing
from schemes import Scheme
from schemes.project import KINDS

TEXTILE: dict[str, Any] = {
    "total_investment": "80000000",
    "jobs": 125,
    "province": "taounate",
    "sector": "textile",
    "legal_form": "sa",
}


def address(suffix: str = "", **answers: object) -> str:
    """The address of the page for these answers."""
    return f"/calculateur{suffix}?{urlencode(answers)}"


# As data


def test_a_project_is_assessed_by_every_scheme(client: TestClient) -> None:
    answered = client.post("/api/simulations", json={"project": TEXTILE, "on": "2026-11-23"})
    body = answered.json()
    assert answered.status_code == 200
    assert [scheme["scheme"] for scheme in body["schemes"]] == [str(scheme) for scheme in Scheme]
    charter = next(each for each in body["schemes"] if each["scheme"] == "charter_main")
    assert charter["shown"]
    assert charter["assessment"]["verdict"] == "eligible"
    assert charter["card"]["total_value"] == 21_600_000
    assert "women_payroll_percent" in body["ask_next"]


def test_the_rules_are_those_of_the_day_asked(client: TestClient) -> None:
    asked = {"project": {"total_investment": 5_000_000, "jobs": 20}, "on": "2025-11-10"}
    schemes = client.post("/api/simulations", json=asked).json()["schemes"]
    tpme = next(each for each in schemes if each["scheme"] == "tpme")
    assert tpme["assessment"]["verdict"] == "not_eligible"


@pytest.mark.parametrize(
    ("writing", "notice"),
    [
        ("fr", "la convention seule"),
        ("ary-Arab", "الاتفاقية"),
        ("ary-Latn", "la convention bo7dha"),
    ],
)
def test_the_texts_are_in_the_writing_asked(
    client: TestClient, writing: Writing, notice: str
) -> None:
    asked = {"project": TEXTILE, "language": writing}
    body = client.post("/api/simulations", json=asked).json()
    assert body["language"] == writing
    assert notice in body["notice"]


@pytest.mark.parametrize(
    "project",
    [
        {"total_investment": -1},
        {"total_investment": 0},
        {"total_investment": "1e999999"},
        {"total_investment": "NaN"},
        {"jobs": "abc"},
        {"jobs": 1.5},
        {"jobs": 10**30},
        {"province": "paris"},
        {"own_funds_percent": 101},
        {"total_investment": 5, "private_land": 6},
        {"unknown": 1},
    ],
)
def test_a_project_that_cannot_be_is_refused_in_the_one_shape(
    client: TestClient, project: dict[str, Any]
) -> None:
    refused = client.post("/api/simulations", json={"project": project})
    assert refused.status_code == 422
    error = refused.json()["error"]
    assert error["code"] == "bad_request"
    assert next(iter(project)) in error["message"] or "private_land" in error["message"]


def test_the_reference_names_every_field(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    described = schemas["ProjectBody"]["properties"]
    assert list(described) == list(KINDS)
    assert all(field["description"] for field in described.values())


# As a page


@pytest.mark.parametrize("writing", WRITINGS)
def test_the_page_is_in_the_writing_and_direction_asked(
    client: TestClient, writing: Writing
) -> None:
    page = client.get(address(lang=writing, **TEXTILE)).text
    direction = "rtl" if writing == "ary-Arab" else "ltr"
    assert f'<html lang="{writing}" dir="{direction}">' in page
    assert "21,6" in page
    assert page.count("<svg") >= 1


def test_the_page_needs_no_script_and_no_other_site(client: TestClient) -> None:
    page = client.get(address(**TEXTILE)).text
    assert "<script" not in page
    assert " style=" not in page
    loaded = re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', page)
    assert loaded == ["/calculateur/calculator.css"]
    assert client.get(loaded[0]).headers["content-type"].startswith("text/css")


def test_every_field_has_its_place_in_the_form(client: TestClient) -> None:
    page = client.get("/calculateur").text
    assert set(re.findall(r' name="(\w+)"', page)) - {"lang", "viewport", "description"} == set(
        KINDS
    )


def test_every_entry_has_a_label(client: TestClient) -> None:
    page = client.get("/calculateur").text
    labelled = set(re.findall(r'<label for="(\w+)"', page))
    entries = set(re.findall(r'<(?:input|select) id="(\w+)"', page))
    assert entries
    assert entries == labelled


def test_what_people_type_is_understood(client: TestClient) -> None:
    page = client.get(address(**TEXTILE | {"total_investment": "80 MDH"})).text
    assert "21,6" in page
    assert 'value="80 MDH"' in page


def test_an_answer_that_cannot_be_is_told_beside_its_field(client: TestClient) -> None:
    refused = client.get(address(total_investment="-3", jobs="abc", lang="fr"))
    assert refused.status_code == 422
    assert "Ce nombre ne peut pas être négatif." in refused.text
    assert refused.text.count('aria-invalid="true"') == 2


def test_what_is_typed_is_never_markup(client: TestClient) -> None:
    page = client.get(address(total_investment='"><b>x</b>', province="<i>", lang="<u>")).text
    assert "<b>x</b>" not in page
    assert "<i>" not in page
    assert "<u>" not in page


def test_the_link_of_a_card_opens_the_same_result(client: TestClient) -> None:
    body = client.post("/api/simulations", json={"project": TEXTILE}).json()
    assert "21,6" in client.get(body["link"]).text


# As a PDF and a picture


@pytest.mark.parametrize("writing", WRITINGS)
def test_the_pdf_holds_pages(client: TestClient, writing: Writing) -> None:
    printed = client.get(address(".pdf", lang=writing, **TEXTILE))
    assert printed.status_code == 200
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")


@pytest.mark.parametrize("writing", WRITINGS)
def test_the_picture_can_be_sent(client: TestClient, writing: Writing) -> None:
    picture = client.get(address(".png", lang=writing, **TEXTILE))
    assert picture.status_code == 200
    assert picture.content.startswith(b"\x89PNG")
    assert len(picture.content) < 1_000_000


@pytest.mark.parametrize("suffix", [".pdf", ".png"])
def test_without_answers_there_is_nothing_to_print(client: TestClient, suffix: str) -> None:
    assert client.get(f"/calculateur{suffix}").status_code == 422


def test_a_project_without_aid_has_no_picture(client: TestClient) -> None:
    assert client.get(address(".png", total_investment=5)).status_code == 404


def test_calls_are_counted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway import limits
    from settings import settings

    limits._limiter.cache_clear()
    monkeypatch.setattr(settings(), "rate_per_address", "2/minute")
    codes = [client.get("/calculateur").status_code for _ in range(3)]
    limits._limiter.cache_clear()
    assert codes == [200, 200, 429]
