"""The `tool` step: one call of a tool of an MCP server."""

import typing
from enum import StrEnum

from pydantic import Field

from callsheet.scenario.durations import Duration
from callsheet.scenario.steps.base import BaseStep, InputField, OwnValue
from callsheet.scenario.values import Literal


class ResultFormat(StrEnum):
    """How a tool's result becomes the step's output.

    `auto` takes `structuredContent`, else a sole block of text parsed as JSON, else `{"text": …}`; the others insist.
    """

    AUTO = "auto"
    STRUCTURED = "structured"
    JSON = "json"
    TEXT = "text"


class OnInterrupt(StrEnum):
    """What to do when the process ended in the middle of the call, so that nobody knows whether the tool ran.

    `retry` calls again with the same idempotency key (at least once); `fail` fails the step with `OutcomeUnknown`;
    `approve` parks the run and asks a person whether to call again, or to fail.
    """

    RETRY = "retry"
    FAIL = "fail"
    APPROVE = "approve"


class ToolStep(BaseStep):
    """Calls a tool.

    Attributes:
        tool: the tool's name.
        server: the tool server's name; without it, that of `defaults`, else the only server that offers the tool.
        input: the tool's arguments; never an expression itself, its values are.
        required_input_fields: arguments that must have a value once evaluated, else the step fails before the call.
        result_format: how the tool's result becomes the step's output.
        on_interrupt: what to do when the process ended in the middle of the call.
        cache: how long the result of the same call is taken again instead of calling; without it, never.
    """

    type: typing.Literal["tool"]
    tool: typing.Annotated[str, Field(min_length=1, max_length=256)]
    server: typing.Annotated[str, Field(min_length=1, max_length=128)] | None = None
    input: InputField = Literal({})
    required_input_fields: tuple[str, ...] = ()
    result_format: ResultFormat = ResultFormat.AUTO
    on_interrupt: OnInterrupt = OnInterrupt.RETRY
    cache: Duration | None = None

    def own_values(self) -> tuple[OwnValue, ...]:
        """The arguments."""
        return (OwnValue(pointer="/input", value=self.input, secrets=True),)
