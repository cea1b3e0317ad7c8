"""What a project would get, asked and answered in the conversation.

The answers stay in the memory slot `project` (`answers` by field, None for those the visitor does
not know; `plan`, the fields to ask before the next result; `readings` of the answer in doubt), the
field asked in `awaiting`, which is `RESULT` once a result was shown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from answers.knowledge import lexicon
from answers.project_reading import Said, field_named_in, read_project
from answers.project_words import (
    DECIDE_MOST,
    answer_text,
    in_list,
    project_text,
    readable,
    value_text,
)
from answers.reply import Button, Message, Reply, payload
from answers.scheme_choice import SUBJECT_OF, is_relevant
from answers.simulation_result import (
    SchemeResult,
    Simulation,
    card,
    refusal_text,
    scheme_lines,
    simulation_of,
)
from answers.turn import Turn
from answers.words import has_words, say
from bot.nlu.folding import fold, words
from database.vocabulary import WRITINGS, Writing
from schemes import Assessment, assess, fields_to_ask, project_from
from schemes.project import CHOICES, KINDS, Kind, LegalForm, Problem, Province, Sector

RESULT = "result"
FIRST_FIELDS = (*DECIDE_MOST, "sector", "legal_form")
FIRST_OF_AUTO_ENTREPRENEUR = ("annual_turnover", "sector", "jobs")
# Questions before the first result, and before each of the next ones.
MOST_FIRST_QUESTIONS, MORE_QUESTIONS = 7, 4
FEW_WORDS = 4
SHOWN_AT_MOST = 4
COMMON_SECTORS = (
    Sector.AGRIFOOD,
    Sector.INDUSTRY,
    Sector.TEXTILE,
    Sector.TOURISM,
    Sector.OFFSHORING,
    Sector.DIGITAL,
    Sector.CRAFTS,
    Sector.COMMERCE,
    Sector.SERVICES,
)
COMMON_LEGAL_FORMS = (
    LegalForm.SARL,
    LegalForm.SARL_AU,
    LegalForm.SA,
    LegalForm.SAS,
    LegalForm.COOPERATIVE,
    LegalForm.AUTO_ENTREPRENEUR,
    LegalForm.SOLE_PROPRIETOR,
)
PARK_SECTORS = (Sector.OFFSHORING, Sector.DIGITAL)
# What a message is about when it is surely no answer to the form's question.
TOPICS_OF_THEIR_OWN = frozenset(
    {"compare", "change_language", "erase_data", "feedback_positive", "feedback_negative"}
)
GIVES_ANSWERS = frozenset({"inform", "affirm", "deny", "dont_know"})
# No answer, and none to come: "je ne sais pas", or "non" where it cannot mean none.
LEAVES_OPEN = frozenset({"dont_know", "deny"})
NOT_UNDERSTOOD = "nlu_fallback"
ASKS_FOR_HELP = frozenset({"help", "simplify", "repeat"})

Answer = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Held:
    """The project as the conversation holds it."""

    answers: dict[str, Any] = field(default_factory=dict)
    plan: tuple[str, ...] | None = None
    readings: tuple[str, ...] = ()
    reminded: bool = False

    @property
    def known(self) -> dict[str, Any]:
        """The answers that were given."""
        return {name: value for name, value in self.answers.items() if value is not None}

    def as_memory(self) -> dict[str, Any]:
        """The same as JSON."""
        plan = None if self.plan is None else list(self.plan)
        return {
            "answers": self.answers,
            "plan": plan,
            "readings": list(self.readings),
            "reminded": self.reminded,
        }


def held_in(turn: Turn) -> Held:
    """The project that earlier turns left."""
    memory = turn.memory.project or {}
    plan = memory.get("plan")
    return Held(
        dict(memory.get("answers") or {}),
        None if plan is None else tuple(plan),
        tuple(memory.get("readings") or ()),
        bool(memory.get("reminded")),
    )


# The ways in


def within_simulation(answer: Answer, session: Session, turn: Turn, *, on: date) -> Reply:
    """The reply of `answer`, unless the turn belongs to a computation under way.

    An answer to the form is taken whatever it was understood as; a question about one of the
    form's own terms is answered from them; after any other, the pending question is asked again.
    """
    if held_in(turn).answers and _wish(turn):
        return simulate(session, turn, on=on)
    if _belongs_to_form(session, turn, on):
        return take_simulation_answer(session, turn, on=on)
    explained = _term_explained(turn)
    if explained is not None:
        return with_pending_question(explained, turn)
    if turn.intent == NOT_UNDERSTOOD and _field_asked(turn):
        return take_simulation_answer(session, turn, on=on)
    outside = turn
    if turn.memory.awaiting == RESULT:
        outside = replace(turn, memory=replace(turn.memory, awaiting=None))
    return with_pending_question(answer(session, outside, on=on), turn)


def simulate(session: Session, turn: Turn, *, on: date) -> Reply:
    """Begin, change or take up again the computation of what a project would get."""
    wish, held, asked = _wish(turn), held_in(turn), _field_asked(turn)
    if wish == "new":
        return _asking_on(session, Held(), turn, on, (say("simulation.new", turn.writing),))
    if wish == "more":
        return _asking_more(session, held, turn, on)
    said = _said(turn, held, asked, on)
    if not said and not held.answers:
        return _asking_on(session, held, turn, on, (say("simulation.start", turn.writing),))
    if not said and asked is None:
        return _offers_to_resume(held, turn)
    if not said:
        return _asking_on(session, held, turn, on)
    if asked is None and _is_another_project(said, held):
        held = Held()
    return _taken(session, turn, held, asked, on)


def take_simulation_answer(session: Session, turn: Turn, *, on: date) -> Reply:
    """Take what a message answers, corrects or stops in the computation under way."""
    held, asked = held_in(turn), _field_asked(turn)
    if turn.intent == "cancel":
        return _stopped(held, turn)
    if turn.intent == "resume":
        return _asking_on(session, held, turn, on)
    if turn.intent == "affirm" and turn.memory.awaiting == RESULT:
        return _asking_more(session, held, turn, on)
    return _taken(session, turn, held, asked, on)


def with_pending_question(reply: Reply, turn: Turn) -> Reply:
    """The reply to a question in the middle, and the question that was left open.

    It is asked again once; when the visitor goes on with other things, the project waits.
    """
    asked, held = turn.memory.awaiting, held_in(turn)
    if asked is None or "awaiting" in reply.memory or reply.outcome in ("failed", "clarified"):
        return reply
    if asked == RESULT or held.reminded:
        return replace(reply, memory={**reply.memory, "awaiting": None})
    question = _question(asked, reply.writing)
    again = Message(
        readable(say("simulation.continue", reply.writing, question=question), reply.writing),
        _choices_for(asked, reply.writing),
    )
    memory = {**reply.memory, "project": replace(held, reminded=True).as_memory()}
    return replace(reply, messages=(*reply.messages, again), memory=memory)


def _belongs_to_form(session: Session, turn: Turn, on: date) -> bool:
    """Whether a turn begins, goes on with or ends the form, whatever its intent alone says."""
    held, awaiting = held_in(turn), turn.memory.awaiting
    if turn.intent == "cancel":
        return awaiting is not None or turn.first("field") == "project"
    if turn.intent == "resume":
        return awaiting is not None or bool(held.answers)
    if turn.intent in GIVES_ANSWERS and turn.first("field") in KINDS:
        return True
    if awaiting is None or turn.intent == "simulate" or turn.intent in TOPICS_OF_THEIR_OWN:
        return False
    if turn.intent in GIVES_ANSWERS and (awaiting != RESULT or turn.intent == "affirm"):
        return True
    said = _said(turn, held, _field_asked(turn), on)
    return bool(said) and (
        not turn.intent.startswith("ask_") or _is_bare_answer(session, turn, said)
    )


def _is_bare_answer(session: Session, turn: Turn, said: Said) -> bool:
    """Whether what looks like a question is but an answer ("mazal", "et à Taza ?"): few words, that
    name no subject of their own, and answer the field asked when one was.
    """
    asked = _field_asked(turn)
    fits = asked is None or asked in said.answers or asked in said.readings
    named = lexicon(session).links(turn.text).certain
    few = len(words(turn.text)) <= FEW_WORDS
    return fits and few and all(link.kind == "territory" for link in named)


def _wish(turn: Turn) -> str | None:
    """What a button after a result asks for, pressed or typed later on: `new` or `more`."""
    typed = fold(turn.text).strip()
    for wish in ("new", "more"):
        titles = {fold(say(f"answer.{wish}", writing)) for writing in WRITINGS}
        if turn.first("field") == wish or typed in titles:
            return wish
    return None


def _field_asked(turn: Turn) -> str | None:
    """The field of the question that a pressed button answers, else of the one left open, if any."""
    named = turn.first("field") or turn.memory.awaiting
    return named if named in KINDS else None


def _term_explained(turn: Turn) -> Reply | None:
    """What a term of the form means, when one is asked about in the middle of it."""
    asked = _field_asked(turn)
    if asked is None:
        return None
    if turn.intent in ASKS_FOR_HELP:
        named: str | None = asked
    elif turn.aspect in ("overview", "figures") or turn.intent in (NOT_UNDERSTOOD, "out_of_scope"):
        named = None if turn.first("subject") else field_named_in(turn.text)
    else:
        named = None
    if named is None:
        return None
    text = readable(say(f"field_help.{named}", turn.writing), turn.writing)
    return Reply("answered", turn.writing, (Message(text),))


# One message taken


def _said(turn: Turn, held: Held, asked: str | None, on: date) -> Said:
    return read_project(turn, asked=asked, held=held.known, readings=held.readings, on=on)


def _is_another_project(said: Said, held: Held) -> bool:
    """Whether a message describes a project of its own rather than a change to the one held."""
    told = {**said.answers, **said.readings}
    changed = [
        name for name in DECIDE_MOST if name in told and told[name] != held.answers.get(name)
    ]
    return "total_investment" in changed and len(changed) > 1


def _taken(session: Session, turn: Turn, held: Held, asked: str | None, on: date) -> Reply:
    """What a message says is added to the project; then the next question, or the result."""
    writing = turn.writing
    said = _said(turn, held, asked, on)
    if not said and asked is not None and turn.intent in LEAVES_OPEN:
        skipped = replace(held, answers={**held.answers, asked: None}, readings=())
        return _asking_on(session, skipped, turn, on, (say("simulation.skipped", writing),))
    if not said and asked is None:
        return _asking_on(session, held, turn, on)
    doubtful = _doubt_that_matters(said, held, on)
    for name, values in said.readings.items():
        if name != doubtful:
            said.answers[name] = values[0]
    lines = _acknowledged(said, held, writing)
    held = Held({**held.answers, **said.answers}, held.plan)
    if doubtful is not None and KINDS[doubtful] is Kind.DAY:
        return _asking(doubtful, held, (*lines, say(str(Problem.NOT_A_DAY), writing)), writing)
    if doubtful is not None:
        return _asking_reading(doubtful, said.readings[doubtful], held, lines, writing)
    if said.problem is not None:
        name, problem = said.problem
        return _asking(name, held, (*lines, say(str(problem), writing)), writing)
    if said.foreign:
        lines = (*lines, say("simulation.foreign_currency", writing))
        return _asking(asked or "total_investment", held, lines, writing)
    if not said and asked is not None:
        return _asking(asked, held, (say("simulation.not_read", writing),), writing, helped=True)
    return _asking_on(session, held, turn, on, lines)


def _acknowledged(said: Said, held: Held, writing: Writing) -> tuple[str, ...]:
    """What was understood: new answers noted, changed ones set beside the old."""
    fresh = [name for name in said.answers if held.answers.get(name) is None]
    changed = [
        name
        for name in said.answers
        if name not in fresh
        and value_text(name, said.answers[name], writing)
        != value_text(name, held.answers[name], writing)
    ]
    lines = []
    if fresh:
        texts = [answer_text(name, said.answers[name], writing) for name in fresh]
        lines.append(say("simulation.noted", writing, answers=in_list(texts, writing)))
    if changed:
        texts = [
            say(
                "simulation.corrected_one",
                writing,
                new=answer_text(name, said.answers[name], writing),
                old=value_text(name, held.answers[name], writing),
            )
            for name in changed
        ]
        lines.append(say("simulation.corrected", writing, answers=in_list(texts, writing)))
    if said.low_end:
        lines.append(say("simulation.took_low", writing))
    return tuple(lines)


def _doubt_that_matters(said: Said, held: Held, on: date) -> str | None:
    """The field whose readings would not give the same result."""
    answers = {**held.known, **said.answers}
    for name, values in said.readings.items():
        results = {
            tuple(
                (each.verdict, each.amount, each.low, each.high, each.missing)
                for each in assess(project_from({**answers, name: value}), on=on)
            )
            for value in values
        }
        if len(results) > 1:
            return name
    return None


# Asking


def _asking_on(
    session: Session, held: Held, turn: Turn, on: date, lines: tuple[str, ...] = ()
) -> Reply:
    """The next question that still matters, or the result when none does before it."""
    assessments = assess(project_from(held.known), on=on)
    held, name = _next_question(held, assessments)
    if name is not None:
        return _asking(name, held, lines, turn.writing)
    return _result(session, held, lines, turn.writing, on)


def _asking_more(session: Session, held: Held, turn: Turn, on: date) -> Reply:
    """The next few questions after a result."""
    assessments = assess(project_from(held.known), on=on)
    plan = _unasked(held, _in_order(held, assessments))[:MORE_QUESTIONS]
    if not plan:
        note = say("simulation.all_said", turn.writing)
        return _result(session, held, (note,), turn.writing, on)
    return _asking_on(session, replace(held, plan=plan), turn, on)


def _next_question(held: Held, assessments: list[Assessment]) -> tuple[Held, str | None]:
    """The field to ask now, and the project with the plan that led to it."""
    useful = set(fields_to_ask(assessments))
    plan = held.plan
    if plan is None:
        first = _first_fields(held)
        open_fields = _unasked(held, [name for name in first if name in useful])
        if open_fields:
            return held, open_fields[0]
        plan = _unasked(held, _of_main_schemes(held, assessments))
        room = MOST_FIRST_QUESTIONS - len(first) if _can_be_computed(held) else 0
        plan = plan[: max(0, room)]
    remaining = _unasked(held, [name for name in plan if name in useful])
    return replace(held, plan=plan), remaining[0] if remaining else None


def _can_be_computed(held: Held) -> bool:
    """Whether more answers can lead to an amount: not without what it is a share of."""
    return "total_investment" in held.known or "annual_turnover" in held.known


def _first_fields(held: Held) -> tuple[str, ...]:
    """The fields asked of every project of this sort."""
    answers = held.answers
    if answers.get("legal_form") == LegalForm.AUTO_ENTREPRENEUR:
        return FIRST_OF_AUTO_ENTREPRENEUR
    at_park = answers.get("province") == Province.FES and answers.get("sector") in PARK_SECTORS
    return (*FIRST_FIELDS, "zone") if at_park else FIRST_FIELDS


def _of_main_schemes(held: Held, assessments: list[Assessment]) -> tuple[str, ...]:
    """What the schemes shown to this visitor still need, the field that decides most first."""
    project = project_from(held.known)
    return fields_to_ask(each for each in assessments if is_relevant(each, project))


def _in_order(held: Held, assessments: list[Assessment]) -> tuple[str, ...]:
    """All fields that matter still: those of the schemes shown, then the others'."""
    useful = (*_of_main_schemes(held, assessments), *fields_to_ask(assessments))
    return tuple(dict.fromkeys(useful))


