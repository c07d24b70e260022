"""Reports over many runs as the API shows them."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp
from callsheet.runs.events import StepStatus
from callsheet.runs.statistics.report import FailureFigures, Report, ScenarioFigures, SlowStep, ToolFigures

Rate = Annotated[
    float | None, Field(ge=0, le=1, description="Of those that succeeded or failed; null when there are none.")
]
Milliseconds = Annotated[
    int | None,
    Field(ge=0, description="Of those that succeeded or failed, by nearest rank; null when there are none. Wall time."),
]


class ScenarioStats(BaseModel):
    """The runs of one scenario."""

    scenario_id: str
    runs: Annotated[int, Field(description="Also those that have not ended.")]
    success: int
    failed: int
    cancelled: int
    success_rate: Rate
    p50_ms: Milliseconds
    p95_ms: Milliseconds

    @classmethod
    def of(cls, figures: ScenarioFigures) -> Self:
        """The figures as the API shows them."""
        outcomes = figures.outcomes
        return cls(
            scenario_id=figures.scenario_id,
            runs=figures.runs,
            success=outcomes.success,
            failed=outcomes.failed,
            cancelled=figures.cancelled,
            success_rate=outcomes.rate,
            p50_ms=outcomes.p50,
            p95_ms=outcomes.p95,
        )


class ToolStats(BaseModel):
    """The calls of one tool that have ended."""

    server: Annotated[str | None, Field(description="Null where neither the step nor its scenario names one.")]
    tool: str
    calls: Annotated[int, Field(description="Every attempt is one; also those that were cancelled.")]
    success: int
    failed: int
    success_rate: Rate
    p50_ms: Milliseconds
    p95_ms: Milliseconds

    @classmethod
    def of(cls, figures: ToolFigures) -> Self:
        """The figures as the API shows them."""
        outcomes = figures.outcomes
        return cls(
            server=figures.name.server,
            tool=figures.name.tool,
            calls=figures.calls,
            success=outcomes.success,
            failed=outcomes.failed,
            success_rate=outcomes.rate,
            p50_ms=outcomes.p50,
            p95_ms=outcomes.p95,
        )


class SlowStepRow(BaseModel):
    """One execution of a step that took long, with all of its attempts."""

    run_id: str
    scenario_id: str
    step_path: str
    step_type: str
    tool: Annotated[str | None, Field(description="`server/tool`, or the tool alone; null for other steps.")]
    duration_ms: int
    status: StepStatus

    @classmethod
    def of(cls, step: SlowStep) -> Self:
        """The step as the API shows it."""
        return cls(
            run_id=step.run_id,
            scenario_id=step.scenario_id,
            step_path=step.step_path,
            step_type=step.step_type,
            tool=None if step.tool is None else str(step.tool),
            duration_ms=step.duration,
            status=step.status,
        )


class FailureStats(BaseModel):
    """The failed runs with one error code, and the last of them."""

    code: str
    count: int
    last_run_id: str
    last_scenario_id: str
    last_message: str

    @classmethod
    def of(cls, figures: FailureFigures) -> Self:
        """The figures as the API shows them."""
        return cls(
            code=figures.code,
            count=figures.count,
            last_run_id=figures.last_run_id,
            last_scenario_id=figures.last_scenario_id,
            last_message=figures.last_message,
        )


class StatsBody(BaseModel):
    """What the runs tell that started in a window."""

    since: Timestamp
    until: Timestamp
    runs: Annotated[int, Field(description="How many runs the figures are of.")]
    truncated: Annotated[
        bool, Field(description="Whether there are more runs, or events, than are read: older runs were left out.")
    ]
    scenarios: Annotated[list[ScenarioStats], Field(description="Those with most runs first.")]
    tools: Annotated[list[ToolStats], Field(description="Those with most calls first.")]
    slowest_steps: Annotated[
        list[SlowStepRow],
        Field(description="Ten at most. Not those that contain steps, nor those that wait for people, time or runs."),
    ]
    failures: Annotated[list[FailureStats], Field(description="The most frequent first.")]

    @classmethod
    def of(cls, report: Report) -> Self:
        """The report as the API shows it."""
        return cls(
            since=timestamp(report.since),
            until=timestamp(report.until),
            runs=report.runs,
            truncated=report.truncated,
            scenarios=[ScenarioStats.of(each) for each in report.scenarios],
            tools=[ToolStats.of(each) for each in report.tools],
            slowest_steps=[SlowStepRow.of(each) for each in report.slowest_steps],
            failures=[FailureStats.of(each) for each in report.failures],
        )
