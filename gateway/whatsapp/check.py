"""Checks a configuration of WhatsApp without sending to anyone: `python -m gateway.whatsapp.check`.

`--rotate` writes every identity with the newest encryption key, before the oldest is taken away.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import requests

from database.session import open_session
from database.whatsapp import encrypt_people_again, sending_stands
from gateway.whatsapp.configuration import missing
from gateway.whatsapp.routes import state_of_channel
from gateway.whatsapp.sending import Graph
from settings import Settings, settings

DIGITS_OF_AN_ID = 10


def problems(settings: Settings) -> Iterator[str]:
    """What stands in the way of WhatsApp, one line each; nothing when all is well."""
    absent = missing(settings)
    if absent:
        yield f"not set: {', '.join(absent)}"
    number_id = settings.whatsapp_phone_number_id
    if number_id and not (number_id.isdigit() and len(number_id) >= DIGITS_OF_AN_ID):
        yield "WHATSAPP_PHONE_NUMBER_ID is the id Meta shows beside the number, not the number"
    address = settings.whatsapp_graph_url
    local = address.startswith(("http://127.0.0.1", "http://localhost"))
    if not address.startswith("https://") and not local:
        yield "WHATSAPP_GRAPH_URL must begin with https://"
    if not absent:
        yield from problems_at_meta(Graph.from_settings(settings))


def problems_at_meta(graph: Graph) -> Iterator[str]:
    """What Meta says against the token or the number."""
    try:
        told = graph.number()
    except requests.RequestException as error:
        yield f"Meta cannot be reached: {type(error).__name__}"
        return
    refusal = told.get("error")
    if isinstance(refusal, dict):
        hints = {190: "the access token is not valid", 100: "no such phone number id, or no right"}
        code: Any = refusal.get("code")
        yield f"Meta refuses (error {code}): {hints.get(code, 'see Meta’s error codes')}"
        return
    if told.get("quality_rating") == "RED":
        yield "Meta rates the quality of the number as RED: it may be limited soon"
    if told.get("status") not in (None, "CONNECTED"):
        yield f"the number is not connected: {told['status']}"


def main() -> int:
    """Print what was found; 1 when something stands in the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rotate", action="store_true", help="encrypt with the newest key")
    return rotate() if parser.parse_args().rotate else check()


def rotate() -> int:
    """Write every identity again, encrypted with the newest key."""
    with open_session() as session:
        print(f"{encrypt_people_again(session)} identities written with the newest key")
    return 0


def check() -> int:
    """Print whether the channel can work, without sending to anyone; 1 when it cannot."""
    found = list(problems(settings()))
    for problem in found:
        print(f"✗ {problem}")
    if found:
        return 1
    number = Graph.from_settings(settings()).number()
    print(f"✓ {number.get('display_phone_number')} ({number.get('verified_name')}) may send")
    print(f"  channel: {state_of_channel()}")
    with open_session() as session:
        for state, count in sorted(sending_stands(session).items()):
            print(f"  outbox, {state}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