def _unasked(held: Held, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in held.answers)


def _asking(
    name: str,
    held: Held,
    lines: tuple[str, ...],
    writing: Writing,
    *,
    helped: bool = False,
) -> Reply:
    """The question about one field, after what there is to say first."""
    said = (*lines, say(f"field_help.{name}", writing)) if helped else lines
    text = "\n".join((*said, _question(name, writing)))
    message = Message(readable(text, writing), _choices_for(name, writing))
    return _form_step(message, held, name, writing)


def _question(name: str, writing: Writing) -> str:
    """The question about one field, and what can be typed beside its buttons."""
    question = say(f"ask.{name}", writing)
    more = f"ask_more.{name}"
    return f"{question} {say(more, writing)}" if has_words(more) else question


def _asking_reading(
    name: str, values: tuple[str, ...], held: Held, lines: tuple[str, ...], writing: Writing
) -> Reply:
    """Which of the readings of an answer is meant."""
    buttons = tuple(
        Button(value_text(name, value, writing), payload("inform", field=name, value=value))
        for value in values
    )
    text = "\n".join((*lines, say("simulation.which", writing)))
    held = replace(held, readings=values)
    return _form_step(Message(readable(text, writing), buttons), held, name, writing)


def _form_step(message: Message, held: Held, awaiting: str | None, writing: Writing) -> Reply:
    memory = {"project": held.as_memory(), "awaiting": awaiting}
    return Reply("form_step", writing, (message,), memory)


