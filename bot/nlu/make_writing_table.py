"""Makes `writing_table.json`, by which `writing` tells French words from Darija words in Latin letters.

Run from the root of the project, where scikit-learn is installed (the bot's environment):

    python -m bot.nlu.make_writing_table

It learns from the words of `data/nlu/fr` and `data/nlu/ary_latn`, from the French and arabizi texts of
`content/`, and from the lists of `vocabulary/writing.yml`; never from `tests/`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import log1p
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from bot.nlu.folding import words
from bot.nlu.writing import TABLE_PATH, grams, is_latin_word, listed_words

ROOT = Path(__file__).parents[2]
INVERSE_REGULARISATION = 0.3
# A word of a list counts as much as one seen a hundred times.
LISTED_WEIGHT = 5.0
# A word is learned from when one writing has it this much more than the other.
LEAST_SHARE = 0.7
# About one sentence in six is mixed, so that many words stand under the wrong writing: a label that
# the other words contradict this strongly is turned round, twice.
CONTRADICTION = 0.9
ROUNDS = 2
SMALLEST_WEIGHT = 0.04

_READER = YAML(typ="safe", pure=True)
_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def training_sentences(folder: Path) -> Iterator[str]:
    """The sentences of Rasa training files, without their annotations."""
    for path in sorted(folder.glob("*.yml")):
        for block in _READER.load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block.get("examples", "").splitlines():
                yield _ANNOTATION.sub(r"\1", line.strip().removeprefix("- "))


def content_texts(node: Any, writing: str, *, inside: bool = False) -> Iterator[str]:
    """The texts of one writing in a YAML document of `content/`, without their placeholders."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from content_texts(value, writing, inside=key == writing)
    elif isinstance(node, list):
        for value in node:
            yield from content_texts(value, writing, inside=inside)
    elif isinstance(node, str) and inside:
        yield _PLACEHOLDER.sub(" ", node)


def word_counts(writing: str, folder: str) -> Counter[str]:
    """In how many sentences or texts of a writing each Latin word stands."""
    texts = list(training_sentences(ROOT / "data" / "nlu" / folder))
    for path in sorted((ROOT / "content").rglob("*.yml")):
        texts += content_texts(_READER.load(path.read_text(encoding="utf-8")), writing)
    return Counter(word for text in texts for word in set(words(text)) if is_latin_word(word))


def labelled_words() -> dict[str, tuple[int, float]]:
    """Each word that is clearly French (0) or Darija (1), and how much it weighs."""
    french, darija = word_counts("fr", "fr"), word_counts("ary-Latn", "ary_latn")
    balance = darija.total() / french.total()
    listed_french = listed_words("french_grammar", "french_determiners", "french")
    listed_darija = listed_words("darija")
    neutral = listed_words("names") | (listed_french & listed_darija)
    labels: dict[str, tuple[int, float]] = {}
    for word in sorted((french.keys() | darija.keys() | listed_french | listed_darija) - neutral):
        if word in listed_french or word in listed_darija:
            labels[word] = (int(word in listed_darija), LISTED_WEIGHT)
            continue
        seen = french[word] * balance + darija[word]
        share = (darija[word] + 0.3) / (seen + 0.6)
        if max(share, 1 - share) > LEAST_SHARE:
            labels[word] = (int(share > 0.5), log1p(seen) * abs(2 * share - 1))
    return labels


def learned_weights(labels: dict[str, tuple[int, float]]) -> dict[str, float]:
    """Log-odds of Darija against French for each gram of a word; the bias under the empty gram."""
    vectorizer = DictVectorizer()
    features = vectorizer.fit_transform([dict.fromkeys(grams(word), 1.0) for word in labels])
    truth = np.array([label for label, _ in labels.values()])
    weight = np.array([importance for _, importance in labels.values()])
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=1000)
    for _ in range(ROUNDS):
        # Without weights: cross_val_predict does not pass them on in every version of scikit-learn.
        likely = cross_val_predict(model, features, truth, cv=5, method="predict_proba")[:, 1]
        wrong = (abs(likely - truth) > CONTRADICTION) & (weight < LISTED_WEIGHT)
        truth = np.where(wrong, 1 - truth, truth)
    model.fit(features, truth, sample_weight=weight)
    learned = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0].tolist()))
    kept = {
        gram: round(value, 2) for gram, value in learned.items() if abs(value) >= SMALLEST_WEIGHT
    }
    return {"": round(float(model.intercept_[0]), 2)} | kept


def main() -> None:
    """Write the table beside this module."""
    weights = learned_weights(labelled_words())
    TABLE_PATH.write_text(
        json.dumps(weights, ensure_ascii=False, sort_keys=True, indent=0) + "\n", encoding="utf-8"
    )
    print(f"{TABLE_PATH}: {len(weights)} weights")


if __name__ == "__main__":
    main()
