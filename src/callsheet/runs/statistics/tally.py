"""Counts runs, one after the other, into a report. Pure: what it is given is all it knows."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from callsheet.errors.runs import RunDamaged
from callsheet.runs.codec import RUN_FINISHED, STEP_FINISHED, STEP_STARTED, decode
from callsheet.runs.events import Record, RunFinished, RunId, RunStatus, RunSummary, StepPath, StepStatus
from callsheet.runs.places import place
from callsheet.runs.statistics.heads import TOLD, Head
from callsheet.runs.statistics.report import (
    FailureFigures,
    Report,
    ScenarioFigures,
    SlowStep,
    ToolFigures,
    ToolName,
    outcomes_of,
)

SLOWEST: Final = 10
"""How many steps a report names."""

_LONGEST_MESSAGE: Final = 500

_MILLISECOND: Final = timedelta(milliseconds=1)

_UNTOLD: Final = frozenset({"sequence", "parallel", "foreach", "loop", "switch", "try", "scenario", "wait", "approval"})
"""Types of steps that are never among the slowest: their time is that of the steps in them, or of who is waited for."""


@dataclass(slots=True)
class _Count:
    """Runs of a scenario, or calls of a tool."""

    all: int = 0
    success: int = 0
    failed: int = 0
    cancelled: int = 0
    durations: list[int] = field(default_factory=list[int])

    def add(self, status: str, duration: int | None) -> None:
        """Count one that ended as `status`, in a duration that counts unless it is None."""
        match status:
            case "success":
                self.success += 1
            case "failed":
                self.failed += 1
            case _:
                self.cancelled += 1
                return
        if duration is not None:
            self.durations.append(duration)


@dataclass(slots=True, kw_only=True)
class _Failure:
    """The failed runs with one code."""

    count: int
    ended: datetime
    run_id: RunId
    scenario_id: str
    message: str


@dataclass(slots=True)
class _Open:
    """A step that has not ended.

    Attributes:
        started: when it began.
        begun: when its present attempt began.
        counts: whether it was executed in this run; a fork begins with what another run did.
        tool: what it calls; None for a step that calls none, or nobody knows which.
    """

    type: str
    started: datetime
    begun: datetime
    counts: bool
    tool: ToolName | None


class RunTally:
    """Counts one run; its records come in their order, in as many parts as there are."""

    def __init__(self, tally: "Tally", row: RunSummary, tools: Mapping[str, ToolName]) -> None:
        self._tally = tally
        self._row = row
        self._tools = tools
        self._open: dict[str, _Open] = {}
        tally.begin(row)

    def add(self, records: Iterable[Record]) -> None:
        """Count the next records.

        Raises:
            RunDamaged: one is not what was written.
        """
        for record in records:
            if record.type in TOLD:
                self._step(Head(record))
            elif record.type == RUN_FINISHED and self._row.status is RunStatus.FAILED:
                event = decode(record)
                if isinstance(event, RunFinished):
                    self._tally.failure(self._row, event)

    def _step(self, head: Head) -> None:
        path = head.text("step_path")
        if head.type == STEP_STARTED:
            self._open[path] = self._begun(path, head)
            return
        step = self._open.get(path)
        if step is None:
            raise RunDamaged(f"A step of run {self._row.run_id} goes on in the journal but never started.")
        if head.type == STEP_FINISHED:
            del self._open[path]
            if step.counts:
                self._ended(path, step, head)
        elif step.counts:
            self._again(step, head)

    def _begun(self, path: str, head: Head) -> _Open:
        begun, kind = head.moment("started_at"), head.text("step_type")
        counts = self._row.forked_from is None or begun >= self._row.started_at
        tool = self._tools.get(place(StepPath(path))) if kind == "tool" else None
        return _Open(kind, begun, begun, counts, tool)

    def _again(self, step: _Open, head: Head) -> None:
        """An attempt ended, and another one follows."""
        at = head.moment("at")
        if step.tool is not None:
            # What was cut off with its process took nobody knows how long.
            duration = None if head.flag("interrupted") else _milliseconds(at - step.begun)
            self._tally.call(step.tool, "failed", duration)
        step.begun = at + timedelta(seconds=head.number("delay"))

    def _ended(self, path: str, step: _Open, head: Head) -> None:
        status, finished = head.text("status"), head.moment("finished_at")
        if status == StepStatus.SKIPPED:
            return
        if step.tool is not None:
            self._tally.call(step.tool, status, _milliseconds(finished - step.begun))
        duration = _milliseconds(finished - step.started)
        if step.type not in _UNTOLD and self._tally.is_slow(duration):
            self._tally.slow(
                SlowStep(
                    run_id=self._row.run_id,
                    scenario_id=self._row.scenario_id,
                    step_path=StepPath(path),
                    step_type=step.type,
                    tool=step.tool,
                    duration=duration,
                    status=StepStatus(status),
                )
            )


class Tally:
    """Counts runs."""

    def __init__(self) -> None:
        self.runs = 0
        self._scenarios: dict[str, _Count] = {}
        self._tools: dict[ToolName, _Count] = {}
        self._failures: dict[str, _Failure] = {}
        self._slowest: list[tuple[int, int, SlowStep]] = []
        self._steps = 0

    def begin(self, row: RunSummary) -> None:
        """Count a run by its row."""
        self.runs += 1
        count = self._scenarios.get(row.scenario_id)
        if count is None:
            count = self._scenarios[row.scenario_id] = _Count()
        count.all += 1
        if row.finished_at is not None:
            count.add(row.status, _milliseconds(row.finished_at - row.started_at))

    def call(self, name: ToolName, status: str, duration: int | None) -> None:
        """Count a call of a tool."""
        count = self._tools.get(name)
        if count is None:
            count = self._tools[name] = _Count()
        count.all += 1
        count.add(status, duration)

    def is_slow(self, duration: int) -> bool:
        """Whether a step of this duration would be one of the slowest now; of equal ones the first that came is."""
        return len(self._slowest) < SLOWEST or duration > self._slowest[0][0]

    def slow(self, step: SlowStep) -> None:
        """Keep a step for which `is_slow` says so."""
        self._steps += 1
        item = (step.duration, -self._steps, step)
        if len(self._slowest) < SLOWEST:
            heapq.heappush(self._slowest, item)
        else:
            heapq.heapreplace(self._slowest, item)

    def failure(self, row: RunSummary, event: RunFinished) -> None:
        """Count why a run failed."""
        code = event.error.code if event.error is not None else "unknown"
        message = event.message[:_LONGEST_MESSAGE]
        found = self._failures.get(code)
        if found is None or event.finished_at > found.ended:
            self._failures[code] = found = _Failure(
                count=0 if found is None else found.count,
                ended=event.finished_at,
                run_id=row.run_id,
                scenario_id=row.scenario_id,
                message=message,
            )
        found.count += 1

    def report(self, since: datetime, until: datetime, *, truncated: bool) -> Report:
        """What was counted."""
        scenarios = sorted(self._scenarios.items(), key=lambda item: (-item[1].all, item[0]))
        tools = sorted(self._tools.items(), key=lambda item: (-item[1].all, str(item[0])))
        failures = sorted(self._failures.items(), key=lambda item: (-item[1].count, item[0]))
        return Report(
            since=since,
            until=until,
            runs=self.runs,
            truncated=truncated,
            scenarios=[
                ScenarioFigures(
                    scenario_id=scenario_id,
                    runs=count.all,
                    cancelled=count.cancelled,
                    outcomes=outcomes_of(count.success, count.failed, count.durations),
                )
                for scenario_id, count in scenarios
            ],
            tools=[
                ToolFigures(
                    name=name, calls=count.all, outcomes=outcomes_of(count.success, count.failed, count.durations)
                )
                for name, count in tools
            ],
            slowest_steps=[step for _, _, step in sorted(self._slowest, reverse=True)],
            failures=[
                FailureFigures(
                    code=code,
                    count=each.count,
                    last_run_id=each.run_id,
                    last_scenario_id=each.scenario_id,
                    last_message=each.message,
                )
                for code, each in failures
            ],
        )


def _milliseconds(span: timedelta) -> int:
    """Whole milliseconds, never less than none: clocks of two machines differ."""
    return max(0, span // _MILLISECOND)
