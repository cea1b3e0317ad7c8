"""What the chat weighs, beside the widgets it is compared with, and the integrity of each file.

    python tests/widget/weigh.py

Sizes are gzip -9, each file on its own, as a visitor receives them; 1 KB is 1024 bytes.
"""

import base64
import gzip
import hashlib
import json
from pathlib import Path

WIDGET = Path(__file__).resolve().parents[2] / "widget"
LAUNCHER = WIDGET / "dalil-chat.js"
KB = 1024
LAUNCHER_AT_MOST, ALL_AT_MOST = 5 * KB, 30 * KB
# Measured in the autumn of 2026: entry file where only that is known.
PEERS_KB = {
    "RasaHQ 0.1.19": 52,
    "Bürokratt (entry)": 149,
    "typebot 0.10.7": 196,
    "rasa-webchat 1.0.1": 211,
    "Bürokratt (all)": 387,
    "BotFramework-WebChat 4.18": 945,
}


def modules() -> list[Path]:
    """Every file that a visitor of the chat downloads."""
    return [LAUNCHER, *sorted((WIDGET / "chat").glob("*.js"))]


def weight(path: Path) -> int:
    """Bytes on the line."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


def integrity(path: Path) -> str:
    """The value of `integrity` that a page pins a file with."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def main() -> None:
    files = modules()
    for path in files:
        print(f"{weight(path):6} B  {path.relative_to(WIDGET)}  {integrity(path)}")
    total = sum(map(weight, files))
    print(
        f"\nlauncher {weight(LAUNCHER) / KB:.1f} KB (at most 5), all {total / KB:.1f} KB (at most 30)"
    )
    for name, size in PEERS_KB.items():
        print(f"{size:5} KB  {size * KB / total:4.1f} times as heavy  {name}")
    pins = {f"/widget/{path.relative_to(WIDGET)}": integrity(path) for path in files}
    print('\n<script type="importmap">' + json.dumps({"integrity": pins}, indent=1) + "</script>")
    print(
        f'<script type="module" src="/widget/dalil-chat.js" integrity="{integrity(LAUNCHER)}" '
        'crossorigin="anonymous"></script>'
    )


if __name__ == "__main__":
    main()
