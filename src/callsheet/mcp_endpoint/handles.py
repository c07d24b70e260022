"""The tools of the endpoint itself: begin a run and come back for it later."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

import orjson
from mcp_types import CallToolResult, TextContent, Tool

from callsheet.errors.runs import InputInvalid, RunNotFound
from callsheet.mcp_endpoint.acting import to_its_end
from callsheet.mcp_endpoint.handle_tools import HANDLES
from callsheet.mcp_endpoint.outcomes import RUN_ID, as_json
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.requests import CallRequest, idempotency_key_of
from callsheet.mcp_endpoint.watching import open_questions, states_below
from callsheet.runs.answers import Answer
from callsheet.runs.codec import timestamp
from callsheet.runs.events import Record, RunId, StepPath
from callsheet.runs.state import RunState
from callsheet.runs.tools import ElicitationAction
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.schema import Schema

_EVENTS: Final = 100


class Handles:
    """The tools, each over the parts as its caller sees them."""

    def __init__(self) -> None:
        self._acts: dict[str, Callable[[EndpointParts, JsonObject], Awaitable[JsonObject]]] = {
            "callsheet_start": self._start,
            "callsheet_status": self._status,
            "callsheet_events": self._events,
            "callsheet_answer": self._answer,
            "callsheet_cancel": self._cancel,
        }
        self._schemas = {tool.name: Schema(tool.input_schema) for tool in HANDLES}

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What clients are told of them."""
        return HANDLES

    def has(self, name: str) -> bool:
        """Whether one of them has this name."""
        return name in self._acts

    async def call(self, parts: EndpointParts, request: CallRequest) -> CallToolResult:
        """Call the tool that the request names, one of these.

        Raises:
            InputInvalid: the arguments do not fit its schema.
            CallsheetError: what its use case raises.
        """
        problems = self._schemas[request.name].problems(request.arguments)
        if problems:
            first = problems[0]
            raise InputInvalid(f"The arguments of {request.name} do not fit: {first.message}", problems)
        return _result(await self._acts[request.name](parts, request.arguments))

    async def handle_of(self, parts: EndpointParts, run_id: RunId) -> CallToolResult:
        """The answer to a call that wants no more than a handle."""
        return _result(await self._status(parts, {"run_id": run_id}))

    async def _start(self, parts: EndpointParts, arguments: JsonObject) -> JsonObject:
        given = arguments.get("input", {})
        key = idempotency_key_of(arguments.get("idempotency_key"))
        run_input = given if is_object(given) else {}
        run = await to_its_end(parts.submit(str(arguments["scenario_id"]), run_input, key))
        return {"run_id": run.run_id, "scenario_id": run.scenario_id, "status": run.status.value}

    async def _status(self, parts: EndpointParts, arguments: JsonObject) -> JsonObject:
        state = await parts.runs.state(_run_id(arguments))
        states = await states_below(parts.runs, state)
        questions = await open_questions(parts.answers, states, state.run_id)
        asked: list[Json] = [
            {"run_id": each.run_id, "step_path": each.path, **_visible(each.waits_for)} for each in questions
        ]
        return {**_snapshot(state), "waiting_for": asked}

    async def _events(self, parts: EndpointParts, arguments: JsonObject) -> JsonObject:
        after, limit = _number(arguments, "after", 0), _number(arguments, "limit", _EVENTS)
        summary = await parts.runs.summary(_run_id(arguments))
        records: list[Record] = []
        if after < summary.last_seq:
            async with aclosing(parts.runs.follow(summary.run_id, after)) as batches:
                async for batch in batches:
                    records += batch
                    if len(records) >= limit or batch[-1].seq >= summary.last_seq:
                        break
        shown: list[Json] = [_event(record) for record in records[:limit]]
        last = records[:limit][-1].seq if shown else after
        return {"events": shown, "next_after": last, "status": summary.status.value}

    async def _answer(self, parts: EndpointParts, arguments: JsonObject) -> JsonObject:
        action, approved = arguments.get("action"), arguments.get("approved")
        if (action is None) == (approved is None):
            raise InputInvalid("Say either 'approved' or 'action'.")
        comment, by = arguments.get("comment", ""), arguments.get("by", "")
        answer = Answer(
            approved=approved is True or action == ElicitationAction.ACCEPT,
            cancelled=action == ElicitationAction.CANCEL,
            comment=str(comment),
            data=arguments.get("data"),
            by=str(by),
        )
        run_id, path = _run_id(arguments), StepPath(str(arguments["step_path"]))
        given = await to_its_end(parts.answer(run_id, path, answer))
        return {"run_id": run_id, "step_path": path, "action": answer.action.value, "at": timestamp(given.at)}

    async def _cancel(self, parts: EndpointParts, arguments: JsonObject) -> JsonObject:
        run = await to_its_end(parts.cancel(_run_id(arguments)))
        return {"run_id": run.run_id, "scenario_id": run.scenario_id, "status": run.status.value}


def _snapshot(state: RunState) -> JsonObject:
    error = state.error
    steps: list[Json] = [
        {"step_path": step.path, "type": step.step_type, "status": step.status.value, "message": step.message}
        for step in state.steps.values()
    ]
    return {
        "run_id": state.run_id,
        "scenario_id": state.scenario_id,
        "status": state.status.value,
        "message": state.message,
        "output": state.output,
        "error": None if error is None else {"code": error.code, "message": error.message, "step": error.step},
        "steps": steps,
        "last_seq": state.last_seq,
    }


def _visible(waits_for: JsonObject) -> JsonObject:
    return {name: waits_for.get(name) for name in ("kind", "message", "form_schema", "assignees")}


def _event(record: Record) -> JsonObject:
    """An event without what is sealed in it."""
    fields: dict[str, Any] = orjson.loads(record.data)
    fields.pop("continuation", None)
    return {"seq": record.seq, **fields}


def _run_id(arguments: JsonObject) -> RunId:
    run_id = str(arguments["run_id"])
    if "\0" in run_id or len(run_id) > 64:
        raise RunNotFound
    return RunId(run_id.lower())


def _number(arguments: JsonObject, name: str, default: int) -> int:
    value = arguments.get(name, default)
    return int(value) if isinstance(value, int | float) else default  # 2.0 is an integer of JSON Schema


def _result(value: JsonObject) -> CallToolResult:
    meta = {RUN_ID: value["run_id"]} if "run_id" in value else None
    return CallToolResult(content=[TextContent(text=as_json(value))], structured_content=value, _meta=meta)
