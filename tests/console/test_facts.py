"""The facts editor: who may do what, what is refused and how it is told, what answers change."""

import io
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI

from answers.answering import answer
from answers.turn import Turn
from database.console_tables import AuditEntry
from database.drafts import live_record, versions_of
from database.loading import load_facts
from database.session import engine, open_session
from database.vocabulary import WRITINGS
from settings import ROOT, settings
from tests.conftest import MADE_UP_FACTS
from tests.console.conftest import Desk
from tests.console.fact_desks import (
    SUBJECT,
    begin,
    draft,
    fields_of,
    pending,
    publish,
    save,
    seat,
    typed,
)

ASKED = {"fr": "prime Zitoun", "ary-Arab": "بريم زيتون", "ary-Latn": "lprime zitoun"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the made-up facts, made once and copied for each test."""
    path = tmp_path_factory.mktemp("facts") / "prepared.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{path}")
        _forget()
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        with open_session() as session:
            load_facts(session, MADE_UP_FACTS)
    # What is still in the log beside the file would not be copied.
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _forget()
    return path


@pytest.fixture
def database_url(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a database that holds the made-up facts."""
    shutil.copy(prepared, tmp_path / "test.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    _forget()
    yield f"sqlite:///{tmp_path / 'test.db'}"
    engine().dispose()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    engine.cache_clear()


@pytest.fixture
def editor(app: FastAPI) -> Desk:
    """Somebody who writes facts."""
    return seat(app, "editor")


@pytest.fixture
def other(app: FastAPI) -> Desk:
    """Another editor."""
    return seat(app, "editor", "other@example.org")


def said(writing: Any, aspect: str = "amount") -> str:
    """What a visitor is answered."""
    with open_session() as session:
        reply = answer(
            session, Turn(ASKED[writing], writing, f"ask_{aspect}"), on=date(2026, 11, 23)
        )
    return " ".join(message.text for message in reply.messages).replace("\u202f", " ")


def live(subject_id: str = SUBJECT) -> dict[str, Any]:
    """A subject as it is live."""
    with open_session() as session:
        record = live_record(session, subject_id)
    assert record is not None
    return record


def row_of(desk: Desk, draft_id: str, group: str, key: str) -> str:
    """The name of the row of a form that holds a figure, a source or an aspect."""
    fields = fields_of(desk.get(f"/facts/drafts/{draft_id}/edit").text)
    name = "aspect" if group == "statements" else "key"
    return next(
        field.rpartition(".")[0]
        for field, value in fields.items()
        if field.startswith(f"{group}.") and field.endswith(f".{name}") and value == key
    )


def with_figure(desk: Desk, draft_id: str, value: str, do: str = "propose") -> Any:
    """Write another bonus per job into a draft."""
    row = row_of(desk, draft_id, "figures", "per_job")
    return save(desk, draft_id, do, **{f"{row}.low": value})


def test_a_reader_sees_the_facts_and_no_button_to_change_them(app: FastAPI) -> None:
    reader = seat(app, "reader")
    page = reader.get(f"/facts/subjects/{SUBJECT}").text
    assert "Prime Zitoun" in page
    assert "6 000 DH" in page.replace("\u202f", " ")
    assert f"/facts/subjects/{SUBJECT}/edit" not in page
    assert reader.get("/facts?text=زيتون").text.count("<tr>") == 2


@pytest.mark.parametrize("text", ["zitoun", "ZÎTOUN", "الزيتون", "lprime d zit", SUBJECT])
def test_a_subject_is_found_by_its_names_in_every_writing(editor: Desk, text: str) -> None:
    assert "Prime Zitoun" in editor.get("/facts", params={"text": text}).text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "zone"}, {"atlas_park", "oued_park"}),
        ({"province": "fes"}, {"oued_park", "territoire_fes"}),
        ({"sector": "agrifood"}, {SUBJECT}),
        ({"status": "project"}, {"oued_park"}),
        ({"certainty": "single-press"}, {SUBJECT}),
        ({"stale": "true"}, {"atlas_park"}),
        ({"kind": "nothing"}, set()),
    ],
)
def test_the_list_is_filtered(editor: Desk, asked: dict[str, str], expected: set[str]) -> None:
    page = editor.get("/facts", params=asked).text
    every = {SUBJECT, "atlas_park", "oued_park", "mill_opening", "territoire_fes"}
    assert {each for each in every if f"/subjects/{each}" in page} == expected


