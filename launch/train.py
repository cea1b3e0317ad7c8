"""Trains the assistant when what it learns from changed, and not otherwise."""

import hashlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launch.rasa import rasa
from settings import ROOT

MODEL = ROOT / "models" / "current.tar.gz"
STAMP = ROOT / "models" / "trained-from"
LOG = ROOT / "var" / "training.log"
TOLD_EVERY_SECONDS = 30


def train_if_changed() -> bool:
    """Whether a model for the present sources stands ready; trains one when there is none."""
    mark = mark_of_sources()
    if MODEL.exists() and STAMP.exists() and STAMP.read_text() == mark:
        return True
    print(f"dalil: training the assistant, two to five minutes (log: {LOG})", flush=True)
    MODEL.unlink(missing_ok=True)
    LOG.parent.mkdir(exist_ok=True)
    arguments = ["train", "--fixed-model-name", "current", "--out", "models", "--data", "data"]
    with LOG.open("w") as log, _told_that_it_goes_on():
        failed = rasa(arguments, output=log) != 0
    if failed or not MODEL.exists():
        print("".join(LOG.read_text().splitlines(keepends=True)[-10:]), file=sys.stderr)
        return False
    STAMP.write_text(mark)
    return True


@contextmanager
def _told_that_it_goes_on() -> Iterator[None]:
    """Tell on stdout, now and then, how long it has been training."""
    started, ended = time.monotonic(), threading.Event()

    def tell() -> None:
        while not ended.wait(TOLD_EVERY_SECONDS):
            print(f"dalil: still training, {time.monotonic() - started:.0f} s", flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def mark_of_sources(root: Path = ROOT) -> str:
    """A digest of everything the model is made from, code of the pipeline included."""
    digest = hashlib.sha256()
    for path in sources(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def sources(root: Path) -> Iterator[Path]:
    """The files a model is made from."""
    yield root / "config.yml"
    yield root / "domain.yml"
    yield root / "bot" / "uv.lock"
    for folder, pattern in (("data", "*.yml"), ("bot/nlu", "*.*"), ("bot/components", "*.py")):
        for path in sorted((root / folder).rglob(pattern)):
            if path.is_file() and not {"__pycache__", ".ruff_cache", ".mypy_cache"} & set(
                path.parts
            ):
                yield path


if __name__ == "__main__":
    sys.exit(0 if train_if_changed() else 1)
