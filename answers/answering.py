"""Answers a question about one aspect of one subject, from the facts and from nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from answers.figures import date_text
from answers.greeting import topics
from answers.knowledge import lexicon
from answers.linking import Link, Links
from answers.listing import AIDS, Listing, list_reply, listed_subjects
from answers.procedures import compiled_from_steps, procedure_message
from answers.rendering import name_of, rendered, statement_sources, tags_of
from answers.reply import Button, Message, Outcome, Reply, joined, payload
from answers.search import CERTAIN_FROM, covers, nearest
from answers.turn import Turn
from answers.words import has_words, say
from bot.nlu.folding import words
from database.queries import (
    aspects_of,
    figures_named,
    parts_of,
    statement_about,
    subject_named,
    subjects_for,
    subjects_named,
)
from database.tables import Subject
from database.vocabulary import ASPECTS, DEFAULT_AUTHORITY, KINDS, PROVINCES, Writing

# Questions that a neighbouring aspect answers as well, best first.
SERVED_BY = {
    "amount": ("figures", "price", "cost"),
    "conditions": ("beneficiaries",),
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
# Around a name these ask what it is, and nothing else.
WHAT_IS = frozenset(
    "le la les l de du des d dyal c est ce quoi que qu quel quelle quels quelles "
    "koi veut dire chno chnou ach ash hiya howa hada hadi kat3ni "
    "ديال د ال شنو شنهو أش آش اش هو هي هاد كتعني معنى ما".split()
)
# Asked of a thing by its name: a name that nobody knows is then not found, whatever place is named.
NAMING_INTENTS = ("ask_overview", "ask_amount", "ask_status", "ask_conditions", "ask_how_to_apply")


def answer(session: Session, turn: Turn, *, on: date) -> Reply:
    """The reply to each question of a turn, in order."""
    return joined(_answer_one(session, question, on) for question in turn.questions())


def names_a_subject_alone(session: Session, turn: Turn) -> bool:
    """Whether a message is a subject's name, alone or with "what is": it asks what that is."""
    said = words(turn.text)
    certain = lexicon(session).links(turn.text).certain if said and not turn.memory.awaiting else ()
    if not certain:
        return False
    if not all(at in certain[0].tokens or word in WHAT_IS for at, word in enumerate(said)):
        return False
    # A name may hold the aspect's own word ("conditions TPME"): then the aspect stands.
    known = turn.aspect in aspects_of(session, certain[0].subject_id)
    return len(said) == 1 or not known


def _answer_one(session: Session, question: Turn, on: date) -> Reply:
    """The reply to a question about an aspect of a subject, on a day.

    Outcomes: `answered`; `clarified` when two subjects are as likely or none is named;
    `not_found` when the facts hold nothing on it.
    """
    previous = question.memory.subject
    aspect = question.aspect or "overview"
    if question.first("subject"):
        return _about(session, question.first("subject"), question, on)
    links = lexicon(session).links(question.text)
    named = [link for link in links.certain if link.kind != "territory"]
    places = [link for link in links.certain if link.kind == "territory"]
    if named and links.rivals and named[0] is links.certain[0]:
        likely = _with_aspect(session, [named[0], *links.rivals], aspect)
        if len(likely) > 1:
            return which_subject(session, likely, question)
        return _about(session, likely[0], question, on)
    if named:
        return _about(session, named[0].subject_id, question, on)
    forming = _procedure_for(session, question.first("legal_form"))
    if forming and forming != previous:
        return _about(session, forming, question, on)
    if places and previous and not links.unlinked_words:
        return elsewhere(session, question, on)
    if places and question.unknown_words and question.intent in NAMING_INTENTS:
        return not_found(session, question.writing)
    if places and not (previous and question.first("province") in _provinces_of(session, previous)):
        return _about_place(session, places[0].subject_id, question, on)
    if previous and (
        not question.unknown_words or covers(session, previous, question.unknown_words)
    ):
        return _about(session, previous, question, on)
    listed = next((kind for kind in question.entities.get("kind", ()) if kind not in AIDS), None)
    if listed in KINDS and not previous:
        return list_reply(session, Listing((listed,)), question.writing)
    hits = nearest(session, question.text, limit=CHOICES) if question.text else []
    if hits and hits[0].score >= CERTAIN_FROM:
        return _about(session, hits[0].subject_id, question, on)
    found = [hit.subject_id for hit in hits]
    near = list(dict.fromkeys([*found, *_near_names(links, question)]))[:CHOICES]
    if question.unknown_words and question.intent in NAMING_INTENTS:
        return not_found(session, question.writing, near)
    if near:
        return which_subject(session, near, question, key="did_you_mean")
    if question.unknown_words:
        return not_found(session, question.writing)
    return which_subject(session, listed_subjects(session, question), question)


