"""Starts the whole product: database, training when needed, three processes under honcho."""

import os
import secrets
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

import requests
from alembic import command
from alembic.config import Config
from honcho import environ
from honcho.manager import Manager
from honcho.printer import Printer

from database.content import ContentError
from database.loading import load_facts, told
from database.session import open_session
from launch.rasa import rasa_environment
from launch.train import train_if_changed
from settings import ROOT, settings

READY_WITHIN_SECONDS = 180


class CannotStart(Exception):
    """What stands in the way, in one line."""


def main() -> int:
    """Start everything and stay until it ends; 1 and one line on stderr when it cannot start."""
    try:
        check_ports()
        prepare_database()
        if not train_if_changed():
            raise CannotStart("training failed; the lines above tell why")
    except CannotStart as reason:
        print(f"dalil: {reason}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dalil: {error.strerror or error}: {error.filename or ROOT}", file=sys.stderr)
        return 1
    return supervise()


def check_ports() -> None:
    """Raises `CannotStart` when a port we need is taken."""
    ports = {
        "the web server (choose another with PORT=…)": (settings().host, settings().port),
        "Rasa": _address(settings().rasa_url),
        "the action server": _address(settings().actions_url),
    }
    for who, (host, port) in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CannotStart(f"port {port}, for {who}, is taken") from error


def prepare_database() -> None:
    """Migrate the database and load the content. Raises `CannotStart`."""
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    try:
        with open_session() as session:
            loaded = load_facts(session, settings().content / "facts")
        for line in told(loaded):
            print(f"dalil: {line}", flush=True)
    except ContentError as error:
        raise CannotStart(f"the content holds mistakes:\n{error}") from error


def supervise() -> int:
    """Run the Procfile until Ctrl-C or until a process ends."""
    os.environ.setdefault("DALIL_ROOM_SECRET", secrets.token_urlsafe(32))
    variables = rasa_environment() | {
        "PORT": str(settings().port),
        "DALIL_HOST": settings().host,
        "DALIL_ROOM_SECRET": os.environ["DALIL_ROOM_SECRET"],
        "SANIC_HOST": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
    }
    manager = Manager(Printer(sys.stdout))
    for name, process in environ.parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        kept = f"exec {sys.executable} -m launch.keep {process}"
        manager.add_process(name, kept, env=variables, cwd=str(ROOT))
    announcer = threading.Thread(target=announce_when_ready, daemon=True)
    announcer.start()
    manager.loop()
    return manager.returncode or 0


def announce_when_ready() -> None:
    """Print the address once everything answers."""
    started = time.monotonic()
    address = f"http://localhost:{settings().port}"
    while time.monotonic() - started < READY_WITHIN_SECONDS:
        try:
            if requests.get(f"{address}/readyz", timeout=2).status_code == 200:
                seconds = time.monotonic() - started
                print(
                    f"\ndalil: ready after {seconds:.0f} s at {address}  (Ctrl-C stops)\n",
                    flush=True,
                )
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    print("dalil: not ready after three minutes; the lines above tell why", file=sys.stderr)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


if __name__ == "__main__":
    sys.exit(main())