def test_a_published_draft_answers_at_once_in_three_writings_and_can_be_undone(
    editor: Desk, other: Desk
) -> None:
    assert all("6 000" in said(writing) for writing in WRITINGS)
    draft_id = begin(editor)
    assert with_figure(editor, draft_id, "7 500").status_code == 303
    assert all("6 000" in said(writing) for writing in WRITINGS)
    assert publish(other, draft_id).status_code == 303
    assert all("7 500" in said(writing) for writing in WRITINGS)
    undone = other.post(f"/facts/subjects/{SUBJECT}/restore/1")
    assert all("7 500" in said(writing) for writing in WRITINGS)
    undoing = undone.headers["location"].rpartition("/")[2].partition("?")[0]
    assert publish(editor, undoing).status_code == 303
    assert all("6 000" in said(writing) for writing in WRITINGS)
    with open_session() as session:
        history = [(v.number, v.origin, v.author) for v in versions_of(session, SUBJECT)]
    assert history == [
        (3, "console", "Nom editor"),
        (2, "console", "Nom editor"),
        (1, "files", ""),
    ]


def test_a_new_name_is_understood_at_once(editor: Desk, other: Desk) -> None:
    ASKED["fr"], before = "Tizaghine", ASKED["fr"]
    try:
        assert "6 000" not in said("fr")
        draft_id = begin(editor)
        saved = save(editor, draft_id, "propose", **{"aliases.fr": "prime Zitoun\nTizaghine"})
        assert saved.status_code == 303
        assert publish(other, draft_id).status_code == 303
        assert "6 000" in said("fr")
    finally:
        ASKED["fr"] = before


def test_nobody_publishes_their_own_draft_not_even_an_administrator(
    app: FastAPI,
) -> None:
    admin = seat(app, "admin")
    draft_id = begin(admin)
    with_figure(admin, draft_id, "7500")
    refused = publish(admin, draft_id)
    assert refused.status_code == 409
    assert "On ne publie pas son propre brouillon" in refused.text
    assert live()["figures"]["per_job"]["value"] == 6000


