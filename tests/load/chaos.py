"""What visitors see when parts fail: `make chaos` (all), `python -m tests.load.chaos --only NAME`.

For each fault people talk with the product as its supervisor keeps it; the fault strikes, lasts a
few seconds, and ends. Told: what visitors saw, how many accepted messages were lost or answered
twice, how long after the end of the fault until a fresh message had its answer, and which alerts of
deploy/watch/alerts.yml would have been raised. Writes reports/chaos.md and chaos.json.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import requests
from sqlalchemy import create_engine, text

from launch.train import MODEL
from settings import ROOT
from tests.load.private_services import Postgres, Redis, can_run
from tests.load.stack import Stack
from tests.load.talkers import Held, Talker, Tally
from tests.load.wire import Wire

REPORTS = ROOT / "reports"
WARM_SECONDS, FAULT_SECONDS, AFTER_SECONDS = 6.0, 8.0, 5.0
RECOVERS_WITHIN_SECONDS = 30.0
SETTLES_WITHIN_SECONDS = 60.0
TALKERS, PAUSE_SECONDS = 4, 1.0
DISK_BYTES = 48 * 1024 * 1024
IDLE_CONNECTIONS = 600
DAY_SECONDS = 86400
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


@dataclass
class KeptStack(Stack):
    """The stack with each process under its supervisor, as `make run` keeps it."""

    wires: dict[str, Wire] = field(default_factory=dict)
    model: Path = MODEL

    def _command(self, name: str) -> list[str]:
        command = [
            str(self.model) if part == str(MODEL) else part for part in super()._command(name)
        ]
        return [sys.executable, "-m", "launch.keep", *command]

    def kill_kept(self, name: str) -> None:
        """`kill -9` of the process itself; its supervisor stays."""
        keeper = self.running[name].pid
        for child in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)


@dataclass
class World:
    """The product under test and what can be broken around it."""

    stack: KeptStack
    folder: Path
    postgres: Postgres | None = None
    redis: Redis | None = None
    held: list[socket.socket] = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `kind` names the world it happens in."""

    name: str
    kind: str
    strike: Callable[[World], None]
    end: Callable[[World], None] = lambda world: None


@dataclass
class Result:
    """What one fault did."""

    fault: str
    seen: dict[str, int]
    taken_in: int = 0
    lost: int = 0
    twice: int = 0
    recovery_seconds: float | None = None
    alerts: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        """Nothing lost, nothing twice, soon well."""
        return (
            not self.lost
            and not self.twice
            and self.recovery_seconds is not None
            and self.recovery_seconds < RECOVERS_WITHIN_SECONDS
        )


def fill_disk(world: World) -> None:
    """Until nothing more fits beside the database."""
    with contextlib.suppress(OSError), (world.folder / "disk" / "ballast").open("wb") as written:
        while True:
            written.write(b"\0" * 65536)
            written.flush()


def exhaust_connections(world: World) -> None:
    """Connections that say nothing, to the web server and to PostgreSQL."""
    ports = [world.stack.ports["web-1"]] * IDLE_CONNECTIONS
    if world.postgres:
        ports += [world.postgres.port] * 60
    for port in ports:
        with contextlib.suppress(OSError):
            world.held.append(socket.create_connection(("127.0.0.1", port), timeout=1))


def let_connections_go(world: World) -> None:
    """All of them."""
    for opened in world.held:
        opened.close()
    world.held.clear()


