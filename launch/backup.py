"""Backups: `python -m launch.backup save FOLDER [--keep N]`, `python -m launch.backup restore COPY`.

A copy is a folder: both databases (facts and conversations; dialogues) and `backup.json`, which tells
when, of which version, how many rows, and the marks of the contact keys. **The keys themselves are
never in it**: without them nobody can read the contacts in a copy that is lost, and without them
nobody can after a restore. Keep them somewhere else.
"""

import argparse
import hashlib
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from cryptography.fernet import InvalidToken

from database import backup
from database.backup import BackupFailed
from database.session import engine, open_session
from settings import ROOT, settings

DESCRIPTION = "backup.json"
MARK_LENGTH = 12
OWN_DIALOGUES = f"sqlite:///{ROOT / 'var' / 'dialogue.db'}"


def main(arguments: list[str]) -> int:
    """Save or restore; 1 and one line on stderr when that cannot be done."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.what == "save":
            print(f"dalil: saved to {save(asked.folder, at=datetime.now(UTC), keep=asked.keep)}")
        else:
            for line in restore(asked.copy, replace=asked.replace):
                print(f"dalil: {line}")
    except BackupFailed as reason:
        print(f"dalil: {reason}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dalil: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    return 0


def databases() -> dict[str, str]:
    """What is saved, by name."""
    return {
        "conversations": settings().database_url,
        "dialogues": settings().tracker_url or OWN_DIALOGUES,
    }


def save(folder: Path, *, at: datetime, keep: int | None = None) -> Path:
    """Write a copy of both databases into a new folder below `folder`, and leave the `keep` newest.

    Raises `BackupFailed`; then no copy is left that looks whole.
    """
    copy = folder / f"dalil-{at:%Y-%m-%dT%H%M%SZ}"
    draft = copy.with_suffix(".draft")
    draft.mkdir(mode=0o700, parents=True)
    try:
        files = {}
        for name, url in databases().items():
            file = draft / f"{name}.{backup.suffix_for(url)}"
            rows = backup.save(url, file)
            files[name] = {"file": file.name, "sha256": _digest(file), "rows": rows}
        described = {"made_at": at.isoformat(), "contact_keys": key_marks(), "databases": files}
        (draft / DESCRIPTION).write_text(json.dumps(described, indent=2) + "\n")
        draft.rename(copy)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if keep:
        # Names sort by time.
        for old in sorted(folder.glob("dalil-*Z"))[:-keep]:
            shutil.rmtree(old)
    return copy


def restore(copy: Path, *, replace: bool = False) -> list[str]:
    """Put a copy in the place of both databases; what there is to tell of it.

    Conversations erased since the copy was made are erased again, as far as the database that is
    replaced knows of them. Raises `BackupFailed`, before anything is changed when the copy is
    damaged or the databases hold something and `replace` is not given.
    """
    described = _description(copy)
    for name, url in databases().items():
        held = described["databases"][name]
        if Path(held["file"]).suffix != f".{backup.suffix_for(url)}":
            raise BackupFailed(f"{held['file']} is a copy of another kind of database than {name}")
        if _digest(copy / held["file"]) != held["sha256"]:
            raise BackupFailed(f"{copy / held['file']} is damaged: its checksum differs")
    occupied = [name for name, url in databases().items() if backup.holds_something(url)]
    if occupied and not replace:
        raise BackupFailed(f"{' and '.join(occupied)} hold something: stop Dalil, add --replace")
    register = _register() if "conversations" in occupied else []
    told = []
    engine().dispose()
    for name, url in databases().items():
        held = described["databases"][name]
        rows = backup.restore(url, copy / held["file"], held["rows"])
        if rows != held["rows"]:
            raise BackupFailed(f"{name}: {rows} rows were restored, {held['rows']} were saved")
        told.append(f"{name}: {sum(rows.values())} rows of {described['made_at'][:19]} UTC")
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    with open_session() as session:
        again = backup.erase_again(session, register)
    if again:
        told.append(f"{len(again)} conversations that were erased since are erased again")
    told.append(_keys_told(described["contact_keys"]))
    return told


def key_marks() -> list[str]:
    """Which keys open the contacts? Their marks, from which no key can be found."""
    keys = [key.get_secret_value() for key in settings().contact_keys]
    if not keys and settings().contact_key_file.exists():
        keys = [settings().contact_key_file.read_text("ascii").strip()]
    return [hashlib.sha256(key.encode()).hexdigest()[:MARK_LENGTH] for key in keys]


def _keys_told(marks: list[str]) -> str:
    try:
        with open_session() as session:
            readable = backup.a_contact_is_readable(session)
    except InvalidToken:
        return f"CONTACTS CANNOT BE READ: put back the key marked {', '.join(marks) or 'unknown'}"
    if readable is None and not set(marks) <= set(key_marks()):
        return f"no contact is kept; the copy was made with the key marked {', '.join(marks)}"
    return "contacts can be read" if readable else "no contact is kept"


def _description(copy: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((copy / DESCRIPTION).read_text()))
    except (OSError, ValueError) as error:
        raise BackupFailed(f"{copy} is no backup: {DESCRIPTION} cannot be read") from error


def _register() -> list[Any]:
    with open_session() as session:
        return backup.erasures_known(session)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m launch.backup", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    saving = what.add_parser("save", help="write a copy of both databases")
    saving.add_argument("folder", type=Path, help="where copies are kept")
    saving.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N copies")
    restoring = what.add_parser("restore", help="put a copy in the place of both databases")
    restoring.add_argument("copy", type=Path, help="the folder that `save` told")
    restoring.add_argument("--replace", action="store_true", help="although they hold something")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