def test_where_one_person_edits_alone_it_may_be_allowed_and_is_recorded(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = seat(app, "admin")
    monkeypatch.setenv("DALIL_SINGLE_EDITOR", "true")
    settings.cache_clear()
    draft_id = begin(admin)
    with_figure(admin, draft_id, "7500")
    assert publish(admin, draft_id).status_code == 303
    assert live()["figures"]["per_job"]["value"] == 7500
    with open_session() as session:
        entry = session.query(AuditEntry).filter_by(action="fact_published").one()
    assert entry.detail["own"] is True


def test_a_subject_is_retired_by_two_people_no_longer_said_and_brought_back(
    editor: Desk, other: Desk
) -> None:
    subject = f"/facts/subjects/{SUBJECT}"
    kept = live()
    assert "6 000" in said("fr")
    assert editor.post(f"{subject}/retire", {"note": " "}).headers["location"].endswith("#retire")
    assert pending(SUBJECT) == []
    assert editor.post(f"{subject}/retire", {"note": "Arrêtée en 2026."}).status_code == 303
    draft_id = pending(SUBJECT)[0].id
    assert "retire le sujet" in other.get(f"/facts/drafts/{draft_id}").text
    assert editor.get(f"/facts/drafts/{draft_id}/edit").status_code == 404
    assert publish(editor, draft_id).status_code == 409, "nobody retires a subject alone"
    published = publish(other, draft_id)
    assert published.headers["location"].endswith(f"{SUBJECT}/history?notice=retired")
    assert editor.get(subject).status_code == 404
    assert "6 000" not in said("fr")
    with open_session() as session:
        assert live_record(session, SUBJECT) is None
        versions = versions_of(session, SUBJECT)
    assert [(each.number, each.origin) for each in versions] == [(2, "retired"), (1, "files")]
    assert versions[0].record == kept
    assert versions[0].note == "Arrêtée en 2026."
    history = editor.get(f"{subject}/history").text
    assert "Dalil ne parle plus de ce sujet" in history
    assert f"/console{subject}/history" in editor.get("/facts").text
    assert editor.get(f"{subject}/history/2").status_code == 200

    assert other.post(f"{subject}/restore/1").status_code == 303
    publish(editor, pending(SUBJECT)[0].id)
    assert live() == kept
    assert f"/console{subject}/history" not in editor.get("/facts").text


def test_files_do_not_bring_back_what_was_retired_unless_they_are_to_win(
    editor: Desk, other: Desk, tmp_path: Path
) -> None:
    editor.post(f"/facts/subjects/{SUBJECT}/retire", {"note": "Arrêtée."})
    publish(other, pending(SUBJECT)[0].id)
    shutil.copytree(MADE_UP_FACTS, tmp_path / "facts")
    file = tmp_path / "facts" / "made_up.yml"
    file.write_text(file.read_text("utf-8") + "\n# Changed.\n", "utf-8")
    with open_session() as session:
        assert load_facts(session, tmp_path / "facts")
        assert live_record(session, SUBJECT) is None
    with open_session() as session:
        assert load_facts(session, tmp_path / "facts", overwrite=True)
        assert versions_of(session, SUBJECT)[0].origin == "files"
    assert live()


def test_a_subject_that_others_lean_on_cannot_be_retired(editor: Desk, other: Desk) -> None:
    editor.post("/facts/subjects/atlas_park/retire", {"note": "Essai"})
    draft_id = pending("atlas_park")[0].id
    assert "changez-les d&#39;abord" in other.get(f"/facts/drafts/{draft_id}").text
    refused = publish(other, draft_id)
    assert refused.status_code == 409
    assert "rien n&#39;a été retiré" in refused.text
    assert live("atlas_park")


def test_a_draft_is_refused_with_a_reason_and_goes_back_to_its_author(
    editor: Desk, other: Desk
) -> None:
    draft_id = begin(editor)
    with_figure(editor, draft_id, "7500")
    assert other.post(f"/facts/drafts/{draft_id}/refuse", {"note": " "}).status_code == 422
    assert other.post(f"/facts/drafts/{draft_id}/refuse", {"note": "Source ?"}).status_code == 303
    assert draft(draft_id).state == "refused"
    assert "Source ?" in editor.get(f"/facts/drafts/{draft_id}/edit").text
    assert publish(other, draft_id).status_code == 409
    assert with_figure(editor, draft_id, "7600").status_code == 303
    assert publish(other, draft_id).status_code == 303
    assert live()["figures"]["per_job"]["value"] == 7600


def test_only_its_author_changes_or_withdraws_a_draft(editor: Desk, other: Desk) -> None:
    draft_id = begin(editor)
    assert other.get(f"/facts/drafts/{draft_id}/edit").status_code == 404
    assert other.post(f"/facts/drafts/{draft_id}/edit", {"edits": "0"}).status_code == 404
    assert other.post(f"/facts/drafts/{draft_id}/withdraw").status_code == 404
    assert other.post(f"/facts/drafts/{draft_id}/rebase").status_code == 404
    assert other.post(f"/facts/drafts/{draft_id}/preview/0").status_code == 404
    assert other.get(f"/facts/drafts/{draft_id}").status_code == 200
    assert editor.post(f"/facts/drafts/{draft_id}/withdraw").status_code == 303
    assert pending(SUBJECT) == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("ary-Latn", "6000 dh 3la kol khdma", "Le nombre 6000 est tapé dans le texte"),
        ("ary-Arab", "", "À remplir."),
        ("fr", "{per_head} par emploi.", "Aucun chiffre ne s&#39;appelle per_head"),
        ("fr", "{per_job par emploi.", "Une accolade est restée seule"),
        ("ary-Arab", "بلا رقم", "ne nomme pas les mêmes chiffres"),
        ("fr", "{per_job} ({date:juillet})", "n&#39;est pas une date"),
        ("sources", [], "Il faut au moins une source."),
        ("checked_on", "hier", "Écrivez une date"),
        ("certainty", "sure", "Choisissez une valeur de la liste"),
    ],
)
def test_a_mistake_in_a_statement_is_told_beside_its_field_and_nothing_typed_is_lost(
    editor: Desk, field: str, value: Any, told: str
) -> None:
    draft_id = begin(editor)
    row = row_of(editor, draft_id, "statements", "amount")
    answer = save(editor, draft_id, "propose", **{f"{row}.{field}": value})
    assert answer.status_code == 422
    ident = f"f-{row}.{field}".replace(".", "-")
    beside = answer.text.partition(f'id="{ident}-wrong"')[2].partition("</p>")[0]
    if field == "sources":
        beside = answer.text.partition('class="wrong"')[2].partition("</p>")[0]
    assert told in beside
    kept = fields_of(editor.get(f"/facts/drafts/{draft_id}/edit").text)
    assert kept.get(f"{row}.{field}", []) == value
    assert draft(draft_id).state == "open"


