"""Names of persons: after "je m'appelle", `smiti`, `سميتي`, and first names where people say who they are.

In French and Darija a name has no mark of its own, and in lower case not even a capital: so the words that introduce
it decide, with lists of first names, of places and of everyday words (`names.yml`).
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

_KIN = (
    r"khouya|khoya|khti|rajli|mrati|wlidi|weldi|bnti|benti|lwalid|lwalida|baba|mama|mart(?:o|i)|sahbi|chriki|"
    r"خويا|ختي|راجلي|مراتي|ولدي|بنتي|الواليد|الواليده|ماما|شريكي|صاحبي"
)
_COPULA = r"(?:\ (?:howa|hiya|howwa|hiyya|hya|hwa|huwa|hia|lkamla|kamla|هو|هي|هوا|الكامل|الكامله|الشخصي|العايلي)){0,2}"
# After these, any word that is not an everyday one is a name.
_STRONG = (
    r"je?\ ?m'?\ ?ap+el+e?s?|my\ name\ is|je\ me\ (?:nomme|prenomme|presente)|"
    r"(?:mon|notre)\ (?:nom|prenom)(?:\ (?:de\ famille|complet|et\ prenom))?\ (?:est|c'est|c|:)|"
    r"(?:nom|prenom|nom\ et\ prenoms?|prenom\ et\ nom|noms?\ complet|full\ name)\ ?[:=]|"
    rf"(?:[ei]?smi?y?[iea]?ti|[ei]smi)\b{_COPULA}|"
    rf"(?:smi?y?[iea]?t|ism)\ (?:{_KIN})|"
    rf"[وف]?(?:سميتي|اسميتي|اسمي|ادعي|كيسميوني|كنتسمي){_COPULA}|"
    rf"(?:سميت|اسم)\ (?:{_KIN})|(?:ال)?اسم(?:\ الكامل|\ الشخصي|\ العايلي)?\ ?:"
)
# After these, a known first name.
_WEAK = (
    r"je\ suis|moi\ c'?\ ?est|moi\ c|c'?\ ?est(?:\ moi)?|ici|appel+ez[ -]moi|mon\ (?:nom|prenom)|il\ s'appelle|elle\ s'appelle|"
    r"s'appelle|signe|i\ am|i'm|"
    r"(?:mon|ma)\ (?:mari|femme|epoux|epouse|frere|soeur|fils|fille|pere|mere|associee?|amie?|collegue|cousine?|patron)|"
    r"ana(?:\ si)?|m3ak(?:om|oum|um)?|hna|si|oustad|ostad|docteur|dr|[ei]?smi?y?[iea]?t(?:o|ou|u|ha)|"
    r"[وف]?(?:انا|معاك|معاكم|معك)|سي|الاستاذ|الاستاذه|الدكتور|سميتو|سميتها|الاسم|"
    rf"{_KIN}"
)
_TITLE = r"(?:mr|mme|mlle|monsieur|madame|mademoiselle|maitre)\ |(?<!\d\ )(?:m|mr|mme|mlle|me)\.\ ?"
_ARABIC_TITLE = r"[ولب]?(?:السيد|السيده|الانسه)"
_SIGNED = r"cordialement|bien\ a\ vous|(?:sinceres\ |mes\ )?salutations|respectueusement|merci\ d'avance|merci"
_STRONG_AT = re.compile(rf"{WORD_START}(?:{_STRONG})(?![^\W_])[\ :=]{{0,3}}")
_ARABIC_TITLE_AT = re.compile(rf"{WORD_START}(?:{_ARABIC_TITLE})\ ")
_SELF_AT = re.compile(rf"{WORD_START}(?:je\ suis|moi\ c'?\ ?est|ana|m3ak(?:om)?)\ ")
_WEAK_AT = re.compile(
    rf"{WORD_START}(?:(?:{_WEAK})(?:\ (?:howa|hiya|hya|hwa|هو|هي))?\ |(?:{_STRONG})\ ?[,\"«“]\ ?)"
)
_TITLE_AT = re.compile(rf"(?<![^\W_])(?<!\.)(?:{_TITLE})(?=\w)")
_SIGNED_AT = re.compile(rf"{WORD_START}(?:{_SIGNED})[\ ,.!:-]{{0,3}}[\n,]\s{{0,3}}")
_NAME_WORD = re.compile(
    r"(?:(?:عبد|abd)\ (?:el\ |al\ )?)?(?!\d\d)[^\W_]*[^\W\d_][^\W_]*(?:['-][^\W\d_]+)*"
)
# Passive verbs after "smiti": "my name was accepted" (`tqeblat`, `tsejjlat`).
_PASSIVE = re.compile(r"t[^aeiou].*at|ka[ty].+|gha(?:di|n|t|y).*|تق?.*ات")
_FAMILY_NAME = re.compile(r".*[iy]|(?:el|al|ben|bou|ait|la)\w+|.*ي|(?:ال|بن|بو)\w+")
_GIVEN = re.compile(
    rf"{WORD_START}(?:{'|'.join(sorted(_FIRST_NAMES, key=len, reverse=True))}){WORD_END}"
)
# A first name after these belongs to a street, a school, a foundation.
_NAMED_AFTER = re.compile(
    r"\b(?:universite|technocite|label|prix|fonds|concours|pole|projets?|groupe|societe|sarl|cooperative|avenue|av|bd|boulevard|rue|fondation|lycee|college|hopital|place|aeroport|complexe|ecole|centre|zone|"
    r"quartier|hay|route|mosquee|stade|barrage|programme|moulay|sidi|lalla|bni|beni|oulad|ben)\W*$"
)
_FIRM = re.compile(
    r"(?:invest|press|textiles?|durable|group|holding|consulting|services?|shop|import|export|food|tech|travaux)(?!\w)"
)
_REGNAL = re.compile(r"\ (?:[ivx]{1,3}|1er|الاول|التاني|الخامس|السادس)(?!\w)")


def find_names(reading: Reading) -> Iterator[Span]:
    """Names of persons, where people say who they are or address someone."""
    text = reading.folded
    for match in _STRONG_AT.finditer(text):
        yield from _name(reading, match.end(), strong=True)
    for match in _ARABIC_TITLE_AT.finditer(text):
        yield from _name(reading, match.end(), strong=True)
    for match in _WEAK_AT.finditer(text):
        yield from _name(reading, match.end(), strong=False)
    for match in _SELF_AT.finditer(text):
        if _two_capitals(reading, match.end()):
            yield from _name(reading, match.end(), strong=True)
    for match in _TITLE_AT.finditer(text):
        if reading.capital(match.end()):
            yield from _name(reading, match.end(), strong=True)
    for match in _SIGNED_AT.finditer(text):
        if match.end() < len(text) and reading.capital(match.end()):
            yield from _name(reading, match.end(), strong=True)
    yield from _full_names(reading)
    # A message that is but a name answers "votre nom ?".
    first = _NAME_WORD.match(text)
    if first and first[0] in _FIRST_NAMES:
        for span in _name(reading, 0, strong=False):
            if not text[span.end :].strip(" .!\n"):
                yield span


def _two_capitals(reading: Reading, position: int) -> bool:
    """Whether two words there begin with capitals and go on without ("Je suis Youcef Toumi", not "MRE")."""
    words = reading.written[position:].split(" ", 2)[:2]
    return len(words) == 2 and all(word.istitle() for word in words)


def _full_names(reading: Reading) -> Iterator[Span]:
    """A first name and a family name, both in capitals: "Karim Alami, CIN …"."""
    text = reading.folded
    for match in _GIVEN.finditer(text):
        if not reading.capital(match.start()) or _NAMED_AFTER.search(
            text[max(0, match.start() - 20) : match.start()]
        ):
            continue
        following = _NAME_WORD.match(text, match.end() + 1)
        if following and text[match.end()] == " " and reading.capital(following.start()):
            if not _FIRM.match(following[0]):
                yield from _name(reading, match.start(), strong=False)


def _name(reading: Reading, start: int, *, strong: bool) -> Iterator[Span]:
    """The name that begins there, if one does: up to four words with the particles between them."""
    text = reading.folded
    end = start
    parts = 0
    position = start
    capitals = after_particle = False
    while parts < 3 and (match := _NAME_WORD.match(text, position)):
        word = match[0]
        if word in _PARTICLES:
            position = match.end() + 1
            if position > len(text) or text[position - 1 : position] not in (" ", "-"):
                break
            after_particle = True
            continue
        sure = after_particle or (strong and parts == 0)
        known = word.startswith(("عبد ", "abd ")) or (
            word.split("-")[0] in _FIRST_NAMES and (sure or word not in _ORDINARY)
        )
        capital = reading.capital(match.start())
        if parts == 0:
            fits = known or (
                strong
                and len(word) > 1
                and not _is_word_of_a_sentence(word)
                and word not in _PLACES
            )
            if not fits or _REGNAL.match(text, match.end()):
                return
            capitals = capital
        elif not known and (
            _is_word_of_a_sentence(word)
            or word in _PLACES
            or (capitals and not capital)
            or (parts > 1 and not capital and not _FAMILY_NAME.fullmatch(word))
        ):
            break
        parts += 1
        after_particle = False
        end = match.end()
        if text[end : end + 1] != " ":
            break
        position = end + 1
    if parts:
        yield Span("name", start, end)


def _is_word_of_a_sentence(word: str) -> bool:
    """Whether it is an everyday word, an office or a verb, also as in `j'ai`, `pouvez-vous`, `وبغيت`."""
    return (
        word in _ORDINARY
        or re.split("['-]", word)[-1] in _ORDINARY
        or word in _OFFICES
        or (word[0] in "وفبل" and word[1:] in _ORDINARY)
        or word.startswith(("فال", "بال", "وال", "لل"))
        or _PASSIVE.fullmatch(word) is not None
    )
