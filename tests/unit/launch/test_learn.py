"""`dalil learn`: what becomes of decided sentences; training and measuring are played by stand-ins."""

import fcntl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import dalil
from database.console_tables import LearningReport, Lesson
from database.learning import (
    Decision,
    count_waiting,
    decide,
    reports,
    take_back,
)
from database.learning import (
    Sentence as Taught,
)
from database.session import open_session
from database.staff import add_staff
from database.training_data import read_examples
from launch import learn as learning
from launch.activation import model_of
from launch.evaluate import Outcome, Sentence
from launch.learn import LearningFailed, go_back, learn
from launch.train import mark_of_sources

NOW = datetime(2026, 11, 23, 21, tzinfo=UTC)
WRITINGS = {"fr": "fr", "ary_arab": "ary-Arab", "ary_latn": "ary-Latn"}
TRAINING = """version: "3.1"
nlu:
- intent: ask_amount
  metadata: {{writing: {writing}}}
  examples: |
    - combien donne la prime {writing}
- intent: greet
  metadata: {{writing: {writing}}}
  examples: |
    - bonjour {writing}
- intent: out_of_scope
  metadata: {{writing: {writing}}}
  examples: |
    - quel temps fait il {writing}
"""
DEVELOPMENT = """version: "3.1"
nlu:
- intent: ask_amount
  metadata: {{writing: {writing}}}
  examples: |
    - pouvez vous me dire combien donne cette aide {writing}
- intent: greet
  metadata: {{writing: {writing}}}
  examples: |
    - salut tout le monde {writing}
"""

Reads = Callable[[Sentence], str]


def rightly(sentence: Sentence) -> str:
    """A model that understands everything."""
    return sentence.intent


def knowing(*texts: str) -> Reads:
    """A model that understands all but these."""
    return lambda sentence: "nlu_fallback" if sentence.text in texts else sentence.intent


class Stage:
    """A project of its own, with a made-up model, and models that answer as they are told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.trained_on: list[dict[str, list[str]]] = []
        self.before: Reads = rightly
        self.after: Reads = rightly
        for name in ("config.yml", "domain.yml", "bot/uv.lock", "bot/nlu/x.py"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("made up")
        for folder, writing in WRITINGS.items():
            path = root / "data" / "nlu" / folder / "aspects.yml"
            path.parent.mkdir(parents=True)
            path.write_text(TRAINING.format(writing=writing), "utf-8")
            path = root / "tests" / "nlu" / "development" / f"{folder}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(DEVELOPMENT.format(writing=writing), "utf-8")
        model_of(root).parent.mkdir()
        model_of(root).write_text("the present model")
        self.stamp = root / "models" / "trained-from"
        self.stamp.write_text(mark_of_sources(root))

    def train(self, data: Path, candidate: Path) -> None:
        """Writes down what was learnt."""
        self.trained_on.append(read_examples(data / "nlu" / "fr" / "learnt.yml"))
        candidate.write_text(f"candidate {len(self.trained_on)}")

    def compare(
        self, before: Path, after: Path, sentences: Sequence[Sentence]
    ) -> tuple[list[Outcome], list[Outcome]]:
        """Both models as they were told to answer."""
        assert before.exists() and after.exists()
        first, second = (
            [Outcome(s, said(s), said(s), 0.9, 0.9) for s in sentences]
            for said in (self.before, self.after)
        )
        return first, second

    def learn(self, **given: bool) -> LearningReport | None:
        """One run of the learning."""
        return learn(self.root, at=NOW, train=self.train, compare=self.compare, **given)

    def learnt(self, folder: str = "fr") -> dict[str, list[str]]:
        """What stands in the file of learnt sentences."""
        return read_examples(self.root / "data" / "nlu" / folder / "learnt.yml")

    @property
    def model(self) -> str:
        """The model that runs."""
        return model_of(self.root).read_text()


@pytest.fixture
def stage(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A project whose floors are always reached."""
    monkeypatch.setattr(learning, "below_floors", lambda _outcomes: [])
    return Stage(tmp_path / "project")


def teach(text: str, intent: str | None = "ask_amount", writing: str = "fr") -> str:
    """Somebody decides of a sentence; the name of the decision."""
    decision = Decision("intent", intent=intent) if intent else Decision("out_of_scope")
    with open_session() as session:
        staff = add_staff(
            session,
            email=f"{abs(hash(text))}@example.org",
            name="Nom",
            role="reviewer",
            password_hash=None,
            at=NOW,
        )
        return decide(
            session, [Taught(text.ljust(64)[:64], text, writing)], decision, staff, at=NOW
        )


