"""The aliases of all subjects, kept in memory until a fact changes."""

from sqlalchemy.orm import Session

from answers.linking import Lexicon
from database.queries import aliases, revision_mark

_held: dict[str, Lexicon] = {}


def lexicon(session: Session) -> Lexicon:
    """The lexicon of the content now in the database; made again when its revision changes."""
    mark = revision_mark(session) or ""
    if mark not in _held:
        made = Lexicon(aliases(session))
        _held.clear()
        _held[mark] = made
    return _held[mark]
