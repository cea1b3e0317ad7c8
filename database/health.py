"""How the service stands: what waits, what is late, and whether it is switched off."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.tables import Base, Callback, Turn, UtcDateTime


class SwitchedOff(Base):
    """The notice that visitors get instead of answers; one row while the assistant is off."""

    __tablename__ = "switched_off"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice: Mapped[str]
    since: Mapped[datetime] = mapped_column(UtcDateTime)


def switched_off(session: Session) -> SwitchedOff | None:
    """The notice in force, if the assistant is switched off."""
    return session.get(SwitchedOff, 1)


def switch_off(session: Session, notice: str, *, at: datetime) -> None:
    """From now on visitors get `notice`; an empty one stands for the usual words."""
    session.merge(SwitchedOff(id=1, notice=notice.strip(), since=at))


def switch_on(session: Session) -> bool:
    """Answer again; False when it was not off."""
    found = switched_off(session)
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


@dataclass(frozen=True)
class Waiting:
    """Messages without an answer, and since when the oldest of them waits."""

    messages: int
    since: datetime | None


def waiting(session: Session) -> Waiting:
    """How many messages have no answer yet?"""
    row = session.execute(
        select(func.count(), func.min(Turn.received_at)).where(Turn.state == "received")
    ).one()
    return Waiting(row[0], row[1])


def callbacks_overdue(session: Session, *, on: date) -> int:
    """How many open call-backs are past their day?"""
    late = (
        select(func.count())
        .select_from(Callback)
        .where(Callback.state == "open", Callback.due < on)
    )
    return session.scalar(late) or 0
