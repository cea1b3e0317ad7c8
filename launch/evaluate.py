"""Measures intent understanding: `python -m launch.evaluate` writes docs/nlu/report.md and its picture.

`--check` only compares the figures with tests/nlu/floors.yml (exit code 1 below a floor);
`--tsv FILE` trains and measures the same pipeline on other labelled data (columns text, intent,
writing, split); `--baseline` measures Rasa's default pipeline on our data (trained once: an hour or so).
Runs itself again inside Rasa's environment, where the model's libraries are.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import logging
import os
import pickle
import random
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from launch.baseline import baseline

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
TRAINING = ROOT / "data" / "nlu"
TESTS = ROOT / "tests" / "nlu"
REPORT = ROOT / "docs" / "nlu"
CLASSIFIER = "bot.components.intent_classifier.SkeletonIntentClassifier"
WRITINGS = ("fr", "ary-Arab", "ary-Latn", "mixed")
FOLDS = 3
TIMED_MESSAGES = 300
CONFUSIONS_SHOWN = 25
BINS = 10


class Sentence(NamedTuple):
    """A labelled sentence."""

    text: str
    intent: str
    writing: str


class Outcome(NamedTuple):
    """What the model said of a sentence: best intent, what it acts on, probability, familiarity."""

    sentence: Sentence
    best: str
    chosen: str
    probability: float
    in_scope: float

    @property
    def right(self) -> bool:
        """Whether the best reading is the label."""
        return self.best == self.sentence.intent


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate as asked; 1 when a floor is not reached."""
    parser = argparse.ArgumentParser(prog="python -m launch.evaluate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the floors only")
    parser.add_argument("--tsv", type=Path, help="labelled data of your own")
    parser.add_argument("--baseline", action="store_true", help="Rasa's default pipeline instead")
    parser.add_argument("--model", type=Path, help="a trained model: its figures, as JSON")
    asked = parser.parse_args(arguments)
    if find_spec("sklearn") is None:
        return _inside_rasas_environment(sys.argv[1:] if arguments is None else arguments)
    if asked.tsv:
        return evaluate_tsv(asked.tsv)
    if asked.baseline:
        return evaluate_baseline()
    if asked.model:
        print(json.dumps(asyncio.run(figures_of_model(asked.model))))
        return 0
    return check() if asked.check else report()


def report() -> int:
    """Write the report and its picture; 1 when a floor is not reached."""
    training, development = training_sentences(), development_sentences()
    started = time.perf_counter()
    model = trained(training)
    seconds = time.perf_counter() - started
    outcomes = outcomes_of(model, development)
    figures = {
        "training sentences": len(training),
        "development sentences": len(development),
        "training seconds": round(seconds, 1),
        "milliseconds per message (median)": round(milliseconds(model, development), 1),
        "megabytes of the model": round(len(pickle.dumps(model)) / 1e6),
        "sentence vectors": settings_of_classifier()["sentence_vectors"],
    }
    lines = ["# How well intents are understood", "", *_preamble(), ""]
    lines += _table(("figure", "value"), figures.items())
    lines += ["", "## Per writing", "", *_per_writing(outcomes), ""]
    lines += ["## As strangers type on a phone", "", *_phone_style(model), ""]
    lines += ["## Cross-validation on the training sentences", "", *_cross_validation(training), ""]
    lines += ["## Out of scope", "", *_out_of_scope(outcomes), ""]
    lines += ["## Robustness", "", *_robustness(model, development), ""]
    lines += ["## Invented subjects", "", *_invented_subjects(model), ""]
    lines += ["## Words taken for names", "", *_false_names(model, development), ""]
    if (REPORT / "baseline.json").exists():
        lines += ["## Rasa's default pipeline", "", *_baseline_lines(), ""]
    lines += ["## Calibration and out of scope", "", "![curves](curves.png)", ""]
    lines += ["## Most frequent confusions", "", *_confusions(outcomes), ""]
    lines += ["## Per intent", "", *_per_intent(outcomes), ""]
    REPORT.mkdir(exist_ok=True)
    (REPORT / "report.md").write_text("\n".join(lines), encoding="utf-8")
    _draw(outcomes, REPORT / "curves.png")
    print("\n".join(lines[: lines.index("## Most frequent confusions")]))
    return _every_floor_reached(outcomes)


