"""What the content holds, counted: the page `docs/coverage.md`, made by `dalil content coverage`."""

from collections import Counter
from collections.abc import Sequence

from database.records import SubjectRecord
from database.vocabulary import ASPECTS, KINDS, WRITINGS

LEAD = """\
# What the content covers

Made by `python dalil.py content coverage`; a test compares it with the content. Statements by kind of subject and
aspect, each in the three writings; an empty cell is said to be unknown, with whom to ask. A gap is
something people ask about that no source answers.
"""


def coverage_page(subjects: Sequence[SubjectRecord]) -> str:
    """How many statements there are of each aspect, by kind of subject, as Markdown."""
    statements = Counter(
        (subject.kind, aspect) for subject in subjects for aspect in subject.statements
    )
    by_kind = Counter(subject.kind for subject in subjects)
    rows = [
        ["kind", "subjects", *ASPECTS],
        ["---", *(["---:"] * (len(ASPECTS) + 1))],
        *(
            [kind, str(by_kind[kind]), *(str(statements[kind, a] or "") for a in ASPECTS)]
            for kind in KINDS
            if by_kind[kind]
        ),
        [
            "**all**",
            str(len(subjects)),
            *(str(sum(statements[kind, a] for kind in KINDS)) for a in ASPECTS),
        ],
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    figures = sum(len(subject.figures) for subject in subjects)
    steps = sum(len(subject.steps) for subject in subjects)
    total = sum(statements.values())
    summary = (
        f"{len(subjects)} subjects, {total} statements in {len(WRITINGS)} writings, "
        f"{figures} figures, {steps} steps of procedures."
    )
    return f"{LEAD}\n{table}\n\n{summary}\n"
