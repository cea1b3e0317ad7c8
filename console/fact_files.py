"""Facts as files: all of them taken home as YAML, and files brought back as drafts."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, UploadFile

from console.access import PATH, Needs, Signed
from console.fact_words import mistake_told, place_label
from console.facts import now
from console.pages import page, see_other
from console.words import Language
from database.content import Located, read_entries
from database.drafts import begin_draft, canonical, mistakes_in, records_by_id
from database.exporting import export_texts
from database.session import open_session
from database.staff import record as record_act

router = APIRouter(prefix="/facts")
MOST_FILES = 1000
# All files together, unpacked: a small archive can unfold to more than a machine holds.
MOST_BYTES = 8 * 1024 * 1024
MOST_TOLD = 100

Editor = Annotated[Signed, Depends(Needs("editor"))]


class Unreadable(Exception):
    """A file that was sent cannot be read; `reason` is a word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Told:
    """A mistake in a file, in words."""

    where: str
    label: str
    text: str


@router.get("/export")
def export_archive(signed: Editor) -> Response:
    """All facts as the files of `content/facts`, in one archive."""
    held = io.BytesIO()
    with open_session() as session, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in export_texts(session).items():
            archive.writestr(f"facts/{name}", text)
        record_act(session, signed.staff, "facts_exported", "fact", "", at=now())
    named = f'attachment; filename="dalil-facts-{date.today().isoformat()}.zip"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(held.getvalue(), media_type="application/zip", headers=headers)


@router.get("/import")
def import_page(request: Request, signed: Editor) -> Response:
    """The form to bring files."""
    return page(request, "facts/import.html", signed, problem=None, told=[], more=0)


@router.post("/import")
def import_files(request: Request, signed: Editor, file: UploadFile | None = None) -> Response:
    """Make drafts of what the files say differently; with a mistake in them nothing is kept."""
    try:
        if file is None or not file.filename:
            raise Unreadable("no_file")
        texts = texts_of(file.filename, file.file.read(MOST_BYTES + 1))
    except Unreadable as error:
        return _refused(request, signed, error.reason, [])
    entries, found = read_entries(texts)
    with open_session() as session:
        by_id = {entry.subject.id: entry for entry in entries}
        subjects = [entry.subject for entry in entries]
        found += [
            by_id[subject.id].locate(each) for subject, each in mistakes_in(session, subjects)
        ]
        if found:
            return _refused(request, signed, "mistakes", _told(found, signed.language))
        live = records_by_id(session)
        changed = [
            record for record in map(canonical, subjects) if record != live.get(record["id"])
        ]
        for record in changed:
            draft = begin_draft(
                session, record["id"], signed.staff, at=now(), record=record, state="proposed"
            )
            record_act(
                session,
                signed.staff,
                "fact_imported",
                "fact",
                record["id"],
                at=now(),
                draft=draft.id,
            )
    notice = "imported" if changed else "nothing_new"
    return see_other(f"{PATH}/facts/drafts?notice={notice}")


def texts_of(name: str, content: bytes) -> dict[str, str]:
    """The YAML texts of a file that was sent, by name: itself, or what its archive holds.

    Raises `Unreadable`. Nothing is written anywhere, whatever the names in the archive say.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    if name.lower().endswith((".yml", ".yaml")):
        return {name: _decoded(content)}
    if not name.lower().endswith(".zip"):
        raise Unreadable("not_a_fact_file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise Unreadable("not_a_zip") from error


def _unpacked(archive: zipfile.ZipFile) -> dict[str, str]:
    members = [each for each in archive.infolist() if not each.is_dir()]
    if len(members) > MOST_FILES:
        raise Unreadable("too_many_files")
    texts: dict[str, str] = {}
    left = MOST_BYTES
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise Unreadable("strange_names")
        if not member.filename.lower().endswith((".yml", ".yaml")):
            raise Unreadable("not_only_facts")
        with archive.open(member) as packed:
            # The size that an archive tells of itself may be a lie.
            content = packed.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Unreadable("too_large")
        texts[member.filename] = _decoded(content)
    if not texts:
        raise Unreadable("empty")
    return texts


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not_text") from error


def _told(found: list[Located], language: Language) -> list[Told]:
    return [
        Told(
            f"{each.file}:{each.line}",
            " · ".join(filter(None, (each.subject_id, place_label(each.mistake.place, language)))),
            mistake_told(each.mistake, language),
        )
        for each in found
    ]


def _refused(request: Request, signed: Signed, problem: str, told: list[Told]) -> Response:
    return page(
        request,
        "facts/import.html",
        signed,
        status=422,
        problem=problem,
        told=told[:MOST_TOLD],
        more=max(0, len(told) - MOST_TOLD),
    )
