"""Traces: a run, its steps and their tool calls as spans of one trace, whichever processes execute them.

No attribute holds an input, an output or a text of a tool: those may be secret, and stand in the journal.
"""

from contextvars import ContextVar
from time import time_ns
from typing import Final

from opentelemetry import context as otel
from opentelemetry.trace import Link, SpanContext, SpanKind

from callsheet.errors.steps import StepFailure
from callsheet.runs.events import RunFinished, RunId, RunStatus, StepFinished, StepRetrying, StepStatus
from callsheet.runs.tools import ToolCall, ToolOutcome
from callsheet.telemetry.labels import outcome_of
from callsheet.telemetry.requests import RequestEnded
from callsheet.telemetry.spans import Spans, SpanTold, caller_of, nanoseconds
from callsheet.telemetry.trace_ids import span_around, span_of_run, span_of_step, trace_of
from callsheet.telemetry.watching import AT_WORK, CallEnded, RunAtWork, RunOrigin

_CALLER: Final[ContextVar[SpanContext | None]] = ContextVar("callsheet_caller", default=None)
"""The span on whose account the code at hand works: that of an HTTP request."""

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Traced:
    """A `Watch` and a `RequestWatch` that write spans."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def begins(self, run: RunAtWork) -> None:
        """See `Watch`."""
        run.trace_id = f"{trace_of(run.run_id):032x}"

    def accepted(self, run: RunOrigin) -> None:
        """See `Watch`. The span links the run to who asked for it; nothing of that is in the journal."""
        caller = _CALLER.get()
        began = nanoseconds(run.started_at)
        self._spans.tell(
            SpanTold(
                name=f"accept {run.scenario_id}",
                trace_id=trace_of(run.run_id),
                parent=span_of_run(run.run_id),
                began=began,
                ended=time_ns(),
                kind=SpanKind.PRODUCER,
                attributes=_of_run(run),
                links=[] if caller is None else [Link(caller)],
            )
        )

    def step_finished(self, run: RunOrigin, event: StepFinished, step_type: str) -> None:
        """See `Watch`."""
        at_work = AT_WORK.get()
        open_steps = at_work.types if at_work is not None else {}
        failed = event.status in {StepStatus.FAILED, StepStatus.CANCELLED}
        self._spans.tell(
            SpanTold(
                name=f"step {event.step_name}",
                trace_id=trace_of(run.run_id),
                span_id=span_of_step(run.run_id, event.step_path),
                parent=span_around(run.run_id, event.step_path, open_steps),
                began=nanoseconds(event.started_at),
                ended=nanoseconds(event.finished_at),
                attributes={
                    **_of_run(run),
                    "callsheet.step_path": event.step_path,
                    "callsheet.step_type": step_type,
                    "callsheet.status": event.status.value,
                    "callsheet.attempts": event.attempts,
                },
                error=(event.error.code if event.error is not None else event.status.value) if failed else None,
            )
        )

    def retrying(self, run: RunOrigin, event: StepRetrying, step_type: str) -> None:
        """See `Watch`: each attempt of a tool step is a call, and has a span of its own."""

    def run_finished(self, run: RunOrigin, event: RunFinished) -> None:
        """See `Watch`."""
        failed = event.status is not RunStatus.SUCCESS
        self._spans.tell(
            SpanTold(
                name=f"run {run.scenario_id}",
                trace_id=trace_of(run.run_id),
                span_id=span_of_run(run.run_id),
                began=nanoseconds(run.started_at),
                ended=nanoseconds(event.finished_at),
                attributes={**_of_run(run), "callsheet.status": event.status.value},
                links=[Link(self._spans.place(trace_of(other), span_of_run(other))) for other in _others(run)],
                error=(event.error.code if event.error is not None else event.status.value) if failed else None,
            )
        )

    def calling(self, call: ToolCall) -> CallEnded:
        """See `Watch`. The span is the current one meanwhile: the MCP SDK gives the server its `traceparent`."""
        began, span_id = time_ns(), self._spans.new_span_id()
        if call.run_id is None:
            trace_id, parent = trace_of(RunId(call.idempotency_key)), None
        else:
            trace_id = trace_of(call.run_id)
            parent = span_of_run(call.run_id) if call.step_path is None else span_of_step(call.run_id, call.step_path)
        token = otel.attach(self._spans.context(trace_id, span_id))

        def ended(server: str, result: ToolOutcome | BaseException) -> None:
            otel.detach(token)
            self._spans.tell(
                SpanTold(
                    name=f"tools/call {call.tool}",
                    trace_id=trace_id,
                    span_id=span_id,
                    parent=parent,
                    began=began,
                    ended=time_ns(),
                    kind=SpanKind.CLIENT,
                    attributes=_of_call(call, server, result),
                    error=_fault(result),
                )
            )

        return ended

    def request(self, method: str, traceparent: str) -> RequestEnded:
        """See `RequestWatch`. What only reads is a span where the caller traces; what changes something always is."""
        caller = caller_of(traceparent)
        if caller is None and method in _READING:
            return _untold
        began, span_id = time_ns(), self._spans.new_span_id()
        trace_id = self._spans.new_trace_id() if caller is None else caller.trace_id
        token = _CALLER.set(self._spans.place(trace_id, span_id))

        def ended(route: str, status: int, seconds: float) -> None:
            _CALLER.reset(token)
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


def _of_run(run: RunOrigin) -> dict[str, str | int | bool]:
    return {"callsheet.run_id": run.run_id, "callsheet.scenario_id": run.scenario_id}


def _of_call(call: ToolCall, server: str, result: ToolOutcome | BaseException) -> dict[str, str | int | bool]:
    """As the semantic conventions for MCP have it, and what only we know."""
    found: dict[str, str | int | bool] = {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.tool,
        "callsheet.tool_server": server,
        "callsheet.attempt": call.attempt,
        "callsheet.outcome": outcome_of(result),
    }
    if call.run_id is not None:
        found["callsheet.run_id"] = call.run_id
    return found


def _fault(result: ToolOutcome | BaseException) -> str | None:
    if isinstance(result, StepFailure):
        return "tool_error" if result.step_code == "ToolError" else result.step_code
    return type(result).__name__ if isinstance(result, BaseException) else None


def _others(run: RunOrigin) -> list[RunId]:
    """The run whose step began this one, and the one that it is a fork of."""
    parent = [] if run.parent is None else [run.parent.run_id]
    return parent if run.forked_from is None else [*parent, run.forked_from.run_id]


def _untold(route: str, status: int, seconds: float) -> None:
    """Nobody traces this request."""
