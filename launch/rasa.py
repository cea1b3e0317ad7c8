"""Runs Rasa's own command line in its sealed environment: `python -m launch.rasa shell`."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from settings import ROOT

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"


def rasa_environment() -> dict[str, str]:
    """The environment Rasa runs in: quiet, private, one thread per library, our code importable."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def rasa(arguments: Sequence[str], output: IO[str] | None = None) -> int:
    """Run one Rasa command, with what it prints sent to `output`; its exit code."""
    command = [str(PYTHON), "-m", "rasa", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=rasa_environment(), stdout=output, stderr=output
    ).returncode


if __name__ == "__main__":
    sys.exit(rasa(sys.argv[1:]))
