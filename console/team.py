"""The team: who has an account with which role, and the trail of what was read and changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from console.access import PATH, Denied, Needs, Signed
from console.account import LONGEST_NAME
from console.invitation import new_link
from console.pages import page, see_other
from console.words import every_word
from database.accounts import (
    LastAdmin,
    change_role,
    close_account,
    open_invitations,
    remove_second_factor,
    reopen_account,
    take_access_away,
)
from database.callbacks import give_calls_back
from database.console_tables import Staff
from database.session import open_session
from database.staff import (
    ROLES,
    AlreadyThere,
    Role,
    add_staff,
    audit_entries,
    close_sessions_of,
    every_staff,
    may,
    record,
    staff_named,
)

router = APIRouter(prefix="/team")
Admin = Annotated[Signed, Depends(Needs("admin"))]
Filter = Annotated[str, Query(max_length=80)]
ENTRIES = 50
LAST_ID = 2**31 - 1


@router.get("")
def team(request: Request, signed: Admin) -> Response:
    """Everybody with an account."""
    return _team(request, signed)


@router.post("")
def open_account(
    request: Request,
    signed: Admin,
    email: Annotated[str, Form(max_length=254)] = "",
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    role: Annotated[Role, Form()] = "reader",
) -> Response:
    """Open an account and show the link by which its person sets a password, once."""
    given = {"email": email, "name": name, "role": role}
    name = " ".join(name.split())
    if not name or not name.isprintable():
        return _team(request, signed, "account.name_missing", given, 422)
    now = datetime.now(UTC)
    try:
        address = validate_email(email, check_deliverability=False).normalized
        with open_session() as session:
            person = add_staff(
                session,
                email=address,
                name=name,
                role=role,
                password_hash=None,
                at=now,
                language=signed.language,
            )
            link = new_link(session, person.id, at=now, site=_site(request))
            record(session, signed.staff, "account_opened", "staff", person.id, at=now, role=role)
    except EmailNotValidError:
        return _team(request, signed, "team.email_wrong", given, 422)
    except AlreadyThere:
        return _team(request, signed, "team.already_there", given, 409)
    return _person(request, signed, person.id, link=link)


@router.get("/audit")
def audit(
    request: Request,
    signed: Admin,
    person: Filter = "",
    kind: Filter = "",
    action: Filter = "",
    object_id: Annotated[str, Query(alias="object", max_length=80)] = "",
    before: Annotated[int | None, Query(ge=1, le=LAST_ID)] = None,
) -> Response:
    """Who read or changed what, the latest first."""
    with open_session() as session:
        entries = audit_entries(
            session,
            staff_id=person,
            kind=kind,
            action=action,
            object_id=object_id.strip(),
            before_id=before,
            limit=ENTRIES + 1,
        )
        people = every_staff(session)
    asked = {"person": person, "kind": kind, "action": action, "object": object_id}
    return page(
        request,
        "audit.html",
        signed,
        entries=entries[:ENTRIES],
        more=entries[ENTRIES - 1].id if len(entries) > ENTRIES else None,
        people=people,
        asked=asked,
        kinds=_codes("team.kind."),
        actions=_codes("team.action."),
        words=every_word(),
    )


@router.get("/{staff_id}")
def person(request: Request, signed: Admin, staff_id: str) -> Response:
    """One account and what can be done with it."""
    return _person(request, signed, staff_id)


@router.post("/{staff_id}/role")
def give_role(
    request: Request, signed: Admin, staff_id: str, role: Annotated[Role, Form()]
) -> Response:
    """Change a person's role, which ends their sessions."""

    def change(session: Session, person: Staff) -> dict[str, Any]:
        before = person.role
        change_role(session, person.id, role)
        calls = 0 if may(role, "reviewer") else give_calls_back(session, person.id)
        return {"before": before, "after": role, "calls_given_back": calls}

    return _change(request, signed, staff_id, "role_changed", change)


