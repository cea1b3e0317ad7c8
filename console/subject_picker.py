"""Finding a subject by some of its words, or the subjects that a sentence may be about."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from answers.knowledge import lexicon
from answers.search import nearest
from console.words import Language
from database.queries import aliases, subjects_named

SHOWN = 12
WRITING_OF = {"fr": "fr", "ar": "ary-Arab"}


@dataclass(frozen=True, slots=True)
class Found:
    """A subject by its name in the language of the page."""

    id: str
    name: str
    kind: str


def subjects_called(session: Session, asked: str, language: Language) -> list[Found]:
    """The subjects of which some name holds these words, those that are named best first."""
    links = lexicon(session).links(asked)
    named = [link.subject_id for link in (*links.certain, *links.rivals, *links.near)]
    part = asked.strip().casefold()
    holding = [
        alias.subject_id for alias in aliases(session) if part and part in alias.text.casefold()
    ]
    return with_names(session, [*named, *holding], language)


def subjects_near(session: Session, sentence: str, language: Language) -> list[Found]:
    """The subjects that a sentence may be about, by its names first, then by words and meaning."""
    links = lexicon(session).links(sentence)
    named = [link.subject_id for link in (*links.certain, *links.rivals, *links.near)]
    meant = [hit.subject_id for hit in nearest(session, sentence)]
    return with_names(session, [*named[: SHOWN - len(meant)], *meant], language)


def with_names(session: Session, ids: list[str], language: Language) -> list[Found]:
    """These subjects with their names, each once."""
    return [
        Found(
            subject.id,
            next(
                name.text
                for name in subject.names
                if name.role == "name" and name.writing == WRITING_OF[language]
            ),
            subject.kind,
        )
        for subject in subjects_named(session, list(dict.fromkeys(ids))[:SHOWN])
    ]
