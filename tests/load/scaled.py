"""The scaled topology as it is started by `make run-scaled`, on ports and databases of its own."""

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import requests
import urllib3

from launch import proxy
from launch.train import MODEL
from settings import ROOT, settings
from tests.load.stack import postgres_database, postgres_is_there

REDIS = "redis://127.0.0.1:6379"
READY_WITHIN_SECONDS = 300
PORTS_NEEDED = 24
LISTENS = "0A"


def what_is_missing() -> str | None:
    """Why the topology cannot be started here."""
    if not (settings().model or MODEL).exists():
        return "no trained model: run `make train` first"
    if not postgres_is_there():
        return "no PostgreSQL on 127.0.0.1:5432"
    if not redis_is_there():
        return "no Redis on 127.0.0.1:6379"
    return None if proxy.find_haproxy() else "no HAProxy: `apt-get install haproxy`"


def redis_is_there() -> bool:
    """Whether a Redis to test on answers on loopback."""
    try:
        return bool(redis.Redis.from_url(REDIS).ping())
    except redis.RedisError:
        return False


@contextmanager
def redis_database() -> Iterator[str]:
    """An empty database of the Redis, emptied again afterwards."""
    for number in range(15, 0, -1):
        with redis.Redis.from_url(f"{REDIS}/{number}") as database:
            if database.dbsize() == 0:
                yield f"{REDIS}/{number}"
                database.flushdb()
                return
    raise RuntimeError("every Redis database holds something")


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens on, below those of outgoing calls."""
    while True:
        first = random.randrange(15000, 31000)
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def process_on(port: int) -> int:
    """The process that listens on this port of loopback. Raises `LookupError` when none does."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {
        f"socket:[{row[9]}]"
        for row in rows
        if row[1] == f"0100007F:{port:04X}" and row[3] == LISTENS
    }
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(link.readlink()) in sockets:
                return int(link.parts[2])
    raise LookupError(port)


@dataclass
class Topology:
    """What runs, and how to hurt it."""

    folder: Path
    variables: dict[str, str]
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The public address, at the proxy."""
        return f"http://127.0.0.1:{self.port}"

    def port_of(self, name: str) -> int:
        """Where one copy listens: `web-1`, `actions-2`, `rasa-blue-1` …"""
        kind, *rest = name.split("-")
        first = {"web": self.port, "rasa": self.port + 8, "actions": self.port + 16}[kind]
        return first + int(rest[-1]) + (2 if "green" in rest else 0)

    def kill(self, name: str) -> None:
        """`kill -9` on the process itself, not on the one that keeps it."""
        os.kill(process_on(self.port_of(name)), signal.SIGKILL)

    def standings(self, backend: str) -> dict[str, proxy.Standing]:
        """How the proxy sees the copies."""
        return proxy.standings(self.folder / "haproxy.sock", backend)

    def wait_until_whole(self, colour: str = "blue", within: float = READY_WITHIN_SECONDS) -> None:
        """Wait until every copy is up."""
        until = time.monotonic() + within
        while True:
            try:
                seen = {
                    name: standing.status
                    for backend in ("web", "rasa", "actions")
                    for name, standing in self.standings(backend).items()
                    if backend != "rasa" or colour in name
                }
                if set(seen.values()) == {"UP"} and self.is_ready():
                    return
            except OSError:
                seen = {}
            if self.process.poll() is not None or time.monotonic() > until:
                log = (self.folder / "log").read_text("utf-8", "replace")
                raise TimeoutError(f"not whole: {seen}; the log ends:\n{log[-3000:]}")
            time.sleep(0.3)

    def is_ready(self) -> bool:
        """Whether the public door says so."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def switch(self, *model: str) -> subprocess.CompletedProcess[str]:
        """Ask for the other colour, with this model or with the one that stands in `models/`."""
        return subprocess.run(
            [sys.executable, "-m", "launch.scaled", "switch", *model],
            cwd=ROOT,
            env=os.environ | self.variables,
            capture_output=True,
            text=True,
        )