@router.post("/{staff_id}/close")
def close(request: Request, signed: Admin, staff_id: str) -> Response:
    """Close an account: nobody enters with it, the trail keeps its name."""

    def change(session: Session, person: Staff) -> dict[str, Any]:
        close_account(session, person.id)
        return {"calls_given_back": give_calls_back(session, person.id)}

    return _change(request, signed, staff_id, "account_closed", change)


@router.post("/{staff_id}/reopen")
def reopen(request: Request, signed: Admin, staff_id: str) -> Response:
    """Open an account again, with a new link."""

    def change(session: Session, person: Staff) -> str:
        reopen_account(session, person.id)
        return new_link(session, person.id, at=datetime.now(UTC), site=_site(request))

    return _change(request, signed, staff_id, "account_reopened", change)


@router.post("/{staff_id}/reset")
def reset(request: Request, signed: Admin, staff_id: str) -> Response:
    """Make the ways to sign in void at once, and show a link to set a new password."""
    if staff_id == signed.staff.id:
        return _person(request, signed, staff_id, problem="team.not_yourself", status=409)

    def change(session: Session, person: Staff) -> str:
        take_access_away(session, person.id)
        return new_link(session, person.id, at=datetime.now(UTC), site=_site(request))

    return _change(request, signed, staff_id, "access_reset", change, only_active=True)


@router.post("/{staff_id}/second-factor/reset")
def reset_second_factor(request: Request, signed: Admin, staff_id: str) -> Response:
    """Let a person who lost their telephone and codes in with the password alone."""

    def change(session: Session, person: Staff) -> dict[str, Any]:
        remove_second_factor(session, person.id)
        close_sessions_of(session, person.id)
        return {}

    return _change(request, signed, staff_id, "second_factor_reset", change)


def _change(
    request: Request,
    signed: Signed,
    staff_id: str,
    action: str,
    change: Callable[[Session, Staff], dict[str, Any] | str],
    *,
    only_active: bool = False,
) -> Response:
    """Do something to an account and record it: a `change` gives details for the trail, or a link."""
    now = datetime.now(UTC)
    try:
        with open_session() as session:
            person = staff_named(session, staff_id)
            if person is None:
                raise HTTPException(404)
            if only_active and not person.active:
                raise Denied
            done = change(session, person)
            detail = {} if isinstance(done, str) else done
            record(session, signed.staff, action, "staff", person.id, at=now, **detail)
    except LastAdmin:
        return _person(request, signed, staff_id, problem="team.last_admin", status=409)
    if isinstance(done, str):
        return _person(request, signed, staff_id, link=done)
    return see_other(f"{PATH}/team/{staff_id}?notice=saved")


def _team(
    request: Request,
    signed: Signed,
    problem: str | None = None,
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with open_session() as session:
        people = every_staff(session)
        invitations = open_invitations(session, at=datetime.now(UTC))
    return page(
        request,
        "team.html",
        signed,
        status=status,
        people=sorted(people, key=lambda each: not each.active),
        invitations=invitations,
        roles=ROLES,
        problem=problem,
        given=given or {"email": "", "name": "", "role": "reader"},
    )


def _person(
    request: Request,
    signed: Signed,
    staff_id: str,
    *,
    link: str | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    with open_session() as session:
        person = staff_named(session, staff_id)
        if person is None:
            raise HTTPException(404)
        entries = audit_entries(session, object_id=staff_id, kind="staff", limit=10)
        invitation = open_invitations(session, at=datetime.now(UTC)).get(staff_id)
    return page(
        request,
        "person.html",
        signed,
        status=status,
        person=person,
        roles=ROLES,
        link=link,
        invitation=invitation,
        problem=problem,
        entries=entries,
        words=every_word(),
    )


def _codes(prefix: str) -> list[str]:
    return [key.removeprefix(prefix) for key in every_word() if key.startswith(prefix)]


def _site(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
