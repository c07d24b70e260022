"""Traces: a run, its steps and their tool calls as spans of one trace, whichever processes execute them.

No attribute holds an input, an output or a text of a tool: those may be secret, and stand in the journal.
"""

from dataclasses import dataclass
from datetime import datetime
from time import time_ns

from opentelemetry import context as otel
from opentelemetry.trace import Link, SpanKind

from callsheet.errors.steps import StepFailure
from callsheet.runs.events import RunFinished, RunId, RunStatus, StepFinished, StepRetrying, StepStatus
from callsheet.runs.tools import ToolCall, ToolOutcome
from callsheet.telemetry.labels import outcome_of
from callsheet.telemetry.request_spans import CALLERS, TracedRequests
from callsheet.telemetry.spans import Spans, SpanTold, nanoseconds
from callsheet.telemetry.trace_ids import span_around, span_of_attempt, span_of_run, span_of_step, trace_of
from callsheet.telemetry.watching import AT_WORK, CallEnded, OpenStep, RunAtWork, RunOrigin


@dataclass(frozen=True, slots=True)
class _Try:
    """How an attempt ended; `error` is None when it succeeded."""

    number: int
    ended: datetime
    error: str | None


class Traced:
    """A `Watch` that writes spans.

    Attributes:
        requests: writes those of HTTP.
    """

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self.requests = TracedRequests(spans)

    def begins(self, run: RunAtWork) -> None:
        """See `Watch`."""
        run.trace_id = f"{trace_of(run.run_id):032x}"

    def accepted(self, run: RunOrigin) -> None:
        """See `Watch`. The span links the run to who asked for it; nothing of that is in the journal."""
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
                links=[Link(caller) for caller in CALLERS.get()],
            )
        )

    def step_finished(self, run: RunOrigin, event: StepFinished, step: OpenStep) -> None:
        """See `Watch`."""
        failed = event.status in {StepStatus.FAILED, StepStatus.CANCELLED}
        error = (event.error.code if event.error is not None else event.status.value) if failed else None
        if event.attempts > 1:
            self._attempt(run, event, step, _Try(event.attempts, event.finished_at, error))
        at_work = AT_WORK.get()
        open_steps = at_work.steps if at_work is not None else {}
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
                    "callsheet.step_type": step.step_type,
                    "callsheet.status": event.status.value,
                    "callsheet.attempts": event.attempts,
                },
                error=error,
            )
        )

    def retrying(self, run: RunOrigin, event: StepRetrying, step: OpenStep) -> None:
        """See `Watch`. Of an attempt that was cut off with its process, this is the only span."""
        self._attempt(run, event, step, _Try(event.attempt - 1, event.at, event.error.code))

    def _attempt(self, run: RunOrigin, event: StepFinished | StepRetrying, step: OpenStep, tried: "_Try") -> None:
        """One of several attempts; none where its beginning is not known, or was never reached."""
        if step.began is None or step.began > tried.ended:
            return
        self._spans.tell(
            SpanTold(
                name=f"attempt {event.step_name}",
                trace_id=trace_of(run.run_id),
                span_id=span_of_attempt(run.run_id, event.step_path, tried.number),
                parent=span_of_step(run.run_id, event.step_path),
                began=nanoseconds(step.began),
                ended=nanoseconds(tried.ended),
                attributes={
                    **_of_run(run),
                    "callsheet.step_path": event.step_path,
                    "callsheet.step_type": step.step_type,
                    "callsheet.attempt": tried.number,
                },
                error=tried.error,
            )
        )

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
