"""Who speaks: the bearer of a conversation's token, from a network address that is counted."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from database.conversations import Speaker, conversation_named, speaker
from database.session import open_session
from database.tables import Conversation
from database.vocabulary import Writing
from gateway.errors import Refusal
from gateway.limits import check_rate
from settings import settings

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HOUSEHOLD_BITS = 64

bearer = HTTPBearer(auto_error=False, description="The `token` given when it was opened.")


def counted(request: Request) -> None:
    """Count a call of this network address. Raises `Refusal` (429)."""
    address = request.client.host if request.client else "unknown"
    check_rate(settings().rate_per_address, "address", _network_of(address))


def visitor(
    conversation_id: str,
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Speaker:
    """The conversation of the one who calls.

    Raises `Refusal`: 404 when there is no such conversation, 401 without its token.
    """
    counted(request)
    conversation = None
    if UUID.fullmatch(conversation_id):
        with open_session() as session:
            conversation = speaker(session, conversation_id)
    if conversation is None:
        raise Refusal(404, "unknown_conversation")
    token = shown.credentials if shown else ""
    if not hmac.compare_digest(hashed(token), conversation.token_hash):
        raise Refusal(401, "not_yours")
    # From here on, errors are told in the writing of the conversation.
    request.state.writing = conversation.writing
    return conversation


Visitor = Annotated[Speaker, Depends(visitor)]
Counted = Depends(counted)


def conversation_of(session: Session, visitor: Speaker) -> Conversation:
    """All of a visitor's conversation. Raises `Refusal` (404) when it was erased meanwhile."""
    conversation = conversation_named(session, visitor.id)
    if conversation is None:
        raise Refusal(404, "unknown_conversation", writing_of(visitor))
    return conversation


def writing_of(conversation: Speaker | Conversation) -> Writing:
    """The writing that a conversation is held in."""
    return conversation.writing  # type: ignore[return-value]


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """How a token is kept. It is long and random: a plain hash cannot be searched back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _network_of(address: str) -> str:
    """What counts as one address: one household has 2**64 addresses of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, HOUSEHOLD_BITS), strict=False).network_address)
