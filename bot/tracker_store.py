"""Keeps each conversation as one row: its slots and its last turns.

Rasa's own SQL store writes every event and reads the whole session back at each turn, so that a
turn costs more as the conversation grows. The dialogue here needs the slots and the latest turn
only; the full log is the gateway's.
"""

from __future__ import annotations

import json
from typing import Any, Iterable, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.dialects import postgresql, sqlite

from bot.environment import given

TURNS_KEPT = 4
CONNECTS_WITHIN_SECONDS = 3


class DialogueStore(TrackerStore, SerializedTrackerAsText):
    """A tracker store on SQLite or PostgreSQL; `DALIL_TRACKER_URL` overrides the configured url."""

    table = sa.Table(
        "dialogue",
        sa.MetaData(),
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("events", sa.Text, nullable=False),
    )

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: str = "sqlite://",
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.engine = _engine(given("DALIL_TRACKER_URL", host))
        # Made once: SQLAlchemy takes longer to put them together than to run them.
        self._replace = _replacement(self.table, self.engine.dialect.name)
        self._read = sa.select([self.table.c.events]).where(
            self.table.c.sender_id == sa.bindparam("sender")
        )
        self._make_table()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Replace the row of this conversation."""
        events = json.dumps(_kept_events(tracker), ensure_ascii=False)
        row = {"sender_id": tracker.sender_id, "events": events}
        with self.engine.begin() as connection:
            connection.execute(self._replace, row)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation with its slots and last turns, or None when there is none."""
        with self.engine.connect() as connection:
            events = connection.execute(self._read, {"sender": sender_id}).scalar()
        if events is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, json.loads(events), self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select([self.table.c.sender_id])).scalars())

    def forget(self, sender_id: str) -> None:
        """Erase a conversation."""
        with self.engine.begin() as connection:
            connection.execute(self.table.delete().where(self.table.c.sender_id == sender_id))

    def _make_table(self) -> None:
        try:
            self.table.create(self.engine, checkfirst=True)
        except sa.exc.SQLAlchemyError:
            # A process that started at the same moment was faster, or there is real trouble.
            if not sa.inspect(self.engine).has_table(self.table.name):
                raise


def _replacement(table: sa.Table, dialect: str) -> Any:
    """A row in the place of that of the same conversation, if there is one."""
    row = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    return row.on_conflict_do_update(
        index_elements=["sender_id"], set_={"events": row.excluded.events}
    )


def _kept_events(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The slots as they stood before the last turns, then the events of these turns."""
    events = list(tracker.events)
    starts = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= TURNS_KEPT:
        return [event.as_dict() for event in events]
    # The listening that precedes a message belongs to its turn.
    first = starts[-TURNS_KEPT] - 1
    earlier = {event.key: event for event in events[:first] if isinstance(event, SlotSet)}
    return [event.as_dict() for event in (*earlier.values(), *events[first:])]


def _engine(url: str) -> sa.engine.Engine:
    if url.startswith("sqlite"):
        # Kept open: SQLite tidies its log up, to the disk, whenever the last connection closes.
        engine = sa.create_engine(
            url,
            poolclass=sa.pool.QueuePool,
            pool_size=1,
            connect_args={"check_same_thread": False},
        )
        sa.event.listen(engine, "connect", _write_ahead)
        return engine
    # Rasa works in one event loop, which waits for every query: one connection is in use at a time.
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=1,
        max_overflow=1,
        connect_args={"connect_timeout": CONNECTS_WITHIN_SECONDS},
    )


def _write_ahead(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
