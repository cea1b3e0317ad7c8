"""Every (subject, aspect) of the real content is sayable in every writing, with exactly its figures."""

import re
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from answers.about import answer_about
from answers.linking import Lexicon
from database.queries import aliases, figures_named
from database.records import TYPED_PLACEHOLDER, figure_named, placeholders
from database.tables import Statement, Subject
from database.vocabulary import NUMBER_UNITS, WRITINGS

TODAY = date(2026, 11, 23)
NUMBER = re.compile(r"(?<![0-9A-Za-zÀ-ÿ\u202f])\d[\d\u202f]*(?:,\d+)?(?![0-9A-Za-zÀ-ÿ])")
# Darija has words of its own for one and two of these.
SAID_AS_WORDS = {"months", "years", "weeks", "days", "hours", "minutes"}


def test_every_statement_is_said_in_every_writing_with_its_own_numbers(facts: Session) -> None:
    unsourced: list[str] = []
    for statement in facts.scalars(select(Statement)).all():
        subject = facts.get_one(Subject, statement.subject_id)
        for writing in WRITINGS:
            reply = answer_about(facts, subject.id, statement.aspect, writing, on=TODAY)
            where = f"{subject.id}.{statement.aspect} ({writing})"
            assert reply.outcome == ("not_found" if subject.kind == "gap" else "answered"), where
            assert reply.writing == writing, where
            message = reply.messages[0]
            assert "{" not in message.text, where
            explained, needed = _numbers(facts, subject, statement)
            said = {_decimal(number) for number in NUMBER.findall(message.text)}
            if message.card is None:
                assert said <= explained, f"{where}: {sorted(said - explained)} in {message.text}"
                for scales in needed:
                    assert scales & said, f"{where}: {scales} not in {message.text}"
            if not message.sources and statement.certainty != "uncertain":
                unsourced.append(where)
            assert all(s.url.startswith("http") for s in message.sources), where
            assert "github-file-id" not in str(reply.as_dict()), where
            assert len(message.text) <= 4096, f"{where}: too long for one message"
    assert not unsourced


def test_every_name_and_alias_leads_to_its_subject(facts: Session) -> None:
    every = aliases(facts)
    lexicon = Lexicon(every)
    lost = []
    for alias in every:
        links = lexicon.links(alias.text)
        reached = {link.subject_id for link in (*links.certain[:1], *links.rivals)}
        if alias.subject_id not in reached:
            lost.append((alias.subject_id, alias.text, reached))
    assert len(lost) <= len(every) // 500, lost


def _numbers(
    session: Session, subject: Subject, statement: Statement
) -> tuple[set[Decimal], list[set[Decimal]]]:
    """The numbers that a reply may show, and those it must, each at the scales it may be said in."""
    names = set()
    may: set[Decimal] = {Decimal(0)}
    must: list[set[Decimal]] = []
    for name in placeholders(" ".join(statement.texts.values())):
        typed = TYPED_PLACEHOLDER.fullmatch(name)
        if typed is None:
            names.add(figure_named(name, subject.id))
        else:
            may |= {_decimal(number) for number in re.findall(r"\d+", typed[2])}
            may |= {_decimal(number) for number in NUMBER.findall(typed[2].replace(".", ","))}
    for figure in figures_named(session, names).values():
        for value in figure.values:
            for number in map(Decimal, re.findall(r"\d+(?:\.\d+)?", value)):
                scales = {number, number / 10**6, number / 10**9}
                may |= scales
                if figure.unit in NUMBER_UNITS and not (
                    figure.unit in SAID_AS_WORDS and number <= 2
                ):
                    must.append(scales)
    for day in filter(None, (subject.status_as_of, subject.valid_to, str(subject.check_by))):
        may |= {Decimal(part) for part in day.split("-")}
    return may, must


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace("\u202f", "").replace(",", "."))
