"""A real server of the console on a filled database, and people of the staff at a real browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from alembic import command
from alembic.config import Config

from answers.grouping import key_of
from console.access import COOKIE
from database.console_tables import Staff
from database.conversation_search import Filters
from database.drafts import add_version, begin_draft, live_record
from database.learning import Decision, Sentence, add_report, decide
from database.loading import load_facts
from database.review import draw_sample, turns_of_sample
from database.session import engine, open_session
from database.staff import Role, add_staff, open_staff_session, record
from gateway import limits
from gateway.app import create_app
from settings import ROOT, settings
from tests.conftest import MADE_UP_FACTS
from tests.console.conftest import PASSWORD_HASH
from tests.console.fact_desks import SUBJECT
from tests.console.talks import amount, province, talk
from tests.console.test_callbacks import asked

AXE = ROOT / "tests/widget/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
NOW = datetime.now(UTC)
HOSTILE = "<script>alert('x')</script> \"><img src=x onerror=alert(1)>"
LONG_WORD = "anticonstitutionnellement" * 6
SOURCE = {"title": "Le Journal de Taza", "url": "https://example.org/zitoun", "checked_on": "2026"}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The whole web server on a migrated database of its own; its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{folder / 'console.db'}")
        patch.setenv("DALIL_CONTACT_KEY_FILE", str(folder / "contact.key"))
        patch.setenv("DALIL_RASA_URL", "http://127.0.0.1:9")
        patch.setenv("DALIL_PURGE_DAILY", "false")
        patch.setenv("DALIL_OPEN_STATISTICS", "true")
        _forget()
        command.upgrade(Config(ROOT / "alembic.ini"), "head")
        with open_session() as session:
            load_facts(session, MADE_UP_FACTS)
        config = uvicorn.Config(
            create_app(), port=0, log_level="warning", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run)
        running.start()
        while not server.started and running.is_alive():
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/console"
        finally:
            server.should_exit = True
            running.join()
            engine().dispose()
            _forget()


def _forget() -> None:
    settings.cache_clear()
    engine.cache_clear()
    limits._limiter.cache_clear()


def fill(boss: Staff) -> dict[str, str]:
    """Something on every page; what stands for each parameter of a path."""
    callback = asked("Un moulin à Taza")
    unanswered = f"la météo demain {boss.language}"
    with open_session() as session:
        conversation = talk(
            session,
            {
                "text": "quelle prime à Taza avec 2 millions ?",
                "subject": SUBJECT,
                "sources": [SOURCE],
            }
            | {"entities": (amount("2000000"), province("taza"))},
            {"text": f"{HOSTILE} {LONG_WORD}", "outcome": "clarified", "intent": "nlu_fallback"},
            {"text": "شحال ديال لابريم؟", "writing": "ary-Arab", "answer": "كاين 6000 درهم."},
            at=NOW - timedelta(days=1),
        )
        talk(session, {"text": unanswered, "outcome": "not_found"}, at=NOW)
        talk(session, {"text": "trop vieux"}, at=NOW - timedelta(days=500))
        sample = draw_sample(session, Filters(), boss, asked={}, size=3, at=NOW)
        assert sample is not None
        record(session, boss, "exported", "conversation", conversation, at=NOW, parts=3)
        decide(
            session,
            [Sentence(key_of(boss.id), f"combien {LONG_WORD}", "fr")],
            Decision("intent", intent="ask_amount"),
            boss,
            at=NOW,
        )
        line: dict[str, Any] = {"text": HOSTILE, "writing": "fr", "intent": "ask_amount"}
        line |= {"before": "nlu_fallback", "after": "ask_amount", "kind": "taught"}
        content = {
            "figures": {
                "fr": {"sentences": 9, "macro_f1": [0.9, 0.912], "answered_rightly": [0.8, 0.9]}
            },
            "refused": [{"reason": "floor", "detail": "fr 0.70"}],
            "won": [line],
            "lost": [],
            "missed": [line],
            "left_out": [line | {"reason": "contradicts"}],
        }
        report = add_report(session, outcome="refused", content=content, at=NOW)
        draft = begin_draft(
            session, "atlas_park", boss, at=NOW, note="Prix vérifié", state="proposed"
        )
        live = live_record(session, SUBJECT)
        assert live is not None
        add_version(session, live, origin="console", author="Imane", at=NOW, note="Vérifié")
        return {
            "conversation_id": conversation,
            "sample_id": str(sample.id),
            "number": str(report.id),
            "turn_id": str(turns_of_sample(session, sample.id)[0].id),
            "callback_id": callback,
            "key": key_of(unanswered),
            "staff_id": boss.id,
            "draft_id": draft.id,
            "subject_id": SUBJECT,
        }


def account(role: Role, language: str = "fr", name: str | None = None) -> Staff:
    """Somebody of the staff, with the password of every test."""
    with open_session() as session:
        return add_staff(
            session,
            email=f"{role}.{language}.{uuid4().hex}@agence-regionale.example.org",
            name=name or f"Nom {role} {language}",
            role=role,
            password_hash=PASSWORD_HASH,
            at=NOW,
            language=language,
        )


def sit_down(browser: Any, site: str, staff: Staff) -> Any:
    """A page in a browser in which this person is signed in."""
    token = f"token of {staff.id}"
    with open_session() as session:
        open_staff_session(
            session,
            staff.id,
            token=token,
            csrf=f"word of {staff.id}",
            awaits_second_factor=False,
            at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
    page = strange_browser(browser, staff.language)
    page.context.add_cookies(
        [{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/console"}]
    )
    page.goto(f"{site}/")
    return page


def strange_browser(browser: Any, language: str = "fr") -> Any:
    """A browser in which nobody is signed in."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale={"fr": "fr-FR", "ar": "ar-MA"}[language],
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)  # on a busy machine a page takes its time
    page = context.new_page()
    return page


def violations(page: Any) -> list[str]:
    """What axe finds wrong on the page, with where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sticks_out(page: Any) -> list[str]:
    """What makes the page wider than the window."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("main *")].filter((one) => {
            const {left, right} = one.getBoundingClientRect();
            return (right > innerWidth + 1 || left < -1) && !one.closest(".table, .top nav, .skip");
        }).map((one) => one.outerHTML.slice(0, 120)).concat("the page")"""
    )
    return found
