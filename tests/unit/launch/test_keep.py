"""A process that dies is started again; one that cannot start is given up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from settings import ROOT

KEEP = [sys.executable, "-m", "launch.keep", sys.executable, "-c"]


def test_a_process_that_cannot_start_is_given_up_with_its_code() -> None:
    done = subprocess.run([*KEEP, "raise SystemExit(7)"], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 7
    assert done.stdout.count(b"started again") == 2


def test_a_killed_process_is_started_again_and_stops_when_told(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    write = f"import os, time; open({str(pids)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(60)"
    kept = subprocess.Popen([*KEEP, write], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        os.kill(_pids(pids, 1)[0], signal.SIGKILL)
        assert len(_pids(pids, 2)) == 2
        kept.terminate()
        assert kept.wait(timeout=20) == 0
    finally:
        kept.kill()
        kept.wait()


def _pids(path: Path, count: int) -> list[int]:
    """The process ids written so far, once there are `count`."""
    for _ in range(200):
        found = path.read_text().split() if path.exists() else []
        if len(found) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.1)
    raise AssertionError("the process was not started again")


def test_a_process_told_to_stop_between_two_starts_stays_ended() -> None:
    kept = subprocess.Popen([*KEEP, "pass"], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert kept.stdout is not None
        assert b"started again" in kept.stdout.readline()
        kept.terminate()
        assert kept.wait(timeout=20) == 0
    finally:
        kept.kill()
        kept.wait()
        assert kept.stdout is not None
        kept.stdout.close()
