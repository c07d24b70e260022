"""The tasks extension, and the tools that do the same for every client."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, Request, RequestParams
from pydantic import BaseModel, ConfigDict

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import Record, RunId, RunStatus
from callsheet.runs.tools import ToolCall
from callsheet.scenario.json import Json, JsonObject
from tests.mcp_endpoint.house import LEGACY, MODERN, approval, books, document, house, text_of

TASKS = "io.modelcontextprotocol/tasks"


class Anything(BaseModel):
    """A result as it came."""

    model_config = ConfigDict(extra="allow")


class Params(RequestParams):
    """Any parameters."""

    model_config = ConfigDict(extra="allow")


async def ask(client: Client, method: str, **params: Any) -> dict[str, Any]:
    """Send any request."""
    request: Any = Request[Any, Any](method=method, params=Params(**params))
    result: Any = await client.session.send_request(request, Anything)
    return result.model_dump()


def knowing(at: Any, **options: Any) -> Client:
    """A client that knows tasks."""
    return at.client(MODERN, extensions=[advertise(TASKS, {})], **options)


async def until(client: Client, task_id: str, status: str) -> dict[str, Any]:
    """Poll until the task has this status."""
    async with asyncio.timeout(10):
        while (task := await ask(client, "tasks/get", taskId=task_id))["status"] != status:
            pass
    return task


async def nobody(_context: Any, _params: Any) -> Any:
    """Would answer, but is not asked: questions of a task are in `tasks/get`."""
    raise AssertionError


class Slow:
    def __init__(self) -> None:
        self.end = asyncio.Event()

    async def work(self, _call: ToolCall) -> Json:
        """Works until it is told to end."""
        await self.end.wait()
        return {"done": True}


WORKING = document("slow", {"name": "a", "type": "tool", "tool": "work"})


async def test_a_long_call_becomes_a_task_and_a_short_one_does_not() -> None:
    slow = Slow()
    tools = {"t": {"work": slow.work}}
    async with (
        asyncio.timeout(20),
        house(WORKING, document("same"), tools=tools, task_grace=0.2) as at,
        knowing(at) as client,
    ):
        quick = await ask(client, "tools/call", name="same", arguments={"a": 1})
        task = await ask(client, "tools/call", name="slow", arguments={})
        working = await ask(client, "tasks/get", taskId=task["taskId"])
        slow.end.set()
        done = await until(client, task["taskId"], "completed")
    assert (quick["resultType"], quick["structuredContent"]) == ("complete", {"a": 1})
    assert (task["resultType"], task["status"], working["status"]) == ("task", "working", "working")
    assert task["ttlMs"] is None
    assert done["resultType"] == "complete"
    assert done["result"]["structuredContent"] == {"done": True}


async def test_a_task_asks_and_is_answered() -> None:
    async with (
        asyncio.timeout(20),
        house(document("a", approval()), task_grace=0.0) as at,
        knowing(at, elicitation_callback=nobody) as client,
    ):
        task = await ask(client, "tools/call", name="a", arguments={})
        asked = await until(client, task["taskId"], "input_required")
        (key,) = asked["inputRequests"]
        wrong = {"other": {"no": "elicitation"}}
        await ask(client, "tasks/update", taskId=task["taskId"], inputResponses=wrong)
        answer = {key: {"action": "accept", "content": {"approved": True}}}
        assert (await ask(client, "tasks/update", taskId=task["taskId"], inputResponses=answer))["resultType"]
        done = await until(client, task["taskId"], "completed")
    assert asked["inputRequests"][key]["method"] == "elicitation/create"
    assert done["result"]["structuredContent"]["approved"] is True


async def test_an_answer_counts_while_another_branch_works() -> None:
    slow = Slow()
    working: JsonObject = {"name": "w", "type": "tool", "tool": "work"}
    both: JsonObject = {"name": "p", "type": "parallel", "branches": {"x": [approval("x1")], "y": [working]}}
    async with (
        asyncio.timeout(20),
        house(document("a", both), tools={"t": {"work": slow.work}}, task_grace=0.0) as at,
        knowing(at, elicitation_callback=nobody) as client,
    ):
        task = await ask(client, "tools/call", name="a", arguments={})
        (key,) = (await until(client, task["taskId"], "input_required"))["inputRequests"]
        answer = {key: {"action": "accept", "content": {"approved": True}}}
        await ask(client, "tasks/update", taskId=task["taskId"], inputResponses=answer)
        await until(client, task["taskId"], "working")
        slow.end.set()
        await until(client, task["taskId"], "completed")


async def test_what_a_tool_asks_together_is_not_answered_by_halves() -> None:
    booking = document("book", {"name": "b", "type": "tool", "tool": "books", "input": {"two": True}})
    async with (
        asyncio.timeout(20),
        house(booking, tools={"t": {"books": books}}, task_grace=0.0) as at,
        knowing(at, elicitation_callback=nobody) as client,
    ):
        task = await ask(client, "tools/call", name="book", arguments={})
        seat, name = (await until(client, task["taskId"], "input_required"))["inputRequests"]
        given: JsonObject = {"action": "accept", "content": {}}
        with pytest.raises(MCPError, match=f"in one update: {seat}, {name}"):
            await ask(client, "tasks/update", taskId=task["taskId"], inputResponses={seat: given})
        await ask(client, "tasks/update", taskId=task["taskId"], inputResponses={seat: given, name: given})
        await until(client, task["taskId"], "completed")


class Failing(MemoryJournal):
    """Cannot be read once `fails` is set."""

    fails = False

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        if self.fails:
            raise JournalUnavailable("The disk is gone.")
        return await super().read(run_id, after, limit)


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_a_task_that_cannot_be_read_now_is_no_fault_of_the_request(method: str) -> None:
    journal = Failing()
    answers: JsonObject = {"inputResponses": {}}
    async with (
        asyncio.timeout(20),
        house(WORKING, tools={"t": {"work": Slow().work}}, journal=journal) as at,
        knowing(at) as client,
    ):
        task = await ask(client, "tools/call", name="slow", arguments={})
        journal.fails = True
        with pytest.raises(MCPError, match="The disk is gone") as raised:
            await ask(client, method, taskId=task["taskId"], **(answers if method == "tasks/update" else {}))
        journal.fails = False
    assert raised.value.error.code == INTERNAL_ERROR


async def test_a_task_is_cancelled() -> None:
    slow = Slow()
    async with (
        asyncio.timeout(20),
        house(WORKING, tools={"t": {"work": slow.work}}, task_grace=0.0) as at,
        knowing(at) as client,
    ):
        task = await ask(client, "tools/call", name="slow", arguments={})
        await ask(client, "tasks/cancel", taskId=task["taskId"])
        await until(client, task["taskId"], "cancelled")


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_a_task_that_is_none_and_a_client_that_knows_no_tasks_are_refused(method: str) -> None:
    async with asyncio.timeout(20), house(document("same")) as at:
        more: dict[str, Any] = {"inputResponses": {}} if method == "tasks/update" else {}
        async with knowing(at) as client:
            with pytest.raises(MCPError) as unknown:
                await ask(client, method, taskId="none", **more)
        async with at.client(MODERN) as client:
            with pytest.raises(MCPError) as plain:
                await ask(client, method, taskId="none", **more)
        async with at.client(LEGACY) as client:
            with pytest.raises(MCPError) as legacy:
                await ask(client, method, taskId="none", **more)
    codes = [raised.value.error.code for raised in (unknown, plain, legacy)]
    assert codes == [-32602, -32021, -32601]


async def test_a_run_is_started_looked_at_and_cancelled_by_tools() -> None:
    slow = Slow()
    async with (
        asyncio.timeout(20),
        house(WORKING, tools={"t": {"work": slow.work}}) as at,
        at.client(LEGACY) as client,
    ):
        arguments: JsonObject = {"scenario_id": "slow", "input": {"a": 1}, "idempotency_key": "k"}
        first: Any = (await client.call_tool("callsheet_start", arguments)).structured_content
        again: Any = (await client.call_tool("callsheet_start", arguments)).structured_content
        handle = {"run_id": first["run_id"]}
        await client.call_tool("callsheet_cancel", handle)
        await at.system.finished(RunId(first["run_id"]))
        status: Any = (await client.call_tool("callsheet_status", handle)).structured_content
        events: Any = (await client.call_tool("callsheet_events", handle)).structured_content
        page: Any = (await client.call_tool("callsheet_events", {**handle, "limit": 1})).structured_content
        rest = {**handle, "after": page["next_after"]}
        left: Any = (await client.call_tool("callsheet_events", rest)).structured_content
        none: Any = (
            await client.call_tool("callsheet_events", {**handle, "after": events["next_after"]})
        ).structured_content
    assert first["run_id"] == again["run_id"]
    assert status["status"] == RunStatus.CANCELLED
    assert events["events"][0]["type"] == "run_started"
    assert [each["seq"] for each in events["events"]] == list(range(1, len(events["events"]) + 1))
    assert page["events"] + left["events"] == events["events"]
    assert none["events"] == []


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("callsheet_status", {"run_id": "nothing"}, "run.not_found"),
        ("callsheet_status", {}, "input.invalid"),
        ("callsheet_start", {"scenario_id": "nothing"}, "scenario.not_found"),
        ("callsheet_start", {"scenario_id": "same", "idempotency_key": ""}, "invalid"),
        ("callsheet_events", {"run_id": "nothing", "limit": 0}, "/limit"),
        ("callsheet_answer", {"run_id": "nothing", "step_path": "a"}, "either 'approved' or 'action'"),
    ],
)
async def test_what_is_wrong_is_a_tool_error(tool: str, arguments: JsonObject, said: str) -> None:
    async with house(document("same")) as at, at.client(MODERN) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in text_of(result)


async def test_a_whole_number_may_be_written_with_a_point() -> None:
    async with asyncio.timeout(20), house(document("same")) as at, at.client(LEGACY) as client:
        run = await at.system.run("same")
        numbers = {"run_id": run.run_id, "after": 1.0, "limit": 1.0}
        events: Any = (await client.call_tool("callsheet_events", numbers)).structured_content
    assert [each["seq"] for each in events["events"]] == [2]


async def test_the_status_of_a_run_that_waits_says_what_is_asked() -> None:
    async with asyncio.timeout(20), house(document("a", approval())) as at, at.client(MODERN) as client:
        waiting = await client.call_tool("a", {})
        assert waiting.meta is not None
        arguments = {"run_id": waiting.meta["callsheet/runId"]}
        status: Any = (await client.call_tool("callsheet_status", arguments)).structured_content
    (asked,) = status["waiting_for"]
    assert (asked["step_path"], asked["kind"], asked["message"]) == ("ask", "approval", "Go on?")
