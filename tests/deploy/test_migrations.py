"""Migrations of one release let the processes of the release before go on: they add, or say why not.

What removes or narrows (a column dropped, renamed, made `NOT NULL` or of another type; a table dropped
or renamed; a new constraint on what is there) stops old processes that still run. Such a migration
carries `CONTRACTS = "…"`, which tells since which release no process needs what it takes away.
"""

import ast
from pathlib import Path

import pytest

from settings import ROOT

VERSIONS = sorted((ROOT / "database" / "migrations" / "versions").glob("[0-9]*.py"))
REMOVING = {"drop_table", "drop_column", "rename_table", "create_unique_constraint"}
REMOVING |= {"create_check_constraint", "create_foreign_key", "create_primary_key"}


def calls_of_upgrade(source: str) -> list[ast.Call]:
    """Every call in `upgrade()`, and in the functions of the file that it can call."""
    tree = ast.parse(source)
    return [
        node
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name != "downgrade"
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    ]


def what_contracts(source: str) -> list[str]:
    """Which calls would stop the processes of the release before?"""
    found = []
    for call in calls_of_upgrade(source):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if name in REMOVING:
            found.append(name)
        elif name == "alter_column":
            narrows = given.get("nullable") == "False" or {"type_", "new_column_name"} & set(given)
            found += ["alter_column"] if narrows else []
        elif name == "add_column":
            column = next((a for a in call.args if isinstance(a, ast.Call)), None)
            told = {k.arg: ast.unparse(k.value) for k in column.keywords} if column else {}
            # An old process inserts rows without it.
            if told.get("nullable") == "False" and "server_default" not in told:
                found.append("add_column without a default")
        elif name == "execute" and any(
            word in ast.unparse(call).upper() for word in ("DROP COLUMN", "DROP TABLE", "RENAME")
        ):
            found.append("execute")
    return found


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_adds_or_says_why_it_may_take_away(path: Path) -> None:
    source = path.read_text("utf-8")
    contracts = what_contracts(source)
    assert not contracts or "\nCONTRACTS = " in source, contracts


@pytest.mark.parametrize(
    ("line", "stops"),
    [
        ("op.create_table('x', sa.Column('y', sa.Text(), nullable=False))", False),
        ("op.add_column('x', sa.Column('y', sa.Text(), nullable=True))", False),
        ("op.add_column('x', sa.Column('y', sa.Text(), nullable=False))", True),
        ("b.add_column(sa.Column('y', sa.Text(), server_default='', nullable=False))", False),
        ("b.drop_column('y')", True),
        ("b.alter_column('y', nullable=True)", False),
        ("b.alter_column('y', nullable=False)", True),
        ("b.alter_column('y', new_column_name='z')", True),
        ("op.execute('ALTER TABLE x RENAME TO y')", True),
    ],
)
def test_what_stops_old_processes_is_told_from_what_does_not(line: str, stops: bool) -> None:
    assert bool(what_contracts(f"def upgrade():\n    {line}\n")) is stops


def test_there_is_one_way_through_the_migrations() -> None:
    tops = [ast.parse(path.read_text("utf-8")).body for path in VERSIONS]
    told = [
        {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in ("revision", "down_revision")
        }
        for body in tops
    ]
    names = [each["revision"] for each in told]
    assert [each["down_revision"] for each in told] == [None, *names[:-1]]