def corrupt_model(world: World) -> None:
    """The file is cut in half, and Rasa has to start anew."""
    content = world.stack.model.read_bytes()
    world.stack.model.write_bytes(content[: len(content) // 2])
    world.stack.kill_kept("rasa")


def restore_model(world: World) -> None:
    """As the runbook says: the file back; Rasa takes it up by itself."""
    shutil.copy(MODEL, world.stack.model)


def skew_clock(seconds: int) -> Callable[[World], None]:
    """Every process of ours sees the clock jump."""

    def skew(world: World) -> None:
        (world.folder / "clock").write_text(f"{seconds:+d}s")

    return skew


def wire(name: str, **state: float | bool) -> Callable[[World], None]:
    """Disturb one wire."""

    def disturb(world: World) -> None:
        for key, value in state.items():
            setattr(world.stack.wires[name], key, value)
        world.stack.wires[name].cut()

    return disturb


def mend_wires(world: World) -> None:
    """All of them."""
    for one in world.stack.wires.values():
        one.mend()


FAULTS = (
    Fault("kill -9 web", "plain", lambda w: w.stack.kill_kept("web-1")),
    Fault("kill -9 rasa", "plain", lambda w: w.stack.kill_kept("rasa")),
    Fault("kill -9 actions", "plain", lambda w: w.stack.kill_kept("actions")),
    Fault("disk full", "small disk", fill_disk, lambda w: (w.folder / "disk" / "ballast").unlink()),
    Fault("model file corrupt", "plain", corrupt_model, restore_model),
    Fault("600 idle connections", "plain", exhaust_connections, let_connections_go),
    Fault("clock jumps a day ahead", "skewed", skew_clock(DAY_SECONDS), skew_clock(0)),
    Fault("clock jumps an hour back", "skewed", skew_clock(-3600), skew_clock(0)),
    Fault("web-rasa delayed 0.5 s", "wired", wire("rasa", delay_seconds=0.5), mend_wires),
    Fault("web-rasa swallowed", "wired", wire("rasa", swallows=True), mend_wires),
    Fault("rasa-actions swallowed", "wired", wire("actions", swallows=True), mend_wires),
    Fault(
        "PostgreSQL stopped", "services", lambda w: w.postgres.stop(), lambda w: w.postgres.start()
    ),  # type: ignore[union-attr]
    Fault("Redis stopped", "services", lambda w: w.redis.stop(), lambda w: w.redis.start()),  # type: ignore[union-attr]
    Fault(
        "PostgreSQL without free connections", "services", exhaust_connections, let_connections_go
    ),
)
QUICK = ("kill -9 web", "kill -9 rasa", "kill -9 actions", "web-rasa swallowed")


def main() -> int:
    """Run the faults; 1 when one of them left something lost, doubled, or broken for long."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.chaos", description=__doc__)
    parser.add_argument("--only", action="append", help="the name of a fault; may be repeated")
    parser.add_argument("--quick", action="store_true", help="the four that strike most often")
    asked = parser.parse_args()
    names = asked.only or (QUICK if asked.quick else [fault.name for fault in FAULTS])
    results, skipped = run([fault for fault in FAULTS if fault.name in names])
    if not (asked.only or asked.quick):
        write_report(results, skipped)
    for result in results:
        print("clean" if result.is_clean() else "NOT CLEAN", result)
    for name, reason in skipped.items():
        print(f"skipped: {name}: {reason}")
    return 0 if all(result.is_clean() for result in results) else 1


def run(faults: list[Fault]) -> tuple[list[Result], dict[str, str]]:
    """Each fault in its world, one world after another; what could not be tried, and why."""
    results: list[Result] = []
    skipped: dict[str, str] = {}
    for kind in dict.fromkeys(fault.kind for fault in faults):
        here = [fault for fault in faults if fault.kind == kind]
        reason = cannot_make(kind)
        if reason:
            skipped |= {fault.name: reason for fault in here}
            continue
        with world_of(kind) as world:
            for fault in here:
                results.append(try_fault(world, fault))
                print(results[-1], flush=True)
    return results, skipped


def cannot_make(kind: str) -> str | None:
    """Why there cannot be such a world here."""
    if kind == "services":
        return can_run()
    if kind == "small disk" and os.geteuid() != 0:
        return "mounting a small disk needs root"
    if kind == "skewed" and FAKETIME is None:
        return "no libfaketime here: apt-get install faketime"
    return None


@contextmanager
def world_of(kind: str) -> Iterator[World]:
    """The product, started; everything of it gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dalil-chaos-") as name:
        folder = Path(name)
        (folder / "disk").mkdir()
        if kind == "small disk":
            size = f"size={DISK_BYTES}"
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder / "disk")], check=True
            )
        more = {"DALIL_TRACKER_URL": f"sqlite:///{folder / 'disk' / 'dialogue.db'}"}
        database = f"sqlite:///{folder / 'disk' / 'dalil.db'}"
        postgres = redis = None
        if kind == "services":
            postgres, redis = Postgres(folder), Redis(folder)
            database = postgres.url("dalil")
            more = {
                "DALIL_TRACKER_URL": postgres.url("dialogues"),
                "DALIL_REDIS_URL": redis.url,
                "DALIL_DATABASE_CONNECTIONS": "8",
            }
        if kind == "skewed":
            (folder / "clock").write_text("+0s")
            more |= {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
            }
        stack = KeptStack(folder, database, 1, more)
        stack.model = folder / "model.tar.gz"
        shutil.copy(MODEL, stack.model)
        if kind == "services":
            endpoints = folder / "endpoints.yml"
            endpoints.write_text(
                endpoints.read_text("utf-8") + "lock_store:\n  type: bot.lock_store.SharedLocks\n"
            )
        if kind == "wired":
            put_wires(stack)
        world = World(stack, folder, postgres, redis)
        try:
            stack.start_all()
            answer_one(world, patience=RECOVERS_WITHIN_SECONDS)
            yield world
        finally:
            stack.stop_all()
            for one in stack.wires.values():
                one.close()
            for service in (redis, postgres):
                if service:
                    with contextlib.suppress(RuntimeError):
                        service.stop()
            if kind == "small disk":
                subprocess.run(["umount", "-l", str(folder / "disk")], check=False)


