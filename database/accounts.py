"""What opens an account of the staff: invitations, second factors, the identity provider."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from database.console_tables import Invitation, ProviderRequest, RecoveryCode, Staff
from database.staff import Role, active_admins, close_sessions_of, hashed


class LastAdmin(ValueError):
    """Nobody would be left who can sign in and manage accounts."""


def invite(session: Session, staff_id: str, *, token: str, expires_at: datetime) -> None:
    """Let whoever brings `token` set the person's password, once; an earlier link is void."""
    session.merge(Invitation(staff_id=staff_id, token_hash=hashed(token), expires_at=expires_at))


def invited(session: Session, token: str, *, at: datetime) -> Staff | None:
    """Whose password may be set with this token?"""
    return session.scalar(
        select(Staff)
        .join(Invitation, Invitation.staff_id == Staff.id)
        .where(Invitation.token_hash == hashed(token), Invitation.expires_at > at, Staff.active)
    )


def use_invitation(session: Session, token: str, *, at: datetime) -> str | None:
    """Whose link this is, now void; None when it was used, replaced or is too old."""
    return session.scalar(
        delete(Invitation)
        .where(Invitation.token_hash == hashed(token), Invitation.expires_at > at)
        .returning(Invitation.staff_id)
    )


def open_invitations(session: Session, *, at: datetime) -> dict[str, datetime]:
    """Whose link has not been used yet, and until when is it good?"""
    rows = session.execute(
        select(Invitation.staff_id, Invitation.expires_at).where(Invitation.expires_at > at)
    )
    return {row[0]: row[1] for row in rows}


def set_password(session: Session, staff_id: str, password_hash: str) -> None:
    """Give a person a new password and sign them out everywhere."""
    _change(session, staff_id, password_hash=password_hash)
    session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))
    close_sessions_of(session, staff_id)


def take_access_away(session: Session, staff_id: str) -> None:
    """Make every way to sign in void, until the person sets a password by a new link."""
    _change(session, staff_id, password_hash=None, oidc_subject=None)
    session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))
    close_sessions_of(session, staff_id)


def change_role(session: Session, staff_id: str, role: Role) -> None:
    """Give a person another role and sign them out everywhere. Raises `LastAdmin`."""
    _lock_admins(session)
    _change(session, staff_id, role=role)
    close_sessions_of(session, staff_id)
    _check_admins(session)


def close_account(session: Session, staff_id: str) -> None:
    """Let a person in no more. Raises `LastAdmin`."""
    _lock_admins(session)
    _change(session, staff_id, active=False)
    session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))
    close_sessions_of(session, staff_id)
    _check_admins(session)


def reopen_account(session: Session, staff_id: str) -> None:
    """Open an account again; the old ways to sign in are void, it takes a new link."""
    _change(session, staff_id, active=True)
    take_access_away(session, staff_id)


def begin_second_factor(session: Session, staff_id: str, secret: str) -> None:
    """Keep the secret of a second factor that counts once it is confirmed."""
    _change(session, staff_id, totp_secret=secret, totp_confirmed=False, totp_used=None)


def confirm_second_factor(session: Session, staff_id: str, codes: Iterable[str]) -> None:
    """Ask for the second factor from now on; `codes` stand for it when it is lost."""
    _change(session, staff_id, totp_confirmed=True)
    replace_recovery_codes(session, staff_id, codes)


def remove_second_factor(session: Session, staff_id: str) -> None:
    """Ask for the password alone from now on."""
    _change(session, staff_id, totp_secret=None, totp_confirmed=False, totp_used=None)
    replace_recovery_codes(session, staff_id, ())


def use_time_step(session: Session, staff_id: str, step: int) -> bool:
    """Accept the code of a time step; False when that one or a later one was accepted before."""
    used = (
        update(Staff)
        .where(Staff.id == staff_id, or_(Staff.totp_used.is_(None), Staff.totp_used < step))
        .values(totp_used=step)
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(used) is not None


def replace_recovery_codes(session: Session, staff_id: str, codes: Iterable[str]) -> None:
    """Keep the hashes of new recovery codes in place of all older ones."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=hashed(code)) for code in codes)


def use_recovery_code(session: Session, staff_id: str, code: str) -> bool:
    """Accept a recovery code, which is void from then on; False when it is none."""
    used = delete(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == hashed(code)
    )
    return session.scalar(used.returning(RecoveryCode.staff_id)) is not None


def recovery_codes_left(session: Session, staff_id: str) -> int:
    """How many recovery codes has a person not used?"""
    counted = select(func.count()).select_from(RecoveryCode)
    return session.scalar(counted.where(RecoveryCode.staff_id == staff_id)) or 0


def remember_request(
    session: Session,
    *,
    browser: str,
    state: str,
    nonce: str,
    code_verifier: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Remember a browser that goes to the identity provider; `browser` is what its cookie holds."""
    session.execute(delete(ProviderRequest).where(ProviderRequest.expires_at < at))
    session.add(
        ProviderRequest(
            browser_hash=hashed(browser),
            state=state,
            nonce=nonce,
            code_verifier=code_verifier,
            expires_at=expires_at,
        )
    )


def take_request(session: Session, browser: str, *, at: datetime) -> ProviderRequest | None:
    """What was remembered of a browser that comes back; it is forgotten by that."""
    found = session.scalar(
        select(ProviderRequest)
        .where(ProviderRequest.browser_hash == hashed(browser))
        .with_for_update()
    )
    if found is None:
        return None
    session.delete(found)
    return found if found.expires_at > at else None


def _change(session: Session, staff_id: str, **values: object) -> None:
    session.execute(update(Staff).where(Staff.id == staff_id).values(**values))


def _lock_admins(session: Session) -> None:
    """Two admins who demote one another at once must see what the other did."""
    session.execute(
        select(Staff.id).where(Staff.role == "admin").order_by(Staff.id).with_for_update()
    )


def _check_admins(session: Session) -> None:
    if not active_admins(session):
        raise LastAdmin
