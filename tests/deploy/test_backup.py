"""A restore, rehearsed: what was saved comes back, on SQLite and on a real PostgreSQL."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from cryptography.fernet import Fernet
from sqlalchemy import NullPool, create_engine, func, select, text

from database import encryption
from database import session as database_session
from database.backup import BackupFailed
from database.conversations import erase_conversation
from database.loading import load_facts
from database.session import open_session
from database.tables import Callback, Conversation, Erasure, Subject, Turn
from launch import backup
from settings import ROOT, settings
from tests.conftest import MADE_UP_FACTS
from tests.load.stack import postgres_database, postgres_is_there

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OURS = str(Fernet.generate_key(), "ascii")
UseKeys = Callable[[str], None]


@pytest.fixture(params=["sqlite", "postgres"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Two filled databases that settings point at; the folder for copies."""
    if request.param == "postgres":
        if not postgres_is_there():
            pytest.skip("no PostgreSQL on 127.0.0.1:5432")
        if not shutil.which("pg_dump") or not shutil.which("pg_restore"):
            pytest.skip("no pg_dump and pg_restore: `apt-get install postgresql-client`")
    with ExitStack() as opened:
        for variable, name in (("DATABASE_URL", "facts"), ("DALIL_TRACKER_URL", "dialogues")):
            url = f"sqlite:///{tmp_path / name}.db"
            if request.param == "postgres":
                url = opened.enter_context(postgres_database())
            monkeypatch.setenv(variable, url)
        monkeypatch.setenv("DALIL_CONTACT_KEYS", json.dumps([OURS]))
        forget_settings()
        fill()
        yield tmp_path / "copies"
        forget_settings()


@pytest.fixture
def use_key(monkeypatch: pytest.MonkeyPatch) -> UseKeys:
    """Go on with another contact key."""

    def use(key: str) -> None:
        monkeypatch.setenv("DALIL_CONTACT_KEYS", json.dumps([key]))
        forget_settings()

    return use


def forget_settings() -> None:
    if database_session.engine.cache_info().currsize:
        database_session.engine().dispose()
    settings.cache_clear()
    database_session.engine.cache_clear()
    encryption._cipher.cache_clear()


def fill() -> None:
    """Facts, two conversations, a contact, a dialogue."""
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    with open_session() as session:
        load_facts(session, MADE_UP_FACTS)
    with open_session() as session:
        for name in ("first", "second"):
            session.add(
                Conversation(
                    id=name,
                    channel="web",
                    token_hash="0" * 64,
                    writing="ary-Arab",
                    started_at=NOW,
                    greeting=[],
                )
            )
        session.flush()
        session.add(
            Turn(
                conversation_id="first",
                message_id="m1",
                text="شحال البريم ديال الزيتون؟",
                received_at=NOW,
                state="received",
            )
        )
        session.add(
            Callback(
                id="c1",
                conversation_id="second",
                name="Rachida",
                phone="+212600000000",
                subject="une prime",
                slot="any",
                writing="fr",
                consent_version="1",
                requested_at=NOW,
                due=date(2026, 3, 4),
                state="open",
                erase_on=date(2026, 9, 4),
            )
        )
    with dialogues() as connection:
        connection.execute(text("CREATE TABLE dialogue (sender_id TEXT PRIMARY KEY, events TEXT)"))
        connection.execute(text("INSERT INTO dialogue VALUES ('first', '[]')"))


def dialogues():  # type: ignore[no-untyped-def]
    url = settings().tracker_url.replace("postgresql:", "postgresql+psycopg:")
    return create_engine(url, poolclass=NullPool).begin()


def lose_everything() -> None:
    """What a mistake or a broken disk does."""
    with open_session() as session:
        for table in (Subject, Conversation):
            for row in session.scalars(select(table)):
                session.delete(session.merge(row)) if table is Subject else session.execute(
                    text("DELETE FROM conversation WHERE id = :id"), {"id": row.id}
                )
    with dialogues() as connection:
        connection.execute(text("DELETE FROM dialogue"))


