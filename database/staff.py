"""The people of the staff: accounts, sessions, and the audit trail of reads and changes."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from database.console_tables import AuditEntry, Staff, StaffSession

Role = Literal["reader", "reviewer", "editor", "admin"]
# Each role may do what those before it may.
ROLES: tuple[Role, ...] = get_args(Role)


class AlreadyThere(ValueError):
    """An account with this e-mail exists."""


def may(role: str, needed: Role) -> bool:
    """Whether `role` may do what needs `needed`."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def add_staff(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None,
    at: datetime,
    language: str = "fr",
) -> Staff:
    """Open an account. Raises `AlreadyThere`."""
    if staff_with_email(session, email) is not None:
        raise AlreadyThere(email)
    staff = Staff(
        id=str(uuid.uuid4()),
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        language=language,
        active=True,
        password_hash=password_hash,
        created_at=at,
    )
    session.add(staff)
    session.flush()
    return staff


def staff_named(session: Session, staff_id: str) -> Staff | None:
    """The person with this id."""
    return session.get(Staff, staff_id)


def staff_with_email(session: Session, email: str) -> Staff | None:
    """The person with this e-mail, however it is capitalised."""
    return session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def staff_with_oidc_subject(session: Session, subject: str) -> Staff | None:
    """The person whom the identity provider names so."""
    return session.scalar(select(Staff).where(Staff.oidc_subject == subject))


def every_staff(session: Session, *, active_only: bool = False) -> list[Staff]:
    """Who works here, by name?"""
    found = select(Staff).order_by(Staff.name)
    return list(session.scalars(found.where(Staff.active) if active_only else found))


def active_admins(session: Session) -> int:
    """How many can still sign in and manage accounts? The last one is not let go."""
    signs_in = or_(Staff.password_hash.is_not(None), Staff.oidc_subject.is_not(None))
    counted = (
        select(func.count()).select_from(Staff).where(Staff.active, Staff.role == "admin", signs_in)
    )
    return session.scalar(counted) or 0


def open_staff_session(
    session: Session,
    staff_id: str,
    *,
    token: str,
    csrf: str,
    awaits_second_factor: bool,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Remember a browser that signed in; `token` is what its cookie holds."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at < at))
    session.add(
        StaffSession(
            token_hash=hashed(token),
            staff_id=staff_id,
            csrf=csrf,
            awaits_second_factor=awaits_second_factor,
            started_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
    )


def staff_session_of(
    session: Session, token: str, *, at: datetime
) -> tuple[Staff, StaffSession] | None:
    """Who signed in with this cookie, if the session and the account still stand?"""
    row = session.execute(
        select(Staff, StaffSession)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == hashed(token), StaffSession.expires_at > at, Staff.active)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def keep_session_alive(
    session: Session, token_hash: str, *, at: datetime, expires_at: datetime
) -> None:
    """A session lives on while it is used."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == token_hash)
        .values(seen_at=at, expires_at=expires_at)
    )


def close_staff_session(session: Session, token: str) -> None:
    """Sign one browser out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == hashed(token)))


def close_sessions_of(session: Session, staff_id: str, *, but: str | None = None) -> None:
    """Sign a person out everywhere: a new password, role or second factor asks for it.

    `but` is the hash of a cookie that stays.
    """
    closed = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    session.execute(closed.where(StaffSession.token_hash != but) if but else closed)


def record(
    session: Session,
    staff: Staff | None,
    action: str,
    kind: str,
    object_id: str,
    *,
    at: datetime,
    **detail: Any,
) -> None:
    """Enter one act in the audit trail; without `staff` it is the command line's."""
    session.add(
        AuditEntry(
            at=at,
            staff_id=staff.id if staff else None,
            actor=staff.name if staff else "dalil",
            action=action,
            kind=kind,
            object_id=object_id,
            detail=detail,
        )
    )


def audit_entries(
    session: Session,
    *,
    staff_id: str | None = None,
    kind: str | None = None,
    action: str | None = None,
    object_id: str | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """What was done, latest first?"""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if staff_id:
        found = found.where(AuditEntry.staff_id == staff_id)
    if kind:
        found = found.where(AuditEntry.kind == kind)
    if action:
        found = found.where(AuditEntry.action == action)
    if object_id:
        found = found.where(AuditEntry.object_id == object_id)
    if before_id:
        found = found.where(AuditEntry.id < before_id)
    return session.scalars(found).all()


def sessions_of(session: Session, staff_id: str, *, at: datetime) -> list[StaffSession]:
    """In which browsers is a person signed in, the one used last first?"""
    return list(
        session.scalars(
            select(StaffSession)
            .where(StaffSession.staff_id == staff_id, StaffSession.expires_at > at)
            .order_by(StaffSession.seen_at.desc())
        )
    )


def hashed(token: str) -> str:
    """How a cookie is kept: tokens are random, so their hash cannot be searched back."""
    return hashlib.sha256(token.encode()).hexdigest()
