"""Words by which a meaning is recognised: the phrases of `cue.<name>`, in any writing."""

from collections.abc import Iterator, Sequence
from functools import cache

from answers.words import has_words, say
from bot.nlu.folding import tokens, words
from bot.nlu.skeleton import rests_after_clitics
from database.vocabulary import WRITINGS


def mentions(text: str, cue: str) -> bool:
    """Whether a text holds one of the words of `cue.<cue>`, in any writing."""
    return holds(variants_of(text), cues(cue))


def holds(variants: Sequence[frozenset[str]], phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether one of some phrases stands among the words of a text."""
    return any(
        all(word in variants[start + offset] for offset, word in enumerate(phrase))
        for phrase in phrases
        for start in range(len(variants) - len(phrase) + 1)
    )


def variants_of(text: str) -> list[frozenset[str]]:
    """The words of a text, each with what is left of it without article and preposition."""
    return [frozenset((t.text, *rests_after_clitics(t.text))) for t in tokens(text)]


@cache
def cues(name: str) -> tuple[tuple[str, ...], ...]:
    """The phrases of `cue.<name>`, each as its folded words; none when there is no such cue."""
    return phrases_of(f"cue.{name}") if has_words(f"cue.{name}") else ()


def phrases_of(key: str) -> tuple[tuple[str, ...], ...]:
    """The phrases of a response, apart by commas, in the three writings."""
    return tuple(dict.fromkeys(_spelled(key)))


def _spelled(key: str) -> Iterator[tuple[str, ...]]:
    for writing in WRITINGS:
        for phrase in say(key, writing).split(","):
            folded = tuple(words(phrase))
            if folded:
                yield folded
