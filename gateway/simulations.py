"""What a project would get: as data, as a public page, as a PDF and as a picture."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from answers.figures import date_text
from answers.project_reading import typed_answer
from answers.project_words import fields_text, page_link, readable
from answers.simulation_result import Simulation, card, scheme_lines, simulation_of
from answers.words import say
from database.session import open_session
from database.vocabulary import WRITINGS, Writing
from gateway.errors import Refusal, preferred_writing
from gateway.pages.document import document
from gateway.pages.picture import Picture, picture_of, png, svg
from gateway.pages.templates import FOLDER, TEMPLATES
from gateway.visitor import Counted
from schemes import Assessment, InvalidProject, Project, fields_to_ask, project_from
from schemes.project import CHOICES, KINDS

router = APIRouter(dependencies=[Counted])

LANGUAGE_NAMES: dict[Writing, str] = {"fr": "Français", "ary-Arab": "الدارجة", "ary-Latn": "Darija"}
# The fields of the form, the first group always in sight.
GROUPS: dict[str, tuple[str, ...]] = {
    "essential": ("total_investment", "jobs", "province", "sector", "legal_form"),
    "bonuses": (
        "women_payroll_percent",
        "local_integration_percent",
        "future_job_activity",
        "sustainable",
        "tpme_priority_activity",
        "tpme_eligible_branch",
        "strategic_criterion",
        "renewable_power_generation",
    ),
    "company": (
        "created_on",
        "own_funds_percent",
        "annual_turnover",
        "large_company_share_percent",
        "public_shareholder",
        "other_state_agreement",
        "largest_client_turnover",
    ),
    "land": ("private_land", "public_land"),
    "place": (
        "zone",
        "offshoring_branch",
        "jobs_within_two_years",
        "jobs_kept_months",
        "annual_gross_pay",
        "zai_authorization",
    ),
    "abroad": (
        "moroccan_abroad",
        "moroccan_abroad_share_percent",
        "foreign_currency_percent",
    ),
    "hiring": (
        "permanent_hires",
        "months_from_creation_to_hire",
        "monthly_gross_salary",
        "trainees",
        "trainees_registered",
        "trainee_allowance",
        "trainees_hired_percent",
    ),
}


# As data


class ProjectAnswers(BaseModel):
    """What is known of a project; what is left out is not answered. Money is MAD, without tax."""

    model_config = ConfigDict(extra="forbid")


_FIELDS: dict[str, Any] = {
    name: (hint, Field(default=None, description=say(f"field_help.{name}", "fr")))
    for name, hint in get_type_hints(Project).items()
}
ProjectBody = create_model(
    "ProjectBody", __base__=ProjectAnswers, __doc__=ProjectAnswers.__doc__, **_FIELDS
)


class SimulationRequest(BaseModel):
    """A project, the day whose rules apply (today when absent) and the writing of the texts."""

    model_config = ConfigDict(extra="forbid")
    project: ProjectBody
    on: date | None = None
    language: Writing | None = None


class SchemeBody(BaseModel):
    """One scheme: its assessment as data, and the same in words."""

    scheme: str
    shown: bool = Field(description="Whether the calculator shows it as worth considering.")
    title: str
    text: str
    card: dict[str, Any]
    assessment: Assessment


class SimulationBody(BaseModel):
    """What every scheme would give. An estimate, no promise."""

    on: date
    language: Writing
    ask_next: list[str] = Field(description="Fields that matter still, the most decisive first.")
    notice: str
    link: str = Field(description="The calculator's page with these answers.")
    schemes: list[SchemeBody]


@router.post("/api/simulations", tags=["simulations"])
def simulate_project(asked: SimulationRequest, request: Request) -> SimulationBody:
    """What a project would get from each scheme, under the rules of a day."""
    writing, on = asked.language or preferred_writing(request), asked.on or date.today()
    answers = {
        name: value
        for name, value in asked.project.model_dump(mode="json").items()
        if value is not None
    }
    try:
        project_from(answers)
    except InvalidProject as error:
        detail = f"project.{error.field}: {say(str(error.problem), writing)}"
        raise Refusal(422, "bad_request", writing, detail=detail) from error
    with open_session() as session:
        simulation = simulation_of(session, answers, writing, on=on)
    shown = [result.scheme for result in simulation.results]
    return SimulationBody(
        on=on,
        language=writing,
        ask_next=list(fields_to_ask(simulation.assessments)),
        notice=say("caution.estimate_only", writing),
        link=page_link(answers, writing),
        schemes=[
            SchemeBody(
                scheme=str(result.scheme),
                shown=result.scheme in shown,
                title=result.title,
                text="\n".join(scheme_lines(result, writing)),
                card=card(result, answers, writing),
                assessment=assessment,
            )
            for result, assessment in zip(simulation.described, simulation.assessments, strict=True)
        ],
    )


# As a page, a PDF and a picture


@dataclass(frozen=True)
class Asked:
    """A request of the page: what was typed, what of it could be read, and what was wrong."""

    writing: Writing
    on: date
    typed: dict[str, str]
    answers: dict[str, Any]
    errors: dict[str, str]


@router.get("/calculateur", include_in_schema=False)
def calculator(request: Request) -> HTMLResponse:
    """The form, with the result of the answers in the address."""
    asked = _asked(request)
    simulation, pictures = None, []
    if asked.answers and not asked.errors:
        simulation = _simulated(asked)
        pictures = [
            picture_of(result, simulation.project, asked.writing) for result in simulation.results
        ]
    page = _page(asked, simulation, pictures)
    return HTMLResponse(page, status_code=422 if asked.errors else 200)


@router.get("/calculateur.pdf", include_in_schema=False)
def calculator_pdf(request: Request) -> Response:
    """The result with its sources, to print or send."""
    asked = _answered(request)
    return Response(
        document(_simulated(asked), asked.writing, on=asked.on),
        media_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="dalil-simulation.pdf"'},
    )


@router.get("/calculateur.png", include_in_schema=False)
def calculator_png(request: Request) -> Response:
    """The result of the `scheme` asked for, else the best one, as a picture to send."""
    asked = _answered(request)
    simulation = _simulated(asked)
    scheme = request.query_params.get("scheme")
    pictures = (
        picture_of(result, simulation.project, asked.writing)
        for result in simulation.results
        if scheme in (None, result.scheme)
    )
    picture = next((each for each in pictures if each is not None), None)
    if picture is None:
        raise Refusal(404, "not_found", asked.writing)
    return Response(png(picture), media_type="image/png")


@router.get("/calculateur/calculator.css", include_in_schema=False)
def stylesheet() -> FileResponse:
    """How the page looks."""
    return FileResponse(Path(FOLDER) / "static" / "calculator.css", media_type="text/css")


def _asked(request: Request) -> Asked:
    """What the address asks for; a field that cannot be read is an error of its own."""
    query = request.query_params
    writing = next((tag for tag in WRITINGS if tag == query.get("lang")), None)
    writing = writing or preferred_writing(request)
    typed = {name: query.get(name, "").strip() for name in KINDS}
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, text in typed.items():
        try:
            value = typed_answer(name, text, writing)
        except InvalidProject as error:
            errors[name] = say(str(error.problem), writing)
        else:
            if value is not None:
                answers[name] = value
    try:
        project_from(answers)
    except InvalidProject as error:
        errors[error.field] = say(str(error.problem), writing)
    return Asked(writing, _day_asked(query.get("on", "")), typed, answers, errors)


def _day_asked(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.today()


def _answered(request: Request) -> Asked:
    """The same where a result is due. Raises `Refusal` (422) when there can be none."""
    asked = _asked(request)
    if asked.errors:
        name, problem = next(iter(asked.errors.items()))
        raise Refusal(422, "bad_request", asked.writing, detail=f"{name}: {problem}")
    if not asked.answers:
        raise Refusal(422, "bad_request", asked.writing, detail="total_investment")
    return asked


def _simulated(asked: Asked) -> Simulation:
    with open_session() as session:
        return simulation_of(session, asked.answers, asked.writing, on=asked.on)


def _page(asked: Asked, simulation: Simulation | None, pictures: list[Picture | None]) -> str:
    writing = asked.writing
    words = partial(_say, writing)
    return TEMPLATES.get_template("calculator.html").render(
        writing=writing,
        direction="rtl" if writing == "ary-Arab" else "ltr",
        writings=WRITINGS,
        language_names=LANGUAGE_NAMES,
        links={tag: page_link(asked.answers, tag) for tag in WRITINGS},
        pdf_link=page_link(asked.answers, writing, ".pdf"),
        png_link=page_link(asked.answers, writing, ".png"),
        on=asked.on.isoformat(),
        typed=asked.typed,
        errors=asked.errors,
        groups=GROUPS,
        opened={group: any(asked.typed[name] for name in names) for group, names in GROUPS.items()},
        kinds=KINDS,
        choices=CHOICES,
        simulated=simulation is not None,
        results=simulation.results if simulation else (),
        refused=simulation.refused if simulation else (),
        relations=simulation.relations if simulation else (),
        others=simulation.others if simulation else None,
        whom=simulation.whom if simulation else "",
        project=simulation.project if simulation else "",
        pictures=pictures,
        say=words,
        svg=svg,
        readable=lambda text: readable(text, writing),
        fields=lambda names: fields_text(names, writing),
        day=lambda text: date_text(text, writing),
    )


def _say(writing: Writing, key: str, **values: object) -> str:
    return say(key, writing, **values)
