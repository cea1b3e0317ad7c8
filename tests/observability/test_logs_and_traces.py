"""Logs hold ids and no words of a visitor; a turn is one trace through the gateway and the action."""

import json
import logging
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once

from observability import tracing
from observability.logs import configure_logging
from settings import settings
from tests.gateway.conftest import *  # noqa: F403  the made-up Rasa and its visitors
from tests.gateway.conftest import Chat, MadeUpRasa

SECRET_WORDS = "mon projet secret de savonnerie"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Where the spans of this test are collected."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    collected = InMemorySpanExporter()
    provider = tracing.start_tracing("test", SimpleSpanProcessor(collected))
    assert provider is not None
    yield collected
    provider.shutdown()


def test_a_turn_is_one_trace_and_rasa_is_given_its_parent(
    spans: InMemorySpanExporter, chat: Chat, rasa: MadeUpRasa
) -> None:
    chat.send(SECRET_WORDS)
    found = {span.name: span for span in spans.get_finished_spans()}
    assert {"turn", "rasa", "store"} <= set(found)
    of_the_turn = [found[name] for name in ("turn", "rasa", "store")]
    assert len({span.context.trace_id for span in of_the_turn}) == 1
    given = rasa.turns[0]["traceparent"]
    with tracing.span("action_answer", within=given):
        pass
    action = next(span for span in spans.get_finished_spans() if span.name == "action_answer")
    assert action.parent is not None
    assert action.parent.span_id == found["rasa"].context.span_id
    assert SECRET_WORDS not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_steps_told_by_rasa_become_spans_in_their_order(spans: InMemorySpanExporter) -> None:
    with tracing.span("rasa"):
        tracing.draw_steps({"understand": 10.0, "act": 30.0}, ended_ns=100_000_000)
    steps = [s for s in spans.get_finished_spans() if s.name != "rasa"]
    assert [(s.name, s.start_time, s.end_time) for s in steps] == [
        ("rasa understand", 60_000_000, 70_000_000),
        ("rasa act", 70_000_000, 100_000_000),
    ]


def test_without_an_endpoint_nothing_is_recorded_nor_handed_on() -> None:
    with tracing.span("turn"):
        assert tracing.start_tracing("test") is None


def test_json_logs_name_the_process_and_hold_no_words_of_the_visitor(
    chat: Chat,
    rasa: MadeUpRasa,
    settled: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settled.setenv("DALIL_LOG_FORMAT", "json")
    settled.setenv("DALIL_LOG_LEVEL", "INFO")
    settings.cache_clear()
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    try:
        configure_logging("web")
        rasa.stumbles_over = "savonnerie"
        for number in range(4):
            chat.send(SECRET_WORDS, f"m{number}")
    finally:
        logging.getLogger().handlers, logging.getLogger().level = handlers, level
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert any(line["level"] == "ERROR" and "given up" in line["message"] for line in lines)
    assert {line["process"] for line in lines} == {"web"}
    assert "savonnerie" not in json.dumps(lines, ensure_ascii=False)