@pytest.mark.parametrize(
    ("group", "key", "field", "value", "told"),
    [
        ("sources", "paper", "url", "javascript:alert(1)", "Une adresse web commence par https://"),
        ("sources", "paper", "url", "http://a b", "Une adresse web commence par https://"),
        ("sources", "paper", "title", "", "À remplir."),
        ("sources", "paper", "key", "journal", "La source paper n&#39;est pas dans la liste"),
        ("sources", "paper", "published", "juillet", "Écrivez une date"),
        ("figures", "per_job", "low", "beaucoup", "ne va pas avec l&#39;unité"),
        ("figures", "per_job", "unit", "dollars", "Choisissez une valeur"),
        ("figures", "per_job", "key", "Per Job", "Lettres minuscules"),
        ("figures", "per_job", "key", "envelope", "Ce nom est déjà pris"),
    ],
)
def test_a_mistake_in_a_row_is_told(
    editor: Desk, group: str, key: str, field: str, value: str, told: str
) -> None:
    draft_id = begin(editor)
    row = row_of(editor, draft_id, group, key)
    answer = save(editor, draft_id, **{f"{row}.{field}": value})
    assert answer.status_code == 422
    assert told in answer.text
    assert draft(draft_id).record is None


def test_a_name_of_another_subject_is_refused(editor: Desk) -> None:
    draft_id = begin(editor)
    answer = save(editor, draft_id, **{"aliases.fr": "Zitoun\nParc ATLAS"})
    assert "« parc atlas » nomme déjà le sujet atlas_park" in answer.text


def test_a_figure_that_another_subject_shows_is_told_and_cannot_go(
    editor: Desk, other: Desk
) -> None:
    first = begin(editor, "atlas_park")
    row = row_of(editor, first, "statements", "overview")
    texts = {f"{row}.{writing}": f"{{area}} {{{SUBJECT}.months_kept}}" for writing in WRITINGS}
    save(editor, first, "propose", **texts)
    assert publish(other, first).status_code == 303
    page = editor.get(f"/facts/subjects/{SUBJECT}").text
    assert "/subjects/atlas_park?aspect=overview" in page
    second = begin(editor)
    figure = row_of(editor, second, "figures", "months_kept").rpartition(".")[2]
    said_of = row_of(editor, second, "statements", "conditions").rpartition(".")[2]
    save(editor, second, f"remove:statements:{said_of}")
    save(editor, second, f"remove:figures:{figure}")
    answer = save(editor, second, "propose")
    assert "Le chiffre months_kept ne peut pas disparaître : le sujet atlas_park" in answer.text


def test_mistakes_are_told_in_arabic_to_who_reads_arabic(editor: Desk) -> None:
    editor.post("/language", {"language": "ar"})
    draft_id = begin(editor)
    row = row_of(editor, draft_id, "statements", "amount")
    answer = save(editor, draft_id, **{f"{row}.fr": ""})
    assert "يجب ملؤه" in answer.text
    assert 'dir="rtl"' in answer.text