def check() -> int:
    """Compare the development figures with the floors; 1 when one is not reached."""
    model = trained(training_sentences())
    return _every_floor_reached(outcomes_of(model, development_sentences()))


def evaluate_tsv(path: Path) -> int:
    """Train on the rows whose split is `train`, measure on those whose split is `test`."""
    splits: dict[str, list[Sentence]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            splits[row["split"]].append(Sentence(row["text"], row["intent"], row["writing"]))
    started = time.perf_counter()
    model = trained(splits["train"])
    print(f"{len(splits['train'])} sentences learnt in {time.perf_counter() - started:.0f} s")
    print("\n".join(_per_writing(outcomes_of(model, splits["test"]))))
    print(f"{milliseconds(model, splits['test']):.1f} ms a message (median)")
    return 0


# Data


def training_sentences() -> list[Sentence]:
    """The sentences of data/nlu."""
    return [s for path in sorted(TRAINING.rglob("*.yml")) for s in read_sentences(path)]


def development_sentences() -> list[Sentence]:
    """The sentences of tests/nlu/development, which no model has learnt."""
    return [
        s for path in sorted((TESTS / "development").glob("*.yml")) for s in read_sentences(path)
    ]


def phone_sentences() -> list[Sentence]:
    """The sentences of tests/nlu/phone_style.yml, written as strangers type, judged once a release."""
    return read_sentences(TESTS / "phone_style.yml")


def read_sentences(path: Path) -> list[Sentence]:
    """The labelled sentences of a file in Rasa's format."""
    found = []
    for block in _yaml(path)["nlu"]:
        writing = {"ary_arab": "ary-Arab", "ary_latn": "ary-Latn"}.get(
            block["metadata"]["writing"], block["metadata"]["writing"]
        )
        lines = (line.strip() for line in block["examples"].splitlines())
        found += [Sentence(x[2:].strip(), block["intent"], writing) for x in lines if x[:2] == "- "]
    return found


def _yaml(path: Path) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


# The model


def settings_of_classifier() -> dict[str, Any]:
    """The classifier's settings: its defaults, and what config.yml says."""
    from bot.nlu.decision import DEFAULTS

    pipeline = _yaml(ROOT / "config.yml")["pipeline"]
    return {**DEFAULTS, **next(part for part in pipeline if part["name"] == CLASSIFIER)}


def trained(sentences: Sequence[Sentence]) -> Any:
    """The model of the pipeline, trained on these sentences."""
    from bot.nlu.intent import IntentModel

    settings = settings_of_classifier()
    model = IntentModel(settings["inverse_regularisation"], settings["sentence_vectors"])
    return model.fit([s.text for s in sentences], [s.intent for s in sentences])


def outcomes_of(model: Any, sentences: Sequence[Sentence]) -> list[Outcome]:
    """What the model says of each sentence."""
    from bot.nlu.decision import Thresholds, chosen

    thresholds = Thresholds.of(settings_of_classifier())
    return [
        Outcome(
            s,
            reading.ranking[0][0],
            chosen(reading, thresholds),
            reading.ranking[0][1],
            reading.in_scope,
        )
        for s, reading in zip(sentences, model.read_all([s.text for s in sentences]), strict=True)
    ]


def milliseconds(model: Any, sentences: Sequence[Sentence]) -> float:
    """The median time to decide one message."""
    from bot.nlu.decision import Thresholds, decide

    thresholds, taken = Thresholds.of(settings_of_classifier()), []
    for sentence in random.Random(0).sample(list(sentences), min(TIMED_MESSAGES, len(sentences))):
        started = time.perf_counter()
        decide(model, sentence.text, thresholds)
        taken.append(1000 * (time.perf_counter() - started))
    return sorted(taken)[len(taken) // 2]


# Figures


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """The mean F1 of the intents in (label, prediction) pairs."""
    scores = [score["f1"] for score in scores_by_intent(pairs).values()]
    return sum(scores) / len(scores)


def scores_by_intent(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of sentences of each labelled intent."""
    pairs = list(pairs)
    labels, said = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    hits = Counter(a for a, b in pairs if a == b)
    return {
        intent: {
            "precision": hits[intent] / said[intent] if said[intent] else 0.0,
            "recall": hits[intent] / labels[intent],
            "f1": 2 * hits[intent] / (labels[intent] + said[intent]),
            "sentences": labels[intent],
        }
        for intent in sorted(labels)
    }


def _regular(outcomes: Iterable[Outcome], writing: str) -> list[Outcome]:
    """A writing's sentences, without the many that are only there to measure what is out of scope."""
    chosen = [o for o in outcomes if o.sentence.writing == writing]
    inside = [o for o in chosen if o.sentence.intent != "out_of_scope"]
    outside = [o for o in chosen if o.sentence.intent == "out_of_scope"]
    per_intent = max(1, len(inside) // max(1, len({o.sentence.intent for o in inside})))
    return inside + outside[:per_intent]


def figures_per_writing(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Accuracy, macro-F1 and how the decisions fall, for each writing."""
    found = {}
    for writing in sorted({o.sentence.writing for o in outcomes}, key=_order):
        own = _regular(outcomes, writing)
        inside = [o for o in own if o.sentence.intent != "out_of_scope"]
        outside = [
            o
            for o in outcomes
            if o.sentence.intent == "out_of_scope" and o.sentence.writing == writing
        ]
        found[writing] = {
            "sentences": len(own),
            "accuracy": _share(own, lambda o: o.right),
            "macro_f1": macro_f1((o.sentence.intent, o.best) for o in own),
            "answered_rightly": _share(inside, lambda o: o.chosen == o.sentence.intent),
            "asked": _share(inside, lambda o: o.chosen == "nlu_fallback"),
            "rejected": _share(inside, lambda o: o.chosen == "out_of_scope"),
            "outside_answered": _share(
                outside, lambda o: o.chosen not in ("out_of_scope", "nlu_fallback")
            ),
            "outside_asked": _share(outside, lambda o: o.chosen == "nlu_fallback"),
        }
    return found


def below_floors(outcomes: Sequence[Outcome]) -> list[str]:
    """Which figures of the development sentences are below their floor, a line each."""
    floors, figures = _yaml(TESTS / "floors.yml"), figures_per_writing(outcomes)
    return [
        f"{writing}: {name} {figures[writing][name]:.3f}, floor {floor}"
        for writing, least in floors.items()
        for name, floor in least.items()
        if figures[writing][name] < floor
    ]


def _every_floor_reached(outcomes: Sequence[Outcome]) -> int:
    misses = below_floors(outcomes)
    print("\n".join(misses) or "every floor is reached")
    return 1 if misses else 0


def _share(items: Sequence[Any], holds: Callable[[Any], bool]) -> float:
    return sum(map(holds, items)) / len(items) if items else 0.0


def _order(writing: str) -> tuple[int, str]:
    return (WRITINGS.index(writing) if writing in WRITINGS else len(WRITINGS), writing)


# Sections of the report


def _preamble() -> list[str]:
    return [
        "Written by `python -m launch.evaluate`; what the figures mean: [nlu.md](../nlu.md).",
        "The development sentences (`tests/nlu/development`) are never learnt.",
    ]


def _per_writing(outcomes: Sequence[Outcome]) -> list[str]:
    figures = figures_per_writing(outcomes)
    names = list(next(iter(figures.values())))
    head = ("writing", *(name.replace("_", " ") for name in names))
    return _table(head, ((w, *(_shown(f[name]) for name in names)) for w, f in figures.items()))


def _phone_style(model: Any) -> list[str]:
    """Each sentence that was not acted on as it was meant, and how many were."""
    outcomes = outcomes_of(model, phone_sentences())
    rows = []
    for writing in sorted({o.sentence.writing for o in outcomes}, key=_order):
        own = [o for o in outcomes if o.sentence.writing == writing]
        acted = _share(own, lambda o: o.chosen == o.sentence.intent)
        rows.append((writing, len(own), _shown(_share(own, lambda o: o.right)), _shown(acted)))
    missed = [o for o in outcomes if o.chosen != o.sentence.intent]
    return [
        "The sentences of `tests/nlu/phone_style.yml`, never learnt; no threshold was set on them.",
        "",
        *_table(("writing", "sentences", "best reading right", "acted on rightly"), rows),
        "",
        *_table(
            ("not acted on rightly", "meant", "best reading", "done"),
            ((o.sentence.text, o.sentence.intent, o.best, o.chosen) for o in missed),
        ),
    ]


def _cross_validation(sentences: Sequence[Sentence]) -> list[str]:
    """Each third judged by a model of the others, without sentence vectors (they are slow).

    Sentences of the same consonants stay in the same third, however they are spelled.
    """
    from bot.nlu.intent import IntentModel
    from bot.nlu.skeleton import skeletons

    keys = ["".join(skeletons(s.text)) or s.text for s in sentences]
    groups = sorted(set(keys))
    fold_of = dict(zip(groups, random.Random(0).choices(range(FOLDS), k=len(groups)), strict=True))
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for fold in range(FOLDS):
        rest = [s for s, key in zip(sentences, keys, strict=True) if fold_of[key] != fold]
        held_out = [s for s, key in zip(sentences, keys, strict=True) if fold_of[key] == fold]
        model = IntentModel().fit([s.text for s in rest], [s.intent for s in rest])
        for sentence, reading in zip(
            held_out, model.read_all([s.text for s in held_out]), strict=True
        ):
            pairs[sentence.writing].append((sentence.intent, reading.ranking[0][0]))
    rows = [
        (w, len(p), _shown(_share(p, lambda x: x[0] == x[1])), _shown(macro_f1(p)))
        for w, p in sorted(pairs.items(), key=lambda item: _order(item[0]))
    ]
    return [
        "Lower than the development figures, for the training sentences avoid twins: each left out",
        "is often the only one of its wording.",
        "",
        *_table(("writing", "sentences", "accuracy", "macro-F1"), rows),
    ]


def _out_of_scope(outcomes: Sequence[Outcome]) -> list[str]:
    """For several thresholds: who is answered though outside, who is not though inside."""
    rows = []
    for threshold in (0.0, 0.5, 0.65, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99):
        row: list[Any] = [threshold]
        for writing in WRITINGS:
            inside, outside = _answered(outcomes, writing, threshold)
            row += [f"{_shown(outside)} / {_shown(1 - inside)}"]
        rows.append(row)
    return [
        "Share of out-of-scope sentences answered / share of in-scope sentences not answered",
        "(asked or rejected), if only readings above the threshold were answered:",
        "",
        *_table(("in-scope score", *WRITINGS), rows),
    ]


def _answered(outcomes: Iterable[Outcome], writing: str, threshold: float) -> tuple[float, float]:
    """The shares answered at a threshold: inside, outside."""
    own = [o for o in outcomes if o.sentence.writing == writing]

    def answered(o: Outcome) -> bool:
        return o.best != "out_of_scope" and o.in_scope >= threshold

    inside = [o for o in own if o.sentence.intent != "out_of_scope"]
    outside = [o for o in own if o.sentence.intent == "out_of_scope"]
    return _share(inside, answered), _share(outside, answered)


def _without_accents(text: str, chance: random.Random) -> str:
    return text.translate(str.maketrans("éèêëàâîïôùûçأإآة", "eeeeaaiiouucاااه"))


def _with_a_typo(text: str, chance: random.Random) -> str:
    """Two neighbouring letters of a long word change places."""
    places = [m.start() + 1 for m in re.finditer(r"[^\W\d_]{5,}", text)]
    if not places:
        return text
    i = chance.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _with_a_doubled_letter(text: str, chance: random.Random) -> str:
    places = [m.start() for m in re.finditer(r"[^\W\d_]", text)]
    i = chance.choice(places) if places else 0
    return text[:i] + text[i : i + 1] + text[i:]


def _polite(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(['عفاك', 'من فضلك'] if _is_arabic(text) else ['svp', 'merci'])}"


def _is_arabic(text: str) -> bool:
    return bool(re.search(r"[\u0600-\u06ff]", text))


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "accents and hamzas lost": _without_accents,
    "one typing mistake": _with_a_typo,
    "a doubled letter": _with_a_doubled_letter,
    "upper case": lambda text, chance: text.upper(),
    "politeness": _polite,
    "emoji": lambda text, chance: f"{text} 🙏😊",
}


def _robustness(model: Any, sentences: Sequence[Sentence]) -> list[str]:
    """Share of readings that change when the same thing is written a little differently."""
    rows: list[list[Any]] = [[name] for name in CHANGES]
    for writing in WRITINGS:
        texts = [s.text for s in sentences if s.writing == writing]
        before = [r.ranking[0][0] for r in model.read_all(texts)]
        for row, change in zip(rows, CHANGES.values(), strict=True):
            chance = random.Random(0)
            after = model.read_all([change(text, chance) for text in texts])
            row.append(
                _shown(
                    _share(
                        list(zip(before, after, strict=True)),
                        lambda pair: pair[0] != pair[1].ranking[0][0],
                    )
                )
            )
    return ["Share of predictions that change:", "", *_table(("change", *WRITINGS), rows)]


def _invented_subjects(model: Any) -> list[str]:
    """Whether questions about things that do not exist keep their intent; whether the name is seen."""
    invented = _yaml(TESTS / "invented_subjects.yml")
    rows = []
    for writing, given in invented.items():
        kept, seen, seen_in_lower_case, total = 0, 0, 0, 0
        for intent, frames in given["questions"].items():
            texts = [frame.format(name) for frame in frames for name in given["names"]]
            for text, reading in zip(texts, model.read_all(texts), strict=True):
                total += 1
                kept += reading.ranking[0][0] == intent
                seen += bool(model.unknown_words(text))
                seen_in_lower_case += bool(model.unknown_words(text.lower()))
        shares = (kept / total, seen / total, seen_in_lower_case / total)
        rows.append((writing, total, *map(_shown, shares)))
    head = (
        "writing",
        "questions",
        "intent kept",
        "a name is seen",
        "a name is seen, in lower case",
    )
    return _table(head, rows)


def _false_names(model: Any, sentences: Sequence[Sentence]) -> list[str]:
    """How often small talk and dialogue, which name nothing, seem to hold a name."""
    talk = {block["intent"] for block in _blocks("dialogue.yml") + _blocks("small_talk.yml")}
    rows = []
    for writing in WRITINGS:
        own = [s for s in sentences if s.writing == writing and s.intent in talk]
        rows.append(
            (writing, len(own), _shown(_share(own, lambda s: bool(model.unknown_words(s.text)))))
        )
    return _table(
        ("writing", "sentences of small talk and dialogue", "hold a word taken for a name"), rows
    )


def _blocks(name: str) -> list[Any]:
    return list(_yaml(TRAINING / "fr" / name)["nlu"])


def _confusions(outcomes: Sequence[Outcome]) -> list[str]:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for writing in WRITINGS:
        for outcome in _regular(outcomes, writing):
            if not outcome.right:
                counts[outcome.sentence.intent, outcome.best][writing] += 1
    worst = sorted(counts.items(), key=lambda item: -sum(item[1].values()))[:CONFUSIONS_SHOWN]
    rows = ((a, b, *(count[w] for w in WRITINGS)) for (a, b), count in worst)
    return _table(("meant", "read as", *WRITINGS), rows)


def _per_intent(outcomes: Sequence[Outcome]) -> list[str]:
    scores = {
        w: scores_by_intent((o.sentence.intent, o.best) for o in _regular(outcomes, w))
        for w in WRITINGS
    }
    rows = [
        (intent, *(_three(scores[w].get(intent)) for w in WRITINGS))
        for intent in sorted(scores["fr"])
    ]
    return ["Precision / recall / F1:", "", *_table(("intent", *WRITINGS), rows)]


def _three(score: dict[str, float] | None) -> str:
    if score is None:
        return ""
    return " / ".join(_shown(score[name]) for name in ("precision", "recall", "f1"))


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def _draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Calibration (how often a probability holds) and the out-of-scope curve, a line per writing."""
    import matplotlib  # type: ignore[import-not-found]

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5))
    for writing in WRITINGS:
        own = _regular(outcomes, writing)
        bins: dict[int, list[Outcome]] = defaultdict(list)
        for outcome in own:
            bins[min(BINS - 1, int(outcome.probability * BINS))].append(outcome)
        points = [
            (sum(o.probability for o in held) / len(held), _share(held, lambda o: o.right))
            for _, held in sorted(bins.items())
        ]
        left.plot(*zip(*points, strict=True), marker="o", label=writing)
        curve = [_answered(outcomes, writing, 1 - 0.9**step) for step in range(100)]
        right.plot(
            [1 - inside for inside, _ in curve], [outside for _, outside in curve], label=writing
        )
    left.plot([0, 1], [0, 1], "k:", linewidth=1)
    left.set(xlabel="probability given", ylabel="share that was right", title="Calibration")
    right.set(
        xlabel="in-scope sentences not answered",
        ylabel="out-of-scope sentences answered",
        title="Out of scope",
        xlim=(0, 0.5),
    )
    left.legend()
    right.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})


# Trained models of Rasa: ours, and its default pipeline on the same data


def evaluate_baseline() -> int:
    """Measure Rasa's default pipeline, trained if need be; the figures go to docs/nlu/baseline.json."""
    held = baseline()
    figures = asyncio.run(figures_of_model(held.model)) | {
        f"training {name}": held.training[name] for name in ("sentences", "epochs", "seconds")
    }
    REPORT.mkdir(exist_ok=True)
    (REPORT / "baseline.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print("\n".join(_baseline_lines()))
    return 0


async def figures_of_model(path: Path) -> dict[str, Any]:
    """What a trained model of Rasa makes of the development sentences, and the time it takes."""
    from rasa.core.agent import Agent  # type: ignore[import-not-found]
    from rasa.utils.log_utils import configure_structlog  # type: ignore[import-not-found]

    configure_structlog(logging.WARNING)  # else every message is told
    agent = Agent.load(str(path))
    outcomes, taken = [], []
    for sentence in development_sentences():
        started = time.perf_counter()
        said = await agent.parse_message(sentence.text)
        taken.append(1000 * (time.perf_counter() - started))
        best = next(r for r in said["intent_ranking"] if r["name"] != "nlu_fallback")
        p = float(best["confidence"])
        outcomes.append(Outcome(sentence, best["name"], said["intent"]["name"], p, p))
    figures = figures_per_writing(outcomes)
    return {
        "accuracy": {w: round(f["accuracy"], 3) for w, f in figures.items()},
        "macro-F1": {w: round(f["macro_f1"], 3) for w, f in figures.items()},
        "milliseconds per message (median)": round(sorted(taken)[len(taken) // 2], 1),
        "megabytes resident": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _baseline_lines() -> list[str]:
    figures = json.loads((REPORT / "baseline.json").read_text(encoding="utf-8"))
    rows = [
        (f"{name}, {w}", value)
        for name in ("accuracy", "macro-F1")
        for w, value in figures.pop(name, {}).items()
    ]
    return [
        "Rasa's own default (tests/load/baseline/config.yml) on our sentences (`--baseline`):",
        "",
        *_table(("figure", "value"), [*rows, *figures.items()]),
    ]


def _inside_rasas_environment(arguments: Sequence[str]) -> int:
    variables = {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    command = [str(PYTHON), "-m", "launch.evaluate", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables).returncode


if __name__ == "__main__":
    sys.exit(main())