@contextmanager
def topology(folder: Path) -> Iterator[Topology]:
    """Everything started and whole, ended afterwards."""
    with ExitStack() as opened:
        first = free_ports(PORTS_NEEDED)
        variables = {
            "DATABASE_URL": opened.enter_context(postgres_database()),
            "DALIL_TRACKER_URL": opened.enter_context(postgres_database()),
            "DALIL_REDIS_URL": opened.enter_context(redis_database()),
            "PORT": str(first),
            "DALIL_RASA_URL": f"http://127.0.0.1:{first + 8}",
            "DALIL_ACTIONS_URL": f"http://127.0.0.1:{first + 16}",
            "DALIL_MODEL": str(settings().model or MODEL),
            "DALIL_SCALED_FOLDER": str(folder),
            "DALIL_ROOM_SECRET": secrets.token_hex(16),
            "DALIL_CONTACT_KEY_FILE": str(folder / "contact.key"),
            "DALIL_RATE_PER_CONVERSATION": "1000000/minute",
            "DALIL_RATE_PER_ADDRESS": "1000000/minute",
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "launch.scaled"],
                cwd=ROOT,
                env=os.environ | variables,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = Topology(folder, variables, first, process)
        try:
            started.wait_until_whole()
            yield started
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass
class Talker:
    """A visitor: sends each message until it is taken in, and listens to the stream all the while."""

    url: str
    language: str
    calls: "list[tuple[str, int]]" = field(default_factory=list)
    heard: "list[tuple[int, str]]" = field(default_factory=list)
    streams_opened: int = 0
    closed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        response = requests.post(
            f"{self.url}/api/conversations", json={"language": self.language}, timeout=20
        )
        response.raise_for_status()
        opened = response.json()
        self.id = opened["conversation_id"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}
        self.path = f"{self.url}/api/conversations/{self.id}"
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, message_id: str, text: str, attempts: int = 20) -> dict[str, Any]:
        """Send a message, the same again when the way is cut, as the chat on a page does."""
        for _ in range(attempts):
            try:
                answer = requests.post(
                    f"{self.path}/messages",
                    json={"message_id": message_id, "text": text},
                    headers=self.headers,
                    timeout=30,
                )
                status = answer.status_code
            except requests.RequestException:
                status = 0
            self.calls.append((message_id, status))
            if status in (200, 202):
                return dict(answer.json())
            time.sleep(0.3)
        raise AssertionError(f"{message_id} was never taken in: {self.calls[-attempts:]}")

    def listen(self) -> None:
        """Keep the stream open, from the last event seen."""
        while not self.closed.is_set():
            last = str(self.heard[-1][0]) if self.heard else "0"
            try:
                with requests.get(
                    f"{self.path}/stream",
                    headers=self.headers | {"Last-Event-ID": last},
                    stream=True,
                    timeout=(5, 40),
                ) as stream:
                    if stream.status_code != 200:
                        time.sleep(0.3)
                        continue
                    self.streams_opened += 1
                    self.read(stream)
            except (requests.RequestException, urllib3.exceptions.HTTPError):
                pass  # cut: it is opened again, and goes on where it was
            time.sleep(0.2)

    def read(self, stream: requests.Response) -> None:
        """Note every reply that the stream tells."""
        event: dict[str, str] = {}
        for sent in stream.raw:
            line = sent.decode().rstrip("\r\n")
            if self.closed.is_set():
                return
            if line:
                name, _, value = line.partition(":")
                event[name] = value.strip()
            elif event:
                if event.get("event") == "reply":
                    self.heard.append((int(event["id"]), json.loads(event["data"])["message_id"]))
                event = {}

    def history(self) -> dict[str, Any]:
        """The conversation so far."""
        return dict(requests.get(f"{self.path}/messages", headers=self.headers, timeout=20).json())
