"""Runs the migrations on the configured database."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

import database.console_tables
import database.health
import database.whatsapp  # noqa: F401  the tables of all belong to the metadata
from database.encryption import Encrypted
from database.session import engine
from database.tables import Base, UtcDateTime


def _plain_type(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration names SQLAlchemy's own types: ours may change after it was written."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Encrypted):
        return "sa.Text()"
    return False


def _is_in_the_metadata(name: str | None, kind: str, _parents: Any) -> bool:
    """SQLite's search index makes tables of its own."""
    return not (kind == "table" and (name or "").startswith("turn_search"))


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_plain_type,
        include_name=_is_in_the_metadata,
    )
    with context.begin_transaction():
        context.run_migrations()


with engine().connect() as connection:
    if connection.dialect.name == "sqlite":
        # SQLite changes a table by making it anew: dropping the old one must not cascade.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
        try:
            _run(connection)
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    else:
        _run(connection)
