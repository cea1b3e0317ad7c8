"""From one model to another: asking for it, and the proof that a Rasa process can answer."""

import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import requests

from settings import settings

READY_WITHIN_SECONDS = 240
FIRST_TURN_WITHIN_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.2


class SwitchFailed(Exception):
    """Why the other model did not take over, in one line."""


def ask_to_switch(folder: Path, model: Path) -> str:
    """Have the processes that run change to this model, and wait for it. Raises `SwitchFailed`."""
    try:
        pid = int((folder / "pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        raise SwitchFailed("nothing runs to switch: `make run-scaled` starts it") from None
    if not model.is_file():
        raise SwitchFailed(f"there is no model at {model}")
    draft = folder / "next.draft"
    shutil.copyfile(model, draft)
    os.replace(draft, folder / "next.tar.gz")
    asked_at = time.time()
    os.kill(pid, signal.SIGHUP)
    until = time.monotonic() + 2 * READY_WITHIN_SECONDS
    while time.monotonic() < until:
        state = json.loads((folder / "state.json").read_text())
        if state["at"] > asked_at:
            if state["problem"]:
                raise SwitchFailed(f"the model was not changed: {state['problem']}")
            return f"{state['colour']} answers now"
        time.sleep(LOOK_AGAIN_SECONDS)
    raise SwitchFailed("no word of the switch in time; the lines of `make run-scaled` tell more")


def note(folder: Path, colour: str, problem: str | None = None) -> None:
    """Write down which colour answers, for whoever asked for a switch."""
    draft = folder / "state.draft"
    draft.write_text(json.dumps({"colour": colour, "at": time.time(), "problem": problem}))
    os.replace(draft, folder / "state.json")


def await_proof(url: str, name: str, goes_on: Callable[[], bool]) -> None:
    """Wait until the Rasa process at `url` has answered a turn. Raises `SwitchFailed`."""
    until = time.monotonic() + READY_WITHIN_SECONDS
    door = f"{url}/webhooks/gateway"
    while (status := _status_of(door)) != 200:
        if status is not None:
            # Rasa listens once it has tried to load its model.
            raise SwitchFailed(f"{name} cannot load the model; its lines tell why")
        if not goes_on():
            raise SwitchFailed(f"{name} could not start; its lines tell why")
        if time.monotonic() > until:
            raise SwitchFailed(f"{name} is not ready after {READY_WITHIN_SECONDS} s")
        time.sleep(LOOK_AGAIN_SECONDS)
    headers = {"Authorization": f"Bearer {settings().room_secret.get_secret_value()}"}
    conversation = f"switch-{secrets.token_hex(8)}"
    turn = {"conversation": conversation, "message_id": "1", "text": "salam", "channel": "web"}
    try:
        answer = requests.post(
            f"{door}/turn", json=turn, headers=headers, timeout=FIRST_TURN_WITHIN_SECONDS
        )
        requests.delete(f"{door}/conversations/{conversation}", headers=headers, timeout=10)
    except requests.RequestException as error:
        raise SwitchFailed(f"{name} ended as it answered its first turn") from error
    if answer.status_code != 200:
        raise SwitchFailed(f"{name} answers its first turn with status {answer.status_code}")


def _status_of(door: str) -> int | None:
    try:
        return requests.get(f"{door}/health", timeout=5).status_code
    except requests.RequestException:
        return None
