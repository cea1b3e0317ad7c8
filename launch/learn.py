"""`dalil learn`: the assistant learns what staff decided, and keeps it only when it is no worse.

A candidate is trained beside the assistant that runs, both are asked the same sentences, and the
candidate takes its place only when no floor is broken, no writing falls and no more is lost than won.
"""

import fcntl
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.nlu.folding import words
from database.console_tables import LearningReport, Lesson
from database.learning import (
    LEARNABLE,
    WITHDRAWN,
    add_report,
    are_still_decided,
    every_lesson,
    mark_learnt,
    mark_unlearnt,
    reports,
    sentences_confirmed,
)
from database.session import open_session
from database.training_data import FILE, intent_of, learnt_files
from launch.activation import activate, is_trained, model_of, put_back
from launch.evaluate import Outcome, Sentence, below_floors, figures_per_writing, read_sentences
from launch.rasa import PYTHON, rasa, rasa_environment
from settings import ROOT

# A sentence as near as this to one that measures would measure itself: tests/nlu holds the same.
LONGEST_SHARED = 4
TOO_ALIKE = 90
# How far the macro-F1 of a writing may fall: less is noise of single sentences.
FALL_ALLOWED = 0.01
SHOWN = 200
FIGURES = ("macro_f1", "answered_rightly")

Trains = Callable[[Path, Path], None]
Compares = Callable[[Path, Path, Sequence[Sentence]], tuple[list[Outcome], list[Outcome]]]


class LearningFailed(Exception):
    """Why nothing could be learnt, in one line."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence that both models are asked; `kind`: development, confirmed or taught."""

    sentence: Sentence
    kind: str


def learn(
    root: Path = ROOT,
    *,
    at: datetime,
    dry_run: bool = False,
    train: Trains | None = None,
    compare: Compares | None = None,
) -> LearningReport | None:
    """Learn the decided sentences that wait; the report, None when none waits.

    With `dry_run` all is tried and nothing changed. Raises `LearningFailed`.
    """
    with _alone(root):
        if not is_trained(root):
            raise LearningFailed(
                "the model is not made from the present sources: `make train` first"
            )
        with open_session() as session:
            lessons = every_lesson(session)
            confirmed = sentences_confirmed(session)
        if not any(_waits(lesson) for lesson in lessons):
            return None
        development = _sentences_of(root / "tests" / "nlu" / "development")
        refused = left_out(lessons, _sentences_of(root / "data" / "nlu", but=FILE), development)
        taught = [lesson for lesson in lessons if lesson.id not in refused]
        work = _prepared(root, taught)
        candidate = work / "candidate.tar.gz"
        started = time.monotonic()
        (train or train_candidate)(work / "data", candidate)
        seconds = round(time.monotonic() - started)
        cases = [
            *(Case(sentence, "development") for sentence in development),
            *(Case(Sentence(*each), "confirmed") for each in confirmed),
            *(
                Case(Sentence(lesson.text or "", intent_of(lesson), lesson.writing), "taught")
                for lesson in taught
                if lesson.decision in LEARNABLE
            ),
        ]
        asked = [case.sentence for case in cases]
        before, after = (compare or compare_models)(model_of(root), candidate, asked)
        content = compared(cases, before, after)
        content |= {
            "added": sum(_waits(x) and x.decision in LEARNABLE for x in taught),
            "withdrawn": sum(x.decision == WITHDRAWN for x in taught),
            "left_out": [_left_out_line(x, refused[x.id]) for x in lessons if x.id in refused],
            "seconds": seconds,
        }
        outcome = "refused" if content["refused"] else "tried" if dry_run else "activated"
        with open_session() as session:
            report = add_report(session, outcome=outcome, content=content, at=at)
            if outcome == "activated":
                if not are_still_decided(session, lessons):
                    raise LearningFailed("a decision was taken back meanwhile: run it again")
                files = learnt_files(root / "data", taught)
                mark_learnt(session, taught, at=at)
                # Last, for files do not come back when the database fails.
                activate(root, files, candidate)
            return report


