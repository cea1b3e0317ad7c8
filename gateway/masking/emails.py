"""E-mail addresses, with their signs or spelled ("karim arobase gmail point com")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.masking.reading import Reading, Span

_PROVIDER = (
    r"(?:g-?mail|hotmail|yahoo|ymail|outlook|icloud|protonmail|menara|"
    r"جيميل|هوتميل|ياهو|اوتلوك)"
)
_ENDING = r"(?:com|net|org|info|ma|fr|es|be|it|de|eu|ca|uk|ch|nl|co|io|me|ae|كوم|نت|ما)(?![^\W_])"
_LOCAL = r"[\w.+%'-]*\w"
_HOST = r"[\w-]+(?:\.[\w-]+)*"
_AT_SIGN = r"(?:\ ?@\ ?|\ ?[(\[]@[)\]]\ ?)"
_AT_WORD = r"(?:\ ?[(\[{<]\ ?(?:at|arobas\w?|a)\ ?[)\]}>]\ ?|\ (?:at|arobas\w?|arobaz\w?|chez|اروباز|اروباس|ات)\ )"
_DOT_WORD = r"(?:\ ?[(\[{<]\ ?(?:dot|point)\ ?[)\]}>]\ ?|\ (?:dot|point|نقطه|بوان|دوت)\ |\ ?\.\ ?)"
_JOIN_WORD = r"\ (?:point|dot|tiret(?:\ du|\ de)?\ bas|underscore|tiret|نقطه)\ "
_AT = rf"(?:{_AT_SIGN}|{_AT_WORD})"
_SPELLED = re.compile(
    rf"""
    (?:{_LOCAL}{_JOIN_WORD}){{0,3}}{_LOCAL}{_AT}
    (?:
        {_HOST}(?:{_DOT_WORD}{_HOST}){{0,2}}{_DOT_WORD}{_ENDING}
      | {_PROVIDER}(?![^\W_])
    )
    """,
    re.VERBOSE,
)
_WRITTEN = re.compile(rf"{_LOCAL}@{_HOST}")


def find_emails(reading: Reading) -> Iterator[Span]:
    """E-mail addresses, in any spelling."""
    text = reading.folded
    spelled = list(_SPELLED.finditer(text)) if _HINT.search(text) else []
    yield from (Span("email", *match.span()) for match in spelled)
    if "@" in text:
        taken = [match.span() for match in spelled]
        for match in _WRITTEN.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                yield Span("email", *match.span())


# Without one of these no address is spelled: most messages stop here.
_HINT = re.compile(r"@|arobas|arobaz|\b(?:at|chez)\b|[(\[{<] ?a ?[)\]}>]|اروبا|\bات\b")
