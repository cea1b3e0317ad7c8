"""One trace per turn: the gateway begins it, Rasa carries it along, the action server goes on in it.

Rasa's room holds no tracing library: it hands on the W3C `traceparent` it was given with the turn
and tells how long its steps took, from which the gateway draws its spans. Without
`OTEL_EXPORTER_OTLP_ENDPOINT` nothing is recorded and nothing is sent.
Source of the header: https://www.w3.org/TR/trace-context/#traceparent-header
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import time_ns

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from settings import settings

_PROPAGATOR = TraceContextTextMapPropagator()
HEADER = "traceparent"
NANOSECONDS_PER_MILLISECOND = 1_000_000


def start_tracing(process: str, processor: SpanProcessor | None = None) -> TracerProvider | None:
    """Record spans of this process, if an endpoint is set or a `processor` is given."""
    if processor is None:
        if not settings().otlp_endpoint:
            return None
        endpoint = f"{settings().otlp_endpoint.rstrip('/')}/v1/traces"
        processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint))
    provider = TracerProvider(resource=Resource.create({"service.name": f"dalil-{process}"}))
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def span(name: str, within: str | None = None, **attributes: str | int) -> Iterator[trace.Span]:
    """A span around a block; `within` is the `traceparent` of the process before us.

    Attributes are ids, codes and counts, never a visitor's words.
    """
    carried = _PROPAGATOR.extract({HEADER: within}) if within else context.get_current()
    tracer = trace.get_tracer("dalil")
    with tracer.start_as_current_span(name, context=carried, attributes=attributes) as opened:
        yield opened


def draw_steps(took: Mapping[str, float], *, ended_ns: int | None = None) -> None:
    """Spans inside the present one for steps that ended just now elsewhere, in their order.

    `took` maps each step to its milliseconds.
    """
    tracer = trace.get_tracer("dalil")
    ended = ended_ns or time_ns()
    start = ended - int(sum(took.values()) * NANOSECONDS_PER_MILLISECOND)
    for name, milliseconds in took.items():
        end = start + int(milliseconds * NANOSECONDS_PER_MILLISECOND)
        tracer.start_span(f"rasa {name}", start_time=start).end(end_time=end)
        start = end


def traceparent() -> str | None:
    """The present span as the next process needs it; None when nothing is recorded."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(HEADER)


def trace_id() -> str | None:
    """The id of the present trace, so that a log line can be found from it."""
    found = trace.get_current_span().get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else None
