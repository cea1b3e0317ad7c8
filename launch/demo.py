"""`make demo`: the whole product with a month of invented conversations, for a look at the console.

The conversations of content/demo.yml are held with the real assistant, on a database of their own
that every start makes anew; then they are moved back over the month, and four people of the staff
get accounts. Nothing of it touches the product's own database.
"""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from ruamel.yaml import YAML

from database.backdating import move_back
from database.conversations import turns_of
from database.review import judge
from database.session import open_session
from database.staff import staff_with_email
from launch.run import check_ports, prepare_database
from settings import ROOT, settings

FOLDER = ROOT / "var" / "demo"
PASSWORD = "visite-de-dalil"
STAFF = (
    ("lecture@example.org", "Leïla Lecture", "reader"),
    ("relecture@example.org", "Rachid Relecture", "reviewer"),
    ("edition@example.org", "Imane Édition", "editor"),
    ("admin@example.org", "Amine Administration", "admin"),
)
DAYS, READY_WITHIN_SECONDS, TIMES_OVER = 45, 300, 2
ENVIRONMENT = {
    "DATABASE_URL": f"sqlite:///{FOLDER / 'dalil.db'}",
    "DALIL_TRACKER_URL": f"sqlite:///{FOLDER / 'dialogue.db'}",
    "DALIL_CONTACT_KEY_FILE": str(FOLDER / "contact.key"),
    "DALIL_RATE_PER_ADDRESS": "100000/minute",
    "DALIL_RATE_SIGN_IN": "100/minute",
    "DALIL_OPEN_STATISTICS": "true",
}


def main() -> int:
    """Start, fill, say where to look, and stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.db*"):
        old.unlink()
    os.environ |= ENVIRONMENT
    settings.cache_clear()
    check_ports()
    prepare_database()
    open_accounts()
    product = subprocess.Popen([sys.executable, "-m", "launch.run"], cwd=ROOT)
    try:
        wait_until_ready(product)
        held = hold_conversations()
        spread(held)
        judge_some(held)
        address = f"http://localhost:{settings().port}/console"
        print(f"\ndalil: {len(held)} invented conversations are at {address}", flush=True)
        for email, name, role in STAFF:
            print(f"dalil:   {email} ({name}, {role}), password {PASSWORD}", flush=True)
        return product.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        product.terminate()
        product.wait()


def open_accounts() -> None:
    """One person of each role."""
    for email, name, role in STAFF:
        subprocess.run(
            [sys.executable, "dalil.py", "staff", "add", email, "--name", name, "--role", role],
            cwd=ROOT,
            env=os.environ | {"DALIL_STAFF_PASSWORD": PASSWORD},
            check=True,
            stdout=subprocess.DEVNULL,
        )


def wait_until_ready(product: subprocess.Popen[bytes]) -> None:
    """Wait for `/readyz`. Raises `TimeoutError`."""
    started = time.monotonic()
    while time.monotonic() - started < READY_WITHIN_SECONDS and product.poll() is None:
        try:
            if requests.get(f"{_address()}/readyz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    raise TimeoutError("the product did not get ready; the lines above tell why")


def hold_conversations() -> list[str]:
    """Hold every conversation with the assistant, some twice; their ids."""
    scripts: list[dict[str, Any]] = YAML(typ="safe").load(
        (settings().content / "demo.yml").read_text("utf-8")
    )
    print(f"dalil: holding {len(scripts) * TIMES_OVER} conversations", flush=True)
    return [hold(script) for _ in range(TIMES_OVER) for script in scripts]


def hold(script: dict[str, Any]) -> str:
    """One conversation through the public API, with the visitor's opinion and call-back."""
    opened = requests.post(
        f"{_address()}/api/conversations", json={"language": script["writing"]}, timeout=30
    ).json()
    path = f"{_address()}/api/conversations/{opened['conversation_id']}"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    message = ""
    for text in script["says"]:
        message = uuid.uuid4().hex
        said = {"message_id": message, "text": text}
        # Just after the start a message may be kept (202) before it is answered.
        while (
            requests.post(f"{path}/messages", json=said, headers=headers, timeout=30).status_code
            == 202
        ):
            time.sleep(0.5)
    if "thumbs" in script:
        verdict = "helpful" if script["thumbs"] == "up" else "not_helpful"
        opinion = {"verdict": verdict, "reason": script.get("reason")}
        feedback = f"{path}/messages/{message}/feedback"
        requests.post(feedback, json=opinion, headers=headers, timeout=30)
    if "call" in script:
        notice = requests.get(f"{_address()}/api/notices/callback", timeout=30).json()
        form = script["call"] | {"slot": "any", "consent_version": notice["version"]}
        requests.post(f"{path}/callback", json=form, headers=headers, timeout=30)
    return str(opened["conversation_id"])


def spread(held: list[str]) -> None:
    """Move the conversations back over the month, more of them to its end."""
    chance = random.Random(7)
    with open_session() as session:
        for conversation_id in held[:-3]:
            days = DAYS * chance.random() ** 1.6
            move_back(session, conversation_id, timedelta(days=days, hours=chance.uniform(0, 4)))


def judge_some(held: list[str]) -> None:
    """Verdicts of a reviewer on some answers, as they would stand after a morning."""
    with open_session() as session:
        reviewer = staff_with_email(session, STAFF[1][0])
        if reviewer is None:
            return
        for conversation_id in held[::5]:
            for turn in turns_of(session, conversation_id):
                right = turn.outcome in ("answered", "form_step", "handed_over")
                judge(
                    session,
                    turn,
                    reviewer,
                    verdict="right" if right else "missed",
                    theme=None if right else "misread",
                    note=None,
                    at=datetime.now(UTC),
                )


def _address() -> str:
    return f"http://localhost:{settings().port}"


if __name__ == "__main__":
    sys.exit(main())
