"""Two copies of each process behind the proxy: every message answered once, whatever is killed."""

import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
import requests

from tests.load.scaled import LISTENS, Talker, Topology, topology, what_is_missing

SENTENCES = {
    "fr": "Quel est le montant de la prime de Fès Shore ?",
    "ary-Arab": "شحال البريم ديال فاس شور؟",
    "ary-Latn": "ch7al lprime dyal fes shore?",
}
MESSAGES_EACH = 24
ANSWERED_WITHIN_SECONDS = 45


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    """The topology, started once for this file."""
    missing = what_is_missing()
    if missing:
        pytest.skip(missing)
    folder: Path = tmp_path_factory.mktemp("scaled")
    with topology(folder) as started:
        yield started


def talk(talker: Talker, answered: Counter[str]) -> None:
    """All the messages of one visitor, one after the other."""
    for number in range(MESSAGES_EACH):
        talker.send(f"m{number}", SENTENCES[talker.language])
        answered["all"] += 1
        time.sleep(0.15)


def wait_for(condition: Callable[[], bool], within: float = ANSWERED_WITHIN_SECONDS) -> bool:
    """Whether it became true in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_a_message_sent_again_to_the_other_rasa_gets_the_answer_it_had(scaled: Topology) -> None:
    headers = {"Authorization": f"Bearer {scaled.variables['DALIL_ROOM_SECRET']}"}
    turn = {"conversation": "twice", "message_id": "m1", "channel": "web", "text": SENTENCES["fr"]}
    answers = [
        requests.post(
            f"http://127.0.0.1:{scaled.port_of(name)}/webhooks/gateway/turn",
            json=turn,
            headers=headers,
            timeout=20,
        ).json()
        for name in ("rasa-blue-1", "rasa-blue-2", "rasa-blue-1")
    ]
    answers[0].pop("took")
    assert answers[0]["messages"]
    assert answers[1] == answers[0]
    assert answers[2] == answers[0]
    with psycopg.connect(scaled.variables["DALIL_TRACKER_URL"]) as connection:
        row = connection.execute("SELECT events FROM dialogue WHERE sender_id = 'twice'").fetchone()
    assert row is not None
    assert [event["event"] for event in json.loads(row[0])].count("user") == 1


def test_neither_rasa_nor_actions_can_be_reached_from_outside(scaled: Topology) -> None:
    ports = [scaled.port + 8, scaled.port + 16]
    ports += [scaled.port_of(f"{kind}-{n}") for kind in ("rasa-blue", "actions") for n in (1, 2)]
    listening = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        address, state = line.split()[1], line.split()[3]
        if state == LISTENS and int(address.split(":")[1], 16) in ports:
            listening.add(address.split(":")[0])
    assert listening == {"0100007F"}


def test_the_address_that_a_visitor_claims_is_not_believed(scaled: Topology) -> None:
    """The rate is counted for who really calls: many claimed addresses are one."""
    for number in range(3):
        requests.get(
            f"{scaled.url}/api/conversations/none/messages",
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
            timeout=10,
        )
    with redis.Redis.from_url(scaled.variables["DALIL_REDIS_URL"]) as database:
        counted = [key.decode() for key in database.keys("*address*")]
    assert counted
    assert all("127.0.0.1" in key for key in counted), counted


def test_every_message_is_answered_once_whatever_is_killed(scaled: Topology) -> None:
    talkers = [Talker(scaled.url, language) for language in SENTENCES for _ in range(2)]
    answered: Counter[str] = Counter()
    threads = [threading.Thread(target=talk, args=(each, answered)) for each in talkers]
    for thread in threads:
        thread.start()
    everything = MESSAGES_EACH * len(talkers)
    for share, name in ((0.15, "rasa-blue-1"), (0.4, "actions-1"), (0.65, "web-1")):
        assert wait_for(lambda share=share: answered["all"] >= share * everything)
        scaled.kill(name)
    for thread in threads:
        thread.join(ANSWERED_WITHIN_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    whole = list(range(1, MESSAGES_EACH + 1))
    assert wait_for(lambda: all([n for n, _ in t.heard] == whole for t in talkers)), [
        [n for n, _ in t.heard] for t in talkers
    ]
    sent = [f"m{number}" for number in range(MESSAGES_EACH)]
    for talker in talkers:
        assert sorted(message for _, message in talker.heard) == sorted(sent)
        turns = talker.history()["turns"]
        assert [turn["message_id"] for turn in turns] == sent
        assert {turn["outcome"] for turn in turns} == {"answered"}
        assert {turn["language"] for turn in turns} == {talker.language}
        talker.closed.set()
    # Two copies served the streams; those of the killed one went on with the other.
    assert sum(talker.streams_opened > 1 for talker in talkers) >= 1
    with psycopg.connect(scaled.variables["DATABASE_URL"]) as connection:
        said = connection.execute("SELECT count(*), count(DISTINCT turn_id) FROM utterance")
        assert said.fetchone() == (everything, everything)
    statuses = Counter(status for talker in talkers for _, status in talker.calls)
    print(f"{everything} messages, statuses of all calls: {dict(statuses)}")
    scaled.wait_until_whole()


def test_another_model_takes_over_and_conversations_go_on(scaled: Topology) -> None:
    talker = Talker(scaled.url, "ary-Latn")
    before = talker.send("first", SENTENCES["ary-Latn"])
    done: list[subprocess.CompletedProcess[str]] = []
    switching = threading.Thread(target=lambda: done.append(scaled.switch()))
    switching.start()
    number = 0
    while switching.is_alive():
        number += 1
        talker.send(f"m{number}", SENTENCES["ary-Latn"])
        time.sleep(0.1)
    assert done[0].returncode == 0, done[0]
    assert "green answers now" in done[0].stdout
    standing = {name: each.status for name, each in scaled.standings("rasa").items()}
    assert {standing["rasa-green-1"], standing["rasa-green-2"]} == {"UP"}
    assert {standing["rasa-blue-1"], standing["rasa-blue-2"]} == {"MAINT"}
    # No message waited for the change, and the new model knows what the talk was about.
    assert Counter(status for _, status in talker.calls) == {200: number + 1}
    after = talker.send("conditions", "w chno homa chorout?")
    assert after["outcome"] == "answered"
    subject = before["messages"][0]["sources"]
    assert subject and after["messages"][0]["sources"]
    talker.closed.set()
    print(f"{number} messages answered during the change")


def test_a_model_that_cannot_answer_does_not_take_over(scaled: Topology, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model at all")
    asked = scaled.switch(str(broken))
    assert asked.returncode == 1
    assert "the model was not changed" in asked.stderr
    talker = Talker(scaled.url, "fr")
    assert talker.send("m1", SENTENCES["fr"])["outcome"] == "answered"
    talker.closed.set()
