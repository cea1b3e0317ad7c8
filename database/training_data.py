"""The sentences that staff decided, as files of Rasa training data: `data/nlu/<writing>/learnt.yml`.

They stand apart from the sentences that were written for the assistant, so that a change of them is
read at a glance. Rasa's form: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format
"""

from collections import defaultdict
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from database.console_tables import Lesson
from database.learning import LEARNABLE

FILE = "learnt.yml"
FOLDERS = {"fr": "fr", "ary-Arab": "ary_arab", "ary-Latn": "ary_latn"}
OUT_OF_SCOPE = "out_of_scope"
ENDLESS = 1_000_000


def learnt_files(data: Path, lessons: Iterable[Lesson]) -> dict[Path, str]:
    """What each file of learnt sentences under `data` will hold, with these lessons merged in.

    What stands there already stays, unless a lesson withdraws it or says otherwise of it. A file
    that would be empty is left out.
    """
    lessons = list(lessons)
    files = {}
    for writing in FOLDERS:
        path = learnt_path(data, writing)
        own = [lesson for lesson in lessons if lesson.writing == writing and lesson.text]
        intents = merged(read_examples(path), own)
        if intents or path.exists():
            files[path] = training_yaml(intents, writing)
    return files


def learnt_path(data: Path, writing: str) -> Path:
    """Where the learnt sentences of a writing stand."""
    return data / "nlu" / FOLDERS[writing] / FILE


def merged(held: dict[str, list[str]], lessons: Iterable[Lesson]) -> dict[str, list[str]]:
    """Sentences by intent, with those that the lessons withdraw taken out and the others put in."""
    lessons = list(lessons)
    spoken_of = {lesson.text for lesson in lessons}
    found: dict[str, list[str]] = defaultdict(list)
    for intent, texts in held.items():
        found[intent] += [text for text in texts if text not in spoken_of]
    for lesson in lessons:
        if lesson.decision in LEARNABLE and lesson.text:
            found[intent_of(lesson)].append(lesson.text)
    return {intent: sorted(set(texts)) for intent, texts in sorted(found.items()) if texts}


def intent_of(lesson: Lesson) -> str:
    """As what the assistant learns a sentence."""
    return lesson.intent or OUT_OF_SCOPE


def read_examples(path: Path) -> dict[str, list[str]]:
    """The sentences of a training file, by intent; none when there is no file."""
    if not path.exists():
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for block in YAML(typ="safe").load(path.read_text("utf-8"))["nlu"]:
        lines = block["examples"].splitlines()
        found[block["intent"]] += [line[2:].strip() for line in lines if line.startswith("- ")]
    return dict(found)


def training_yaml(intents: dict[str, list[str]], writing: str) -> str:
    """Sentences by intent as a training file of Rasa in the form of those beside it."""
    blocks = []
    for intent, texts in intents.items():
        metadata = CommentedMap({"writing": writing})
        metadata.fa.set_flow_style()
        examples = LiteralScalarString("".join(f"- {text}\n" for text in texts))
        blocks.append({"intent": intent, "metadata": metadata, "examples": examples})
    return _dumped({"version": DoubleQuotedScalarString("3.1"), "nlu": blocks})


def aliases_yaml(aliases: Iterable[tuple[str, str, str]]) -> str:
    """Aliases (subject, writing, words) as they stand in the entries of `content/facts`."""
    subjects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject_id, writing, alias in aliases:
        subjects[subject_id][writing].append(DoubleQuotedScalarString(alias))
    entries = [
        {"id": subject_id, "aliases": dict(by_writing)}
        for subject_id, by_writing in subjects.items()
    ]
    return _dumped(entries)


def _dumped(content: object) -> str:
    yaml = YAML()
    yaml.width = ENDLESS
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
