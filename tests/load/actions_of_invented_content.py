"""The action server with invented sentence vectors: `python -m tests.load.actions_of_invented_content`.

Reading a hundred times the content with the sentence encoder takes hours and measures nothing: here
the vectors are drawn by chance, as many and as long as the real ones, so that searching them takes
as long. Questions are read as ever.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from actions.__main__ import main
from answers import search

VECTOR_LENGTH = 512
read_sentence = search._encoder
learn_meanings = search.Index.learn_meanings


class DrawnVectors:
    """Reads one sentence with the real encoder; of many, draws the vectors."""

    chance = np.random.default_rng(0)

    def encode(self, texts: Any) -> Any:
        """A vector of length one for each text."""
        if isinstance(texts, str):
            return read_sentence().encode(texts)
        vectors = self.chance.standard_normal((len(texts), VECTOR_LENGTH), np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def learn_and_tell(index: search.Index, folder: Path) -> None:
    """Learn as ever, and tell when it is done."""
    learn_meanings(index, folder)
    print(f"searchable: {len(index.ids)} subjects, {len(index._sentences)} sentences", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        search._encoder = DrawnVectors
        search.VECTORS_FOLDER = Path(kept)
        search.Index.learn_meanings = learn_and_tell  # type: ignore[method-assign]
        main()
