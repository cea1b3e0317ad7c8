"""The tables: what is known (subjects and statements) and what was said (conversations and turns).

A subject is a thing people ask about; a statement is what is said of one aspect of it, in three
writings, with placeholders for figures. A turn is one message of a visitor with its answer; its
row is written before the assistant is asked, so it is also the inbox. What hangs on a conversation
refers to it, or to one of its turns, with `ON DELETE CASCADE`: erasing it leaves nothing behind.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from database.encryption import Encrypted


class Base(DeclarativeBase):
    """The one metadata, with constraint names that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always in UTC: SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Subject(Base):
    """A thing people ask about: an incentive, a zone, an institution, a procedure, a territory.

    `census` is the code of the place whose census figures it has. `file_mark` stands for what the
    content files said of it when they were loaded last; null when they know no such subject.
    """

    __tablename__ = "subject"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    part_of: Mapped[str | None] = mapped_column(String(80))
    ask: Mapped[str] = mapped_column(String(80))
    prominence: Mapped[int]
    status: Mapped[str | None] = mapped_column(String(20))
    status_as_of: Mapped[str | None] = mapped_column(String(10))
    valid_from: Mapped[str | None] = mapped_column(String(10))
    valid_to: Mapped[str | None] = mapped_column(String(10))
    check_by: Mapped[date]
    census: Mapped[str | None] = mapped_column(String(20))
    file_mark: Mapped[str | None] = mapped_column(String(64))

    names: Mapped[list["Name"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    tags: Mapped[list["Tag"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    sources: Mapped[list["Source"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    figures: Mapped[list["Figure"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    statements: Mapped[list["Statement"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    steps: Mapped[list["Step"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="Step.position"
    )


class Name(Base):
    """A name or alias of a subject in one writing; `role` is `name`, `alias` or `operator`."""

    __tablename__ = "name"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), index=True
    )
    writing: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)


class Tag(Base):
    """Where and for whom a subject is; `dimension`: province, sector, audience, legal_form."""

    __tablename__ = "tag"
    __table_args__ = (Index(None, "dimension", "value"),)

    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True
    )
    dimension: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(20), primary_key=True)


class Source(Base):
    """Where facts of a subject were read; `url` is null when nobody can open it."""

    __tablename__ = "source"

    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(String(11))


class Figure(Base):
    """A number or contact, typed once: `values` holds one text, or two for a range.

    `parameter` names the parameter of a scheme that gives the value, where one does.
    """

    __tablename__ = "figure"

    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    values: Mapped[list[str]] = mapped_column(JSON)
    unit: Mapped[str] = mapped_column(String(16))
    certainty: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[list[str]] = mapped_column(JSON)
    parameter: Mapped[str | None] = mapped_column(String(120))


class Statement(Base):
    """What is said of one aspect of a subject; `texts` maps each writing to its text."""

    __tablename__ = "statement"

    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True
    )
    aspect: Mapped[str] = mapped_column(String(16), primary_key=True)
    certainty: Mapped[str] = mapped_column(String(16))
    checked_on: Mapped[date]
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    sources: Mapped[list[str]] = mapped_column(JSON)


class Step(Base):
    """One stage of a procedure; `content` holds its words, documents, cost and delay."""

    __tablename__ = "step"

    subject_id: Mapped[str] = mapped_column(
        ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    certainty: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sources: Mapped[list[str]] = mapped_column(JSON)


class Revision(Base):
    """The mark of the content now in the tables: it changes whenever a fact changes.

    `files` is the mark of the content files that were loaded last.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    files: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Conversation(Base):
    """One visitor's conversation; the bearer token is kept only as its hash.

    `uttered` counts what was said to the visitor so far. `held_by` and `held_until` tell which
    worker answers in it now, and until when it is believed to be alive.
    """

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64))
    writing: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    greeting: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    uttered: Mapped[int] = mapped_column(default=0, server_default="0")
    held_by: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    turns: Mapped[list["Turn"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="Turn.id"
    )


class Turn(Base):
    """One message of a visitor and its answer; `state`: received, answered or failed.

    `attempts` counts how often the assistant stumbled over it. `words` are those of `text` as the
    search knows them (`database.conversation_search`). Kept apart to be filtered and counted by:
    `channel`, the `subject` and `aspect` answered about, the first `province` named, the largest
    `amount` named in whole dirhams, and `took_ms`, from the message's arrival to its answer.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "message_id"),
        Index(None, "state", "received_at"),
        Index(None, "received_at"),
        Index(None, "conversation_id", "received_at", "id"),
        Index(None, "channel", "received_at"),
        Index(None, "writing", "received_at"),
        Index(None, "intent", "received_at"),
        Index(None, "outcome", "received_at"),
        Index(None, "subject", "received_at"),
        Index(None, "province", "received_at"),
        Index(
            None,
            "received_at",
            "amount",
            sqlite_where=text("amount IS NOT NULL"),
            postgresql_where=text("amount IS NOT NULL"),
        ),
        Index(
            "ix_turn_words",
            text("array_to_tsvector(string_to_array(words, ' '))"),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(80))
    text: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    writing: Mapped[str | None] = mapped_column(String(8))
    intent: Mapped[str | None] = mapped_column(String(40))
    confidence: Mapped[float | None]
    understood: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    outcome: Mapped[str | None] = mapped_column(String(16))
    reply: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    words: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(String(12))
    subject: Mapped[str | None] = mapped_column(String(80))
    aspect: Mapped[str | None] = mapped_column(String(16))
    province: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    took_ms: Mapped[int | None] = mapped_column(BigInteger)

    feedback: Mapped["Feedback | None"] = relationship(lazy="raise", passive_deletes="all")


class Utterance(Base):
    """What was said to a visitor, numbered in order: the answer of a turn, or a word of staff.

    The numbers of a conversation have no gap and none shows before a smaller one, so that a stream
    that was cut goes on from the last number seen.
    """

    __tablename__ = "utterance"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn_id: Mapped[int | None] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), index=True
    )
    staff: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)

    turn: Mapped["Turn | None"] = relationship(lazy="raise", passive_deletes="all")


class Feedback(Base):
    """What a visitor thought of an answer; the last word counts."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "verdict", "given_at"),)

    turn_id: Mapped[int] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True
    )
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Callback(Base):
    """A visitor who asked to be called; who and where are encrypted. `state`: open or closed.

    `erase_on` is the day by which the contact is gone, which leaves no `name`; closing the
    call-back sets it anew.
    """

    __tablename__ = "callback"
    __table_args__ = (Index(None, "state", "due"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    email: Mapped[str | None] = mapped_column(Encrypted)
    subject: Mapped[str] = mapped_column(Text)
    slot: Mapped[str] = mapped_column(String(12))
    writing: Mapped[str] = mapped_column(String(8))
    consent_version: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[date]
    state: Mapped[str] = mapped_column(String(8))
    erase_on: Mapped[date] = mapped_column(index=True)


class Erasure(Base):
    """The register of erasures: a hash of what was erased, when, and how much of what.

    `reason`: visitor (who asked for it) or retention (its time was over). A purge is one entry
    without a hash; those of its conversations are `part_of` it. `to_forget` names the conversation
    until Rasa has surely forgotten it, then nothing does.
    """

    __tablename__ = "erasure"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    reason: Mapped[str] = mapped_column(String(10), default="visitor", server_default="visitor")
    part_of: Mapped[str | None] = mapped_column(String(36), index=True)
    conversation_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    what: Mapped[dict[str, int]] = mapped_column(JSON)
    to_forget: Mapped[str | None] = mapped_column(String(80))
