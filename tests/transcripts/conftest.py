"""The real assistant for transcripts: Rasa and the actions as processes, the gateway in process."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from fastapi.testclient import TestClient

from launch.rasa import PYTHON, rasa_environment
from launch.run import prepare_database
from launch.train import MODEL
from settings import ROOT

READY_WITHIN_SECONDS = 120


@dataclass
class Visitor:
    """One conversation, spoken through the public API."""

    client: TestClient
    language: str = "fr"

    def __post_init__(self) -> None:
        opened = self.client.post("/api/conversations", json={"language": self.language}).json()
        self.id, self.messages = opened["conversation_id"], opened["messages"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    def say(self, text: str | None = None, *, press: str | None = None) -> dict[str, Any]:
        """Send a text, or press the button with this title in the last reply."""
        body: dict[str, Any] = {"message_id": str(uuid.uuid4())}
        if press is not None:
            buttons = [button for message in self.messages for button in message["buttons"]]
            body["payload"] = next(b["payload"] for b in buttons if b["title"] == press)
        else:
            body["text"] = text
        response = self.client.post(
            f"/api/conversations/{self.id}/messages", json=body, headers=self.headers
        )
        reply: dict[str, Any] = response.json()
        assert response.status_code == 200, reply
        self.messages = reply["messages"]
        return reply


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The gateway's client, with the whole assistant behind it on the real content."""
    if not MODEL.exists():
        pytest.skip("no trained model: run `make train` first")
    folder = tmp_path_factory.mktemp("assistant")
    rasa_port, actions_port = _free_port(), _free_port()
    settings_of_the_run = {
        "DATABASE_URL": f"sqlite:///{folder / 'dalil.db'}",
        "DALIL_TRACKER_URL": f"sqlite:///{folder / 'dialogue.db'}",
        "DALIL_ROOM_SECRET": secrets.token_hex(16),
        "DALIL_RASA_URL": f"http://127.0.0.1:{rasa_port}",
        "DALIL_RATE_PER_CONVERSATION": "100000/minute",
        "DALIL_RATE_PER_ADDRESS": "100000/minute",
        "SANIC_HOST": "127.0.0.1",
    }
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        (ROOT / "endpoints.yml").read_text("utf-8").replace(":5055", f":{actions_port}"), "utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings_of_the_run.items():
            patch.setenv(name, value)
        _forget_settings()
        prepare_database()
        processes = [
            _start(
                folder / "actions.log",
                sys.executable,
                "-m",
                "rasa_sdk",
                "--actions",
                "actions.replies",
                "--port",
                str(actions_port),
            ),
            _start(
                folder / "rasa.log",
                str(PYTHON),
                "-m",
                "bot",
                "run",
                "--model",
                str(MODEL),
                "--interface",
                "127.0.0.1",
                "--port",
                str(rasa_port),
                "--endpoints",
                str(endpoints),
                "--credentials",
                "credentials.yml",
            ),
        ]
        try:
            _wait_for(f"http://127.0.0.1:{rasa_port}/webhooks/gateway/health", folder / "rasa.log")
            _wait_for(f"http://127.0.0.1:{actions_port}/health", folder / "actions.log")
            from gateway.app import create_app

            with TestClient(create_app()) as client:
                yield client
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            _forget_settings()


def _forget_settings() -> None:
    from database import session
    from settings import settings

    settings.cache_clear()
    session.engine.cache_clear()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(log: Path, *command: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=rasa_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_for(url: str, log: Path) -> None:
    started = time.monotonic()
    while time.monotonic() - started < READY_WITHIN_SECONDS:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.3)
    pytest.fail(f"{url} is not ready; its log ends:\n{log.read_text('utf-8', 'replace')[-2000:]}")
