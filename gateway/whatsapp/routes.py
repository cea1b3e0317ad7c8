"""The webhook that Meta calls, and the codes by which a conversation goes from page to phone.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
"""

import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError

from database.conversations import conversation_named
from database.session import open_session
from database.whatsapp import channel, note_status, store_code, take_in_whatsapp, use_code
from gateway.errors import Refusal
from gateway.limits import check_rate
from gateway.visitor import Counted, Visitor, hashed, new_token, writing_of
from gateway.whatsapp.configuration import is_on
from gateway.whatsapp.controls import CODE_MINUTES, hashed_code, new_code, shown
from gateway.whatsapp.identity import hasher
from gateway.whatsapp.receiving import (
    Received,
    Unreadable,
    read_body,
    received,
    signed_by_meta,
)
from gateway.whatsapp.worker import SETTLE, content_of, start_workers
from settings import settings

logger = logging.getLogger(__name__)
WEBHOOK = "/webhooks/whatsapp"
# Storing is short; threads of its own keep it from waiting behind visitors who wait for answers.
STORING_AT_ONCE = 8
RATE_CODES = "10/minute"

router = APIRouter(tags=["whatsapp"])


class CodeShown(BaseModel):
    """A code to send on WhatsApp, and a link that does it in one touch when the number is known."""

    code: str
    link: str | None
    expires_at: datetime


class CodeTyped(BaseModel):
    """A code that was asked for on WhatsApp."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(min_length=8, max_length=24)


class Continued(BaseModel):
    """A conversation to go on with; its token is shown once."""

    conversation_id: str
    token: str
    language: str


@router.get(WEBHOOK, include_in_schema=False)
def verify(
    mode: Annotated[str, Query(alias="hub.mode")] = "",
    token: Annotated[str, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=500)] = "",
) -> PlainTextResponse:
    """Meta asks once whether the address is ours: the challenge back, or 403."""
    expected = settings().whatsapp_verify_token.get_secret_value()
    ours = hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode())
    if not is_on(settings()) or mode != "subscribe" or not expected or not ours:
        return PlainTextResponse("", 403)
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


@router.post(WEBHOOK, include_in_schema=False)
async def receive(request: Request) -> dict[str, int]:
    """Store what Meta brings, then say so; work comes after. A failure to store is answered 500."""
    if not is_on(settings()):
        raise Refusal(404, "not_found")
    body = await request.body()
    secret = settings().whatsapp_app_secret.get_secret_value()
    if not signed_by_meta(body, request.headers.get("x-hub-signature-256"), secret):
        raise Refusal(401, "not_signed")
    try:
        found = received(
            read_body(body), settings().whatsapp_phone_number_id, now=datetime.now(UTC)
        )
    except Unreadable:
        raise Refusal(400, "bad_json") from None
    if found.skipped:
        logger.warning("WhatsApp webhook: %s parts could not be read", found.skipped)
    stored = 0
    if found.messages or found.statuses:
        stored = await to_thread.run_sync(store, found, limiter=request.app.state.whatsapp_limiter)
    return {
        "messages": stored,
        "known": len(found.messages) - stored,
        "statuses": len(found.statuses),
        "skipped": found.skipped,
    }


def store(found: Received) -> int:
    """Write all of a request in one transaction; how many messages were new."""
    hashes, now = hasher(), datetime.now(UTC)
    new = 0
    with open_session() as session:
        for incoming in found.messages:
            new += take_in_whatsapp(
                session,
                hashes.identity(incoming.phone, incoming.user_id),
                key=hashes.message(incoming.wamid),
                kind=incoming.kind,
                content=content_of(incoming),
                sent_at=incoming.sent_at,
                now=now,
                due_at=now + SETTLE,
            )
        for status in found.statuses:
            note_status(
                session,
                status.status,
                wamid_hash=hashes.message(status.wamid),
                key=status.key,
                at=status.at,
                code=status.code,
            )
    return new


@router.post("/api/conversations/{conversation_id}/whatsapp-code", status_code=201)
def go_on_by_phone(visitor: Visitor) -> CodeShown:
    """A code that carries this conversation to WhatsApp, once the person agrees there."""
    if not is_on(settings()):
        raise Refusal(404, "not_found", writing_of(visitor))
    check_rate(RATE_CODES, "whatsapp code", visitor.id)
    code = new_code()
    expires_at = datetime.now(UTC) + timedelta(minutes=CODE_MINUTES)
    with open_session() as session:
        store_code(
            session, hashed_code(code), visitor.id, towards="whatsapp", expires_at=expires_at
        )
    word = f"DALIL-{shown(code)}"
    number = "".join(c for c in settings().whatsapp_number if c.isdigit())
    link = f"https://wa.me/{number}?text={quote(word)}" if number else None
    return CodeShown(code=word, link=link, expires_at=expires_at)


@router.post("/api/continuations", status_code=201, dependencies=[Counted])
def go_on_here(typed: CodeTyped, request: Request) -> Continued:
    """Go on in the browser with a conversation of WhatsApp, by the code that was asked for there."""
    address = request.client.host if request.client else "unknown"
    check_rate(RATE_CODES, "continuation", address)
    token = new_token()
    with open_session() as session:
        conversation_id = use_code(
            session, hashed_code(typed.code), towards="web", now=datetime.now(UTC)
        )
        conversation = conversation_id and conversation_named(session, conversation_id)
        if not conversation:
            raise Refusal(404, "unknown_conversation")
        conversation.token_hash = hashed(token)
        return Continued(
            conversation_id=conversation.id, token=token, language=conversation.writing
        )


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[None]:
    """The workers of this process, while the application is served and the channel is on."""
    app.state.whatsapp_limiter = CapacityLimiter(STORING_AT_ONCE)
    workers = start_workers(app.state.rasa, settings()) if is_on(settings()) else []
    yield
    for worker in workers:
        worker.stop()


def state_of_channel() -> str:
    """`off`, `on`, or why Meta made us pause, for `/readyz`."""
    if not is_on(settings()):
        return "off"
    try:
        with open_session() as session:
            row = channel(session)
    except SQLAlchemyError:
        return "unknown"
    if row.paused_until and row.paused_until > datetime.now(UTC):
        return f"paused by Meta: error {row.pause_code}"
    return "on"
