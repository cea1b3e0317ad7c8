"""Draws the secrets of a deployment, one file each: `python3 -m launch.draw_secrets FOLDER [HOST]`.

The standard library alone, on any Python 3.8+. Files that exist are left as they are, so that it can
be run again when a new version needs one more. `contact_keys` open what people left to be called
back: keep a copy of that file where backups are not.
"""

import base64
import json
import os
import secrets
import sys
from pathlib import Path


def draw(folder: Path, host: str = "postgres", redis: str = "redis") -> "list[str]":
    """Write the secrets that are missing from `folder`; their names. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []

    def keep(name: str, value: str) -> str:
        file = folder / name
        if not file.exists():
            # Containers run as users of their own: the folder is closed to others, its files are not.
            file.write_text(value, "ascii")
            os.chmod(file, 0o644)
            written.append(name)
        return file.read_text("ascii")

    owner = keep("postgres_password", secrets.token_hex(24))
    dialogues = keep("dialogues_password", secrets.token_hex(24))
    keep("database_url", f"postgresql://dalil:{owner}@{host}:5432/dalil")
    keep("dalil_tracker_url", f"postgresql://dialogues:{dialogues}@{host}:5432/dalil_dialogues")
    keep("dalil_redis_url", f"redis://{redis}:6379/0")
    keep("dalil_room_secret", secrets.token_hex(32))
    keep("dalil_contact_keys", json.dumps([base64.urlsafe_b64encode(os.urandom(32)).decode()]))
    return written


def main(arguments: "list[str]") -> int:
    """Draw them; 1 and one line on stderr when that cannot be done."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 1
    try:
        written = draw(Path(arguments[0]), *arguments[1:3])
    except OSError as error:
        print(f"dalil: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    print(f"dalil: drawn: {', '.join(written)}" if written else "dalil: nothing was missing")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