def put_wires(stack: KeptStack) -> None:
    """The web server reaches Rasa, and Rasa its actions, over wires that can be disturbed."""
    stack.wires = {name: Wire(stack.ports[name]) for name in ("rasa", "actions")}
    stack.variables["DALIL_RASA_URL"] = f"http://127.0.0.1:{stack.wires['rasa'].port}"
    endpoints = stack.folder / "endpoints.yml"
    direct, wired = (f":{port}" for port in (stack.ports["actions"], stack.wires["actions"].port))
    endpoints.write_text(endpoints.read_text("utf-8").replace(direct, wired))


def try_fault(world: World, fault: Fault) -> Result:
    """People talk; the fault strikes and ends; then everything is counted."""
    tally, stop, watched = Tally(), threading.Event(), Watch(world)
    talkers = [
        Talker(world.stack.addresses, tally, stop, seed=number, pause=PAUSE_SECONDS)
        for number in range(TALKERS)
    ]
    for talker in talkers:
        talker.start()
    time.sleep(WARM_SECONDS)
    tally.statuses.clear()
    watched.start()
    fault.strike(world)
    time.sleep(FAULT_SECONDS)
    fault.end(world)
    recovery = answer_one(world, patience=2 * RECOVERS_WITHIN_SECONDS)
    time.sleep(AFTER_SECONDS)
    stop.set()
    for talker in talkers:
        talker.join(timeout=30)
    watched.stop()
    lost, twice = settle(world, tally.taken_in)
    return Result(
        fault=fault.name,
        seen=dict(tally.statuses.most_common()),
        taken_in=sum(len(messages) for messages in tally.taken_in.values()),
        lost=lost,
        twice=twice,
        recovery_seconds=recovery,
        alerts=sorted(watched.raised),
    )


def answer_one(world: World, *, patience: float) -> float | None:
    """Seconds until somebody new gets an answer at once; None when they did not in time."""
    started = time.monotonic()
    while time.monotonic() - started < patience:
        with contextlib.suppress(requests.RequestException, KeyError, ValueError):
            here = world.stack.addresses[0]
            opened = requests.post(f"{here}/api/conversations", json={}, timeout=5).json()
            answer = requests.post(
                f"{here}/api/conversations/{opened['conversation_id']}/messages",
                json={"message_id": uuid.uuid4().hex, "text": "bonjour"},
                headers={"Authorization": f"Bearer {opened['token']}"},
                timeout=12,
            )
            if answer.status_code == 200 and answer.json()["outcome"] != "failed":
                return round(time.monotonic() - started, 1)
        time.sleep(0.3)
    return None


