"""What two models say of the same sentences; runs inside Rasa's environment.

`python -m launch.compare BEFORE.tar.gz AFTER.tar.gz SENTENCES.json FOUND.json` reads a list of
`[text, intent, writing]` and writes, for each model, a list of `[best, chosen, probability,
in_scope]`. The models are those that Rasa would load, not others made from the same sentences.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from launch.evaluate import Sentence, outcomes_of

MODEL_IN_ARCHIVE = "intent.joblib"


def main(before: str, after: str, sentences: str, found: str) -> int:
    """Read, compare, write."""
    labelled = [Sentence(*each) for each in json.loads(Path(sentences).read_text("utf-8"))]
    said = [
        [outcome[1:] for outcome in outcomes_of(model_in(Path(archive)), labelled)]
        for archive in (before, after)
    ]
    Path(found).write_text(json.dumps(said), encoding="utf-8")
    return 0


def model_in(archive: Path) -> Any:
    """The intent model of a trained assistant. Raises `LookupError` when there is none."""
    import joblib  # type: ignore[import-not-found]

    with tarfile.open(archive) as files:
        for member in files:
            content = files.extractfile(member)
            if member.name.endswith(MODEL_IN_ARCHIVE) and content is not None:
                return joblib.load(content)
    raise LookupError(f"{archive} holds no {MODEL_IN_ARCHIVE}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
