"""Once a day the web server erases what is past its time; of several, the first to come does it."""

import logging
import threading
from datetime import UTC, datetime

from database.purging import AlreadyPurging, purge
from database.retention import limits_in_force
from database.session import open_session

logger = logging.getLogger(__name__)
# Not at once: a server that has just started has visitors to serve.
FIRST_SECONDS, EVERY_SECONDS = 120.0, 3600.0


class DailyPurge(threading.Thread):
    """Looks every hour whether the day's erasing is done."""

    def __init__(self, first: float = FIRST_SECONDS, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="daily-purge", daemon=True)
        self._first, self._every = first, every
        self._stopped = threading.Event()

    def run(self) -> None:
        """Erase once a day until stopped."""
        wait = self._first
        while not self._stopped.wait(wait):
            wait = self._every
            try:
                purge_of_the_day(_now())
            except Exception:
                logger.exception("what is past its time was not erased; it is tried again")

    def stop(self) -> None:
        """End the thread after its present work."""
        self._stopped.set()


def purge_of_the_day(now: datetime) -> bool:
    """Erase what is past its time unless it was done on this day; whether it was done now."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        what = purge(open_session, limits_in_force(now), clock=_now, unless_done_since=day)
    except AlreadyPurging:
        return False
    logger.info("erased what is past its time: %s", dict(what) or "nothing")
    return True


def _now() -> datetime:
    return datetime.now(UTC)
