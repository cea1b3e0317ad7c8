"""How much one visitor may send: size and kind of a body, messages, calls per address."""

import logging
import math
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Refusal, error_response, writing_asked
from settings import settings

logger = logging.getLogger(__name__)


@cache
def _limiter() -> MovingWindowRateLimiter:
    address = settings().redis_url or "memory://"
    return MovingWindowRateLimiter(storage_from_string(address, wrap_exceptions=True))


def check_rate(rate: str, kind: str, who: str) -> None:
    """Count one call of `who`; raises `Refusal` (429) past `rate`, such as `30/minute`."""
    wait = seconds_to_wait(rate, kind, who)
    if wait:
        raise Refusal(429, "too_many", headers={"Retry-After": str(wait)})


def seconds_to_wait(rate: str, kind: str, who: str) -> int:
    """Count one call of `who`: 0 within `rate`, else how long until the next is allowed.

    Calls are served uncounted while the shared counter is away.
    """
    item = parse(rate)
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

    `most_at` gives paths, and what lies below them, a limit of their own.
    """

    def __init__(self, app: ASGIApp, most: int, most_at: Mapping[str, int] | None = None) -> None:
        self.app, self.most, self.most_at = app, most, most_at or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer 413 or 415."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = self._most_for(scope["path"])
        headers = Headers(scope=scope)
        writing = writing_asked(headers.get("accept-language", ""))
        too_large = error_response(413, "too_large", writing)
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

    def _most_for(self, path: str) -> int:
        for place, most in self.most_at.items():
            if path == place or path.startswith(f"{place}/"):
                return most
        return self.most


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
