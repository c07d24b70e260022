"""The state of a run: a fold over its events. Whoever shows a status (API, CLI, UI) takes it from here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from callsheet.errors import RunDamaged
from callsheet.runs.events import (
    Event,
    ParentStep,
    Revision,
    RunError,
    RunFinished,
    RunId,
    RunResumed,
    RunStarted,
    RunStatus,
    RunWaiting,
    StepFinished,
    StepPath,
    StepRetrying,
    StepStarted,
    StepStatus,
    StepWaiting,
)
from callsheet.scenario.json import Json, JsonObject


@dataclass(slots=True, kw_only=True)
class StepState:
    """One execution of a step, as far as its events tell.

    Attributes:
        attempts: how many attempts were begun.
        failures: how many of them ended in an error, not counting those that ended with their process.
        retrying: the last `step_retrying`, while its attempt has not ended.
        waiting: what the step waits for, with the `seq` of the event that says so.
        errors: as in `StepFinished`.
        seq: the number of its last event.
    """

    path: StepPath
    name: str
    index: int
    step_type: str
    started_at: datetime
    status: StepStatus = StepStatus.RUNNING
    finished_at: datetime | None = None
    message: str = ""
    attempts: int = 1
    failures: int = 0
    retrying: StepRetrying | None = None
    waiting: tuple[int, StepWaiting] | None = None
    input: Json = None
    output: Json = None
    error: RunError | None = None
    errors: list[Json] | None = None
    seq: int = 0


@dataclass(slots=True, kw_only=True)
class RunState:
    """A run, as far as its events tell. `steps` is ordered by `index`; `last_seq` counts the events folded in."""

    run_id: RunId
    scenario_id: str
    revision: Revision
    input: JsonObject
    started_at: datetime
    status: RunStatus = RunStatus.QUEUED
    finished_at: datetime | None = None
    message: str = ""
    output: Json = None
    error: RunError | None = None
    env: dict[str, str] = field(default_factory=dict[str, str])
    parent: ParentStep | None = None
    waiting: RunWaiting | None = None
    steps: dict[StepPath, StepState] = field(default_factory=dict[StepPath, StepState])
    last_seq: int = 1

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        self.last_seq += 1
        if self.status is RunStatus.QUEUED:
            self.status = RunStatus.RUNNING
        match event:
            case StepStarted():
                self.steps[event.step_path] = _started(event)
            case StepRetrying():
                _retry(self.steps[event.step_path], event)
            case StepWaiting():
                _wait(self.steps[event.step_path], self.last_seq, event)
            case StepFinished():
                _finish(self.steps[event.step_path], self.last_seq, event)
            case RunWaiting():
                self.status, self.waiting = RunStatus.WAITING, event
            case RunResumed():
                self.status, self.waiting = RunStatus.RUNNING, None
            case RunFinished():
                self.status = event.status
                self.finished_at = event.finished_at
                self.message = event.message
                self.output = event.output
                self.error = event.error
            case RunStarted():
                raise RunDamaged(f"Run {self.run_id} starts twice in its journal.")
            case _:
                assert_never(event)


def fold(events: Iterable[Event]) -> RunState:
    """The state after `events`, which begin with `run_started`.

    Raises:
        RunDamaged: they do not, or a step ends that never started: that was never written.
    """
    remaining = iter(events)
    first = next(remaining, None)
    if not isinstance(first, RunStarted):
        raise RunDamaged("A journal begins with run_started; this one does not.")
    state = RunState(
        run_id=first.run_id,
        scenario_id=first.scenario_id,
        revision=first.revision,
        input=first.input,
        started_at=first.started_at,
        env=first.env,
        parent=first.parent,
    )
    go_on(state, remaining)
    return state


def go_on(state: RunState, events: Iterable[Event]) -> None:
    """Take in the events that follow those of `state`.

    Raises:
        RunDamaged: a step goes on that never started, or the run starts twice.
    """
    try:
        for event in events:
            state.apply(event)
    except KeyError as exc:
        raise RunDamaged(f"Step {exc} of run {state.run_id} goes on in the journal but never started.") from exc


def _started(event: StepStarted) -> StepState:
    return StepState(
        path=event.step_path,
        name=event.step_name,
        index=event.index,
        step_type=event.step_type,
        started_at=event.started_at,
        input=event.input,
    )


def _retry(step: StepState, event: StepRetrying) -> None:
    step.attempts = event.attempt
    step.failures += not event.interrupted
    step.retrying = event
    step.waiting = None
    step.status = StepStatus.RUNNING
    step.message = event.error.message


def _wait(step: StepState, seq: int, event: StepWaiting) -> None:
    step.status = StepStatus.WAITING
    step.waiting = (seq, event)


def _finish(step: StepState, seq: int, event: StepFinished) -> None:
    step.seq = seq
    step.status = event.status
    step.finished_at = event.finished_at
    step.message = event.message
    step.attempts = event.attempts
    step.retrying = None
    step.waiting = None
    step.output = event.output
    step.error = event.error
    step.errors = event.errors
