"""The events of a run: what the journal stores, in the order in which it happened.

A run *is* this list; its state is a fold over it (`callsheet.runs.state`). Names of the types and of their first fields
are binding (the seed); `runs/codec.py` writes them as JSON.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.scenario.json import Json, JsonObject

RunId = NewType("RunId", str)
"""A UUID in its canonical text form."""

StepPath = NewType("StepPath", str)
"""Where an execution of a step sits in its run, such as `fetch_all[3].fetch`; unique in the run."""

Revision = NewType("Revision", str)
"""Names one immutable version of a scenario: a digest of its canonical JSON."""


class RunStatus(StrEnum):
    """Where a run stands. `success` and `failed` as in the seed; the others are ours."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing will happen to the run any more."""
        return self in _TERMINAL


_TERMINAL = frozenset({RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.CANCELLED})


class StepStatus(StrEnum):
    """Where one execution of a step stands."""

    RUNNING = "running"
    WAITING = "waiting"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """Why a step or a run failed.

    Attributes:
        code: an error code of the scenario language, such as `ToolError`.
        message: a sentence for a person.
        step: the path of the step that failed; None when no step did.
        attempt: the attempt that failed, counted from 1; None when no attempt was made.
        data: what else is known.
    """

    code: str
    message: str
    step: StepPath | None = None
    attempt: int | None = None
    data: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentStep:
    """The step of another run that waits for this one.

    Attributes:
        seq: the `step_waiting` event that this run answers by its end.
        depth: how many runs are above this one; 1 for a child of a run that somebody started.
    """

    run_id: RunId
    seq: int
    depth: int


class TriggerKind(StrEnum):
    """What starts a run where no caller and no step does."""

    SCHEDULE = "schedule"
    HOOK = "hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrigger:
    """What started a run.

    Attributes:
        name: of the schedule or hook.
        slot: the moment of the schedule that the run is for; None for a hook, and when somebody asked for the run.
    """

    kind: TriggerKind
    name: str
    slot: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedFrom:
    """The run whose first events are this one's, too.

    Attributes:
        from_step: the first step that is executed anew; None when every one is, or when all had ended.
    """

    run_id: RunId
    from_step: StepPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The run was accepted: always the first event.

    Attributes:
        env: the declared environment values as they were then; the run sees these for all its life.
        parent: the step that waits for this run; None for a run that a caller started.
        priority: runs with a higher one get a free place first; from -100 to 100.
        forked_from: where the events that follow come from, when this run is a fork.
        trigger: the schedule or hook that started the run; None when a caller or a step did.
        mandate: on whose behalf it works.
    """

    run_id: RunId
    scenario_id: str
    started_at: datetime
    revision: Revision
    input: JsonObject
    env: dict[str, str] = field(default_factory=dict[str, str])
    parent: ParentStep | None = None
    priority: int = 0
    forked_from: ForkedFrom | None = None
    trigger: RunTrigger | None = None
    mandate: Mandate = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step is about to run: written before the first effect of its first attempt."""

    run_id: RunId
    step_name: str
    index: int
    started_at: datetime
    step_path: StepPath
    step_type: str
    input: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRetrying:
    """An attempt failed, or was cut off with its process, and another one follows `delay` seconds after `at`."""

    run_id: RunId
    step_name: str
    index: int
    at: datetime
    step_path: StepPath
    attempt: int
    delay: float
    interrupted: bool
    error: RunError


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWaiting:
    """A step waits for something outside: a person's answer, a moment, another run.

    The event's `seq` names what it waits for: a message delivered to it goes to that (`Journal.deliver`).

    Attributes:
        waits_for: `{"kind": "approval", "message": …, "assignees": …, "form_schema": …}`, `{"kind": "time"}`,
            `{"kind": "run", "run_id": …, "scenario_id": …, "revision": …}`, `{"kind": "task", "server": …, "tool": …}`
            or `{"kind": "elicitation", "server": …, "tool": …, "message": …, "form_schema": …, "requests": [{"key": …,
            "message": …, "form_schema": …, "url": …}]}`, where `form_schema` is what the answer's data must fit.
        until: when it goes on without a message; None for never.
        continuation: of a tool call, encrypted; empty for other waits.
    """

    run_id: RunId
    step_name: str
    index: int
    at: datetime
    step_path: StepPath
    waits_for: JsonObject
    until: datetime | None = None
    continuation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResumed:
    """A step whose tool asked something goes on with the answer; written before the answer is sent.

    Attributes:
        waited: the `seq` of the `step_waiting` event that the answer was delivered to.
        action: `accept`, `decline` or `cancel`.
        by: who answered; empty when nobody said.
    """

    run_id: RunId
    step_name: str
    index: int
    at: datetime
    step_path: StepPath
    waited: int
    action: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """A tool says how far it is; not every word of it is written, but the last one is."""

    run_id: RunId
    step_name: str
    index: int
    at: datetime
    step_path: StepPath
    progress: float
    total: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLog:
    """A line that a tool logged.

    Attributes:
        level: one of MCP's, from `debug` to `emergency`.
        data: a text or any other JSON.
    """

    run_id: RunId
    step_name: str
    index: int
    at: datetime
    step_path: StepPath
    level: str
    logger: str = ""
    data: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWaiting:
    """Every step at work waits: the run is parked, and nothing but its rows is held of it.

    Attributes:
        until: when it goes on by itself; None for only when a message comes.
        messages: how many messages to the run were taken into account.
    """

    run_id: RunId
    at: datetime
    until: datetime | None
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """A parked run goes on."""

    run_id: RunId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A step ended; its `output` is what later steps see, and it is never executed again.

    Attributes:
        errors: of a `foreach`: `{index, code, message}` of each iteration that failed; None for other steps.
    """

    run_id: RunId
    step_name: str
    index: int
    status: StepStatus
    started_at: datetime
    finished_at: datetime
    message: str
    step_path: StepPath
    attempts: int
    output: Json = None
    error: RunError | None = None
    errors: list[Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run ended: always the last event."""

    run_id: RunId
    status: RunStatus
    finished_at: datetime
    message: str
    output: Json = None
    error: RunError | None = None


Event: TypeAlias = (
    RunStarted
    | StepStarted
    | StepRetrying
    | StepWaiting
    | StepResumed
    | StepProgress
    | StepLog
    | StepFinished
    | RunWaiting
    | RunResumed
    | RunFinished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was delivered to a step that waits: the first message counts, a second one is refused.

    Attributes:
        value: `{"kind": "answer", "approved": …, "comment": …, "data": …}` (to a tool's question with `"action"`, which
            is `accept`, `decline` or `cancel`, beside them), `{"kind": "timeout"}` or
            `{"kind": "run_finished", "run_id": …, "status": …}`.
        by: who sent it; empty when nobody did.
    """

    at: datetime
    value: JsonObject
    by: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One event as the journal holds it: `seq` counts 1, 2, 3 … in its run, `data` is its JSON text.

    `data` is encoded once, when the event is written; every reader passes the same bytes on.
    """

    seq: int
    type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One row of the list of runs.

    Attributes:
        owner: that of its `Mandate`.
        error_code: the code of the error with which it ended; None for a run that has not ended, or ended well.
    """

    run_id: RunId
    scenario_id: str
    revision: Revision
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    message: str = ""
    last_seq: int = 1
    parent_run_id: RunId | None = None
    priority: int = 0
    forked_from: ForkedFrom | None = None
    owner: str = ""
    error_code: str | None = None
