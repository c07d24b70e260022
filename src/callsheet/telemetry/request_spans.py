"""Spans of HTTP requests, and on whose account a run begins: the spans of foreign traces that it is linked to.

What a caller names is believed to be a span, and nothing else: it becomes the parent of the request alone, and of a run
it is a link. A run has a trace of its own, into which nobody from outside can write.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from time import time_ns
from typing import Final

from opentelemetry.trace import SpanContext, SpanKind

from callsheet.telemetry.requests import RequestEnded
from callsheet.telemetry.spans import Spans, SpanTold, caller_of

CALLERS: Final[ContextVar[tuple[SpanContext, ...]]] = ContextVar("callsheet_callers", default=())
"""The spans on whose account the code at hand works: that of an HTTP request, that which an MCP client names."""

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class TracedRequests:
    """A `RequestWatch` that writes spans."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    @contextmanager
    def caused_by(self, traceparent: str) -> Generator[None]:
        """Link the runs that are accepted within the block to the span that `traceparent` names, if it names one."""
        caller = caller_of(traceparent)
        token = CALLERS.set(CALLERS.get() if caller is None else (*CALLERS.get(), caller))
        try:
            yield
        finally:
            CALLERS.reset(token)

    def request(self, method: str, traceparent: str) -> RequestEnded:
        """See `RequestWatch`. What only reads is a span where the caller traces; what changes something always is."""
        caller = caller_of(traceparent)
        if caller is None and method in _READING:
            return _untold
        began, span_id = time_ns(), self._spans.new_span_id()
        trace_id = self._spans.new_trace_id() if caller is None else caller.trace_id
        token = CALLERS.set((self._spans.place(trace_id, span_id),))

        def ended(route: str, status: int, seconds: float) -> None:
            CALLERS.reset(token)
            self._spans.tell(
                SpanTold(
                    name=f"{method} {route}",
                    trace_id=trace_id,
                    span_id=span_id,
                    parent=None if caller is None else caller.span_id,
                    began=began,
                    ended=began + int(seconds * 1e9),
                    kind=SpanKind.SERVER,
                    attributes={
                        "http.request.method": method,
                        "http.route": route,
                        "http.response.status_code": status,
                    },
                    error=str(status) if status >= 500 else None,
                )
            )

        return ended

    def subscribed(self, stream: str) -> None:
        """See `RequestWatch`."""

    def unsubscribed(self, stream: str) -> None:
        """See `RequestWatch`."""


def _untold(route: str, status: int, seconds: float) -> None:
    """Nobody traces this request."""
