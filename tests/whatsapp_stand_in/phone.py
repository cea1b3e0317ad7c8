"""The phone-like page: a developer types as a WhatsApp user, the stand-in carries it as Meta would."""

import json
import time
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.whatsapp_stand_in import webhooks
from tests.whatsapp_stand_in.meta import Door, Meta

PAGE = Path(__file__).parent / "phone.html"
TYPING_SECONDS = 25
MEDIA = {"mime_type": "application/octet-stream", "sha256": "x", "id": "1"}
OTHERS: dict[str, Any] = {
    "audio": ("audio", {**MEDIA, "voice": True}, "🎤 0:07"),
    "image": ("image", MEDIA, "🖼 image"),
    "document": ("document", {**MEDIA, "filename": "statuts.pdf"}, "📄 statuts.pdf"),
    "sticker": ("sticker", MEDIA, "😀"),
    "location": ("location", {"latitude": 34.2133, "longitude": -4.0088}, "📍 Taza"),
    "outside": ("location", {"latitude": 33.57, "longitude": -7.59}, "📍 Casablanca"),
    "contacts": ("contacts", [{"name": {"formatted_name": "Ahmed"}}], "👤 Ahmed"),
    "unsupported": ("unsupported", {"type": "poll_creation"}, "❔ sondage"),
}


class PhoneDoor(Door):
    """The Graph API, and the page with its two calls."""

    written: ClassVar[list[tuple[float, str, str, str]]] = []

    def do_GET(self) -> None:
        """The page, and what was said in a chat after an entry."""
        address = urlsplit(self.path)
        if address.path == "/":
            return self.answer(200, PAGE.read_bytes(), "text/html; charset=utf-8")
        if address.path == "/chat":
            asked = parse_qs(address.query)
            return self.answer(200, chat(self.meta, asked["who"][0], int(asked["after"][0])))
        return super().do_GET()

    def do_POST(self) -> None:
        """Something written by the person on the phone."""
        if self.path != "/say":
            return super().do_POST()
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        who = said["who"]
        message, shown = message_of(said)
        if shown:
            PhoneDoor.written.append((time.time(), who, shown, message["id"]))
        self.meta.pool.submit(self.meta.write, message)
        return self.answer(200, {})


def message_of(said: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The message as Meta brings it, and as the phone shows it."""
    who, kind = said["who"], said["kind"]
    sender = {"from": who} if who.isdigit() else {"from_user_id": who}
    if kind == "text":
        return webhooks.text(sender, said["text"]), said["text"]
    if kind == "button":
        reply = {"id": said["id"], "title": said["title"]}
        content = {"type": "button_reply", "button_reply": reply}
        return webhooks.message(sender, "interactive", content), said["title"]
    if kind == "list":
        row = {name: said[name] for name in ("id", "title", "description") if said.get(name)}
        content = {"type": "list_reply", "list_reply": row}
        return webhooks.message(sender, "interactive", content), said["title"]
    if kind == "reaction":
        content = {"message_id": said["id"], "emoji": said["emoji"]}
        return webhooks.message(sender, "reaction", content), ""
    name, content, shown = OTHERS[kind]
    return webhooks.message(sender, name, content), shown


def chat(meta: Meta, who: str, after: int) -> dict[str, Any]:
    """The entries of a chat after a number, in the order of time."""
    with meta.lock:
        entries: list[dict[str, Any]] = [
            {"at": at, "mine": True, "text": text, "wamid": wamid}
            for at, writer, text, wamid in PhoneDoor.written
            if writer == who
        ]
        mine = [entry["wamid"] for entry in entries]
        said = [sent for sent in meta.sent if sent.to == who]
        entries += [{"at": s.at, "wamid": s.wamid, "payload": s.payload} for s in said]
        receipts = [(wamid, at) for wamid, at in meta.receipts if wamid in mine]
    entries.sort(key=lambda entry: entry["at"])
    for number, entry in enumerate(entries, start=1):
        entry["number"] = number
    last_said = said[-1].at if said else 0
    typing = any(last_said < at > time.time() - TYPING_SECONDS for _, at in receipts)
    return {
        "entries": [entry for entry in entries if entry["number"] > after],
        "read": [wamid for wamid, _ in receipts],
        "typing": typing,
    }


def serve(webhook_url: str, port: int) -> tuple[Meta, str]:
    """Start the stand-in with its page; the stand-in, and its address."""
    meta = Meta(webhook_urls=(webhook_url,))
    return meta, meta.start(port, PhoneDoor)
