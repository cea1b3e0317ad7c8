"""How fast the console finds conversations among many messages: one line per filter.

    python -m tests.load.console_list [--messages 1000000] [--database postgresql://…] [--filled]
                                      [--exports]

It makes a scratch database (a SQLite file in a temporary folder, or the database named, which must
be empty unless it is `--filled` already), fills it, and asks each filter for a first page, a page
far below and a count. It prints the median of five in milliseconds as the clock tells it, and
after a slash the time that processors worked for it: on a busy machine only that can be compared.

With `--exports` it writes exports of three sizes instead, each in a process of its own, and prints
the seconds, the size of the file and the most memory that the process held.
"""

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, text

from settings import ROOT, settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TURNS_PER_CONVERSATION = 5
PAGE = 50
EXPORTED = (1_000, 10_000, 100_000)
ROWS_AT_ONCE = 5000
TIMES = 5
SAID = {
    "fr": "combien donne la prime|quels documents pour|je veux créer une société|où se trouve|"
    "quelles sont les conditions|bonjour comment faire pour|quel est le délai pour",
    "ary-Arab": "شحال كتعطي البريم|شنو الوراق ديال|بغيت ندير شركة|فين كاين|شنو هي الشروط ديال|"
    "السلام عليكم كيفاش ندير|شحال ديال الوقت",
    "ary-Latn": "ch7al kat3ti lprime|chno lwra9 dyal|bghit ndir charika|fin kayn|chno chorout dyal|"
    "salam kifach ndir|ch7al d lwe9t",
}
INTENTS = [f"ask_{aspect}" for aspect in "overview amount conditions documents delay steps".split()]
OUTCOMES = ["answered"] * 70 + ["not_found"] * 10 + ["clarified"] * 12 + ["form_step"] * 7
OUTCOMES += ["failed"]
PROVINCES = [None] * 12 + ["fes"] * 5 + ["meknes"] * 3 + ["taza", "ifrane", "boulemane"]


