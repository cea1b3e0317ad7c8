"""A visitor asks to be called back: contact, subject, moment and consent."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from database.conversations import open_callback
from database.session import open_session
from database.tables import Callback
from database.vocabulary import Writing
from gateway.errors import Refusal
from gateway.limits import check_rate
from gateway.masking import masked
from gateway.notices import notice_in_force
from gateway.reading import VisitorText
from gateway.visitor import Visitor, writing_of
from settings import settings

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

SLOTS: Final = ("morning", "afternoon", "any")
REGION = "MA"
LONGEST_NAME, LONGEST_SUBJECT = 80, 500
DAYS_OF_A_MONTH = 30
SATURDAY = 5


class CallbackForm(BaseModel):
    """What the form holds; what is missing or wrong is told in the visitor's writing."""

    model_config = ConfigDict(extra="forbid")
    name: VisitorText = ""
    phone: VisitorText | None = None
    email: VisitorText | None = None
    subject: VisitorText = ""
    slot: str = "any"
    consent_version: str | None = None


class Promised(BaseModel):
    """The call-back and the day by which it is made."""

    id: str
    due: date


@router.post("/{conversation_id}/callback", status_code=201)
def ask_for_a_call(visitor: Visitor, form: CallbackForm) -> Promised:
    """Ask an adviser to call; asked again before the call, the new request replaces the first."""
    writing = writing_of(visitor)
    phone, email = checked_contact(form, writing)
    check_rate(settings().rate_callbacks, "callback", visitor.id)
    now = datetime.now(UTC)
    due = working_day_after(now.date(), settings().callback_working_days)
    with open_session() as session:
        callback = open_callback(session, visitor.id)
        if callback is None:
            callback = Callback(id=str(uuid.uuid4()), conversation_id=visitor.id, state="open")
            session.add(callback)
        callback.name, callback.phone, callback.email = form.name, phone, email
        callback.subject, callback.slot = masked(form.subject).text, form.slot
        callback.writing = writing
        callback.consent_version = form.consent_version or ""
        callback.requested_at, callback.due = now, due
        callback.erase_on = due + timedelta(days=settings().contact_months * DAYS_OF_A_MONTH)
    return Promised(id=callback.id, due=due)


def checked_contact(form: CallbackForm, writing: Writing) -> tuple[str | None, str | None]:
    """The telephone (E.164) and the e-mail of a form that holds all it must.

    Raises `Refusal` (422) with the first thing that is wrong.
    """
    current = notice_in_force("callback").version
    phone = phone_number(form.phone) if form.phone else None
    email = email_address(form.email) if form.email else None
    wrong = {
        "name_missing": not 0 < len(form.name) <= LONGEST_NAME,
        "contact_missing": not form.phone and not form.email,
        "phone_unknown": bool(form.phone) and phone is None,
        "email_unknown": bool(form.email) and email is None,
        "subject_missing": not 0 < len(form.subject) <= LONGEST_SUBJECT,
        "slot_unknown": form.slot not in SLOTS,
        "consent_missing": not form.consent_version,
        "consent_outdated": form.consent_version != current,
    }
    for code, is_wrong in wrong.items():
        if is_wrong:
            raise Refusal(422, code, writing)
    return phone, email


def phone_number(written: str) -> str | None:
    """A telephone number as E.164, read as Moroccan when it names no country; None when none fits."""
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(written: str) -> str | None:
    """An e-mail address in its usual form; None when it cannot be one."""
    try:
        return validate_email(written, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def working_day_after(day: date, count: int) -> date:
    """The day that comes `count` working days (Monday to Friday) after another."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