def left_out(
    lessons: Sequence[Lesson], training: Sequence[Sentence], development: Sequence[Sentence]
) -> dict[int, str]:
    """Which lessons cannot be learnt, by id, and why: `measures`, `contradicts` or `unknown`.

    A sentence that measures how well others are understood is not learnt, nor one that is learnt
    as something else already, nor one whose intent is no longer.
    """
    measuring = [
        " ".join(found) for s in development if len(found := words(s.text)) > LONGEST_SHARED
    ]
    intents = {sentence.intent for sentence in training}
    known = {tuple(words(sentence.text)): sentence.intent for sentence in training}
    reasons = {}
    for lesson in lessons:
        if lesson.decision not in LEARNABLE:
            continue
        said = tuple(words(lesson.text or ""))
        intent = intent_of(lesson)
        if intent not in intents:
            reasons[lesson.id] = "unknown"
        elif known.setdefault(said, intent) != intent:
            reasons[lesson.id] = "contradicts"
        elif len(said) > LONGEST_SHARED and process.extractOne(
            " ".join(said), measuring, scorer=fuzz.ratio, score_cutoff=TOO_ALIKE
        ):
            reasons[lesson.id] = "measures"
    return reasons


def compared(
    cases: Sequence[Case], before: Sequence[Outcome], after: Sequence[Outcome]
) -> dict[str, Any]:
    """What changed from one model to the other, and why the second is refused, if it is.

    What a visitor said in a conversation is not told: a report outlives conversations.
    """
    won, lost, missed = [], [], []
    for case, old, new in zip(cases, before, after, strict=True):
        line = {
            "text": None if case.kind == "confirmed" else case.sentence.text,
            "kind": case.kind,
            "writing": case.sentence.writing,
            "intent": case.sentence.intent,
            "before": old.chosen,
            "after": new.chosen,
        }
        if _understood(new) and not _understood(old):
            won.append(line)
        elif _understood(old) and not _understood(new):
            lost.append(line)
        if case.kind == "taught" and not _understood(new):
            missed.append(line)
    measured = [at for at, case in enumerate(cases) if case.kind == "development"]
    held = figures_per_writing([before[at] for at in measured])
    now = figures_per_writing([after[at] for at in measured])
    refused: list[dict[str, Any]] = [
        {"reason": "floor", "detail": miss} for miss in below_floors([after[at] for at in measured])
    ]
    refused += [
        {
            "reason": "fell",
            "detail": f"{w}: macro_f1 {held[w]['macro_f1']:.3f} → {now[w]['macro_f1']:.3f}",
        }
        for w in now
        if now[w]["macro_f1"] < held[w]["macro_f1"] - FALL_ALLOWED
    ]
    if len(lost) > len(won):
        refused.append({"reason": "more_lost", "detail": f"{len(lost)} > {len(won)}"})
    return {
        "figures": {
            writing: {"sentences": now[writing]["sentences"]}
            | {
                name: [round(held[writing][name], 4), round(now[writing][name], 4)]
                for name in FIGURES
            }
            for writing in now
        },
        "won": won[:SHOWN],
        "lost": lost[:SHOWN],
        "won_count": len(won),
        "lost_count": len(lost),
        "missed": missed[:SHOWN],
        "refused": refused,
    }


def go_back(root: Path = ROOT, *, at: datetime) -> LearningReport:
    """Put back the model and the sentences before the last learning, which waits again.

    Raises `LearningFailed` when nothing was kept.
    """
    with _alone(root), open_session() as session:
        last = next((each for each in reports(session) if each.outcome == "activated"), None)
        if last is not None:
            mark_unlearnt(session, learnt_at=last.at)
        report = add_report(session, outcome="put_back", content={}, at=at)
        if not put_back(root):
            raise LearningFailed("no earlier model was kept")
        return report


