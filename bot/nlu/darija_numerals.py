"""Darija numerals, in Arabic script and in arabizi, one word at a time (`خمسين`, `khamsin`, `5amsin`).

The skeleton alone does not serve here: `ثمن` (price) and `ثمانين` (eighty) share theirs. So each numeral is
a pattern over the folded word, wide enough for the spellings people use and narrow enough for no other word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Numeral:
    """A numeral word: `count` times `scale`; `count` is None for a bare scale (`مليون`, `alf`).

    `scale` is 1, 100, 1 000, a million or a milliard.
    """

    count: int | None
    scale: int


_UNITS = {
    1: "واحد|وحده|واحده|w[ae]?[h7][ae]?da?",
    2: "جوج|زوج|زوز|اثنين|اتنين|تنين|اثنان|[jz]ou?[jz]|[jz]u[jz]|[jz]oo[jz]|tnin|tnayn|itnayn",
    3: "تلات[ها]?|ثلاث[ها]?|تلت|t[ae]?l[ae]?t[ae]?|tlatha|thlatha",
    4: "ربع[ها]|اربع[ها]?|[ae]?r[ae]?b[ae]?3[ae]h?|arb[ae]?3[ae]?",
    5: "خمس[ها]?|(?:kh|5|x)[ae]?ms[ae]?h?",
    6: "ست[ها]?|stt?a|s[ei]tta|s[ei]tt",
    7: "سبع[ها]?|s[ae]?b[ae]?3[ae]?|s[ae]b[ae]{2}",
    8: "تمني[ها]|ثماني[ها]?|تماني[ها]?|ثمنيه|th?[ae]?m[ae]?n[iy]{1,2}[ae]",
    9: "تسعود|تسعه?|t[ei]?s3(?:[ao]?(?:u|o|ou)?d|a)?|t[ei]?sa?3oud",
}
_TENS = {
    10: "عشره?|3[ae]?(?:ch|x|sh)[ae]?r[ae][ht]?|3[ae]?(?:ch|x|sh)r|a(?:ch|sh)r[ae]",
    11: "حداش|حضاش|[h7]d?d[ae]+(?:ch|x|sh)",
    12: "طناش|تناش|اطناش|اثناش|[ae]?t?tn[ae]+(?:ch|x|sh)",
    13: "تلطاش|تلتاش|تلتطاش|tl[ae]?tt?[ae]+(?:ch|x|sh)",
    14: "ربعطاش|اربعطاش|ربعتاش|r[ae]?b[ae]?3[ae]?tt?[ae]+(?:ch|x|sh)",
    15: "خمسطاش|خمستاش|خمصطاش|(?:kh|5|x)[ae]?m[ae]?s[ae]?tt?[ae]+(?:ch|x|sh)",
    16: "سطاش|ستاش|ستطاش|s[ei]?tt?[ae]+(?:ch|x|sh)",
    17: "سبعطاش|سبعتاش|s[ae]?b[ae]?3[ae]?tt?[ae]+(?:ch|x|sh)",
    18: "تمنطاش|تمنتاش|تمانطاش|ثمنطاش|t[ae]?m[ae]?n[ae]?tt?[ae]+(?:ch|x|sh)",
    19: "تسعطاش|تسعتاش|t[ei]?s[ae]?3[ae]?tt?[ae]+(?:ch|x|sh)",
    20: "عشرين|عشرون|3[aei]?(?:ch|x|sh)r(?:i|y|ii)ne?|ac?hrine?",
    30: "تلاتين|ثلاثين|ثلاثون|t[ae]?l[ae]?t[hi]*(?:i|y)ne?",
    40: "ربعين|اربعين|اربعون|[ae]?r[ae]?b[ae]?3(?:i|y)ne?|[ae]rb[ae]?ine?",
    50: "خمسين|خمسون|(?:kh|5|x)[ae]?m[ae]?s(?:i|y)ne?",
    60: "ستين|ستون|s[ei]?tt?(?:i|y)ne?",
    70: "سبعين|سبعون|s[ae]?b[ae]?3(?:i|y)ne?",
    80: "تمانين|ثمانين|تمنين|ثمانون|th?[ae]?m[ae]?n(?:i|y){1,2}ne?",
    90: "تسعين|تسعون|t[ei]?s[ae]?3(?:i|y)ne?",
}
_HUNDRED = "ميه|مائه|مايه|ميات|ميت|miy?at|myat|miy+a|mia|mya|my?aa"
_HUNDREDS = {
    2: "ميتين|مئتين|مييتين|مائتين|مياتين|مءتين|m(?:i|y|ia|iya|ya)t(?:ay|ei|i|y|aye)ne?",
    3: "t[ae]?l[ae]?t[ae]?",
    4: "r[ae]?b[ae]?3",
    5: "(?:kh|5|x)[ae]?m[ae]?s",
    6: "s[ei]?tt?",
    7: "s[ae]?b[ae]?3",
    8: "t[ae]?m[ae]?n",
    9: "t[ei]?s[ae]?3",
}
_ARABIC_STEMS = {
    3: "تلا?ت|ثلا?ث|تلط",
    4: "ا?ربع",
    5: "خمس",
    6: "ست",
    7: "سبع",
    8: "تما?ن|ثما?ني?",
    9: "تسع",
    10: "عشر",
}
_LATIN_TEN = "3[ae]?(?:ch|x|sh)[ae]?r"
_THOUSAND = "الف|الاف|alf|alef|elf|alaa?f|aala?f|[2ae]?alaf|laf"
_TWO_THOUSAND = "الفين|الفان|alf(?:ay|ai|ei|i|y)ne?"
_MILLION = (
    "مليون|ملايين|ملاين|ملياين|مليين|ملاييين|مليونات|"
    "m[ei]?l[iy]{1,2}[oa]?u?ne?|mi?ly?ou?n|mlay[aei]?ne?|mlai?y?[ei]?ne?|mala?yi?ne?"
)
_TWO_MILLION = "مليونين|مليونان|m[ei]?l[iy]ou?n(?:ay|ai|ei)ne?"
_MILLIARD = "مليار|ملاير|ملايير|مليارات|m[ei]?l[iy]{1,2}[ae]r|mlay[aei]?re?|mi?lyar"
_TWO_MILLIARD = "مليارين|m[ei]?l[iy]{1,2}ar(?:ay|ai|ei)ne?"
_GLUED_THOUSAND = "(?:t?alaa?f|t?laf|telaf)"
_GLUED_HUNDRED = "(?:a|e|t)?(?:m(?:i|y|iy)[ae]t?|miyya)"


def _patterns() -> list[tuple[re.Pattern[str], Numeral]]:
    rows: list[tuple[str, Numeral]] = []
    rows += [(pattern, Numeral(value, 1)) for value, pattern in (_UNITS | _TENS).items()]
    rows.append((_HUNDRED, Numeral(None, 100)))
    rows.append((_HUNDREDS[2], Numeral(2, 100)))
    for value, stem in _ARABIC_STEMS.items():
        latin = _HUNDREDS.get(value, _LATIN_TEN)
        if value < 10:
            hundred = rf"(?:{stem})ا?(?:ميه|مائه|مايه|ميات)|(?:{latin}){_GLUED_HUNDRED}"
            rows.append((hundred, Numeral(value, 100)))
        thousand = rf"(?:{stem})ت?ا?لاف|(?:{latin}){_GLUED_THOUSAND}"
        rows.append((thousand, Numeral(value, 1000)))
    rows.append((_THOUSAND, Numeral(None, 1000)))
    rows.append((_TWO_THOUSAND, Numeral(2, 1000)))
    rows.append((_MILLION, Numeral(None, 10**6)))
    rows.append((_TWO_MILLION, Numeral(2, 10**6)))
    rows.append((_MILLIARD, Numeral(None, 10**9)))
    rows.append((_TWO_MILLIARD, Numeral(2, 10**9)))
    return [(re.compile(pattern), numeral) for pattern, numeral in rows]


_PATTERNS = _patterns()


@lru_cache(maxsize=16384)
def darija_numeral(word: str) -> Numeral | None:
    """What numeral is a folded word in Darija (or Standard Arabic), if any?

    `عشرين` → 20 × 1, `ميتين` → 2 × 100, `khamsalaf` → 5 × 1 000, `mlyoun` → a bare million.
    """
    for pattern, numeral in _PATTERNS:
        if pattern.fullmatch(word):
            return numeral
    return None
