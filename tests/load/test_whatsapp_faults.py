"""The short form of the fault test; the long one is `python -m tests.load.whatsapp_faults`."""

import pytest

from launch.train import MODEL
from tests.load.stack import postgres_is_there
from tests.load.whatsapp_faults import run_on, table


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_exactly_one_answer_whatever_is_killed(kind: str) -> None:
    """100 messages, one to four deliveries each, everything killed once in the middle."""
    if not MODEL.exists():
        pytest.skip("no trained model: run `make train` first")
    if kind == "postgres" and not postgres_is_there():
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    result = run_on(kind, count=100, people=15, rate=8, seed=11)
    print(table([result]))
    assert result.is_clean(), table([result])
