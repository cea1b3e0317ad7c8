"""Copies of a whole database that can be put back: PostgreSQL by its own tools, SQLite by its own way.

Source: PostgreSQL's manual, `pg_dump`, `pg_restore` and snapshot synchronization functions; SQLite's
"Online Backup API".
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, create_engine, delete, func, inspect, make_url, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.conversations import hash_of
from database.tables import Callback, Conversation, Erasure

Counts = dict[str, int]


class BackupFailed(Exception):
    """What went wrong, in one line."""


def suffix_for(url: str) -> str:
    """How the file of a copy ends: `db` for SQLite, `dump` for PostgreSQL."""
    return "db" if make_url(url).get_backend_name() == "sqlite" else "dump"


def save(url: str, file: Path) -> Counts:
    """Write a copy of the database to `file` while it is in use; how many rows each table has in it.

    Raises `BackupFailed`.
    """
    if suffix_for(url) == "db":
        with closing(_sqlite(url)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        return rows_of(f"sqlite:///{file}")
    engine = _engine(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            # The copy and the count see the same moment.
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            counts = {
                name: connection.scalar(select(func.count()).select_from(table(name))) or 0
                for name in inspect(connection).get_table_names()
            }
            _run(
                url,
                *("pg_dump", "--format=custom", "--no-owner", "--no-privileges"),
                *(f"--snapshot={snapshot}", f"--file={file}"),
            )
    except DBAPIError as error:
        raise BackupFailed(str(error.orig).strip().splitlines()[-1]) from error
    finally:
        engine.dispose()
    return counts


def restore(url: str, file: Path, tables: Iterable[str]) -> Counts:
    """Make the database what `file` holds, which are these tables; how many rows each has then.

    Nobody may be using the database. Raises `BackupFailed`.
    """
    if suffix_for(url) == "db":
        Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as copy, closing(_sqlite(url)) as target:
            copy.backup(target)
        return rows_of(url)
    _drop_unknown(url, set(tables))
    _run(
        url,
        *("pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists"),
        *("--no-owner", "--no-privileges", str(file)),
    )
    return rows_of(url)


def rows_of(url: str) -> Counts:
    """How many rows does each table have? Raises `BackupFailed` when the database cannot be read."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table(name))) or 0
                for name in inspect(connection).get_table_names()
            }
    except DBAPIError as error:
        raise BackupFailed(str(error.orig).strip().splitlines()[-1]) from error
    finally:
        engine.dispose()


def holds_something(url: str) -> bool:
    """Has this database any table? Raises `BackupFailed` when it cannot be read."""
    if suffix_for(url) == "db" and not Path(make_url(url).database or "").exists():
        return False
    return bool(rows_of(url))


def erasures_known(session: Session) -> list[Erasure]:
    """The register of erasures, to be carried over a restore."""
    return list(session.scalars(select(Erasure)))


def erase_again(session: Session, register: list[Erasure]) -> list[str]:
    """Erase what a restored copy brought back although it was erased since; the ids of conversations.

    The register keeps hashes, so every conversation of the copy is compared with it. Rasa, whose
    dialogues came back too, is told to forget as soon as the web server runs.
    """
    erased = {erasure.conversation_hash: session.merge(erasure) for erasure in register}
    back = [each for each in session.scalars(select(Conversation.id)) if hash_of(each) in erased]
    for conversation_id in back:
        erased[hash_of(conversation_id)].to_forget = conversation_id
    session.execute(delete(Conversation).where(Conversation.id.in_(back)))
    return back


def a_contact_is_readable(session: Session) -> bool | None:
    """Do the keys we have open a contact of this database? None when there is none to try.

    Raises `cryptography.fernet.InvalidToken` when they do not.
    """
    name = session.scalar(select(Callback.name).where(Callback.name.is_not(None)).limit(1))
    return None if name is None else True


def _drop_unknown(url: str, known: set[str]) -> None:
    """Drop the tables of later versions: they may refer to those that are about to be replaced."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            quote = connection.dialect.identifier_preparer.quote
            for name in set(inspect(connection).get_table_names()) - known:
                connection.execute(text(f"DROP TABLE {quote(name)} CASCADE"))
    except DBAPIError as error:
        raise BackupFailed(str(error.orig).strip().splitlines()[-1]) from error
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address)


def _sqlite(url: str) -> sqlite3.Connection:
    return sqlite3.connect(make_url(url).database or "", timeout=30)


def _run(url: str, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(f"{program} is missing: `apt-get install postgresql-client` brings it")
    address = make_url(url).set(drivername="postgresql")
    # The password stays off the command line, where other users could read it.
    environment = os.environ | {"PGPASSWORD": address.password or ""}
    shown = address.set(password=None).render_as_string()
    result = subprocess.run(
        [found, "--dbname", shown, *arguments], env=environment, capture_output=True, text=True
    )
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or ["no reason was given"]
        raise BackupFailed(f"{program}: {lines[0]}")