def _choices_for(name: str, writing: Writing) -> tuple[Button, ...]:
    """The answers that can be chosen for a field, and a way not to answer."""
    unknown = Button(say("answer.dont_know", writing), payload("dont_know", field=name))
    kind = KINDS[name]
    if kind is Kind.FLAG:
        yes = Button(say("answer.yes", writing), payload("inform", field=name, value="true"))
        no = Button(say("answer.no", writing), payload("inform", field=name, value="false"))
        return yes, no, unknown
    if kind is Kind.CHOICE:
        offered: Iterable[str] = CHOICES[name]
        if name == "sector":
            offered = COMMON_SECTORS
        elif name == "legal_form":
            offered = COMMON_LEGAL_FORMS
        chosen = (
            Button(
                say(f"choice.{name}.{value}", writing),
                payload("inform", field=name, value=str(value)),
            )
            for value in offered
        )
        return (*chosen, unknown)
    if kind is Kind.DAY:
        not_yet = Button(say("answer.not_created", writing), payload("deny", field=name))
        return not_yet, unknown
    return (unknown,)


# Stopping and coming back


def _stopped(held: Held, turn: Turn) -> Reply:
    """Paused with the project kept, or forgotten when that is asked."""
    writing = turn.writing
    if turn.first("field") == "project":
        text = say("simulation.forgotten", writing)
        return Reply("answered", writing, (Message(text),), {"project": None, "awaiting": None})
    buttons = (
        Button(say("answer.resume", writing), payload("resume")),
        Button(say("answer.forget", writing), payload("cancel", field="project")),
    )
    message = Message(say("simulation.paused", writing), buttons if held.answers else ())
    memory = {"project": held.as_memory(), "awaiting": None}
    return Reply("answered", writing, (message,), memory)


