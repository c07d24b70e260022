"""Calls: a run is submitted and followed."""

import asyncio
from typing import Any

import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.shared.exceptions import MCPError
from mcp_types import ImageContent, TextContent

from callsheet.errors.tools import ToolFailed
from callsheet.journal.memory import MemoryJournal
from callsheet.mcp_endpoint.clients import TASKS
from callsheet.mcp_endpoint.parts import OnDisconnect
from callsheet.runs.codec import RUN_WAITING
from callsheet.runs.events import Message, RunId, RunStatus, RunSummary
from callsheet.runs.ports import NewRun, RunFilter
from callsheet.runs.tools import OtherBlock, TextBlock, ToolCall, ToolResult
from callsheet.scenario.json import Json, JsonObject
from tests.mcp_endpoint.house import MODERN, House, approval, document, eras, give, house, run_id_of, text_of

STRICT: JsonObject = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
PIXEL = "iVBORw0KGgo="


async def statuses(at: House) -> list[RunStatus]:
    """Of all runs, newest first."""
    return [run.status for run in (await at.system.runs.list(RunFilter(), 50)).runs]


@eras
async def test_a_call_is_a_run_and_its_output_the_result(era: str) -> None:
    async with house(document("same")) as at, at.client(era) as client:
        result = await client.call_tool("same", {"a": [1, None]})
        state = await at.system.runs.state(RunId(run_id_of(result)))
    assert result.structured_content == {"a": [1, None]}
    assert text_of(result) == '{"a":[1,null]}'
    assert (state.status, state.input) == (RunStatus.SUCCESS, {"a": [1, None]})


