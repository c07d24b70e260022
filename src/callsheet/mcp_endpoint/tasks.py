"""Runs as tasks: the extension io.modelcontextprotocol/tasks (SEP-2663), for clients of 2026-07-28 that declare it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    ElicitResult,
    RequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, Field

from callsheet.errors.access import Forbidden
from callsheet.errors.runs import AlreadyAnswered, InputInvalid, RunNotFound, StepNotWaiting
from callsheet.mcp_endpoint.acting import to_its_end
from callsheet.mcp_endpoint.callers import caller_of, require_call, source_of
from callsheet.mcp_endpoint.clients import TASKS, Client
from callsheet.mcp_endpoint.offers import Offers
from callsheet.mcp_endpoint.outcomes import RUN_ID, result_of
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.questions import Dismissed, Question
from callsheet.mcp_endpoint.seals import Seals
from callsheet.mcp_endpoint.watching import open_questions, states_below
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.state import RunState

_POLL_MS: Final = 1_000
_MAX_TOKEN: Final = 1_024


class TaskParams(RequestParams):
    """Names a task."""

    task_id: str = Field(alias="taskId", max_length=_MAX_TOKEN)


class UpdateTaskParams(TaskParams):
    """Answers to a task's questions."""

    input_responses: dict[str, Any] = Field(alias="inputResponses")


class Tasks:
    """The methods of the extension, over the parts."""

    def __init__(self, parts: EndpointParts, offers: Offers) -> None:
        self._parts = parts
        self._offers = offers
        self._seals = Seals(parts.cipher)

    async def created(self, parts: EndpointParts, run_id: RunId) -> dict[str, Any]:
        """The answer to a `tools/call`: a task instead of a result."""
        state = await parts.runs.state(run_id)
        status = "working" if not state.status.is_terminal else "completed"
        return {**_task(self._seals.task(run_id), state, status), "resultType": "task", "_meta": {RUN_ID: run_id}}

    async def get(self, context: ServerRequestContext[Any, Any], params: TaskParams) -> dict[str, Any]:
        """`tasks/get`."""
        parts, client = self._parts.seen_by(caller_of(context), source_of(context)), Client.of(context)
        state = await self._find(parts, context, params.task_id)
        questions = await _questions(parts, state)
        requests = client.requests(questions) if questions else None
        meta = {"resultType": "complete", "_meta": {RUN_ID: state.run_id}}
        if requests:
            shown = {key: _wire(each) for key, each in requests.items()}
            return {**_task(params.task_id, state, "input_required"), "inputRequests": shown, **meta}
        match state.status:
            case RunStatus.CANCELLED:
                return {**_task(params.task_id, state, "cancelled"), **meta}
            case RunStatus.SUCCESS | RunStatus.FAILED:
                return {
                    **_task(params.task_id, state, "completed"),
                    "result": await self._result(context, state),
                    **meta,
                }
            case RunStatus.QUEUED | RunStatus.RUNNING | RunStatus.WAITING:
                return {**_task(params.task_id, state, "working", _waits(questions)), **meta}

    async def update(self, context: ServerRequestContext[Any, Any], params: UpdateTaskParams) -> dict[str, Any]:
        """`tasks/update`: answers; those to no open question are ignored, as the extension wants it."""
        parts = await self._changed_by(context, params.task_id)
        state = await self._find(parts, context, params.task_id)
        for question in await _questions(parts, state):
            try:
                answer = question.answer(_responses(question, params.input_responses))
                if answer is not None:
                    await to_its_end(parts.answer(question.run_id, question.path, answer))
            except (Dismissed, AlreadyAnswered, StepNotWaiting):
                continue
            except InputInvalid as error:
                raise MCPError(INVALID_PARAMS, error.message) from error
        return {"resultType": "complete"}

    async def cancel(self, context: ServerRequestContext[Any, Any], params: TaskParams) -> dict[str, Any]:
        """`tasks/cancel`."""
        parts = await self._changed_by(context, params.task_id)
        state = await self._find(parts, context, params.task_id)
        await to_its_end(parts.cancel(state.run_id))
        return {"resultType": "complete"}

    async def _changed_by(self, context: ServerRequestContext[Any, Any], token: str) -> EndpointParts:
        """The parts as the caller sees them, whose role must allow that runs are changed; else that is written down."""
        caller = caller_of(context)
        parts = self._parts.seen_by(caller, source_of(context))
        try:
            require_call(caller, context.method)
        except Forbidden as error:
            run_id = self._seals.run_of_task(token)
            await parts.refuse(error, context.method, **({} if run_id is None else {"run_id": run_id}))
        return parts

    async def _find(self, parts: EndpointParts, context: ServerRequestContext[Any, Any], token: str) -> RunState:
        require_tasks(context)
        _require_same_name(context, token)
        run_id = self._seals.run_of_task(token)
        if run_id is not None:
            with suppress(RunNotFound):
                return await parts.runs.state(run_id)
        raise MCPError(INVALID_PARAMS, "There is no such task.")

    async def _result(self, context: ServerRequestContext[Any, Any], state: RunState) -> dict[str, Any]:
        offer = await self._offers.find(state.scenario_id, caller_of(context))
        wraps, declared = (False, False) if offer is None else (offer.wraps, offer.tool.output_schema is not None)
        result = result_of(state, wraps=wraps, declared=declared)
        return _wire(result)


