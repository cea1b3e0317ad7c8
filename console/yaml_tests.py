"""A conversation as a test of transcripts: what a person who teaches the assistant pastes in a file."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from database.tables import Turn
from gateway.masking import masked

# What the test expects of an answer that was judged; of a wrong one it expects nothing yet.
EXPECTED_OF_MISSED = "answered"


def transcript_test(turns: list[Turn], verdict: str | None) -> str:
    """The messages up to the last one, which is the one tested, as `tests/transcripts/*.yml` has them.

    Texts are masked once more. Only a right answer, or one not judged, is expected again as it was.
    """
    steps = [_said(turn) for turn in turns]
    last = turns[-1]
    if last.writing:
        steps[-1]["language"] = last.writing
    if verdict == "missed":
        steps[-1]["outcome"] = EXPECTED_OF_MISSED
    elif verdict in (None, "right"):
        steps[-1]["outcome"] = last.outcome
        if any(message.get("sources") for message in last.reply or ()):
            steps[-1]["sourced"] = True
    test = [CommentedMap(name=steps[-1].get("say") or steps[-1]["press"], turns=steps)]
    written = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.dump(test, written)
    return written.getvalue()


def _said(turn: Turn) -> CommentedMap:
    text = masked(turn.text or "").text
    step: dict[str, Any] = {"press" if turn.payload else "say": text}
    return CommentedMap(step)
