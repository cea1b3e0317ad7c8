"""Known weaknesses of what we install: `make audit`, for both environments' lock files.

Each weakness must be mended by an update or stand in docs/security/accepted.yml with the reason why
it cannot be and what covers it. Ends with 1 for one that does not; tells entries that no longer
apply. Where the advisories cannot be reached, it says so and ends with 0: nothing was learnt.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from settings import ROOT

UV = ROOT / ".tools" / "bin" / "uv"
PIP_AUDIT = "pip-audit==2.10.1"
ENVIRONMENTS = {"main": ROOT, "rasa": ROOT / "bot"}
ACCEPTED = ROOT / "docs" / "security" / "accepted.yml"


def main() -> int:
    """Audit both environments; 1 when something is open without a reason."""
    accepted: dict[str, dict[str, Any]] = YAML(typ="safe").load(ACCEPTED.read_text("utf-8"))
    open_ones, found, blind = [], set(), False
    for name, folder in ENVIRONMENTS.items():
        audited = audit(folder)
        if all("skip_reason" in package for package in audited):
            blind = True
            continue
        for package in audited:
            for weakness in package.get("vulns", ()):
                names = {weakness["id"], *weakness.get("aliases", ())}
                found |= names
                if not names & set(accepted):
                    mended = ", ".join(weakness["fix_versions"]) or "no version"
                    open_ones.append(
                        f"{name}: {package['name']} {package['version']}: {weakness['id']} "
                        f"(mended in {mended})"
                    )
    if blind:
        print("dalil: the advisories cannot be reached from here; nothing was audited")
        return 0
    outlived = sorted(set(accepted) - found)
    for line in open_ones:
        print(f"dalil: {line}")
    for name in outlived:
        print(f"dalil: {name} no longer applies: take it out of {ACCEPTED.relative_to(ROOT)}")
    if not open_ones:
        print(f"dalil: nothing open; {len(accepted)} accepted with a reason")
    return 1 if open_ones else 0


def audit(folder: Path) -> list[dict[str, Any]]:
    """What pip-audit says of every package in a folder's lock file."""
    with tempfile.TemporaryDirectory() as scratch:
        locked = Path(scratch) / "requirements.txt"
        export = ["export", "--quiet", "--frozen", "--no-emit-project", "--no-dev", "--no-hashes"]
        command = [str(UV), *export, "--format", "requirements-txt", "--output-file", str(locked)]
        subprocess.run(command, cwd=folder, check=True)
        told = subprocess.run(
            [
                *(str(UV), "tool", "run", "--quiet", "--from", PIP_AUDIT, "pip-audit"),
                *("--requirement", str(locked), "--no-deps", "--disable-pip", "--format", "json"),
            ],
            capture_output=True,
            text=True,
        )
        if not told.stdout:
            raise SystemExit(f"dalil: pip-audit: {told.stderr.strip()[-300:]}")
        found: list[dict[str, Any]] = json.loads(told.stdout)["dependencies"]
        return found


if __name__ == "__main__":
    sys.exit(main())
