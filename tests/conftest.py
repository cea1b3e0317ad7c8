"""What every test shares: an empty database in a file of its own, and a small made-up content."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from database import session as database_session
from database.loading import load_facts
from settings import ROOT, settings

MADE_UP_FACTS = ROOT / "tests" / "content"


@pytest.fixture
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a migrated, empty database; settings point at it."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    _forget_settings()
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    yield url
    database_session.engine().dispose()
    _forget_settings()


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on a database that holds the made-up facts."""
    with database_session.open_session() as opened:
        load_facts(opened, MADE_UP_FACTS)
    with database_session.open_session() as opened:
        yield opened


def _forget_settings() -> None:
    settings.cache_clear()
    database_session.engine.cache_clear()