def _offers_to_resume(held: Held, turn: Turn) -> Reply:
    """The project held, to go on with or to leave."""
    writing = turn.writing
    text = say("simulation.known", writing, answers=project_text(held.known, writing))
    buttons = (
        Button(say("answer.resume", writing), payload("resume")),
        Button(say("answer.new", writing), payload("simulate", field="new")),
    )
    return _form_step(Message(readable(text, writing), buttons), held, None, writing)


# The result


def _result(
    session: Session, held: Held, lines: tuple[str, ...], writing: Writing, on: date
) -> Reply:
    """What each scheme would give, the best first; then what is not open, and whom to see."""
    simulation = simulation_of(session, held.known, writing, on=on)
    opening = Message(readable(_opening_text(simulation, lines, writing), writing))
    messages = [
        _scheme_message(result, held, writing) for result in simulation.results[:SHOWN_AT_MOST]
    ]
    closing = _closing(simulation, held, writing)
    memory: dict[str, Any] = {"project": held.as_memory(), "awaiting": RESULT}
    if simulation.results:
        memory |= {"subject": SUBJECT_OF[simulation.results[0].scheme], "aspect": "amount"}
    return Reply("answered", writing, (opening, *messages, closing), memory)


def _opening_text(simulation: Simulation, lines: tuple[str, ...], writing: Writing) -> str:
    told = [*lines]
    if simulation.project:
        told.append(say("simulation.project", writing, answers=simulation.project))
    if not simulation.results:
        told.append(say("simulation.nothing", writing))
    return "\n".join(told)


def _scheme_message(result: SchemeResult, held: Held, writing: Writing) -> Message:
    """One scheme: total, bonuses, cap, conditions, nearest step, doubts."""
    text = "\n".join(scheme_lines(result, writing))
    return Message(
        readable(text, writing),
        card=card(result, held.known, writing),
        sources=result.sources,
        certainty=str(result.certainty),
    )


def _closing(simulation: Simulation, held: Held, writing: Writing) -> Message:
    lines = [*simulation.relations]
    if simulation.refused:
        lines.append(say("simulation.not_open", writing))
        lines += [refusal_text(result) for result in simulation.refused]
    if simulation.others:
        lines.append(simulation.others)
    lines += [simulation.whom, say("caution.estimate_only", writing)]
    more = _unasked(held, _in_order(held, list(simulation.assessments)))
    buttons = (
        Button(say("answer.more", writing), payload("simulate", field="more")),
        Button(say("answer.new", writing), payload("simulate", field="new")),
        Button(say("answer.human", writing), payload("ask_human")),
    )
    return Message(readable("\n".join(lines), writing), buttons if more else buttons[1:])
