"""The two sides of the comparison: our product, and stock Rasa before the same action server."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from launch.baseline import FOLDER as BASELINE
from launch.baseline import PYTHON, baseline_environment
from settings import ROOT
from tests.load.load import Door
from tests.load.stack import Stack, free_port

MEGABYTE = 1_000_000


@dataclass
class Product(Stack):
    """One web process, actions, and one Rasa or several that share a tracker store and locks."""

    rasas: int = 1
    actions_module: str = "actions"

    def __post_init__(self) -> None:
        super().__post_init__()
        for number in range(2, self.rasas + 1):
            self.ports[f"rasa-{number}"] = free_port()

    def share_locks(self) -> None:
        """Let several Rasa processes keep out of each other's conversations, through Redis."""
        endpoints = self.folder / "endpoints.yml"
        locks = "lock_store:\n  type: bot.lock_store.SharedLocks\n"
        endpoints.write_text(endpoints.read_text("utf-8") + locks, "utf-8")

    def _command(self, name: str) -> list[str]:
        if name == "actions":
            port = str(self.ports[name])
            return [sys.executable, "-m", self.actions_module, "--port", port]
        return super()._command(name)

    @property
    def public_door(self) -> Door:
        """The API that the website and all clients use."""
        return Door("ours, public API", "public", self.addresses)

    @property
    def room_door(self) -> Door:
        """Rasa's own door, behind the gateway."""
        addresses = [
            f"http://127.0.0.1:{port}" for name, port in self.ports.items() if self._is_rasa(name)
        ]
        return Door("ours, Rasa's door", "room", addresses, self.variables["DALIL_ROOM_SECRET"])


@dataclass
class StockRasa(Stack):
    """`rasa run` as it comes, with its default model, REST channel and stores, and our actions."""

    webs: int = 0
    model: Path = field(default=ROOT / "var" / "bench" / "baseline.tar.gz")

    def __post_init__(self) -> None:
        super().__post_init__()
        endpoints = (BASELINE / "endpoints.yml").read_text("utf-8")
        (self.folder / "endpoints.yml").write_text(
            endpoints.replace(":5055", f":{self.ports['actions']}"), "utf-8"
        )

    @property
    def rest_door(self) -> Door:
        """Rasa's REST channel."""
        return Door("stock Rasa", "rest", [f"http://127.0.0.1:{self.ports['rasa']}"])

    def environment(self, name: str) -> dict[str, str]:
        """Rasa's own default number of threads."""
        return (baseline_environment() if name == "rasa" else dict(os.environ)) | self.variables

    def _health(self, name: str) -> str:
        return "webhooks/rest/" if name == "rasa" else super()._health(name)

    def _command(self, name: str) -> list[str]:
        if name != "rasa":
            return super()._command(name)
        return [
            *(str(PYTHON), "-m", "rasa", "run", "--model", str(self.model)),
            *("--interface", "127.0.0.1", "--port", str(self.ports["rasa"])),
            *("--endpoints", str(self.folder / "endpoints.yml")),
            *("--credentials", str(BASELINE / "credentials.yml")),
        ]


@dataclass(frozen=True)
class Spent:
    """The CPU seconds that each process of a stack has taken so far."""

    seconds: dict[str, float]

    def since(self, before: "Spent") -> dict[str, float]:
        """What each process took since `before`."""
        return {name: self.seconds[name] - before.seconds.get(name, 0.0) for name in self.seconds}


def spent(stack: Stack) -> Spent:
    """The CPU seconds of each process, children included."""
    found = {}
    for name in stack.running:
        found[name] = sum(sum(process.cpu_times()[:2]) for process in _family(stack, name))
    return Spent(found)


def memory(stack: Stack) -> dict[str, dict[str, float]]:
    """The megabytes of each process: resident (RSS), and with shared pages counted once (PSS)."""
    found = {}
    for name in stack.running:
        maps = [process.memory_full_info() for process in _family(stack, name)]
        found[name] = {
            "rss": sum(m.rss for m in maps) / MEGABYTE,
            "pss": sum(m.pss for m in maps) / MEGABYTE,
        }
    return found


def _family(stack: Stack, name: str) -> list[psutil.Process]:
    parent = psutil.Process(stack.running[name].pid)
    return [parent, *parent.children(recursive=True)]
