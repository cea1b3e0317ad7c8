"""One spell of load: so many visitors, so many seconds, at one of the three doors."""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from settings import ROOT

# Visitors come all at once; what they measure before this is left out.
SETTLED_AFTER_SECONDS = 1.0
LAST_ANSWERS_SECONDS = 30


@dataclass(frozen=True)
class Door:
    """Where visitors speak: `kind` is public, room or rest; the room also asks for its secret."""

    name: str
    kind: str
    addresses: Sequence[str]
    secret: str = ""


@dataclass(frozen=True)
class Answered:
    """A turn that was answered: when, after how long, which of its conversation, and the error."""

    at: float
    milliseconds: float
    turn: int
    error: str


@dataclass(frozen=True)
class Spell:
    """What the visitors of one spell saw once settled; `all_turns` counts those before and after too.

    `generator_seconds` is the CPU time that the visitors themselves took.
    """

    answered: Sequence[Answered]
    seconds: float
    generator_seconds: float
    all_turns: int = 0

    @property
    def turns_per_second(self) -> float:
        """Answered turns a second."""
        return len(self.answered) / self.seconds

    @property
    def errors(self) -> int:
        """Turns that were not answered as they should."""
        return sum(bool(turn.error) for turn in self.answered)

    def percentile(self, percent: int) -> float:
        """The time within which so many percent of the turns were answered, in milliseconds."""
        return percentile([turn.milliseconds for turn in self.answered], percent)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    if percent == 50:
        return median(values)
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def under_load(
    door: Door, *, visitors: int, seconds: float, thinking: float = 0, long: int = 0
) -> Spell:
    """Let visitors speak without a pause (or `thinking` seconds between turns) and measure.

    `long` makes every conversation that many turns long. Raises `RuntimeError` when locust fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "turns.csv"
        variables = {
            "VISITORS_DOOR": door.kind,
            "VISITORS_ADDRESSES": ",".join(door.addresses),
            "VISITORS_SECRET": door.secret,
            "VISITORS_OUTPUT": str(output),
            "VISITORS_THINKING": str(thinking),
            "VISITORS_LONG": str(long or ""),
        }
        command = [
            *(sys.executable, "-m", "locust", "--locustfile", "tests/load/visitors.py"),
            *("--headless", "--only-summary", "--loglevel", "ERROR", "--host", door.addresses[0]),
            *("--users", str(visitors), "--spawn-rate", str(visitors)),
            *("--run-time", f"{round(seconds + SETTLED_AFTER_SECONDS)}s"),
            *("--stop-timeout", str(LAST_ANSWERS_SECONDS), "--exit-code-on-error", "0"),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | variables | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if ended.returncode != 0 or not output.exists():
            raise RuntimeError(f"locust failed:\n{ended.stderr[-2000:]}")
        with output.open(newline="") as file:
            rows = [Answered(float(a), float(b), int(c), d) for a, b, c, d in csv.reader(file)]
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not rows:
        return Spell((), seconds, spent)
    first = min(row.at - row.milliseconds / 1000 for row in rows) + SETTLED_AFTER_SECONDS
    settled = [row for row in rows if first <= row.at - row.milliseconds / 1000 < first + seconds]
    # Turns begun within the spell; those still unanswered at its end take their time to finish.
    lasted = max([row.at for row in settled], default=time.time()) - first
    return Spell(settled, max(seconds, lasted), spent, len(rows))