def train_candidate(data: Path, candidate: Path) -> None:
    """Train an assistant on `data`. Raises `LearningFailed`."""
    log = candidate.with_name("training.log")
    name = candidate.name.removesuffix(".tar.gz")
    arguments = ["train", "--fixed-model-name", name, "--out", str(candidate.parent)]
    with log.open("w") as output:
        failed = rasa([*arguments, "--data", str(data)], output=output) != 0
    if failed or not candidate.exists():
        raise LearningFailed(f"training failed; see {log}")


def compare_models(
    before: Path, after: Path, sentences: Sequence[Sentence]
) -> tuple[list[Outcome], list[Outcome]]:
    """What two trained assistants understand of each sentence. Raises `LearningFailed`."""
    asked, found = after.with_name("sentences.json"), after.with_name("found.json")
    asked.write_text(json.dumps(sentences, ensure_ascii=False), encoding="utf-8")
    command = [str(PYTHON), "-m", "launch.compare", str(before), str(after), str(asked), str(found)]
    done = subprocess.run(
        command, cwd=ROOT, env=rasa_environment(), stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise LearningFailed(f"the models could not be compared: {done.stderr.strip()[-300:]}")
    old, new = (
        [Outcome(sentence, *said) for sentence, said in zip(sentences, each, strict=True)]
        for each in json.loads(found.read_text("utf-8"))
    )
    # Sentences of conversations are kept nowhere else.
    asked.unlink()
    return old, new


def lines_of(report: LearningReport) -> Iterator[str]:
    """A report as the command line prints it."""
    content = report.content
    for writing, figures in content.get("figures", {}).items():
        told = ", ".join(
            f"{name} {figures[name][0]:.3f} → {figures[name][1]:.3f}" for name in FIGURES
        )
        yield f"{writing}: {told} ({figures['sentences']} sentences)"
    for name in ("won", "lost"):
        for line in content.get(name, ()):
            said = line["text"] or "(a sentence of a conversation)"
            yield f"{name}  {line['writing']}  {said}  [{line['before']} → {line['after']}]"
    for line in content.get("left_out", ()):
        yield f"left out ({line['reason']})  {line['text']}"
    for line in content.get("missed", ()):
        yield f"taught, still read as {line['after']}  {line['text']}"
    for reason in content.get("refused", ()):
        yield f"refused: {reason['reason']} ({reason['detail']})"
    counts = f"{content.get('won_count', 0)} won, {content.get('lost_count', 0)} lost"
    yield f"{report.outcome}: {content.get('added', 0)} sentences added; {counts}"


def _understood(outcome: Outcome) -> bool:
    return outcome.chosen == outcome.sentence.intent


def _waits(lesson: Lesson) -> bool:
    return lesson.decision == WITHDRAWN or lesson.learnt_at is None


def _left_out_line(lesson: Lesson, reason: str) -> dict[str, Any]:
    return {"text": lesson.text, "writing": lesson.writing, "intent": intent_of(lesson)} | {
        "reason": reason
    }


def _prepared(root: Path, lessons: Sequence[Lesson]) -> Path:
    """A fresh copy of the training data with the lessons in it, and nothing else."""
    work = root / "var" / "learning"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(root / "data", work / "data")
    for path, text in learnt_files(work / "data", lessons).items():
        path.write_text(text, encoding="utf-8")
    return work


def _sentences_of(folder: Path, *, but: str = "") -> list[Sentence]:
    paths = [path for path in sorted(folder.rglob("*.yml")) if path.name != but]
    return [sentence for path in paths for sentence in read_sentences(path)]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the only right to learn. Raises `LearningFailed` when another process holds it."""
    (root / "var").mkdir(exist_ok=True)
    with (root / "var" / "learning.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LearningFailed("another learning is under way") from error
        yield
