"""Traces (OpenTelemetry, W3C Trace Context): one from the browser's request to the subscriber's webhook.

`Spot` is where a piece of work stands in its trace. Without a collector nothing is recorded, but every piece of work
still knows its trace, so that log lines and journals of all services can be laid beside each other.

A span holds routes, kinds, codes and ids of ours; never a path, a query, a body, an address or the text of an error.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.kit.settings import ServiceSettings

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Value = str | int | float | bool

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_KINDS = {kind.name.lower(): kind for kind in SpanKind}


class Tracing(Protocol):
    """A service's recorder and its exporter (`shared.kit.tracing_export`)."""

    tracer: trace.Tracer

    def stop(self) -> None:
        """Send what waits, and end."""


def start_tracing(settings: ServiceSettings, part: str) -> Tracing | None:
    """The exporter of this process for one service; None without a collector."""
    if settings.otlp_endpoint is None:
        return None
    from shared.kit.tracing_export import Exporting  # noqa: PLC0415 - ten megabytes that few need

    return Exporting(settings.service, part, settings.otlp_endpoint, settings.trace_ratio)


@dataclass
class Spot:
    """Where work stands. `traceparent` is what it hands on; `span` is None where nothing is recorded."""

    traceparent: str
    tracer: trace.Tracer | None = None
    span: Span | None = None

    def note(self, name: str, value: Value) -> None:
        """Say something about the work: a code, a count, an id of ours."""
        if self.span is not None:
            self.span.set_attribute(name, value)

    def end(self, fault: str | None = None, *, name: str | None = None) -> None:
        """The work is done, or failed with `fault`: the kind of an error, never its text."""
        if self.span is None:
            return
        if name is not None:
            self.span.update_name(name)
        if fault is not None:
            self.span.set_attribute("error.type", fault)
            self.span.set_status(Status(StatusCode.ERROR))
        self.span.end()


_tracer: ContextVar[trace.Tracer | None] = ContextVar("startklar_tracer", default=None)
_here: ContextVar[Spot | None] = ContextVar("startklar_spot", default=None)


def here() -> Spot | None:
    """Where the present work stands; None where it is nobody's (a poll, a sweep)."""
    return _here.get()


def record_with(tracing: Tracing | None) -> None:
    """Work that begins in this task, and in tasks made by it, is recorded by `tracing`."""
    _tracer.set(tracing.tracer if tracing else None)


def arrive(tracer: trace.Tracer | None, name: str, kind: Kind, traceparent: str | None) -> Spot:
    """Begin work that came from elsewhere: the next part of `traceparent`, or of a new trace if that is none."""
    if tracer is None:
        return Spot(child_of(traceparent))
    span = tracer.start_span(name, _context(traceparent), _KINDS[kind], record_exception=False)
    return Spot(traceparent_of(span.get_span_context()), tracer, span)


def step(name: str, kind: Kind = "internal") -> Spot | None:
    """Begin a part of the present work; None where that is not recorded. The caller ends it."""
    spot = _here.get()
    if spot is None or spot.tracer is None or spot.span is None or not spot.span.is_recording():
        return None
    span = spot.tracer.start_span(name, trace.set_span_in_context(spot.span), _KINDS[kind], record_exception=False)
    return Spot(traceparent_of(span.get_span_context()), spot.tracer, span)


@contextmanager
def standing(spot: Spot) -> Iterator[Spot]:
    """The block is what stands at `spot`: its log lines name the trace, its calls and transactions are parts of it."""
    token = _here.set(spot)
    structlog.contextvars.bind_contextvars(trace=spot.traceparent[3:35])
    try:
        yield spot
    finally:
        _here.reset(token)
        structlog.contextvars.unbind_contextvars("trace")


@contextmanager
def work(name: str, kind: Kind, traceparent: str | None) -> Iterator[Spot]:
    """Work that somebody asked for before: the block goes on with the trace of `traceparent`.

    Without a recorder it hands on what it was given, as its place in the trace.
    """
    tracer = _tracer.get()
    is_off = tracer is None and traceparent is not None
    spot = Spot(str(traceparent)) if is_off else arrive(tracer, name, kind, traceparent)
    with standing(spot):
        try:
            yield spot
        except BaseException as error:
            spot.end(type(error).__name__)
            raise
        spot.end()


def batch(name: str, traceparents: Sequence[str]) -> None:
    """One span for what was done to many traces at once: in the first of them, with links to all; none where none of
    them is recorded."""
    tracer = _tracer.get()
    if tracer is None:
        return
    links = [Link(context) for each in traceparents if (context := _parsed(each)) and context.trace_flags.sampled]
    if links:
        first = trace.set_span_in_context(NonRecordingSpan(links[0].context))
        tracer.start_span(name, first, links=links).end()


def traceparent_of(context: SpanContext) -> str:
    """The header of a span."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags) & 1:02x}"


def child_of(traceparent: str | None) -> str:
    """A new span in the caller's trace (W3C Trace Context), or in a new trace where the header is absent or wrong."""
    if traceparent and _TRACEPARENT.fullmatch(traceparent):
        return f"{traceparent[:36]}{secrets.token_hex(8)}{traceparent[52:]}"
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def unrecorded() -> str:
    """The header of a call that is no part of anything and that nobody needs to see: a poll."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def _context(traceparent: str | None) -> Context:
    parent = _parsed(traceparent)
    return trace.set_span_in_context(NonRecordingSpan(parent) if parent else trace.INVALID_SPAN)


def _parsed(traceparent: str | None) -> SpanContext | None:
    if not traceparent or not _TRACEPARENT.fullmatch(traceparent):
        return None
    flags = TraceFlags(int(traceparent[53:], 16))
    return SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=True, trace_flags=flags)
