"""Telephone numbers in figures, Moroccan and foreign, told from amounts, dates and references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import (
    NumberParseException,
    ValidationResult,
    is_possible_number_with_reason,
    is_valid_number,
    parse,
)

from gateway.masking.context import NO_UNIT, UNIT, after_word
from gateway.masking.reading import Reading, Span

_GAP = r"[ .,/_*-]{0,3}"
_MOROCCAN = re.compile(
    rf"""
    (?<!\d)(?<!\d[./-])
    (?:
        \(?\ ?(?:\+|00?)?\ ?212\ ?\)?{_GAP}(?:\(?0\)?{_GAP})?(?=[5-8])
      | 0{_GAP}(?=[5-8])
      | (?<![^\W_])o{_GAP}(?=[5-8])
    )
    \d(?:{_GAP}\d){{8}}
    (?!\d)
    """,
    re.VERBOSE,
)
_FOREIGN = re.compile(r"(?<!\d)\(?(?:\+|00) ?\(?[1-9](?:[ ()./-]{0,3}\d){6,14}(?!\d|[.,]\d)")
# A figure short, as typed in haste.
_SHORT = re.compile(
    rf"(?<!\d)(?<!\d[./-])0[67]([ .-])\d\d(?:\1\d\d){{2}}\1\d(?!\d|[.,/-]\d){NO_UNIT}"
)
# Abroad, without "+": nothing but a number that was given out.
_LONG = re.compile(rf"(?<![\d/])(?<!\d[ .,-])[1-9]\d{{10,12}}(?!\d|[.,]\d){NO_UNIT}")
# Without the leading zero, as people also write them; nine figures may be an amount.
_PAIRS = re.compile(rf"(?<!\d)(?<!\d[ .,/-])[5-7]([ .-])\d\d(?:\1\d\d){{3}}(?!\d|[.,]\d){NO_UNIT}")
_NINE = re.compile(
    rf"(?<![\d/])(?<!\d[ .,/-])[67]\d\d([ .]?)\d{{3}}\1\d{{3}}(?!\d|[.,]\d|\ \d{{3}}(?!\d)){NO_UNIT}"
)
_NAMED = after_word(
    r"(?:tel|telephone|tlf|tilifou?ne?|telefone?|portable|gsm|mobile|fixe|fax|numero|numiro|num|whats?app?|wh?ats?ap|"
    r"wattsap|wtsp|wts|nmr[at]i?|nemr[at]i?|nmrt[oi]u?|ra[q9]mi?|r[q9]mi?|appelez|rappelez|joindre|joignable|contactez|"
    r"(?:ال)?(?:تيليفون|تلفون|هاتف|واتساب|واتصاب|نمره|رقم|فيكس|كسم)|نمرتي|رقمي|هاتفي|تيليفوني)",
    rf"\+?\d(?:{_GAP}\d){{7,13}}(?!\w){NO_UNIT}",
)
_DATE = re.compile(
    r"\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d(?!\d)|\d{1,2}[./-](?:19|20)\d\d(?!\d)|(?:19|20)\d\d(?!\d)|"
    r"\d\d([./-])\d\d\1\d\d(?!\d|\1)"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([ .,])\d{3})(?:\1\d{3})*")
_UNIT = re.compile(UNIT)
_CENTS_AND_UNIT = re.compile(rf"(?:[.,]\d\d)?{UNIT}")
_ANNOUNCES_AMOUNT = re.compile(
    r"(?:montant|capital|budget|investissement|cout|prix|somme|chiffre d'affaires|ca|machrou3|mablagh|"
    r"مبلغ|راسمال|ميزانيه|رقم المعاملات)\W*(?:\w{1,4}\W+){0,2}$"
)


def find_phones(reading: Reading) -> Iterator[Span]:
    """Numbers that only a telephone has: 0 and nine figures, +212, or a country code."""
    text = reading.folded
    for match in _MOROCCAN.finditer(text):
        if not _DATE.match(match[0]) and not _is_amount(text, match):
            yield Span("phone", *_inside(match))
    if "+" not in text and "00" not in text:
        return
    for match in _FOREIGN.finditer(text):
        if _is_foreign_phone(text, match):
            yield Span("phone", *_inside(match))


def find_bare_phones(reading: Reading) -> Iterator[Span]:
    """Numbers a figure short, without their zero or "+", or of any length after "tél": what is no amount."""
    text = reading.folded
    yield from (Span("phone", *match.span()) for match in _SHORT.finditer(text))
    for pattern in (_PAIRS, _NINE):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            if not _is_round(match[0]) and not _ANNOUNCES_AMOUNT.search(before):
                yield Span("phone", *match.span())
    for match in _LONG.finditer(text):
        if not _is_round(match[0]) and _is_given_out(match[0]):
            yield Span("phone", *match.span())
    for match in _NAMED.finditer(text):
        number = match["value"]
        if not (_DATE.match(number) or _THOUSANDS.fullmatch(number) or _is_round(number)):
            yield Span("phone", *match.span("value"))


def _inside(match: re.Match[str]) -> tuple[int, int]:
    """The number without a space before it or a parenthesis that only opens."""
    number = match[0].lstrip(" ")
    if ")" not in number:
        number = number.lstrip("( ")
    return match.end() - len(number), match.end()


def _is_amount(text: str, match: re.Match[str]) -> bool:
    """`0 - 500 000 000 dh`, `212 500 000 000`: figures of an amount, after a lone nought or none."""
    number = match[0].strip(" (")
    if re.match(r"\+|o|0\d", number):
        return False
    amount = number.lstrip("0 .,/_*-")
    if not (amount.isdigit() or _THOUSANDS.fullmatch(amount)):
        return False
    apart = not number.isdigit()
    return (apart and _is_round(number)) or bool(_CENTS_AND_UNIT.match(text, match.end()))


def _is_foreign_phone(text: str, match: re.Match[str]) -> bool:
    """Whether a number with "+" or "00" is one: given out, or of a right length and no round amount."""
    number = re.sub(r"\D", "", match[0].replace("(0)", "")).removeprefix("00")
    if number.startswith("212") or _UNIT.match(text, match.end()):
        return False
    # "+ 20 000 000" has the length of a number in Egypt.
    return _is_given_out(number) or (_has_right_length(number) and not _is_round(number))


def _is_round(number: str) -> bool:
    """Whether it ends as amounts do, and one telephone in a thousand."""
    return number.endswith("000")


def _is_given_out(number: str) -> bool:
    try:
        return is_valid_number(parse(f"+{number}"))
    except NumberParseException:
        return False


def _has_right_length(number: str) -> bool:
    try:
        reason = is_possible_number_with_reason(parse(f"+{number}"))
    except NumberParseException:
        return False
    return reason == ValidationResult.IS_POSSIBLE
