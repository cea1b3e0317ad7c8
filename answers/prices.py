"""Land and offices up to a price: "terrain à moins de 300 dh/m²"."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from answers.cues import mentions
from answers.figures import figure_text, isolated
from answers.listing import Listing, figure_cell, filter_words
from answers.rendering import name_of, tags_of
from answers.reply import Button, Message, Reply, payload
from answers.turn import Turn
from answers.words import say
from bot.nlu.quantities import find_quantities
from database.queries import figures_of_key, subjects_for

SHOWN, NAMED = 5, 3
# Above this a number is what the whole land may cost, not a square metre of it.
DEAREST_SQUARE_METRE = Decimal(20000)


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """The most a square metre may cost, to buy or (`rent`) to rent for a month."""

    amount: Decimal
    rent: bool

    @property
    def key(self) -> str:
        """The figure that holds such a price."""
        return "rent_per_m2_month" if self.rent else "price_per_m2"

    @property
    def unit(self) -> str:
        """The unit of that figure."""
        return "MAD/m2/month" if self.rent else "MAD/m2"


def price_limit(turn: Turn) -> PriceLimit | None:
    """The price that a question about land does not want to pass, or None."""
    if turn.first("subject") or not (
        mentions(turn.text, "at_most") and mentions(turn.text, "land")
    ):
        return None
    for quantity in find_quantities(turn.text, writing=turn.writing):
        value = quantity.value if quantity.upper is None else quantity.upper
        if quantity.kind in ("amount", "number") and 0 < value <= DEAREST_SQUARE_METRE:
            return PriceLimit(value, mentions(turn.text, "rent"))
    return None


def zones_within(session: Session, limit: PriceLimit, turn: Turn) -> Reply:
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
    prices = figures_of_key(session, limit.key, [zone.id for zone in zones])
    priced = sorted(
        (zone for zone in zones if zone.id in prices),
        key=lambda zone: Decimal(prices[zone.id].values[0]),
    )
    fitting = [z for z in priced if Decimal(prices[z.id].values[0]) <= limit.amount]
    dearer = [zone for zone in priced if zone not in fitting]
    unknown = [zone for zone in zones if zone.id not in prices]
    words = {
        "what": say("price.rent" if limit.rent else "price.sale", writing),
        "limit": figure_text([f"{limit.amount:f}"], limit.unit, writing),
        "filters": filter_words(listing, writing),
    }
    lines = [say("price.lead" if fitting else "price.none", writing, **words)]
    lines += [
        f"- {name_of(zone, writing)} : {figure_cell(prices[zone.id], writing)}"
        for zone in fitting[:SHOWN]
    ]
    if dearer:
        told = [
            f"{name_of(zone, writing)} ({figure_cell(prices[zone.id], writing)})" for zone in dearer
        ]
        lines.append(say("price.dearer", writing, names=", ".join(told)))
    if unknown:
        names = ", ".join(name_of(zone, writing) for zone in unknown[:NAMED])
        lines.append(say("price.unknown", writing, count=len(unknown), names=names))
    text = "\n".join(lines)
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
            ),
        ),
        {"subject": None, "aspect": "price", "listing": None},
    )
