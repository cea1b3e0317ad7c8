"""Copies of each process on PostgreSQL and Redis, behind HAProxy, on one machine.

`python -m launch.scaled` starts them and stays. `python -m launch.scaled switch [MODEL]` tells the
one that runs to let another model take over: new Rasa processes start beside the old, prove
themselves, get the turns, and the old end once they have answered theirs. A model that the console
puts in the place of the present one takes over in the same way.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from honcho.environ import parse_procfile

from database.servers import NoDatabase, ensure_database
from launch import proxy
from launch.copies import Copies
from launch.rasa import rasa_environment
from launch.run import CannotStart, announce_when_ready, prepare_database
from launch.switching import SwitchFailed, ask_to_switch, await_proof, note
from launch.train import MODEL, train_if_changed
from settings import ROOT, settings

DATABASE = "postgresql://postgres@127.0.0.1:5432/dalil"
REDIS = "redis://127.0.0.1:6379/0"
COLOURS = ("blue", "green")
LOOK_AGAIN_SECONDS = 0.2
MODEL_SETTLED_SECONDS = 10


def main(arguments: list[str]) -> int:
    """Start everything and stay, or switch; 1 and one line on stderr when that cannot be done."""
    try:
        if arguments[:1] == ["switch"]:
            model = Path(arguments[1]) if arguments[1:] else settings().model or MODEL
            print(f"dalil: {ask_to_switch(settings().scaled_folder, model)}")
            return 0
        name_stores()
        check_machine()
        prepare_database()
        if settings().model is None and not train_if_changed():
            raise CannotStart("training failed; the lines above tell why")
        return Scaled().run()
    except (CannotStart, SwitchFailed) as reason:
        print(f"dalil: {reason}", file=sys.stderr)
    except OSError as error:
        print(f"dalil: {error.strerror or error}: {error.filename or ROOT}", file=sys.stderr)
    return 1


def name_stores() -> None:
    """Fill in where facts, dialogues and locks live, for us and for the processes we start."""
    if not settings().database_url.startswith("postgresql"):
        os.environ["DATABASE_URL"] = DATABASE
        settings.cache_clear()
    if not settings().redis_url:
        os.environ["DALIL_REDIS_URL"] = REDIS
    if not settings().tracker_url:
        # Dialogues stand apart: Rasa's side need not be let into what visitors wrote.
        apart = urlsplit(settings().database_url)
        apart = apart._replace(path=f"{apart.path}_dialogues")
        os.environ["DALIL_TRACKER_URL"] = apart.geturl()
    if not settings().room_secret.get_secret_value():
        os.environ["DALIL_ROOM_SECRET"] = secrets.token_hex(32)
    settings.cache_clear()


def check_machine() -> None:
    """Make the databases that are missing. Raises `CannotStart`, naming what else is missing."""
    if proxy.find_haproxy() is None:
        raise CannotStart("HAProxy is missing: `apt-get install haproxy` brings it")
    for url in (settings().database_url, settings().tracker_url):
        try:
            ensure_database(url)
        except NoDatabase as reason:
            where = urlsplit(url)
            raise CannotStart(
                f"no PostgreSQL for us at {where.hostname}:{where.port or 5432} ({reason}): "
                "`apt-get install postgresql`, or set DATABASE_URL and DALIL_TRACKER_URL"
            ) from reason
    where = urlsplit(settings().redis_url)
    try:
        socket.create_connection((where.hostname or "", where.port or 6379), timeout=2).close()
    except OSError as error:
        raise CannotStart(
            f"no Redis at {where.hostname}:{where.port or 6379}: "
            "`apt-get install redis-server`, or set DALIL_REDIS_URL"
        ) from error


class Scaled:
    """What runs, and the colour of the Rasa processes that answer now."""

    def __init__(self) -> None:
        self.folder = settings().scaled_folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.control = self.folder / "haproxy.sock"
        self.colour = COLOURS[0]
        self.copies = Copies()
        self.stopping = threading.Event()
        self.asked_to_switch = threading.Event()
        self.commands = parse_procfile((ROOT / "deploy" / "Procfile").read_text()).processes

    def run(self) -> int:
        """Start everything and stay until told to stop, or until no copy of a kind is left."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        signal.signal(signal.SIGHUP, lambda *_: self.asked_to_switch.set())
        self.check_ports()
        try:
            shutil.copyfile(settings().model or MODEL, self.model(self.colour))
            self.configure_proxy()
            for name, port in self.ports(self.colour).items():
                self.start(name, port)
            self.start("proxy", settings().port)
            note(self.folder, self.colour)
            (self.folder / "pid").write_text(str(os.getpid()))
            threading.Thread(target=announce_when_ready, daemon=True).start()
            threading.Thread(target=self.watch_model, daemon=True).start()
            while not self.stopping.wait(LOOK_AGAIN_SECONDS):
                if self.asked_to_switch.is_set():
                    self.asked_to_switch.clear()
                    self.switch_and_note()
                if missing := set(self.commands) - self.copies.kinds_left():
                    print(f"dalil: no {missing.pop()} is left; the lines above tell why")
                    return 1
            return 0
        finally:
            (self.folder / "pid").unlink(missing_ok=True)
            # The proxy goes first: nobody is sent to a process that is about to end.
            self.copies.stop(["proxy"])
            self.copies.stop_all()

    def ports(self, *colours: str) -> dict[str, int]:
        """The copies of web and actions, and those of Rasa of these colours, with their ports."""
        numbers = range(1, settings().copies + 1)
        turns, calls = (_port(url) for url in (settings().rasa_url, settings().actions_url))
        ports = {f"web-{n}": settings().port + n for n in numbers}
        ports |= {f"actions-{n}": calls + n for n in numbers}
        for colour in colours:
            first = turns + COLOURS.index(colour) * settings().copies
            ports |= {f"rasa-{colour}-{n}": first + n for n in numbers}
        return ports

    def check_ports(self) -> None:
        """Raises `CannotStart` when a port we need is taken."""
        doors = (settings().port, _port(settings().rasa_url), _port(settings().actions_url))
        for port in (*doors, *self.ports(*COLOURS).values()):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise CannotStart(f"port {port} is taken") from error

    def model(self, colour: str) -> Path:
        """The model of a colour: a copy of its own, which training does not replace."""
        return self.folder / f"{colour}.tar.gz"

    def configure_proxy(self) -> None:
        """Write the configuration with which HAProxy starts, or starts again."""
        servers = [
            proxy.Server(name, port, resting=name.startswith("rasa") and self.colour not in name)
            for name, port in self.ports(*COLOURS).items()
        ]
        kinds = {
            kind: [server for server in servers if server.name.startswith(kind)]
            for kind in ("web", "rasa", "actions")
        }
        tls = f" ssl crt {settings().tls_certificate}" if settings().tls_certificate else ""
        written = proxy.configuration(
            public=f"{settings().host}:{settings().port}{tls}",
            believed=" ".join(settings().trusted_proxies),
            turns=f"127.0.0.1:{_port(settings().rasa_url)}",
            calls=f"127.0.0.1:{_port(settings().actions_url)}",
            control=self.control,
            turn_seconds=settings().rasa_timeout_seconds + 2,
            **kinds,
        )
        (self.folder / "haproxy.cfg").write_text(written, "utf-8")

    def start(self, name: str, port: int) -> None:
        """Start one process: `proxy`, `web-1`, `rasa-green-2` …"""
        kind, _, rest = name.partition("-")
        environment = rasa_environment() | {
            "PORT": str(port),
            "MODEL": str(self.model(rest.partition("-")[0])),
            "PROXY_CONFIGURATION": str(self.folder / "haproxy.cfg"),
            "PATH": f"{os.environ.get('PATH', os.defpath)}:{proxy.PLACES}",
            "DALIL_ACTIONS_URL": settings().actions_url,
            "DALIL_TRUSTED_PROXIES": json.dumps(["127.0.0.1", *settings().trusted_proxies]),
            "SANIC_HOST": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
        }
        self.copies.start(name, self.commands[kind], environment)

    def watch_model(self) -> None:
        """Ask for a switch whenever the trained model was replaced, and replaced for good."""
        if settings().model is not None:
            return
        served = seen = _mark(MODEL)
        while not self.stopping.wait(MODEL_SETTLED_SECONDS):
            found = _mark(MODEL)
            if found and found == seen and found != served:
                served = found
                shutil.copyfile(MODEL, self.folder / "next.tar.gz")
                self.asked_to_switch.set()
            seen = found

    def switch_and_note(self) -> None:
        """Let the other colour take over, and write down how that went."""
        try:
            self.switch()
        except (SwitchFailed, OSError) as error:
            print(f"dalil: the model was not changed: {error}", flush=True)
            note(self.folder, self.colour, problem=str(error))
        else:
            print(f"dalil: {self.colour} answers now", flush=True)
            note(self.folder, self.colour)

    def switch(self) -> None:
        """Start the other colour, let it prove itself, give it the turns, end the old one.

        Raises `SwitchFailed`; then all is as before. Conversations are in the database of
        dialogues: whichever colour gets the next turn goes on where the last one stood.
        """
        old, new = self.colour, next(colour for colour in COLOURS if colour != self.colour)
        os.replace(self.folder / "next.tar.gz", self.model(new))
        ports = {name: port for name, port in self.ports(new).items() if f"-{new}-" in name}
        leaving = [name for name in self.ports(old) if f"-{old}-" in name]
        try:
            for name, port in ports.items():
                self.start(name, port)
            for name, port in ports.items():
                await_proof(f"http://127.0.0.1:{port}", name, partial(self.goes_on, name))
            self.tell_of(ports, "ready")
            self.await_standing(list(ports), lambda copy: copy.status == "UP", "is not let in")
        except (SwitchFailed, OSError):
            self.tell_of(ports, "maint")
            self.copies.stop(ports)
            raise
        self.colour = new
        self.configure_proxy()
        self.tell_of(leaving, "drain")
        try:
            self.await_standing(leaving, lambda copy: copy.at_work == 0, "is still at work")
        except SwitchFailed as slow:
            print(f"dalil: {slow}; its turns will be sent again", flush=True)
        self.tell_of(leaving, "maint")
        self.copies.stop(leaving)

    def goes_on(self, name: str) -> bool:
        """Whether it is worth to wait for a process."""
        return self.copies.runs(name) and not self.stopping.is_set()

    def tell_of(self, names: Iterable[str], state: str) -> None:
        """Have the proxy put these Rasa processes into a state: `ready`, `drain`, `maint`."""
        for name in names:
            proxy.tell(self.control, f"set server rasa/{name} state {state}")

    def await_standing(
        self, names: list[str], stands: Callable[[proxy.Standing], bool], otherwise: str
    ) -> None:
        """Wait until the proxy finds these Rasa processes to stand so. Raises `SwitchFailed`."""
        until = time.monotonic() + settings().rasa_timeout_seconds + 5
        while True:
            found = proxy.standings(self.control, "rasa")
            late = [name for name in names if not stands(found[name])]
            if not late:
                return
            if time.monotonic() > until:
                raise SwitchFailed(f"{late[0]} {otherwise}")
            time.sleep(LOOK_AGAIN_SECONDS)


def _port(url: str) -> int:
    return urlsplit(url).port or 80


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
