"""The locks that Rasa processes share, on a real Redis; skipped where there is none."""

import asyncio
import os
import time

import pytest
import redis
from rasa.core.lock_store import LockError
from rasa.shared.exceptions import RasaException

from bot.lock_store import SharedLocks

URL = os.environ.get("DALIL_REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture
def redis_url(monkeypatch):
    try:
        redis.Redis.from_url(URL).ping()
    except redis.RedisError:
        pytest.skip("no Redis on 127.0.0.1:6379")
    monkeypatch.setenv("DALIL_REDIS_URL", URL)


def conversation() -> str:
    return f"test-{os.getpid()}-{time.monotonic_ns()}"


def test_two_processes_never_hold_a_conversation_at_once(redis_url) -> None:
    name, holding, most = conversation(), 0, 0

    async def hold(store: SharedLocks) -> None:
        nonlocal holding, most
        async with store.lock(name):
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0.02)
            holding -= 1

    async def many() -> None:
        stores = [SharedLocks(), SharedLocks()]
        await asyncio.gather(*(hold(stores[n % 2]) for n in range(10)))

    asyncio.run(many())
    assert (holding, most) == (0, 1)


def test_the_lock_of_a_dead_process_gives_way(redis_url) -> None:
    name = conversation()

    async def die_then_go_on() -> float:
        held_by_the_dead = SharedLocks().lock(name, lock_lifetime=0.5)
        await held_by_the_dead.__aenter__()
        started = time.monotonic()
        async with SharedLocks().lock(name):
            return time.monotonic() - started

    assert 0.3 < asyncio.run(die_then_go_on()) < 6


def test_nothing_is_left_behind(redis_url) -> None:
    before = set(redis.Redis.from_url(URL).scan_iter("dalil:turn:*"))

    async def once() -> None:
        async with SharedLocks().lock(conversation()):
            pass

    asyncio.run(once())
    assert set(redis.Redis.from_url(URL).scan_iter("dalil:turn:*")) <= before


def test_a_redis_that_is_away_is_told_as_a_lock_that_cannot_be_had(monkeypatch) -> None:
    monkeypatch.setenv("DALIL_REDIS_URL", "redis://127.0.0.1:1/0")

    async def once() -> None:
        async with SharedLocks().lock("c1"):
            raise AssertionError("the lock was given")

    with pytest.raises(LockError, match="away"):
        asyncio.run(once())


def test_without_an_address_no_locks_are_given(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("DALIL_REDIS_URL", raising=False)
    monkeypatch.setenv("DALIL_SECRETS_DIR", str(tmp_path))
    with pytest.raises(RasaException, match="DALIL_REDIS_URL"):
        SharedLocks()
    (tmp_path / "dalil_redis_url").write_text("redis://127.0.0.1:6379/0\n")
    assert SharedLocks().redis is not None
