"""Executes `tool` steps: one call of an MCP tool, and its result as the step's output."""

import asyncio
from typing import Any, Final, assert_never

import orjson

from callsheet.errors.steps import StepFailure
from callsheet.errors.tools import HeldCallLost
from callsheet.runs.cache import cache_key
from callsheet.runs.conversation import Conversation
from callsheet.runs.execution import Execution
from callsheet.runs.executor import Attempt, Outcome, Resumption
from callsheet.runs.hearing import Hearing
from callsheet.runs.keys import path_uuid
from callsheet.runs.redaction.aside import clean_json_aside, clean_text_aside
from callsheet.runs.redaction.redactor import NOTHING
from callsheet.runs.redaction.results import clean_result
from callsheet.runs.scope import Scope
from callsheet.runs.secrets import how_to_set, masks, uses_secrets
from callsheet.runs.tools import OtherBlock, TextBlock, ToolCall, ToolResult
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.steps.tool import OnInterrupt, ResultFormat, ToolStep

_RESUMPTIONS = {
    OnInterrupt.RETRY: Resumption.RETRY,
    OnInterrupt.FAIL: Resumption.FAIL,
    OnInterrupt.APPROVE: Resumption.ASK,
}


LARGE_TEXT: Final = 32 * 2**10
"""Characters of a result's texts that are read on the event loop, in some milliseconds."""

MAX_ERROR_BYTES: Final = 64 * 2**10
"""JSON of the `data` of a tool's error that is kept. An error is written with every retry and again where it ends."""


class ToolExecutor:
    """The executor of `ToolStep`."""

    keeps_time = True

    async def prepare(self, step: ToolStep, scope: Scope) -> Json:
        """The tool's arguments, secrets by their names; every one of `required_input_fields` has a value."""
        names = scope.execution.scenario.secrets
        arguments = _object(await scope.evaluate(step.input, {"secrets": masks(names)} if names else None))
        for name in step.required_input_fields:
            if arguments.get(name) is None:
                message = (
                    f"The required input field '{name}' of tool '{step.tool}' has no value. See 'input' of the step."
                )
                raise StepFailure(message, code="InputInvalid", data={"field": name})
        return arguments

    async def attempt(self, step: ToolStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Call the tool once."""
        try:
            return await self._attempt(step, prepared, attempt)
        except StepFailure as exc:
            exc.data = _kept(exc.data)
            raise

    async def _attempt(self, step: ToolStep, prepared: Json, attempt: Attempt) -> Outcome:
        execution = attempt.execution
        arguments, names = _object(prepared), execution.scenario.secrets
        secrets: JsonObject = dict(_resolve(names, execution)) if names and uses_secrets(step.input) else {}
        execution.renew_secrets()  # now: what is used is among what is known
        if secrets:
            arguments = _object(await attempt.scope.evaluate(step.input, {"secrets": secrets}))
        if (redactor := execution.redactor) is NOTHING:
            return Outcome(output=await _call(step, arguments, attempt))
        try:
            return Outcome(output=await clean_json_aside(await _call(step, arguments, attempt), redactor))
        except HeldCallLost as exc:
            raise HeldCallLost(redactor.text(exc.message), server=exc.server, tool=exc.tool) from None
        except StepFailure as exc:
            message = await clean_text_aside(exc.message, redactor)
            data = await clean_json_aside(exc.data, redactor)
            raise StepFailure(message, code=exc.step_code, data=data) from None

    def resumption(self, step: ToolStep) -> Resumption:
        """As the author decided with `on_interrupt`."""
        return _RESUMPTIONS[step.on_interrupt]


async def _call(step: ToolStep, arguments: JsonObject, attempt: Attempt) -> Json:
    execution = attempt.execution
    defaults = execution.scenario.defaults
    server = step.server or defaults.server
    scenario_id, allowed = execution.state.scenario_id, execution.state.mandate.tools
    # Who may not call every tool may not have every result: whether this one may be had is known at the call.
    cached = step.cache if allowed.allow_all else 0
    key = cache_key(scenario_id, server, step.tool, arguments) if cached else ""
    result = execution.around.cache.find(key, cached) if cached else None
    if result is None:
        hearing = Hearing(attempt)
        call = ToolCall(
            server=server,
            tool=step.tool,
            arguments=arguments,
            timeout=step.timeout or defaults.timeout,
            idempotency_key=path_uuid(execution.namespace, attempt.state.path),
            attempt=attempt.state.attempts,
            run_id=execution.run_id,
            scenario_id=scenario_id,
            allowed=allowed,
            step_path=attempt.state.path,
            listener=hearing,
        )
        result = await Conversation(call, attempt, hearing).result()
        if execution.redactor is not NOTHING:
            result = await clean_result(result, execution.redactor)
        if cached:
            execution.around.cache.keep(key, result)
    if _texts_are_large(result):  # read beside the event loop: JSON of a megabyte would hold it up
        return await asyncio.to_thread(read_result, result, step.result_format, step.tool)
    return read_result(result, step.result_format, step.tool)


def _texts_are_large(result: ToolResult) -> bool:
    return sum(len(block.text) for block in result.content if isinstance(block, TextBlock)) > LARGE_TEXT


def _kept(data: Json) -> Json:
    """What an error says beside its words, unless that is so large that every retry would fill the journal."""
    size = len(orjson.dumps(data))
    return data if size <= MAX_ERROR_BYTES else {"limit": "error", "value": MAX_ERROR_BYTES, "bytes": size}


def _resolve(names: tuple[str, ...], execution: Execution) -> dict[str, str]:
    found = {name: execution.around.secrets.value(name) for name in names}
    for name, secret in found.items():
        if secret is None:
            message = f"The secret '{name}' is not set any more: {how_to_set(name)}."
            raise StepFailure(message, code="InputInvalid", data={"secret": name})
    return {name: secret for name, secret in found.items() if secret is not None}


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
