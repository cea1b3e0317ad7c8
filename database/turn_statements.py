"""What every turn asks of the database, written once and on the tables themselves.

To build and compile these statements at each turn, and to make objects of what they give, took
several times what it takes to run them.
"""

from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    Text,
    bindparam,
    case,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from database.health import SwitchedOff
from database.tables import Conversation, Turn, UtcDateTime, Utterance

_conversation, _turn, _utterance = (
    cast(Table, entity.__table__) for entity in (Conversation, Turn, Utterance)
)
_THIS = _conversation.c.id == bindparam("conversation")
_NOW = bindparam("now", type_=UtcDateTime)
_FREE = or_(_conversation.c.held_until.is_(None), _conversation.c.held_until < _NOW)
_WAITING = (_turn.c.conversation_id == bindparam("conversation"), _turn.c.state == "received")

SPEAKER = select(
    _conversation.c.id, _conversation.c.token_hash, _conversation.c.channel, _conversation.c.writing
).where(_THIS)
_TAKEN: dict[str, ColumnElement[Any]] = {
    "message_id": bindparam("message", type_=String),
    "text": bindparam("said", type_=Text),
    "payload": bindparam("pressed", type_=Text),
    "received_at": bindparam("at", type_=UtcDateTime),
    "state": literal("received"),
    "words": bindparam("searched", type_=Text),
    "conversation_id": _conversation.c.id,
    "channel": _conversation.c.channel,
}
# One statement: it neither waits for a lock between two steps nor needs a savepoint.
TAKE_IN = {
    dialect: its_insert(_turn)
    .from_select(list(_TAKEN), select(*_TAKEN.values()).where(_THIS))
    .on_conflict_do_nothing(index_elements=["conversation_id", "message_id"])
    .returning(_turn.c.id)
    for dialect, its_insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
HOLD_IF_FREE = (
    update(_conversation)
    .where(_THIS)
    .values(
        held_by=case((_FREE, bindparam("holder", type_=String)), else_=_conversation.c.held_by),
        held_until=case(
            (_FREE, bindparam("until", type_=UtcDateTime)), else_=_conversation.c.held_until
        ),
    )
    .returning(_conversation.c.held_by)
)
HOLD_IF_WAITING = (
    update(_conversation)
    .where(_THIS, _FREE, exists().where(*_WAITING))
    .values(held_by=bindparam("holder"), held_until=bindparam("until"))
    .returning(_conversation.c.held_by)
)
LET_GO = (
    update(_conversation)
    .where(_THIS, _conversation.c.held_by == bindparam("holder"))
    .values(held_by=None, held_until=None)
)
OLDEST_WAITING = (
    select(
        _turn.c.conversation_id,
        _turn.c.id.label("turn_id"),
        _turn.c.message_id,
        _turn.c.text,
        _turn.c.payload,
        _turn.c.received_at,
        _conversation.c.channel,
        _conversation.c.writing,
        select(cast(Table, SwitchedOff.__table__).c.notice).scalar_subquery().label("notice"),
    )
    .join_from(_turn, _conversation)
    .where(*_WAITING)
    .order_by(_turn.c.id)
    .limit(1)
)
KEPT = select(
    _turn.c.id,
    _turn.c.message_id,
    _turn.c.received_at,
    _turn.c.state,
    _turn.c.writing,
    _turn.c.outcome,
    _turn.c.reply,
).where(
    _turn.c.conversation_id == bindparam("conversation"),
    _turn.c.message_id == bindparam("message"),
)
SAY = (
    update(_conversation)
    .where(_THIS)
    .values(uttered=_conversation.c.uttered + 1)
    .returning(_conversation.c.uttered)
)
SAY_AND_LET_GO = SAY.values(writing=bindparam("answered_in"), held_by=None, held_until=None)
UNSAY = update(_conversation).where(_THIS).values(uttered=_conversation.c.uttered - 1)
ANSWER = update(_turn).where(_turn.c.id == bindparam("turn"))
UTTER = insert(_utterance)
