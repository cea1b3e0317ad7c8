"""Land and offices by price: up to a price, of a certain size, or the cheapest there is."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from answers.about import contact_text
from answers.cues import mentions
from answers.figures import figure_text, isolated
from answers.listing import Listing, figure_cell, filter_words
from answers.rendering import name_of, statement_sources, tags_of
from answers.reply import Button, Message, Reply, payload
from answers.turn import Turn
from answers.words import say
from bot.nlu.quantities import Quantity, find_quantities
from database.queries import figures_of_key, statement_about, subject_named, subjects_for
from database.tables import Figure, Subject
from database.vocabulary import DEFAULT_AUTHORITY, Writing

SHOWN, NAMED = 5, 3
# Above this a number is what the whole land may cost, not a square metre of it.
DEAREST_SQUARE_METRE = Decimal(20000)
# With these intents, to speak of renting or seeking a place is to look for one.
LOOKING = ("ask_list", "ask_price", "ask_location", "inform", "nlu_fallback")


@dataclass(frozen=True, slots=True)
class LandWanted:
    """Land to buy or (`rent`) to rent: the most a square metre may cost, how large it is to be."""

    limit: Decimal | None
    area: Quantity | None
    rent: bool

    @property
    def key(self) -> str:
        """The figure that holds such a price."""
        return "rent_per_m2_month" if self.rent else "price_per_m2"

    @property
    def unit(self) -> str:
        """The unit of that figure."""
        return "MAD/m2/month" if self.rent else "MAD/m2"


def land_wanted(turn: Turn) -> LandWanted | None:
    """The land that a question looks for by price or by size, or None."""
    found = find_quantities(turn.text, writing=turn.writing)
    farmed = turn.first("sector") == "agriculture" or turn.first("audience") == "farmer"
    # Hectares are land, whatever it is called; a farmer has them already.
    hectares = any(quantity.unit == "ha" for quantity in found) and not farmed
    if turn.first("subject") or not (hectares or mentions(turn.text, "land")):
        return None
    limit = _limit(found) if mentions(turn.text, "at_most") else None
    area = next((quantity for quantity in found if quantity.kind == "area"), None)
    rent = mentions(turn.text, "rent")
    # A zone looked for is listed with the others; a place in one has a price.
    sought = rent or (mentions(turn.text, "seeks") and turn.first("kind") != "zone")
    # Somebody who looks for a flat speaks of no premises; what he wants is another matter.
    premises = mentions(turn.text, "premises")
    asks = (premises or turn.intent in LOOKING) and not turn.first("legal_form")
    looking = mentions(turn.text, "cheapest") or (sought and asks)
    if limit is None and area is None and not looking:
        return None
    return LandWanted(limit, area, rent or premises)


def _limit(found: list[Quantity]) -> Decimal | None:
    """The first number that a square metre may cost."""
    for quantity in found:
        value = quantity.value if quantity.upper is None else quantity.upper
        if quantity.kind in ("amount", "number") and 0 < value <= DEAREST_SQUARE_METRE:
            return value
    return None


def land_found(session: Session, land: LandWanted, turn: Turn) -> Reply:
    """The zones whose published price fits, the cheapest first; then the dearer and the unknown."""
    writing = turn.writing
    listing = Listing(("zone",), turn.first("province"), turn.first("sector"))
    zones = [
        zone
        for zone in subjects_for(
            session, kinds=listing.kinds, province=listing.province, sector=listing.sector
        )
        if tags_of(zone, "province")  # what is of no province is an inventory, not a place
    ]
    prices = figures_of_key(session, land.key, [zone.id for zone in zones])
    areas = figures_of_key(session, "area", [zone.id for zone in zones]) if land.area else {}
    priced = sorted(
        (zone for zone in zones if zone.id in prices),
        key=lambda zone: Decimal(prices[zone.id].values[0]),
    )
    fitting = [
        zone
        for zone in priced
        if land.limit is None or Decimal(prices[zone.id].values[0]) <= land.limit
    ]
    dearer = [zone for zone in priced if zone not in fitting]
    unknown = [zone for zone in zones if zone.id not in prices]
    lines = [_lead(land, bool(fitting), filter_words(listing, writing), writing)]
    lines += [
        f"- {name_of(zone, writing)} : {_measures(zone, prices, areas, writing)}"
        for zone in fitting[:SHOWN]
    ]
    if dearer:
        told = [
            f"{name_of(zone, writing)} ({figure_cell(prices[zone.id], writing)})" for zone in dearer
        ]
        lines.append(say("price.dearer", writing, names=", ".join(told)))
    if unknown:
        names = ", ".join(_named_with_area(zone, areas, writing) for zone in unknown[:NAMED])
        lines.append(say("price.unknown", writing, count=len(unknown), names=names))
    if land.area:
        authority = subject_named(session, DEFAULT_AUTHORITY)
        lines.append(
            say(
                "price.plots",
                writing,
                authority=name_of(authority, writing) if authority else "CRI",
                contact=contact_text(session, DEFAULT_AUTHORITY, writing),
            )
        )
    text = "\n".join(lines)
    said = [statement_about(session, zone.id, "price") for zone in fitting[:SHOWN]]
    return Reply(
        "answered" if fitting else "not_found",
        writing,
        (
            Message(
                isolated(text) if writing == "ary-Arab" else text,
                tuple(
                    Button(name_of(zone, writing), payload("ask_price", subject=zone.id))
                    for zone in (fitting or dearer or unknown)[:NAMED]
                ),
                sources=tuple(
                    dict.fromkeys(
                        link for each in said if each for link in statement_sources(session, each)
                    )
                ),
            ),
        ),
        {"subject": None, "aspect": "price", "listing": None},
    )


def _lead(land: LandWanted, found: bool, filters: str, writing: Writing) -> str:
    """What is shown: prices up to the limit, or all that are published, the cheapest first."""
    what = say("price.rent" if land.rent else "price.sale", writing)
    if land.limit is None:
        key = "price.cheapest" if found else "price.no_price"
        return say(key, writing, what=what, filters=filters)
    limit = figure_text([f"{land.limit:f}"], land.unit, writing)
    key = "price.lead" if found else "price.none"
    return say(key, writing, what=what, limit=limit, filters=filters)


def _measures(
    zone: Subject, prices: dict[str, Figure], areas: dict[str, Figure], writing: Writing
) -> str:
    """The price of a zone, and its whole area where a size was asked for."""
    price = figure_cell(prices[zone.id], writing)
    if zone.id not in areas:
        return price
    area = figure_text(areas[zone.id].values, areas[zone.id].unit, writing)
    return f"{price} · {say('column.area', writing)} : {area}"


def _named_with_area(zone: Subject, areas: dict[str, Figure], writing: Writing) -> str:
    name = name_of(zone, writing)
    if zone.id not in areas:
        return name
    return f"{name} ({figure_text(areas[zone.id].values, areas[zone.id].unit, writing)})"
