"""How soon Meta gets its 200 while the assistant is busy: `python -m tests.load.whatsapp_acknowledgement`.

Website visitors keep Rasa busy without a pause while WhatsApp messages come in at a steady rate,
each once, from one connection at a time as from a proxy; the answers are sent meanwhile.
"""

import argparse
import http.client
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.load.stack import Stack
from tests.load.whatsapp_faults import TEXTS
from tests.whatsapp_stand_in import webhooks
from tests.whatsapp_stand_in.meta import Meta

MEDIAN_MS, P99_MS = 50.0, 250.0


def keep_busy(address: str, until: float) -> int:
    """A visitor of the website who asks without a pause; how many answers came."""
    http = requests.Session()
    opened = http.post(f"{address}/api/conversations", json={"language": "fr"}).json()
    url = f"{address}/api/conversations/{opened['conversation_id']}/messages"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    answered = 0
    while time.time() < until:
        body = {"message_id": f"m{answered}", "text": random.choice(TEXTS)}
        answered += http.post(url, json=body, headers=headers).status_code == 200
    return answered


def acknowledgements(meta: Meta, address: str, rate: float, seconds: float) -> list[float]:
    """Milliseconds to the 200 of each message."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    took = []
    started = time.time()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, started + number / rate - time.time()))
        payload = webhooks.webhook(
            webhooks.text({"from": f"2126{number % 200:08d}"}, random.choice(TEXTS))
        )
        body, headers = webhooks.signed(payload, meta.app_secret)
        begun = time.perf_counter()
        connection.request("POST", "/webhooks/whatsapp", body, headers)
        response = connection.getresponse()
        response.read()
        took.append((time.perf_counter() - begun) * 1000)
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
    return took


def measure(rate: float, seconds: float, visitors: int) -> tuple[list[float], int, int]:
    """Milliseconds of each acknowledgement, in order; website answers; WhatsApp messages sent."""
    meta = Meta(webhook_urls=())
    graph = meta.start()
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(
            Path(folder),
            f"sqlite:///{folder}/dalil.db",
            1,
            {
                "WHATSAPP_APP_SECRET": meta.app_secret,
                "WHATSAPP_VERIFY_TOKEN": "verify-me",
                "WHATSAPP_ACCESS_TOKEN": meta.access_token,
                "WHATSAPP_PHONE_NUMBER_ID": meta.phone_number_id,
                "WHATSAPP_GRAPH_URL": graph,
            },
        )
        try:
            stack.start_all()
            (address,) = stack.addresses
            until = time.time() + seconds
            website: list[int] = []
            busy = [
                threading.Thread(target=lambda: website.append(keep_busy(address, until)))
                for _ in range(visitors)
            ]
            for thread in busy:
                thread.start()
            took = acknowledgements(meta, address, rate, seconds)
            for thread in busy:
                thread.join()
            return sorted(took), sum(website), len(meta.sent)
        finally:
            stack.stop_all()
            meta.stop()


def main() -> int:
    """Measure and print; 1 when slower than it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--visitors", type=int, default=4)
    chosen = parser.parse_args()
    took, website, sent = measure(chosen.rate, chosen.seconds, chosen.visitors)
    median, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(
        f"{len(took)} webhooks at {chosen.rate:g}/s, {website} website answers by "
        f"{chosen.visitors} visitors and {sent} WhatsApp messages sent meanwhile:\n"
        f"acknowledged in p50 {median:.1f} ms (must be < {MEDIAN_MS:g}), "
        f"p99 {p99:.1f} ms (must be < {P99_MS:g}), max {took[-1]:.1f} ms"
    )
    return 0 if median < MEDIAN_MS and p99 < P99_MS else 1


if __name__ == "__main__":
    sys.exit(main())
