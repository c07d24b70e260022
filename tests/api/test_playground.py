"""`POST /api/tools/{server}/{tool}/call` and `GET /api/tool-servers`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from callsheet.errors.tools import (
    AuthRequired,
    BadOutput,
    DefinitionChanged,
    HeldCallLost,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    ToolTimeout,
    TransportLost,
)
from callsheet.runs.tools import (
    Elicitation,
    InputRequired,
    OtherBlock,
    TaskCreated,
    TextBlock,
    ToolCall,
    ToolOutcome,
    ToolResult,
    ToolServerState,
)
from callsheet.scenario.json import Json
from callsheet.tools.memory import MemoryTools
from tests.api.house import House, SomeTools

Tool = Callable[[ToolCall], Awaitable[Json | ToolOutcome]]


async def played(tool: Tool, name: str = "tool", **body: Any) -> httpx2.Response:
    async with House(tools=MemoryTools({"kit": {"tool": tool}})).client() as client:
        return await client.post(f"/api/tools/kit/{name}/call", json=body)


async def test_a_result_comes_with_everything_that_the_tool_said() -> None:
    async def tool(call: ToolCall) -> ToolOutcome:
        assert call.listener is not None
        assert (call.timeout, call.run_id) == (5, None)
        call.listener.progress(1, 2, "half")
        call.listener.log("info", "kit", {"n": 1})
        image = OtherBlock(value={"type": "image", "data": "AA==", "mimeType": "image/png"})
        return ToolResult(content=(TextBlock(text="hi"), image), structured=call.arguments, has_structured=True)

    response = await played(tool, arguments={"a": "ü"}, timeout=5)
    answer = response.json()
    assert (response.status_code, answer.pop("duration_ms") >= 0) == (200, True)
    assert answer == {
        "type": "result",
        "is_error": False,
        "message": "",
        "content": [{"type": "text", "text": "hi"}, {"type": "image", "data": "AA==", "mimeType": "image/png"}],
        "structured": {"a": "ü"},
        "has_structured": True,
        "requests": [],
        "continuation": None,
        "logs": [{"level": "info", "logger": "kit", "data": {"n": 1}}],
        "progress": {"progress": 1.0, "total": 2.0, "message": "half"},
    }


async def test_a_question_is_answered_with_an_opaque_continuation() -> None:
    async def tool(call: ToolCall) -> Json | ToolOutcome:
        if call.continuation is None:
            question = Elicitation(key="where", message="Where?", form_schema={"type": "object"})
            return InputRequired(requests=(question,), continuation="secret state")
        assert call.continuation == "secret state"
        return {key: answer.content for key, answer in call.answers.items()}

    async with House(tools=MemoryTools({"kit": {"tool": tool, "other": tool}})).client() as client:
        first = (await client.post("/api/tools/kit/tool/call", json={})).json()
        assert (first["type"], first["requests"]) == (
            "input_required",
            [{"key": "where", "message": "Where?", "form_schema": {"type": "object"}, "url": None}],
        )
        assert "secret" not in first["continuation"]
        body = {
            "continuation": first["continuation"],
            "answers": {"where": {"action": "accept", "content": {"city": "Oslo"}}},
        }
        second = await client.post("/api/tools/kit/tool/call", json=body)
        assert second.json()["structured"] == {"where": {"city": "Oslo"}}
        elsewhere = await client.post("/api/tools/kit/other/call", json=body)
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "token.invalid")


async def test_a_call_keeps_its_idempotency_key_to_its_end_and_another_call_has_another() -> None:
    keys: list[str] = []

    async def tool(call: ToolCall) -> Json | ToolOutcome:
        keys.append(call.idempotency_key)
        return TaskCreated(continuation="one\ntwo") if call.continuation is None else {"held": call.continuation}

    async with House(tools=MemoryTools({"kit": {"tool": tool}})).client() as client:
        first = (await client.post("/api/tools/kit/tool/call", json={})).json()
        body = {"continuation": first["continuation"]}
        second = (await client.post("/api/tools/kit/tool/call", json=body)).json()
        await client.post("/api/tools/kit/tool/call", json={})
    assert second["structured"] == {"held": "one\ntwo"}
    assert keys[0] == keys[1] != keys[2]


async def test_what_a_tool_says_is_cut_and_made_harmless() -> None:
    async def tool(call: ToolCall) -> Json:
        assert call.listener is not None
        call.listener.progress(1, float("inf"), "a\0b\ud800" + "x" * 5_000)
        call.listener.progress(float("nan"), 2, "never")
        call.listener.log("info", "l" * 1_000, ["y" * 1_000_000])
        return None

    answer = (await played(tool)).json()
    assert (answer["progress"]["progress"], answer["progress"]["total"]) == (1, None)
    assert len(answer["progress"]["message"]) == 1_001
    (line,) = answer["logs"]
    assert (len(line["logger"]), len(line["data"])) == (201, 4_001)


async def test_a_task_is_waited_for_with_its_continuation() -> None:
    async def tool(call: ToolCall) -> Json | ToolOutcome:
        return TaskCreated(continuation="t") if call.continuation is None else {"done": True}

    async with House(tools=MemoryTools({"kit": {"tool": tool}})).client() as client:
        first = (await client.post("/api/tools/kit/tool/call", json={})).json()
        assert first["type"] == "task"
        second = await client.post("/api/tools/kit/tool/call", json={"continuation": first["continuation"]})
        assert second.json()["structured"] == {"done": True}


async def test_a_tool_that_fails_is_an_answer_in_its_own_words() -> None:
    async def tool(call: ToolCall) -> Json:
        assert call.listener is not None
        call.listener.log("error", "kit", "no bed")
        raise ToolFailed("Tool 'tool' failed: tired", server="kit", tool="tool", data={"why": "late"})

    response = await played(tool)
    answer = response.json()
    assert (response.status_code, answer["is_error"], answer["message"]) == (200, True, "Tool 'tool' failed: tired")
    assert answer["structured"] == {"why": "late"}
    assert answer["logs"] == [{"level": "error", "logger": "kit", "data": "no bed"}]
    assert answer["duration_ms"] > 0


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ServerUnavailable, 502, "tool.unavailable"),
        (AuthRequired, 502, "tool.needs_auth"),
        (RateLimited, 502, "tool.rate_limited"),
        (TransportLost, 502, "tool.transport"),
        (ToolTimeout, 504, "tool.timeout"),
        (BadOutput, 502, "tool.output_invalid"),
        (OutputTooLarge, 502, "tool.output_too_large"),
        (DefinitionChanged, 409, "tool.changed"),
        (HeldCallLost, 409, "tool.call_lost"),
    ],
)
async def test_what_keeps_a_call_from_ending_has_a_status_and_a_code(
    failure: type[ToolCallFailed], status: int, code: str
) -> None:
    async def tool(call: ToolCall) -> Json:
        raise failure("It did not work.", server="kit", tool="tool")

    response = await played(tool)
    answer = response.json()
    assert (response.status_code, answer["code"], answer["detail"]) == (status, code, "It did not work.")
    assert (answer["server"], answer["tool"], answer["ran"]) == ("kit", "tool", failure.ran)


async def test_an_unknown_tool_is_404_with_a_suggestion() -> None:
    async def tool(call: ToolCall) -> Json:
        return None

    response = await played(tool, "tol")
    assert (response.status_code, response.json()["code"]) == (404, "tool.not_found")
    assert "Did you mean 'tool'?" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [{"arguments": []}, {"timeout": 0}, {"timeout": 601}, {"answers": {"a": {"action": "maybe"}}}, {"surprise": 1}],
)
async def test_a_request_of_another_form_is_422(body: dict[str, Any]) -> None:
    async def tool(call: ToolCall) -> Json:
        raise AssertionError("It is not called.")

    response = await played(tool, **body)
    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


async def test_every_server_is_listed_with_its_state_and_none_is_asked() -> None:
    tools = SomeTools(alive=["news"], dead=["maps"])
    seen = datetime(2026, 4, 24, 9, 27, 59, 873_000, tzinfo=UTC)
    bank = ToolServerState(name="bank", transport="http", connected=False, needs_auth=True, last_seen=seen)
    states = [*tools.servers(), bank]

    class Three(SomeTools):
        def servers(self) -> list[ToolServerState]:
            return states

    async with House(tools=Three()).client() as client:
        response = await client.get("/api/tool-servers")
    news, maps, other = response.json()
    assert (news["name"], news["connected"], news["circuit"], news["retry_in"]) == ("news", True, "closed", None)
    assert (maps["connected"], maps["error"]) == (False, "Connection refused.")
    assert (other["needs_auth"], other["lock"], other["in_flight"], other["waiting"]) == (True, "off", 0, 0)
    assert (news["last_seen"], other["last_seen"]) == (None, "2026-04-24T09:27:59.873+00:00")
