"""Builds both environments from their lock files; the standard library alone, on any Python 3.8+.

Rasa needs Python 3.10, the rest Python 3.11 to 3.13. Each interpreter is looked for on PATH, then
in pyenv, then fetched by uv. Nothing is downloaded or rebuilt while the lock files are unchanged.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.8"
FREE_GIGABYTES_NEEDED = 5
# folder of the project file → acceptable Python versions, best first
ENVIRONMENTS = {ROOT: ("3.11", "3.12", "3.13"), ROOT / "bot": ("3.10",)}


class SetupFailed(Exception):
    """What is missing, in one line."""


def main() -> int:
    """Build what is not built yet; 1 and one line on stderr when something is missing."""
    try:
        for folder, versions in ENVIRONMENTS.items():
            if not is_built(folder):
                build(folder, versions)
    except SetupFailed as failure:
        print(f"dalil: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dalil: set-up interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def is_built(folder: Path) -> bool:
    """Whether the environment of this folder was built from its present lock file."""
    stamp = folder / ".venv" / "built-from"
    return stamp.exists() and stamp.read_text() == digest_of(folder)


def build(folder: Path, versions: "tuple[str, ...]") -> None:
    """Build one environment. Raises `SetupFailed`."""
    name = "Rasa's environment" if folder.name == "bot" else "the main environment"
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < FREE_GIGABYTES_NEEDED:
        raise SetupFailed(
            f"{free:.1f} GB free on the disk of {ROOT}; {FREE_GIGABYTES_NEEDED} GB are needed"
        )
    uv = find_uv()
    python = find_python(versions)
    print(
        f"dalil: building {name} (Python {versions[0]}; the first time takes minutes)", flush=True
    )
    environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_PROJECT_ENVIRONMENT=".venv")
    command = [uv, "sync", "--locked", "--no-progress", "--python", python or versions[0]]
    result = subprocess.run(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SetupFailed(f"{name} could not be built: {reason_in(result.stderr)}")
    (folder / ".venv" / "built-from").write_text(digest_of(folder))


def digest_of(folder: Path) -> str:
    """A mark of the lock file and of where the environment stands."""
    content = (folder / "uv.lock").read_bytes() + str(folder).encode()
    return hashlib.sha256(content).hexdigest()


def find_uv() -> str:
    """Uv from PATH, or our own, installed by pip into `.tools`. Raises `SetupFailed`."""
    own = ROOT / ".tools" / "bin" / "uv"
    if own.exists():
        return str(own)
    print("dalil: fetching uv, which builds the environments", flush=True)
    for command in (
        [sys.executable, "-m", "venv", str(ROOT / ".tools")],
        [str(ROOT / ".tools" / "bin" / "python"), "-m", "pip", "install", "--quiet", UV],
    ):
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            shutil.rmtree(ROOT / ".tools", ignore_errors=True)
            if shutil.which("uv"):
                return str(shutil.which("uv"))
            raise SetupFailed(
                f"uv could not be installed: {reason_in(result.stderr or result.stdout)}"
            )
    return str(own)


def find_python(versions: "tuple[str, ...]") -> "str | None":
    """The first interpreter of one of these versions on PATH or in pyenv; None: uv shall fetch it."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in versions:
        candidates = [shutil.which(f"python{version}")]
        if pyenv.is_dir():
            installed = sorted(pyenv.glob(f"{version}.*"), reverse=True)
            candidates += [str(folder / "bin" / "python") for folder in installed]
        for candidate in candidates:
            # A pyenv shim exists for every version, and fails for those not selected.
            if candidate and works(candidate, version):
                return candidate
    return None


def works(python: str, version: str) -> bool:
    """Whether this interpreter starts and is of this version."""
    check = f"import sys, venv; sys.exit('.'.join(map(str, sys.version_info[:2])) != '{version}')"
    try:
        return subprocess.run([python, "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def reason_in(output: str) -> str:
    """The telling line of a tool's error output."""
    lines = [re.sub(r"\s+", " ", line).strip(" ×╰─▶│├") for line in output.splitlines()]
    lines = [line for line in lines if line and not line.lower().startswith("warning")]
    if any(
        re.search(r"dns|connect|network|resolve host|timed? ?out|unreachable", line, re.I)
        for line in lines
    ):
        return f"no network, or the package registry cannot be reached ({lines[-1]})"
    if any("No space left" in line for line in lines):
        return "the disk is full"
    return " ".join(lines[-2:]) or "no reason was given"


if __name__ == "__main__":
    sys.exit(main())
