"""What is meant by a turn about a company, its taxes or a file, where its words tell it.

Each rule is a sign in the words (`cue.*`), the kind of what is named, and the intent it then has.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from answers.cues import mentions
from answers.linking import Link
from answers.turn import Turn
from bot.nlu.quantities import find_quantities
from database.queries import aspects_of, subject_named
from database.vocabulary import ASPECTS

FORMS = ("procedure", "legal_form")
WITH_HOURS = ("institution", "connection")
# What tells whom to see when an administration refuses or keeps silent.
STUCK = "loi_55_19"
# A procedure with no more to tell than this says where to begin, whatever is asked of it.
BEGINNING = {"overview", "how_to_apply"}
# What may be asked beside a price, the sign of it, and the aspect that answers.
ASKED_BESIDE = {"time": "delay", "capital": "conditions", "how_many_people": "conditions"}
# What may be no more than a way to speak of a form of company, or was hardly understood.
OPEN = frozenset(
    "ask_overview ask_how_to_apply ask_steps ask_beneficiaries ask_conditions ask_list inform "
    "nlu_fallback out_of_scope change_language feedback_negative".split()
)
# What somebody whose file is stuck may be taken to say.
HELPLESS = OPEN | {"next_step", "ask_contact", "ask_legal_basis", "ask_status", "ask_delay"}
# How a list of places may be asked for, and the kinds that words tell.
SEEKING = frozenset("ask_list ask_source ask_location nlu_fallback out_of_scope inform".split())
KINDS_MEANT = {"to_study": "training", "works": "employer"}
TOLD_AS_STEPS = {"steps", "how_to_apply", "contact"}
PAID = frozenset({"ask_cost", "ask_price", "ask_amount"})
COUNTED = OPEN | PAID | {"ask_figures", "ask_documents"}


def dealing_meant(session: Session, turn: Turn, named: Link | None) -> Turn | None:
    """The turn as one about a company or a file, or None where its words do not tell it."""
    if named is None:
        if _is_refused(turn) and mentions(turn.text, "file"):
            return _to_whom_it_is_stuck(session, turn)
        intent = _asked_of_a_form(turn) if turn.first("legal_form") else None
        return replace(turn, intent=intent, parts=()) if intent else _list_of_a_kind(turn)
    if _is_another_matter(turn, named):
        return None
    known = aspects_of(session, named.subject_id)
    beside = _asked_beside_price(turn, named, known)
    if beside:
        price = "ask_amount" if "amount" in known and "cost" not in known else "ask_cost"
        return replace(turn, parts=((price, turn.text), (beside, turn.text)))
    if _is_refused(turn) and "contact" not in known:
        return _to_whom_it_is_stuck(session, turn)
    if named.kind in ("sector", "zone") and mentions(turn.text, "to_study"):
        return _list_of_a_kind(turn)
    intent = _intent_meant(turn, named, known)
    return replace(turn, intent=intent, parts=()) if intent else None


def _to_whom_it_is_stuck(session: Session, turn: Turn) -> Turn | None:
    """The turn as a question whom to see about a file that is stuck."""
    entities = {**turn.entities, "subject": (STUCK,)}
    told = subject_named(session, STUCK) is not None
    return replace(turn, intent="ask_contact", entities=entities, parts=()) if told else None


def _list_of_a_kind(turn: Turn) -> Turn | None:
    """The turn as a wish for places to study, or for those who work in a place, or None."""
    if turn.intent not in SEEKING or turn.entities.get("kind") or not turn.first("province"):
        return None
    kinds = (kind for cue, kind in KINDS_MEANT.items() if mentions(turn.text, cue))
    kind = next(kinds, None)
    entities = {**turn.entities, "kind": (kind,)}
    return replace(turn, intent="ask_list", entities=entities, parts=()) if kind else None


def _intent_meant(turn: Turn, named: Link, known: Collection[str]) -> str | None:
    """The intent that the words tell beside the subject named, or None."""
    if _is_refused(turn):
        return "ask_contact"
    if named.kind in WITH_HOURS and turn.intent in HELPLESS and mentions(turn.text, "hours"):
        return "ask_contact"
    if turn.intent == "ask_list" and named.kind == "institution" and len(named.tokens) > 1:
        return "ask_overview" if mentions(turn.text, "who_helps") else None
    if named.kind == "zone" and "beneficiaries" in known and turn.intent in OPEN:
        return "ask_beneficiaries" if mentions(turn.text, "who_hires") else None
    if turn.intent == "simulate" and named.kind == "incentive" and _tells_a_profit(turn):
        return "ask_amount" if "amount" in known else None
    body, form = named.kind == "institution", named.kind in FORMS
    if body and turn.intent == "ask_steps" and not TOLD_AS_STEPS & set(known):
        return "ask_overview"
    if form and turn.intent == "ask_documents" and known and set(known) <= BEGINNING:
        return "ask_overview"
    if form and turn.intent in OPEN and "beneficiaries" in known and _is_foreign(turn):
        return "ask_beneficiaries"
    if turn.intent == "change_language" and not mentions(turn.text, "in_language"):
        return next((name for name in turn.ranking if _is_aspect(name)), "ask_overview")
    return _asked_of_a_form(turn) if form else None


def _asked_of_a_form(turn: Turn) -> str | None:
    """What is asked of a form of company: who may be in it, what it must have, what it takes."""
    if turn.intent not in COUNTED:
        return None
    if mentions(turn.text, "how_many_people") or mentions(turn.text, "capital"):
        return "ask_conditions"
    if turn.intent in OPEN and mentions(turn.text, "seat") and not _is_foreign(turn):
        return "ask_documents"
    if turn.intent in ("nlu_fallback", "ask_steps") and mentions(turn.text, "must_i"):
        return "ask_conditions"
    if turn.intent in OPEN and mentions(turn.text, "how_much_money"):
        return None if mentions(turn.text, "time") else "ask_cost"
    return None


def _is_foreign(turn: Turn) -> bool:
    return turn.first("audience") == "foreign" or mentions(turn.text, "foreigner")


def _is_another_matter(turn: Turn, named: Link) -> bool:
    """Whether a message out of scope names what it does by a single word, and asks no hours of it."""
    alone = len(named.tokens) == 1 and not mentions(turn.text, "hours")
    return turn.intent == "out_of_scope" and alone


def _is_aspect(intent: str) -> bool:
    return intent.removeprefix("ask_") in ASPECTS


def _is_refused(turn: Turn) -> bool:
    """Whether a file is refused, or stays without an answer, otherwise than by a bank."""
    refused = turn.intent in HELPLESS and mentions(turn.text, "refused")
    return refused and not mentions(turn.text, "bank")


def _asked_beside_price(turn: Turn, named: Link, known: Collection[str]) -> str | None:
    """What one sentence asks beside a price: "combien coûte une SARL, et en combien de jours"."""
    priced = turn.intent in PAID | {"ask_delay", "ask_conditions"} and named.kind in FORMS
    if not priced or turn.parts or not mentions(turn.text, "costs"):
        return None
    beside = (told for sign, told in ASKED_BESIDE.items() if mentions(turn.text, sign))
    return next((f"ask_{told}" for told in beside if told in known), None)


def _tells_a_profit(turn: Turn) -> bool:
    """Whether the only quantity told is what a company earns: its tax is asked, not its aid."""
    told = {quantity.kind for quantity in find_quantities(turn.text, writing=turn.writing)}
    return told <= {"amount"} and mentions(turn.text, "profit")
