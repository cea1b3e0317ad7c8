"""HAProxy before the copies: its configuration, and what is said to it while it runs.

Source: HAProxy's management guide, "Unix Socket commands".
"""

import csv
import io
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from settings import ROOT

TEMPLATE = ROOT / "deploy" / "proxy" / "scaled.cfg"
ANSWERS_WITHIN_SECONDS = 3
# Debian puts it where only root looks by default.
PLACES = "/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Server:
    """One copy as the proxy sees it; a resting one is known, and called by nobody yet."""

    name: str
    port: int
    resting: bool = False

    def line(self) -> str:
        """Its line in the configuration."""
        rest = " disabled" if self.resting else ""
        return f"    server {self.name} 127.0.0.1:{self.port}{rest}"


@dataclass(frozen=True)
class Standing:
    """How a copy stands: `UP`, `DOWN`, `DRAIN`, `MAINT` …, and the calls it is at work on."""

    status: str
    at_work: int


def find_haproxy() -> str | None:
    """Where HAProxy is."""
    return shutil.which("haproxy") or shutil.which("haproxy", path=PLACES)


def configuration(
    *,
    public: str,
    believed: str,
    turns: str,
    calls: str,
    control: Path,
    turn_seconds: float,
    web: Iterable[Server],
    rasa: Iterable[Server],
    actions: Iterable[Server],
) -> str:
    """The configuration for these copies; `public`, `turns` and `calls` are what the doors bind.

    `believed` lists the networks of proxies before this one, which tell who calls; it may be empty.
    """
    copies = {
        name: "\n".join(server.line() for server in servers)
        for name, servers in (("web", web), ("rasa", rasa), ("actions", actions))
    }
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        copies,
        public=public,
        believed=f" unless {{ src {believed} }}" if believed else "",
        turns=turns,
        calls=calls,
        socket=control,
        turn_seconds=f"{turn_seconds:g}s",
    )


def tell(control: Path, command: str) -> str:
    """What HAProxy answers to a command. Raises `OSError` when it does not run."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWERS_WITHIN_SECONDS)
        connection.connect(str(control))
        connection.sendall(f"{command}\n".encode())
        with connection.makefile("r", encoding="utf-8") as answer:
            return answer.read()


def standings(control: Path, backend: str) -> dict[str, Standing]:
    """How do the copies behind one backend stand? Raises `OSError` when HAProxy does not run."""
    table = tell(control, "show stat").lstrip("# ")
    return {
        row["svname"]: Standing(row["status"].split()[0], int(row["scur"]))
        for row in csv.DictReader(io.StringIO(table))
        if row["pxname"] == backend and row["svname"] not in ("FRONTEND", "BACKEND")
    }
