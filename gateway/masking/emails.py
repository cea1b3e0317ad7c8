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
# Bounded, as addresses are: a long text without an address must not be read again from each letter.
_LOCAL = r"[\w.+%'-]{0,63}\w"
_HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}"
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
# Without one of these no address is spelled: most messages stop here.
_HINT = re.compile(r"@|arobas|arobaz|\b(?:at|chez)\b|[(\[{<] ?a ?[)\]}>]|اروبا|\bات\b")


def find_emails(reading: Reading) -> Iterator[Span]:
    """E-mail addresses, in any spelling."""
    text = reading.folded
    if _HINT.search(text):
        for pattern in (_SPELLED, _WRITTEN):
            yield from (Span("email", *match.span()) for match in pattern.finditer(text))
