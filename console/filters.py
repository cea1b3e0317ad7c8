"""The filters of the list of conversations, as they stand in an address and as the search takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from console.pages import HERE
from database.conversation_search import BANDS, OUTCOMES, Filters, Place
from database.review import VERDICTS
from database.vocabulary import PROVINCES, WRITINGS

CHANNELS = ("web", "whatsapp")
THUMBS = ("helpful", "not_helpful")
REVIEWED = {"yes": True, "no": False}
MINE = "me"
LONGEST = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What may stand in an address, and the only values it may have where they are known.
CHOICES: dict[str, tuple[str, ...] | None] = {
    "q": None,
    "from": None,
    "to": None,
    "channel": CHANNELS,
    "writing": WRITINGS,
    "intent": None,
    "band": tuple(BANDS),
    "outcome": OUTCOMES,
    "thumbs": THUMBS,
    "subject": None,
    "province": PROVINCES,
    "amount": None,
    "verdict": VERDICTS,
    "reviewed": tuple(REVIEWED),
    "assigned": None,
    "follow": ("due",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: the filled fields of the form, each with a value that it may have."""

    fields: dict[str, str]

    def get(self, name: str) -> str:
        """What a field holds; nothing when it is empty."""
        return self.fields.get(name, "")

    @property
    def query(self) -> str:
        """The fields as the end of an address, with its `?`; nothing when none is filled."""
        return "?" + urlencode(self.fields) if self.fields else ""

    def and_(self, **more: str) -> str:
        """The end of an address with the fields and more."""
        return "?" + urlencode(self.fields | more)

    def filters(self, staff_id: str, *, on: date) -> Filters:
        """What the search takes, for somebody, on a day."""
        given = self.fields
        since, until = (_day(given.get(name)) for name in ("from", "to"))
        amount = given.get("amount")
        assigned = given.get("assigned")
        return Filters(
            words=self.get("q"),
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            channel=given.get("channel"),
            writing=given.get("writing"),
            intent=given.get("intent"),
            band=given.get("band"),
            outcome=given.get("outcome"),
            thumbs=given.get("thumbs"),
            subject=given.get("subject"),
            province=given.get("province"),
            amount_from=int(amount) if amount else None,
            verdict=given.get("verdict"),
            reviewed=REVIEWED.get(self.get("reviewed")),
            assigned_to=staff_id if assigned == MINE else assigned,
            follow_up_by=on if given.get("follow") else None,
        )


def asked_in(values: Mapping[str, Any]) -> Asked:
    """What an address or a form asks for; what means nothing is left out."""
    fields = {}
    for name, allowed in CHOICES.items():
        value = str(values.get(name) or "").strip()[:LONGEST]
        if name in ("from", "to") and _day(value) is None:
            continue
        if name == "amount":
            value = _amount(value)
        if value and (allowed is None or value in allowed):
            fields[name] = value
    return Asked(fields)


def asked_back(query: str) -> Asked:
    """What the end of an address asks for, as `Asked.query` wrote it into a form of ours."""
    return asked_in(dict(parse_qsl(query.removeprefix("?"))))


def place_in(address: str) -> Place | None:
    """The place that `place_text` wrote into an address; None for what it did not write."""
    micros, _, turn_id = address.partition("-")
    if not (micros.isdecimal() and turn_id.isdecimal()) or len(address) > 40:
        return None
    try:
        at = EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return None
    return Place(at, min(int(turn_id), 2**31 - 1))


def place_text(place: Place) -> str:
    """A place as it stands in an address."""
    micros = (place.at - EPOCH) // timedelta(microseconds=1)
    return f"{micros}-{place.turn_id}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE).astimezone(UTC)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _amount(text: str) -> str:
    """A number of dirhams, typed with or without spaces, or nothing."""
    digits = "".join(text.split())
    return str(int(digits)) if digits.isdecimal() and len(digits) <= 15 else ""
