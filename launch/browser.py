"""Gets what the chat's browser tests need: Chromium, and the packages of `tests/widget`.

Where it cannot (no Debian packages, no rights), it says so in one line and the tests are skipped.
"""

import os
import shutil
import subprocess
import sys

from settings import ROOT

FOLDER = ROOT / "tests" / "widget"


def main() -> int:
    """Install what is missing; always 0, for a machine without a browser can test all the rest."""
    if not shutil.which("chromium"):
        _try(
            "Chromium",
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium"],
        )
    if not (FOLDER / "node_modules").exists():
        _try(
            "the test packages",
            ["npm", "ci", "--ignore-scripts", "--silent", "--prefix", str(FOLDER)],
        )
    return 0


def _try(what: str, *commands: list[str]) -> None:
    for command in commands:
        try:
            done = subprocess.run(
                command, capture_output=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            )
        except OSError as error:
            print(f"dalil: {what} could not be installed ({error}); browser tests are skipped")
            return
        if done.returncode != 0:
            print(
                f"dalil: {what} could not be installed ({command[0]} failed); browser tests are skipped"
            )
            return


if __name__ == "__main__":
    sys.exit(main())
