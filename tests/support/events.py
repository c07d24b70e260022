"""Builders for events: every argument has a default, a test names what it is about."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.runs.events import (
    Event,
    Message,
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
from callsheet.runs.ports import Journal, NewRun
from callsheet.scenario.json import Json, JsonObject

NOON = datetime(2026, 4, 24, 12, 0, tzinfo=UTC)
"""The moment at which everything happens unless a test says otherwise."""


def new_id() -> RunId:
    """A run id that nobody else has."""
    return RunId(str(uuid4()))


async def due_ids(journal: Journal, moment: datetime) -> list[RunId]:
    """The runs that have something to do, in the journal's order."""
    return [run.run_id for run in await journal.due(moment)]


def after_noon(seconds: float) -> datetime:
    """`seconds` after `NOON`."""
    return NOON + timedelta(seconds=seconds)


def run_started(
    run_id: RunId | None = None,
    *,
    scenario_id: str = "news",
    started_at: datetime = NOON,
    revision: str = "rev-1",
    data: JsonObject | None = None,
    parent: ParentStep | None = None,
    priority: int = 0,
    mandate: Mandate = NOBODY,
) -> RunStarted:
    """The first event of a run; `data` is its input."""
    return RunStarted(
        run_id=run_id or new_id(),
        scenario_id=scenario_id,
        started_at=started_at,
        revision=Revision(revision),
        input=data or {},
        parent=parent,
        priority=priority,
        mandate=mandate,
    )


def new_run(
    run_id: RunId | None = None,
    *,
    scenario_id: str = "news",
    started_at: datetime = NOON,
    revision: str = "rev-1",
    definition: bytes = b'{"steps":[]}',
    key: str | None = None,
    fingerprint: str = "",
    parent: ParentStep | None = None,
    priority: int = 0,
    mandate: Mandate = NOBODY,
) -> NewRun:
    """A run as it is handed to `Journal.create`."""
    started = run_started(
        run_id,
        scenario_id=scenario_id,
        started_at=started_at,
        revision=revision,
        parent=parent,
        priority=priority,
        mandate=mandate,
    )
    return NewRun(started=started, definition=definition, idempotency_key=key, fingerprint=fingerprint)


def step_started(run_id: RunId, name: str = "search", *, index: int = 0, data: Json = None) -> StepStarted:
    """A tool step begins; `data` is its input."""
    return StepStarted(
        run_id=run_id,
        step_name=name,
        index=index,
        started_at=NOON,
        step_path=StepPath(name),
        step_type="tool",
        input=data,
    )


def step_retrying(
    run_id: RunId,
    name: str = "search",
    *,
    at: datetime = NOON,
    delay: float = 0.0,
    code: str = "ToolError",
    interrupted: bool = False,
) -> StepRetrying:
    """The first attempt of a tool step failed, and another one follows."""
    return StepRetrying(
        run_id=run_id,
        step_name=name,
        index=0,
        at=at,
        step_path=StepPath(name),
        attempt=2,
        delay=delay,
        interrupted=interrupted,
        error=RunError(code=code, message="No."),
    )


def step_finished(
    run_id: RunId,
    name: str = "search",
    *,
    index: int = 0,
    output: Json = None,
    attempts: int = 1,
    finished_at: datetime = NOON,
) -> StepFinished:
    """A tool step ends well."""
    return StepFinished(
        run_id=run_id,
        step_name=name,
        index=index,
        status=StepStatus.SUCCESS,
        started_at=NOON,
        finished_at=finished_at,
        message="",
        step_path=StepPath(name),
        attempts=attempts,
        output=output,
    )


def run_finished(
    run_id: RunId,
    status: RunStatus = RunStatus.SUCCESS,
    *,
    message: str = "",
    finished_at: datetime = NOON,
    code: str | None = None,
) -> RunFinished:
    """The run ends, with an error when there is a `code`."""
    error = None if code is None else RunError(code=code, message=message)
    return RunFinished(run_id=run_id, status=status, finished_at=finished_at, message=message, error=error)


def step_waiting(run_id: RunId, name: str = "search", *, index: int = 0) -> StepWaiting:
    """A step waits for an answer."""
    return StepWaiting(
        run_id=run_id,
        step_name=name,
        index=index,
        at=NOON,
        step_path=StepPath(name),
        waits_for={"kind": "approval", "message": "May I?"},
    )


def run_waiting(run_id: RunId, *, until: datetime | None = None, messages: int = 0) -> RunWaiting:
    """The run is parked."""
    return RunWaiting(run_id=run_id, at=NOON, until=until, messages=messages)


def run_resumed(run_id: RunId) -> RunResumed:
    """The run goes on."""
    return RunResumed(run_id=run_id, at=NOON)


def answer(by: str = "", *, at: datetime = NOON, approved: bool = True) -> Message:
    """What somebody says to a step that waits."""
    return Message(at=at, value={"kind": "answer", "approved": approved}, by=by)


def steps(run_id: RunId, count: int) -> list[Event]:
    """`count` steps, each begun and finished: twice as many events."""
    return [
        event
        for index in range(count)
        for event in (
            step_started(run_id, f"step_{index}", index=index),
            step_finished(run_id, f"step_{index}", index=index),
        )
    ]
