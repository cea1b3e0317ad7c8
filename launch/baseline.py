"""Rasa's default pipeline and policies on our data, trained once and kept: what we compare with.

Its configuration stands in tests/load/baseline/; the model and the record of its training are kept
in var/bench/. Training takes an hour or so: a model trained from earlier sentences goes on being
used, and `Baseline.is_current` tells, until `python -m launch.baseline` trains anew.
"""

import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
FOLDER = ROOT / "tests" / "load" / "baseline"
KEPT = ROOT / "var" / "bench"
MODEL = KEPT / "baseline.tar.gz"
RECORD = KEPT / "baseline.json"
LOG = KEPT / "baseline.log"


class TrainingFailed(Exception):
    """Rasa could not train its default pipeline; the log tells why."""


@dataclass(frozen=True)
class Baseline:
    """The kept model: where it is, what its training took, whether our data are still the same."""

    model: Path
    training: dict[str, Any]
    is_current: bool


def baseline(*, anew: bool = False, epochs: int | None = None) -> Baseline:
    """The kept model, trained when there is none, or when asked `anew`, for so many `epochs`.

    Raises `TrainingFailed`.
    """
    if anew or not (MODEL.exists() and RECORD.exists()):
        train(epochs or epochs_of(FOLDER / "config.yml"))
    training = json.loads(RECORD.read_text("utf-8"))
    return Baseline(MODEL, training, training["digest"] == digest_of_sources())


def train(epochs: int) -> None:
    """Train with the threads that Rasa takes by itself; writes the model and the record of it.

    Fewer epochs than the default's make the same networks sooner: as fast to ask, as heavy, less
    well trained. Raises `TrainingFailed`.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    config = KEPT / "config.yml"
    default = (FOLDER / "config.yml").read_text("utf-8")
    config.write_text(re.sub(r"epochs: \d+", f"epochs: {epochs}", default), encoding="utf-8")
    digest, sentences = digest_of_sources(), count_of_sentences()
    command = [
        *(str(PYTHON), "-m", "rasa", "train", "--config", str(config)),
        *("--domain", "domain.yml", "--data", "data", str(FOLDER / "stories.yml")),
        *("--out", str(KEPT / "training"), "--fixed-model-name", "baseline", "--force"),
    ]
    print(f"dalil: training Rasa's default pipeline, an hour or so (log: {LOG})", flush=True)
    began, started = time.strftime("%Y-%m-%d %H:%M"), time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with LOG.open("w") as log:
        ended = subprocess.run(
            command, cwd=ROOT, env=baseline_environment(), stdout=log, stderr=subprocess.STDOUT
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = KEPT / "training" / "baseline.tar.gz"
    if ended.returncode != 0 or not made.exists():
        raise TrainingFailed(f"Rasa's default pipeline could not be trained; see {LOG}")
    record = {
        "digest": digest,
        "sentences": sentences,
        "epochs": epochs,
        "began": began,
        "seconds": round(time.perf_counter() - started),
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "peak_megabytes": round(after.ru_maxrss * 1024 / 1e6),
    }
    shutil.move(made, MODEL)
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def baseline_environment() -> dict[str, str]:
    """Rasa's environment without our limits on threads and libraries: as it comes."""
    return os.environ | {
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def digest_of_sources() -> str:
    """A mark of all that the baseline learns from."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def count_of_sentences() -> int:
    """How many training sentences there are."""
    return sum(
        line.lstrip().startswith("- ") and not line.lstrip().startswith("- intent:")
        for path in sorted((ROOT / "data" / "nlu").rglob("*.yml"))
        for line in path.read_text("utf-8").splitlines()
    )


def epochs_of(config: Path) -> int:
    """How often the training goes over the sentences."""
    return int(re.findall(r"epochs: (\d+)", config.read_text("utf-8"))[0])


def _sources() -> Iterator[Path]:
    yield from (FOLDER / "config.yml", FOLDER / "stories.yml", ROOT / "domain.yml")
    yield from sorted((ROOT / "data").rglob("*.yml"))


if __name__ == "__main__":
    try:
        baseline(anew=True)
    except TrainingFailed as failure:
        sys.exit(f"dalil: {failure}")
