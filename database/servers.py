"""Databases of a PostgreSQL server, made when they are missing."""

from psycopg.errors import DuplicateDatabase
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

MAINTENANCE = "postgres"
CONNECTS_WITHIN_SECONDS = 3


class NoDatabase(Exception):
    """Why there is none, in one line."""


def ensure_database(url: str) -> bool:
    """Make the database that this address names, if the server has none so called; whether it did.

    Raises `NoDatabase` when the server does not answer or refuses us.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    if _answers(address.render_as_string(hide_password=False)):
        return False
    server = create_engine(
        address.set(database=MAINTENANCE),
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": CONNECTS_WITHIN_SECONDS},
    )
    try:
        with server.connect() as connection:
            name = connection.dialect.identifier_preparer.quote(str(address.database))
            connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError as error:
        if not isinstance(error.orig, DuplicateDatabase):
            raise NoDatabase(str(error.orig).strip().splitlines()[-1]) from error
        return False
    finally:
        server.dispose()
    return True


def _answers(url: str) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": CONNECTS_WITHIN_SECONDS})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()
