"""What visitors type, made fit to be kept."""

from typing import Annotated

from pydantic import BeforeValidator


def readable(text: object) -> object:
    """A text without what fits no database and means nothing: control characters, lone surrogates."""
    if not isinstance(text, str):
        return text
    return "".join(
        c
        for c in text
        if c in "\n\t" or (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff")
    ).strip()


VisitorText = Annotated[str, BeforeValidator(readable)]
