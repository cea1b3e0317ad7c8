"""A small database in memory where a draft is live: what would be answered, before it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import StaticPool, create_engine, select
from sqlalchemy.orm import Session

from database.drafts import known_subjects
from database.linting import figures_used
from database.records import SubjectRecord
from database.rows import row_of
from database.tables import Base, Revision, Subject
from database.vocabulary import DEFAULT_AUTHORITY

TABLES = ("subject", "name", "tag", "source", "figure", "statement", "step", "revision")


@contextmanager
def scratch_with(session: Session, subject: SubjectRecord) -> Iterator[Session]:
    """A session on a database that holds `subject` and the live subjects that it leans on.

    Those are its parts, whom to ask, and whose figures or names it shows. Nothing is locked or
    changed in the real one.
    """
    known = known_subjects(session)
    leant_on = {
        subject.ask,
        DEFAULT_AUTHORITY,
        *(owner for _, owner, _ in figures_used(subject)),
        *(step.body for step in subject.steps if isinstance(step.body, str)),
        *session.scalars(select(Subject.id).where(Subject.part_of == subject.id)),
    }
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        Base.metadata.create_all(engine, [Base.metadata.tables[name] for name in TABLES])
        with Session(engine) as scratch:
            scratch.add(row_of(subject))
            for other in leant_on - {subject.id}:
                if other in known:
                    scratch.add(row_of(known[other]))
            # The mark of the real content: what others hold in memory for it stays.
            live = session.scalar(select(Revision))
            if live is not None:
                scratch.add(Revision(mark=live.mark, at=live.at))
            scratch.commit()
            yield scratch
    finally:
        engine.dispose()
