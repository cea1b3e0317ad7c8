"""What measured visitors say: conversations.yml, with unlearnt questions drawn in between."""

import itertools
import random
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
DEVELOPMENT = HERE.parent / "nlu" / "development"
FILES = {"fr": "fr.yml", "ary-Arab": "ary_arab.yml", "ary-Latn": "ary_latn.yml"}
DRAWN_QUESTIONS = 3
# A long conversation asks these in turn: what the 2nd turn asked, the 100th asks again.
LONG_CYCLE = (
    "c'est quoi le dispositif TPME ?",
    "et les conditions ?",
    "شحال البريم ديال فاس شور؟",
    "w chno chorout ?",
    "étapes pour créer une SARL",
    "et ensuite ?",
    "quelles aides pour l'agroalimentaire à Taza ?",
)


@cache
def scripts() -> list[dict[str, Any]]:
    """The conversations of conversations.yml."""
    found: list[dict[str, Any]] = YAML(typ="safe").load(
        (HERE / "conversations.yml").read_text("utf-8")
    )
    return found


@cache
def questions(writing: str) -> list[str]:
    """The development sentences of a writing that ask for an aspect or a list."""
    blocks = YAML(typ="safe").load((DEVELOPMENT / FILES[writing]).read_text("utf-8"))["nlu"]
    return [
        line.removeprefix("- ").strip()
        for block in blocks
        if block["intent"].startswith("ask_")
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]


def conversation(number: int) -> list[str]:
    """What is said in the conversation with this number: the same at every run and door."""
    script = scripts()[number % len(scripts())]
    drawn = random.Random(number).sample(questions(script["writing"]), DRAWN_QUESTIONS)
    return [*script["says"], *drawn]


def long_conversation(turns: int) -> list[str]:
    """A conversation of so many turns."""
    return list(itertools.islice(itertools.cycle(LONG_CYCLE), turns))


def turns_per_conversation() -> float:
    """How many turns a conversation has on average."""
    return mean(len(script["says"]) for script in scripts()) + DRAWN_QUESTIONS
