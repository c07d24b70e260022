"""A report over many runs. Every duration is wall time: what a run or step waited for is part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callsheet.runs.events import RunId, StepPath, StepStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How often something ended how, and how long it took.

    Attributes:
        success: how many ended well.
        failed: how many failed.
        p50: milliseconds that half of those that succeeded or failed took at most; None when there are none.
        p95: the same for 95 of 100.
    """

    success: int = 0
    failed: int = 0
    p50: int | None = None
    p95: int | None = None

    @property
    def rate(self) -> float | None:
        """How many of those that succeeded or failed succeeded, from 0 to 1; None when there are none."""
        ended = self.success + self.failed
        return self.success / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFigures:
    """The runs of one scenario; `runs` counts those that have not ended, too."""

    scenario_id: str
    runs: int
    cancelled: int
    outcomes: Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolName:
    """A tool as a step calls it; `server` is None where neither the step nor its scenario names one."""

    server: str | None
    tool: str

    def __str__(self) -> str:
        """As people write it: `server/tool`, or the tool alone."""
        return f"{self.server}/{self.tool}" if self.server else self.tool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFigures:
    """The calls of one tool that have ended: every attempt is one. Cancelled ones count in `calls` alone."""

    name: ToolName
    calls: int
    outcomes: Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowStep:
    """One execution of a step, with all of its attempts and the pauses between them, in milliseconds."""

    run_id: RunId
    scenario_id: str
    step_path: StepPath
    step_type: str
    tool: ToolName | None
    duration: int
    status: StepStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFigures:
    """The failed runs with one error code; the last one is that which ended last."""

    code: str
    count: int
    last_run_id: RunId
    last_scenario_id: str
    last_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the runs tell that started in a window.

    Attributes:
        since: the window's beginning.
        until: its end.
        runs: how many there were.
        truncated: whether there were more, or longer ones, than are read: older runs were left out.
        scenarios: most runs first.
        tools: most calls first.
        slowest_steps: the slowest first.
        failures: the most frequent first.
    """

    since: datetime
    until: datetime
    runs: int
    truncated: bool
    scenarios: Sequence[ScenarioFigures]
    tools: Sequence[ToolFigures]
    slowest_steps: Sequence[SlowStep]
    failures: Sequence[FailureFigures]


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """The nearest rank: the smallest value that at least `percent` of 100 of all do not exceed; None without values."""
    return ordered[(len(ordered) * percent + 99) // 100 - 1] if ordered else None


def outcomes_of(success: int, failed: int, durations: Sequence[int]) -> Outcomes:
    """The figures of what took `durations`, in any order."""
    ordered = sorted(durations)
    return Outcomes(success=success, failed=failed, p50=percentile(ordered, 50), p95=percentile(ordered, 95))
