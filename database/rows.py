"""A subject of the content as rows of the database; `database.exporting.record_of` is the way back."""

from typing import Any

from database.records import FigureRecord, StepCost, StepRecord, SubjectRecord, Words
from database.tables import Figure, Name, Source, Statement, Step, Subject, Tag


def row_of(record: SubjectRecord, *, file_mark: str | None = None) -> Subject:
    """The rows of a subject, not yet in any database; `file_mark` is what its file said last."""
    return Subject(
        id=record.id,
        kind=record.kind,
        part_of=record.part_of,
        ask=record.ask,
        prominence=record.prominence,
        status=record.status.value if record.status else None,
        status_as_of=record.status.as_of if record.status else None,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        check_by=record.check_by,
        census=record.census,
        file_mark=file_mark,
        names=list(_names_of(record)),
        tags=[
            Tag(dimension=dimension, value=value)
            for dimension, values in {
                "province": record.provinces,
                "sector": record.sectors,
                "audience": record.audiences,
                "legal_form": record.legal_forms,
            }.items()
            for value in dict.fromkeys(values)
        ],
        sources=[
            Source(key=key, title=source.title, url=source.url, published=source.published)
            for key, source in record.sources.items()
        ],
        figures=[_figure_row(key, figure) for key, figure in record.figures.items()],
        statements=[
            Statement(
                aspect=aspect,
                certainty=statement.certainty,
                checked_on=statement.checked_on,
                texts=_texts(statement),
                sources=statement.sources,
            )
            for aspect, statement in record.statements.items()
        ],
        steps=[
            Step(
                position=position,
                certainty=step.certainty,
                content=_step_content(step),
                sources=step.sources,
            )
            for position, step in enumerate(record.steps, start=1)
        ],
    )


def _names_of(record: SubjectRecord) -> list[Name]:
    named = [("name", record.names), *([("operator", record.operator)] if record.operator else [])]
    return [
        *(
            Name(writing=writing, role=role, text=text)
            for role, words in named
            for writing, text in _texts(words).items()
        ),
        *(
            Name(writing=writing, role="alias", text=text)
            for writing, texts in record.aliases.by_writing().items()
            for text in dict.fromkeys(texts)
        ),
    ]


def _figure_row(key: str, record: FigureRecord) -> Figure:
    values = record.value if isinstance(record.value, tuple) else (record.value,)
    return Figure(
        key=key,
        values=[str(value) for value in values],
        unit=record.unit,
        certainty=record.certainty,
        as_of=record.as_of,
        note=record.note,
        sources=record.sources,
        parameter=record.parameter,
    )


def _step_content(step: StepRecord) -> dict[str, Any]:
    return {
        "title": _texts(step.title),
        "body": _texts(step.body) if isinstance(step.body, Words) else step.body,
        "documents": [_texts(words) for words in step.documents],
        "cost": _cost_content(step.cost),
        "delay": _cost_content(step.delay),
        "channel": step.channel,
        "legal_reference": _texts(step.legal_reference) if step.legal_reference else None,
        "detail": _texts(step.detail) if step.detail else None,
    }


def _cost_content(cost: StepCost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {"figures": cost.figures, "note": _texts(cost.note) if cost.note else None}


def _texts(words: Words) -> dict[str, str]:
    return {writing: text.strip() for writing, text in words.by_writing().items()}
