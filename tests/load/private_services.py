"""PostgreSQL and Redis of our own, on free ports, that a test may stop and starve."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.load.stack import free_port

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
MOST_CONNECTIONS = 40


def can_run() -> str | None:
    """Why these cannot run here; None when they can."""
    if not BINARIES:
        return "no PostgreSQL server here: apt-get install postgresql"
    if not shutil.which("redis-server"):
        return "no Redis server here: apt-get install redis-server"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL does not run as root, and there is no user postgres"
    return None


class Postgres:
    """A cluster in `folder`, with few connections."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "postgres", free_port()
        self.data.mkdir()
        self._as_owner = []
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
            for above in (folder, *folder.parents):
                if above.stat().st_uid == 0 and above != Path("/"):
                    above.chmod(above.stat().st_mode | 0o011)
            self._as_owner = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-D", str(self.data), "-U", "dalil", "-A", "trust", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as written:
            written.write(
                f"port={self.port}\nlisten_addresses='127.0.0.1'\nfsync=off\n"
                f"unix_socket_directories='{self.data}'\nmax_connections={MOST_CONNECTIONS}\n"
            )
        self.start()
        for name in ("dalil", "dialogues"):
            self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "dalil", name)

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://dalil@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = str(self.data / "server.log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "start")

    def stop(self) -> None:
        """Stop it at once: connections break."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_owner, str(BINARIES[-1] / program), *arguments]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout.strip()[-500:]}")


class Redis:
    """A server that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )
        time.sleep(0.5)

    def stop(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
