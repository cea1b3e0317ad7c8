"""Measures the product beside stock Rasa: `python -m tests.load.bench` (`make bench`).

Writes reports/bench.md, bench.json and pictures, all anew at each run. `--quick` takes minutes and
leaves out what takes long; `--only NAME …` measures these alone and keeps the other figures of the
last run; `--price-per-cpu-hour` also tells what a thousand conversations cost.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from launch.baseline import (
    FOLDER,
    Baseline,
    TrainingFailed,
    baseline,
    count_of_sentences,
    epochs_of,
)
from launch.train import MODEL, train_if_changed
from settings import ROOT
from tests.load import measures
from tests.load.report import REPORTS, write_report

ALL_AT_ONCE = (
    "start",
    "rounds",
    "memory",
    "profile",
    "long_ours",
    "long_stock",
    "open",
)
APART = ("two_rasas", "content", "log", "training", "accuracy")
NOT_IN_QUICK = ("two_rasas", "training", "accuracy")


@dataclass(frozen=True)
class Form:
    """How long everything is measured, and how far."""

    name: str
    start_rounds: int
    levels: Sequence[int]
    rounds: int
    seconds: float
    profile_seconds: int
    long_seconds: float
    open_seconds: float
    content: Sequence[int]
    messages: Sequence[int]


FULL = Form(
    name="full",
    start_rounds=3,
    levels=(1, 4, 16, 64),
    rounds=3,
    seconds=12,
    profile_seconds=8,
    long_seconds=50,
    open_seconds=45,
    content=(1, 10, 100),
    messages=(1_000, 10_000, 100_000, 1_000_000),
)
QUICK = Form(
    name="quick",
    start_rounds=1,
    levels=(1, 16),
    rounds=1,
    seconds=6,
    profile_seconds=4,
    long_seconds=12,
    open_seconds=10,
    content=(1, 10),
    messages=(1_000, 10_000),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the report; 1 when there is nothing to compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="minutes instead of half an hour")
    parser.add_argument("--only", nargs="+", choices=(*ALL_AT_ONCE, *APART), metavar="NAME")
    parser.add_argument("--price-per-cpu-hour", type=float, help="what an hour of one core costs")
    parser.add_argument("--train-baseline", action="store_true", help="train stock Rasa anew")
    parser.add_argument(
        "--baseline-epochs", type=int, help="if it is trained: less than the default is sooner done"
    )
    asked = parser.parse_args(arguments)
    form = QUICK if asked.quick else FULL
    # Told to end, we end what we started too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        held = baseline(anew=asked.train_baseline, epochs=asked.baseline_epochs)
    except TrainingFailed as failure:
        print(f"dalil: {failure}", file=sys.stderr)
        return 1
    if not train_if_changed():
        return 1
    started = time.perf_counter()
    figures: dict[str, Any] = _last_figures() if asked.only else {}
    figures |= {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "form": asdict(form),
        "machine": measures.machine(),
        "baseline": _told(held),
        "model_megabytes": {
            "ours": measures.model_megabytes(MODEL),
            "stock": measures.model_megabytes(held.model),
        },
        "price_per_cpu_hour": asked.price_per_cpu_hour,
    }
    wanted = asked.only or [
        name for name in (*ALL_AT_ONCE, *APART) if not (asked.quick and name in NOT_IN_QUICK)
    ]
    folder = Path(tempfile.mkdtemp(prefix="dalil-bench-"))
    try:
        if set(wanted) & set(ALL_AT_ONCE):
            figures |= _side_by_side(folder, held, form, wanted)
            # What comes next takes long: cut off in it, the comparison stands.
            _write(figures, started)
        figures |= _apart(folder, held, form, wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _write(figures, started)
    print(f"written: {(REPORTS / 'bench.md').relative_to(ROOT)}")
    return 0


def _side_by_side(
    folder: Path, held: Baseline, form: Form, wanted: Sequence[str]
) -> dict[str, Any]:
    """What is measured while both run."""
    with ExitStack() as running:
        ours = running.enter_context(measures.product(folder))
        stock = running.enter_context(measures.stock(folder, held.model))
        doors = [
            (ours.public_door, ours),
            (stock.rest_door, stock),
            (ours.room_door, ours),
        ]
        figures = measures.sections(
            {"start": lambda: measures.start_up(ours, stock, form.start_rounds)}
        )
        if "failed" in figures["start"]:
            raise RuntimeError(figures["start"]["failed"])
        steps = {
            "rounds": lambda: measures.rounds_at(doors, form.levels, form.rounds, form.seconds),
            "memory": lambda: {
                "ours": measures.memory_of(ours),
                "stock": measures.memory_of(stock),
            },
            "profile": lambda: measures.profile(ours.public_door, ours, form.profile_seconds),
            "long_ours": lambda: measures.long_conversations(ours.public_door, form.long_seconds),
            "long_stock": lambda: measures.long_conversations(stock.rest_door, form.long_seconds),
            "open": lambda: measures.open_conversations(ours.public_door, ours, form.open_seconds),
        }
        return figures | measures.sections({n: m for n, m in steps.items() if n in wanted})


def _apart(folder: Path, held: Baseline, form: Form, wanted: Sequence[str]) -> dict[str, Any]:
    """What needs processes or databases of its own."""
    steps = {
        "two_rasas": lambda: measures.one_rasa_and_two(folder, form.rounds, form.seconds),
        "content": lambda: measures.with_more_content(folder, form.content, form.seconds),
        "log": lambda: measures.with_more_messages(folder, form.messages, form.seconds),
        "training": lambda: measures.training(folder),
        "accuracy": lambda: {
            "ours": measures.accuracy(MODEL),
            "stock": measures.accuracy(held.model),
        },
    }
    return measures.sections({n: m for n, m in steps.items() if n in wanted})


def _write(figures: dict[str, Any], started: float) -> None:
    figures["minutes"] = round((time.perf_counter() - started) / 60, 1)
    write_report(figures)


def _told(held: Baseline) -> dict[str, Any]:
    return {
        **held.training,
        "is_current": held.is_current,
        "default_epochs": epochs_of(FOLDER / "config.yml"),
        "sentences_now": count_of_sentences(),
    }


def _last_figures() -> dict[str, Any]:
    path = REPORTS / "bench.json"
    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return figures


if __name__ == "__main__":
    sys.exit(main())
