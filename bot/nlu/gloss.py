"""Darija word by word in French, so that the sentence encoder, which reads no arabizi, finds its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.nlu.folding import words
from bot.nlu.skeleton import skeleton
from bot.nlu.vocabularies import read_vocabulary
from bot.nlu.writing import is_french_word

# A form of so many consonants stands for all its spellings; with fewer, too many words share them.
TELLING = 3
# Consonants that conjugation, articles, prepositions and pronouns put around a word, likeliest first.
_BEFORE = ("", *"l f b d w wl fl bl dl ll kn kt k n t Gn Gt G mt m".split())
_AFTER = ("", *"t h hm k km n C nC hC tn".split())


def gloss(said: Sequence[str]) -> list[str]:
    """The words of a folded sentence, those of Darija in French where it is known."""
    return [french_of(word) or word for word in said]


@lru_cache(maxsize=65536)
def french_of(word: str) -> str | None:
    """The French of a folded word of Darija; None for French, numbers, names, and what is not in the list."""
    if word in _BY_FORM:
        return _BY_FORM[word]
    if word.isdigit() or is_french_word(word):
        return None
    return next((_BY_BONES[bones] for bones in _stems(skeleton(word)) if bones in _BY_BONES), None)


def _stems(bones: str) -> Iterator[str]:
    """Consonants without what may be put after and before them, least cut first on the right."""
    for after in _AFTER:
        for before in _BEFORE:
            end = len(bones) - len(after)
            if end - len(before) >= TELLING and bones.startswith(before) and bones.endswith(after):
                yield bones[len(before) : end]


def _forms() -> Iterator[tuple[str, str]]:
    for french, forms in read_vocabulary("darija").items():
        for form in forms:
            yield from ((word, french) for word in words(str(form)))


# Of two meanings of the same form, the first one listed.
_BY_FORM = dict(reversed(list(_forms())))
_BY_BONES = {
    skeleton(form): french
    for form, french in reversed(list(_forms()))
    if len(skeleton(form)) >= TELLING
}
