"""The document model: what a scenario is. Steps live in `scenario/steps/`, one file per type."""

import typing
from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field

from callsheet.scenario.durations import MAX_DURATION, Duration
from callsheet.scenario.steps.approval import ApprovalStep
from callsheet.scenario.steps.base import Document, JsonSchemaField, RetryField, ValueField
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.parallel import ParallelStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.scenario import ScenarioId, ScenarioStep
from callsheet.scenario.steps.sequence import SequenceStep
from callsheet.scenario.steps.switch import Case, SwitchStep
from callsheet.scenario.steps.tool import OnInterrupt, ToolStep
from callsheet.scenario.steps.transform import TransformStep
from callsheet.scenario.steps.try_ import Handler, TryStep
from callsheet.scenario.steps.wait import WaitStep

MAX_STEPS: Final = 200
MAX_NESTING: Final = 8
MAX_DOCUMENT_BYTES: Final = 256 * 1024
DEFAULT_TIMEOUT: Final = 3600.0
MAX_CONCURRENT_RUNS: Final = 10_000
"""The largest `max_concurrency`."""

Step: TypeAlias = Annotated[
    ToolStep
    | SequenceStep
    | ParallelStep
    | ForeachStep
    | LoopStep
    | SwitchStep
    | TransformStep
    | ScenarioStep
    | WaitStep
    | ApprovalStep
    | TryStep
    | FailStep
    | ReturnStep,
    Field(discriminator="type"),
]
"""Any step. A new type joins this union, discriminated by `type`."""

STEP_TYPES: Final[dict[str, type[Document]]] = {
    typing.get_args(model.model_fields["type"].annotation)[0]: model
    for model in typing.get_args(typing.get_args(Step)[0])
}
"""The model of each type of step, by the name that documents give it."""

DeclaredName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]


class Defaults(Document):
    """What tool steps take when they say nothing themselves.

    Attributes:
        server: the tool server's name.
        timeout: how long an attempt may take.
        retry: how failed attempts are made again.
    """

    server: str | None = None
    timeout: Duration | None = None
    retry: RetryField | None = None


class Scenario(Document):
    """One scenario.

    Attributes:
        schema_version: of the language.
        scenario_id: names the scenario in the catalog.
        name: for people.
        description: for people.
        tags: for people.
        input_schema: a JSON Schema that a run's input must fit; without one, any object does.
        output_schema: a JSON Schema of the run's output, for readers.
        vars: constants, the root `vars` of expressions.
        secrets: the secrets that tool inputs may use.
        env: the plain values of the operator's that expressions may use.
        defaults: what tool steps take when they say nothing themselves.
        timeout: how long a run may take in all; without one an hour, or thirty days when a step waits.
        max_concurrency: how many runs may be at work at the same time; without it, as many as there is room for.
        steps: run in order.
        output: the run's output; without it, the last step's.
        on_error: steps that run when the run fails, with `error` in scope; the run still ends failed.
    """

    schema_version: typing.Literal["1"]
    scenario_id: ScenarioId
    name: Annotated[str, Field(min_length=1, max_length=256)]
    description: str = ""
    tags: tuple[str, ...] = ()
    input_schema: JsonSchemaField | None = None
    output_schema: JsonSchemaField | None = None
    vars: dict[str, Any] = Field(default_factory=dict)
    secrets: tuple[DeclaredName, ...] = ()
    env: tuple[DeclaredName, ...] = ()
    defaults: Defaults = Defaults()
    timeout: Duration | None = None
    max_concurrency: Annotated[int, Field(ge=1, le=MAX_CONCURRENT_RUNS, strict=True)] | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    output: ValueField | None = None
    on_error: tuple[Step, ...] = ()

    @property
    def time_limit(self) -> float:
        """Seconds a run may take: `timeout`, else an hour, or thirty days if a step waits for a person or a moment."""
        if self.timeout is not None:
            return self.timeout
        return MAX_DURATION if any(map(_may_wait_long, self.all_steps)) else DEFAULT_TIMEOUT

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step of the document, blocks before what is inside them, those of `on_error` last."""
        return tuple(_below(self.steps + self.on_error))


def _may_wait_long(step: Step) -> bool:
    if isinstance(step, ToolStep):
        return step.on_interrupt is OnInterrupt.APPROVE
    return isinstance(step, WaitStep | ApprovalStep | ScenarioStep)


def _below(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for each in step.lists():
            yield from _below(each.steps)


for _model in (*STEP_TYPES.values(), Case, Handler, Scenario):
    _model.model_rebuild(_types_namespace={"Step": Step})
