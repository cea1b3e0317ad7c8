"""What Meta's Cloud API accepts: the documented limits, in characters, as one pure function.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/
"""

from typing import Any

NOT_VALID, MISSING, GENERAL = 131009, 131008, 100


class Refused(Exception):
    """Why a payload is not accepted: HTTP status, error code, details."""

    def __init__(self, code: int, details: str, status: int = 400) -> None:
        super().__init__(details)
        self.status, self.code, self.details = status, code, details


def check_payload(payload: Any) -> None:
    """Raises `Refused` for what Meta would not accept."""
    if not isinstance(payload, dict) or payload.get("messaging_product") != "whatsapp":
        raise Refused(GENERAL, "messaging_product must be whatsapp")
    if not payload.get("to") and not payload.get("recipient"):
        raise Refused(MISSING, "to or recipient is required")
    if len(payload.get("biz_opaque_callback_data", "")) > 512:
        raise Refused(NOT_VALID, "biz_opaque_callback_data: 512 characters at most")
    kind = payload.get("type", "text")
    checks = {
        "text": _text,
        "interactive": _interactive,
        "image": _image,
        "template": _template,
    }
    if kind not in checks or not isinstance(payload.get(kind), dict):
        raise Refused(GENERAL, f"unsupported type {kind}")
    checks[kind](payload[kind])


def _text(text: dict[str, Any]) -> None:
    _length("text.body", text.get("body"), 1, 4096)


def _image(image: dict[str, Any]) -> None:
    if not image.get("id"):
        _length("image.link", image.get("link"), 8, 2000)
    if "caption" in image:
        _length("image.caption", image["caption"], 1, 1024)


def _template(template: dict[str, Any]) -> None:
    _length("template.name", template.get("name"), 1, 512)
    if not (template.get("language") or {}).get("code"):
        raise Refused(MISSING, "template.language.code")


def _interactive(interactive: dict[str, Any]) -> None:
    _length("body.text", (interactive.get("body") or {}).get("text"), 1, 1024)
    if "footer" in interactive:
        _length("footer.text", interactive["footer"].get("text"), 1, 60)
    if "header" in interactive:
        _length("header.text", interactive["header"].get("text"), 1, 60)
    action = interactive.get("action") or {}
    if interactive.get("type") == "button":
        _buttons(action)
    elif interactive.get("type") == "list":
        _list(action)
    else:
        raise Refused(GENERAL, "interactive.type")


def _buttons(action: dict[str, Any]) -> None:
    replies = [button.get("reply") or {} for button in action.get("buttons") or ()]
    if not 1 <= len(replies) <= 3:
        raise Refused(NOT_VALID, "buttons: 1 to 3")
    for reply in replies:
        _length("button.title", reply.get("title"), 1, 20)
        _length("button.id", reply.get("id"), 1, 256)
    for part in ("id", "title"):
        if len({reply[part] for reply in replies}) < len(replies):
            raise Refused(NOT_VALID, f"button.{part} must be unique")


def _list(action: dict[str, Any]) -> None:
    _length("list.button", action.get("button"), 1, 20)
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or ()]
    if not sections or not 1 <= len(rows) <= 10:
        raise Refused(NOT_VALID, "rows: 1 to 10 in all sections together")
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        raise Refused(MISSING, "section.title")
    for row in rows:
        _length("row.title", row.get("title"), 1, 24)
        _length("row.id", row.get("id"), 1, 200)
        if "description" in row:
            _length("row.description", row["description"], 1, 72)
    if len({row["id"] for row in rows}) < len(rows):
        raise Refused(NOT_VALID, "row.id must be unique")


def _length(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, str) or not least <= len(value) <= most:
        told = len(value) if isinstance(value, str) else type(value).__name__
        raise Refused(NOT_VALID, f"{name}: {least} to {most} characters, got {told}")