def waiting() -> int:
    with open_session() as session:
        return count_waiting(session)


def test_without_decisions_nothing_is_trained(stage: Stage) -> None:
    assert stage.learn() is None
    assert stage.trained_on == []


def test_what_was_decided_is_learnt_and_put_into_service(stage: Stage) -> None:
    teach("c koi le prix")
    teach("w chhal", writing="ary-Latn")
    teach("la recette du tajine", intent=None)
    stage.before = knowing("c koi le prix", "w chhal")
    report = stage.learn()
    assert report is not None
    assert (report.outcome, report.content["added"]) == ("activated", 3)
    assert [line["text"] for line in report.content["won"]] == ["c koi le prix", "w chhal"]
    assert stage.learnt() == {
        "ask_amount": ["c koi le prix"],
        "out_of_scope": ["la recette du tajine"],
    }
    assert stage.learnt("ary_latn") == {"ask_amount": ["w chhal"]}
    assert not (stage.root / "data" / "nlu" / "ary_arab" / "learnt.yml").exists()
    assert stage.model == "candidate 1"
    assert stage.stamp.read_text() == mark_of_sources(stage.root)
    assert waiting() == 0
    assert stage.learn() is None


def test_a_dry_run_changes_nothing_but_is_reported(stage: Stage) -> None:
    teach("c koi le prix")
    report = stage.learn(dry_run=True)
    assert report is not None and report.outcome == "tried"
    assert (stage.model, stage.learnt(), waiting()) == ("the present model", {}, 1)


def test_it_is_refused_when_more_is_lost_than_won(stage: Stage) -> None:
    teach("c koi le prix")
    stage.before = knowing("c koi le prix")
    stage.after = knowing("salut tout le monde fr", "salut tout le monde ary-Arab")
    report = stage.learn()
    assert report is not None and report.outcome == "refused"
    reasons = {reason["reason"] for reason in report.content["refused"]}
    assert reasons == {"fell", "more_lost"}
    assert (report.content["won_count"], report.content["lost_count"]) == (1, 2)
    assert (stage.model, stage.learnt(), waiting()) == ("the present model", {}, 1)


def test_sentences_taught_do_not_make_up_for_a_writing_that_falls(stage: Stage) -> None:
    for number in range(5):
        teach(f"c koi le prix {number}")
    stage.before = lambda s: "greet" if s.text.startswith("c koi") else s.intent
    stage.after = knowing("salut tout le monde ary-Arab")
    report = stage.learn()
    assert report is not None and report.outcome == "refused"
    assert [reason["reason"] for reason in report.content["refused"]] == ["fell"]
    assert report.content["refused"][0]["detail"].startswith("ary-Arab")


def test_it_is_refused_below_a_floor(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "below_floors", lambda _outcomes: ["fr: macro_f1 0.1, floor 0.9"])
    teach("c koi le prix")
    report = stage.learn()
    assert report is not None and report.outcome == "refused"
    assert stage.model == "the present model"


def test_a_sentence_that_measures_or_contradicts_is_left_out_and_told(stage: Stage) -> None:
    teach("pouvez-vous me dire combien donne cette aide en fr", "greet")
    teach("Bonjour FR", "ask_amount")
    teach("phrase d'un sens perdu", "ask_lost")
    teach("c koi le prix")
    report = stage.learn()
    assert report is not None
    told = {line["text"]: line["reason"] for line in report.content["left_out"]}
    assert told == {
        "pouvez-vous me dire combien donne cette aide en fr": "measures",
        "Bonjour FR": "contradicts",
        "phrase d'un sens perdu": "unknown",
    }
    assert stage.learnt() == {"ask_amount": ["c koi le prix"]}


def test_a_sentence_taught_and_still_misread_is_told(stage: Stage) -> None:
    teach("c koi le prix")
    stage.before = stage.after = knowing("c koi le prix")
    report = stage.learn()
    assert report is not None and report.outcome == "activated"
    assert [line["text"] for line in report.content["missed"]] == ["c koi le prix"]


def test_what_is_undone_is_left_out_by_the_next_learning(stage: Stage) -> None:
    wrong = teach("c koi le prix")
    teach("c combien la prime")
    stage.learn()
    with open_session() as session:
        take_back(session, wrong, at=NOW)
    report = stage.learn()
    assert report is not None
    assert (report.outcome, report.content["withdrawn"]) == ("activated", 1)
    assert stage.learnt() == {"ask_amount": ["c combien la prime"]}
    assert waiting() == 0


