"""Memory and file handles over a bounded run: `python -m tests.load.soak --minutes 60`.

Visitors talk at a steady pace with the whole product; every few seconds the resident memory, open
files and threads of each process are read. Writes reports/soak.md, soak.json and soak.png.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from settings import ROOT
from tests.load.stack import Stack
from tests.load.talkers import Talker, Tally

REPORTS = ROOT / "reports"
# The first part of a run fills caches and pools; what grows after it grows for ever.
WARM_UP_SHARE = 0.25
MEGABYTES_PER_HOUR_ALLOWED = 20.0


@dataclass(frozen=True)
class Sample:
    """One reading of one process."""

    process: str
    minute: float
    megabytes: float
    files: int
    threads: int


def main() -> int:
    """Run, write the report; 1 when something grew or a visitor saw an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--visitors", type=int, default=6)
    parser.add_argument("--pause", type=float, default=2, help="mean seconds between messages")
    parser.add_argument("--every", type=float, default=10, help="seconds between readings")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dalil-soak-") as folder:
        database = f"sqlite:///{Path(folder) / 'dalil.db'}"
        stack = Stack(Path(folder), database, 1)
        try:
            stack.start_all()
            samples, tally = soak(stack, asked)
        finally:
            stack.stop_all()
    REPORTS.mkdir(exist_ok=True)
    growth = growth_per_hour(samples)
    write_report(samples, tally, growth, asked)
    draw(samples, REPORTS / "soak.png")
    errors = {s: n for s, n in tally.statuses.items() if not s.endswith(("200", "201"))}
    grew = {p: g for p, g in growth.items() if g["megabytes"] > MEGABYTES_PER_HOUR_ALLOWED}
    print((REPORTS / "soak.md").read_text("utf-8"))
    return 1 if errors or grew else 0


def soak(stack: Stack, asked: argparse.Namespace) -> tuple[list[Sample], Tally]:
    """Let visitors talk and read the processes meanwhile."""
    tally, stop = Tally(), threading.Event()
    talkers = [
        Talker(stack.addresses, tally, stop, seed=number, pause=asked.pause)
        for number in range(asked.visitors)
    ]
    for talker in talkers:
        talker.start()
    samples: list[Sample] = []
    started = time.monotonic()
    while (gone := time.monotonic() - started) < asked.minutes * 60:
        samples += [
            reading(name, process.pid, gone / 60) for name, process in stack.running.items()
        ]
        time.sleep(asked.every)
    stop.set()
    for talker in talkers:
        talker.join(timeout=30)
    return samples, tally


def reading(name: str, pid: int, minute: float) -> Sample:
    """What the kernel says of a process: resident megabytes, open files, threads."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return Sample(
        process=name,
        minute=round(minute, 2),
        megabytes=round(int(status["VmRSS"].split()[0]) / 1024, 1),
        files=len(os.listdir(f"/proc/{pid}/fd")),
        threads=int(status["Threads"]),
    )


def growth_per_hour(samples: list[Sample]) -> dict[str, dict[str, float]]:
    """How fast each process grows once it is warm: the slope of a line through its readings."""
    last = max(sample.minute for sample in samples)
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(sample.process for sample in samples):
        warm = [s for s in samples if s.process == name and s.minute >= WARM_UP_SHARE * last]
        minutes = [s.minute for s in warm]
        found[name] = {
            key: round(
                60 * statistics.linear_regression(minutes, [getattr(s, key) for s in warm]).slope, 2
            )
            for key in ("megabytes", "files", "threads")
        }
    return found


def write_report(
    samples: list[Sample],
    tally: Tally,
    growth: dict[str, dict[str, float]],
    asked: argparse.Namespace,
) -> None:
    """The page and the readings behind it."""
    taken = sorted(tally.seconds)
    turns = len(taken)
    lines = [
        "# Soak",
        "",
        f"`python -m tests.load.soak --minutes {asked.minutes:g} --visitors {asked.visitors} "
        f"--pause {asked.pause:g}` on SQLite, one process of each kind: {turns} turns, "
        f"{turns / (asked.minutes * 60):.1f} per second, p50 {1000 * taken[turns // 2]:.0f} ms, "
        f"p95 {1000 * taken[int(0.95 * turns)]:.0f} ms.",
        "",
        f"Slopes leave out the first {100 * WARM_UP_SHARE:.0f} % of the run.",
        "",
        "| process | MB warm | MB at the end | MB per hour | files at the end | files per hour "
        "| threads per hour |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    last = max(sample.minute for sample in samples)
    for name, slope in growth.items():
        own = [s for s in samples if s.process == name]
        warm = next(s for s in own if s.minute >= WARM_UP_SHARE * last)
        lines.append(
            f"| {name} | {warm.megabytes:.0f} | {own[-1].megabytes:.0f} | "
            f"{slope['megabytes']:+.1f} | {own[-1].files} | {slope['files']:+.1f} | "
            f"{slope['threads']:+.1f} |"
        )
    statuses = ", ".join(f"{status} × {count}" for status, count in tally.statuses.most_common())
    outcomes = ", ".join(f"{name} × {count}" for name, count in tally.outcomes.most_common())
    lines += ["", f"What visitors saw: {statuses}. Outcomes: {outcomes}.", ""]
    lines += ["![memory and files over time](soak.png)", ""]
    (REPORTS / "soak.md").write_text("\n".join(lines), "utf-8")
    figures = {
        "arguments": vars(asked),
        "growth per hour": growth,
        "statuses": tally.statuses,
        "outcomes": tally.outcomes,
        "samples": [asdict(sample) for sample in samples],
    }
    (REPORTS / "soak.json").write_text(json.dumps(figures) + "\n", "utf-8")


def draw(samples: list[Sample], path: Path) -> None:
    """Memory and open files of each process over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6))
    axes = figure.subplots(2, 1, sharex=True)
    for name in dict.fromkeys(sample.process for sample in samples):
        own = [s for s in samples if s.process == name]
        minutes = [s.minute for s in own]
        axes[0].plot(minutes, [s.megabytes for s in own], label=name)
        axes[1].plot(minutes, [s.files for s in own], label=name)
    axes[0].set_ylabel("resident memory, MB")
    axes[1].set_ylabel("open files")
    axes[1].set_xlabel("minutes")
    for part in axes:
        part.set_ylim(bottom=0)
        part.legend()
        part.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    sys.exit(main())
