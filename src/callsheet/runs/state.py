"""The state of a run: a fold over its events. Whoever shows a status (API, CLI, UI) takes it from here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, assert_never

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.errors.runs import RunDamaged
from callsheet.runs.events import (
    Event,
    ForkedFrom,
    ParentStep,
    Revision,
    RunError,
    RunFinished,
    RunId,
    RunResumed,
    RunStarted,
    RunStatus,
    RunTrigger,
    RunWaiting,
    StepFinished,
    StepLog,
    StepPath,
    StepProgress,
    StepResumed,
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
        has_waited: whether it ever waited for somebody or something outside.
        asked: the questions of its tool that were answered, with their `seq`; none after an attempt that failed.
        task: the encrypted continuation of the task that its tool works on, in the present attempt, with the `seq` of
            the event that says so.
        child: the run that a step of type `scenario` began last; it stays when that has ended.
        progress: how far its tool is.
        logs: how many lines its tool logged.
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
    has_waited: bool = False
    asked: list[tuple[int, StepWaiting]] = field(default_factory=list[tuple[int, StepWaiting]])
    task: tuple[int, str] | None = None
    child: RunId | None = None
    progress: StepProgress | None = None
    logs: int = 0
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
    priority: int = 0
    forked_from: ForkedFrom | None = None
    trigger: RunTrigger | None = None
    mandate: Mandate = NOBODY
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
            case StepRetrying() | StepWaiting() | StepResumed() | StepProgress() | StepLog() | StepFinished():
                _go_on(self.steps[event.step_path], self.last_seq, event)
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
        priority=first.priority,
        forked_from=first.forked_from,
        trigger=first.trigger,
        mandate=first.mandate,
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


StepGoesOn: TypeAlias = StepRetrying | StepWaiting | StepResumed | StepProgress | StepLog | StepFinished


def _go_on(step: StepState, seq: int, event: StepGoesOn) -> None:
    match event:
        case StepRetrying():
            _retry(step, event)
        case StepWaiting():
            _wait(step, seq, event)
        case StepResumed():
            _resume(step)
        case StepProgress():
            step.progress = event
        case StepLog():
            step.logs += 1
        case StepFinished():
            _finish(step, seq, event)
        case _:
            assert_never(event)


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
    step.task = None
    step.progress = None
    if not event.interrupted:  # what failed with these answers is asked anew
        step.asked = []
    step.status = StepStatus.RUNNING
    step.message = event.error.message


def _wait(step: StepState, seq: int, event: StepWaiting) -> None:
    step.status = StepStatus.WAITING
    step.waiting = (seq, event)
    step.has_waited = True
    match event.waits_for.get("kind"):
        case "task":
            step.task = (seq, event.continuation)
        case "run":
            step.child = RunId(str(event.waits_for.get("run_id")))
        case _:
            pass


def _resume(step: StepState) -> None:
    step.status = StepStatus.RUNNING
    if step.waiting is not None:
        step.asked.append(step.waiting)
    step.waiting = None


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
