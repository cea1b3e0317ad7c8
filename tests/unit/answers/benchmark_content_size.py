"""How much slower is an answer when the content is ten times as large?

Run by hand from the root: `python tests/unit/answers/benchmark_content_size.py [times]`. It fills
two scratch databases, one with the content and one with copies of it under other names besides,
asks both the same questions in turn, and prints the median milliseconds of processor time of a
whole answer (linking, search, queries, rendering) and their ratio; the aim is 1.3 at most.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402
from sqlalchemy import create_engine, inspect  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from answers import dialogue, knowledge, search  # noqa: E402
from answers.answering import answer  # noqa: E402
from answers.turn import Memory, Turn  # noqa: E402
from bot.nlu.folding import tokens  # noqa: E402
from database.exporting import subjects_in_full  # noqa: E402
from database.loading import load_facts  # noqa: E402
from database.tables import (  # noqa: E402
    Figure,
    Name,
    Revision,
    Source,
    Statement,
    Step,
    Subject,
    Tag,
)
from database.vocabulary import Writing  # noqa: E402
from settings import settings  # noqa: E402

ON = date(2026, 11, 23)
ROUNDS = 15
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 10
# What most subjects of a kind share stays as it is in a copy; the rest becomes another word.
KEPT_IN = 5
FR, ARAB, LATN = "fr", "ary-Arab", "ary-Latn"
Asked = tuple[str, Writing, str, dict[str, Any], Memory]
QUESTIONS: dict[str, list[Asked]] = {
    "a name": [
        ("combien donne la prime à l'emploi de Fès Shore ?", FR, "ask_amount", {}, Memory()),
        ("chno chorout dyal tpme", LATN, "ask_conditions", {}, Memory()),
        ("شحال المتر فـ Agropolis؟", ARAB, "ask_price", {}, Memory()),
        ("quelles sont les étapes pour créer une SARL ?", FR, "ask_steps", {}, Memory()),
    ],
    "a misspelled name": [
        ("la prime fes shoor", FR, "ask_amount", {}, Memory()),
        ("sertifica nigatif chhal", LATN, "ask_cost", {}, Memory()),
    ],
    "no name": [
        ("y a-t-il un avion pour Paris ?", FR, "ask_overview", {}, Memory()),
        ("واش كاين شي قرض للشباب بلا ضمانة", ARAB, "ask_overview", {}, Memory()),
        ("bghit nsowwer film, chno ymken lia nakhod", LATN, "ask_overview", {}, Memory()),
    ],
    "a follow-up": [
        ("et les conditions ?", FR, "ask_conditions", {}, Memory(subject="tpme")),
        ("w ch7al d lwe9t ?", LATN, "ask_delay", {}, Memory(subject="creation_sarl")),
    ],
    "a list": [
        ("quelles aides pour les femmes ?", FR, "ask_list", {"audience": ("woman",)}, Memory()),
        (
            "quelles zones à Fès ?",
            FR,
            "ask_list",
            {"kind": ("zone",), "province": ("fes",)},
            Memory(),
        ),
        ("شنو المساعدات اللي كاينين", ARAB, "ask_list", {}, Memory()),
    ],
    "a comparison": [
        ("Fès Shore ou Agropolis ?", FR, "compare", {}, Memory()),
    ],
}
ANSWERS = {"ask_list": dialogue.list_asked, "compare": dialogue.compare_named}


def filled(folder: Path, times: int) -> Session:
    """A database of the content and `times` - 1 copies of it."""
    url = f"sqlite:///{folder / f'{times}.db'}"
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    from database import session as database_session

    database_session.engine.cache_clear()
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    session = Session(create_engine(url))
    load_facts(session, settings().content / "facts")
    session.commit()
    if times > 1:
        originals = subjects_in_full(session)
        common = _common_words(originals)
        for number in range(1, times):
            session.add_all(
                _copy(subject, number, common)
                for subject in originals
                if subject.kind != "territory"  # the nine provinces stay nine
            )
        session.query(Revision).update({"mark": f"{times} times"})
        session.commit()
    return session


def _copy(subject: Subject, number: int, common: set[str]) -> Subject:
    """A subject under names that nobody has, with figures and texts of its own."""
    return Subject(
        **_columns(subject, id=f"{subject.id}_{number}", part_of=None),
        names=[
            Name(**_columns(name, text=_renamed(name.text, number, common), id=None))
            for name in subject.names
        ],
        tags=[Tag(**_columns(tag)) for tag in subject.tags],
        sources=[Source(**_columns(source)) for source in subject.sources],
        figures=[Figure(**_columns(figure)) for figure in subject.figures],
        statements=[
            Statement(
                **_columns(
                    statement,
                    texts={w: _renamed(t, number, common) for w, t in statement.texts.items()},
                )
            )
            for statement in subject.statements
        ],
        steps=[Step(**_columns(step)) for step in subject.steps],
    )


def _columns(row: Any, **changed: Any) -> dict[str, Any]:
    """The columns of a row but for the id of its subject, some of them changed."""
    held = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    held.pop("subject_id", None)
    return {**held, **changed}


def _common_words(subjects: list[Subject]) -> set[str]:
    """The words that the names of several subjects share."""
    owners: dict[str, set[str]] = {}
    for subject in subjects:
        for token in (token for name in subject.names for token in tokens(name.text)):
            owners.setdefault(token.text, set()).add(subject.id)
    return {word for word, ids in owners.items() if len(ids) >= KEPT_IN}


def _renamed(text: str, number: int, common: set[str]) -> str:
    """The text with its own words turned into others, as long and of the same script."""
    parts, end, braces = [], 0, 0
    for token in tokens(text):
        between = text[end : token.start]
        braces += between.count("{") - between.count("}")
        known = token.text in common or braces or any(c.isdigit() for c in token.text)
        word = text[token.start : token.end]
        parts += [between, word if known else "".join(_other(c, number) for c in word)]
        end = token.end
    return "".join(parts) + text[end:]


def _other(letter: str, number: int) -> str:
    for alphabet in ("bcdfghjklmnpqrstvwxz", "aeiou", "بتثجحخدذرزسشصضطظعغفقكلمنه"):
        at = alphabet.find(letter.lower())
        if at >= 0:
            return alphabet[(at + 2 * number + 1) % len(alphabet)]
    return letter


def asked_of(session: Session, times: int) -> Iterator[tuple[str, float]]:
    """What each question costs, in milliseconds."""
    for group, questions in QUESTIONS.items():
        for text, writing, intent, entities, memory in questions:
            turn = Turn(text, writing, intent, entities, memory=memory)
            session.expire_all()
            begun = process_time()
            reply = ANSWERS.get(intent, answer)(session, turn, on=ON)
            taken = 1000 * (process_time() - begun)
            assert reply.messages, (times, text)
            yield group, taken


def main() -> None:
    """Fill, warm up, measure in turn, print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sizes = {times: filled(folder, times) for times in (1, TIMES)}
        costs: dict[int, dict[str, list[float]]] = {times: {} for times in sizes}
        indexes: dict[int, tuple[Any, Any]] = {}
        for times, session in sizes.items():
            lexicon = knowledge.lexicon(session)
            index = search.Index(subjects_in_full(session), search.out_of_scope_sentences(ROOT))
            index.learn_meanings(folder / f"vectors-{times}")
            indexes[times] = lexicon, index
            print(f"{times:3} times the content: {len(index.ids)} subjects")
        gc.collect()
        for number in range(ROUNDS + 1):
            for times, session in sizes.items():
                mark = search.revision_mark(session) or ""
                knowledge._held.update({mark: indexes[times][0]})
                search._held.update({mark: indexes[times][1]})
                for group, cost in asked_of(session, times):
                    if number:
                        for name in (group, "all"):
                            costs[times].setdefault(name, []).append(cost)
        print(f"\n{'ms of processor time':22}{'1':>8}{TIMES:>8}{'ratio':>8}")
        for group in (*QUESTIONS, "all"):
            once, often = (median(cost[group]) for cost in costs.values())
            print(f"{group:22}{once:8.2f}{often:8.2f}{often / once:8.2f}")
        once, often = (mean(cost["all"]) for cost in costs.values())
        print(f"{'all, mean':22}{once:8.2f}{often:8.2f}{often / once:8.2f}")


if __name__ == "__main__":
    main()
