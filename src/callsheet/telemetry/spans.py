"""Spans of OpenTelemetry, written when something has ended, with the times at which it began and ended."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation import set_span_in_context

_NANOSECONDS: Final = 1_000_000_000
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTold:
    """One span, as it is told at its end; times are nanoseconds of the epoch.

    Attributes:
        parent: None for the first span of a trace.
        span_id: None for a random one.
        error: why it failed; None when it did not. A code, never a text of a tool.
    """

    name: str
    trace_id: int
    began: int
    ended: int
    parent: int | None = None
    span_id: int | None = None
    kind: SpanKind = SpanKind.INTERNAL
    attributes: Mapping[str, str | int | bool]
    links: Sequence[Link] = ()
    error: str | None = None


class ChosenIds(RandomIdGenerator):
    """Ids as they were chosen for the next span, else random ones. Used on one event loop alone."""

    def __init__(self) -> None:
        self._trace: int | None = None
        self._span: int | None = None

    def choose(self, trace: int | None, span: int | None) -> None:
        """Take these for the next span; None takes random ones."""
        self._trace, self._span = trace, span

    def generate_trace_id(self) -> int:
        """See `IdGenerator`."""
        chosen, self._trace = self._trace, None
        return super().generate_trace_id() if chosen is None else chosen

    def generate_span_id(self) -> int:
        """See `IdGenerator`."""
        chosen, self._span = self._span, None
        return super().generate_span_id() if chosen is None else chosen


class Spans:
    """Writes spans.

    Args:
        provider: was made with `ids`.
        ids: gives the ids that are chosen here.
        version: of the product.
    """

    def __init__(self, provider: TracerProvider, ids: ChosenIds, version: str) -> None:
        self._provider = provider
        self._ids = ids
        self._tracer = provider.get_tracer("callsheet", version)

    def tell(self, span: SpanTold) -> None:
        """Write a span that has ended."""
        context = Context() if span.parent is None else self.context(span.trace_id, span.parent)
        self._ids.choose(span.trace_id if span.parent is None else None, span.span_id)
        opened = self._tracer.start_span(
            span.name,
            context=context,
            kind=span.kind,
            attributes=dict(span.attributes),
            links=list(span.links),
            start_time=span.began,
            record_exception=False,
            set_status_on_exception=False,
        )
        self._ids.choose(None, None)
        if span.error is not None:
            opened.set_attribute("error.type", span.error)
            opened.set_status(Status(StatusCode.ERROR))
        # A clock that was set back must not make a span that ends before it begins.
        opened.end(end_time=max(span.began, span.ended))

    def context(self, trace_id: int, span_id: int) -> Context:
        """The context in which a span of a trace is the current one; whether it is sampled follows from the trace."""
        return set_span_in_context(NonRecordingSpan(self.place(trace_id, span_id)), Context())

    def place(self, trace_id: int, span_id: int) -> SpanContext:
        """A span that may have been written by another process."""
        sampled = self._provider.sampler.should_sample(Context(), trace_id, "run").decision.is_sampled()
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)

    def new_trace_id(self) -> int:
        """A random id."""
        return self._ids.generate_trace_id()

    def new_span_id(self) -> int:
        """A random id."""
        return self._ids.generate_span_id()


def caller_of(traceparent: str) -> SpanContext | None:
    """The span that a `traceparent` header names (W3C Trace Context); None when it is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    context = SpanContext(
        int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16))
    )
    return context if context.is_valid else None


def nanoseconds(moment: datetime) -> int:
    """A moment as spans have it."""
    return int(moment.timestamp() * 1_000_000) * (_NANOSECONDS // 1_000_000)
