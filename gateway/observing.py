"""What operators ask the public server: `/metrics`, and one log line per request without its words."""

import hmac
import ipaddress
import logging
import time
from datetime import UTC, date, datetime

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from database.health import callbacks_overdue, switched_off, waiting
from database.queries import overdue_subjects
from database.session import open_session
from gateway.errors import Refusal
from gateway.whatsapp.routes import state_of_channel
from observability import metrics
from settings import settings

logger = logging.getLogger("dalil.requests")
router = APIRouter(include_in_schema=False)
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


@router.get("/metrics")
def read_metrics(request: Request) -> Response:
    """Everything Prometheus reads. Raises `Refusal` (404) for those who may not."""
    if not _may_read(request):
        raise Refusal(404, "not_found")
    values: dict[str, float] = {}
    rasa = request.app.state.rasa
    model = rasa.model()
    parts = {"rasa": model is not None, "database": True}
    try:
        values = _state()
    except SQLAlchemyError as error:
        logger.error("the database cannot be read: %s", type(error).__name__)
        parts["database"] = False
    metrics.tell_state(values, parts, model)
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


def _state() -> dict[str, float]:
    now = datetime.now(UTC)
    with open_session() as session:
        kept = waiting(session)
        return {
            "messages_waiting": kept.messages,
            "oldest_waiting_seconds": (now - kept.since).total_seconds() if kept.since else 0,
            "stale_facts": len(overdue_subjects(session, date.today())),
            "callbacks_overdue": callbacks_overdue(session, on=date.today()),
            "whatsapp_paused": state_of_channel().startswith("paused"),
            "switched_off": switched_off(session) is not None,
        }


def _may_read(request: Request) -> bool:
    token = settings().metrics_token.get_secret_value()
    if token:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
    # A proxy on this machine speaks for others: then nobody is local without the token.
    if any(header in request.headers for header in FORWARDED) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Observed:
    """Counts each request under its route (never its path, which holds ids) and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = time.perf_counter(), 500

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - started
            route = _route_of(scope)
            metrics.requests.labels(route, scope["method"], f"{status // 100}xx").inc()
            if not route.endswith("/stream"):
                metrics.request_seconds.labels(route).observe(seconds)
            logger.info("%s %s %s %.0f ms", scope["method"], route, status, 1000 * seconds)


def _route_of(scope: Scope) -> str:
    """The pattern that matched; paths nobody serves share one name, so that they cannot multiply."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is None:
        return "none"
    root = scope.get("root_path", "")
    return str(path) if path.startswith(root) else f"{root}{path}"
