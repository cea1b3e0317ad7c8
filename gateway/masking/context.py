"""What stands around a number: the words that announce it, the units that make it an amount.

Fragments of patterns; a space is written `\\ ` so that they serve in verbose patterns too.
"""

from __future__ import annotations

import re

WORD_START = r"(?<![^\W_])"
WORD_END = r"(?![^\W_])"

# Money, scales, areas, counts and rates: what follows an amount and no telephone or account.
UNIT = (
    r"(?:[ .-]|\ de\ |\ d'|\ d\ |\ ديال\ )?"
    r"(?:(?:dhs?|dhm?s?|mad|dirhams?|drh?m?s?|euros?|eur|usd|dollars?|millions?|mill?iards?|mdhs?|mmdhs?|kdhs?|"
    r"centimes?|ryals?|rials?|mlyou?n|mlayn|mlyar|alf|ha|hectares?|m2|metres?|km|emplois?|postes?|"
    r"درهم|دراهم|مليون|ملايين|مليار|الف|سنتيم|ريال|اورو|دولار|متر|هكتار)"
    rf"{WORD_END}|[%€$])"
)
NO_UNIT = rf"(?!{UNIT})"

# Words that may stand between the name of a number and the number: "mon numéro CNSS c'est le …".
_FILLERS = (
    r"n|no|num|numero|nmra|nemra|nmrti|ra[q9]m|r[q9]m|code|est|c'est|c|de|du|des|d|la|le|l|les|mon|ma|notre|nos|a|au|sur|sous|moi|"
    r"nous|me|suivant|suivante|voici|svp|stp|avec|pour|francais|espagnol|marocain|marocaine|personnel|perso|telephone|whatsapp|"
    r"dyal|dial|dyali|diali|dyalna|dyalha|dyalo|dyalou|hiya|hya|howa|hwa|hia|hadi|hada|f|fe|liya|lia|3la|hak|"
    r"societe|entreprise|charika|lcharika|"
    r"ديال|ديالي|ديالنا|ديالها|ديالو|هو|هي|هوا|هادي|هادا|رقم|نمره|ف|على|ليا|الشركه|المقاوله"
)
_SIGNS = r"[ :=#°'()>*.,;-]{0,4}"


def after_word(words: str, value: str, *, fillers: str = "") -> re.Pattern[str]:
    """The pattern of a value that follows one of the words that name it; the value is group `value`."""
    filler = rf"(?:{_FILLERS}{'|' if fillers else ''}{fillers})"
    return re.compile(
        rf"{WORD_START}[وفبل]?(?:{words})(?:{WORD_END}|(?=\d)){_SIGNS}"
        rf"(?:{filler}(?:{WORD_END}|(?=\d{{3}})){_SIGNS}){{0,4}}(?P<value>{value})"
    )