def test_rows_are_added_moved_and_removed_without_scripts(editor: Desk) -> None:
    draft_id = begin(editor, "mill_opening")
    assert save(editor, draft_id, "add:steps").status_code == 303
    save(editor, draft_id, "add:steps.0.documents")
    save(editor, draft_id, "raise:steps:1")
    sheet = draft(draft_id).typed
    assert sheet
    assert [step["title"]["fr"] for step in sheet["steps"]] == [
        "Recevoir la visite",
        "Demander le timbre",
        "",
    ]
    assert len(sheet["steps"][1]["documents"]) == 2
    save(editor, draft_id, "remove:steps:2")
    save(editor, draft_id, "remove:steps.1.documents:1")
    assert save(editor, draft_id, "propose").status_code == 303
    kept = draft(draft_id).record
    assert kept and next(step["title"]["fr"] for step in kept["steps"]) == "Recevoir la visite"


def test_a_draft_saved_without_a_change_is_equal_to_what_is_live(editor: Desk) -> None:
    for subject_id in (SUBJECT, "mill_opening", "territoire_fes", "institution_cri_fes_meknes"):
        draft_id = begin(editor, subject_id)
        assert save(editor, draft_id).status_code == 303
        assert draft(draft_id).record == live(subject_id)
        answer = save(editor, draft_id, "propose")
        assert "nothing_changed" in answer.headers["location"]


def test_a_draft_begun_before_a_change_is_told_so_and_carried_over(
    editor: Desk, other: Desk
) -> None:
    mine, theirs = begin(editor), begin(other)
    with_figure(editor, mine, "7500")
    row = row_of(other, theirs, "figures", "months_kept")
    save(other, theirs, "propose", **{f"{row}.low": "36"})
    assert publish(editor, theirs).status_code == 303
    refused = publish(other, mine)
    assert refused.status_code == 409
    assert "a changé depuis que ce brouillon a été commencé" in refused.text
    assert editor.post(f"/facts/drafts/{mine}/rebase").status_code == 303
    assert draft(mine).state == "open"
    save(editor, mine, "propose")
    assert publish(other, mine).status_code == 303
    figures = live()["figures"]
    assert (figures["per_job"]["value"], figures["months_kept"]["value"]) == (7500, 36)


def test_where_both_changed_the_same_part_the_author_is_told(editor: Desk, other: Desk) -> None:
    mine, theirs = begin(editor), begin(other)
    with_figure(editor, mine, "7500")
    with_figure(other, theirs, "9000")
    assert publish(editor, theirs).status_code == 303
    told = editor.post(f"/facts/drafts/{mine}/rebase")
    assert "ont changé des deux côtés" in told.text
    assert "per_job" in told.text
    assert live()["figures"]["per_job"]["value"] == 9000


def test_two_windows_on_the_same_draft_do_not_overwrite_each_other(editor: Desk) -> None:
    draft_id = begin(editor)
    first = typed(editor, draft_id, **{"names.fr": "Prime Zitoun nouvelle"})
    second = typed(editor, draft_id, **{"names.fr": "Prime Zitoun autre"})
    path = f"/facts/drafts/{draft_id}/edit"
    assert editor.post(path, first | {"do": "save"}).status_code == 303
    told = editor.post(path, second | {"do": "save"})
    assert told.status_code == 409
    assert "enregistré dans une autre fenêtre" in told.text
    assert fields_of(told.text)["names.fr"] == "Prime Zitoun autre"
    assert draft(draft_id).typed["names"]["fr"] == "Prime Zitoun nouvelle"  # type: ignore[index]


def test_what_the_reviewer_read_is_what_is_published(editor: Desk, other: Desk) -> None:
    draft_id = begin(editor)
    with_figure(editor, draft_id, "7500")
    read = str(draft(draft_id).edits)
    with_figure(editor, draft_id, "99999")
    answer = other.post(f"/facts/drafts/{draft_id}/publish", {"edits": read})
    assert answer.status_code == 409
    assert "a modifié le brouillon depuis" in answer.text
    assert live()["figures"]["per_job"]["value"] == 6000


