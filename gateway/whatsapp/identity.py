"""Who is who: identifiers are known by keyed hashes, so that neither log nor Rasa ever sees one.

WhatsApp's message ids hold the phone number in base64: they are hashed too before they name a
message anywhere. The key of the hashes is drawn once and kept encrypted in the database, so that
the encryption keys can be changed without losing anybody.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from database.session import engine, open_session
from database.whatsapp import Identity, channel


@dataclass(frozen=True)
class Hasher:
    """Hashes identifiers under the channel's key."""

    key: bytes

    def of(self, kind: str, identifier: str) -> str:
        """The hash of an identifier, different for each kind."""
        return hmac.new(self.key, f"{kind}:{identifier}".encode(), hashlib.sha256).hexdigest()

    def message(self, wamid: str) -> str:
        """The name of a message, incoming or outgoing."""
        return self.of("message", wamid)

    def identity(self, phone: str | None, user_id: str | None) -> Identity:
        """An identity with its hashes."""
        return Identity(
            phone=phone,
            user_id=user_id,
            phone_hash=self.of("phone", phone) if phone else None,
            user_hash=self.of("user", user_id) if user_id else None,
        )

    def conversation(self, identifier: str, started_at: datetime) -> str:
        """The id of a conversation: a person who comes back after an erasure gets another one."""
        digest = self.of("conversation", f"{identifier} {started_at.isoformat()}")
        return str(uuid.UUID(digest[:32]))


def hasher() -> Hasher:
    """The hasher of the configured database."""
    return _hasher_of(str(engine().url))


@cache
def _hasher_of(_database: str) -> Hasher:
    with open_session() as session:
        return Hasher(channel(session).hash_key.encode())
