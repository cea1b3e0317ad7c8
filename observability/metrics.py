"""What Prometheus reads of one web process. Names and labels are told in docs/how-to/watch.md."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60)

registry = CollectorRegistry()
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)
GCCollector(registry=registry)

turns = Counter(
    "dalil_turns",
    "Turns that this process answered.",
    ("channel", "writing", "outcome"),
    registry=registry,
)
turn_seconds = Histogram(
    "dalil_turn_seconds",
    "Seconds of a turn by step: waited, rasa (of it understand and act), stored, whole.",
    ("step",),
    buckets=SECONDS,
    registry=registry,
)
stumbles = Counter(
    "dalil_assistant_failures",
    "Calls of Rasa that brought no answer, by kind: away (kept) or stumbled (this turn fails).",
    ("kind",),
    registry=registry,
)
requests = Counter(
    "dalil_http_requests",
    "Requests by route, method and class of status.",
    ("route", "method", "status"),
    registry=registry,
)
request_seconds = Histogram(
    "dalil_http_request_seconds",
    "Seconds of a request by route.",
    ("route",),
    buckets=SECONDS,
    registry=registry,
)
_state = {
    "ready": Gauge("dalil_ready", "1 while a part answers.", ("part",), registry=registry),
    "messages_waiting": Gauge(
        "dalil_messages_waiting", "Messages taken in and not yet answered.", registry=registry
    ),
    "oldest_waiting_seconds": Gauge(
        "dalil_oldest_waiting_seconds", "Age of the oldest of them.", registry=registry
    ),
    "stale_facts": Gauge(
        "dalil_stale_facts", "Subjects past the day to check them again.", registry=registry
    ),
    "callbacks_overdue": Gauge(
        "dalil_callbacks_overdue", "Open call-backs past their day.", registry=registry
    ),
    "whatsapp_paused": Gauge(
        "dalil_whatsapp_paused", "1 while Meta refuses our token or number.", registry=registry
    ),
    "switched_off": Gauge(
        "dalil_switched_off", "1 while visitors get a notice instead.", registry=registry
    ),
    "model": Gauge("dalil_model", "1 for the model in use.", ("model",), registry=registry),
}


def count_turn(channel: str, writing: str, outcome: str, seconds: Mapping[str, float]) -> None:
    """Count one answered turn and how long its steps took."""
    turns.labels(channel, writing, outcome).inc()
    for step, taken in seconds.items():
        turn_seconds.labels(step).observe(taken)


def tell_state(values: Mapping[str, float], parts: Mapping[str, bool], model: str | None) -> None:
    """Set what is read from the database and from Rasa at the moment of asking."""
    for name, value in values.items():
        _state[name].set(value)
    for part, answers in parts.items():
        _state["ready"].labels(part).set(answers)
    _state["model"].clear()
    if model:
        _state["model"].labels(model).set(1)


def exposition() -> bytes:
    """Everything in Prometheus's text format."""
    return generate_latest(registry)
