"""The document model: what a scenario is. Steps live in `scenario/steps/`, one file per type."""

import typing
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field

from callsheet.scenario.durations import Duration
from callsheet.scenario.steps.base import Document, RetryField, ValueField
from callsheet.scenario.steps.tool import ToolStep

MAX_STEPS: Final = 200
MAX_DOCUMENT_BYTES: Final = 256 * 1024
SCENARIO_ID_PATTERN: Final = r"^[a-z][a-z0-9_-]{0,127}$"

Step: TypeAlias = ToolStep
"""Any step. A new type joins this union, discriminated by `type`."""

Schema = Annotated[dict[str, Any], Field()]
"""A JSON Schema (draft 2020-12), kept as the author wrote it."""


class Defaults(Document):
    """What steps take when they say nothing themselves."""

    server: str | None = None
    timeout: Duration | None = None
    retry: RetryField | None = None


class Scenario(Document):
    """One scenario.

    Attributes:
        input_schema: what a run's input must fit; None takes any object.
        output_schema: what the run's output must fit, for readers; None says nothing.
        vars: constants, the root `vars` of expressions.
        timeout: seconds a run may take in all.
        steps: run in order.
        output: the run's output; None takes the last step's.
        on_error: steps that run when the run fails, with `error` in scope; the run still ends failed.
    """

    schema_version: typing.Literal["1"]
    scenario_id: Annotated[str, Field(pattern=SCENARIO_ID_PATTERN)]
    name: Annotated[str, Field(min_length=1, max_length=256)]
    description: str = ""
    tags: tuple[str, ...] = ()
    input_schema: Schema | None = None
    output_schema: Schema | None = None
    vars: dict[str, Any] = Field(default_factory=dict)
    defaults: Defaults = Defaults()
    timeout: Duration = 3600.0
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MAX_STEPS)]
    output: ValueField | None = None
    on_error: tuple[Step, ...] = ()

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step of the document, those of `on_error` last."""
        return self.steps + self.on_error
