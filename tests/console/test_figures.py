"""The page of figures, its table, the open statistics, and the charts they are drawn with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from console.charts import bars, columns, nice_ceiling
from console.figures import period_asked, presets
from database.session import open_session
from database.statistics import Period
from database.tables import Conversation, Turn
from settings import settings
from tests.console.conftest import Desk, desk_of

TODAY = date(2026, 3, 10)


def add_turns(count: int, *, subject: str = "=zitoun", at: datetime | None = None) -> None:
    """That many answered turns in a conversation of their own."""
    moment = at or datetime.now(UTC)
    with open_session() as session:
        name = f"{subject}-{count}"
        session.add(
            Conversation(
                id=name[:36],
                channel="web",
                token_hash="",
                writing="fr",
                started_at=moment,
                greeting=[],
            )
        )
        session.flush()
        for number in range(count):
            session.add(
                Turn(
                    conversation_id=name[:36],
                    message_id=f"m{number}",
                    received_at=moment,
                    state="answered",
                    writing="fr",
                    outcome="answered",
                    subject=subject,
                    aspect="amount",
                    reply=[{"text": "…", "sources": [{"title": "Le Matin"}]}],
                )
            )


def test_the_last_thirty_days_are_shown_and_a_period_ends_today_at_the_latest() -> None:
    assert period_asked(None, None, today=TODAY) == Period(date(2026, 2, 9), TODAY)
    assert period_asked(date(2026, 3, 1), date(2027, 1, 1), today=TODAY).last == TODAY
    assert period_asked(date(2026, 3, 9), date(2026, 3, 1), today=TODAY).days == 1
    assert period_asked(date(2000, 1, 1), None, today=TODAY).days == 366


def test_last_month_is_whole() -> None:
    assert dict(presets(TODAY))["last_month"] == Period(date(2026, 2, 1), date(2026, 2, 28))


def test_columns_stack_in_the_order_of_the_series_and_fit_the_scale() -> None:
    day = date(2026, 3, 1)
    chart = columns([day], {"web": {day: 3}, "whatsapp": {day: 1}})
    bottom, top = chart.blocks
    assert (bottom.y + bottom.height, top.y + top.height) == (200, bottom.y)
    assert [value for _, value in chart.lines] == [0, 1, 2, 3, 4]
    assert bottom.text == "01/03/2026 · web · 3"


def test_scales_have_whole_quarters() -> None:
    assert [nice_ceiling(n) for n in (0, 4, 5, 9, 21, 1000)] == [4, 4, 8, 20, 40, 2000]


def test_a_chart_of_nothing_is_empty_and_bars_are_shares_of_the_longest() -> None:
    assert columns([date(2026, 3, 1)], {}).is_empty
    assert bars([]) == []
    assert [bar.share for bar in bars([("a", 4, None), ("b", 1, None)])] == [1.0, 0.25]


def test_the_page_tells_counts_their_meaning_and_leads_to_the_conversations(app: FastAPI) -> None:
    desk = desk_of(app, "reader")
    add_turns(3)
    shown = desk.get("/figures").text
    assert "Messages reçus" in shown
    assert "Messages des visiteurs, boutons compris." in shown
    assert "/console/conversations?subject==zitoun&amp;from=" in shown
    assert "100,0 %" in shown


def test_the_page_speaks_arabic_from_right_to_left(app: FastAPI) -> None:
    desk = desk_of(app, "reader")
    desk.post("/language", {"language": "ar"})
    shown = desk.get("/figures").text
    assert 'dir="rtl"' in shown
    assert "الرسائل الواردة" in shown


def test_the_table_for_spreadsheets_holds_no_formula(admin: Desk) -> None:
    add_turns(2, subject="=cmd|' /C calc'!A0")
    table = admin.get("/figures.csv")
    assert table.headers["content-type"].startswith("text/csv")
    cells = [cell.strip('"') for line in table.text.splitlines() for cell in line.split(";")]
    assert not [cell for cell in cells if cell.startswith("=")]
    assert "Conversations;1;0" in table.text


def test_dates_that_are_none_are_refused_in_words(admin: Desk) -> None:
    assert admin.get("/figures?since=demain").status_code == 422


def test_open_statistics_are_off_until_switched_on(browser_client: TestClient) -> None:
    assert browser_client.get("/console/statistics").status_code == 404


def test_open_statistics_hide_groups_that_could_point_to_a_person(
    monkeypatch: pytest.MonkeyPatch, browser_client: TestClient
) -> None:
    monkeypatch.setenv("DALIL_OPEN_STATISTICS", "true")
    settings.cache_clear()
    add_turns(9, subject="rare")
    add_turns(10, subject="frequent", at=datetime.now(UTC) - timedelta(days=1))
    shown = browser_client.get("/console/statistics").text
    assert "frequent" in shown
    assert "rare" not in shown
    assert "moins de 10" in shown
