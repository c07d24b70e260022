"""The events of a run, as the journal stores them and the streams send them: `runs/codec.py` writes these fields.

They are read by clients and never by the service itself, so these models only describe. A key that is not always there
has `None` as its default here; it is then absent, not null.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Field, RootModel
from pydantic.json_schema import SkipJsonSchema

from callsheet.api.schemas.moments import Timestamp
from callsheet.api.schemas.runs import ErrorDetail, ForkOrigin
from callsheet.runs.events import RunStatus, StepStatus, TriggerKind


def _without_default(schema: dict[str, Any]) -> None:
    """A default would tell a client that the key is always there."""
    schema.pop("default", None)


def absent(description: str) -> Any:
    """The field of a key that is not always there. `Any`: what `Field` gives stands where a default does."""
    return Field(default=None, description=f"{description} Not always there.", json_schema_extra=_without_default)


Nothing: TypeAlias = SkipJsonSchema[None]
"""For a key that is absent in JSON: its schema does not say null."""

Name = Annotated[str, Field(description="Of the step in its scenario: the `node_id` of the snapshot.")]
Path = Annotated[str, Field(description="Where this execution of the step sits in the run, unique in it.")]
At = Annotated[Timestamp, Field(description="When it happened.")]


class EventFields(BaseModel):
    """What every event of a run has."""

    run_id: str
    omitted: dict[str, int] | Nothing = absent(
        "Bytes of each value over 64 KiB that a stream left out, by the name of its field; the value is null then."
    )


class StepEventFields(EventFields):
    """What every event of a step has."""

    step_name: Name
    index: Annotated[int, Field(description="Counts from 0 in the order in which the steps of the run began.")]
    step_path: Path


class EventParent(BaseModel):
    """The step of another run that waits for this one."""

    run_id: str
    seq: Annotated[int, Field(description="Of the `step_waiting` event that this run's end answers.")]
    depth: Annotated[int, Field(description="How many runs are above this one.")]


class EventTrigger(BaseModel):
    """The schedule or hook that started a run."""

    kind: TriggerKind
    name: str
    slot: Timestamp | Nothing = absent("The moment of the schedule that the run is for.")


class IterationError(BaseModel):
    """An iteration of a `foreach` that failed."""

    index: int
    code: str
    message: str


class RunStartedEvent(EventFields):
    """The run was accepted: always the first event."""

    type: Literal["run_started"]
    scenario_id: str
    started_at: Timestamp
    revision: str
    input: Annotated[dict[str, Any] | None, Field(description="Null only where it is `omitted`.")]
    env: dict[str, str] | Nothing = absent("The declared environment values, as they were then.")
    parent: EventParent | Nothing = absent("Of a run that a step began.")
    priority: int | Nothing = absent("From -100 to 100; without it 0.")
    forked_from: ForkOrigin | Nothing = absent("Of a fork: the run whose events are this one's, too.")
    trigger: EventTrigger | Nothing = absent("What started the run, where no caller and no step did.")
    owner: str | Nothing = absent("Whose run it is.")
    tools_allowed: list[str] | Nothing = absent("The tools that it may call, as patterns; without it all.")
    scenarios_allowed: list[str] | Nothing = absent("The scenarios that its steps may start; without it all.")


class StepStartedEvent(StepEventFields):
    """A step is about to run: written before its first effect."""

    type: Literal["step_started"]
    started_at: Timestamp
    step_type: str
    input: Any


class StepRetryingEvent(StepEventFields):
    """An attempt failed, and another one follows `delay` seconds after `at`."""

    type: Literal["step_retrying"]
    at: At
    attempt: Annotated[
        int, Field(description="The one that follows, counted from 1; `error.attempt` is the one that failed.")
    ]
    delay: float
    interrupted: Annotated[bool, Field(description="Whether the attempt was cut off with its process.")]
    error: ErrorDetail


class StepWaitingEvent(StepEventFields):
    """A step waits: for a person, a moment, another run or a task of a tool server."""

    type: Literal["step_waiting"]
    at: At
    waits_for: Annotated[
        dict[str, Any],
        Field(
            description=(
                "`kind` and its own fields: `approval` (`message`, `assignees`, `form_schema`), `elicitation` "
                "(`server`, `tool`, `message`, `form_schema`, `requests`), `time`, `run` (`run_id`, `scenario_id`, "
                "`revision`), `task` (`server`, `tool`)."
            )
        ),
    ]
    until: Annotated[Timestamp | None, Field(description="When it goes on by itself; null for never.")]
    continuation: str | Nothing = absent("Of a tool call, encrypted.")


class StepResumedEvent(StepEventFields):
    """A step whose tool asked something goes on with the answer."""

    type: Literal["step_resumed"]
    at: At
    waited: Annotated[int, Field(description="The `seq` of the `step_waiting` event that was answered.")]
    action: Annotated[str, Field(description="`accept`, `decline` or `cancel`.")]
    by: Annotated[str, Field(description="Who answered; empty when nobody said.")]


class StepProgressEvent(StepEventFields):
    """A tool said how far it is."""

    type: Literal["step_progress"]
    at: At
    progress: float
    total: float | None
    message: str


class StepLogEvent(StepEventFields):
    """A line that a tool logged."""

    type: Literal["step_log"]
    at: At
    level: Annotated[str, Field(description="One of MCP's, from `debug` to `emergency`.")]
    logger: str
    data: Any


class StepFinishedEvent(StepEventFields):
    """A step ended; it is never executed again in this run."""

    type: Literal["step_finished"]
    status: StepStatus
    started_at: Timestamp
    finished_at: Timestamp
    message: str
    attempts: int
    output: Annotated[Any, Field(description="What later steps see.")]
    error: ErrorDetail | None
    errors: list[IterationError] | Nothing = absent("Of a `foreach`: the iterations that failed.")


class RunWaitingEvent(EventFields):
    """Every step at work waits: the run is parked."""

    type: Literal["run_waiting"]
    at: At
    until: Annotated[Timestamp | None, Field(description="When it goes on by itself; null for never.")]
    messages: Annotated[int, Field(description="How many messages to the run were taken into account.")]


class RunResumedEvent(EventFields):
    """A parked run goes on."""

    type: Literal["run_resumed"]
    at: At


class RunFinishedEvent(EventFields):
    """The run ended: always the last event."""

    type: Literal["run_finished"]
    status: RunStatus
    finished_at: Timestamp
    message: str
    output: Any
    error: ErrorDetail | None


AnyRunEvent: TypeAlias = (
    RunStartedEvent
    | StepStartedEvent
    | StepRetryingEvent
    | StepWaitingEvent
    | StepResumedEvent
    | StepProgressEvent
    | StepLogEvent
    | StepFinishedEvent
    | RunWaitingEvent
    | RunResumedEvent
    | RunFinishedEvent
)


class RunEvent(RootModel[Annotated[AnyRunEvent, Field(discriminator="type")]]):
    """The JSON in `data` of each event of `GET /api/runs/{run_id}/events`."""


class ReadyEvent(BaseModel):
    """Every change from now on comes on the stream."""

    type: Literal["ready"]


class RefetchEvent(BaseModel):
    """Changes were dropped: fetch the list of runs again."""

    type: Literal["refetch"]


class RunStatusEvent(BaseModel):
    """A run is new or has another status: its row as it is now."""

    type: Literal["run_status"]
    run_id: str
    scenario_id: str
    status: RunStatus
    message: str
    started_at: Timestamp
    finished_at: Timestamp | None
    last_seq: Annotated[int, Field(description="How far the run's events were when it had this status.")]
    parent_run_id: str | None
    priority: int
    owner: Annotated[str, Field(description="Whose run it is; empty if unknown.")]
    error_code: Annotated[str | None, Field(description="The `code` of the run's `error`; null without one.")]


class RunDeletedEvent(BaseModel):
    """A run was removed."""

    type: Literal["run_deleted"]
    run_id: str


class UnfollowedEvent(BaseModel):
    """Nothing more will come of a run that was followed: it was removed, or its events are damaged."""

    type: Literal["unfollowed"]
    run_id: str
    code: str
    message: str


AnyOverviewEvent: TypeAlias = (
    AnyRunEvent | ReadyEvent | RefetchEvent | RunStatusEvent | RunDeletedEvent | UnfollowedEvent
)


class OverviewEvent(RootModel[Annotated[AnyOverviewEvent, Field(discriminator="type")]]):
    """The JSON in `data` of each event of `GET /api/events`."""
