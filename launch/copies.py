"""Processes by name, each kept running, each line of theirs with its name before it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from settings import ROOT

STOPPED_WITHIN_SECONDS = 20
NAME_WIDTH = 12


class Copies:
    """The processes that run now."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: str, environment: Mapping[str, str]) -> None:
        """Start one process; it is started again when it dies."""
        process = subprocess.Popen(
            f"exec {sys.executable} -m launch.keep {command}",
            shell=True,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us: we end the others in order.
            start_new_session=True,
        )
        self._running[name] = process
        threading.Thread(target=_pass_on, args=(name, process), daemon=True).start()

    def stop(self, names: Iterable[str]) -> None:
        """End these processes; what does not end by itself is killed."""
        ending = {name: self._running.pop(name) for name in names if name in self._running}
        for process in ending.values():
            process.terminate()
        until = time.monotonic() + STOPPED_WITHIN_SECONDS
        for name, process in ending.items():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"dalil: {name} did not end and was killed", flush=True)
            _kill_group(process)
            process.wait()

    def stop_all(self) -> None:
        """End every process."""
        self.stop(list(self._running))

    def runs(self, name: str) -> bool:
        """Whether this process runs, or is about to be started again."""
        return name in self._running and self._running[name].poll() is None

    def kinds_left(self) -> set[str]:
        """The kinds of process of which some copy runs (`web` of `web-1`); tells which were given up."""
        for name, process in list(self._running.items()):
            if process.poll() is not None:
                print(f"dalil: {name} was given up; the others go on", flush=True)
                _kill_group(process)
                del self._running[name]
        return {name.partition("-")[0] for name in self._running}


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """The process itself is in the group of the one that keeps it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _pass_on(name: str, process: subprocess.Popen[bytes]) -> None:
    for line in process.stdout or ():
        text = line.decode("utf-8", "replace").rstrip()
        print(f"{name:>{NAME_WIDTH}} | {text}", flush=True)
