"""Runs every test that needs no outside service: ours, those inside Rasa's environment, Rasa's own."""

import os
import subprocess
import sys

from launch.rasa import PYTHON, rasa, rasa_environment
from launch.train import train_if_changed
from settings import ROOT


def main() -> int:
    """Run all; 1 when any failed. Arguments go to pytest."""
    if not train_if_changed():
        return 1
    environment = os.environ | {"DALIL_ROOM_SECRET": "secret-of-the-tests"}
    results = [
        subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, env=environment),
        subprocess.run(
            [
                str(PYTHON),
                "-m",
                "pytest",
                "tests/bot",
                "tests/nlu/test_decision.py",
                "-q",
                "-W",
                "ignore",
                "-p",
                "no:cacheprovider",
                "-c",
                "bot/pyproject.toml",
                "--rootdir",
                ".",
                "--confcutdir",
                "tests/bot",
            ],
            cwd=ROOT,
            env=rasa_environment(),
        ),
    ]
    stories = rasa(
        [
            "test",
            "core",
            "--model",
            "models/current.tar.gz",
            "--stories",
            "tests/conversations",
            "--out",
            "var/results",
            "--fail-on-prediction-errors",
        ]
    )
    failed = [result.returncode for result in results if result.returncode] + [stories] * bool(
        stories
    )
    print(
        "dalil: all tests passed" if not failed else f"dalil: {len(failed)} of 3 test runs failed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
