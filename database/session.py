"""Opening the database: one engine per process, one short session per piece of work."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from settings import settings


@cache
def engine(url: str | None = None) -> Engine:
    """The engine for `url` (by default the configured database), made once.

    SQLite is opened with write-ahead logging, foreign keys on and five seconds of patience.
    """
    if url is None:
        return engine(settings().database_url)
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    if address.get_backend_name() == "sqlite":
        # Kept open, all of them: to open one takes longer than a whole turn does.
        made = create_engine(
            address, hide_parameters=True, pool_size=settings().database_connections, max_overflow=0
        )
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "savepoint", _take_the_lock_first)
        return made
    return create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=settings().database_connections,
        max_overflow=0,
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _take_the_lock_first(connection: Connection, _name: str) -> None:
    # A savepoint that begins a transaction does not wait for other writers: it is refused at once.
    if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@cache
def _sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def open_session(url: str | None = None) -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back when it raises."""
    with _sessions(engine(url)).begin() as session:
        yield session


@contextmanager
def open_writing_session(url: str | None = None) -> Iterator[Session]:
    """A short session that is sure to write, for what many threads do at once.

    SQLite has one writer at a time, and who finds it busy sleeps for longer and longer before
    looking again. The threads of one process wait for each other here instead.
    """
    with _turn_to_write(engine(url)), open_session(url) as session:
        yield session


@cache
def _turn_to_write(engine: Engine) -> AbstractContextManager[Any]:
    return Lock() if engine.dialect.name == "sqlite" else nullcontext()
