"""The tables of the staff console: who works here, and the trail of what they did."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from database.encryption import Encrypted
from database.tables import Base, UtcDateTime


class Staff(Base):
    """A person of the staff. Accounts are closed (`active`), never deleted: the trail names them.

    `password_hash` is argon2's, null for those who sign in elsewhere (`oidc_subject`). The second
    factor counts once `totp_confirmed`. `totp_used` is the last time step that was accepted.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool]
    password_hash: Mapped[str | None] = mapped_column(Text)
    oidc_subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(Encrypted, deferred=True)
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    totp_used: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One browser signed in; its cookie is kept only as a hash. `csrf` is shown to its pages."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    awaits_second_factor: Mapped[bool]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditEntry(Base):
    """Who did what to which thing, and when. `detail` never holds what is personal of a visitor.

    `actor` is the name at the time; the entry outlives conversations, hence no foreign key.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "kind", "object_id"), Index(None, "staff_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    staff_id: Mapped[str | None] = mapped_column(String(36))
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


# Review of conversations.


class ConversationCare(Base):
    """What the staff has in hand of a conversation; there is a row once somebody touched it.

    `kept` holds it back from being erased when its time is over. `reviewed_at` is when somebody
    last judged an answer in it, or declared the whole of it reviewed.
    """

    __tablename__ = "conversation_care"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    assigned_to: Mapped[str | None] = mapped_column(
        ForeignKey("staff.id", ondelete="SET NULL"), index=True
    )
    follow_up_on: Mapped[date | None] = mapped_column(index=True)
    kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class Verdict(Base):
    """What one person of the staff thinks of an answer; the last word of each counts.

    `verdict`: right, wrong, outdated, or missed (it should have been answered). `theme` says what
    went wrong, in a word of `database.review.THEMES`.
    """

    __tablename__ = "verdict"
    __table_args__ = (Index(None, "verdict", "at"),)

    turn_id: Mapped[int] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    verdict: Mapped[str] = mapped_column(String(10))
    theme: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReviewSample(Base):
    """Turns drawn at random to be judged by two people; `asked` is the filter they came from."""

    __tablename__ = "review_sample"

    id: Mapped[int] = mapped_column(primary_key=True)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)


class SampledTurn(Base):
    """One turn of a sample, at its place in the random order."""

    __tablename__ = "sampled_turn"

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("review_sample.id", ondelete="CASCADE"), primary_key=True
    )
    turn_id: Mapped[int] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]


# Learning.


class Lesson(Base):
    """What staff decided of one sentence; it names nobody and refers to no conversation.

    `key` stands for the sentence as typed (`answers.grouping.key_of`), so that nobody is asked of
    it again; null once the decision was taken back after the assistant had learnt it. `decision`:
    intent, out_of_scope, alias, set_aside or withdrawn. `text` is what may be learnt; null where
    there is nothing to learn. `batch` holds together what was decided at once.
    """

    __tablename__ = "lesson"
    __table_args__ = (Index(None, "decision", "learnt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    batch: Mapped[str] = mapped_column(String(36), index=True)
    decision: Mapped[str] = mapped_column(String(12))
    writing: Mapped[str] = mapped_column(String(8))
    text: Mapped[str | None] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(80))
    alias: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    learnt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LearningReport(Base):
    """What one run of `dalil learn` brought: its figures and sentences won and lost in `content`."""

    __tablename__ = "learning_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


# Accounts, call-backs and retention.


class Invitation(Base):
    """The link by which a person sets the password of their account, once; kept only as a hash."""

    __tablename__ = "staff_invitation"

    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that stands for the second factor once; the row goes when it is used."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class ProviderRequest(Base):
    """A browser that was sent to the identity provider, until it comes back."""

    __tablename__ = "provider_request"

    browser_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    code_verifier: Mapped[str] = mapped_column(Encrypted)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CallbackCare(Base):
    """Who calls a visitor back, and how it ended; there is a row once somebody touched it.

    `outcome` once it is closed: done, not_reached, cancelled, or expired (the contact was erased
    before anybody called).
    """

    __tablename__ = "callback_care"

    callback_id: Mapped[str] = mapped_column(
        ForeignKey("callback.id", ondelete="CASCADE"), primary_key=True
    )
    assigned_to: Mapped[str | None] = mapped_column(
        ForeignKey("staff.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[str | None] = mapped_column(String(12))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CallbackNote(Base):
    """What somebody of the staff wrote about a call; it may name people, hence encrypted."""

    __tablename__ = "callback_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[str] = mapped_column(
        ForeignKey("callback.id", ondelete="CASCADE"), index=True
    )
    author: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Encrypted)


class Chore(Base):
    """Work that one process does at a time: who holds it until when, and when it last ended."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    held_by: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# Facts.


class FactDraft(Base):
    """A subject as somebody would have it: written, proposed, then published or refused.

    `record` is the entry of a content file that it would become, null while it holds mistakes;
    `typed` is what stands in the form; with neither, the draft retires the subject. `base` is what
    was live when it was begun, null for a new subject. `edits` counts how often
    it was saved. Without `author_id` the content files wrote it.
    `state`: open, proposed, published, refused, withdrawn.
    """

    __tablename__ = "fact_draft"
    __table_args__ = (Index(None, "subject_id", "state"), Index(None, "state", "changed_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(80))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    author: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    typed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    base: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    edits: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    reviewer: Mapped[str | None] = mapped_column(Text)
    review_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FactVersion(Base):
    """A subject as it was published: the history of what Dalil knew, which nothing deletes.

    It begins with what was live before the console first published the subject. `origin`: console,
    files, or retired (from then on the subject is not said). `reviewer` is who published what
    `author` wrote.
    """

    __tablename__ = "fact_version"
    __table_args__ = (UniqueConstraint("subject_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(String(8))
    author: Mapped[str] = mapped_column(Text)
    reviewer: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
