"""The real content, for tests of what is found in it."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from database import session as database_session
from database.loading import load_facts
from settings import ROOT, settings


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The real content in a database of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('facts') / 'facts.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        database_session.engine.cache_clear()
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        with database_session.open_session() as session:
            load_facts(session, settings().content / "facts")
        with database_session.open_session() as session:
            yield session
        database_session.engine().dispose()
    settings.cache_clear()
    database_session.engine.cache_clear()