def main() -> None:
    """Fill, ask and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--messages", type=int, default=1_000_000)
    asked.add_argument("--database", default="")
    asked.add_argument("--filled", action="store_true")
    asked.add_argument("--exports", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = options.database or f"sqlite:///{Path(folder) / 'list.db'}"
        settings.cache_clear()
        if not options.filled:
            made_and_filled(options.messages)
        if options.exports:
            measure_exports()
        else:
            measure()


def made_and_filled(messages: int) -> None:
    """The tables, what fills them, and what the database should know of it to plan well."""
    from database.session import engine

    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    started = time.monotonic()
    with engine().begin() as connection:
        fill(connection, messages)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        connection.execute(text("ANALYZE" if on_sqlite else "VACUUM ANALYZE"))
    print(f"{messages} messages in {time.monotonic() - started:.0f} s")


def fill(connection: Connection, messages: int) -> None:
    """Put in `messages` messages over a year, with what staff and visitors thought of some."""
    from database.console_tables import ConversationCare, Staff, Verdict
    from database.tables import Conversation, Feedback, Turn

    drawn = random.Random(7)
    staff = [str(uuid.UUID(int=drawn.getrandbits(128))) for _ in range(3)]
    connection.execute(
        insert(Staff),
        [
            dict(id=i, email=f"{i}@example.org", name="Nom", role="reviewer", language="fr",
                 active=True, totp_confirmed=False, created_at=NOW)
            for i in staff
        ],
    )  # fmt: skip
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Conversation, Turn, Feedback, ConversationCare, Verdict)
    }

    def write(least: int) -> None:
        if len(rows[Turn]) >= least:
            for table, waiting in rows.items():
                if waiting:
                    connection.execute(insert(table), waiting)
                    waiting.clear()

    for turn in turns(messages, drawn):
        if turn["id"] % TURNS_PER_CONVERSATION == 1:
            rows[Conversation].append(
                dict(id=turn["conversation_id"], channel=turn["channel"], token_hash="x" * 64,
                     writing=turn["writing"] or "fr", started_at=turn["received_at"], greeting=[],
                     uttered=TURNS_PER_CONVERSATION)
            )  # fmt: skip
            if drawn.random() < 0.03:
                rows[ConversationCare].append(
                    dict(conversation_id=turn["conversation_id"], assigned_to=drawn.choice(staff),
                         follow_up_on=(NOW + timedelta(days=drawn.randrange(-30, 30))).date(),
                         kept=False, reviewed_at=NOW, reviewed_by=staff[0])
                )  # fmt: skip
        rows[Turn].append(turn)
        if drawn.random() < 0.05:
            verdict = drawn.choice(["helpful", "helpful", "not_helpful"])
            rows[Feedback].append(dict(turn_id=turn["id"], verdict=verdict, given_at=NOW))
        if drawn.random() < 0.02:
            verdict = drawn.choice(["right", "right", "right", "wrong", "outdated", "missed"])
            rows[Verdict].append(
                dict(turn_id=turn["id"], staff_id=drawn.choice(staff), verdict=verdict, at=NOW)
            )
        write(ROWS_AT_ONCE)
    write(1)


def turns(messages: int, drawn: random.Random) -> Iterator[dict[str, Any]]:
    """Messages in the order in which they came, as they are kept."""
    from database.conversation_search import searched_words

    names = ["".join(drawn.choices("abdfiklmnorstu", k=drawn.randrange(4, 9))) for _ in range(2000)]
    subjects = [f"subject_{number}" for number in range(300)]
    weights = [1 / (rank + 1) for rank in range(300)]
    opened: dict[str, list[tuple[str, str]]] = {
        writing: [(said, searched_words(said)) for said in phrases.split("|")]
        for writing, phrases in SAID.items()
    }
    source = {"title": "Loi-cadre 03-22", "url": "https://example.org/loi", "checked_on": "2026"}
    reply = [{"id": "1-1", "text": "Une réponse. " * 40, "buttons": [], "sources": [source]}]
    start = NOW - timedelta(days=365)
    step = timedelta(days=365) / messages
    for number in range(1, messages + 1):
        if number % TURNS_PER_CONVERSATION == 1:
            conversation = str(uuid.UUID(int=drawn.getrandbits(128), version=4))
            writing = drawn.choice(("fr", "fr", "ary-Arab", "ary-Latn", "ary-Latn"))
            channel = "whatsapp" if drawn.random() < 0.2 else "web"
        said, folded = drawn.choice(opened[writing])
        name = names[min(int(drawn.paretovariate(0.7)), len(names)) - 1]
        intent, confidence = drawn.choice(INTENTS), round(drawn.betavariate(5, 1.3), 3)
        waiting = drawn.random() < 0.0001
        at = start + step * number
        yield {
            "id": number,
            "conversation_id": conversation,
            "message_id": f"m{number}",
            "text": f"{said} {name}",
            "payload": None,
            "received_at": at,
            "state": "received" if waiting else "answered",
            "answered_at": None if waiting else at + timedelta(milliseconds=80),
            "writing": None if waiting else writing,
            "intent": None if waiting else intent,
            "confidence": None if waiting else confidence,
            "understood": {"intent": {"name": intent, "confidence": confidence}, "entities": []},
            "outcome": None if waiting else drawn.choice(OUTCOMES),
            "reply": reply,
            "words": f"{folded} {name}",
            "channel": channel,
            "subject": drawn.choices(subjects, weights)[0] if drawn.random() < 0.7 else None,
            "aspect": "amount",
            "province": drawn.choice(PROVINCES),
            "amount": int(drawn.lognormvariate(14, 2)) if drawn.random() < 0.08 else None,
            "took_ms": 80,
            "attempts": 0,
        }


def measure() -> None:
    """Print how long each filter takes."""
    from database.conversation_rows import rows_of
    from database.conversation_search import (
        Filters,
        conversations_found,
        count_found,
    )
    from database.session import engine, open_session

    with engine().connect() as connection:
        someone = connection.scalar(text("SELECT min(id) FROM staff"))
    month = dict(since=NOW - timedelta(days=200), until=NOW - timedelta(days=170))
    filters = {
        "nothing": Filters(),
        "dates (a past month)": Filters(**month),
        "channel": Filters(channel="whatsapp"),
        "writing": Filters(writing="ary-Arab"),
        "intent": Filters(intent="ask_delay"),
        "band low": Filters(band="low"),
        "outcome answered": Filters(outcome="answered"),
        "outcome failed": Filters(outcome="failed"),
        "waiting": Filters(outcome="waiting"),
        "thumbs down": Filters(thumbs="not_helpful"),
        "subject often": Filters(subject="subject_0"),
        "subject seldom": Filters(subject="subject_299"),
        "subject unheard of": Filters(subject="none"),
        "province": Filters(province="boulemane"),
        "amount named": Filters(amount_from=0),
        "amount above 10^9": Filters(amount_from=10**9),
        "amount above 10^15": Filters(amount_from=10**15),
        "verdict wrong": Filters(verdict="wrong"),
        "reviewed": Filters(reviewed=True),
        "not reviewed": Filters(reviewed=False),
        "assigned": Filters(assigned_to=someone),
        "to follow up": Filters(follow_up_by=NOW.date()),
        "word often": Filters(words="شركة"),
        "word seldom": Filters(words="prime " + "zz"),
        "words and prefix": Filters(words="combien don"),
        "words, dates, outcome": Filters(words="documents", outcome="not_found", **month),
        "province, failed, low": Filters(province="taza", outcome="failed", band="low"),
        "writing, low, thumbs": Filters(writing="fr", band="low", thumbs="not_helpful"),
        "channel, reviewed, wrong": Filters(channel="whatsapp", reviewed=True, verdict="wrong"),
    }
    print(f"{'filter':26}{'first page':>14}{'page 20':>14}{'count':>14}{'found':>7}")
    for name, asked in filters.items():

        def page(asked: Filters = asked, after: Any = None) -> Any:
            with open_session() as session:
                found = conversations_found(session, asked, after=after, limit=PAGE + 1)
                rows_of(session, found[:PAGE])
            return found

        def counted(asked: Filters = asked) -> int:
            with open_session() as session:
                return count_found(session, asked)

        with open_session() as session:
            far = conversations_found(session, asked, limit=20 * PAGE)
        after = far[-1].place if far else None
        taken = (
            milliseconds(page),
            milliseconds(lambda page=page, after=after: page(after=after)),
            milliseconds(counted),
        )
        shown = "".join(f"{clock:8.0f} /{work:4.0f}" for clock, work in taken)
        print(f"{name:26}{shown}{counted():7}", flush=True)


def measure_exports() -> None:
    """Print what exports cost: a filter that finds so many messages, written to nowhere."""
    print(f"{'form':6}{'messages':>10}{'seconds':>10}{'MB written':>12}{'peak MB':>10}")
    alone = multiprocessing.get_context("spawn")
    for form in ("csv", "xlsx"):
        for wanted in EXPORTED:
            with alone.Pool(1) as process:
                seconds, written, peak = process.apply(exported, (form, wanted))
            print(f"{form:6}{wanted:10}{seconds:10.1f}{written:12.1f}{peak:10.0f}", flush=True)


def exported(form: str, wanted: int) -> tuple[float, float, float]:
    """Export the latest messages: seconds, megabytes written, most megabytes held by this process."""
    from sqlalchemy import select

    from console.access import Signed
    from console.exports import csv_pieces, xlsx_pieces
    from database.console_tables import Staff
    from database.conversation_search import Filters
    from database.session import open_session
    from database.tables import Turn

    with open_session() as session:
        latest = select(Turn.received_at).order_by(Turn.received_at.desc())
        since = session.scalar(latest.offset(wanted - 1).limit(1))
        staff = session.scalars(select(Staff).limit(1)).one()
    pieces = {"csv": csv_pieces, "xlsx": xlsx_pieces}[form]
    began = time.perf_counter()
    written = sum(len(piece) for piece in pieces(Filters(since=since), Signed(staff, "")))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, written / 1e6, peak


def milliseconds(asked: Callable[[], Any]) -> tuple[float, float]:
    """The median of several by the clock and by the processors' work, after one that warms up."""
    asked()
    clock, work = [], []
    for _ in range(TIMES):
        began, worked = time.perf_counter(), work_done()
        asked()
        clock.append((time.perf_counter() - began) * 1000)
        work.append((work_done() - worked) * 1000)
    return statistics.median(clock), statistics.median(work)


def work_done() -> float:
    """Seconds that processors worked so far for this process and for its connection to PostgreSQL."""
    from database.session import open_session

    done = time.process_time()
    with open_session() as session:
        # The pool holds one connection here: the one that answered is the one that is asked.
        if session.get_bind().dialect.name == "postgresql":
            backend = session.scalar(text("SELECT pg_backend_pid()"))
            done += int(Path(f"/proc/{backend}/schedstat").read_text("ascii").split()[0]) / 1e9
    return done


if __name__ == "__main__":
    main()
