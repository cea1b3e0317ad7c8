"""Exactly one answer per message, whatever happens: `python -m tests.load.whatsapp_faults`.

People write messages that Meta delivers one to four times each, the copies shuffled over the whole
run and neighbours swapped; Meta fails now and then; web, Rasa and the action server are killed
(`kill -9`) in the middle and started again. Counted at the stand-in for Meta: what was lost, what
was said twice, and what was answered out of order although the earlier message was in.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.stack import Stack, postgres_database, postgres_is_there
from tests.whatsapp_stand_in import webhooks
from tests.whatsapp_stand_in.meta import Delivery, Meta

TEXTS = (
    "Quelles aides pour le textile à Taza ?",
    "Comment créer une SARL ?",
    "chno hiya lprime dyal Taounate ?",
    "ch7al lmitr f Agropolis ?",
    "شحال المساعدة ديال فاس شور؟",
    "كيفاش ندير شركة؟",
    "et à Meknès ?",
    "w chno chorout ?",
    "merci",
    "عطيني نمرة CRI",
)
COPIES = (1, 4)
SWAP_SECONDS = 0.3
FAILING = 0.02
PATIENCE_SECONDS = 240


@dataclass
class Message:
    """A message, its deliveries, and what came of it."""

    sender: str
    payload: dict[str, Any]
    deliveries: list[Future[Delivery]]

    @property
    def wamid(self) -> str:
        """Its id."""
        return str(self.payload["id"])

    @property
    def acknowledged_at(self) -> float:
        """When we first said that it is in."""
        moments = [delivery.result().acknowledged_at for delivery in self.deliveries]
        return min((moment for moment in moments if moment), default=float("inf"))


@dataclass(frozen=True)
class Result:
    """What a run counted."""

    name: str
    messages: int
    deliveries: int
    killed: str
    answered: int
    lost: int
    doubled: int
    disordered: int
    refused_by_meta: int
    seconds: float
    p50: float
    p99: float

    def is_clean(self) -> bool:
        """Nothing lost, nothing twice, nothing out of order."""
        return not (self.lost or self.doubled or self.disordered)


def run(
    name: str,
    database_url: str,
    folder: Path,
    *,
    webs: int,
    count: int,
    people: int,
    rate: float,
    seed: int,
) -> Result:
    """One run on one database."""
    chance = random.Random(seed)
    meta = Meta(webhook_urls=(), redeliver_for_seconds=PATIENCE_SECONDS)
    graph = meta.start()
    stack = Stack(
        folder,
        database_url,
        webs,
        {
            "WHATSAPP_APP_SECRET": meta.app_secret,
            "WHATSAPP_VERIFY_TOKEN": "verify-me",
            "WHATSAPP_ACCESS_TOKEN": meta.access_token,
            "WHATSAPP_PHONE_NUMBER_ID": meta.phone_number_id,
            "WHATSAPP_GRAPH_URL": graph,
            "WHATSAPP_RECONCILE_SECONDS": "8",
        },
    )
    try:
        stack.start_all()
        meta.webhook_urls = tuple(f"{address}/webhooks/whatsapp" for address in stack.addresses)
        started = time.time()
        length = count / rate
        killer = threading.Thread(target=kill_in_the_middle, args=(stack, meta, length, chance))
        killer.start()
        messages = write_all(meta, count, people, length, chance)
        killer.join()
        keys = wait_for_answers(meta, messages, database_url, folder)
        time.sleep(12)  # longer than the reconciliation: a second answer would show by now
        seconds = time.time() - started - 12
        return counted(name, meta, messages, keys, seconds, webs)
    finally:
        stack.stop_all()
        meta.stop()


def write_all(
    meta: Meta, count: int, people: int, length: float, chance: random.Random
) -> list[Message]:
    """Deliver everything on its time; the messages, once the last delivery was made."""
    messages: list[Message] = []
    plan: list[tuple[float, Message]] = []
    base = int(time.time()) - count
    for number in range(count):
        phone = f"2126{number % people:08d}"
        at = length * number / count
        payload = webhooks.text({"from": phone}, chance.choice(TEXTS), timestamp=str(base + number))
        message = Message(phone, payload, [])
        messages.append(message)
        plan.append((at + chance.uniform(0, SWAP_SECONDS), message))
        for _ in range(chance.randint(*COPIES) - 1):
            plan.append((at + chance.uniform(0, max(length - at, 5)), message))
    plan.sort(key=lambda each: each[0])
    started = time.time()
    with ThreadPoolExecutor(24) as pool:
        for at, message in plan:
            time.sleep(max(0.0, started + at - time.time()))
            message.deliveries.append(pool.submit(meta.write, message.payload))
    return messages


def kill_in_the_middle(stack: Stack, meta: Meta, length: float, chance: random.Random) -> None:
    """Kill each part in turn and start it again, while Meta fails now and then."""
    started = time.time()
    victims = [
        (0.2, stack.web_names[0]),
        (0.45, "rasa"),
        (0.65, "actions"),
        (0.8, stack.web_names[-1]),
    ]
    for share, name in victims:
        while time.time() < started + share * length:
            if chance.random() < FAILING:
                meta.plan.append(chance.choice([(130429, 429), (131016, 503), "break"]))
            time.sleep(0.1)
        stack.kill(name)
        time.sleep(0.5)
        stack.start(name)
    for name in stack.ports:
        stack.wait_for(name)


def wait_for_answers(
    meta: Meta, messages: list[Message], database_url: str, folder: Path
) -> dict[str, str]:
    """Wait until every message has its answer or patience ends; the key of each message."""
    hash_of = message_hashes(database_url, folder)
    keys = {message.wamid: hash_of(message.wamid) for message in messages}
    until = time.time() + PATIENCE_SECONDS
    while time.time() < until:
        with meta.lock:
            said = {key_of(sent.payload) for sent in meta.sent}
        if said >= set(keys.values()):
            break
        time.sleep(0.5)
    return keys


def message_hashes(database_url: str, folder: Path) -> Any:
    """How the product names messages, read from its database with its key."""
    import os

    from database import encryption, session
    from database.whatsapp import channel
    from gateway.whatsapp.identity import Hasher
    from settings import settings

    os.environ["DALIL_CONTACT_KEY_FILE"] = str(folder / "contact.key")
    settings.cache_clear()
    encryption._cipher.cache_clear()
    with session.open_session(database_url) as opened:
        hasher = Hasher(channel(opened).hash_key.encode())
    session.engine(database_url).dispose()
    return hasher.message


def key_of(payload: dict[str, Any]) -> str:
    """The message that something answers; a word that it must wait is no answer."""
    key, _, part = str(payload["biz_opaque_callback_data"]).rpartition("-")
    return key if part.isdigit() else ""


def counted(
    name: str, meta: Meta, messages: list[Message], keys: dict[str, str], seconds: float, webs: int
) -> Result:
    """What was lost, doubled, and out of order."""
    parts = Counter(str(sent.payload["biz_opaque_callback_data"]) for sent in meta.sent)
    answered = {key_of(sent.payload) for sent in meta.sent}
    first_said: dict[str, int] = {}
    for sent in meta.sent:
        first_said.setdefault(key_of(sent.payload), sent.number)
    begun: dict[str, float] = {}
    for wamid, at in meta.receipts:
        begun.setdefault(wamid, at)
    by_person: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_person[message.sender].append(message)
    disordered = 0
    for written in by_person.values():
        for position, later in enumerate(written):
            for earlier in written[:position]:
                number, after = (
                    first_said.get(keys[earlier.wamid]),
                    first_said.get(keys[later.wamid]),
                )
                overtook = number is not None and after is not None and after < number
                was_in = earlier.acknowledged_at < begun.get(later.wamid, float("inf"))
                disordered += overtook and was_in
    took = sorted(s for message in messages for d in message.deliveries for s in d.result().seconds)
    return Result(
        name=name,
        messages=len(messages),
        deliveries=len(took),
        killed=f"web ({'each' if webs > 1 else 'twice'}), rasa, actions",
        answered=sum(key in answered for key in keys.values()),
        lost=sum(key not in answered for key in keys.values()),
        doubled=sum(times - 1 for times in parts.values()),
        disordered=disordered,
        refused_by_meta=len(meta.refused),
        seconds=seconds,
        p50=took[len(took) // 2] * 1000,
        p99=took[int(len(took) * 0.99)] * 1000,
    )


def table(results: list[Result]) -> str:
    """The results, one row a run."""
    head = (
        "database (web processes)   messages  deliveries  answered  lost  doubled  disordered"
        "  refused by Meta  seconds  ack p50 ms  ack p99 ms"
    )
    rows = [
        f"{r.name:<25}{r.messages:>10}{r.deliveries:>12}{r.answered:>10}{r.lost:>6}{r.doubled:>9}"
        f"{r.disordered:>12}{r.refused_by_meta:>17}{r.seconds:>9.0f}{r.p50:>12.1f}{r.p99:>12.1f}"
        for r in results
    ]
    killed = f"killed with -9 and started again: {results[0].killed}" if results else ""
    return "\n".join([head, *rows, killed])


def run_on(kind: str, count: int, people: int, rate: float, seed: int) -> Result:
    """A run on SQLite with one web process or on PostgreSQL with two."""
    with tempfile.TemporaryDirectory() as folder:
        place: Any = nullcontext(f"sqlite:///{folder}/dalil.db")
        if kind == "postgres":
            place = postgres_database()
        with place as url:
            webs = 2 if kind == "postgres" else 1
            return run(
                f"{kind} ({webs})",
                url,
                Path(folder),
                webs=webs,
                count=count,
                people=people,
                rate=rate,
                seed=seed,
            )


def main() -> int:
    """Run and print; 1 when anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rate", type=float, default=15, help="messages a second")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    kinds = ["sqlite", "postgres"] if chosen.database == "both" else [chosen.database]
    if "postgres" in kinds and not postgres_is_there():
        print("no PostgreSQL on 127.0.0.1:5432: that part is left out")
        kinds.remove("postgres")
    results = []
    for kind in kinds:
        results.append(run_on(kind, chosen.messages, chosen.people, chosen.rate, chosen.seed))
        print(table(results), flush=True)
    return 0 if all(result.is_clean() for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