async def _questions(parts: EndpointParts, root: RunState) -> tuple[Question, ...]:
    states = await states_below(parts.runs, root)
    return await open_questions(parts.answers, states, root.run_id)


def require_tasks(context: ServerRequestContext[Any, Any]) -> None:
    """Refuse clients that do not know the extension.

    Raises:
        MCPError: -32601 before 2026-07-28, else -32021.
    """
    if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        raise MCPError(METHOD_NOT_FOUND, "Method not found", context.method)
    if not Client.of(context).knows_tasks:
        data: dict[str, Any] = {"requiredCapabilities": {"extensions": {TASKS: {}}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "Missing required client capability", data)


def _require_same_name(context: ServerRequestContext[Any, Any], token: str) -> None:
    """Over HTTP `Mcp-Name` is the task's id, for those who route by it; the SDK checks that of core methods alone."""
    headers: Mapping[str, str] = getattr(context.request, "headers", {})
    named = headers.get(MCP_NAME_HEADER)
    if named is not None and decode_header_value(named) != token:
        raise MCPError(HEADER_MISMATCH, "mcp-name header does not match the request body's 'taskId' parameter")


def _task(token: str, state: RunState, status: str, message: str = "") -> dict[str, Any]:
    moments = [state.started_at, *(step.started_at for step in state.steps.values())]
    moments += [step.finished_at for step in state.steps.values() if step.finished_at is not None]
    said = message or state.message
    return {
        "taskId": token,
        "status": status,
        "createdAt": timestamp(state.started_at),
        "lastUpdatedAt": timestamp(state.finished_at or max(moments)),
        "ttlMs": None,
        "pollIntervalMs": _POLL_MS,
        **({"statusMessage": said} if said else {}),
    }


def _wire(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, mode="json", exclude_none=True)


def _waits(questions: tuple[Question, ...]) -> str:
    if not questions:
        return ""
    paths = ", ".join(f"{each.path} of run {each.run_id}" for each in questions)
    return f"Waits for an answer to {paths}: the tool callsheet_answer gives it."


def _responses(question: Question, given: Mapping[str, Any]) -> dict[str, ElicitResult]:
    """Those to the parts of a question: all of them or none, since nothing keeps the half of an answer."""
    parts = question.keys()
    keys = [key for key in parts if key in given]
    if keys and len(keys) < len(parts):
        together = ", ".join(parts)
        raise MCPError(INVALID_PARAMS, f"These are asked together, and have to be answered in one update: {together}.")
    try:
        return {key: ElicitResult.model_validate(given[key]) for key in keys}
    except ValueError as error:
        raise MCPError(INVALID_PARAMS, "An answer is not the result of an elicitation.") from error
