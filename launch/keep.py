"""Keeps one process running: `python -m launch.keep COMMAND…` starts it again when it dies.

honcho stops everything as soon as one process ends; a crash of one part shall not take the others
down. A process that cannot even start is given up, so that its error is seen.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

STARTED_SECONDS = 5.0
QUICK_ENDS_ALLOWED = 3
PAUSE_SECONDS = 1.0


def keep(command: Sequence[str]) -> int:
    """Run `command` until we are told to stop, or until it fails three times as it starts."""
    stopping = False
    quick_ends = 0
    child = subprocess.Popen(command)

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        child.send_signal(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while True:
        started = time.monotonic()
        code = child.wait()
        if stopping:
            return 0
        quick_ends = quick_ends + 1 if time.monotonic() - started < STARTED_SECONDS else 0
        if quick_ends >= QUICK_ENDS_ALLOWED:
            return code or 1
        print(f"dalil: ended with {code}, started again", flush=True)
        time.sleep(PAUSE_SECONDS)
        if stopping:
            return 0
        child = subprocess.Popen(command)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
