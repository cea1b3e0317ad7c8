"""The API keeps its own description, whatever is sent: schemathesis makes the requests.

Source: https://schemathesis.readthedocs.io/en/stable/explanations/pytest/
"""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from gateway.app import create_app
from tests.gateway.conftest import *  # noqa: F403  the made-up Rasa

pytestmark = pytest.mark.filterwarnings("ignore")
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
MANY = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit of rate: it is not what is tried here."""
    monkeypatch.setenv("DALIL_RATE_PER_ADDRESS", "100000/minute")


def test_every_call_answers_as_described(app: FastAPI) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", app)
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("/stream"):
            continue  # a stream does not end

        @MANY
        @given(case=operation.as_strategy())
        def answers_as_described(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        answers_as_described()
        tried += 1
    assert tried > 10


def test_the_description_holds_no_staff_or_internal_call() -> None:
    paths = create_app().openapi()["paths"]
    assert paths
    assert not [path for path in paths if path.startswith(("/console", "/metrics", "/webhooks/g"))]
