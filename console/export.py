"""The copy of a person's data: the rows as JSON, and what was said as a text to be read."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from console.pages import moment
from console.words import Language, say
from database.personal_data import Rows


def archive(found: Rows, conversation_id: str, language: Language, *, at: datetime) -> bytes:
    """A zip of `dalil.json`, everything, and `dalil.txt`, the same for reading."""
    written = io.BytesIO()
    about = {"conversation": conversation_id, "made_at": at.isoformat(), "kept": found}
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("dalil.json", json.dumps(about, ensure_ascii=False, indent=2))
        file.writestr("dalil.txt", readable(found, conversation_id, language, at=at))
    return written.getvalue()


def readable(found: Rows, conversation_id: str, language: Language, *, at: datetime) -> str:
    """What is kept, for somebody who knows nothing of databases."""

    def told(key: str, **values: object) -> str:
        return say(f"privacy.copy.{key}", language, **values)

    lines = [told("title", moment=moment(at)), told("number", id=conversation_id), ""]
    lines += [told("contacts")]
    for asked in found.get("callback", ()):
        contact = [asked[key] for key in ("name", "phone", "email") if asked[key]]
        lines += [
            f"- {_when(asked['requested_at'])} · {asked['subject']}",
            f"  {' · '.join(contact) or told('contact_erased')}",
        ]
        lines += [
            f"  {_when(note['at'])} · {note['text']}"
            for note in found.get("callback_note", ())
            if note["callback_id"] == asked["id"]
        ]
    for person in found.get("whatsapp_person", ()):
        lines += [told("whatsapp", phone=person["phone"] or person["user_id"] or "–")]
    lines += ["", told("said")]
    for at_, speaker, text in sorted(_said(found)):
        lines += [f"[{_when(at_)}] {told(speaker)}", text, ""]
    lines += [told("consulted", count=len(found.get("audit_entry", ())))]
    lines += [f"- {_when(entry['at'])} · {entry['action']}" for entry in found["audit_entry"]]
    return "\n".join(lines) + "\n"


def _said(found: Rows) -> list[tuple[str, str, str]]:
    """Every message with its moment and speaker."""
    said: list[tuple[str, str, str]] = []
    for turn in found.get("turn", ()):
        said.append((turn["received_at"], "visitor", turn["text"] or ""))
        said += [
            (turn["answered_at"] or turn["received_at"], "dalil", message.get("text", ""))
            for message in turn["reply"] or ()
        ]
    said += [
        (words["said_at"], "staff", words["staff"].get("text", ""))
        for words in found.get("utterance", ())
        if words["staff"]
    ]
    said += [
        (opened["started_at"], "dalil", message.get("text", ""))
        for opened in found["conversation"]
        for message in opened["greeting"]
    ]
    return said


def _when(written: Any) -> str:
    return moment(datetime.fromisoformat(written))
