"""Changing the key of what is encrypted: every such column of every table, found by its type."""

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

import database.console_tables
import database.whatsapp  # noqa: F401  the tables of both belong to the metadata
from database.encryption import Encrypted
from database.tables import Base


def encrypt_again(session: Session) -> int:
    """Write what is encrypted with the first key, whichever it was written with; how many rows.

    To be run after a key was put in front of the others, before the oldest is taken away.
    Raises `cryptography.fernet.InvalidToken` when a row fits none of the keys.
    """
    return sum(_encrypt_table(session, table) for table in Base.metadata.sorted_tables)


def _encrypt_table(session: Session, table: Table) -> int:
    secret = [column for column in table.columns if isinstance(column.type, Encrypted)]
    if not secret:
        return 0
    keys = list(table.primary_key)
    rows = session.execute(select(*keys, *secret)).mappings().all()
    for row in rows:
        session.execute(
            update(table)
            .where(*(key == row[key] for key in keys))
            .values({column: row[column] for column in secret})
        )
    return len(rows)
