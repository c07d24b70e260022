"""The `tool` step: one call of a tool of an MCP server."""

import typing
from enum import StrEnum

from pydantic import Field

from callsheet.scenario.steps.base import BaseStep, InputField
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

    `retry` calls again with the same idempotency key (at least once); `fail` fails the step with `OutcomeUnknown`.
    """

    RETRY = "retry"
    FAIL = "fail"


class ToolStep(BaseStep):
    """Calls a tool.

    Attributes:
        tool: the tool's name.
        server: the tool server's name; None takes the document's default, else the only server that offers the tool.
        input: the tool's arguments; never an expression itself, its values are.
        required_input_fields: arguments that must have a value once evaluated, else the step fails before the call.
    """

    type: typing.Literal["tool"] = "tool"
    tool: typing.Annotated[str, Field(min_length=1, max_length=256)]
    server: typing.Annotated[str, Field(min_length=1, max_length=128)] | None = None
    input: InputField = Literal({})
    required_input_fields: tuple[str, ...] = ()
    result_format: ResultFormat = ResultFormat.AUTO
    on_interrupt: OnInterrupt = OnInterrupt.RETRY
