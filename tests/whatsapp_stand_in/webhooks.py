"""Webhooks as Meta writes and signs them."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

_numbers = itertools.count(1)


def wamid(phone: str) -> str:
    """A message id as WhatsApp makes them: the phone number is in it, in base64."""
    inside = b"\x1d\x18" + bytes([len(phone)]) + phone.encode() + f"{next(_numbers):012d}".encode()
    return "wamid." + base64.b64encode(inside).decode()


def person(phone: str | None = None, user_id: str | None = None) -> dict[str, str]:
    """Who sends; a person who took a username may have a user id only."""
    names = {"from": phone, "from_user_id": user_id}
    return {name: value for name, value in names.items() if value}


def message(sender: dict[str, str], kind: str, content: Any, **more: Any) -> dict[str, Any]:
    """One message; `more` may give id, timestamp, context."""
    return {
        **sender,
        "id": wamid(sender.get("from") or sender["from_user_id"]),
        "timestamp": str(int(time.time())),
        "type": kind,
        kind: content,
        **more,
    }


def text(sender: dict[str, str], body: str, **more: Any) -> dict[str, Any]:
    """A text message."""
    return message(sender, "text", {"body": body}, **more)


def webhook(
    *messages: dict[str, Any], statuses: Any = (), phone_number_id: str = "106540352242922"
) -> dict[str, Any]:
    """The payload that brings messages and statuses."""
    contacts = []
    for each in messages:
        contact = {"profile": {"name": "Fatima"}}
        contact |= {"wa_id": each["from"]} if each.get("from") else {}
        contact |= {"user_id": each["from_user_id"]} if each.get("from_user_id") else {}
        if contact not in contacts:
            contacts.append(contact)
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "212535000000",
            "phone_number_id": phone_number_id,
        },
    }
    if messages:
        value |= {"contacts": contacts, "messages": list(messages)}
    if statuses:
        value["statuses"] = list(statuses)
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}],
    }


def signed(payload: Any, secret: str) -> tuple[bytes, dict[str, str]]:
    """A body and its headers."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": f"sha256={digest}",
        "User-Agent": "facebookexternalua",
    }
