"""The command line of Dalil: `python dalil.py --help`.

A failing command says why in one line and ends with 1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError, ProgrammingError

from database import content as facts
from database.exporting import NotEmpty, export_facts
from database.loading import load_facts
from database.queries import overdue_subjects
from database.session import open_session
from settings import ROOT, settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
content = typer.Typer(no_args_is_help=True, help="The facts people edit, and their database.")
app.add_typer(content, name="content")
whatsapp = typer.Typer(no_args_is_help=True, help="The WhatsApp channel.")
app.add_typer(whatsapp, name="whatsapp")


@whatsapp.command("check")
def check_whatsapp() -> None:
    """Verify the WhatsApp configuration without sending to anyone."""
    from gateway.whatsapp import check

    raise typer.Exit(check.check())


@app.callback()
def dalil() -> None:
    """Dalil, the assistant for people who set up a business in Fès-Meknès."""


@content.command()
def check() -> None:
    """Print every mistake in the content files."""
    raise typer.Exit(facts.main())


@content.command()
def load() -> None:
    """Bring the database up to date and make its facts equal to the content files."""
    with _told_in_one_line():
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        with open_session() as session:
            changed = load_facts(session, settings().content / "facts")
    typer.echo("the facts were loaded" if changed else "the facts were up to date")


@content.command()
def export(folder: Annotated[Path, typer.Argument(help="An empty or new folder.")]) -> None:
    """Write the facts of the database as content files."""
    with _told_in_one_line(), open_session() as session:
        written = export_facts(session, folder)
    typer.echo(f"{written} subjects written to {folder}")


@content.command()
def stale(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day other than today.")
    ] = None,
    within: Annotated[int, typer.Option(min=0, help="Also those due within so many days.")] = 0,
) -> None:
    """List the subjects past the day by which to check them again; ends with 1 if there are any."""
    day = on.date() if on else date.today()
    with _told_in_one_line(), open_session() as session:
        subjects = overdue_subjects(session, day + timedelta(days=within))
    for subject in subjects:
        typer.echo(f"{subject.check_by}  {subject.id}")
    raise typer.Exit(1 if subjects else 0)


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    """Ends the command with 1 and one line for what a person can put right."""
    try:
        yield
    except facts.ContentError as error:
        _fail(f"{error.mistakes[0]} ({len(error.mistakes)} mistakes; see `content check`)")
    except (NotEmpty, OSError) as error:
        _fail(str(error))
    except (OperationalError, ProgrammingError) as error:
        _fail(f"the database cannot be used: {str(error.orig).splitlines()[0]}")


def _fail(reason: str) -> None:
    typer.echo(f"dalil: {reason}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
