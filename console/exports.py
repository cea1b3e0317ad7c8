"""The messages that the filters show, as a table to be opened elsewhere: CSV and Excel, any size.

Both are written as the messages are read, some hundred at a time. Texts are masked once more, and
no cell can be taken for a formula.
"""

import csv
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Annotated

import xlsxwriter
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from console.access import Needs, Signed
from console.conversations import names_in, today
from console.filters import Asked, asked_in
from console.pages import HERE
from console.words import Language, every_word, say
from database.conversation_rows import subject_names
from database.conversation_search import Filters, turns_found
from database.review import Judgement, judgements_of
from database.session import open_session
from database.staff import record
from database.tables import Turn
from gateway.masking import masked

router = APIRouter()
COLUMNS = (
    "conversation",
    "message",
    "at",
    "channel",
    "writing",
    "question",
    "intent",
    "confidence",
    "outcome",
    "subject",
    "province",
    "amount",
    "answer",
    "sources",
    "seconds",
    "thumbs",
    "reason",
    "comment",
    "verdicts",
    "notes",
)
# What a spreadsheet takes for the beginning of a formula.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_OF_A_SHEET = 1_000_000
PIECE = 64 * 1024
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None


@router.get("/conversations/export.csv")
def as_csv(
    request: Request, signed: Annotated[Signed, Depends(Needs("reviewer"))]
) -> StreamingResponse:
    """The messages found, as CSV with semicolons, which Excel opens in French."""
    asked = _recorded(request, signed, "csv")
    pieces = csv_pieces(asked.filters(signed.staff.id, on=today()), signed)
    return _download(pieces, "text/csv; charset=utf-8", "csv")


@router.get("/conversations/export.xlsx")
def as_xlsx(
    request: Request, signed: Annotated[Signed, Depends(Needs("reviewer"))]
) -> StreamingResponse:
    """The messages found, as an Excel workbook."""
    asked = _recorded(request, signed, "xlsx")
    pieces = xlsx_pieces(asked.filters(signed.staff.id, on=today()), signed)
    return _download(pieces, EXCEL, "xlsx")


def csv_pieces(filters: Filters, signed: Signed) -> Iterator[bytes]:
    """A CSV file, piece by piece."""
    written = StringIO()
    writer = csv.writer(written, delimiter=";")
    yield "\ufeff".encode()
    writer.writerow(_titles(signed.language))
    for row in rows(filters, signed):
        writer.writerow(row)
        if written.tell() > PIECE:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def xlsx_pieces(filters: Filters, signed: Signed) -> Iterator[bytes]:
    """An Excel workbook, piece by piece, with as many sheets as it takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False}
        with xlsxwriter.Workbook(path, options | {"strings_to_urls": False}) as book:
            sheet, line = None, 0
            for row in rows(filters, signed):
                if sheet is None or line > ROWS_OF_A_SHEET:
                    sheet, line = book.add_worksheet(), 1
                    if signed.language == "ar":
                        sheet.right_to_left()
                    sheet.write_row(0, 0, _titles(signed.language))
                sheet.write_row(line, 0, row)
                line += 1
            if sheet is None:
                book.add_worksheet().write_row(0, 0, _titles(signed.language))
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def rows(filters: Filters, signed: Signed) -> Iterator[list[Cell]]:
    """One row for each message that fits, in words of the person's language."""
    with open_session() as session:
        names = subject_names(session, names_in(signed))
        for turns in turns_found(session, filters):
            thought = judgements_of(session, [turn.id for turn in turns])
            for turn in turns:
                yield _row(turn, thought.get(turn.id, []), names, signed.language)


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: a quote stands before what looks like one."""
    if isinstance(cell, str) and cell.lstrip(" \u00a0\u200e\u200f").startswith(FORMULA_BEGINS):
        return f"'{cell}"
    return cell


def _row(
    turn: Turn, thought: list[Judgement], names: dict[str, str], language: Language
) -> list[Cell]:
    def word(group: str, value: str | None) -> str:
        key = f"conversations.{group}.{value}"
        return say(key, language) if key in every_word() else value or ""

    reply = turn.reply or []
    sources = [source for message in reply for source in message.get("sources") or ()]
    feedback = turn.feedback
    cells: list[Cell] = [
        turn.conversation_id,
        turn.id,
        turn.received_at.astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S"),
        word("channel", turn.channel),
        word("writing", turn.writing),
        _masked(turn.text),
        word("intent", turn.intent),
        round(turn.confidence, 3) if turn.confidence is not None else None,
        word("outcome", turn.outcome or "waiting"),
        names.get(turn.subject or "", turn.subject),
        word("province", turn.province),
        turn.amount,
        "\n".join(message["text"] for message in reply),
        "\n".join(dict.fromkeys(f"{source['title']} {source['url']}" for source in sources)),
        round(turn.took_ms / 1000, 2) if turn.took_ms is not None else None,
        word("thumbs", feedback.verdict) if feedback else None,
        word("reason", feedback.reason) if feedback else None,
        _masked(feedback.comment) if feedback else None,
        ", ".join(f"{one.name} : {word('verdict', one.verdict)}" for one in thought),
        "\n".join(_masked(one.note) for one in thought if one.note),
    ]
    return [safe(cell) for cell in cells]


def _titles(language: Language) -> list[str]:
    return [say(f"conversations.column.{name}", language) for name in COLUMNS]


def _masked(text: str | None) -> str:
    return masked(text).text if text else ""


def _recorded(request: Request, signed: Signed, form: str) -> Asked:
    """What is asked for, entered in the trail: which filters, and not what was searched."""
    asked = asked_in(request.query_params)
    shown = {name: value for name, value in asked.fields.items() if name != "q"}
    detail = {"format": form, "filters": shown, "searched": bool(asked.get("q"))}
    with open_session() as session:
        record(
            session, signed.staff, "export", "conversations", form, at=datetime.now(UTC), **detail
        )
    return asked


def _download(pieces: Iterator[bytes], media_type: str, ending: str) -> StreamingResponse:
    name = f"dalil-{today().isoformat()}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
