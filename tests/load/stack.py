"""The whole product as processes that can be killed: web (one or several), Rasa, actions."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from launch.rasa import PYTHON, rasa_environment
from launch.train import MODEL
from settings import ROOT

POSTGRES = "postgresql://postgres@127.0.0.1:5432"
READY_WITHIN_SECONDS = 120


def postgres_is_there() -> bool:
    """Whether a PostgreSQL to test on answers on loopback."""
    try:
        with socket.create_connection(("127.0.0.1", 5432), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def postgres_database() -> Iterator[str]:
    """A new database, dropped afterwards."""
    import psycopg

    name = f"dalil_load_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    try:
        yield f"{POSTGRES}/{name}"
    finally:
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """Processes by name: `actions`, `rasa`, `web-1`, `web-2`, …"""

    folder: Path
    database_url: str
    webs: int
    more: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {name: free_port() for name in ("actions", "rasa", *self.web_names)}
        self.variables = {
            "DATABASE_URL": self.database_url,
            "DALIL_TRACKER_URL": f"sqlite:///{self.folder / 'dialogue.db'}",
            "DALIL_ROOM_SECRET": secrets.token_hex(16),
            "DALIL_RASA_URL": f"http://127.0.0.1:{self.ports['rasa']}",
            "DALIL_CONTACT_KEY_FILE": str(self.folder / "contact.key"),
            "DALIL_RATE_PER_CONVERSATION": "1000000/minute",
            "DALIL_RATE_PER_ADDRESS": "1000000/minute",
            "SANIC_HOST": "127.0.0.1",
            **self.more,
        }
        endpoints = (ROOT / "endpoints.yml").read_text("utf-8")
        (self.folder / "endpoints.yml").write_text(
            endpoints.replace(":5055", f":{self.ports['actions']}"), "utf-8"
        )

    @property
    def web_names(self) -> tuple[str, ...]:
        """The web processes."""
        return tuple(f"web-{number}" for number in range(1, self.webs + 1))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the web processes listen."""
        return tuple(f"http://127.0.0.1:{self.ports[name]}" for name in self.web_names)

    def start_all(self) -> None:
        """Fill the database, start everything, wait until it answers."""
        self.fill_database()
        for name in self.ports:
            self.start(name)
        for name in self.ports:
            self.wait_for(name)

    def fill_database(self) -> None:
        """Make the tables and load the content."""
        fill = "from launch.run import prepare_database; prepare_database()"
        environment = os.environ | self.variables
        subprocess.run(
            [sys.executable, "-c", fill], cwd=ROOT, env=environment, check=True, capture_output=True
        )

    def start(self, name: str) -> None:
        """Start one process."""
        environment = self.environment(name)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self._command(name),
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one process."""
        return (rasa_environment() if self._is_rasa(name) else dict(os.environ)) | self.variables

    def kill(self, name: str) -> None:
        """`kill -9`: no goodbye, nothing written down."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        """End everything."""
        for name in list(self.running):
            self.kill(name)

    def wait_for(self, name: str) -> None:
        """Wait until a process answers."""
        address = f"http://127.0.0.1:{self.ports[name]}/{self._health(name)}"
        started = time.monotonic()
        while time.monotonic() - started < READY_WITHIN_SECONDS:
            try:
                if requests.get(address, timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        log = (self.folder / f"{name}.log").read_text("utf-8", "replace")
        raise TimeoutError(f"{name} is not ready; its log ends:\n{log[-2000:]}")

    def _is_rasa(self, name: str) -> bool:
        return name.startswith("rasa")

    def _health(self, name: str) -> str:
        if self._is_rasa(name):
            return "webhooks/gateway/health"
        return "health" if name == "actions" else "healthz"

    def _command(self, name: str) -> list[str]:
        port = str(self.ports[name])
        if name == "actions":
            return [sys.executable, "-m", "actions", "--port", port]
        if self._is_rasa(name):
            return [
                *(str(PYTHON), "-m", "bot", "run", "--model", str(MODEL)),
                *("--interface", "127.0.0.1", "--port", port),
                *("--endpoints", str(self.folder / "endpoints.yml")),
                *("--credentials", "credentials.yml"),
            ]
        return [
            *(sys.executable, "-m", "uvicorn", "--factory", "gateway.app:create_app"),
            *("--port", port, "--no-access-log", "--log-level", "warning"),
        ]
