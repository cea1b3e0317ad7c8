"""Replies that hang on what was said before, and the small talk."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy.orm import Session

from answers.about import about, answer_about
from answers.answering import (
    answer,
    elsewhere,
    is_about_a_subject,
    stranger_called,
    which_subject,
)
from answers.cues import mentions
from answers.figures import date_text
from answers.greeting import topics
from answers.knowledge import lexicon
from answers.linking import Link
from answers.listing import AIDS, FILTERS, Listing, compare_reply, filter_reply, list_reply
from answers.meaning import guides_anybody, subjects_meant
from answers.prices import land_found, land_wanted
from answers.procedures import step_about, step_reply
from answers.rendering import name_of, tags_of
from answers.reply import Button, Message, Reply, joined, payload
from answers.simulating import simulate, take_simulation_answer
from answers.turn import Turn
from answers.words import has_words, say
from bot.nlu.closed_entities import find_closed_entities
from bot.nlu.folding import words
from bot.nlu.quantities import find_quantities
from database.queries import aspects_of, subject_named, subjects_for, subjects_named
from database.vocabulary import ASPECTS, DEFAULT_AUTHORITY, KINDS

ELEMENTS = ("province", "sector", "audience")
QUANTITIES = ("amount", "jobs")
# Who can help: bodies and programmes, not money.
HELPERS = ("institution", "programme")
# What a shop or a workshop takes at most; above it begin the aids to larger investments.
SMALL_BUDGET = "500000"
COMPARED_AT_MOST = 9
# The first that a message speaks of is returned: "sbah lkhir, labas ?" is a morning's.
GREETINGS = ("greet_salam", "greet_morning", "greet_evening", "greet_how")
FORMS = {"procedure", "legal_form"}


def list_asked(session: Session, turn: Turn, *, on: date) -> Reply:
    """The subjects that fit the place, sector and kind of visitor that were named."""
    land = land_wanted(turn)
    if land is not None:
        return land_found(session, land, turn)
    named_kinds = [kind for kind in turn.entities.get("kind", ()) if kind in KINDS]
    # A school may be what the aid asked for is to found, a province where: it is no list of these then.
    passing = {"training", "territory"} if set(named_kinds) & set(AIDS) else set()
    kind = next((kind for kind in named_kinds if kind not in {*AIDS, *passing}), None)
    helpers = kind is None and mentions(turn.text, "who_helps")
    named = None if helpers else _named_to_list(session, turn)
    if named is not None and kind is None:
        asked = "ask_amount" if named == "zone" else "ask_overview"
        return answer(session, replace(turn, intent=asked), on=on)
    kinds = (kind,) if kind else AIDS
    if helpers:
        kinds = HELPERS
    listing = Listing(
        kinds=kinds,
        **{element: turn.first(element) for element in ELEMENTS},
        budget=_budget(turn),
    )
    if listing.province is None and kind:
        listing = replace(listing, province=_province_of_zone(session, turn))
    if turn.first("by") in FILTERS:
        return filter_reply(session, listing, turn.first("by"), turn.writing)
    return list_reply(session, listing, turn.writing)


def _named_to_list(session: Session, turn: Turn) -> str | None:
    """The kind of the subject that a wish for a list names and that answers it: "aides à Fès Shore".

    A single word that tells who the visitor is ("artisan", "startup") says no more than that; nor
    does what everybody does to begin ("ouvrir un snack"), a form beside the aids asked for, or what
    is for others than the visitor.
    """
    somebody = any(turn.first(element) for element in ("sector", "audience"))
    aids_asked = bool(set(turn.entities.get("kind", ())) & set(AIDS))
    said = words(turn.text)
    told = {word for found in find_closed_entities(turn.text) for word in words(found.text)}
    for link in lexicon(session).links(turn.text).certain:
        if link.kind == "territory" or guides_anybody(session, link.subject_id):
            continue
        if _is_for_others(session, link.subject_id, turn):
            continue
        if not (somebody and aids_asked and link.kind in FORMS):
            # A form of company is what many are, even where another word names the trade.
            named = len(link.tokens) > 1 or (
                link.kind not in FORMS and not {said[at] for at in link.tokens} & told
            )
            return link.kind if named or not somebody else None
    return None


def _province_of_zone(session: Session, turn: Turn) -> str | None:
    """Where the zone is that a message names, when it is in one province."""
    links = lexicon(session).links(turn.text).certain
    zone = next((link.subject_id for link in links if link.kind == "zone"), None)
    subject = subject_named(session, zone) if zone else None
    provinces = tags_of(subject, "province") if subject else []
    return provinces[0] if len(provinces) == 1 else None


def _is_for_others(session: Session, subject_id: str, turn: Turn) -> bool:
    """Whether a subject is for kinds of visitors, and the one who speaks is none of them."""
    subject = subject_named(session, subject_id)
    served = set(tags_of(subject, "audience")) if subject else set()
    told = set(turn.entities.get("audience", ()))
    return bool(served and told) and not served & told


def _budget(turn: Turn) -> str | None:
    """What a visitor can invest: the amount told, or what a small trade takes."""
    amounts = [q for q in find_quantities(turn.text, writing=turn.writing) if q.kind == "amount"]
    if amounts:
        return f"{max(amount.value for amount in amounts):f}"
    return SMALL_BUDGET if mentions(turn.text, "small") else None


def show_more(session: Session, turn: Turn, *, on: date) -> Reply:
    """The next page of the list; without a list, more about the subject last spoken of."""
    if turn.memory.listing:
        return list_reply(session, _remembered(turn), turn.writing)
    if turn.memory.subject:
        aspect = _untold_aspect(turn)
        return answer(session, replace(turn, text="", intent=f"ask_{aspect}"), on=on)
    return Reply(
        "clarified", turn.writing, (Message(say("list.nothing_to_continue", turn.writing)),)
    )


def compare_named(session: Session, turn: Turn, *, on: date) -> Reply:
    """The subjects named, side by side; "les zones" or "les provinces" alone compares them all."""
    links = lexicon(session).links(turn.text)
    in_order = sorted(links.certain, key=lambda link: min(link.tokens))
    ids = [link.subject_id for link in in_order]
    aids = [link for link in in_order if link.kind in AIDS]
    unknown = not ids and stranger_called(session, turn, links)
    if unknown or (
        len(aids) == 1 and {link.kind for link in in_order} == {aids[0].kind, "territory"}
    ):
        return answer(session, replace(turn, intent="ask_amount"), on=on)
    provinces = dict.fromkeys(turn.entities.get("province", ()))
    if len(provinces) > 1 and not {link.kind for link in in_order} - {"territory"}:
        return compare_reply(session, [f"territoire_{p}" for p in provinces], turn.writing)
    if len(in_order) == 2 and {link.kind for link in in_order} <= FORMS:
        return _conditions_of_each(session, ids, turn, on)
    guide = _guide_to_forms(session, turn)
    if guide and len(ids) < COMPARED_AT_MOST and {link.kind for link in in_order} <= FORMS:
        return answer_about(session, guide, "conditions", turn.writing, on=on)
    places = _without_where_they_are(session, in_order)
    if mentions(turn.text, "elsewhere") and len(places) == 1:
        told = answer_about(session, places[0], "amount", turn.writing, on=on)
        lead = Message(say("compare.elsewhere", turn.writing))
        return replace(told, messages=(lead, *told.messages))
    if len(places) > 1:
        ids = places
    if len(ids) < 2 and _speaks_of_both(turn, ids):
        ids = [turn.memory.previous_subject or "", turn.memory.subject or ""]
        return compare_reply(session, ids, turn.writing)
    previous = subject_named(session, turn.memory.subject) if turn.memory.subject else None
    if previous and [link.kind for link in in_order] == [previous.kind] and previous.id not in ids:
        ids.insert(0, previous.id)
    kind, province = turn.first("kind"), turn.first("province")
    if len(ids) < 2 and kind in KINDS:
        every = subjects_for(session, kinds=(kind,), province=province)
        # What is of no province is the region itself, or an inventory: it compares with no part.
        ids = [s.id for s in every if tags_of(s, "province")]
    elif len(ids) == 1:
        return answer(session, replace(turn, intent="ask_overview"), on=on)
    return compare_reply(session, ids[:COMPARED_AT_MOST], turn.writing)


def _conditions_of_each(session: Session, ids: Sequence[str], turn: Turn, on: date) -> Reply:
    """What each of two forms or procedures requires, under its name."""
    replies = []
    for subject in subjects_named(session, ids):
        told = answer_about(session, subject.id, "conditions", turn.writing, on=on)
        first, *rest = told.messages
        titled = replace(first, text=f"*{name_of(subject, turn.writing)}*\n{first.text}")
        replies.append(replace(told, messages=(titled, *rest)))
    return joined(replies)


def _without_where_they_are(session: Session, links: Sequence[Link]) -> list[str]:
    """The subjects named, without the provinces that only tell where one of them is."""
    subjects = subjects_named(session, [link.subject_id for link in links])
    held = {f"territoire_{place}" for s in subjects for place in tags_of(s, "province")}
    return [s.id for s in subjects if s.kind != "territory" or s.id not in held]


def _speaks_of_both(turn: Turn, named: Sequence[str]) -> bool:
    """Whether the two subjects last spoken of are to be compared: "les deux", or nothing named."""
    both = bool(turn.memory.subject and turn.memory.previous_subject)
    return both and (mentions(turn.text, "both") or not (named or turn.first("kind")))


def _guide_to_forms(session: Session, turn: Turn) -> str | None:
    """The subject that tells legal forms apart, when two of them are named."""
    forms = set(turn.entities.get("legal_form", ()))
    if len(forms) < 2:
        return None
    guides = subjects_for(session, kinds=("legal_form",))
    return next((s.id for s in guides if forms <= set(tags_of(s, "legal_form"))), None)


def next_step(session: Session, turn: Turn, *, on: date) -> Reply:
    """The step after the one last told, or after the one named in the question."""
    memory = turn.memory
    links = lexicon(session).links(turn.text)
    named = [link.subject_id for link in links.certain]
    procedure = turn.first("subject") or memory.subject
    if procedure:
        told = step_about(session, procedure, set(named)) or memory.step or 0
        reply = step_reply(session, procedure, told + 1, turn.writing)
        if reply is not None:
            return reply
    for subject_id in named:
        reply = step_reply(session, subject_id, 1, turn.writing)
        if reply is not None:
            return reply
    procedures = [s.id for s in subjects_for(session, kinds=("procedure", "legal_form"))]
    return which_subject(session, procedures[:3], replace(turn, intent="ask_steps"))


def take_element(session: Session, turn: Turn, *, on: date) -> Reply:
    """An element given without a question: to the computation under way, or to the last question."""
    if turn.memory.awaiting:
        return take_simulation_answer(session, turn, on=on)
    if turn.intent != "inform":
        return small_talk(session, turn, on=on)
    land = land_wanted(turn)
    if land is not None:
        return land_found(session, land, turn)
    if turn.memory.listing and any(turn.first(element) for element in ELEMENTS):
        given = {element: turn.first(element) for element in ELEMENTS if turn.first(element)}
        listing = replace(_remembered(turn), start=0, **given)
        return list_reply(session, listing, turn.writing)
    links = lexicon(session).links(turn.text)
    kinds = {link.kind for link in links.certain}
    if turn.first("province") and not turn.text:
        kinds.add("territory")  # a place chosen on a map or from a list comes without words
    if kinds - {"territory"}:
        return answer(session, replace(turn, intent="ask_overview"), on=on)
    if turn.memory.subject and kinds and len(links.unlinked_words) <= 1:
        return elsewhere(session, turn, on)
    if any(turn.entities.get(quantity) for quantity in QUANTITIES):
        return simulate(session, turn, on=on)
    if turn.first("audience") or turn.first("sector"):
        return list_asked(session, turn, on=on)
    aspect = "overview" if kinds else turn.memory.aspect or "overview"
    return answer(session, replace(turn, intent=f"ask_{aspect}"), on=on)


def repeat(session: Session, turn: Turn, *, on: date) -> Reply:
    """The last reply again."""
    messages = turn.last_messages
    if not messages:
        return Reply(
            "answered", turn.writing, (Message(say("small_talk.repeat_nothing", turn.writing)),)
        )
    memory = turn.memory
    if memory.subject and memory.aspect:
        aspect = "overview" if turn.intent == "simplify" else memory.aspect
        again = replace(turn, text="", intent=f"ask_{aspect}", unknown_words=())
        return answer(session, again, on=on)
    said = tuple(
        Message(m["text"], tuple(Button(**button) for button in m["buttons"]), m["card"])
        for m in messages
    )
    return Reply("answered", turn.writing, said)


def tell_source(session: Session, turn: Turn, *, on: date) -> Reply:
    """Where the last answer comes from, and when it was checked."""
    sources = [source for message in turn.last_messages for source in message["sources"]]
    if not sources:
        return Reply("answered", turn.writing, (Message(say("source_none", turn.writing)),))
    lines = [say("source_lead", turn.writing)]
    for source in sources:
        checked = say(
            "checked_on", turn.writing, date=date_text(source["checked_on"], turn.writing)
        )
        lines.append(f"- {source['title']} ({checked})\n  {source['url']}")
    return Reply("answered", turn.writing, (Message("\n".join(lines)),))


def small_talk(session: Session, turn: Turn, *, on: date) -> Reply:
    """The brief reply to what is no question about the facts."""
    if turn.english:
        return Reply("out_of_scope", "fr", (Message(say("english", "fr"), topics("fr")),))
    if turn.intent == "ask_maker" and lexicon(session).links(turn.text).certain:
        return answer(session, replace(turn, intent="ask_overview"), on=on)
    if turn.intent == "out_of_scope" and is_about_a_subject(session, turn):
        return answer(session, replace(turn, intent="ask_overview"), on=on)
    if turn.intent == "out_of_scope":
        text = say("out_of_scope", turn.writing)
        return Reply("out_of_scope", turn.writing, (Message(text, topics(turn.writing)),))
    if turn.intent == "change_language":
        return _change_language(turn)
    if turn.intent == "ask_human":
        return _hand_over(session, turn, on)
    key = _greeting_back(turn.text) if turn.intent == "greet" else turn.intent
    text = say(f"small_talk.{key}", turn.writing)
    if turn.intent == "erase_data":
        # The gateway erases, not the dialogue: it alone knows all that is kept.
        erase = Button(say("button_erase", turn.writing), "/erase_confirmed")
        keep = Button(say("button_keep", turn.writing), payload("deny"))
        return Reply("clarified", turn.writing, (Message(text, (erase, keep)),))
    buttons = topics(turn.writing) if turn.intent in ("greet", "help", "bot_challenge") else ()
    return Reply("answered", turn.writing, (Message(text, buttons),))


def _greeting_back(text: str) -> str:
    """How a greeting is returned: by the time of day, the peace or the health it speaks of."""
    return next((g for g in GREETINGS if mentions(text, g)), "greet")


def clarify(session: Session, turn: Turn, *, on: date) -> Reply:
    """Two or three likely readings as buttons; never a guess."""
    if turn.english:
        return small_talk(session, turn, on=on)
    links = lexicon(session).links(turn.text)
    named_kinds = {link.kind for link in links.certain}
    if named_kinds <= {"territory"} and (turn.first("sector") or turn.first("audience")):
        return list_asked(session, turn, on=on)
    named_first = (*subjects_meant(session, links.certain), *links.certain)
    subject = next((link.subject_id for link in named_first), turn.memory.subject)
    readings = [name for name in turn.ranking if has_words(f"reading.{name}")][:2]
    named = subject_named(session, subject) if subject else None
    buttons = tuple(
        Button(
            say(f"reading.{name}", turn.writing),
            payload(name, subject=subject)
            if subject and name.startswith("ask_")
            else payload(name),
        )
        for name in readings
    )
    none_of_these = Button(say("button.help", turn.writing), payload("help"))
    if not links.certain or named is None:
        question = Message(say("which_reading", turn.writing), (*buttons, none_of_these))
        return Reply("clarified", turn.writing, (question,))
    known = about(session, named.id, replace(turn, intent="ask_overview"), on)
    if known.outcome == "not_found":
        return known
    *lead, told = known.messages
    asked = {button.payload for button in buttons}
    others = (button for button in told.buttons if button.payload not in asked)
    told = replace(told, buttons=(*buttons, *others)[:3])
    return Reply("clarified", turn.writing, (*lead, told), known.memory)


def _hand_over(session: Session, turn: Turn, on: date) -> Reply:
    """How to reach an adviser, as far as it is published, or whom else to see about a stuck file."""
    links = lexicon(session).links(turn.text).certain
    filed = (link.subject_id for link in links if link.kind == "procedure")
    whom = next((each for each in filed if "contact" in aspects_of(session, each)), None)
    contact = answer_about(session, whom or DEFAULT_AUTHORITY, "contact", turn.writing, on=on)
    told = replace(contact.messages[0], buttons=())
    lead = Message(say("small_talk.ask_human", turn.writing))
    return Reply("handed_over", turn.writing, (lead, told))


def _change_language(turn: Turn) -> Reply:
    wanted = turn.first("language")
    if wanted is None:
        text = say("small_talk.which_language", turn.writing)
        buttons = tuple(
            Button(title, payload("change_language", language=tag))
            for tag, title in (("fr", "Français"), ("ary-Arab", "الدارجة"), ("ary-Latn", "Darija"))
        )
        return Reply("clarified", turn.writing, (Message(text, buttons),))
    return Reply(
        "answered", wanted, (Message(say("small_talk.change_language", wanted), topics(wanted)),)
    )


def _remembered(turn: Turn) -> Listing:
    held = turn.memory.listing or asdict(Listing())
    return Listing(**(held | {"kinds": tuple(held["kinds"])}))


def _untold_aspect(turn: Turn) -> str:
    order = [aspect for aspect in ASPECTS if aspect != turn.memory.aspect]
    return order[0] if turn.memory.aspect != "overview" else "conditions"
