"""Visitor's text in, reply out, with the real assistant: the conversations in `*.yml` beside."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from ruamel.yaml import YAML

from tests.transcripts.conftest import Visitor

HERE = Path(__file__).parent
TRANSCRIPTS = [
    pytest.param(transcript, id=f"{path.stem}: {transcript['name']}")
    for path in sorted(HERE.glob("*.yml"))
    for transcript in YAML(typ="safe").load(path.read_text("utf-8"))
]


def plain(text: str) -> str:
    """A text with ordinary spaces and without direction marks."""
    return text.translate({0x202F: " ", 0xA0: " ", 0x2066: None, 0x2069: None})


@pytest.mark.parametrize("transcript", TRANSCRIPTS)
def test_transcript(assistant: TestClient, transcript: dict[str, Any]) -> None:
    visitor = Visitor(assistant, transcript.get("language", "fr"))
    for turn in transcript["turns"]:
        reply = visitor.say(turn.get("say"), press=turn.get("press"))
        told = plain("\n".join(message["text"] for message in reply["messages"]))
        where = f"{turn.get('say') or turn.get('press')!r} → {reply['outcome']} {told!r}"
        for key in ("outcome", "language"):
            if key in turn:
                assert reply[key] == turn[key], where
        for expected in turn.get("contains", ()):
            assert expected in told, where
        for unwanted in turn.get("lacks", ()):
            assert unwanted not in told, where
        if turn.get("sourced"):
            sources = [source for message in reply["messages"] for source in message["sources"]]
            assert sources, where
            assert all(s["url"].startswith("http") and s["checked_on"] for s in sources), where
        for title in turn.get("buttons", ()):
            assert title in [b["title"] for m in reply["messages"] for b in m["buttons"]], where
