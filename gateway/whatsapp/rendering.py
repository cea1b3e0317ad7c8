"""Replies as WhatsApp shows them: the same reply messages as on the website, within Meta's limits.

Limits are counted in characters (code points), as Meta does.
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from answers.figures import date_text
from answers.words import say
from database.vocabulary import Writing

LONGEST_TEXT = 4096
LONGEST_BODY = 1024
LONGEST_CAPTION = 1024
MOST_BUTTONS = 3
LONGEST_BUTTON = 20
MOST_ROWS = 10
LONGEST_ROW = 24
LONGEST_DESCRIPTION = 72
MOST_SOURCES = 3
# Marks the ids of choices that belong to this channel; every other id names a payload by its hash.
OURS = "wa:"
RIGHT_TO_LEFT_MARK = "\u200f"

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_BULLET = re.compile(r"^(\s*)[-*] ", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s+|\n+")
_LETTER = re.compile(r"[^\W\d_]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")

Body = dict[str, Any]
Button = Mapping[str, str]


def outgoing_payloads(
    message: Mapping[str, Any], writing: Writing, *, place: str = "", offset: int = 0
) -> list[Body]:
    """The messages that say one reply message on WhatsApp, in order.

    `place` names the reply message for the row "voir plus", which asks for the choices after
    `offset`; a page of choices after the first says no more than these.
    """
    buttons = distinct(message.get("buttons") or ())
    if offset:
        body = readable_in(say("whatsapp.more_lead", writing), writing)
        return [interactive(body, buttons, writing, place=place, offset=offset)]
    text = readable_in(full_text(message, writing), writing)
    image = str((message.get("card") or {}).get("image") or "")
    # Meta fetches the picture itself: without the website's address there is none to give.
    bodies = [image_message(image, message, writing)] if image.startswith("http") else []
    if not buttons:
        return bodies + [text_message(part) for part in split(text, LONGEST_TEXT)]
    lead = readable_in(say("whatsapp.choose", writing), writing)
    if len(text) <= LONGEST_BODY:
        return [*bodies, interactive(text or lead, buttons, writing, place=place)]
    return [
        *bodies,
        *(text_message(part) for part in split(text, LONGEST_TEXT)),
        interactive(lead, buttons, writing, place=place),
    ]


def envelope(phone: str | None, user_id: str | None, key: str, body: Body) -> Body:
    """The body addressed to a person; `key` comes back with every status of this message.

    A business-scoped user id goes in `recipient`: in `to`, Meta answers 200 and drops the message.
    """
    address = {"to": phone} if phone else {"recipient": user_id}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "biz_opaque_callback_data": key,
        **body,
    }


def text_message(text: str) -> Body:
    """A text; a link in it shows a preview only when that is all there is to see."""
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def image_message(link: str, message: Mapping[str, Any], writing: Writing) -> Body:
    """An image that Meta fetches from its address."""
    title = str((message.get("card") or {}).get("title") or "")
    caption = shortened(readable_in(title, writing), LONGEST_CAPTION) if title else ""
    return {"type": "image", "image": {"link": link, **({"caption": caption} if caption else {})}}


def template_message(name: str, writing: Writing, values: Sequence[str]) -> Body:
    """An approved template with its places filled: all that may be sent outside the 24 hours."""
    parameters = [{"type": "text", "text": value} for value in values]
    return {
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": "ar" if writing == "ary-Arab" else "fr"},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def interactive(
    text: str, buttons: Sequence[Button], writing: Writing, *, place: str = "", offset: int = 0
) -> Body:
    """A text with its choices: reply buttons where they fit, else a list."""
    if (
        not offset
        and len(buttons) <= MOST_BUTTONS
        and all(len(button["title"]) <= LONGEST_BUTTON for button in buttons)
    ):
        replies = [
            {"type": "reply", "reply": {"id": choice_id(b["payload"]), "title": b["title"]}}
            for b in buttons
        ]
        return _interactive("button", text, {"buttons": replies})
    rows = list(_rows(buttons, writing, place, offset))
    button = say("whatsapp.list_button", writing)
    return _interactive("list", text, {"button": button, "sections": [{"rows": rows}]})


def _interactive(kind: str, text: str, action: Body) -> Body:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": text}, "action": action},
    }


def _rows(
    buttons: Sequence[Button], writing: Writing, place: str, offset: int
) -> Iterator[dict[str, str]]:
    rest = buttons[offset:]
    shown = rest if len(rest) <= MOST_ROWS or not place else rest[: MOST_ROWS - 1]
    for button in islice(shown, MOST_ROWS):
        title = shortened(button["title"], LONGEST_ROW)
        row = {"id": choice_id(button["payload"]), "title": title}
        if title != button["title"]:
            row["description"] = shortened(button["title"], LONGEST_DESCRIPTION)
        yield row
    if len(shown) < len(rest) and place:
        following = offset + len(shown)
        yield {
            "id": f"{OURS}more:{place}:{following}",
            "title": say("whatsapp.more", writing),
            "description": say("whatsapp.more_count", writing, count=len(rest) - len(shown)),
        }


def choice_id(payload: str) -> str:
    """How a choice is named to Meta: short whatever its payload, and of no use if made up."""
    if payload.startswith(OURS):
        return payload
    return hashlib.sha256(payload.encode()).hexdigest()[:32]


def distinct(buttons: Sequence[Button]) -> list[Button]:
    """The choices without those said twice: Meta refuses equal ids and equal titles."""
    kept: dict[str, Button] = {}
    titles: set[str] = set()
    for button in buttons:
        if button["title"] not in titles:
            titles.add(button["title"])
            kept.setdefault(choice_id(button["payload"]), button)
    return list(kept.values())


def full_text(message: Mapping[str, Any], writing: Writing) -> str:
    """The text of a message in WhatsApp's marks, its sources compactly below."""
    text = marked_up(str(message.get("text") or ""))
    sources = [_source_line(s, writing) for s in (message.get("sources") or ())[:MOST_SOURCES]]
    return "\n\n".join(part for part in (text, "\n".join(sources)) if part)


