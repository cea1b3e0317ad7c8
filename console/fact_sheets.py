"""A subject as a form holds it: a sheet of texts and rows, whatever mistakes they hold.

A field's name leads to it through the sheet: `statements.2.ary-Arab`, `steps.0.documents.1.fr`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from database.linting import Mistake, Place
from database.vocabulary import DEFAULT_AUTHORITY, TEXT_UNITS, WRITINGS
from gateway.reading import readable

Sheet = dict[str, Any]
Record = dict[str, Any]

TAGGED = ("provinces", "sectors", "audiences", "legal_forms")
MANY = {*TAGGED, "sources"}
PLAIN = (
    "id",
    "kind",
    "part_of",
    "ask",
    "prominence",
    "valid_from",
    "valid_to",
    "check_by",
    "census",
)
SOURCE = ("key", "title", "url", "published")
FIGURE = ("key", "low", "high", "unit", "certainty", "as_of", "note", "parameter", "given")
# What names each row of a group in a record.
NAMED_BY = {"sources": "key", "figures": "key", "statements": "aspect"}
GROUPS = (*NAMED_BY, "steps")
MOST_PARTS = 6
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


def sheet_of_form(fields: Iterable[tuple[str, Any]]) -> Sheet:
    """The sheet that a form sent; what no sheet has is left out."""
    root: dict[str, Any] = {}
    for name, value in fields:
        *path, last = name.split(".")
        node = root
        for part in path[:MOST_PARTS]:
            found = node.setdefault(part, {})
            if not isinstance(found, dict):
                break
            node = found
        else:
            if last in MANY and isinstance(node.setdefault(last, []), list):
                node[last].append(value)
            elif last not in MANY:
                node.setdefault(last, value)
    return shaped(root)


def shaped(raw: Mapping[str, Any]) -> Sheet:
    """A sheet with every part in its place, whatever `raw` holds."""
    status = _part(raw, "status")
    return {
        **{name: _text(raw.get(name)) for name in PLAIN},
        **{name: _many(raw.get(name)) for name in TAGGED},
        **{name: _words(raw.get(name)) for name in ("names", "aliases", "operator")},
        "status": {name: _text(status.get(name)) for name in ("value", "as_of")},
        "sources": [_row(row, SOURCE) for row in _rows(raw.get("sources"))],
        "figures": [
            _row(row, FIGURE) | {"sources": _many(row.get("sources"))}
            for row in _rows(raw.get("figures"))
        ],
        "statements": [
            _row(row, ("aspect", "certainty", "checked_on"))
            | {"sources": _many(row.get("sources")), **_words(row)}
            for row in _rows(raw.get("statements"))
        ],
        "steps": [_step(row) for row in _rows(raw.get("steps"))],
    }


def _step(raw: Mapping[str, Any]) -> Sheet:
    return {
        **_row(raw, ("body_subject", "channel", "certainty")),
        **{name: _words(raw.get(name)) for name in ("title", "body", "legal_reference", "detail")},
        **{
            part: {
                "figures": _text(_part(raw, part).get("figures")),
                "note": _words(_part(raw, part).get("note")),
            }
            for part in ("cost", "delay")
        },
        "documents": [_words(row) for row in _rows(raw.get("documents"))],
        "sources": _many(raw.get("sources")),
    }


def sheet_of(record: Record) -> Sheet:
    """The sheet of a record, to be changed in a form."""
    raw: dict[str, Any] = {name: _shown(record.get(name)) for name in PLAIN}
    raw |= {name: record.get(name, []) for name in TAGGED}
    raw |= {name: record.get(name, {}) for name in ("names", "operator", "status")}
    raw["aliases"] = {
        writing: "\n".join(texts) for writing, texts in record.get("aliases", {}).items()
    }
    raw["sources"] = [
        {"key": key} | {name: _shown(value) for name, value in source.items()}
        for key, source in record.get("sources", {}).items()
    ]
    raw["figures"] = [_figure_row(key, figure) for key, figure in record.get("figures", {}).items()]
    raw["statements"] = [
        {"aspect": aspect} | statement for aspect, statement in record["statements"].items()
    ]
    raw["steps"] = [_step_row(step) for step in record.get("steps", [])]
    return shaped(raw)


def _figure_row(key: str, figure: Record) -> Sheet:
    value = figure["value"]
    low, high = value if isinstance(value, list) else (value, "")
    return (
        {name: _shown(figure.get(name)) for name in ("unit", "certainty", "as_of", "note")}
        | {"key": key, "low": _shown(low), "high": _shown(high), "sources": figure["sources"]}
        | {"parameter": figure.get("parameter", ""), "given": _shown(low)}
    )


def _step_row(step: Record) -> Sheet:
    body = step.get("body")
    costs = {
        part: {
            "figures": ", ".join((step.get(part) or {}).get("figures", [])),
            "note": (step.get(part) or {}).get("note", {}),
        }
        for part in ("cost", "delay")
    }
    return (
        {name: step.get(name) or {} for name in ("title", "legal_reference", "detail")}
        | {"body_subject": body if isinstance(body, str) else ""}
        | {"body": body if isinstance(body, dict) else {}}
        | {"channel": step.get("channel", ""), "certainty": step["certainty"]}
        | {"sources": step["sources"], "documents": step.get("documents", [])}
        | costs
    )


def record_of_sheet(sheet: Sheet) -> tuple[Record, list[Mistake]]:
    """The record that a sheet describes, and the rows that are there twice.

    Rows in which nothing is written are left out; a source without a key is given one.
    """
    sources = _with_keys([row for row in sheet["sources"] if row["title"] or row["url"]])
    figures = [row for row in sheet["figures"] if row["key"] or row["low"]]
    statements = [
        row
        for row in sheet["statements"]
        if row["aspect"] or any(row[writing] for writing in WRITINGS)
    ]
    record = {
        **{name: sheet[name] for name in PLAIN},
        "prominence": _whole(sheet["prominence"]),
        "ask": sheet["ask"] or DEFAULT_AUTHORITY,
        **{name: sheet[name] for name in TAGGED},
        "names": sheet["names"],
        "aliases": {
            writing: [
                line.strip() for line in sheet["aliases"][writing].split("\n") if line.strip()
            ]
            for writing in WRITINGS
        },
        "operator": _some(sheet["operator"]),
        "status": sheet["status"] if any(sheet["status"].values()) else None,
        "sources": {
            row["key"]: {
                "title": row["title"],
                "url": row["url"] or None,
                "published": row["published"] or None,
            }
            for row in sources
        },
        "figures": {row["key"]: _figure(row) for row in figures},
        "statements": {
            row["aspect"]: {name: value for name, value in row.items() if name != "aspect"}
            for row in statements
        },
        "steps": [_step_record(row) for row in sheet["steps"] if _is_written(row)],
    }
    kept = {name: value for name, value in record.items() if value not in (None, "")}
    rows = {"sources": sources, "figures": figures, "statements": statements}
    return kept, [mistake for group, each in rows.items() for mistake in _twice(group, each)]


def _figure(row: Sheet) -> Record:
    value: Any = [_number(row["low"]), _number(row["high"])] if row["high"] else row["low"]
    if not row["high"] and row["unit"] not in TEXT_UNITS:
        value = _number(row["low"])
    found = {name: row[name] for name in ("unit", "certainty", "sources")}
    found |= {name: row[name] for name in ("as_of", "note") if row[name]}
    # Another number than the one that the parameter gave is no longer the parameter's.
    if row["parameter"] and row["low"] == row["given"] and not row["high"]:
        found["parameter"] = row["parameter"]
    return found | {"value": value}


def _step_record(row: Sheet) -> Record:
    costs = {
        part: {
            "figures": [name.strip() for name in row[part]["figures"].split(",") if name.strip()],
            "note": _some(row[part]["note"]),
        }
        for part in ("cost", "delay")
    }
    step = {
        "title": row["title"],
        "body": row["body_subject"] or _some(row["body"]),
        "documents": [words for words in row["documents"] if _some(words)],
        **{part: cost if any(cost.values()) else None for part, cost in costs.items()},
        "channel": row["channel"] or None,
        "legal_reference": _some(row["legal_reference"]),
        "detail": _some(row["detail"]),
        "certainty": row["certainty"],
        "sources": row["sources"],
    }
    return {name: value for name, value in step.items() if value is not None}


def _is_written(row: Sheet) -> bool:
    return any(_some(row[name]) for name in ("title", "body", "detail")) or bool(row["documents"])


def _twice(group: str, rows: list[Sheet]) -> list[Mistake]:
    names = [row[NAMED_BY[group]] for row in rows]
    again = sorted({name for name in names if names.count(name) > 1})
    return [
        Mistake((group, name), "malformed", {"message": "twice", "type": "twice", "input": name})
        for name in again
    ]


def _with_keys(sources: list[Sheet]) -> list[Sheet]:
    taken = {row["key"] for row in sources}
    given = []
    for row in sources:
        key = row["key"]
        if not key:
            host = urlsplit(row["url"]).hostname if "://" in row["url"] else ""
            stem = re.sub(r"[^a-z0-9]+", "_", (host or "source").removeprefix("www.")).strip("_")
            key = next(
                name
                for name in (stem, *(f"{stem}_{number}" for number in range(2, 1000)))
                if name not in taken
            )
            taken.add(key)
        given.append(row | {"key": key})
    return given


def add_row(sheet: Sheet, group: str) -> None:
    """Put an empty row at the end of a group (`figures`, `steps.2.documents`)."""
    rows = rows_of(sheet, group)
    if rows is not None:
        rows.append({})


def remove_row(sheet: Sheet, group: str, index: int) -> None:
    """Take one row of a group away."""
    rows = rows_of(sheet, group)
    if rows is not None and 0 <= index < len(rows):
        del rows[index]


def raise_row(sheet: Sheet, group: str, index: int) -> None:
    """Put one row of a group before the one it came after."""
    rows = rows_of(sheet, group)
    if rows is not None and 0 < index < len(rows):
        rows[index - 1], rows[index] = rows[index], rows[index - 1]


def rows_of(sheet: Sheet, group: str) -> list[Any] | None:
    """The rows of a group, if the sheet has such a group."""
    if group in GROUPS:
        rows: list[Any] = sheet[group]
        return rows
    found = re.fullmatch(r"steps\.(\d{1,3})\.documents", group)
    if found and int(found[1]) < len(sheet["steps"]):
        documents: list[Any] = sheet["steps"][int(found[1])]["documents"]
        return documents
    return None


def field_of(place: Place, sheet: Sheet) -> str:
    """The name of the field, or of the row, where a mistake in the record stands in the form."""
    group = str(place[0]) if place else ""
    if group in NAMED_BY and len(place) > 1:
        rows = sheet[group]
        index = next((i for i, row in enumerate(rows) if row[NAMED_BY[group]] == place[1]), None)
        if index is None:
            return group
        rest = str(place[2]) if len(place) > 2 else ""
        part = {"value": "low", "[key]": NAMED_BY[group]}.get(rest, rest)
        return ".".join(filter(None, (group, str(index), part)))
    if group == "steps":
        return ".".join(str(part) for part in place if _is_of_a_step(part))
    if group in MANY or group in ("aliases",):
        return group
    return ".".join(str(part) for part in place[:2])


def _is_of_a_step(part: int | str) -> bool:
    """Whether it is a part of the sheet: pydantic also names the branches of a union."""
    known = ("steps", "title", "body", "documents", "cost", "delay", "figures", "note", "channel")
    return isinstance(part, int) or part in (
        *known,
        "legal_reference",
        "detail",
        "certainty",
        "sources",
        *WRITINGS,
    )


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _row(raw: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _text(raw.get(name)) for name in names}


def _rows(raw: Any) -> list[Mapping[str, Any]]:
    """Rows as a list, or by their numbers as a form sends them."""
    if isinstance(raw, Mapping):
        numbered = [(int(key), row) for key, row in raw.items() if str(key).isdecimal()]
        raw = [row for _, row in sorted(numbered, key=lambda each: each[0])]
    return [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list) else []


def _words(raw: Any) -> dict[str, str]:
    texts = raw if isinstance(raw, Mapping) else {}
    return {writing: _text(texts.get(writing)) for writing in WRITINGS}


def _some(words: dict[str, str]) -> dict[str, str] | None:
    """The words, unless nothing is written in any writing."""
    return words if any(words.values()) else None


def _text(value: Any) -> str:
    text = readable(value.replace("\r\n", "\n")) if isinstance(value, str) else ""
    return str(text)


def _many(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return "" if value is None else str(value)


def _number(text: str) -> int | float | str:
    """The number that somebody typed (`6 000`, `12,5`), or the text when it is none."""
    bare = _SPACES.sub("", text).replace(",", ".")
    if not _NUMBER.fullmatch(bare):
        return text
    return float(bare) if "." in bare else int(bare)


def _whole(text: str) -> int | str | None:
    return int(text) if text.isdecimal() and len(text) < 3 else text or None