def test_a_new_subject_is_written_reviewed_and_answered(editor: Desk, other: Desk) -> None:
    assert editor.post("/facts/new", {"key": "Prime 1", "kind": "incentive"}).status_code == 422
    assert editor.post("/facts/new", {"key": SUBJECT, "kind": "incentive"}).status_code == 422
    begun = editor.post("/facts/new", {"key": "tanour_bonus", "kind": "incentive"})
    draft_id = begun.headers["location"].split("/")[-2]
    texts = {f"statements.0.{writing}": "Tanour." for writing in WRITINGS}
    names = {f"names.{writing}": "Prime Tanour" for writing in WRITINGS}
    save(
        editor,
        draft_id,
        **{"sources.0.title": "Journal", "sources.0.url": "https://www.example.org/x"},
    )
    source = {"statements.0.sources": "example_org", "statements.0.certainty": "official"}
    answer = save(editor, draft_id, "propose", **names, **texts, **source)
    assert answer.status_code == 303, answer.text
    assert publish(other, draft_id).status_code == 303
    with open_session() as session:
        reply = answer_to(session, "prime Tanour")
    assert "Tanour." in reply
    # It has neither a status, nor places, sectors or other names.
    for path in ("", "/preview", "/history", "/history/1"):
        assert editor.get(f"/facts/subjects/tanour_bonus{path}").status_code == 200, path


def answer_to(session: Any, text: str) -> str:
    """What is answered to a question in French."""
    reply = answer(session, Turn(text, "fr", "ask_overview"), on=date(2026, 11, 23))
    return reply.messages[0].text


def test_the_preview_is_what_would_be_answered(editor: Desk, other: Desk) -> None:
    draft_id = begin(editor)
    figure = row_of(editor, draft_id, "figures", "per_job")
    row = row_of(editor, draft_id, "statements", "amount")
    fields = typed(editor, draft_id, **{f"{figure}.low": "7500"})
    number = row.rpartition(".")[2]
    shown = editor.post(f"/facts/drafts/{draft_id}/preview/{number}", fields).text
    plain = shown.replace("\u202f", " ")
    assert "7 500 DH par emploi créé" in plain
    assert "7 500 درهم" in plain
    assert "whatsapp-bubble" in shown
    assert live()["figures"]["per_job"]["value"] == 6000
    fields[f"{row}.fr"] = "{nothing} par emploi."
    told = editor.post(f"/facts/drafts/{draft_id}/preview/{number}", fields).text
    assert "Aucun chiffre ne s&#39;appelle nothing" in told


def test_hostile_texts_are_shown_as_texts(editor: Desk, other: Desk) -> None:
    draft_id = begin(editor)
    hostile = "<script>alert(this)</script>"
    names = {f"names.{writing}": f"Zitoun {hostile}" for writing in WRITINGS}
    row = row_of(editor, draft_id, "statements", "amount")
    texts = {
        f"{row}.{writing}": f"{hostile} <img src=x onerror=alert(this)> {{per_job}}"
        for writing in WRITINGS
    }
    answer = save(editor, draft_id, "propose", note=hostile, **names, **texts)
    assert answer.status_code == 303
    pages = [
        f"/facts/drafts/{draft_id}",
        f"/facts/drafts/{draft_id}?aspect=amount",
        f"/facts/drafts/{draft_id}/edit",
        "/facts/drafts",
    ]
    for path in pages:
        assert "<script>alert" not in editor.get(path).text, path
    assert publish(other, draft_id).status_code == 303
    for path in (
        "/facts",
        f"/facts/subjects/{SUBJECT}?aspect=amount",
        f"/facts/subjects/{SUBJECT}/history",
        f"/facts/subjects/{SUBJECT}/history/2",
    ):
        page = editor.get(path).text
        assert "alert(this)" in page, path
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path


