"""Procedures: their steps in order, one step at a time, and what the steps add up to."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from answers.figures import figure_text
from answers.rendering import name_of, rendered, source_links
from answers.reply import Button, Message, Reply, SourceLink, payload
from answers.words import say
from database.queries import figures_named, statement_about, steps_of, subject_named
from database.records import figure_named, placeholders
from database.tables import Step, Subject
from database.vocabulary import CERTAINTIES, Writing

PARTS = ("body", "documents", "cost", "delay", "channel", "legal_reference")


def procedure_message(session: Session, subject: Subject, writing: Writing) -> Message | None:
    """All steps, as a text and as a card; None when the subject has no steps."""
    steps = steps_of(session, subject.id)
    if not steps:
        return None
    told = [_step_told(session, step, writing) for step in steps]
    lead = statement_about(session, subject.id, "steps")
    lines = [
        rendered(session, subject.id, lead.texts[writing], writing)
        if lead
        else say("step.lead", writing, subject=name_of(subject, writing), count=len(steps))
    ]
    for number, step in enumerate(told, start=1):
        lines.append(say("step.heading", writing, number=number, title=step["title"]))
        lines += [f"   {line}" for line in _step_lines(step, ("body", "cost", "delay"), writing)]
    totals = {part: _total(session, steps, part, writing) for part in ("cost", "delay")}
    lines += [
        say(f"step.total_{part}", writing, text=text) for part, text in totals.items() if text
    ]
    return Message(
        "\n".join(lines),
        buttons=(Button(say("step.next", writing), payload("next_step", subject=subject.id)),),
        card={"type": "procedure", "title": name_of(subject, writing), "steps": told, **totals},
        sources=_sources(session, subject, steps),
        certainty=_least_certain(steps),
    )


def step_reply(session: Session, subject_id: str, position: int, writing: Writing) -> Reply | None:
    """One step of a procedure, counted from 1; None when the subject has no steps."""
    subject = subject_named(session, subject_id)
    steps = steps_of(session, subject_id)
    if subject is None or not steps:
        return None
    name = name_of(subject, writing)
    memory = {"subject": subject_id, "aspect": "steps", "step": min(position, len(steps))}
    if position > len(steps):
        return Reply(
            "answered", writing, (Message(say("step.last", writing, subject=name)),), memory
        )
    step = steps[position - 1]
    told = _step_told(session, step, writing)
    heading = say(
        "step.heading_of", writing, number=position, count=len(steps), title=told["title"]
    )
    lines = [
        heading,
        *([told["detail"]] if told["detail"] else []),
        *_step_lines(told, PARTS, writing),
    ]
    buttons = (
        (Button(say("step.next", writing), payload("next_step", subject=subject_id)),)
        if position < len(steps)
        else ()
    )
    message = Message(
        "\n".join(lines),
        buttons,
        sources=_sources(session, subject, [step]),
        certainty=step.certainty,
    )
    return Reply("answered", writing, (message,), memory)


def step_about(session: Session, subject_id: str, wanted: set[str]) -> int | None:
    """The position of the step whose title names these subjects or words, if one does."""
    for step in steps_of(session, subject_id):
        body = step.content["body"]
        if isinstance(body, str) and body in wanted:
            return step.position
        costs = [step.content["cost"] or {}, step.content["delay"] or {}]
        if any(
            name.rpartition(".")[0] in wanted for cost in costs for name in cost.get("figures", ())
        ):
            return step.position
    return None


def compiled_from_steps(
    session: Session, subject: Subject, aspect: str, writing: Writing
) -> Message | None:
    """Documents, cost or delay of a procedure, put together from its steps; None without any."""
    steps = steps_of(session, subject.id)
    told = [_step_told(session, step, writing) for step in steps]
    knowing = [(step, part) for step, part in zip(steps, told, strict=True) if part[aspect]]
    if not knowing:
        return None
    lines = [say(f"step.{aspect}_lead", writing, subject=name_of(subject, writing))]
    for _, part in knowing:
        value = ", ".join(part[aspect]) if aspect == "documents" else part[aspect]
        lines.append(f"- {part['title']} : {value}")
    total = _total(session, steps, aspect, writing)
    if total:
        lines.append(say(f"step.total_{aspect}", writing, text=total))
    elif len(knowing) < len(steps):
        lines.append(say("step.rest_unknown", writing))
    used = [step for step, _ in knowing]
    return Message(
        "\n".join(lines), sources=_sources(session, subject, used), certainty=_least_certain(used)
    )


def _step_told(session: Session, step: Step, writing: Writing) -> dict[str, Any]:
    content = step.content

    def told(texts: dict[str, str] | None) -> str:
        return rendered(session, step.subject_id, texts[writing], writing) if texts else ""

    body = content["body"]
    if isinstance(body, str):
        institution = subject_named(session, body)
        body_text = name_of(institution, writing) if institution else ""
    else:
        body_text = told(body)
    return {
        "title": told(content["title"]),
        "body": body_text,
        "documents": [told(document) for document in content["documents"]],
        "cost": _cost_told(session, step, "cost", writing),
        "delay": _cost_told(session, step, "delay", writing),
        "channel": content["channel"] or "",
        "legal_reference": told(content["legal_reference"]),
        "detail": told(content["detail"]),
    }


def _cost_told(session: Session, step: Step, part: str, writing: Writing) -> str:
    """The figures, and the note beside them; the note alone where it names them itself."""
    cost = step.content[part]
    if cost is None:
        return ""
    figures = ", ".join(f"{{{figure}}}" for figure in cost["figures"])
    note = cost["note"][writing] if cost["note"] else ""
    if figures and note and not placeholders(note):
        note = f"{figures} ({note})"
    return rendered(session, step.subject_id, note or figures, writing)


def _step_lines(step: dict[str, Any], parts: tuple[str, ...], writing: Writing) -> list[str]:
    return [
        say(
            f"step.{part}",
            writing,
            text=", ".join(step[part]) if part == "documents" else step[part],
        )
        for part in parts
        if step[part]
    ]


def _total(session: Session, steps: list[Step], part: str, writing: Writing) -> str:
    """The sum over all steps, or nothing where a step has no single figure of the same unit."""
    names = []
    for step in steps:
        cost = step.content.get(part)
        if not isinstance(cost, dict) or len(cost["figures"]) != 1:
            return ""
        names.append(figure_named(cost["figures"][0], step.subject_id))
    figures = figures_named(session, set(names))
    units = {figures[name].unit for name in names if name in figures}
    if len(units) != 1 or any(name not in figures for name in names):
        return ""
    lows = sum(Decimal(figures[name].values[0]) for name in names)
    highs = sum(Decimal(figures[name].values[-1]) for name in names)
    values = [str(lows)] if lows == highs else [str(lows), str(highs)]
    return figure_text(values, units.pop(), writing)


def _sources(session: Session, subject: Subject, steps: list[Step]) -> tuple[SourceLink, ...]:
    keys = list(dict.fromkeys(key for step in steps for key in step.sources))
    overview = statement_about(session, subject.id, "overview")
    checked_on = overview.checked_on.isoformat() if overview else ""
    return source_links(session, subject.id, keys, checked_on)


def _least_certain(steps: list[Step]) -> str:
    return max((step.certainty for step in steps), key=CERTAINTIES.index)
