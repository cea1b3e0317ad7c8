"""Rendering a page: templates, the words of the person's language, dates as they are read here."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from console.access import PATH, Signed
from console.words import DIRECTIONS, Language, say
from database.staff import Role

FOLDER = Path(__file__).parent
HERE = ZoneInfo("Africa/Casablanca")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the console, as the bar on top shows it to those who may enter."""

    key: str
    role: Role

    @property
    def path(self) -> str:
        """Where it begins."""
        return f"{PATH}/{self.key}"


SECTIONS = (
    Section("conversations", "reader"),
    Section("learning", "reviewer"),
    Section("facts", "reader"),
    Section("callbacks", "reviewer"),
    Section("figures", "reader"),
    Section("privacy", "admin"),
    Section("team", "admin"),
)


def moment(value: datetime | None) -> str:
    """A moment as people here read it, `23/11/2026 14:05`; nothing for none."""
    return value.astimezone(HERE).strftime("%d/%m/%Y %H:%M") if value else ""


def day(value: date | None) -> str:
    """A day, `23/11/2026`; nothing for none."""
    return value.strftime("%d/%m/%Y") if value else ""


def number(value: float | None, digits: int = 0) -> str:
    """A number with thin spaces between thousands and a decimal comma; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "day": day, "number": number}
    return made


TEMPLATES = _environment()


def page(
    request: Request, template: str, signed: Signed, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page, or a part of one for htmx, of somebody signed in."""
    return bare_page(
        request,
        template,
        signed.language,
        status=status,
        signed=signed,
        sections=[section for section in SECTIONS if signed.may(section.role)],
        **values,
    )


def bare_page(
    request: Request, template: str, language: Language, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page that anybody may see."""
    context: dict[str, Any] = {
        "signed": None,
        "sections": [],
        "notice": request.query_params.get("notice"),
        "path": request.url.path,
        "language": language,
        "direction": DIRECTIONS[language],
        "say": partial(_say_in, language),
    }
    text = TEMPLATES.get_template(template).render(context | values)
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def language_asked(request: Request) -> Language:
    """The language of somebody who is not signed in, as their browser tells it."""
    return "ar" if request.headers.get("accept-language", "").lower().startswith("ar") else "fr"


def see_other(path: str) -> RedirectResponse:
    """After a change: go and look at `path`, one of ours."""
    return RedirectResponse(path, 303)


def _say_in(language: Language, key: str, **values: object) -> str:
    return say(key, language, **values)
