"""Finds which subject a question is about, and answers it from the facts and from nothing else."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from answers.about import about, answer_about, not_found
from answers.cues import mentions
from answers.greeting import topics
from answers.knowledge import lexicon
from answers.linking import Link, Links
from answers.listing import AIDS, Listing, list_reply, listed_subjects
from answers.meaning import asks_the_same, asks_to_add_up, subjects_meant
from answers.prices import land_found, land_wanted
from answers.rendering import name_of, tags_of
from answers.reply import Button, Message, Reply, joined, payload
from answers.search import CERTAIN_FROM, covers, nearest, strangers
from answers.turn import Turn
from answers.words import say
from bot.nlu.folding import tokens, words
from database.queries import aspects_of, subject_named, subjects_for, subjects_named
from database.vocabulary import KINDS, PROVINCES

CHOICES = 3
TERRITORY = "territoire_"
# What is known of aids that add up.
CUMULATION = "cumul_aides"
# Around a name these ask what it is, and nothing else.
WHAT_IS = frozenset(
    "le la les l de du des d dyal c est ce quoi que qu quel quelle quels quelles "
    "koi veut dire chno chnou ach ash hiya howa hada hadi kat3ni "
    "ديال د ال شنو شنهو أش آش اش هو هي هاد كتعني معنى ما".split()
)
# Asked of a thing by its name: a name that nobody knows is then not found, whatever place is named.
NAMED_ASPECTS = ("overview", "amount", "conditions", "how_to_apply")
NAMING_INTENTS = ("ask_overview", "ask_amount", "ask_status", "ask_conditions", "ask_how_to_apply")


def answer(session: Session, turn: Turn, *, on: date) -> Reply:
    """The reply to each question of a turn, in order."""
    replies: list[Reply] = []
    memory = turn.memory
    for question in turn.questions():
        reply = _answer_one(session, replace(question, memory=memory), on)
        # "… and is it still open?" is about what the question before it was about.
        memory = replace(memory, subject=reply.memory.get("subject", memory.subject))
        replies.append(reply)
    return joined(replies)


def names_a_subject_alone(session: Session, turn: Turn) -> bool:
    """Whether a message is a subject's name, alone or with "what is": it asks what that is."""
    said = words(turn.text)
    certain = lexicon(session).links(turn.text).certain if said and not turn.memory.awaiting else ()
    if not certain:
        return False
    if not all(at in certain[0].tokens or word in WHAT_IS for at, word in enumerate(said)):
        return False
    if asks_the_same(session, turn, certain[0]):
        return False
    # A name may hold the aspect's own word ("conditions TPME"): then the aspect stands.
    known = turn.aspect in aspects_of(session, certain[0].subject_id)
    return len(said) == 1 or not known


def is_about_a_subject(session: Session, turn: Turn) -> bool:
    """Whether what was taken for another matter names a subject: by several of its words, by one
    that the search finds nearer to the subject than to what is out of scope, or a way to come here.
    """
    certain = lexicon(session).links(turn.text).certain
    named = next((link for link in certain if link.kind != "territory"), None)
    if named is None:
        return False
    if named.kind == "connection" and mentions(turn.text, "travel"):
        return True
    hits = nearest(session, turn.text, limit=CHOICES)
    return len(named.tokens) > 1 or named.subject_id in [hit.subject_id for hit in hits]


