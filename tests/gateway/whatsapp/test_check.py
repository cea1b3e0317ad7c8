"""The check of a configuration: what is missing, what Meta says, and nothing sent."""

import sys

import pytest

from gateway.whatsapp import check
from settings import Settings, settings
from tests.gateway.whatsapp.conftest import Line


def changed(**fields: str) -> Settings:
    return Settings(**(settings().model_dump() | fields))  # type: ignore[arg-type]


def test_a_good_configuration_has_no_problem_and_nothing_is_sent(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["check"])
    assert check.main() == 0
    assert "may send" in capsys.readouterr().out
    assert line.meta.sent == line.meta.receipts == []
    assert line.client.get("/readyz").json()["whatsapp"] == "on"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("whatsapp_app_secret", "", "not set: WHATSAPP_APP_SECRET"),
        ("whatsapp_access_token", "old", "the access token is not valid"),
        ("whatsapp_phone_number_id", "0535", "is the id Meta shows beside the number"),
        ("whatsapp_graph_url", "http://graph.example", "must begin with https://"),
        ("whatsapp_graph_url", "http://127.0.0.1:9", "Meta cannot be reached"),
    ],
)
def test_each_mistake_is_named(line: Line, field: str, value: str, told: str) -> None:
    assert any(told in problem for problem in check.problems(changed(**{field: value})))
