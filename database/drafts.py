"""Facts as people of the staff change them: drafts, their review, and the history of what was live.

A draft holds a whole subject. Published, it takes the place of the live one, and the mark of the
content changes, so that every process answers from it with its next question.

A draft without a record, where nothing was typed either, is one to retire its subject. Published, it
takes the subject away; the history keeps what it was as a version of `origin` RETIRED, and a draft
that restores a version brings it back.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from database.console_tables import FactDraft, FactVersion, Staff
from database.content import subject_of
from database.exporting import record_of, subjects_in_full
from database.linting import Mistake, mistakes_among, mistakes_of
from database.queries import revision_mark
from database.records import SubjectRecord
from database.rows import row_of
from database.tables import Revision, Subject

Record = dict[str, Any]
# States in which a draft is still on somebody's desk.
PENDING = ("open", "proposed", "refused")
RETIRED = "retired"


class NotNow(Exception):
    """A draft cannot be published or changed as it stands; `reason` is a word for why.

    done: somebody decided it already. outdated: the subject changed since the draft was begun.
    changed: the draft was saved again since it was read. own: its author cannot publish it.
    mistakes: it breaks a rule of the content. needed: what other subjects say leans on it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def canonical(subject: SubjectRecord) -> Record:
    """A subject as it is kept in drafts and versions: equal when nothing differs."""
    return plain(record_of(row_of(subject)))


def plain(record: Record) -> Record:
    """A record with its days as texts, as JSON keeps it."""
    text = json.dumps(record, default=lambda value: value.isoformat(), ensure_ascii=False)
    read: Record = json.loads(text)
    return read