def settle(world: World, taken_in: dict[Held, list[str]]) -> tuple[int, int]:
    """How many accepted messages have no answer in the end, and how many have more than one."""
    started = time.monotonic()
    while True:
        unanswered, told = 0, Counter[tuple[str, str]]()
        for held, messages in taken_in.items():
            here = f"{world.stack.addresses[0]}{held.path}/messages"
            history = requests.get(here, headers=held.headers, timeout=30).json()
            answered = {
                turn["message_id"]: turn for turn in history["turns"] if turn["event"] is not None
            }
            unanswered += sum(message not in answered for message in messages)
            told.update((held.id, turn["message_id"]) for turn in answered.values())
        if not unanswered or time.monotonic() - started > SETTLES_WITHIN_SECONDS:
            doubled = sum(count > 1 for count in told.values())
            return unanswered, doubled + _said_twice(world)
        time.sleep(1)


def _said_twice(world: World) -> int:
    """Turns that were told to a visitor more than once, as the database has them."""
    address = world.stack.database_url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address)
    with engine.connect() as connection:
        doubled = connection.execute(
            text(
                "SELECT count(*) FROM (SELECT turn_id FROM utterance WHERE turn_id IS NOT NULL"
                " GROUP BY turn_id HAVING count(*) > 1) AS doubled"
            )
        ).scalar()
    engine.dispose()
    return int(doubled or 0)


class Watch(threading.Thread):
    """Reads the metrics once a second, as Prometheus would, and notes the alerts that begin."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self.address = f"{world.stack.addresses[0]}/metrics"
        self.raised: set[str] = set()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        while not self._stopped.wait(1):
            try:
                told = requests.get(self.address, timeout=3)
                told.raise_for_status()
            except requests.RequestException:
                self.raised.add("WebAway")
                continue
            values = dict(
                line.rsplit(" ", 1) for line in told.text.splitlines() if line[:1] not in "#"
            )
            self._note("RasaAway", values.get('dalil_ready{part="rasa"}') == "0.0")
            self._note("DatabaseAway", values.get('dalil_ready{part="database"}') == "0.0")
            waits = float(values.get("dalil_oldest_waiting_seconds", 0))
            self._note("MessagesWait", waits > FAULT_SECONDS / 2)
            failed = [key for key in values if key.startswith("dalil_assistant_failures_total")]
            self._note("TurnsFail", any('kind="stumbled"' in key for key in failed))

    def _note(self, alert: str, is_raised: bool) -> None:
        if is_raised:
            self.raised.add(alert)

    def stop(self) -> None:
        """End the readings."""
        self._stopped.set()
        self.join(timeout=5)


def write_report(results: list[Result], skipped: dict[str, str]) -> None:
    """The table of faults."""
    lines = [
        "# When parts fail",
        "",
        f"`make chaos`: {TALKERS} people talk, a message a second each; a fault lasts "
        f"{FAULT_SECONDS:.0f} s. *Recovery* is from the end of the fault (for a kill: from "
        f"{FAULT_SECONDS:.0f} s after it) until somebody new is answered at once. `202` means kept "
        "and answered later; what a visitor's device could not send, it sends again with the same "
        "id. An alert is named when its condition was seen, before its waiting time (*MessagesWait*"
        f" at {FAULT_SECONDS / 2:.0f} s here).",
        "",
        "| fault | what visitors saw | taken in | lost | twice | recovery, s | alerts |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in results:
        seen = ", ".join(f"{status} × {count}" for status, count in one.seen.items())
        recovery = "never" if one.recovery_seconds is None else f"{one.recovery_seconds:.1f}"
        lines.append(
            f"| {one.fault} | {seen} | {one.taken_in} | {one.lost} | {one.twice} | {recovery} | "
            f"{', '.join(one.alerts) or 'none'} |"
        )
    lines += ["", *(f"Not tried here: {name} ({reason})." for name, reason in skipped.items())]
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / "chaos.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    figures = {"results": [asdict(one) for one in results], "skipped": skipped}
    (REPORTS / "chaos.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
