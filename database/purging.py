"""Erasing what is past its time: one process at a time, in short transactions, with an entry in the
register. Done twice, the second time finds nothing.
"""

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from database.retention import (
    KINDS,
    Limits,
    end_chore,
    enter_purge,
    erase_batch,
    hold_chore,
    refresh_planner,
)

NAME = "purge"
# Few enough that other work waits a moment at most; a batch that takes longer than the lease died.
BATCH = 100
LEASE = timedelta(minutes=5)


class AlreadyPurging(Exception):
    """Another process erases just now, or did so since the moment that was given."""


def purge(
    open_session: Callable[[], AbstractContextManager[Session]],
    limits: Limits,
    *,
    clock: Callable[[], datetime],
    unless_done_since: datetime | None = None,
    batch: int = BATCH,
) -> Counter[str]:
    """Erase all that is past its time; how much of what went.

    `open_session` opens the transaction of each batch. Raises `AlreadyPurging`, also when it was
    done since `unless_done_since`.
    """
    purge_id = str(uuid.uuid4())
    holder = purge_id[:32]

    def hold(session: Session, unless_done_since: datetime | None = None) -> None:
        now = clock()
        if not hold_chore(
            session,
            NAME,
            holder,
            now=now,
            until=now + LEASE,
            unless_done_since=unless_done_since,
        ):
            raise AlreadyPurging

    with open_session() as session:
        hold(session, unless_done_since)
    what: Counter[str] = Counter()
    ended = False
    try:
        for kind in KINDS:
            while True:
                with open_session() as session:
                    hold(session)
                    gone = erase_batch(session, kind, limits, purge_id=purge_id, size=batch)
                if not gone.total():
                    break
                what += gone
        ended = True
    finally:
        with open_session() as session:
            if what:
                enter_purge(session, purge_id, what, at=limits.at)
            refresh_planner(session)
            end_chore(session, NAME, holder, done_at=limits.at if ended else None)
    return what
