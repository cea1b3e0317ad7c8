"""A session that remembers facts asks once, and hears of a change at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from database import queries
from database.drafts import new_mark
from database.session import engine, open_session
from database.tables import Figure, Revision

SUBJECT = "zitoun_bonus"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database within the block."""
    sent: list[str] = []

    def write_down(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        sent.append(statement)

    opened = engine(None)  # as `open_session` asks for it
    event.listen(opened, "before_cursor_execute", write_down)
    try:
        yield sent
    finally:
        event.remove(opened, "before_cursor_execute", write_down)


@pytest.fixture(autouse=True)
def facts(session: Session) -> None:
    """The made-up facts, and nothing remembered of others."""
    queries._by_mark.clear()


def read_all() -> tuple[list[str], list[str], list[str], int, list[str]]:
    """What one turn might ask."""
    with open_session() as session:
        queries.remember_facts(session)
        subject = queries.subject_named(session, SUBJECT)
        assert subject is not None
        statement = queries.statement_about(session, SUBJECT, "overview")
        assert statement is not None
        named = {(SUBJECT, figure.key): figure for figure in figures_in(session)}
        found = queries.figures_named(session, set(named))
        assert found.keys() == named.keys()
        total, page = queries.page_of_subjects(
            session,
            kinds=("zone",),
            tags={"sector": "digital"},
            later=[["closed"]],
            start=0,
            size=5,
        )
        return (
            [name.text for name in subject.names],
            queries.aspects_of(session, SUBJECT),
            list(statement.texts.values()),
            total,
            [name.text for each in page for name in each.names],
        )


def figures_in(session: Session) -> list[Figure]:
    """The figures of the subject, read past the memory."""
    return list(session.query(Figure).where(Figure.subject_id == SUBJECT))


def test_what_was_asked_before_is_not_asked_again() -> None:
    first = read_all()
    with statements() as sent:
        assert read_all() == first
    asked = [statement for statement in sent if "FROM figure" not in statement]
    assert len(asked) == 1
    assert "FROM revision" in asked[0]


def test_without_being_told_a_session_asks_every_time() -> None:
    with open_session() as session, statements() as sent:
        for _ in range(2):
            queries.aspects_of(session, SUBJECT)
        assert len(sent) == 2


def test_a_changed_fact_is_said_by_the_next_session() -> None:
    read_all()
    with open_session() as session:
        figure = figures_in(session)[0]
        key = (SUBJECT, figure.key)
        figure.values = ["12345"]
        session.execute(update(Revision).values(mark=new_mark()))
    with open_session() as session:
        queries.remember_facts(session)
        assert queries.figures_named(session, [key])[key].values == ["12345"]


def test_a_turn_that_fails_leaves_what_was_read_as_it_was() -> None:
    with pytest.raises(RuntimeError), open_session() as session:
        queries.remember_facts(session)
        queries.subject_named(session, SUBJECT)
        raise RuntimeError("the turn failed")
    assert read_all()[0]


def test_who_changes_a_list_changes_only_his_own() -> None:
    with open_session() as session:
        queries.remember_facts(session)
        queries.aspects_of(session, SUBJECT).clear()
        assert queries.aspects_of(session, SUBJECT)


def test_questions_that_differ_are_not_taken_for_each_other() -> None:
    with open_session() as session:
        queries.remember_facts(session)
        zones = queries.subjects_for(session, kinds=("zone",))
        bodies = queries.subjects_for(session, kinds=("institution",))
        assert {subject.kind for subject in zones} == {"zone"}
        assert {subject.kind for subject in bodies} == {"institution"}
        ids = [subject.id for subject in zones]
        assert [s.id for s in queries.subjects_named(session, ids)] == ids
        assert [s.id for s in queries.subjects_named(session, ids[::-1])] == ids[::-1]
