"""Databases that grew: ten times the content, a million logged messages, all of it invented."""

import random
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from database.tables import Base, Conversation, Subject, Turn, Utterance

ROWS_AT_ONCE = 20_000
TURNS_PER_CONVERSATION = 8
OF_A_SUBJECT = ("name", "tag", "source", "figure", "statement", "step")
SYLLABLES = {
    "ary-Arab": "با بو تا تي جو حا دي را رو زي سا شو طا فا قو كا لو ما نو وي".split(),
    "fr": "ba bo ca di dra fe ga ki lo ma mo na pu ra ri so ta vo xi zu".split(),
}

Row = dict[str, Any]


def multiply_content(engine: sa.Engine, times: int) -> int:
    """Make the content so many times as large; how many subjects there are then.

    Each copy of a subject says what the original says, under names that nobody has.
    """
    chance = random.Random(times)
    tables = Base.metadata.tables
    with engine.begin() as connection:
        subjects = _rows(connection, Subject.__table__)
        parts = {name: _rows(connection, tables[name]) for name in OF_A_SUBJECT}
        for number in range(1, times):
            copies = [
                {**row, "id": _copied(row["id"], number), "part_of": None} for row in subjects
            ]
            _insert(connection, Subject.__table__, copies)
            for name, rows in parts.items():
                _insert(connection, tables[name], _copies(name, rows, number, chance))
    return len(subjects) * times


def multiply_log(engine: sa.Engine, messages: int) -> None:
    """Fill the log up to so many messages: copies of the answered ones in it."""
    with engine.begin() as connection:
        turns = _rows(
            connection, Turn.__table__.select().where(Turn.state == "answered").limit(500)
        )
        conversation = _rows(connection, Conversation.__table__.select().limit(1))[0]
        present, last = connection.execute(
            sa.select(sa.func.count(Turn.id), sa.func.max(Turn.id))
        ).one()
    if not turns:
        raise ValueError("there is no answered message to copy")
    numbers = iter(range(last + 1, last + 1 + max(0, messages - present)))
    while chunk := _next(numbers, ROWS_AT_ONCE):
        ids = [str(uuid.uuid4()) for _ in range(0, len(chunk), TURNS_PER_CONVERSATION)]
        conversations = [
            {**conversation, "id": name, "uttered": TURNS_PER_CONVERSATION} for name in ids
        ]
        copies = [
            {
                **turns[number % len(turns)],
                "id": number,
                "conversation_id": ids[place // TURNS_PER_CONVERSATION],
                "message_id": f"m{place}",
            }
            for place, number in enumerate(chunk)
        ]
        said = [
            {
                "conversation_id": turn["conversation_id"],
                "number": 1 + place % TURNS_PER_CONVERSATION,
                "turn_id": turn["id"],
                "staff": None,
                "said_at": turn["answered_at"],
            }
            for place, turn in enumerate(copies)
        ]
        with engine.begin() as connection:
            _insert(connection, Conversation.__table__, conversations)
            _insert(connection, Turn.__table__, copies)
            _insert(connection, Utterance.__table__, said)


def _copies(table: str, rows: Sequence[Row], number: int, chance: random.Random) -> list[Row]:
    copies = []
    for row in rows:
        copy = {**row, "subject_id": _copied(row["subject_id"], number)}
        if table == "name":
            copy["text"] = _invented_name(row["writing"], chance)
        copy.pop("id", None)
        copies.append(copy)
    return copies


def _invented_name(writing: str, chance: random.Random) -> str:
    syllables = SYLLABLES.get(writing, SYLLABLES["fr"])
    return " ".join("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in "ab")


def _copied(subject_id: str, number: int) -> str:
    return f"{subject_id[:70]}-copy{number}"


def _rows(connection: sa.Connection, what: Any) -> list[Row]:
    query = what.select() if isinstance(what, sa.Table) else what
    return [dict(row) for row in connection.execute(query).mappings()]


def _insert(connection: sa.Connection, table: Any, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(table.insert(), list(rows[start : start + ROWS_AT_ONCE]))


def _next(numbers: Iterator[int], count: int) -> list[int]:
    return [number for _, number in zip(range(count), numbers, strict=False)]
