"""Names of persons: after "je m'appelle", `smiti`, `سميتي`, and first names where people say who they are.

In French and Darija a name has no mark of its own, and typed in haste not even a capital: so the words
that introduce it decide, with lists of first names, of places and of everyday words (`names.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from bot.nlu.folding import fold
from gateway.masking.context import WORD_END, WORD_START
from gateway.masking.reading import Reading, Span

_LISTS: dict[str, list[str]] = YAML(typ="safe", pure=True).load(
    (Path(__file__).parent / "names.yml").read_text(encoding="utf-8")
)


def _list(name: str) -> frozenset[str]:
    return frozenset(fold(word) for line in _LISTS[name] for word in line.split())


_FIRST_NAMES = _list("first_names")
_PARTICLES = _list("particles")
_OFFICES = _list("offices")
_PLACES = _list("places")
_ORDINARY = _list("ordinary") - _PARTICLES
_PUBLIC = frozenset(map(fold, _LISTS["public"]))

# The words that introduce a name, as patterns over the folded text.
_KIN = (
    r"khouya|khoya|khti|rajli|mrati|wlidi|weldi|bnti|benti|lwalid|lwalida|baba|mama|mart[oi]|sahbi|"
    r"chriki|خويا|ختي|راجلي|مراتي|ولدي|بنتي|الواليد|الواليده|ماما|شريكي|صاحبي"
)
_COPULA = (
    r"(?: (?:how?w?a|hiy?y?a|h[yw]a|huwa|l?kamla|هو|هي|هوا|الكامل|الكامله|الشخصي|العايلي)){0,2}"
)
# After these, any word that is not an everyday one is a name.
_STRONG = (
    r"je? ?m'? ?ap+el+e?s?|je me (?:nomme|prenomme|presente)|my name is|"
    r"(?:mon|notre) (?:nom|prenom)(?: (?:de famille|complet|et prenom))? (?:est|c'est|c|:)|"
    r"(?:nom|prenom|nom et prenoms?|prenom et nom|noms? complet|full name) ?[:=]|"
    rf"(?:[ei]?smi?y?[iea]?ti|[ei]smi){_COPULA}|(?:smi?y?[iea]?t|ism) (?:{_KIN})|"
    rf"[وف]?(?:سميتي|اسميتي|اسمي|ادعي|كيسميوني|كنتسمي){_COPULA}|(?:سميت|اسم) (?:{_KIN})|"
    r"(?:ال)?اسم(?: الكامل| الشخصي| العايلي)? ?:"
)
# After these, a known first name is one.
_WEAK = (
    r"je suis|moi c'? ?est|moi c|c'? ?est(?: moi)?|ici|appel+ez[ -]moi|mon (?:nom|prenom)|s'appelle|"
    r"signe|i am|i'm|"
    r"m(?:on|a) (?:mari|femme|epou[xs]e?|frere|soeur|fils|fille|pere|mere|associee?|amie?|collegue|"
    r"cousine?|patron)|"
    r"ana(?: si)?|m3ak(?:om|oum|um)?|hna|si|[ou]stad|docteur|dr|[ei]?smi?y?[iea]?t(?:o|ou|u|ha)|"
    r"[وف]?(?:انا|معاك|معاكم|معك)|سي|الاستاذ|الاستاذه|الدكتور|سميتو|سميتها|الاسم|"
    rf"{_KIN}"
)
# After these, two words in capitals are one.
_SELF = r"je suis|moi c'? ?est|ana|m3ak(?:om)?"
_TITLE = (
    r"(?<!\.)(?:(?:mr|mme|mlle|monsieur|madame|mademoiselle|maitre) |"
    r"(?<!\d )(?:mr?|mme|mlle|me)\. ?)"
)
_ARABIC_TITLE = r"[ولب]?(?:السيد|السيده|الانسه)"
_SIGNATURE = (
    r"(?:cordialement|bien a vous|salutations|respectueusement|merci(?: d'avance)?)"
    r"[ .!-]{0,3}[\n,]\s{0,3}"
)

_STRONG_BEFORE = re.compile(rf"{WORD_START}(?:{_STRONG}){WORD_END}[ :=]{{0,3}}")
_WEAK_BEFORE = re.compile(
    rf"{WORD_START}(?:(?:{_WEAK})(?: (?:howa|hiya|h[yw]a|هو|هي))? |(?:{_STRONG}) ?[,\"«“] ?)"
)
_SELF_BEFORE = re.compile(rf"{WORD_START}(?:{_SELF}) ")
_TITLE_BEFORE = re.compile(rf"{WORD_START}{_TITLE}(?=\w)")
_ARABIC_TITLE_BEFORE = re.compile(rf"{WORD_START}{_ARABIC_TITLE} ")
_SIGNATURE_BEFORE = re.compile(rf"{WORD_START}{_SIGNATURE}(?=\w)")

_WORD = re.compile(r"(?:(?:عبد|abd) (?:el |al )?)?(?!\d\d)[^\W_]*[^\W\d_][^\W_]*(?:['-][^\W\d_]+)*")
# Verbs that follow "smiti" when it is not introducing: "my name was accepted" (`tqeblat`).
_VERB = re.compile(r"t[^aeiou].*at|ka[ty].+|gha(?:di|n|t|y).*|ت.*ات")
_FAMILY_NAME = re.compile(r".*[iy]|(?:el|al|ben|bou|ait|la)\w+|.*ي|(?:ال|بن|بو)\w+")
_FIRST_NAME = re.compile(
    rf"{WORD_START}(?:{'|'.join(sorted(_FIRST_NAMES, key=len, reverse=True))}){WORD_END}"
)
# What is called after a person: streets, schools, funds; firms; kings.
_CALLED_AFTER = re.compile(
    r"\b(?:universite|technocite|label|prix|fonds|concours|pole|projets?|groupe|societe|sarl|"
    r"cooperative|avenue|av|bd|boulevard|rue|fondation|lycee|college|hopital|place|aeroport|"
    r"complexe|ecole|centre|zone|quartier|hay|route|mosquee|stade|barrage|programme|"
    r"moulay|sidi|lalla|beni?|bni|oulad)\W*$"
)
_FIRM = re.compile(
    r"(?:invest|press|textiles?|durable|group|holding|consulting|services?|shop|import|export|express|food|"
    rf"tech|travaux){WORD_END}"
)
_REGNAL = re.compile(rf" (?:[ivx]{{1,3}}|1er|الاول|الثاني|التاني|الخامس|السادس){WORD_END}")


def find_names(reading: Reading) -> Iterator[Span]:
    """Names of persons, where people say who they are, sign, or speak of someone by title or kinship."""
    text = reading.folded
    for match in _STRONG_BEFORE.finditer(text):
        yield from _name(reading, match.end(), strong=True)
    for match in _ARABIC_TITLE_BEFORE.finditer(text):
        yield from _name(reading, match.end(), strong=True)
    for match in _TITLE_BEFORE.finditer(text):
        if reading.capital(match.end()):
            yield from _name(reading, match.end(), strong=True)
    for match in _SELF_BEFORE.finditer(text):
        if _two_capitals(reading, match.end()):
            yield from _name(reading, match.end(), strong=True)
    for match in _SIGNATURE_BEFORE.finditer(text):
        if reading.capital(match.end()):
            yield from _lone_name(reading, match.end(), strong=True)
    for span in _likely_names(reading):
        if text[span.start : span.end] not in _PUBLIC:
            yield span


def _likely_names(reading: Reading) -> Iterator[Span]:
    """Names that only a first name gives away."""
    text = reading.folded
    for match in _WEAK_BEFORE.finditer(text):
        yield from _name(reading, match.end(), strong=False)
    for match in _FIRST_NAME.finditer(text):
        if _is_full_name(reading, match):
            yield from _name(reading, match.start(), strong=False)
    # A message that is but a name answers "votre nom ?"; "Sidi Brahim" alone is a place.
    first = _WORD.match(text)
    if first and first[0] in _FIRST_NAMES:
        yield from _lone_name(reading, 0, strong=False)


def _two_capitals(reading: Reading, position: int) -> bool:
    """Whether two words there begin with a capital and go on without ("Je suis Youba Merabet")."""
    words = reading.written[position:].split(" ", 2)[:2]
    return len(words) == 2 and all(word.istitle() for word in words)


def _is_full_name(reading: Reading, first: re.Match[str]) -> bool:
    """Whether a first name stands before a family name, both in capitals: "Karim Alami, CIN …"."""
    text = reading.folded
    family = _WORD.match(text, first.end() + 1)
    return (
        family is not None
        and text[first.end()] == " "
        and reading.capital(first.start())
        and reading.capital(family.start())
        and not _FIRM.match(family[0])
        and not _CALLED_AFTER.search(text[max(0, first.start() - 20) : first.start()])
    )


def _lone_name(reading: Reading, start: int, *, strong: bool) -> Iterator[Span]:
    """The name that begins there, if nothing follows it on its line."""
    for span in _name(reading, start, strong=strong):
        if not reading.folded[span.end :].partition("\n")[0].strip(" .!"):
            yield span


def _name(reading: Reading, start: int, *, strong: bool) -> Iterator[Span]:
    """The name that begins there, if one does: up to three words, with the particles between them.

    `strong` when what stands before it leaves no doubt that a name follows.
    """
    text = reading.folded
    position = end = start
    parts = 0
    capitals = after_particle = False
    while parts < 3 and (match := _WORD.match(text, position)):
        word, capital = match[0], reading.capital(match.start())
        if word in _PARTICLES:
            after_particle = True
        else:
            known = _is_first_name(word, announced=after_particle or (strong and parts == 0))
            if parts == 0:
                fits = known or (strong and len(word) > 1 and not _is_of_a_sentence(word, capital))
                fits = fits and not _REGNAL.match(text, match.end())
                capitals = capital
            else:
                fits = known or (
                    not _is_of_a_sentence(word, capital)
                    and (capital or not capitals)
                    and (capital or parts == 1 or _FAMILY_NAME.fullmatch(word) is not None)
                )
            if not fits:
                break
            parts, end, after_particle = parts + 1, match.end(), False
        position = match.end() + 1
        if text[match.end() : position] not in (" ", "-"):
            break
    if parts:
        yield Span("name", start, end)


def _is_first_name(word: str, *, announced: bool) -> bool:
    """Whether it is a first name; one that is also an everyday word (`على`) must have been announced."""
    if word.startswith(("عبد ", "abd ")):
        return True
    return word.split("-")[0] in _FIRST_NAMES and (announced or word not in _ORDINARY)


def _is_of_a_sentence(word: str, capital: bool) -> bool:
    """Whether it is a place, an office, an everyday word or a verb, also in `j'ai`, `وبغيت`, `فالبنك`."""
    return (
        word in _PLACES
        or word in _OFFICES
        or word in _ORDINARY
        or re.split("['-]", word)[-1] in _ORDINARY
        or (word[0] in "وفبل" and word[1:] in _ORDINARY)
        or word.startswith(("فال", "بال", "وال", "لل"))
        or (not capital and _VERB.fullmatch(word) is not None)
    )