def _answer_one(session: Session, question: Turn, on: date) -> Reply:
    """The reply to a question about an aspect of a subject, on a day.

    Outcomes: `answered`; `clarified` when two subjects are as likely or none is named;
    `not_found` when the facts hold nothing on it.
    """
    previous = question.memory.subject
    aspect = question.aspect or "overview"
    if question.first("subject"):
        return about(session, question.first("subject"), question, on)
    links = lexicon(session).links(question.text)
    named = subjects_meant(session, links.certain)
    land = land_wanted(question)
    if land is not None and (land.limit or not named):
        return land_found(session, land, question)
    if asks_to_add_up(question, named) and subject_named(session, CUMULATION):
        return about(session, CUMULATION, replace(question, intent="ask_overview"), on)
    places = [link for link in links.certain if link.kind == "territory"]
    stranger = stranger_called(session, question, links)
    if stranger and named:
        near = [link.subject_id for link in named[:CHOICES]]
        return not_found(session, question.writing, near, stranger)
    if named and links.rivals and named[0] is links.certain[0]:
        likely = _with_aspect(session, [named[0], *links.rivals], aspect)
        if len(likely) > 1:
            return which_subject(session, likely, question)
        return about(session, likely[0], question, on)
    if named:
        return about(session, named[0].subject_id, question, on)
    if places and mentions(question.text, "census"):
        return about(session, places[0].subject_id, replace(question, intent="ask_figures"), on)
    forming = _procedure_for(session, question.first("legal_form"))
    if forming and forming != previous:
        return about(session, forming, question, on)
    if places and previous and not links.unlinked_words:
        return elsewhere(session, question, on)
    if places and question.unknown_words and question.intent in NAMING_INTENTS:
        return not_found(session, question.writing, name=stranger)
    if places and not (previous and question.first("province") in _provinces_of(session, previous)):
        return _about_place(session, places[0].subject_id, question, on)
    if previous and (
        not question.unknown_words or covers(session, previous, question.unknown_words)
    ):
        return about(session, previous, question, on)
    listed = next((kind for kind in question.entities.get("kind", ()) if kind not in AIDS), None)
    if listed in KINDS and not previous:
        return list_reply(session, Listing((listed,)), question.writing)
    hits = nearest(session, question.text, limit=CHOICES) if question.text else []
    if hits and hits[0].score >= CERTAIN_FROM:
        return about(session, hits[0].subject_id, question, on)
    asked = _for_whom(question)
    if (asked.sector or asked.audience) and aspect in (*NAMED_ASPECTS, "beneficiaries"):
        return list_reply(session, asked, question.writing)
    found = [hit.subject_id for hit in hits]
    near = list(dict.fromkeys([*found, *_near_names(links, question)]))[:CHOICES]
    if question.unknown_words and question.intent in NAMING_INTENTS:
        return not_found(session, question.writing, near, stranger)
    if near:
        return which_subject(session, near, question, key="did_you_mean")
    if question.unknown_words:
        return not_found(session, question.writing)
    return which_subject(session, listed_subjects(session, question), question)


def elsewhere(session: Session, question: Turn, on: date) -> Reply:
    """The question last asked, about another place."""
    writing = question.writing
    links = lexicon(session).links(question.text)
    chosen = f"{TERRITORY}{question.first('province')}"
    named = (link.subject_id for link in links.certain if link.kind == "territory")
    place = next(named, chosen)
    province = place.removeprefix(TERRITORY)
    asked = question.aspect if question.aspect != "overview" else None
    aspect = asked or question.memory.aspect or "overview"
    subject = subject_named(session, question.memory.subject or "")
    if subject is None or subject.kind == "territory" or province not in PROVINCES:
        return answer_about(session, place, aspect, writing, on=on)
    place_words = say(f"province.{province}", writing)
    provinces = tags_of(subject, "province")
    if not provinces or province in provinces:
        reply = answer_about(session, subject.id, aspect, writing, on=on)
        same = Message(say("same_elsewhere", writing, place=place_words))
        return replace(reply, messages=(same, *reply.messages))
    text = say(
        "nothing_elsewhere",
        writing,
        subject=name_of(subject, writing),
        place=place_words,
        where=", ".join(say(f"province.{each}", writing) for each in provinces),
    )
    there = list_reply(session, Listing((subject.kind,), province=province), writing)
    return replace(there, messages=(Message(text), *there.messages))


def _about_place(session: Session, place: str, question: Turn, on: date) -> Reply:
    """What is known of a province, or what it holds where the question is for things in it."""
    aspect = question.aspect or "overview"
    province = question.first("province")
    asked = _for_whom(question)
    narrowed = aspect in NAMED_ASPECTS and (asked.sector or asked.audience)
    known = aspect != "price" and aspect in aspects_of(session, place)
    if province is None or (known and not narrowed):
        return about(session, place, question, on)
    other = next((kind for kind in question.entities.get("kind", ()) if kind not in AIDS), None)
    kinds = ("zone",) if aspect == "price" else (other,) if other in KINDS else AIDS
    return list_reply(session, replace(_for_whom(question), kinds=kinds), question.writing)


def _for_whom(question: Turn) -> Listing:
    """The place, the sector and the kind of visitor that a question names."""
    return Listing(
        province=question.first("province"),
        sector=question.first("sector"),
        audience=question.first("audience"),
    )


def _provinces_of(session: Session, subject_id: str) -> list[str]:
    subject = subject_named(session, subject_id)
    return tags_of(subject, "province") if subject else []


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


def stranger_called(session: Session, question: Turn, links: Links) -> str | None:
    """A name that nobody knows, called what the facts are called: "prime Zorgomat", "zone X"."""
    spoken = tokens(question.text)
    said = [token.text for token in spoken]
    taken = {said[at] for link in links.certain for at in link.tokens}
    unknown = set(strangers(session, question.unknown_words)) - taken
    for at, word in enumerate(said):
        before = [each for each in said[:at] if each not in WHAT_IS]
        if word in unknown and before and mentions(before[-1], "called"):
            return question.text[spoken[at].start : spoken[at].end]
    return None


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