def test_sentences_that_another_place_learnt_are_kept(stage: Stage) -> None:
    path = stage.root / "data" / "nlu" / "fr" / "learnt.yml"
    path.write_text(TRAINING.format(writing="fr").replace("bonjour fr", "coucou à tous"), "utf-8")
    stage.stamp.write_text(mark_of_sources(stage.root))
    teach("c koi le prix")
    stage.learn()
    assert "coucou à tous" in stage.learnt()["greet"]
    assert "c koi le prix" in stage.learnt()["ask_amount"]


def test_a_decision_taken_back_during_the_training_stops_it(stage: Stage) -> None:
    batch = teach("c koi le prix")

    def train(data: Path, candidate: Path) -> None:
        stage.train(data, candidate)
        with open_session() as session:
            take_back(session, batch, at=NOW)

    with pytest.raises(LearningFailed, match="taken back"):
        learn(stage.root, at=NOW, train=train, compare=stage.compare)
    assert (stage.model, stage.learnt()) == ("the present model", {})


def test_training_that_fails_leaves_everything_as_it_was(stage: Stage) -> None:
    teach("c koi le prix")

    def train(_data: Path, _candidate: Path) -> None:
        raise LearningFailed("training failed")

    with pytest.raises(LearningFailed):
        learn(stage.root, at=NOW, train=train, compare=stage.compare)
    assert (stage.model, waiting()) == ("the present model", 1)


def test_two_learnings_do_not_run_together(stage: Stage) -> None:
    teach("c koi le prix")
    (stage.root / "var").mkdir()
    with (stage.root / "var" / "learning.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LearningFailed, match="under way"):
            stage.learn()


def test_a_model_of_other_sources_is_no_measure(stage: Stage) -> None:
    teach("c koi le prix")
    (stage.root / "config.yml").write_text("changed")
    with pytest.raises(LearningFailed, match="make train"):
        stage.learn()


def test_going_back_brings_the_model_and_the_sentences_of_before(stage: Stage) -> None:
    teach("c koi le prix")
    before = stage.stamp.read_text()
    stage.learn()
    report = go_back(stage.root, at=NOW)
    assert report.outcome == "put_back"
    assert (stage.model, stage.learnt()) == ("the present model", {})
    assert stage.stamp.read_text() == before == mark_of_sources(stage.root)
    assert waiting() == 1
    with pytest.raises(LearningFailed, match="no earlier model"):
        go_back(stage.root, at=NOW)
    with open_session() as session:
        assert [report.outcome for report in reports(session)] == ["put_back", "activated"]


def test_what_visitors_said_is_in_no_report(stage: Stage) -> None:
    cases = [learning.Case(Sentence("phrase d'un visiteur", "greet", "fr"), "confirmed")]
    measured = Sentence("mesure", "greet", "fr")
    cases.append(learning.Case(measured, "development"))
    before = [Outcome(case.sentence, "greet", "greet", 1, 1) for case in cases]
    after = [Outcome(cases[0].sentence, "help", "help", 1, 1), before[1]]
    content = learning.compared(cases, before, after)
    assert content["lost"][0]["text"] is None
    assert "visiteur" not in str(content)


def test_the_command_tells_the_figures_and_fails_when_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach("c koi le prix")
    stage.after = knowing("salut tout le monde fr")
    monkeypatch.setattr(learning, "learn", lambda **given: stage.learn(**_without_at(given)))
    done = CliRunner().invoke(dalil.app, ["learn", "--dry-run"])
    assert done.exit_code == 1
    assert "lost  fr  salut tout le monde fr  [greet → nlu_fallback]" in done.output
    assert "refused: 0" not in done.output
    assert "refused: more_lost (1 > 0)" in done.output
    stage.after = rightly
    done = CliRunner().invoke(dalil.app, ["learn"])
    assert (done.exit_code, stage.model) == (0, "candidate 2"), done.output
    assert "activated: 1 sentences added; 0 won, 0 lost" in done.output
    assert "nothing waits" in CliRunner().invoke(dalil.app, ["learn"]).output


def test_lessons_keep_the_moment_they_were_learnt(stage: Stage) -> None:
    teach("c koi le prix")
    stage.learn()
    with open_session() as session:
        assert session.scalars(select(Lesson.learnt_at)).one() == NOW


def _without_at(given: dict[str, bool]) -> dict[str, bool]:
    return {name: value for name, value in given.items() if name != "at"}
