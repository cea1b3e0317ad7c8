"""What Meta's webhook says, as plain values: pure functions on the bytes of a request.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.reading import readable

MEDIA = ("image", "audio", "video", "document", "sticker")
KINDS = (*MEDIA, "text", "choice", "location", "contacts", "reaction", "system")
LONGEST_ID = 512
LONGEST_TEXT = 4096


class Unreadable(ValueError):
    """A body that is no JSON object in UTF-8."""


@dataclass(frozen=True)
class Incoming:
    """One message: `wamid` names it, `phone` or `user_id` (or both) its sender.

    `kind` is one of `KINDS` or `unsupported`; `text` is what was typed (a caption too), or the
    title of a choice; `choice` the id of the button or row; `context` the message replied to.
    """

    wamid: str
    phone: str | None
    user_id: str | None
    sent_at: datetime
    kind: str
    text: str = ""
    choice: str = ""
    context: str = ""
    emoji: str = ""
    latitude: float | None = None
    longitude: float | None = None
    new_phone: str = ""


@dataclass(frozen=True)
class Status:
    """What became of a message of ours; `key` is the callback data it was sent with."""

    wamid: str
    status: str
    at: datetime
    key: str | None
    code: int | None


@dataclass
class Received:
    """All that one request brought; `skipped` counts what could not be read."""

    messages: list[Incoming] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    skipped: int = 0


def signed_by_meta(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is the HMAC-SHA256 of the raw body under the app secret."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), (signature or "").encode("utf-8", "replace"))


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `Unreadable`, also for nesting that no parser should follow."""
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None
    if not isinstance(payload, dict):
        raise Unreadable("not an object")
    return payload


def received(payload: dict[str, Any], phone_number_id: str, *, now: datetime) -> Received:
    """Every message and status of every change of every entry that concerns our number."""
    found = Received()
    for value in _values(payload, found):
        metadata = _dict(value.get("metadata"))
        if metadata.get("phone_number_id") != phone_number_id:
            found.skipped += 1
            continue
        contacts = [_dict(contact) for contact in _list(value.get("contacts"))]
        for message in _list(value.get("messages")):
            incoming = _message(_dict(message), contacts, now)
            if incoming is None:
                found.skipped += 1
            else:
                found.messages.append(incoming)
        for each in _list(value.get("statuses")):
            status = _status(_dict(each), now)
            if status is None:
                found.skipped += 1
            else:
                found.statuses.append(status)
    return found


def _values(payload: dict[str, Any], found: Received) -> Iterator[dict[str, Any]]:
    if payload.get("object") != "whatsapp_business_account":
        found.skipped += 1
        return
    for entry in _list(payload.get("entry")):
        for change in _list(_dict(entry).get("changes")):
            if _dict(change).get("field") == "messages":
                yield _dict(_dict(change).get("value"))
            else:
                found.skipped += 1


def _message(
    message: dict[str, Any], contacts: list[dict[str, Any]], now: datetime
) -> Incoming | None:
    """One message, or None when it says neither what it is nor who sent it."""
    wamid, kind = _text(message.get("id"))[:LONGEST_ID], _text(message.get("type"))
    contact = _contact_of(message, contacts)
    phone = _text(message.get("from")) or _text(contact.get("wa_id"))
    user_id = _text(message.get("from_user_id")) or _text(contact.get("user_id"))
    # Some senders put the user id where the number was.
    if phone and not phone.isdigit():
        phone, user_id = "", user_id or phone
    if not wamid or not kind or not (phone or user_id):
        return None
    return Incoming(
        wamid=wamid,
        phone=phone[:LONGEST_ID] or None,
        user_id=user_id[:LONGEST_ID] or None,
        sent_at=_moment(message.get("timestamp"), now),
        context=_text(_dict(message.get("context")).get("id")),
        **_content(kind, message),
    )


def _contact_of(message: dict[str, Any], contacts: list[dict[str, Any]]) -> dict[str, Any]:
    """The contact that sent a message: the one it names, or the only one."""
    for contact in contacts:
        same_phone = contact.get("wa_id") and contact["wa_id"] == message.get("from")
        same_user = contact.get("user_id") and contact["user_id"] == message.get("from_user_id")
        if same_phone or same_user:
            return contact
    named = message.get("from") or message.get("from_user_id")
    return contacts[0] if len(contacts) == 1 and not named else {}


def _content(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    """The kind of a message and what it holds."""
    part = _dict(message.get(kind))
    if kind == "text":
        return {"kind": "text", "text": _typed(part.get("body"))}
    if kind == "button":
        title, payload = _typed(part.get("text")), _text(part.get("payload"))
        return {"kind": "choice", "choice": payload, "text": title}
    if kind == "interactive":
        return _interactive(part)
    if kind in MEDIA:
        return {"kind": kind, "text": _typed(part.get("caption"))}
    if kind == "location":
        latitude, longitude = _degrees(part.get("latitude")), _degrees(part.get("longitude"))
        if latitude is None or longitude is None:
            return {"kind": "unsupported"}
        return {"kind": kind, "latitude": latitude, "longitude": longitude}
    if kind == "reaction":
        emoji, target = _text(part.get("emoji")), _text(part.get("message_id"))
        return {"kind": kind, "emoji": emoji[:16], "choice": target}
    if kind == "system":
        phone = _text(part.get("wa_id")) or _text(part.get("new_wa_id"))
        return {"kind": kind, "new_phone": phone if phone.isdigit() else ""}
    return {"kind": "contacts" if kind == "contacts" else "unsupported"}


def _interactive(part: dict[str, Any]) -> dict[str, Any]:
    kind = _text(part.get("type"))
    reply = _dict(part.get(kind))
    if kind in ("button_reply", "list_reply"):
        return {
            "kind": "choice",
            "choice": _text(reply.get("id")),
            "text": _typed(reply.get("title")),
        }
    if kind == "nfm_reply":
        return {"kind": "text", "text": _typed(_flow_answers(reply) or reply.get("body"))}
    return {"kind": "unsupported"}


def _flow_answers(reply: dict[str, Any]) -> str:
    """What was filled in a flow, as a sentence the assistant can read."""
    try:
        answers = json.loads(_text(reply.get("response_json")) or "{}")
    except (ValueError, RecursionError):
        return ""
    filled = [
        value
        for key, value in _dict(answers).items()
        if key != "flow_token" and isinstance(value, str | int | float)
    ]
    return ", ".join(str(value) for value in filled)


def _status(status: dict[str, Any], now: datetime) -> Status | None:
    wamid, name = _text(status.get("id")), _text(status.get("status"))
    if not wamid or not name:
        return None
    errors = [_dict(error) for error in _list(status.get("errors"))]
    code = errors[0].get("code") if errors else None
    return Status(
        wamid=wamid,
        status=name,
        at=_moment(status.get("timestamp"), now),
        key=_text(status.get("biz_opaque_callback_data")) or None,
        code=code if isinstance(code, int) else None,
    )


def _moment(timestamp: Any, now: datetime) -> datetime:
    """The moment Meta gives, in seconds; ours when it gives none, and never one to come."""
    try:
        return min(datetime.fromtimestamp(int(timestamp), UTC), now)
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def _degrees(value: Any) -> float | None:
    return (
        float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 180
        else None
    )


def _typed(value: Any) -> str:
    return str(readable(_text(value)))[:LONGEST_TEXT]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
