"""Runs as the API shows them. The seed's fields come first and in its order; the others are ours."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callsheet.api.elision import Elision
from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp, trigger_fields
from callsheet.runs.events import ForkedFrom, RunError, RunStatus, RunSummary, StepLog, StepPath, StepStatus
from callsheet.runs.forks import ForkWish
from callsheet.runs.state import RunState
from callsheet.runs.state import StepState as FoldedStep
from callsheet.runs.tries import StepAttempt
from callsheet.scenario.json import JsonObject

# `Any` in these models stands for JSON that was checked when it came in; pydantic would walk it once more for nothing.


Priority = Annotated[
    int, Field(ge=-100, le=100, strict=True, description="Runs with a higher one get a free place first.")
]

Owner = Annotated[
    str,
    Field(description="Whose run it is: `key:<name>`, `schedule:<name>` …; `local` without authentication, or empty."),
]


class ScenarioRunRequest(BaseModel):
    """Which scenario to run, on what."""

    model_config = ConfigDict(extra="forbid")

    scenario_id: str
    input: dict[str, Any] = Field(default_factory=dict[str, Any], description="Must fit the scenario's `input_schema`.")
    priority: Priority = 0


class ForkRequest(BaseModel):
    """What a fork takes over of its run, and what is another one in it."""

    model_config = ConfigDict(extra="forbid")

    from_step: Annotated[
        str | None, Field(max_length=2_000, description="The path of the first step that is executed anew.")
    ] = None
    retry: Annotated[
        bool, Field(strict=True, description="Instead of `from_step`: anew is what failed, and what came after it.")
    ] = False
    input: Annotated[dict[str, Any] | None, Field(description="Instead of the run's own.")] = None
    revision: Annotated[
        str | None,
        Field(max_length=256, description="One that ever ran, or `latest`; without it, the run's own."),
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.retry and self.from_step is not None:
            raise ValueError("'retry' finds the step itself: leave out 'from_step'")
        return self

    def wish(self) -> ForkWish:
        """The request in the words of the core."""
        step = None if self.from_step is None else StepPath(self.from_step)
        return ForkWish(from_step=step, retry=self.retry, input=self.input, revision=self.revision)


class RunSubmitResponse(BaseModel):
    """An accepted run: it is stored, and will be executed."""

    run_id: str
    scenario_id: str
    status: RunStatus
    input: dict[str, Any]
    started_at: Timestamp

    @classmethod
    def of(cls, summary: RunSummary, run_input: JsonObject) -> Self:
        """The answer for a run that was submitted with `run_input`."""
        return cls(
            run_id=summary.run_id,
            scenario_id=summary.scenario_id,
            status=summary.status,
            input=run_input,
            started_at=timestamp(summary.started_at),
        )


class ForkOrigin(BaseModel):
    """The run that a fork was made of, and the first step that it executed anew; null when that is all of them."""

    run_id: str
    from_step: str | None

    @classmethod
    def of(cls, forked: ForkedFrom | None) -> Self | None:
        """The origin as the API shows it."""
        return None if forked is None else cls(run_id=forked.run_id, from_step=forked.from_step)


class ErrorDetail(BaseModel):
    """Why a run or a step failed: `step` and `attempt` say where."""

    code: str
    message: str
    step: str | None
    attempt: int | None
    data: Any

    @classmethod
    def of(cls, error: RunError | None) -> Self | None:
        """The error as the API shows it."""
        if error is None:
            return None
        return cls(code=error.code, message=error.message, step=error.step, attempt=error.attempt, data=error.data)


class StepState(BaseModel):
    """One execution of a step."""

    node_id: str
    status: StepStatus
    started_at: Timestamp
    finished_at: Timestamp | None
    message: str
    step_path: str
    index: int
    attempts: int
    waiting: dict[str, Any] | None
    child_run_id: Annotated[
        str | None, Field(description="Of a step of type `scenario`: the run that it began, also when that has ended.")
    ]

    @classmethod
    def of(cls, step: FoldedStep, waiting: Any, **more: Any) -> Self:
        """The step as the API shows it; `waiting` as `waiting_of` gives it, `more` for the fields of subclasses."""
        return cls(
            node_id=step.name,
            status=step.status,
            started_at=timestamp(step.started_at),
            finished_at=timestamp(step.finished_at) if step.finished_at else None,
            message=step.message,
            step_path=step.path,
            index=step.index,
            attempts=step.attempts,
            waiting=waiting,
            child_run_id=step.child,
            **more,
        )


def waiting_of(step: FoldedStep) -> JsonObject | None:
    """What the step waits for, since when and until when; None when it does not wait."""
    if step.waiting is None:
        return None
    _, event = step.waiting
    until = timestamp(event.until) if event.until else None
    return {**event.waits_for, "step_path": step.path, "since": timestamp(event.at), "until": until}


class ProgressDetail(BaseModel):
    """How far a step's tool was when it last said so."""

    progress: float
    total: float | None
    message: str
    at: Timestamp


class LogLine(BaseModel):
    """A line that a step's tool logged."""

    at: Timestamp
    level: str
    logger: str
    data: Any


class AttemptDetail(BaseModel):
    """One attempt of a step."""

    attempt: int
    started_at: Timestamp
    finished_at: Timestamp | None
    error: ErrorDetail | None
    interrupted: Annotated[bool, Field(description="Whether it was cut off with its process.")]

    @classmethod
    def of(cls, attempt: StepAttempt) -> Self:
        """The attempt as the API shows it."""
        return cls(
            attempt=attempt.number,
            started_at=timestamp(attempt.started_at),
            finished_at=timestamp(attempt.finished_at) if attempt.finished_at else None,
            error=ErrorDetail.of(attempt.error),
            interrupted=attempt.interrupted,
        )


