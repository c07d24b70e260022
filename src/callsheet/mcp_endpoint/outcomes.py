"""What a run gave, as the result of a tool call."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

import orjson
from mcp_types import AudioContent, CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic import TypeAdapter, ValidationError

from callsheet.errors.kinds import CallsheetError, Invalid
from callsheet.mcp_endpoint.questions import Question
from callsheet.mcp_endpoint.tool_schemas import RESULT
from callsheet.runs.assignees import assignees_of
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.state import RunState
from callsheet.scenario.json import Json, JsonObject, is_object

RUN_ID: Final = "callsheet/runId"
"""In `_meta` of every result: the run behind it."""

ERROR: Final = "callsheet/error"
"""In `_meta` of the result of a failed run: code, message, step and data."""

_BLOCKS: TypeAdapter[list[ContentBlock]] = TypeAdapter(list[ContentBlock])


def result_of(state: RunState, *, wraps: bool, declared: bool) -> CallToolResult:
    """The result of a run that has ended.

    Args:
        state: the run.
        wraps: whether the scenario declares an output that is no object.
        declared: whether it declares its output at all.
    """
    meta: dict[str, Any] = {RUN_ID: state.run_id}
    if state.status is RunStatus.SUCCESS:
        content, is_speech = _content(state.output)
        structured = None if is_speech and not declared else _structured(state.output, wraps=wraps)
        return CallToolResult(content=content, structured_content=structured, _meta=meta)
    return _failed(state, meta)


def refusal(message: str, run_id: RunId | None = None) -> CallToolResult:
    """A tool error that a model can read and act on."""
    meta = None if run_id is None else {RUN_ID: run_id}
    return CallToolResult(content=[TextContent(text=message)], is_error=True, _meta=meta)


def refusal_of(error: CallsheetError, run_id: RunId | None = None) -> CallToolResult:
    """What was raised on purpose, with a pointer for each fault that is known."""
    problems = error.problems if isinstance(error, Invalid) else ()
    told = len(problems) == 1 and problems[0].pointer in error.message and problems[0].message in error.message
    places = [] if told else [f"  {each.pointer or '(the whole)'}: {each.message}" for each in problems]
    lines = [error.message, *places]
    return refusal(f"{error.code}: {chr(10).join(lines)}", run_id)


def unanswered(run_id: RunId, questions: Sequence[Question], reason: str) -> CallToolResult:
    """The run waits for a person whom this client could not ask."""
    lines = [f"The run {run_id} waits for an answer: {reason}."]
    for question in questions:
        form = question.waits_for.get("form_schema")
        lines.append(f"- step {question.path} of run {question.run_id}: {question.message}")
        if assignees := assignees_of(question.waits_for):
            lines.append(f"  Those who may answer: {', '.join(assignees)}.")
        if form is not None:
            lines.append(f"  Its answer's data must fit: {orjson.dumps(form).decode()}")
    lines.append(
        "Answer with the tool callsheet_answer (run_id, step_path, approved, comment, data), the command "
        "'callsheet runs answer', or the HTTP API; then ask callsheet_status for the result."
    )
    return refusal("\n".join(lines), run_id)


def as_json(value: object) -> str:
    """JSON text."""
    return orjson.dumps(value).decode()


def _failed(state: RunState, meta: dict[str, Any]) -> CallToolResult:
    if state.status is RunStatus.CANCELLED or state.error is None:
        text = f"The run {state.run_id} ended: {state.status}. {state.message}".rstrip()
    else:
        error = state.error
        where = f" (step {error.step}" if error.step else " ("
        text = f"{error.code}: {error.message}{where}{', ' if error.step else ''}run {state.run_id})"
        meta[ERROR] = {"code": error.code, "message": error.message, "step": error.step, "data": error.data}
    return CallToolResult(content=[TextContent(text=text)], is_error=True, _meta=meta)


def _content(output: Json) -> tuple[list[ContentBlock], bool]:
    """The blocks, and whether they are all that the output says: text, or what a tool showed."""
    if isinstance(output, str):
        return [TextContent(text=output)], True
    if is_object(output) and output and set(output) <= {"text", "content"}:
        shown = _shown(output)
        if shown is not None:
            return shown, True
    return [TextContent(text=as_json(output))], False


def _shown(output: JsonObject) -> list[ContentBlock] | None:
    """The blocks of a tool's result, in the form that a `tool` step gives them; None when it is something else."""
    text, others = output.get("text", ""), output.get("content", [])
    if not isinstance(text, str):
        return None
    try:
        blocks = _BLOCKS.validate_python(others)
    except ValidationError:
        return None
    if not all(map(_is_sound, blocks)):
        return None
    return [TextContent(text=text), *blocks] if text or not blocks else blocks


def _is_sound(block: ContentBlock) -> bool:
    """Whether the data of an image or of audio is base64."""
    if not isinstance(block, ImageContent | AudioContent):
        return True
    try:
        base64.b64decode(block.data, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _structured(output: Json, *, wraps: bool) -> Any:
    return output if is_object(output) and not wraps else {RESULT: output}
