"""All that is kept of one conversation, for the person who asks to see it.

What belongs to it is found by following the foreign keys, so that a table added later is not
forgotten. What is encrypted is read in clear.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, or_, select
from sqlalchemy.orm import Session

from database.console_tables import AuditEntry
from database.tables import Base, Callback, Conversation

# Hashes of secrets and marks of work under way tell nothing about anybody.
LEFT_OUT = {"token_hash", "code_hash", "held_by", "held_until", "words"}
Rows = dict[str, list[dict[str, Any]]]


def conversation_meant(session: Session, reference: str) -> str | None:
    """Which conversation has this id, or asked for the call-back that has it?"""
    reference = reference.strip().lower()
    if session.get(Conversation, reference) is not None:
        return reference
    return session.scalar(select(Callback.conversation_id).where(Callback.id == reference))


def everything_about(session: Session, conversation_id: str) -> Rows:
    """Every row of every table that belongs to a conversation, and what the staff did with it."""
    conversation = Base.metadata.tables["conversation"]
    found: Rows = {}
    _collect(session, conversation.c.id, {conversation_id}, found, set())
    entries = session.scalars(
        select(AuditEntry)
        .where(
            or_(
                *(
                    (AuditEntry.kind == kind) & AuditEntry.object_id.in_(_ids(found, kind))
                    for kind in ("conversation", "turn", "callback")
                )
            )
        )
        .order_by(AuditEntry.id)
    )
    found["audit_entry"] = [
        {"at": _plain(entry.at), "action": entry.action, "kind": entry.kind} for entry in entries
    ]
    return found


def tables_of_a_conversation() -> set[str]:
    """The tables whose rows belong to a conversation, directly or through another table."""
    found = {"conversation"}
    while True:
        more = {
            table.name
            for table in Base.metadata.tables.values()
            if any(key.column.table.name in found for key in table.foreign_keys)
        }
        if more <= found:
            return found
        found |= more


def _collect(
    session: Session,
    column: Column[Any],
    values: set[Any],
    found: Rows,
    seen: set[tuple[Any, ...]],
) -> None:
    table = column.table
    keys = list(table.primary_key)
    held = found.setdefault(str(table), [])
    rows = []
    for row in session.execute(select(table).where(column.in_(values)).order_by(*keys)).mappings():
        mark = (table, *(row[key] for key in keys))
        if mark not in seen:
            seen.add(mark)
            rows.append(row)
            held.append(
                {name: _plain(value) for name, value in row.items() if name not in LEFT_OUT}
            )
    if not rows:
        return
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table:
                _collect(session, key.parent, {row[key.column] for row in rows}, found, seen)


def _ids(found: Rows, table: str) -> list[str]:
    return [str(row["id"]) for row in found.get(table, ())]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
