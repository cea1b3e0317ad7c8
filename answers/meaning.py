"""What a turn means where its words tell it more surely than the intent that was learnt.

Each rule is a sign in the words (`cue.*`), what the message names, and the intent it then has.
Nothing is changed while the computation awaits an answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from answers.cues import cues, holds, mentions, variants_of
from answers.dealings import FORMS, dealing_meant
from answers.knowledge import lexicon
from answers.linking import JOINING_WORDS, Link
from answers.listing import AIDS
from answers.prices import land_wanted
from answers.rendering import tags_of
from answers.turn import Turn
from bot.nlu.folding import words
from bot.nlu.quantities import find_quantities
from database.queries import aspects_of, subject_named
from database.vocabulary import ASPECTS

# Intents that a visitor hardly means by accident.
SURE = frozenset(
    "simulate cancel resume affirm deny dont_know change_language ask_human erase_data ask_privacy "
    "greet goodbye thanks more next_step repeat simplify".split()
)
# What a message that only tells of somebody, or was not understood, may be taken for.
VAGUE = frozenset(
    "ask_overview ask_list inform nlu_fallback out_of_scope ask_how_to_apply ask_steps ask_location "
    "ask_contact ask_source ask_beneficiaries feedback_negative feedback_positive".split()
)
# A subject with no more to tell than this is a guide for anybody, not an answer to this visitor.
GUIDING = frozenset({"overview", "how_to_apply", "contact"})
FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
GUIDES = ("procedure", "gap", "institution")
# Of what serves no more kinds of visitors than this, the visitor is the name: "startup", "exporter".
FEW_VISITORS = 2
WITH_DELAYS = ("procedure", "institution", "legal_form")


def as_meant(session: Session, turn: Turn) -> Turn:
    """The turn with the intent and the kind of visitor that its words tell."""
    if not turn.text:
        return turn
    dealing = None if turn.parts else _dealing(session, turn)
    if dealing is not None or turn.intent in SURE:
        return dealing or turn
    turn = _with_those_abroad(turn)
    parts = tuple((_part_meant(session, turn, intent, text), text) for intent, text in turn.parts)
    return replace(turn, intent=_intent_meant(session, turn), parts=parts)


def guides_anybody(session: Session, subject_id: str) -> bool:
    """Whether a subject tells everybody where to begin, and so gives way to what else is named."""
    subject = subject_named(session, subject_id)
    guiding = subject is not None and subject.kind in GUIDES
    return guiding and set(aspects_of(session, subject_id)) <= GUIDING


def _dealing(session: Session, turn: Turn) -> Turn | None:
    """The turn as one about a company or a file, where its words tell it."""
    named = subjects_meant(session, lexicon(session).links(turn.text).certain)
    return dealing_meant(session, turn, named[0] if named else None)


def _part_meant(session: Session, turn: Turn, intent: str, text: str) -> str:
    """The intent of one of several questions; each remains a question about an aspect."""
    asked = replace(turn, intent=intent, text=text, parts=())
    meant = _dealing(session, asked) or replace(asked, intent=_intent_meant(session, asked))
    return meant.intent if meant.aspect else intent


def _intent_meant(session: Session, turn: Turn) -> str:
    links = subjects_meant(session, lexicon(session).links(turn.text).certain)
    named = links[0] if links else None
    kinds = set(turn.entities.get("kind", ()))
    vague = turn.intent in VAGUE
    if asks_to_add_up(turn, links):
        return "ask_conditions"
    if named and asks_the_same(session, turn, named):
        return f"ask_{turn.memory.aspect}"
    if _asks_how_long(session, turn, named):
        return "ask_delay"
    if len(set(turn.entities.get("legal_form", ()))) > 1 and vague:
        return "compare"
    if _offers_a_project(turn, named, kinds):
        return "simulate"
    in_passing = named is None or (named.kind == "gap" and len(named.tokens) == 1)
    if vague and kinds & {"training"} and not kinds & set(AIDS) and in_passing:
        return "ask_list"
    # A word for cheap land may be near another name: "تيران" is nearly a train.
    by_chance = named is not None and named.kind != "zone" and len(named.tokens) == 1
    if land_wanted(turn) is not None and (named is None or by_chance or named.kind in FORMS):
        return "ask_list"
    if _asks_advantages(session, turn, named):
        return "ask_amount"
    unsure = turn.intent in (FALLBACK, OUT_OF_SCOPE)
    likely = _likeliest(session, turn, named) if unsure else None
    if likely:
        return likely
    if named is None or not vague:
        return _list_for_somebody(session, turn, named) if vague else turn.intent
    known = aspects_of(session, named.subject_id)
    if "employer" in kinds and named.kind == "zone" and "beneficiaries" in known:
        return "ask_beneficiaries"
    if turn.intent == "feedback_negative" and named.kind in (*FORMS, "gap"):
        return "ask_overview"
    meant = _list_for_somebody(session, turn, named)
    if meant in ("ask_steps", "ask_how_to_apply") and guides_anybody(session, named.subject_id):
        return "ask_overview"
    return meant


def subjects_meant(session: Session, links: Sequence[Link]) -> list[Link]:
    """The links to subjects other than places, those said in passing last."""
    named = [link for link in links if link.kind != "territory"]
    if len(named) > 1:
        named.sort(key=lambda link: _is_said_in_passing(session, link))
    # "changer le gérant de ma SARL" is about the change, which no source tells, not about the form.
    gap = next((link for link in named if link.kind == "gap" and len(link.tokens) > 1), None)
    if gap and all(link.kind in (*FORMS, "gap") for link in named):
        named.remove(gap)
        named.insert(0, gap)
    return named


def _is_said_in_passing(session: Session, link: Link) -> bool:
    """Whether a name is what any project has: a sector, where to begin, a company in one word."""
    generic = link.kind == "sector" or (link.kind in FORMS and len(link.tokens) == 1)
    return generic or guides_anybody(session, link.subject_id)


def asks_the_same(session: Session, turn: Turn, named: Link) -> bool:
    """Whether the question just asked is asked of another subject: "et à Aïn Cheggag ?"."""
    said = words(turn.text)
    attached = said[0].startswith("و")
    joined = attached or holds(variants_of(turn.text)[:1], cues("and_that"))
    rest = list(enumerate(said))[attached:]
    alone = all(at in named.tokens or word in JOINING_WORDS for at, word in rest)
    return joined and alone and turn.memory.aspect in aspects_of(session, named.subject_id)


def _asks_advantages(session: Session, turn: Turn, named: Link | None) -> bool:
    """Whether the advantages are asked of a place or an aid that gives some."""
    open_to_it = turn.intent in VAGUE or turn.intent == "compare"
    if named is None or not open_to_it or not mentions(turn.text, "advantages"):
        return False
    return "amount" in aspects_of(session, named.subject_id)


def _likeliest(session: Session, turn: Turn, named: Link | None) -> str | None:
    """What a message not surely understood asks of a subject that it surely names, by several words.

    The likeliest reading holds where the facts can answer it; what the census counts needs no other
    name than a place.
    """
    if named is None:
        return "ask_figures" if mentions(turn.text, "census") and turn.first("province") else None
    if len(named.tokens) < 2 or not turn.ranking:
        return None
    known = set(aspects_of(session, named.subject_id))
    reading = next((name for name in turn.ranking if name != OUT_OF_SCOPE), OUT_OF_SCOPE)
    aspect = reading.removeprefix("ask_")
    if aspect in known:
        return reading
    return "ask_overview" if aspect in ASPECTS or turn.ranking[0] == OUT_OF_SCOPE else None


def asks_to_add_up(turn: Turn, links: Sequence[Link]) -> bool:
    """Whether two aids are wanted for one project: "cumuler", or two that are named "bjouj"."""
    aids = [link for link in links if link.kind in AIDS]
    both = len(aids) > 1 and turn.intent != "compare" and mentions(turn.text, "both")
    return both or mentions(turn.text, "add_up")


def _asks_how_long(session: Session, turn: Turn, named: Link | None) -> bool:
    """Whether a time is asked of what takes time: "chhal d wa9t kaydir …"."""
    subject = subject_named(session, named.subject_id if named else turn.memory.subject or "")
    if subject is None or not mentions(turn.text, "how_much"):
        return False
    timed = mentions(turn.text, "time") or mentions(turn.text, "takes")
    has_delay = subject.kind in WITH_DELAYS or "delay" in aspects_of(session, subject.id)
    return timed and has_delay and turn.intent != "ask_conditions"


def _offers_a_project(turn: Turn, named: Link | None, kinds: set[str]) -> bool:
    """Whether a message tells an investment and its jobs, and names nothing but a form of company."""
    told = {quantity.kind for quantity in find_quantities(turn.text, writing=turn.writing)}
    alone = named is None or (named.kind in FORMS and len(named.tokens) == 1)
    return {"amount", "jobs"} <= told and alone and kinds <= {"incentive"}


def _list_for_somebody(session: Session, turn: Turn, named: Link | None) -> str:
    """A list, where somebody tells who he is and names no more than a project."""
    somebody = turn.first("audience") or turn.first("sector")
    general = named is None or guides_anybody(session, named.subject_id)
    helped = mentions(turn.text, "who_helps") and (
        named is None or len(named.tokens) == 1 or _is_named_by_visitor(session, turn, named)
    )
    if turn.first("audience") == "mre" and general and turn.intent != "ask_contact":
        return "ask_list"
    if general and mentions(turn.text, "who_finances"):
        return "ask_list"
    if general and somebody and mentions(turn.text, "state_helps"):
        return "ask_list"
    return "ask_list" if somebody and helped else turn.intent


def _is_named_by_visitor(session: Session, turn: Turn, named: Link) -> bool:
    """Whether a subject is named only because the visitor told who he is, as a startup or exporter."""
    subject = subject_named(session, named.subject_id)
    served = tags_of(subject, "audience") if subject else []
    return turn.first("audience") in served and len(served) <= FEW_VISITORS


def _with_those_abroad(turn: Turn) -> Turn:
    """The turn of somebody who lives, or lived, abroad: a Moroccan of the world unless said otherwise."""
    known: Sequence[str] = turn.entities.get("audience", ())
    foreign = "foreign" in known or "branch" in turn.entities.get("legal_form", ())
    if "mre" in known or foreign:
        return turn
    if not (mentions(turn.text, "lives") and mentions(turn.text, "abroad")):
        return turn
    return replace(turn, entities={**turn.entities, "audience": ("mre", *known)})