class StepDetail(StepState):
    """One execution of a step with its values, however large."""

    step_type: str
    input: Any
    output: Any
    error: ErrorDetail | None
    errors: Annotated[
        list[Any] | None, Field(description="Of a `foreach`: `{index, code, message}` of each iteration that failed.")
    ]
    progress: ProgressDetail | None
    attempt_history: Annotated[list[AttemptDetail], Field(description="Every attempt, in their order.")]
    logs: Annotated[list[LogLine], Field(description="What its tool logged, 500 lines at most.")]

    @classmethod
    def whole(cls, step: FoldedStep, attempts: Sequence[StepAttempt], logs: Sequence[StepLog]) -> Self:
        """The step with everything that is known of it."""
        said = step.progress
        return cls.of(
            step,
            waiting_of(step),
            step_type=step.step_type,
            input=step.input,
            output=step.output,
            error=ErrorDetail.of(step.error),
            errors=step.errors,
            progress=said
            and ProgressDetail(progress=said.progress, total=said.total, message=said.message, at=timestamp(said.at)),
            attempt_history=[AttemptDetail.of(attempt) for attempt in attempts],
            logs=[
                LogLine(at=timestamp(line.at), level=line.level, logger=line.logger, data=line.data) for line in logs
            ],
        )


class ChildRun(BaseModel):
    """A run that a step began."""

    run_id: str
    scenario_id: str
    status: RunStatus
    step_path: Annotated[str | None, Field(description="Null when the step has begun another run since, in a retry.")]


Omitted = Annotated[
    dict[str, int], Field(description="Bytes of each value that was left out for its size, by the name of its field.")
]


class ScenarioRunResponse(BaseModel):
    """The state of a run, as its journal tells it now."""

    scenario_id: str
    status: RunStatus
    message: str
    input: dict[str, Any] | None
    steps: list[StepState]
    run_id: str
    started_at: Timestamp
    finished_at: Timestamp | None
    output: Any
    error: ErrorDetail | None
    revision: str
    parent_run_id: str | None
    priority: int
    forked_from: ForkOrigin | None
    trigger: Annotated[
        dict[str, Any] | None, Field(description="The schedule or hook that started it: `kind`, `name`, `slot`.")
    ]
    waiting: Annotated[dict[str, Any] | None, Field(description="The first of `waits`.")]
    waits: Annotated[
        list[dict[str, Any]],
        Field(description="What the run waits for: `step_path`, `since`, `until`, and `kind` with its own fields."),
    ]
    children: Annotated[
        list[ChildRun],
        Field(description="The newest 100; `GET /api/runs?parent_run_id=` lists all."),
    ]
    omitted: Omitted
    owner: Owner

    @classmethod
    def of(cls, state: RunState, children: Sequence[RunSummary] = ()) -> Self:
        """The snapshot; values over 64 KiB are null in it and named in `omitted`."""
        elision = Elision()
        waits = {
            step.path: elision.value(f"waiting.{step.path}", waiting_of(step))
            for step in state.steps.values()
            if step.waiting is not None
        }
        shown = [waiting for waiting in waits.values() if waiting is not None]
        return cls(
            scenario_id=state.scenario_id,
            status=state.status,
            message=state.message,
            input=elision.value("input", state.input),
            steps=[StepState.of(step, waits.get(step.path)) for step in state.steps.values()],
            run_id=state.run_id,
            started_at=timestamp(state.started_at),
            finished_at=timestamp(state.finished_at) if state.finished_at else None,
            output=elision.value("output", state.output),
            error=ErrorDetail.of(elision.error(state.error)),
            revision=state.revision,
            parent_run_id=state.parent.run_id if state.parent else None,
            priority=state.priority,
            forked_from=ForkOrigin.of(state.forked_from),
            trigger=trigger_fields(state.trigger) if state.trigger else None,
            waiting=shown[0] if shown else None,
            waits=shown,
            children=_children(state, children),
            omitted=elision.omitted,
            owner=state.mandate.owner,
        )


def _children(state: RunState, children: Sequence[RunSummary]) -> list[ChildRun]:
    paths = {step.child: step.path for step in state.steps.values() if step.child is not None}
    return [
        ChildRun(
            run_id=child.run_id,
            scenario_id=child.scenario_id,
            status=child.status,
            step_path=paths.get(child.run_id),
        )
        for child in children
    ]


class RunRow(BaseModel):
    """One row of the list of runs."""

    run_id: str
    scenario_id: str
    status: RunStatus
    message: str
    started_at: Timestamp
    finished_at: Timestamp | None
    revision: str
    parent_run_id: str | None
    priority: int
    forked_from: ForkOrigin | None
    owner: Owner
    error_code: Annotated[str | None, Field(description="The `code` of the run's `error`; null without one.")]

    @classmethod
    def of(cls, summary: RunSummary) -> Self:
        """The row as the API shows it."""
        return cls(
            run_id=summary.run_id,
            scenario_id=summary.scenario_id,
            status=summary.status,
            message=summary.message,
            started_at=timestamp(summary.started_at),
            finished_at=timestamp(summary.finished_at) if summary.finished_at else None,
            revision=summary.revision,
            parent_run_id=summary.parent_run_id,
            priority=summary.priority,
            forked_from=ForkOrigin.of(summary.forked_from),
            owner=summary.owner,
            error_code=summary.error_code,
        )


class RunList(BaseModel):
    """Runs, newest first. `next_cursor` gets the next page; null on the last."""

    runs: list[RunRow]
    next_cursor: str | None