def test_a_stale_subject_is_confirmed_and_reviewed(editor: Desk, other: Desk) -> None:
    assert "Atlas Park" in editor.get("/facts/stale").text
    path = "/facts/subjects/atlas_park/checked"
    unread = editor.post(path, {"check_by": "2099-05-01"})
    assert "unread" in unread.headers["location"]
    assert pending("atlas_park") == []
    editor.post(path, {"check_by": "2099-05-01", "read": "yes"})
    [checked] = pending("atlas_park")
    assert checked.state == "proposed"
    assert publish(editor, checked.id).status_code == 409
    assert publish(other, checked.id).status_code == 303
    record = live("atlas_park")
    assert record["check_by"] == "2099-05-01"
    days = {statement["checked_on"] for statement in record["statements"].values()}
    assert days == {date.today().isoformat()}
    assert "Atlas Park" not in editor.get("/facts/stale").text


def test_the_history_tells_what_changed_in_both_directions_of_script(
    editor: Desk, other: Desk
) -> None:
    draft_id = begin(editor)
    row = row_of(editor, draft_id, "statements", "conditions")
    arabic = "الخدمة خاصها تبقى ديما {months_kept}."
    save(editor, draft_id, "propose", **{f"{row}.ary-Arab": arabic})
    publish(other, draft_id)
    page = other.get(f"/facts/subjects/{SUBJECT}/history/2").text
    assert "<ins>ديما" in page
    assert '<td dir="rtl" lang="ar"' in page


def test_every_change_is_in_the_trail(editor: Desk, other: Desk) -> None:
    draft_id = begin(editor)
    with_figure(editor, draft_id, "7500")
    publish(other, draft_id)
    with open_session() as session:
        acts = [e.action for e in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [act for act in acts if act.startswith("fact")] == [
        "fact_draft_begun",
        "fact_proposed",
        "fact_published",
    ]


def test_an_unknown_subject_or_draft_is_not_found(editor: Desk) -> None:
    for path in ("subjects/nothing", "subjects/nothing/history", "drafts/nothing"):
        assert editor.get(f"/facts/{path}").status_code == 404
    assert editor.post("/facts/subjects/nothing/edit").status_code == 404
    assert editor.post("/facts/subjects/nothing/restore/1").status_code == 404


def sent(desk: Desk, name: str, content: bytes) -> Any:
    """Bring a file."""
    return desk.post("/facts/import", files={"file": (name, content)})


def test_an_archive_taken_home_says_the_same_when_it_is_brought_back(editor: Desk) -> None:
    taken = editor.get("/facts/export")
    assert taken.headers["content-type"] == "application/zip"
    back = sent(editor, "facts.zip", taken.content)
    assert "nothing_new" in back.headers["location"]
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        text = archive.read(f"facts/incentive/{SUBJECT}.yml").decode()
    changed = text.replace("value: 6000", "value: 6500")
    assert changed != text
    assert "imported" in sent(editor, "bonus.yml", changed.encode()).headers["location"]
    [brought] = pending(SUBJECT)
    assert (brought.state, brought.author) == ("proposed", "Nom editor")
    assert live()["figures"]["per_job"]["value"] == 6000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("- id: [", "bien formé"),
        ("just words", "bien formé"),
        ("- 5", "bien formé"),
        ("a: &a [*a]", "bien formé"),
        ("- id: x\n  kind: zone\n  colour: red", "Cette partie n&#39;existe pas"),
        (
            "- &a ["
            + "x, " * 40
            + "x]\n"
            + "".join(
                f"- &{b} [" + f"*{a}, " * 40 + f"*{a}]\n"
                for a, b in zip("abcd", "bcde", strict=True)
            ),
            "bien formé",
        ),
        ("[" * 5000, "bien formé"),
    ],
)
def test_malformed_files_are_refused_in_words_and_nothing_is_kept(
    editor: Desk, content: str, told: str
) -> None:
    answer = sent(editor, "facts.yml", content.encode())
    assert answer.status_code == 422
    assert told in answer.text
    assert editor.get("/facts/drafts").text.count("/facts/drafts/") == 0


def test_an_archive_that_climbs_out_of_its_folder_is_refused_in_words(editor: Desk) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../../evil.yml", "[]")
    answer = sent(editor, "facts.zip", held.getvalue())
    assert answer.status_code == 422
    assert "sortent de son dossier" in answer.text
