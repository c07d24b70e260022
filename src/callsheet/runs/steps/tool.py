"""Executes `tool` steps: one call of an MCP tool, and its result as the step's output."""

import hashlib
import uuid
from typing import Any, assert_never

from callsheet.errors import StepFailure
from callsheet.runs.events import StepPath
from callsheet.runs.execution import Execution
from callsheet.runs.ports import OtherBlock, TextBlock, ToolCall, ToolResult
from callsheet.runs.steps.executor import Attempt
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.steps.tool import OnInterrupt, ResultFormat, ToolStep


class ToolExecutor:
    """The executor of `ToolStep`."""

    async def prepare(self, step: ToolStep, execution: Execution) -> Json:
        """The tool's arguments; every one of `required_input_fields` has a value."""
        arguments = _object(await execution.evaluate(step.input))
        for name in step.required_input_fields:
            if arguments.get(name) is None:
                message = (
                    f"The required input field '{name}' of tool '{step.tool}' has no value. See 'input' of the step."
                )
                raise StepFailure(message, code="InputInvalid", data={"field": name})
        return arguments

    async def attempt(self, step: ToolStep, prepared: Json, attempt: Attempt) -> Json:
        """Call the tool once."""
        execution = attempt.execution
        defaults = execution.scenario.defaults
        call = ToolCall(
            server=step.server or defaults.server,
            tool=step.tool,
            arguments=_object(prepared),
            timeout=step.timeout or defaults.timeout,
            idempotency_key=idempotency_key(execution.namespace, attempt.path),
            attempt=attempt.number,
        )
        with execution.control:
            result = await execution.tools.call(call)
        return read_result(result, step.result_format, step.tool)

    def after_interruption(self, step: ToolStep) -> bool:
        """As the author decided with `on_interrupt`."""
        return step.on_interrupt is OnInterrupt.RETRY


def idempotency_key(run: uuid.UUID, path: StepPath) -> str:
    """The same text for every attempt of one execution of a step: UUIDv5 of its path in the run's namespace."""
    # As `uuid.uuid5`, which takes five times as long because it makes an integer of the digest and text of that.
    digest = bytearray(hashlib.sha1(run.bytes + path.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def read_result(result: ToolResult, form: ResultFormat, tool: str) -> Json:
    """A tool's result as JSON, in the form that the step asks for.

    Raises:
        StepFailure: `OutputInvalid`, when the result does not have that form.
    """
    match form:
        case ResultFormat.AUTO:
            return result.structured if result.has_structured else _from_content(result)
        case ResultFormat.STRUCTURED:
            if result.has_structured:
                return result.structured
            raise _invalid(tool, "gave no structuredContent, which 'result_format: structured' asks for")
        case ResultFormat.JSON:
            return _json(result, tool)
        case ResultFormat.TEXT:
            return {"text": _text(result)}
        case _:
            assert_never(form)


def _from_content(result: ToolResult) -> Json:
    if len(result.content) == 1 and isinstance(sole := result.content[0], TextBlock):
        try:
            return decode_json(sole.text)
        except DocumentInvalid:
            return {"text": sole.text}
    others: list[Json] = [block.value for block in result.content if isinstance(block, OtherBlock)]
    return {"text": _text(result), "content": others} if others else {"text": _text(result)}


def _json(result: ToolResult, tool: str) -> Json:
    try:
        return decode_json(_text(result))
    except DocumentInvalid as exc:
        raise _invalid(tool, f"gave a text that is not JSON, which 'result_format: json' asks for: {exc}") from exc


def _text(result: ToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextBlock))


def _object(value: Any) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError("The input of a tool step is an object.")
    return value  # pyright: ignore[reportUnknownVariableType]: an object of JSON, by the type of the step's `input`


def _invalid(tool: str, reason: str) -> StepFailure:
    return StepFailure(f"Tool '{tool}' {reason}.".replace("..", "."), code="OutputInvalid")