@eras
async def test_progress_counts_the_steps_in_order_and_comes_before_the_result(era: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    inner: JsonObject = {"name": "each", "type": "foreach", "items": [1, 2], "steps": [give(1, "inner")]}
    async with house(document("p", give(1, "a"), inner, give(2, "b"))) as at, at.client(era) as client:
        await client.call_tool("p", {}, progress_callback=hear)
    assert [progress for progress, _, _ in told if progress.is_integer()] == [1, 2, 3]
    assert [progress for progress, _, _ in told] == sorted({progress for progress, _, _ in told})
    assert {total for _, total, _ in told} == {3}
    assert "step a finished" in str(told[0][2])


@eras
async def test_what_a_tool_says_of_its_progress_is_passed_on(era: str) -> None:
    told: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert progress <= (total or 0)
        told.append(message)

    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        call.listener.progress(1, 2, "half of it")
        return {}

    tools = {"t": {"work": work}}
    async with (
        house(document("w", {"name": "a", "type": "tool", "tool": "work"}), tools=tools) as at,
        at.client(era) as client,
    ):
        await client.call_tool("w", {}, progress_callback=hear)
    assert any("half of it" in str(message) for message in told)


@eras
async def test_arguments_that_do_not_fit_are_a_tool_error_with_the_places(era: str) -> None:
    async with house(document("strict", input_schema=STRICT)) as at, at.client(era) as client:
        result = await client.call_tool("strict", {"n": "one"})
        assert await statuses(at) == []
    assert result.is_error
    assert "/n" in text_of(result)


@eras
async def test_a_fault_that_the_sentence_tells_already_is_not_told_twice(era: str) -> None:
    async with house(document("strict", input_schema={**STRICT, "required": ["n"]})) as at, at.client(era) as client:
        result = await client.call_tool("strict", {})
    assert text_of(result).count("required property") == 1


@eras
async def test_arguments_that_no_journal_could_keep_are_refused(era: str) -> None:
    async with house(document("same")) as at, at.client(era) as client:
        for bad in ({"a": "\0"}, {"a": 2**70}):
            result = await client.call_tool("same", bad)
            assert result.is_error
            assert "/a" in text_of(result)
        assert await statuses(at) == []


@eras
async def test_an_unknown_tool_is_a_protocol_error(era: str) -> None:
    async with house() as at, at.client(era) as client:
        with pytest.raises(MCPError) as raised:
            await client.call_tool("nothing", {})
    assert raised.value.error.code == -32602


@eras
async def test_a_failed_run_says_code_sentence_step_and_run(era: str) -> None:
    async def fails(_call: ToolCall) -> Json:
        raise ToolFailed("Disk full.", server="t", tool="fails")

    tools = {"t": {"fails": fails}}
    async with (
        house(document("f", {"name": "bad", "type": "tool", "tool": "fails"}), tools=tools) as at,
        at.client(era) as client,
    ):
        result = await client.call_tool("f", {})
    assert result.is_error
    for part in ("ToolError", "Disk full.", "step bad", run_id_of(result)):
        assert part in text_of(result)
    assert result.meta is not None
    assert result.meta["callsheet/error"]["code"] == "ToolError"


@eras
async def test_the_images_of_a_tool_stay_images_and_texts_stay_texts(era: str) -> None:
    async def draw(_call: ToolCall) -> ToolResult:
        image: JsonObject = {"type": "image", "data": PIXEL, "mimeType": "image/png"}
        return ToolResult(content=(TextBlock(text="A pixel."), OtherBlock(value=image)))

    drawing = document("draw", {"name": "a", "type": "tool", "tool": "draw"})
    async with (
        house(drawing, document("say", give("hello")), tools={"t": {"draw": draw}}) as at,
        at.client(era) as client,
    ):
        drawn, said = await client.call_tool("draw", {}), await client.call_tool("say", {})
    assert drawn.content == [
        TextContent(text="A pixel."),
        ImageContent(data=PIXEL, mime_type="image/png"),
    ]
    assert text_of(said) == "hello"


@eras
async def test_the_same_idempotency_key_gives_the_same_run(era: str) -> None:
    async with house(document("same")) as at, at.client(era) as client:
        meta: Any = {"callsheet/idempotencyKey": "k1"}
        first, again = [await client.call_tool("same", {"a": 1}, meta=meta) for _ in range(2)]
        other = await client.call_tool("same", {"a": 2}, meta=meta)
        assert await statuses(at) == [RunStatus.SUCCESS]
    assert run_id_of(first) == run_id_of(again)
    assert other.is_error
    assert "idempotency_key.reused" in text_of(other)


class Slow:
    """A tool that works until it is told to end."""

    def __init__(self) -> None:
        self.begun, self.end = asyncio.Event(), asyncio.Event()

    async def work(self, _call: ToolCall) -> Json:
        self.begun.set()
        await self.end.wait()
        return {"done": True}


@eras
async def test_a_client_that_cancels_does_not_kill_the_run(era: str) -> None:
    slow = Slow()
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with asyncio.timeout(20), house(working, tools={"t": {"work": slow.work}}) as at:
        async with at.client(era) as client:
            call = asyncio.create_task(client.call_tool("slow", {}))
            await slow.begun.wait()
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        slow.end.set()
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert (await at.system.finished(run.run_id)).status is RunStatus.SUCCESS


@eras
async def test_it_does_where_the_operator_wants_that(era: str) -> None:
    slow = Slow()
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with (
        asyncio.timeout(20),
        house(working, tools={"t": {"work": slow.work}}, on_disconnect=OnDisconnect.CANCEL) as at,
        at.client(era) as client,
    ):
        call = asyncio.create_task(client.call_tool("slow", {}))
        await slow.begun.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert (await at.system.finished(run.run_id)).status is RunStatus.CANCELLED


class Held(MemoryJournal):
    """Holds whoever has just written a new run, or an answer, until it is told to let go."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.go = asyncio.Event(), asyncio.Event()

    async def create(self, run: NewRun) -> RunSummary:
        summary = await super().create(run)
        await self._hold()
        return summary

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        await super().deliver(run_id, seq, message)
        await self._hold()

    async def leave(self, client: Client, call: asyncio.Task[Any]) -> None:
        """Cancel a call of the client while it is held, and let go when the server knows."""
        await self.written.wait()
        call.cancel()
        await client.list_tools()
        self.go.set()
        await asyncio.gather(call, return_exceptions=True)

    async def _hold(self) -> None:
        self.written.set()
        await self.go.wait()


@eras
@pytest.mark.parametrize(
    ("policy", "steps", "end"),
    [
        (OnDisconnect.CONTINUE, [give(1)], RunStatus.SUCCESS),
        (OnDisconnect.CANCEL, [{"name": "w", "type": "wait", "duration": 3600}], RunStatus.CANCELLED),
    ],
)
async def test_a_client_that_leaves_while_its_run_is_stored_leaves_none_that_nobody_runs(
    era: str, policy: OnDisconnect, steps: list[JsonObject], end: RunStatus
) -> None:
    held = Held()
    async with (
        asyncio.timeout(20),
        house(document("same", *steps), journal=held, on_disconnect=policy) as at,
        at.client(era) as client,
    ):
        await held.leave(client, asyncio.create_task(client.call_tool("same", {})))
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert (await at.system.finished(run.run_id)).status is end


@eras
async def test_a_client_that_leaves_while_its_answer_is_stored_leaves_a_run_that_goes_on(era: str) -> None:
    held = Held()
    async with asyncio.timeout(20), house(document("a", approval()), journal=held) as at, at.client(era) as client:
        held.go.set()
        run = await at.system.runs.submit("a", {})
        await anext(batch async for batch in at.system.runs.follow(run.run_id) if batch[-1].type == RUN_WAITING)
        held.written.clear()
        held.go.clear()
        answer = {"run_id": run.run_id, "step_path": "ask", "approved": True}
        await held.leave(client, asyncio.create_task(client.call_tool("callsheet_answer", answer)))
        assert (await at.system.finished(run.run_id)).status is RunStatus.SUCCESS


async def test_a_client_that_knows_tasks_and_leaves_before_it_has_one_cancels_where_that_is_wanted() -> None:
    slow = Slow()
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with (
        asyncio.timeout(20),
        house(working, tools={"t": {"work": slow.work}}, on_disconnect=OnDisconnect.CANCEL, task_grace=60.0) as at,
        at.client(MODERN, extensions=[advertise(TASKS, {})]) as client,
    ):
        call = asyncio.create_task(client.call_tool("slow", {}))
        await slow.begun.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert (await at.system.finished(run.run_id)).status is RunStatus.CANCELLED


@eras
async def test_a_call_ends_with_its_run_id_when_the_service_stops(era: str) -> None:
    slow = Slow()
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with asyncio.timeout(20), house(working, tools={"t": {"work": slow.work}}) as at, at.client(era) as client:
        call = asyncio.create_task(client.call_tool("slow", {}))
        await slow.begun.wait()
        at.endpoint.stop()
        result = await call
        later = await client.call_tool("slow", {})
        slow.end.set()
    assert result.is_error
    assert run_id_of(result) in text_of(result)
    assert "service.stopping" in text_of(later)


async def test_a_call_may_want_no_more_than_a_handle() -> None:
    slow = Slow()
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with (
        asyncio.timeout(20),
        house(working, tools={"t": {"work": slow.work}}) as at,
        at.client(MODERN) as client,
    ):
        meta: Any = {"callsheet/async": True}
        result = await client.call_tool("slow", {}, meta=meta)
        slow.end.set()
        run_id = run_id_of(result)
        await at.system.finished(RunId(run_id))
        done: Any = (await client.call_tool("callsheet_status", {"run_id": run_id})).structured_content
    assert done["output"] == {"done": True}
