"""Personal data in a visitor's message, replaced by neutral tags before anything is stored or understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.masking.emails import find_emails
from gateway.masking.identifiers import (
    find_bank_accounts,
    find_cards,
    find_companies,
    find_ibans,
    find_lone_identity_cards,
    find_named_identifiers,
)
from gateway.masking.names import find_names
from gateway.masking.phones import find_bare_phones, find_phones
from gateway.masking.reading import Kind, Reading, Span
from gateway.masking.spelled import find_spelled_phones

__all__ = ["Found", "Kind", "Masked", "masked"]

# The surest first: what one takes, the next no longer sees.
_RECOGNISERS: tuple[Callable[[Reading], Iterable[Span]], ...] = (
    find_emails,
    find_ibans,
    find_bank_accounts,
    find_companies,
    find_cards,
    find_phones,
    find_spelled_phones,
    find_named_identifiers,
    find_bare_phones,
    find_lone_identity_cards,
    find_names,
)


@dataclass(frozen=True)
class Found:
    """Personal data and where it stood in the message as written (`text[start:end]`)."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """The message with a tag (`[phone]`) in place of each thing found, and what was found, in order."""

    text: str
    found: tuple[Found, ...]


def masked(text: str) -> Masked:
    """The message without its personal data. A masked text comes out unchanged."""
    reading = Reading.of(text)
    found: list[Found] = []
    # Once more after each find: what was hidden behind it ("06…/05…") may show. This is also what makes
    # masking idempotent, a tag and what it replaced being read alike.
    searching = True
    while searching:
        searching = False
        for recognise in _RECOGNISERS:
            spans = _apart(recognise(reading))
            if spans:
                searching = True
                found += [Found(span.kind, *reading.place(span)) for span in spans]
                reading = reading.without(spans)
    found.sort(key=lambda one: one.start)
    return Masked(_replaced(text, found), tuple(found))


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, the first of those that overlap."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _replaced(text: str, found: Iterable[Found]) -> str:
    parts: list[str] = []
    position = 0
    for one in found:
        parts += [text[position : one.start], f"[{one.kind}]"]
        position = one.end
    return "".join(parts) + text[position:]
