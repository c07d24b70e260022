"""Metrics for Prometheus: what is counted while things happen. What is only looked up for a scrape is in `scrape`."""

from functools import partial
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from callsheet.runs.events import RunFinished, StepFinished, StepRetrying
from callsheet.runs.tools import ToolCall, ToolOutcome, ToolResult, Tools
from callsheet.telemetry.labels import OTHER, Few, ToolLabels, outcome_of
from callsheet.telemetry.requests import RequestEnded
from callsheet.telemetry.tallies import Cell, Row, Spread, Tally
from callsheet.telemetry.watching import CallEnded, OpenStep, RunAtWork, RunOrigin

MOST_SCENARIOS: Final = 200
"""Scenarios that have a label of their own; further ones are `other`."""

MOST_TOOLS: Final = 500
MOST_CODES: Final = 50

_RUN_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86_400)
_CALL_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SHORT_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BATCH_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Counted:
    """The metrics of one system, in a registry of its own: several systems may live in one process.

    Args:
        registry: where they are scraped from.
        tools: say which servers there are.
    """

    def __init__(self, registry: CollectorRegistry, tools: Tools) -> None:
        self._scenarios = Few[str](MOST_SCENARIOS, OTHER)
        self._codes = Few[str](MOST_CODES, OTHER)
        self._tools = ToolLabels(tools, MOST_TOOLS)
        self._registry = registry
        # What happens with every step goes straight to where it is counted. Only what has labels of its own is in
        # here, so these are as few as the labels.
        self._ended_steps: dict[tuple[str, str, str], Cell] = {}
        self._well: dict[tuple[str, str], Row] = {}
        self._count_runs()
        self._count_steps()
        self._count_commits()

    def _count_runs(self) -> None:
        self._accepted = Tally(
            "callsheet_runs_accepted", "Runs that were accepted by this process.", ["scenario"], registry=self._registry
        )
        self._ended = Tally(
            "callsheet_runs",
            "Runs that this process brought to their end.",
            ["scenario", "status"],
            registry=self._registry,
        )
        self._failures = Tally(
            "callsheet_run_errors", "Runs that failed, by error code.", ["code"], registry=self._registry
        )
        self._durations = Spread(
            "callsheet_run_duration_seconds",
            "From a run's first event to its last, waiting included.",
            ["scenario"],
            buckets=_RUN_SECONDS,
            registry=self._registry,
        )

    def _count_steps(self) -> None:
        self._steps = Tally(
            "callsheet_steps",
            "Steps that ended in this process.",
            ["scenario", "type", "status"],
            registry=self._registry,
        )
        self._retries = Tally(
            "callsheet_step_retries",
            "Attempts that were followed by another.",
            ["scenario", "type"],
            registry=self._registry,
        )
        self._calls = Spread(
            "callsheet_tool_call_duration_seconds",
            "Calls of tools, waiting for a turn and for a connection included.",
            ["server", "tool", "outcome"],
            buckets=_CALL_SECONDS,
            registry=self._registry,
        )

    def _count_commits(self) -> None:
        self._commits = Spread(
            "callsheet_journal_commit_duration_seconds",
            "How long the journal's commits took.",
            buckets=_SHORT_SECONDS,
            registry=self._registry,
        )
        self._batches = Spread(
            "callsheet_journal_commit_batch_size",
            "How many changes were committed together.",
            buckets=_BATCH_SIZES,
            registry=self._registry,
        )

    def begins(self, run: RunAtWork) -> None:
        """See `Watch`."""

    def accepted(self, run: RunOrigin) -> None:
        """See `Watch`."""
        self._accepted.count(self._scenarios.of(run.scenario_id))

    def step_finished(self, run: RunOrigin, event: StepFinished, step: OpenStep) -> None:
        """See `Watch`."""
        cell = self._ended_steps.get((run.scenario_id, step.step_type, event.status))
        if cell is None:
            cell = self._cell(run.scenario_id, step.step_type, event.status)
        cell.n += 1

    def _cell(self, scenario_id: str, step_type: str, status: str) -> Cell:
        scenario = self._scenarios.of(scenario_id)
        cell = self._steps.cell(scenario, step_type, status)
        if scenario == scenario_id:
            self._ended_steps[scenario_id, step_type, status] = cell
        return cell

    def retrying(self, run: RunOrigin, event: StepRetrying, step: OpenStep) -> None:
        """See `Watch`."""
        self._retries.count(self._scenarios.of(run.scenario_id), step.step_type)

    def run_finished(self, run: RunOrigin, event: RunFinished) -> None:
        """See `Watch`."""
        scenario = self._scenarios.of(run.scenario_id)
        self._ended.count(scenario, event.status.value)
        # A clock that was set back must not make a time that is none.
        seconds = max(0.0, (event.finished_at - run.started_at).total_seconds())
        self._durations.observe(seconds, (scenario,))
        if event.error is not None:
            self._failures.count(self._codes.of(event.error.code))

    def calling(self, call: ToolCall) -> CallEnded:
        """See `Watch`."""
        return partial(self._called, call, perf_counter())

    def _called(self, call: ToolCall, began: float, server: str, result: ToolOutcome | BaseException) -> None:
        seconds = perf_counter() - began
        row = self._well.get((server, call.tool)) if type(result) is ToolResult else None
        if row is None:
            labels = self._tools.of(server, call, result)
            row = self._calls.row((*labels, outcome_of(result)))
            if isinstance(result, ToolResult) and labels == (server, call.tool):
                self._well[labels] = row  # most calls end well
        row.observe(seconds)

    def committed(self, changes: int, seconds: float) -> None:
        """The journal committed so many changes at once, in so many seconds."""
        self._commits.observe(seconds)
        self._batches.observe(changes)


class Requests:
    """What is counted of HTTP: see `RequestWatch`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "callsheet_http_requests",
            "Requests that were answered, by the route's template.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._durations = Histogram(
            "callsheet_http_request_duration_seconds",
            "Until the answer began; a stream may last as long as it likes.",
            ["method", "route"],
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self._subscribers = Gauge(
            "callsheet_subscribers", "Event streams that are open now.", ["stream"], registry=registry
        )

    def request(self, method: str, traceparent: str) -> RequestEnded:
        """See `RequestWatch`."""
        label = method if method in _METHODS else OTHER

        def ended(route: str, status: int, seconds: float) -> None:
            self._requests.labels(label, route, str(status)).inc()
            self._durations.labels(label, route).observe(seconds)

        return ended

    def subscribed(self, stream: str) -> None:
        """See `RequestWatch`."""
        self._subscribers.labels(stream).inc()

    def unsubscribed(self, stream: str) -> None:
        """See `RequestWatch`."""
        self._subscribers.labels(stream).dec()
