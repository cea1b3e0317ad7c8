"""The legal notices: what a visitor is told before giving anything, by version."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from ruamel.yaml import YAML

from database.vocabulary import Writing
from gateway.errors import preferred_writing
from gateway.visitor import Counted
from settings import settings

router = APIRouter(prefix="/api/notices", tags=["notices"])

NoticeName = Literal["callback", "privacy"]


@dataclass(frozen=True)
class Notice:
    """A notice in the words of one version."""

    version: str
    texts: dict[Writing, str]

    def text(self, writing: Writing) -> str:
        """The notice in a writing, with the delays that are in force."""
        return self.texts[writing].format(
            conversation_months=settings().conversation_months,
            contact_months=settings().contact_months,
            callback_days=settings().callback_working_days,
        )


class NoticeBody(BaseModel):
    """A notice to be shown; its version goes with the consent."""

    version: str
    language: Writing
    direction: Literal["ltr", "rtl"]
    text: str


@router.get("/{name}", dependencies=[Counted])
def read_notice(
    name: NoticeName, request: Request, language: Annotated[Writing | None, Query()] = None
) -> NoticeBody:
    """The notice in force."""
    writing = language or preferred_writing(request)
    notice = notice_in_force(name)
    return NoticeBody(
        version=notice.version,
        language=writing,
        direction="rtl" if writing == "ary-Arab" else "ltr",
        text=notice.text(writing),
    )


def notice_in_force(name: NoticeName) -> Notice:
    """The newest version of a notice."""
    return notices(settings().content / "notices" / f"{name}.yml")[-1]


@cache
def notices(path: Path) -> tuple[Notice, ...]:
    """Every version of a notice, oldest first: a consent once given can always be read again."""
    versions = YAML(typ="safe").load(path.read_text("utf-8"))
    return tuple(Notice(str(version), texts) for version, texts in versions.items())