def elsewhere(session: Session, question: Turn, on: date) -> Reply:
    """The question last asked, about another place."""
    writing = question.writing
    links = lexicon(session).links(question.text)
    place = next(link.subject_id for link in links.certain if link.kind == "territory")
    province = place.removeprefix("territoire_")
    asked = question.aspect if question.aspect != "overview" else None
    aspect = asked or question.memory.aspect or "overview"
    subject = subject_named(session, question.memory.subject or "")
    if subject is None or subject.kind == "territory" or province not in PROVINCES:
        return answer_about(session, place, aspect, writing, on=on)
    provinces = tags_of(subject, "province")
    if not provinces or province in provinces:
        reply = answer_about(session, subject.id, aspect, writing, on=on)
        place_words = say(f"province.{province}", writing)
        same = Message(say("same_elsewhere", writing, place=place_words))
        return replace(reply, messages=(same, *reply.messages))
    text = say(
        "nothing_elsewhere",
        writing,
        subject=name_of(subject, writing),
        place=say(f"province.{province}", writing),
    )
    there = list_reply(session, Listing((subject.kind,), province=province), writing)
    return replace(there, messages=(Message(text), *there.messages))


def _about_place(session: Session, place: str, question: Turn, on: date) -> Reply:
    """What is known of a province, or what it holds where the question is for things in it."""
    aspect = question.aspect or "overview"
    province = question.first("province")
    if province is None or (aspect != "price" and aspect in aspects_of(session, place)):
        return _about(session, place, question, on)
    kinds = ("zone",) if aspect == "price" else AIDS
    return list_reply(session, Listing(kinds, province=province), question.writing)


def _provinces_of(session: Session, subject_id: str) -> list[str]:
    subject = subject_named(session, subject_id)
    return tags_of(subject, "province") if subject else []


def answer_about(
    session: Session, subject_id: str, aspect: str, writing: Writing, *, on: date
) -> Reply:
    """What is said of an aspect of a subject."""
    return _about(session, subject_id, Turn("", writing, f"ask_{aspect}"), on)


def which_subject(
    session: Session, ids: list[str], question: Turn, *, key: str = "which_subject_for"
) -> Reply:
    """Asks which of these subjects is meant, with a button for each."""
    aspect = question.aspect or "overview"
    buttons = tuple(
        Button(name_of(subject, question.writing), payload(f"ask_{aspect}", subject=subject.id))
        for subject in subjects_named(session, ids)
    ) or topics(question.writing)
    text = say(key, question.writing, aspect=say(f"aspect.{aspect}", question.writing))
    return Reply("clarified", question.writing, (Message(text, buttons),), {"aspect": aspect})


def not_found(session: Session, writing: Writing, near: Sequence[str] = ()) -> Reply:
    """Says that the facts hold nothing on this and who can answer, with the nearest subjects."""
    authority = subject_named(session, DEFAULT_AUTHORITY)
    text = say(
        "not_found",
        writing,
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


def _procedure_for(session: Session, legal_form: str | None) -> str | None:
    """The procedure that creates a company of this form: a form is often named by its letters alone."""
    if legal_form is None:
        return None
    fitting = subjects_for(session, kinds=("procedure", "legal_form"), legal_form=legal_form)
    narrowest = sorted(fitting, key=lambda subject: len(tags_of(subject, "legal_form")))
    return narrowest[0].id if narrowest else None


def _near_names(links: Links, question: Turn) -> list[str]:
    """Subjects whose name is nearly said: a word of it is one that nobody knows otherwise."""
    said = words(question.text)
    return [
        link.subject_id
        for link in links.near
        if any(said[position] in question.unknown_words for position in link.tokens)
    ]


def _with_aspect(session: Session, links: list[Link], aspect: str) -> list[str]:
    """Of subjects named by the same words, those that have the aspect, unless none has it."""
    ids = [link.subject_id for link in links]
    having = [subject_id for subject_id in ids if aspect in aspects_of(session, subject_id)]
    return having or ids


def _about(session: Session, subject_id: str, question: Turn, on: date) -> Reply:
    subject = subject_named(session, subject_id)
    if subject is None:
        return not_found(session, question.writing)
    aspect = question.aspect or "overview"
    memory = {"subject": subject.id, "aspect": aspect, "step": None, "listing": None}
    message, outcome = _message_about(session, subject, aspect, question.writing, on)
    offered = _next_aspects(session, subject, aspect, question.writing)
    buttons = (*message.buttons, *offered)[:CHOICES]
    return Reply(
        outcome,
        question.writing,
        (replace(message, buttons=buttons),),
        memory,
    )


def _message_about(
    session: Session, subject: Subject, aspect: str, writing: Writing, on: date
) -> tuple[Message, Outcome]:
    if aspect in ("steps", "how_to_apply"):
        steps = procedure_message(session, subject, writing)
        if steps is not None and (
            aspect == "steps" or statement_about(session, subject.id, "how_to_apply") is None
        ):
            return _with_cautions(session, subject, steps, aspect, writing, on), "answered"
    for served in (aspect, *SERVED_BY[aspect]):
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
