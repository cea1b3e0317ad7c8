"""Stores the content files in the database; loading the same content again changes nothing.

What the console has published since stays: a file that says something else of such a subject
becomes a draft that an editor accepts or refuses (docs/adr/0014). What it has retired stays away.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from database import rows
from database.content import read_facts
from database.drafts import (
    add_version,
    canonical,
    file_mark_of,
    last_versions,
    new_mark,
    propose_from_files,
    records_by_id,
    retired_subjects,
    subject_of_record,
)
from database.learning import put_back_aliases
from database.linting import mistakes_among
from database.records import SubjectRecord
from database.rows import row_of
from database.tables import Revision, Subject
from schemes.parameters import CONTENT as SCHEMES


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loading did. It is true when the tables changed.

    `kept` were edited in the console and stay as they are; of these, `proposed` are said otherwise
    by the files since, and wait as drafts. With `disagreements` nothing was loaded: beside what is
    kept, the files would make no sense.
    """

    changed: bool
    kept: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.changed


def told(loaded: Loaded) -> list[str]:
    """What a loading did, one line per thing that somebody should know."""
    lines = ["the facts were loaded"] if loaded else []
    if loaded.kept and loaded.changed:
        lines.append(f"kept as the console published them: {', '.join(loaded.kept)}")
    if loaded.proposed:
        lines.append(f"the files say otherwise, see the drafts: {', '.join(loaded.proposed)}")
    if loaded.disagreements:
        lines.append(
            "the new files were not loaded: they do not fit what the console published "
            f"({loaded.disagreements[0]}); `dalil content load --overwrite` lets the files win"
        )
    return lines


def load_facts(session: Session, folder: Path, *, overwrite: bool = False) -> Loaded:
    """Make the tables equal to the facts under `folder`, but for what the console has published.

    With `overwrite` the files win over the console, whose versions stay in the history. Raises
    `database.content.ContentError` when the files hold a mistake: nothing is changed then.
    """
    files = _mark_of(folder)
    current = session.scalar(select(Revision))
    if current is not None and current.files == files and not overwrite:
        return Loaded(False)
    retired = set() if overwrite else {each.subject_id for each in retired_subjects(session)}
    subjects = {each.id: each for each in read_facts(folder) if each.id not in retired}
    kept = {} if overwrite else _kept(session, subjects)
    beside = {each: subject for each, subject in subjects.items() if each not in kept}
    if kept or retired:
        wrong = [
            f"{subject.id}.{'.'.join(map(str, mistake.place))}: {mistake.told}"
            for subject, mistake in mistakes_among(list({**beside, **kept}.values()), {})
        ]
        if wrong:
            return Loaded(False, kept=tuple(sorted(kept)), disagreements=tuple(wrong))
    at = datetime.now(UTC)
    _add_versions(session, beside, at=at)
    proposed = tuple(
        each
        for each in sorted(kept.keys() & subjects.keys())
        if propose_from_files(session, canonical(subjects[each]), at=at)
    )
    session.execute(delete(Subject).where(Subject.id.not_in(list(kept))))
    session.execute(delete(Revision))
    for subject in beside.values():
        session.add(row_of(subject, file_mark=file_mark_of(canonical(subject))))
    session.flush()
    put_back_aliases(session)
    session.add(Revision(mark=new_mark(), files=files, at=at))
    return Loaded(True, kept=tuple(sorted(kept)), proposed=proposed)


def _kept(session: Session, subjects: Mapping[str, SubjectRecord]) -> dict[str, SubjectRecord]:
    """The subjects that the console published last, unless the files say the same by now."""
    found = {}
    live = records_by_id(session)
    for subject_id, version in last_versions(session).items():
        if version.origin != "console" or subject_id not in live:
            continue
        file = subjects.get(subject_id)
        if file is None or canonical(file) != version.record:
            found[subject_id] = subject_of_record(live[subject_id])
    return found


def _add_versions(session: Session, subjects: Mapping[str, SubjectRecord], *, at: datetime) -> None:
    """Tell the history of subjects that have one what the files make of them."""
    for subject_id, version in last_versions(session).items():
        if subject_id in subjects:
            record = canonical(subjects[subject_id])
            if record != version.record or version.origin != "files":
                add_version(session, record, origin="files", author="", at=at)


def _mark_of(folder: Path) -> str:
    digest = hashlib.sha256()
    parameters = sorted(SCHEMES.glob("*.yml"))  # figures take their values from there
    code = (Path(__file__), Path(rows.__file__))
    for path in (*sorted(folder.rglob("*.yml")), *parameters, *code):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
