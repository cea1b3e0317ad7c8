"""How much one visitor may send: size and kind of a body, messages, calls per address."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from functools import cache
from typing import Any

from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Refusal, error_response, writing_asked
from settings import settings

logger = logging.getLogger(__name__)


FORGOTTEN_EVERY_SECONDS = 60


class OwnMemory(MemoryStorage):
    """The calls of each caller within their window, when this process alone counts them.

    The library's own looks through all callers up to a hundred times a second, each time in a new
    thread. This one looks once a minute.
    """

    def __init__(self) -> None:
        super().__init__()
        self._calls: dict[str, tuple[int, deque[float]]] = {}
        self._counting = threading.Lock()
        self._look_at = 0.0

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` calls, unless there were more than `limit` with them."""
        now = time.time()
        with self._counting:
            if now >= self._look_at:
                self._forget_silent(now)
            _, calls = self._calls.setdefault(key, (expiry, deque()))
            while calls and calls[0] < now - expiry:
                calls.popleft()
            if len(calls) + amount > limit:
                return False
            calls.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest call was that still counts, and how many there are."""
        now = time.time()
        with self._counting:
            _, calls = self._calls.get(key, (expiry, ()))
            counted = [at for at in calls if at >= now - expiry]
        return (counted[0] if counted else now), len(counted)

    def _forget_silent(self, now: float) -> None:
        self._look_at = now + FORGOTTEN_EVERY_SECONDS
        self._calls = {
            key: (expiry, calls)
            for key, (expiry, calls) in self._calls.items()
            if calls and calls[-1] >= now - expiry
        }


@cache
def _limiter() -> MovingWindowRateLimiter:
    redis = settings().redis_url
    return MovingWindowRateLimiter(
        storage_from_string(redis, wrap_exceptions=True) if redis else OwnMemory()
    )


_parsed = cache(parse)


def check_rate(rate: str, kind: str, who: str) -> None:
    """Count one call of `who`; raises `Refusal` (429) past `rate`, such as `30/minute`."""
    wait = seconds_to_wait(rate, kind, who)
    if wait:
        raise Refusal(429, "too_many", headers={"Retry-After": str(wait)})


def seconds_to_wait(rate: str, kind: str, who: str) -> int:
    """Count one call of `who`: 0 within `rate`, else how long until the next is allowed.

    Calls are served uncounted while the shared counter is away.
    """
    item = _parsed(rate)
    try:
        if _limiter().hit(item, kind, who):
            return 0
        free_at = _limiter().get_window_stats(item, kind, who).reset_time
    except StorageError as error:
        logger.warning("calls are not counted: %s", error)
        return 0
    return max(1, math.ceil(free_at - time.time()))


class BodyLimit:
    """Refuses a body past `most` bytes before anything reads it whole, and for the API all but JSON.

    `most_at` gives paths, and what lies below them, a limit of their own; `told_at` an application
    that tells people there that their body is too large, in place of our JSON.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        most_at: Mapping[str, int] | None = None,
        told_at: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self.app, self.most, self.most_at, self.told_at = app, most, most_at or {}, told_at or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer 413 or 415."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = _found(self.most_at, scope["path"]) or self.most
        headers = Headers(scope=scope)
        writing = writing_asked(headers.get("accept-language", ""))
        told = _found(self.told_at, scope["path"])
        too_large: ASGIApp = told or error_response(413, "too_large", writing)
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > most:
            return await too_large(scope, receive, send)
        read = 0
        body: list[Message] = []
        while True:
            message = await receive()
            body.append(message)
            read += len(message.get("body", b""))
            if read > most:
                return await too_large(scope, receive, send)
            if not message.get("more_body"):
                break
        if read and scope["path"].startswith("/api/") and not _is_json(headers):
            return await error_response(415, "not_json", writing)(scope, receive, send)
        held = iter(body)

        async def replay() -> Any:
            return next(held, None) or await receive()

        await self.app(scope, replay, send)


def _found(at: Mapping[str, Any], path: str) -> Any:
    """What stands in a mapping for a path or for what lies above it."""
    places = (place for place in at if path == place or path.startswith(f"{place}/"))
    return at.get(next(places, ""))


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