def file_mark_of(record: Record) -> str:
    """A short mark that stands for a record."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def subject_of_record(record: Record) -> SubjectRecord:
    """The subject of a record that was kept. Raises `database.content.RecordError`."""
    return subject_of(record)


_known: dict[str, dict[str, SubjectRecord]] = {}


def known_subjects(session: Session) -> dict[str, SubjectRecord]:
    """All live subjects by id, as the rules read them; read again when a fact changes."""
    mark = revision_mark(session) or ""
    if mark not in _known:
        made = {each: subject_of(record) for each, record in records_by_id(session).items()}
        _known.clear()
        _known[mark] = made
    return _known[mark]


def records_by_id(session: Session) -> dict[str, Record]:
    """Every live subject as a record."""
    found = {}
    for subject in subjects_in_full(session):
        found[subject.id] = plain(record_of(subject))
        session.expunge(subject)
    return found


def live_record(session: Session, subject_id: str) -> Record | None:
    """A live subject as a record."""
    for subject in subjects_in_full(session, [subject_id]):
        record = plain(record_of(subject))
        session.expunge(subject)
        return record
    return None


def mistakes_in(
    session: Session, changed: Collection[SubjectRecord]
) -> list[tuple[SubjectRecord, Mistake]]:
    """What would be wrong if these subjects were published together?"""
    return list(mistakes_among(changed, known_subjects(session)))


def begin_draft(
    session: Session,
    subject_id: str,
    staff: Staff,
    *,
    at: datetime,
    record: Record | None = None,
    typed: Record | None = None,
    note: str = "",
    state: str = "open",
) -> FactDraft:
    """A new draft on the subject as it is now; it holds `record`, else what is live."""
    base = live_record(session, subject_id)
    draft = FactDraft(
        id=str(uuid.uuid4()),
        subject_id=subject_id,
        author_id=staff.id,
        author=staff.name,
        state=state,
        record=record or (base if typed is None else None),
        typed=typed,
        base=base,
        edits=0,
        note=note,
        created_at=at,
        changed_at=at,
    )
    session.add(draft)
    session.flush()
    return draft


def propose_retirement(
    session: Session, subject_id: str, staff: Staff, *, at: datetime, note: str
) -> FactDraft:
    """A draft that says no more of a subject; `note` tells why."""
    draft = begin_draft(session, subject_id, staff, at=at, note=note, state="proposed")
    draft.record = None
    return draft


def retires(draft: FactDraft) -> bool:
    """Whether the draft is one to retire its subject."""
    return draft.base is not None and draft.record is None and draft.typed is None


def leaning_on(session: Session, subject_id: str) -> list[SubjectRecord]:
    """The subjects that would make no sense without this one: they name it or its figures."""
    left = {each: known for each, known in known_subjects(session).items() if each != subject_id}
    return [subject for subject in left.values() if any(mistakes_of(subject, left))]


def propose_from_files(session: Session, record: Record, *, at: datetime) -> bool:
    """Propose what the content files say of a subject kept as the console published it.

    False when the files said the same at the last loading.
    """
    subject_id, mark = record["id"], file_mark_of(record)
    seen = session.scalar(select(Subject.file_mark).where(Subject.id == subject_id))
    if seen == mark:
        return False
    session.execute(update(Subject).where(Subject.id == subject_id).values(file_mark=mark))
    session.execute(
        update(FactDraft)
        .where(FactDraft.subject_id == subject_id, FactDraft.author_id.is_(None))
        .where(FactDraft.state.in_(PENDING))
        .values(state="withdrawn", changed_at=at)
    )
    session.add(
        FactDraft(
            id=str(uuid.uuid4()),
            subject_id=subject_id,
            author_id=None,
            author="",
            state="proposed",
            record=record,
            base=live_record(session, subject_id),
            edits=0,
            note="",
            created_at=at,
            changed_at=at,
        )
    )
    return True


def draft_named(session: Session, draft_id: str, *, to_change: bool = False) -> FactDraft | None:
    """The draft with this id; `to_change` keeps others from changing it meanwhile."""
    return session.get(FactDraft, draft_id, with_for_update=to_change or None)


def pending_drafts(
    session: Session, subject_id: str | None = None, *, limit: int = 300
) -> Sequence[FactDraft]:
    """Which drafts are not decided yet? Those to be reviewed first, then the oldest."""
    found = select(FactDraft).where(FactDraft.state.in_(PENDING))
    if subject_id is not None:
        found = found.where(FactDraft.subject_id == subject_id)
    ordered = found.order_by(FactDraft.state != "proposed", FactDraft.changed_at)
    return session.scalars(ordered.limit(limit)).all()


def decided_drafts(session: Session, subject_id: str) -> Sequence[FactDraft]:
    """What became of the drafts of a subject that are decided, latest first?"""
    found = select(FactDraft).where(
        FactDraft.subject_id == subject_id, FactDraft.state.not_in(PENDING)
    )
    return session.scalars(found.order_by(FactDraft.changed_at.desc()).limit(50)).all()


def is_outdated(session: Session, draft: FactDraft) -> bool:
    """Whether the subject was changed by somebody else since the draft was begun."""
    return live_record(session, draft.subject_id) != draft.base


def publish(
    session: Session,
    draft: FactDraft,
    reviewer: Staff,
    *,
    edits: int,
    at: datetime,
    own_allowed: bool = False,
) -> int:
    """Put a draft in the place of the live subject; the number of the version it becomes.

    `edits` is the saving that the reviewer read; `own_allowed` lets authors publish their own.
    Raises `NotNow`.
    """
    # Whoever touches this row first makes every other publication wait for the end of this one.
    session.execute(update(Revision).values(at=at))
    session.refresh(draft)
    if draft.state != "proposed":
        raise NotNow("done")
    if draft.author_id == reviewer.id and not own_allowed:
        raise NotNow("own")
    if draft.edits != edits:
        raise NotNow("changed")
    if is_outdated(session, draft):
        raise NotNow("outdated")
    if retires(draft):
        if leaning_on(session, draft.subject_id):
            raise NotNow("needed")
        subject, origin = subject_of_record(draft.base or {}), RETIRED
    else:
        if draft.record is None:
            raise NotNow("mistakes")
        subject = subject_of_record(draft.record)
        if mistakes_in(session, [subject]):
            raise NotNow("mistakes")
        origin = "console" if draft.author_id else "files"
    if draft.base is not None and not has_versions(session, draft.subject_id):
        add_version(session, draft.base, origin="files", author="", at=at)
    if origin == RETIRED:
        session.execute(delete(Subject).where(Subject.id == subject.id))
    else:
        replace_subject(session, subject)
    session.execute(update(Revision).values(mark=new_mark()))
    draft.state, draft.reviewer, draft.changed_at = "published", reviewer.name, at
    return add_version(
        session,
        canonical(subject),
        origin=origin,
        author=draft.author,
        reviewer=reviewer.name,
        note=draft.note,
        at=at,
    )


def replace_subject(session: Session, subject: SubjectRecord) -> None:
    """Make the rows of a subject those of `subject`, whatever they were."""
    mark = session.scalar(select(Subject.file_mark).where(Subject.id == subject.id))
    session.execute(delete(Subject).where(Subject.id == subject.id))
    session.add(row_of(subject, file_mark=mark))
    session.flush()


def new_mark() -> str:
    """A mark that the content never had."""
    return uuid.uuid4().hex


def add_version(
    session: Session,
    record: Record,
    *,
    origin: str,
    author: str,
    at: datetime,
    reviewer: str | None = None,
    note: str = "",
) -> int:
    """Enter what is live from now on in the history of its subject; its number."""
    subject_id = record["id"]
    last = session.scalar(
        select(func.max(FactVersion.number)).where(FactVersion.subject_id == subject_id)
    )
    number = (last or 0) + 1
    session.add(
        FactVersion(
            subject_id=subject_id,
            number=number,
            record=record,
            origin=origin,
            author=author,
            reviewer=reviewer,
            note=note,
            at=at,
        )
    )
    session.flush()
    return number


def has_versions(session: Session, subject_id: str) -> bool:
    """Whether the subject has a history: it has been published from the console."""
    found = select(FactVersion.id).where(FactVersion.subject_id == subject_id).limit(1)
    return session.scalar(found) is not None


def versions_of(session: Session, subject_id: str) -> Sequence[FactVersion]:
    """The history of a subject, latest first."""
    found = select(FactVersion).where(FactVersion.subject_id == subject_id)
    return session.scalars(found.order_by(FactVersion.number.desc())).all()


def version_numbered(session: Session, subject_id: str, number: int) -> FactVersion | None:
    """One version of a subject."""
    return session.scalar(
        select(FactVersion).where(
            FactVersion.subject_id == subject_id, FactVersion.number == number
        )
    )


def last_versions(session: Session) -> dict[str, FactVersion]:
    """The last version of each subject that has a history."""
    last = (
        select(FactVersion.subject_id, func.max(FactVersion.number).label("number"))
        .group_by(FactVersion.subject_id)
        .subquery()
    )
    rows = session.scalars(
        select(FactVersion).join(
            last,
            (FactVersion.subject_id == last.c.subject_id) & (FactVersion.number == last.c.number),
        )
    )
    return {row.subject_id: row for row in rows}


def retired_subjects(session: Session) -> list[FactVersion]:
    """The last version of each subject that was retired and not brought back, latest first."""
    found = [each for each in last_versions(session).values() if each.origin == RETIRED]
    return sorted(found, key=lambda version: version.at, reverse=True)


def checked_again(record: Record, *, on: date, check_by: date) -> Record:
    """The record of a subject whose sources were read again and say the same."""
    statements = {
        aspect: statement | {"checked_on": on.isoformat()}
        for aspect, statement in record["statements"].items()
    }
    return record | {"statements": statements, "check_by": check_by.isoformat()}
