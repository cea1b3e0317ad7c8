"""The public web server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from console.access import PATH as CONSOLE
from console.app import console_app, too_large
from database.queries import revision_mark
from database.session import open_session
from gateway import (
    callbacks,
    conversations,
    feedback,
    notices,
    observing,
    reference,
    simulations,
    stream,
    transcript,
)
from gateway.errors import install_error_handlers
from gateway.inbox import Retrier
from gateway.limits import BodyLimit
from gateway.rasa_client import RasaClient
from gateway.retention import DailyPurge
from gateway.security import CALL_HEADERS, CALL_METHODS, READABLE_HEADERS, SecurityHeaders
from gateway.stream import Streams
from gateway.whatsapp import routes as whatsapp
from observability.logs import configure_logging
from observability.tracing import start_tracing
from settings import ROOT, settings

PAGES = ROOT / "widget"


def create_app() -> FastAPI:
    """The application, ready to be served by uvicorn."""
    configure_logging("web")
    start_tracing("web")
    app = FastAPI(title="Dalil", version="0.1.0", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.rasa = RasaClient.from_settings(settings())
    app.state.streams = Streams(settings().stream_poll_seconds)
    app.include_router(conversations.router)
    app.include_router(stream.router)
    app.include_router(feedback.router)
    app.include_router(transcript.router)
    app.include_router(callbacks.router)
    app.include_router(notices.router)
    app.include_router(simulations.router)
    app.include_router(reference.router)
    app.include_router(observing.router)
    app.include_router(whatsapp.router)
    reference.mount_files(app)
    install_error_handlers(app)
    _add_middleware(app)

    @app.get("/healthz", include_in_schema=False)
    def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def ready(request: Request) -> JSONResponse:
        parts = {"database": _database_holds_facts(), "rasa": request.app.state.rasa.is_ready()}
        return JSONResponse(
            {
                "status": "ok" if all(parts.values()) else "not ready",
                "parts": parts,
                "whatsapp": whatsapp.state_of_channel(),
            },
            200 if all(parts.values()) else 503,
        )

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(PAGES / "index.html")

    app.mount(CONSOLE, console_app(), name="console")
    app.mount("/widget", WidgetFiles(directory=PAGES), name="widget")
    return app


class WidgetFiles(StaticFiles):
    """The chat's files: any site may load them, and a browser asks whether they changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """One file, with its headers."""
        response = super().file_response(*args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-cache"
        return response


def _add_middleware(app: FastAPI) -> None:
    """What every request passes; what is added last comes first."""
    app.add_middleware(
        BodyLimit,
        most=settings().body_max_bytes,
        most_at={
            whatsapp.WEBHOOK: settings().whatsapp_body_max_bytes,
            CONSOLE: settings().console_body_max_bytes,
        },
        told_at={CONSOLE: too_large},
    )
    if settings().trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings().trusted_proxies)
    app.add_middleware(observing.Observed)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings().allowed_origins,
        allow_methods=CALL_METHODS,
        allow_headers=CALL_HEADERS,
        expose_headers=READABLE_HEADERS,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    retrier = Retrier(app.state.rasa, settings().retry_seconds)
    retrier.start()
    daily_purge = DailyPurge()
    if settings().purge_daily:
        daily_purge.start()
    watching = asyncio.create_task(app.state.streams.watch())
    async with whatsapp.serving(app):
        yield
    watching.cancel()
    daily_purge.stop()
    retrier.stop()


def _database_holds_facts() -> bool:
    try:
        with open_session() as session:
            return revision_mark(session) is not None
    except SQLAlchemyError:
        return False
