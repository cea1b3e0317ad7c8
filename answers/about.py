"""What is said of one aspect of one subject: statement, steps, doubts, or whom to ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from answers.cues import mentions
from answers.dealings import WITH_HOURS
from answers.figures import date_text
from answers.procedures import compiled_from_steps, procedure_message
from answers.rendering import name_of, rendered, statement_sources, tags_of
from answers.reply import Button, Message, Outcome, Reply, payload
from answers.turn import Turn
from answers.words import has_words, say
from database.queries import (
    aspects_of,
    figures_named,
    parts_of,
    statement_about,
    subject_named,
    subjects_named,
)
from database.tables import Subject
from database.vocabulary import ASPECTS, DEFAULT_AUTHORITY, Writing

# Questions that a neighbouring aspect answers as well, best first.
SERVED_BY = {
    "amount": ("figures", "price", "cost"),
    "conditions": ("beneficiaries", "documents"),
    "beneficiaries": ("conditions",),
    "how_to_apply": ("steps", "contact"),
    "steps": ("how_to_apply",),
    "documents": (),
    "cost": ("price", "amount"),
    "price": ("cost", "amount"),
    "delay": (),
    "contact": (),
    "location": ("overview",),
    "status": (),
    "legal_basis": (),
    "figures": ("amount",),
    "overview": (),
}
COMPILED = ("documents", "cost", "delay")
NOTED_STATUSES = ("announced", "project", "unconfirmed", "closed", "expired")
CHOICES = 3


def answer_about(
    session: Session, subject_id: str, aspect: str, writing: Writing, *, on: date
) -> Reply:
    """What is said of an aspect of a subject."""
    return about(session, subject_id, Turn("", writing, f"ask_{aspect}"), on)


def about(session: Session, subject_id: str, question: Turn, on: date) -> Reply:
    """The reply to a question about a subject, led by where it is when another place was named."""
    subject = subject_named(session, subject_id)
    if subject is None:
        return not_found(session, question.writing)
    aspect, writing = question.aspect or "overview", question.writing
    memory = {"subject": subject.id, "aspect": aspect, "step": None, "listing": None}
    if subject.kind == "gap":
        return replace(_gap(session, subject, writing), memory=memory)
    message, outcome = _message_about(session, subject, aspect, writing, on)
    offered = _next_aspects(session, subject, aspect, writing)
    told = replace(message, buttons=(*message.buttons, *offered)[:CHOICES])
    lead = (
        *_manager(subject, question),
        *_hours(subject, question),
        *_where_it_is_instead(subject, question),
    )
    return Reply(outcome, writing, (*lead, told), memory)


def _manager(subject: Subject, question: Turn) -> tuple[Message, ...]:
    """Who runs the subject, where that is asked and known."""
    operator = name_of(subject, question.writing, "operator")
    if not operator or not mentions(question.text, "manages"):
        return ()
    name = name_of(subject, question.writing)
    return (Message(say("managed_by", question.writing, subject=name, operator=operator)),)


def _hours(subject: Subject, question: Turn) -> tuple[Message, ...]:
    """That opening hours are not published, where they are what is asked of a body or a line."""
    if subject.kind not in WITH_HOURS or not mentions(question.text, "hours"):
        return ()
    name = name_of(subject, question.writing)
    return (Message(say("no_hours", question.writing, subject=name)),)


def _where_it_is_instead(subject: Subject, question: Turn) -> tuple[Message, ...]:
    """That a subject is not in the province named, and where it is; nothing when it is there."""
    provinces, asked = tags_of(subject, "province"), question.entities.get("province", ())
    if not provinces or not asked or subject.kind == "territory" or set(asked) & set(provinces):
        return ()
    if subject.kind == "connection" and mentions(question.text, "near"):
        return ()
    text = say(
        "nothing_elsewhere",
        question.writing,
        subject=name_of(subject, question.writing),
        place=say(f"province.{asked[0]}", question.writing),
        where=", ".join(say(f"province.{each}", question.writing) for each in provinces),
    )
    return (Message(text),)


def _gap(session: Session, subject: Subject, writing: Writing) -> Reply:
    """Says that no source at hand answers this, and who can."""
    whom = statement_about(session, subject.id, "contact")
    lines = [say("gap", writing, subject=name_of(subject, writing))]
    if whom is not None:
        lines.append(rendered(session, subject.id, whom.texts[writing], writing))
    message = Message(
        " ".join(lines),
        buttons=(Button(say("button.human", writing), payload("ask_human")),),
        sources=statement_sources(session, whom) if whom else (),
    )
    return Reply("not_found", writing, (message,))


def _message_about(
    session: Session, subject: Subject, aspect: str, writing: Writing, on: date
) -> tuple[Message, Outcome]:
    if aspect in ("steps", "how_to_apply"):
        steps = procedure_message(session, subject, writing)
        if steps is not None and (
            aspect == "steps" or statement_about(session, subject.id, "how_to_apply") is None
        ):
            return _with_cautions(session, subject, steps, aspect, writing, on), "answered"
    instead = SERVED_BY[aspect]
    if aspect == "location" and subject.kind == "institution":
        instead = ("contact", *instead)
    for served in (aspect, *instead):
        statement = statement_about(session, subject.id, served)
        if statement is not None:
            text = rendered(session, subject.id, statement.texts[writing], writing)
            message = Message(
                text,
                sources=statement_sources(session, statement),
                certainty=statement.certainty,
            )
            return _with_cautions(session, subject, message, aspect, writing, on), "answered"
        if served in COMPILED:
            compiled = compiled_from_steps(session, subject, served, writing)
            if compiled is not None:
                return _with_cautions(session, subject, compiled, aspect, writing, on), "answered"
    if aspect == "status" and subject.status and subject.status_as_of:
        return _status_message(session, subject, writing), "answered"
    return _unknown(session, subject, aspect, writing), "not_found"


def _with_cautions(
    session: Session,
    subject: Subject,
    message: Message,
    aspect: str,
    writing: Writing,
    on: date,
) -> Message:
    authority = subject_named(session, subject.ask)
    named = name_of(authority, writing) if authority else "CRI"
    lines = [message.text]
    status = subject.status or ""
    if status in NOTED_STATUSES and aspect != "status" and subject.status_as_of:
        lines.append(
            say(f"status_note.{status}", writing, date=date_text(subject.status_as_of, writing))
        )
    if on > subject.check_by:
        by = date_text(subject.check_by.isoformat(), writing)
        lines.append(say("caution.overdue", writing, authority=named, date=by))
    elif message.certainty and has_words(f"caution.{message.certainty}"):
        lines.append(say(f"caution.{message.certainty}", writing, authority=named))
    return replace(message, text="\n\n".join(lines))


def _status_message(session: Session, subject: Subject, writing: Writing) -> Message:
    as_of = date_text(subject.status_as_of or "", writing)
    lines = [
        say(f"status.{subject.status}", writing, subject=name_of(subject, writing), date=as_of)
    ]
    if subject.valid_to:
        lines.append(say("valid_to", writing, date=date_text(subject.valid_to, writing)))
    overview = statement_about(session, subject.id, "overview")
    return Message(
        " ".join(lines),
        sources=statement_sources(session, overview) if overview else (),
        certainty=overview.certainty if overview else None,
    )


def _unknown(session: Session, subject: Subject, aspect: str, writing: Writing) -> Message:
    """Says that the sources are silent on this aspect, and whom to ask."""
    authority = subject_named(session, subject.ask)
    lines = [say(f"unknown.{aspect}", writing, subject=name_of(subject, writing))]
    if authority is not None and authority.id != subject.id:
        contact = contact_text(session, authority.id, writing)
        key = "ask_whom_with_contact" if contact else "ask_whom"
        lines.append(say(key, writing, authority=name_of(authority, writing), contact=contact))
    return Message(" ".join(lines))


def aspect_title(aspect: str, kind: str, writing: Writing) -> str:
    """What an aspect is called on a button, in the words of its kind of subject where it has some."""
    own = f"aspect_of_{kind}.{aspect}"
    return say(own if has_words(own) else f"aspect.{aspect}", writing)


def _next_aspects(
    session: Session, subject: Subject, aspect: str, writing: Writing
) -> tuple[Button, ...]:
    """Buttons for what else is known of the subject, and for its parts."""
    known = set(aspects_of(session, subject.id)) - {aspect}
    offered = [aspect for aspect in ASPECTS if aspect in known and aspect != "overview"]
    buttons = [
        Button(
            aspect_title(aspect, subject.kind, writing),
            payload(f"ask_{aspect}", subject=subject.id),
        )
        for aspect in offered
    ]
    if aspect == "overview":
        parts = [
            Button(name_of(part, writing), payload("ask_overview", subject=part.id))
            for part in parts_of(session, subject.id)
        ]
        return tuple(buttons[: CHOICES - min(len(parts), 1)] + parts)
    return tuple(buttons)


def not_found(
    session: Session, writing: Writing, near: Sequence[str] = (), name: str | None = None
) -> Reply:
    """Says that the facts hold nothing on this, or know no such `name`, and who can answer."""
    authority = subject_named(session, DEFAULT_AUTHORITY)
    text = say(
        "not_found_name" if name else "not_found",
        writing,
        name=name or "",
        authority=name_of(authority, writing) if authority else "CRI",
        contact=contact_text(session, DEFAULT_AUTHORITY, writing),
    )
    buttons = [
        Button(name_of(subject, writing), payload("ask_overview", subject=subject.id))
        for subject in subjects_named(session, near)
    ]
    buttons.append(Button(say("button.human", writing), payload("ask_human")))
    return Reply("not_found", writing, (Message(text, tuple(buttons)),))


def contact_text(session: Session, subject_id: str, writing: Writing) -> str:
    """Phone, mail and site of an institution, as far as a public source gives them."""
    keys = [(subject_id, key) for key in ("phone", "email", "website")]
    found = figures_named(session, keys)
    return ", ".join(
        rendered(session, subject_id, f"{{{name[1]}}}", writing)
        for name in keys
        if name in found and found[name].certainty != "uncertain"
    )
