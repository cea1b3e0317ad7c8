"""One turn of a conversation at a time, over all Rasa processes: locks that they share in Redis.

Rasa's own Redis store reads a lock and writes it back, so that two processes may both believe they
hold it, keeps every lock for ever when its holder dies, and waits inside the event loop. Here the
lock is redis-py's: taken in one step, released by its holder alone, gone by itself in time.
"""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager, suppress
from typing import Any, AsyncGenerator

from rasa.core.lock_store import LockError, LockStore
from rasa.shared.exceptions import RasaException
from redis.asyncio import Redis
from redis.exceptions import LockError as LockLost
from redis.exceptions import RedisError

from bot.environment import given

# Shorter than the gateway waits for a turn (10 s): when a process dies in the middle of a turn, the
# same message, sent to another process, is still answered within its own call.
LIFETIME_SECONDS = 8.0
WAITS_SECONDS = 9.0
LOOKS_AGAIN_SECONDS = 0.05
REDIS_ANSWERS_WITHIN_SECONDS = 2.0


class SharedLocks(LockStore):
    """Locks of conversations, at `DALIL_REDIS_URL`."""

    def __init__(self, endpoint_config: Any = None) -> None:
        """Raises `RasaException` when no Redis is named."""
        url = given("DALIL_REDIS_URL")
        if not url:
            raise RasaException(
                "DALIL_REDIS_URL is not set: several Rasa processes share no locks."
            )
        timeouts = {
            "socket_timeout": REDIS_ANSWERS_WITHIN_SECONDS,
            "socket_connect_timeout": REDIS_ANSWERS_WITHIN_SECONDS,
        }
        self.redis: Any = Redis.from_url(url, **timeouts)
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LIFETIME_SECONDS,
        wait_time_in_seconds: float = LOOKS_AGAIN_SECONDS,
    ) -> AsyncGenerator[Any, None]:
        """Hold a conversation. Raises `LockError` when it cannot be had, or Redis is away."""
        lock = self.redis.lock(
            "dalil:turn:" + hashlib.sha256(conversation_id.encode()).hexdigest(),
            timeout=lock_lifetime,
            sleep=wait_time_in_seconds,
            blocking_timeout=WAITS_SECONDS,
        )
        try:
            taken = await lock.acquire()
        except (RedisError, OSError) as error:
            raise LockError(f"Redis is away: {type(error).__name__}") from error
        if not taken:
            raise LockError("another turn of this conversation is under way")
        try:
            yield lock
        finally:
            # A lock that ran out is no harm by now: the turn is done, and kept.
            with suppress(LockLost, RedisError, OSError):
                await lock.release()
