"""The command line of Dalil: `python dalil.py --help`.

A failing command says why in one line and ends with 1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import OperationalError, ProgrammingError

from database import content as facts
from database.accounts import remove_second_factor, take_access_away
from database.coverage import coverage_page
from database.exporting import NotEmpty, export_facts
from database.health import switch_off, switch_on
from database.loading import load_facts, told
from database.purging import AlreadyPurging, purge
from database.queries import overdue_subjects
from database.rekeying import encrypt_again
from database.retention import holdings, limits_in_force
from database.session import open_session
from database.staff import AlreadyThere, Role, add_staff, record, staff_with_email
from settings import ROOT, settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
content = typer.Typer(no_args_is_help=True, help="The facts people edit, and their database.")
app.add_typer(content, name="content")
staff = typer.Typer(no_args_is_help=True, help="The people who use the console.")
app.add_typer(staff, name="staff")
switch = typer.Typer(no_args_is_help=True, help="Switch the assistant off, with a notice, and on.")
app.add_typer(switch, name="switch")
privacy = typer.Typer(no_args_is_help=True, help="What is kept of visitors, and for how long.")
app.add_typer(privacy, name="privacy")
whatsapp = typer.Typer(no_args_is_help=True, help="The WhatsApp channel.")
app.add_typer(whatsapp, name="whatsapp")


@whatsapp.command("check")
def check_whatsapp() -> None:
    """Verify the WhatsApp configuration without sending to anyone."""
    from gateway.whatsapp import check

    raise typer.Exit(check.check())


@staff.command("add")
def add_person(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    role: Annotated[
        Role, typer.Option(help="reader, reviewer, editor or admin; each may what the former may.")
    ] = "reader",
    name: Annotated[str, typer.Option(help="As colleagues read it.")] = "",
    password: Annotated[
        str,
        typer.Option(
            envvar="DALIL_STAFF_PASSWORD",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            help="At least 12 characters; asked for when not in the environment.",
        ),
    ] = "",
) -> None:
    """Open an account for the console; the first one should be an admin."""
    from console.passwords import TooWeak, password_hash

    with _told_in_one_line():
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        try:
            with open_session() as session:
                person = add_staff(
                    session,
                    email=validate_email(email, check_deliverability=False).normalized,
                    name=name or email.partition("@")[0],
                    role=role,
                    password_hash=password_hash(password),
                    at=datetime.now(UTC),
                )
                record(session, None, "account_opened", "staff", person.id, at=datetime.now(UTC))
        except AlreadyThere:
            _fail(f"{email} has an account")
        except (EmailNotValidError, TooWeak) as error:
            _fail(str(error))
    typer.echo(f"{person.email} may sign in at /console as {role}")


@staff.command("reset")
def reset_person(
    email: Annotated[str, typer.Argument(help="The address of the account.")],
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Remove the second factor as well.")
    ] = False,
) -> None:
    """Make the ways into an account void and print a link to set a new password."""
    from console.invitation import new_link

    now = datetime.now(UTC)
    with _told_in_one_line(), open_session() as session:
        person = staff_with_email(session, email)
        if person is None or not person.active:
            _fail(f"{email} has no open account")
        else:
            take_access_away(session, person.id)
            if second_factor:
                remove_second_factor(session, person.id)
            site = f"http://localhost:{settings().port}"
            link = new_link(session, person.id, at=now, site=site)
            record(session, None, "access_reset", "staff", person.id, at=now)
    typer.echo(link)


@privacy.command("purge")
def purge_now(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be erased, erase nothing.")
    ] = False,
) -> None:
    """Erase what is past its time, as the console's page of privacy tells; to be run every day."""
    now = datetime.now(UTC)
    limits = limits_in_force(now)
    with _told_in_one_line():
        if dry_run:
            with open_session() as session:
                for held in holdings(session, limits):
                    typer.echo(
                        f"{held.kind}: {held.due} of {held.held}, the oldest of {held.oldest}"
                    )
            return
        try:
            what = purge(open_session, limits, clock=lambda: datetime.now(UTC))
        except AlreadyPurging:
            _fail("another process erases just now")
        else:
            with open_session() as session:
                record(session, None, "purged", "erasure", "", at=now, **what)
            for kind, count in what.items():
                typer.echo(f"{kind}: {count} erased")
            if not what:
                typer.echo("nothing was past its time")


