"""The whole product with a phone to type on, no account at Meta needed: `make whatsapp-demo`.

A stand-in for Meta serves a phone-like page; what is typed there comes in as a signed webhook, and
what Dalil sends is checked against Meta's limits and shown.
"""

import os
import secrets
import sys

from settings import settings


def main() -> int:
    """Start the stand-in, then everything else; stays until Ctrl-C."""
    port = int(os.environ.get("WHATSAPP_DEMO_PORT", "8090"))
    # Only this launcher needs the tests' folder: a product never runs on a stand-in.
    from tests.whatsapp_stand_in import phone

    webhook = f"http://127.0.0.1:{settings().port}/webhooks/whatsapp"
    try:
        meta, address = phone.serve(webhook, port)
    except OSError as error:
        print(f"dalil: port {port} for the phone page: {error.strerror}", file=sys.stderr)
        return 1
    meta.app_secret = secrets.token_hex(16)
    os.environ |= {
        "WHATSAPP_APP_SECRET": meta.app_secret,
        "WHATSAPP_VERIFY_TOKEN": "stand-in",
        "WHATSAPP_ACCESS_TOKEN": meta.access_token,
        "WHATSAPP_PHONE_NUMBER_ID": meta.phone_number_id,
        "WHATSAPP_GRAPH_URL": address,
        "WHATSAPP_NUMBER": "+212535000000",
    }
    settings.cache_clear()
    from launch.run import main as run

    print(f"dalil: a phone to type on: {address}", flush=True)
    try:
        return run()
    finally:
        meta.stop()


if __name__ == "__main__":
    sys.exit(main())