def counted() -> tuple[int, int, int]:
    with open_session() as session:
        subjects = session.scalar(select(func.count()).select_from(Subject)) or 0
        turns = session.scalar(select(func.count()).select_from(Turn)) or 0
    with dialogues() as connection:
        return subjects, turns, connection.scalar(text("SELECT count(*) FROM dialogue"))


def test_what_was_saved_comes_back(stores: Path) -> None:
    before = counted()
    copy = backup.save(stores, at=NOW)
    lose_everything()
    assert counted() == (0, 0, 0)
    told = backup.restore(copy, replace=True)
    assert counted() == before
    assert before[1:] == (1, 1)
    assert told[-1] == "contacts can be read"
    with open_session() as session:
        assert session.scalar(select(Turn.text)) == "شحال البريم ديال الزيتون؟"
        assert session.scalar(select(Callback.name)) == "Rachida"
        # Numbers go on where they were, so that what comes next has one of its own.
        session.add(
            Turn(conversation_id="second", message_id="m2", received_at=NOW, state="received")
        )


def test_a_copy_never_holds_the_keys_and_tells_which_are_needed(
    stores: Path, use_key: UseKeys
) -> None:
    copy = backup.save(stores, at=NOW)
    for file in copy.iterdir():
        held = file.read_bytes()
        assert OURS.encode() not in held, file
        assert b"Rachida" not in held, file
    marks = backup.key_marks()
    use_key(Fernet.generate_key().decode())
    told = backup.restore(copy, replace=True)
    assert told[-1].startswith("CONTACTS CANNOT BE READ")
    assert marks[0] in told[-1]


def test_what_was_erased_since_the_copy_stays_erased(stores: Path) -> None:
    copy = backup.save(stores, at=NOW)
    with open_session() as session:
        erasure = erase_conversation(session, "first", at=NOW + timedelta(hours=1))
        assert erasure is not None
        erasure.to_forget = None
    told = backup.restore(copy, replace=True)
    assert "1 conversations that were erased since are erased again" in told
    with open_session() as session:
        assert [row.id for row in session.scalars(select(Conversation))] == ["second"]
        kept = session.scalars(select(Erasure)).one()
        # Rasa's side came back with the dialogues: it is to be forgotten once more.
        assert kept.to_forget == "first"


def test_nothing_is_replaced_unasked_and_no_damaged_copy_is_taken(stores: Path) -> None:
    copy = backup.save(stores, at=NOW)
    before = counted()
    with pytest.raises(BackupFailed, match="--replace"):
        backup.restore(copy)
    for file in copy.glob("conversations.*"):
        file.write_bytes(file.read_bytes()[:-7] + b"damaged")
    with pytest.raises(BackupFailed, match="damaged"):
        backup.restore(copy, replace=True)
    assert counted() == before


def test_a_copy_of_an_older_version_is_brought_up_to_date(stores: Path) -> None:
    command.downgrade(Config(ROOT / "alembic.ini"), "0003")
    copy = backup.save(stores, at=NOW)
    command.upgrade(Config(ROOT / "alembic.ini"), "head")
    backup.restore(copy, replace=True)
    head = json.loads((copy / backup.DESCRIPTION).read_text())["databases"]["conversations"]["rows"]
    assert set(head) <= set(backup.backup.rows_of(settings().database_url))


def test_only_the_newest_copies_are_kept(stores: Path) -> None:
    for day in range(4):
        newest = backup.save(stores, at=NOW + timedelta(days=day), keep=2)
    names = sorted(each.name for each in stores.iterdir())
    assert names == ["dalil-2026-03-04T093000Z", "dalil-2026-03-05T093000Z"]
    assert newest.name == names[-1]


def test_a_copy_that_fails_leaves_nothing_that_looks_whole(
    stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(url: str, file: Path) -> None:
        raise BackupFailed("the disk is full")

    monkeypatch.setattr(backup.backup, "save", fail)
    assert backup.main(["save", str(stores)]) == 1
    assert list(stores.iterdir()) == []