@privacy.command("rekey")
def rekey() -> None:
    """Write all that is encrypted anew with the first key, before the last one is taken away."""
    with _told_in_one_line(), open_session() as session:
        written = encrypt_again(session)
    typer.echo(f"{written} rows were encrypted with the first key")


@switch.command("off")
def switch_assistant_off(
    notice: Annotated[str, typer.Option(help="What visitors read; else the usual words.")] = "",
) -> None:
    """Visitors get a notice instead of answers, at once and on every channel."""
    with _told_in_one_line(), open_session() as session:
        switch_off(session, notice, at=datetime.now(UTC))
        record(session, None, "switched_off", "service", "assistant", at=datetime.now(UTC))
    typer.echo("the assistant is off; `dalil switch on` ends it")


@switch.command("on")
def switch_assistant_on() -> None:
    """The assistant answers again."""
    with _told_in_one_line(), open_session() as session:
        was_off = switch_on(session)
        if was_off:
            record(session, None, "switched_on", "service", "assistant", at=datetime.now(UTC))
    typer.echo("the assistant answers" if was_off else "the assistant was not off")


@app.command()
def learn(
    dry_run: Annotated[bool, typer.Option(help="Try and report; change nothing.")] = False,
    back: Annotated[bool, typer.Option(help="Go back to the model before the last one.")] = False,
) -> None:
    """Learn the sentences decided in the console, and keep it only when nothing gets worse.

    A running Rasa takes the new model up by itself. Ends with 1 when it was refused.
    """
    from launch import learn as learning

    at = datetime.now(UTC)
    with _told_in_one_line():
        try:
            report = learning.go_back(at=at) if back else learning.learn(at=at, dry_run=dry_run)
        except learning.LearningFailed as error:
            _fail(str(error))
    if report is None:
        typer.echo("nothing waits to be learnt")
        return
    for line in learning.lines_of(report):
        typer.echo(line)
    raise typer.Exit(1 if report.outcome == "refused" else 0)


@app.callback()
def dalil() -> None:
    """Dalil, the assistant for people who set up a business in Fès-Meknès."""


@content.command()
def check() -> None:
    """Print every mistake in the content files."""
    raise typer.Exit(facts.main())


@content.command()
def load(
    overwrite: Annotated[
        bool, typer.Option(help="Let the files win over what the console has published.")
    ] = False,
) -> None:
    """Bring the database up to date and load the content files; the console's facts are kept."""
    with _told_in_one_line():
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        with open_session() as session:
            loaded = load_facts(session, settings().content / "facts", overwrite=overwrite)
            if overwrite:
                record(session, None, "facts_overwritten", "fact", "", at=datetime.now(UTC))
    for line in told(loaded) or ["the facts were up to date"]:
        typer.echo(line)
    raise typer.Exit(1 if loaded.disagreements else 0)


@content.command()
def export(folder: Annotated[Path, typer.Argument(help="An empty or new folder.")]) -> None:
    """Write the facts of the database as content files."""
    with _told_in_one_line(), open_session() as session:
        written = export_facts(session, folder)
    typer.echo(f"{written} subjects written to {folder}")


@content.command()
def coverage() -> None:
    """Write docs/coverage.md: what the content holds, by kind of subject and aspect."""
    with _told_in_one_line():
        page = coverage_page(facts.read_facts(settings().content / "facts"))
    (ROOT / "docs" / "coverage.md").write_text(page, "utf-8")


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
