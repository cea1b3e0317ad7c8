"""Numbers of persons, companies and accounts: CIN, passport, CNSS, ICE, RIB, IBAN, bank cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.iso7064 import mod_97_10
from stdnum.ma import ice

from gateway.masking.context import NO_UNIT, WORD_START, after_word
from gateway.masking.reading import Kind, Reading, Span

_IBAN = re.compile(
    rf"{WORD_START}[a-z]{{2}}\d{{2}}(?:\ ?[a-z0-9]{{4}}){{2,7}}(?:\ ?[a-z0-9]{{1,3}})?"
)
_MOROCCAN_IBAN = re.compile(rf"{WORD_START}(?P<value>ma\ ?\d{{2}}(?:[ .-]{{0,2}}\d){{24}})(?!\d)")
_NAMED_IBAN = after_word(
    r"l?'?iban|ايبان",
    r"[a-z]{2}\ ?\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?![a-z0-9])",
)
# A match may begin at any figure: looking ahead keeps those that overlap ("2 007 780 …").
_ACCOUNT = re.compile(r"(?<!\d)(?=(?P<value>\d(?:[ .-]{0,2}\d){23})(?!\d))")
_NAMED_ACCOUNT = after_word(
    r"l?rib|(?:ال)?ريب|l?compte|(?:ال)?حساب|l?[h7]sab",
    r"\d(?:[ .-]{0,2}\d){19,27}(?!\d)",
    fillers=r"bancaire|banque|bank|lbanka|البنكي|البنك|فالبنك",
)
_COMPANY = re.compile(r"(?<!\d)(?P<value>00\d(?:[ .-]?\d){12})(?!\d|[.,]\d)")
_LONE_COMPANY = re.compile(rf"(?<!\d)(?P<value>\d{{15}})(?!\d|[.,]\d){NO_UNIT}")
_NAMED_COMPANY = after_word(
    r"l?'?ice|identifiant\ commun|(?:ال)?ا?يس|التعريف\ الموحد|المعرف\ الموحد|المعرف\ المشترك",
    r"\d(?:[ .-]?\d){12,15}(?!\d)",
    fillers=r"l'entreprise|للمقاوله|dyal\ charika",
)
_CARD = re.compile(
    r"(?<!\d)(?<!\d[ .,-])"
    r"(?P<value>[3-6]\d{3}([ -]?)\d{4}\2\d{4}\2\d{1,7}|3[47]\d\d([ -])\d{6}\3\d{5})(?!\d)"
)
_NAMED_CARD = after_word(
    r"(?:la\ )?carte\ (?:bancaire|bleue|de\ credit|visa)|visa|mastercard|cb|كارط\ (?:بونكير|كيشي)|l?karta?\ bancaire",
    r"\d(?:[ .-]?\d){12,18}(?!\d)",
)
_SOCIAL = after_word(
    r"l?cnss|(?:ال)?صندوق\ الوطني\ للضمان\ الاجتماعي|(?:ال)?ضمان\ الاجتماعي|لا?سي\ ?ان\ ?اس\ ?اس",
    rf"\d(?:[ .-]?\d){{6,9}}(?!\d|[.,]\d){NO_UNIT}",
    fillers=r"immatriculation|affiliation|adherent|inscription|انخراط",
)
_PASSPORT = after_word(
    r"l?pass?e?port|l?paspor|l?baspor|(?:ال)?باسبور|(?:ال)?جواز(?:\ السفر)?|(?:ال)?جواز\ سفر",
    rf"(?=(?:[a-z]*\ ?\d){{5}})[a-z0-9]{{1,4}}[ -]?[a-z0-9]{{5,9}}(?![a-z0-9]|[.,]\d){NO_UNIT}",
)
# "lkarta b 50000", "cnss 1 500 000": figures that an amount has, even with no unit.
_ROUND = re.compile(r"(?:[a-z] )?[\d .-]*000")
_NATIONAL = r"nationale?|identite|d'identite|lwataniya|wataniya|الوطنيه|التعريف|ناسيونال"
_CARD_WORDS = (
    r"(?:la\ )?carte|l?[ck]art[ae]?|l?bita[9q]a|piece|(?:ال)?بطاقه|بطاقتي|لا?كارط|كارط|lakart[ae]?"
)
_CIN_WORDS = r"l?cin|l?cine|l?cnie|l?cni|لا?سين|لا?كارط\ ناسيونال"
_IDENTITY = after_word(
    rf"{_CIN_WORDS}|{_CARD_WORDS}",
    rf"[a-z]{{1,2}}[ .-]?\d(?:[ .-]?\d){{3,7}}(?![a-z0-9]|[.,]\d){NO_UNIT}",
    fillers=_NATIONAL,
)
_IDENTITY_FIGURES = after_word(
    rf"{_CIN_WORDS}|{_CARD_WORDS}\ (?:{_NATIONAL})",
    rf"\d{{5,8}}(?!\d|[.,/-]\d){NO_UNIT}",
    fillers=_NATIONAL,
)
_LONE_IDENTITY = re.compile(
    rf"(?<![\w./-])(?P<letters>[a-z]{{1,2}})(?P<gap>[ .-]?)(?P<figures>\d{{5,7}})"
    rf"(?!\w|[.,/]\d){NO_UNIT}"
)
# Two letters before a number that are words, references or units.
_NOT_IDENTITY = frozenset(
    "dh de du la le au et ou en un fi bi li ld bl dl fl na no nb nr rc tf bp cp if tp bo pv ht km mm kg ha".split()
)
# Letters that are words of their own, before a number: `b 350500` (with), `d` (of), `N` (n°).
_LETTER_WORDS = frozenset("abdfhlmnowxy")
_NAMED_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("cnss", _SOCIAL),
    ("passport", _PASSPORT),
    ("cin", _IDENTITY),
    ("cin", _IDENTITY_FIGURES),
)


def find_ibans(reading: Reading) -> Iterator[Span]:
    """IBAN: Moroccan or named whatever their key, others when it is right (ISO 7064, mod 97)."""
    text = reading.folded
    for pattern in (_NAMED_IBAN, _MOROCCAN_IBAN):
        yield from _values("iban", pattern, text)
    for match in _IBAN.finditer(text):
        # What follows may be words: the longest part with a right key is the account.
        for end in range(match.end(), match.start() + 14, -1):
            if end < len(text) and text[end].isalnum():
                continue
            account = re.sub(r"[ -]", "", text[match.start() : end])
            figures = sum(map(str.isdigit, account))
            if figures >= 10 and mod_97_10.is_valid(account[4:] + account[:4]):
                yield Span("iban", match.start(), end)
                break


def find_bank_accounts(reading: Reading) -> Iterator[Span]:
    """RIB: 24 figures in one piece or with the right key, about as many after the word."""
    text = reading.folded
    yield from _values("rib", _NAMED_ACCOUNT, text)
    for match in _ACCOUNT.finditer(text):
        account = match["value"]
        if account.isdigit() or int(_figures(account)) % 97 == 0:
            yield Span("rib", *match.span("value"))


def find_companies(reading: Reading) -> Iterator[Span]:
    """ICE: 15 figures in one piece, or apart with the right key, about as many after the word."""
    text = reading.folded
    for pattern in (_NAMED_COMPANY, _LONE_COMPANY):
        yield from _values("ice", pattern, text)
    for match in _COMPANY.finditer(text):
        if ice.is_valid(_figures(match["value"])):
            yield Span("ice", *match.span("value"))


def find_cards(reading: Reading) -> Iterator[Span]:
    """Bank cards: 13 to 19 figures with the right key (Luhn), or named."""
    text = reading.folded
    yield from _values("card", _NAMED_CARD, text)
    for match in _CARD.finditer(text):
        if luhn.is_valid(_figures(match["value"])):
            yield Span("card", *match.span("value"))


def find_named_identifiers(reading: Reading) -> Iterator[Span]:
    """CNSS numbers, passports and identity cards, after the word that names them."""
    for kind, pattern in _NAMED_KINDS:
        for match in pattern.finditer(reading.folded):
            if not _ROUND.fullmatch(match["value"]):
                yield Span(kind, *match.span("value"))


def find_lone_identity_cards(reading: Reading) -> Iterator[Span]:
    """CIN numbers that nothing names: `CD123456`, and `CD 123456` in capitals; not `b500000 dh` (with 500 000)."""
    text = reading.folded
    for match in _LONE_IDENTITY.finditer(text):
        letters, figures = match["letters"], match["figures"]
        if letters in _NOT_IDENTITY:
            continue
        apart = match["gap"] == " "
        capitals = all(reading.capital(place) for place in range(*match.span("letters")))
        if figures.endswith("000") and (apart or len(letters) == 1):
            continue
        if not apart or (capitals and letters not in _LETTER_WORDS):
            yield Span("cin", *match.span())


def _values(kind: Kind, pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        yield Span(kind, *match.span("value"))


def _figures(number: str) -> str:
    return re.sub(r"\D", "", number)