def _source_line(source: Mapping[str, Any], writing: Writing) -> str:
    line = say(
        "whatsapp.source",
        writing,
        title=source["title"],
        date=date_text(str(source["checked_on"]), writing),
    )
    return f"{line}\n{source['url']}" if source.get("url") else line


def marked_up(text: str) -> str:
    """Markdown's bold and bullets as WhatsApp writes them."""
    return _BULLET.sub(r"\1• ", _BOLD.sub(r"*\1*", text)).strip()


def readable_in(text: str, writing: Writing) -> str:
    """An Arabic text that begins with a Latin word, marked so that phones set it right to left."""
    if writing != "ary-Arab":
        return text
    lines = []
    for line in text.split("\n"):
        first = _LETTER.search(line)
        latin_first = first is not None and not _ARABIC.match(first[0])
        mixed = latin_first and _ARABIC.search(line)
        lines.append(RIGHT_TO_LEFT_MARK + line if mixed else line)
    return "\n".join(lines)


def split(text: str, most: int) -> list[str]:
    """A text in parts of at most `most` characters, cut at paragraphs, else sentences, else words."""
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > most:
        cut = _last_cut(rest, most)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _last_cut(text: str, most: int) -> int:
    window = text[: most + 1]
    for cut in (window.rfind("\n\n"), _last_end(window), window.rfind(" ")):
        # A cut too near the start would make a part of nothing much.
        if cut > most // 4:
            return cut
    return most


def _last_end(window: str) -> int:
    return max((end.start() for end in _SENTENCE_END.finditer(window)), default=-1)


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, cut between words; a single long word is cut as it is."""
    if len(text) <= most:
        return text
    cut = text[:most].rfind(" ")
    kept = text[:cut] if cut >= most // 3 else text[: most - 1]
    return kept.rstrip(" ,;:-–—(") + "…"
