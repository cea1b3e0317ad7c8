"""The transcripts of the computation, without Rasa: each message is understood as it says itself."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy.orm import Session

from settings import ROOT
from tests.unit.answers.simulation_talk import Talk

MOST_MESSAGES = 8
TRANSCRIPTS = [
    pytest.param(transcript, id=f"{path.stem}: {transcript['name']}")
    for path in sorted((ROOT / "tests" / "transcripts").glob("simulation*.yml"))
    for transcript in YAML(typ="safe").load(Path(path).read_text("utf-8"))
]


@pytest.mark.parametrize("transcript", TRANSCRIPTS)
def test_transcript(session: Session, transcript: dict[str, Any]) -> None:
    talk = Talk(session, transcript["language"])
    assert len(transcript["turns"]) <= MOST_MESSAGES
    for turn in transcript["turns"]:
        reply = (
            talk.press(turn["press"]) if "press" in turn else talk.say(turn["say"], turn["intent"])
        )
        where = f"{turn.get('say') or turn['press']!r} → {reply.outcome} {talk.text!r}"
        assert reply.outcome == turn["outcome"], where
        for expected in turn.get("contains", ()):
            assert expected in talk.text, where
        for unwanted in turn.get("lacks", ()):
            assert unwanted not in talk.text, where
        for title in turn.get("buttons", ()):
            assert title in [shown for shown, _ in talk.buttons], where
        if turn.get("sourced"):
            sources = [source for message in reply.messages for source in message.sources]
            assert sources, where
            assert all(s.url.startswith("http") and s.checked_on for s in sources), where
