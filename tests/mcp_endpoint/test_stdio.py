"""`callsheet mcp`: the endpoint over standard input and output, alone and beside a server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from callsheet.access.audit import AuditFilter
from callsheet.api.binding import listen
from callsheet.cli.recorded import local_subject
from callsheet.cli.serving import Service, serving
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.mcp_endpoint.bridging import Headers
from callsheet.mcp_endpoint.stdin import StdinLines
from callsheet.mcp_endpoint.wire import Unanswered
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from callsheet.storage import open_access
from tests.mcp_endpoint.house import LEGACY, approval, document, eras, names

SECONDS = 60
"""For a process to start and end, on a machine that is busy with other tests."""

WHO: JsonObject = {"type": "object", "properties": {"who": {"type": "string", "x-mcp-header": "Who"}}}
INITIALIZE: JsonObject = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three scenarios."""
    (tmp_path / "scenarios").mkdir()
    wait: JsonObject = {"name": "w", "type": "wait", "duration": 3600}
    for each in (document("same", input_schema=WHO), document("a", approval()), document("long", wait)):
        path = tmp_path / "scenarios" / f"{each['scenario_id']}.json"
        path.write_text(json.dumps(each), encoding="utf-8")
    return tmp_path


def command(folder: Path) -> list[str]:
    """The command, over `folder`."""
    return [sys.executable, "-m", "callsheet", "mcp", "--folder", str(folder)]


def client(folder: Path, era: str, **options: Any) -> Client:
    """A client that starts the command."""
    program, *arguments = command(folder)
    return Client(StdioServerParameters(command=program, args=arguments), mode=era, **options)


@asynccontextmanager
async def beside_a_server(folder: Path) -> AsyncGenerator[Service]:
    """A server that has the folder open."""
    settings = load_settings({"port": 0}, folder=folder)
    async with serving(settings, {}, listen(settings.host, settings.port)) as service:
        yield service


async def agree(context: Any, params: Any) -> ElicitResult:
    """Says yes."""
    return ElicitResult(action="accept", content={"approved": True})


async def use(folder: Path, era: str) -> None:
    """List, call with progress, be asked."""
    told: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async with client(folder, era, elicitation_callback=agree) as opened:
        assert names((await opened.list_tools()).tools) == ["a", "long", "same"]
        result = await opened.call_tool("same", {"who": "é"}, progress_callback=hear)
        asked: Any = await opened.call_tool("a", {})
    assert result.structured_content == {"who": "é"}
    assert told == [1]
    assert asked.structured_content["approved"] is True


@eras
async def test_a_desktop_client_lists_calls_and_is_asked(folder: Path, era: str) -> None:
    async with asyncio.timeout(SECONDS):
        await use(folder, era)


async def test_what_it_did_is_in_the_audit_log_under_the_name_of_who_is_logged_in(folder: Path) -> None:
    async with asyncio.timeout(SECONDS), client(folder, LEGACY) as opened:
        await opened.call_tool("same", {"who": "é"})
    async with open_access(load_settings(folder=folder)) as stores:
        [entry] = await stores.audit.list(AuditFilter(), 10)
    assert (entry.act.subject, entry.act.source, entry.act.action) == (local_subject(), "stdio", "run.start")
    assert (entry.act.target, entry.outcome and entry.outcome.result) == ("same", "done")


@eras
async def test_it_does_the_same_beside_a_server_that_has_the_folder(folder: Path, era: str) -> None:
    async with asyncio.timeout(SECONDS), beside_a_server(folder) as service:
        await use(folder, era)
        runs = (await service.system.runs.list(RunFilter(), 9)).runs
    assert sorted(run.scenario_id for run in runs) == ["a", "same"]


@pytest.mark.parametrize("number", [None, signal.SIGTERM, signal.SIGINT])
async def test_beside_a_server_it_ends_as_it_does_alone(folder: Path, number: signal.Signals | None) -> None:
    async with asyncio.timeout(SECONDS), beside_a_server(folder):
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command(folder), stdin=pipe, stdout=pipe)
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{json.dumps(INITIALIZE)}\n".encode())
            assert json.loads(await process.stdout.readline())["id"] == 1
            if number is None:
                process.stdin.close()
            else:
                process.send_signal(number)
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_server_that_went_away_is_an_error_of_the_call_alone(folder: Path) -> None:
    async with asyncio.timeout(SECONDS):
        async with beside_a_server(folder) as service:
            opened = await open_client(folder)
            await opened.call_tool("same", {})
            service.draining.start()
        for _ in range(2):
            with pytest.raises(MCPError, match="does not answer"):
                await opened.call_tool("same", {})
        await opened.__aexit__(None, None, None)


@eras
async def test_a_server_that_was_started_again_elsewhere_is_found(folder: Path, era: str) -> None:
    changed = asyncio.Event()

    async def hear(message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            changed.set()

    async with asyncio.timeout(SECONDS), AsyncExitStack() as clients:
        async with beside_a_server(folder) as service:
            opened = await clients.enter_async_context(client(folder, era, message_handler=hear))
            await opened.call_tool("same", {})
            service.draining.start()
        async with beside_a_server(folder) as service:
            results = await asyncio.gather(*(opened.call_tool("same", {"who": str(n)}) for n in range(3)))
            runs = (await service.system.runs.list(RunFilter(), 9)).runs
            assert [each.structured_content for each in results] == [{"who": str(n)} for n in range(3)]
            assert len(runs) == 4
            if era == LEGACY:
                await changed.wait()


async def open_client(folder: Path) -> Client:
    """A client that outlives the server's block."""
    return await client(folder, LEGACY).__aenter__()


def test_the_end_of_standard_input_ends_it_and_leaves_runs_to_the_next_start(folder: Path) -> None:
    started: JsonObject = {"name": "callsheet_start", "arguments": {"scenario_id": "long"}}
    waits: JsonObject = {"name": "long", "arguments": {}}
    with subprocess.Popen(command(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in (INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}):
            process.stdin.write(json.dumps(message) + "\n")
        for number, params in ((2, waits), (3, started)):
            call = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            process.stdin.write(json.dumps(call) + "\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        rest, _ = process.communicate(timeout=SECONDS)
    assert [answer["id"] for answer in answers] == [1, 3]
    assert process.returncode == 0
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert asyncio.run(unfinished(folder)) >= 1


async def unfinished(folder: Path) -> int:
    """How many runs wait to go on."""
    async with SqliteJournal.open(folder / ".callsheet" / "journal.db") as journal:
        return sum(not run.status.is_terminal for run in (await journal.runs(RunFilter(), 9)).runs)


QUICK: tuple[JsonObject, ...] = (
    INITIALIZE,
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "long", "arguments": {}}},
    {"jsonrpc": "2.0", "id": 3, "method": "tools/list"},
    {
        "jsonrpc": "2.0",
        "id": 4,
        "method": "tools/call",
        "params": {"name": "callsheet_start", "arguments": {"scenario_id": "same"}},
    },
)


@pytest.mark.parametrize("is_beside", [False, True])
async def test_what_was_asked_right_before_the_end_is_answered_unless_it_is_a_scenario(
    folder: Path, is_beside: bool
) -> None:
    async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
        if is_beside:
            await stack.enter_async_context(beside_a_server(folder))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command(folder), stdin=pipe, stdout=pipe)
        out, _ = await process.communicate("".join(f"{json.dumps(each)}\n" for each in QUICK).encode())
    answers = {answer["id"]: answer for answer in map(json.loads, out.splitlines()) if "id" in answer}
    assert process.returncode == 0
    assert [tool["name"] for tool in answers[3]["result"]["tools"] if tool["name"] == "same"] == ["same"]
    assert answers[4]["result"]["structuredContent"]["scenario_id"] == "same"
    assert "result" not in answers.get(2, {})


NO_MESSAGES = (
    ("garbage", -32700),
    ('{"jsonrpc":"2.0","id":7,"method":"ping","params":{"name":"\\ud800"}}', -32700),
    ("[" * 10_000, -32700),
    ('[{"jsonrpc":"2.0","id":7,"method":"ping"}]', -32600),
    ('{"id":7}', -32600),
)


@pytest.mark.parametrize("is_beside", [False, True])
async def test_a_line_that_is_no_message_is_answered_and_the_next_one_is_read(folder: Path, is_beside: bool) -> None:
    lines = [json.dumps(INITIALIZE), "", *(line for line, _ in NO_MESSAGES), "  ", json.dumps(QUICK[-1])]
    async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
        if is_beside:
            await stack.enter_async_context(beside_a_server(folder))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command(folder), stdin=pipe, stdout=pipe)
        out, _ = await process.communicate("".join(f"{line}\n" for line in lines).encode())
    answers = [json.loads(line) for line in out.splitlines()]
    refused = [answer["error"]["code"] for answer in answers if "id" in answer and answer["id"] is None]
    assert refused == [code for _, code in NO_MESSAGES]
    assert sorted(answer["id"] for answer in answers if "result" in answer) == [1, 4]


async def test_a_request_that_is_given_up_is_not_waited_for() -> None:
    unanswered = Unanswered()
    unanswered.came(JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/list"))
    waiting = asyncio.create_task(unanswered.none())
    await asyncio.sleep(0)
    assert not waiting.done()
    params = {"requestId": 1}
    unanswered.came(JSONRPCNotification(jsonrpc="2.0", method="notifications/cancelled", params=params))
    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_although_standard_input_stays_open(folder: Path, number: signal.Signals) -> None:
    with subprocess.Popen(command(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(number)
        assert process.wait(SECONDS) == 0


async def test_lines_come_whole_however_they_were_written() -> None:
    readable, writable = os.pipe()
    try:
        async with asyncio.timeout(10):
            lines = StdinLines(readable)
            long = "x" * 200_000
            writing = asyncio.create_task(asyncio.to_thread(os.write, writable, f"one\ntw{long}o\n".encode()))
            assert await anext(lines) == "one"
            assert await anext(lines) == f"tw{long}o"
            await writing
            os.write(writable, "é".encode() + b"\xff")
            os.close(writable)
            assert [line async for line in lines] == ["é\ufffd"]
    finally:
        os.close(readable)


def write_all(descriptor: int, data: bytes) -> None:
    """Write, and close."""
    with open(descriptor, "wb", buffering=0) as file:
        file.write(data)


async def test_a_line_of_many_megabytes_is_read_in_one_go() -> None:
    readable, writable = os.pipe()
    try:
        async with asyncio.timeout(15):
            lines = StdinLines(readable)
            writing = asyncio.create_task(asyncio.to_thread(write_all, writable, b"x" * 60_000_000 + b"\n"))
            assert len(await anext(lines)) == 60_000_000
            await writing
            # To the end, for the descriptor may become another test's.
            assert [line async for line in lines] == []
    finally:
        os.close(readable)


def test_a_bridged_message_has_the_headers_of_its_era() -> None:
    headers = Headers()
    initialize = JSONRPCRequest(jsonrpc="2.0", id=1, method="initialize", params={})
    assert headers.of(initialize) is None
    headers.learn(JSONRPCResponse(jsonrpc="2.0", id=1, result={"protocolVersion": "2025-06-18"}))
    legacy = headers.of(JSONRPCRequest(jsonrpc="2.0", id=2, method="tools/list"))
    assert legacy is not None
    assert legacy.headers == {"mcp-protocol-version": "2025-06-18"}

    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    listed = {"tools": [{"name": "same", "inputSchema": WHO}]}
    headers.learn(JSONRPCResponse(jsonrpc="2.0", id=3, result=listed))
    params = {"name": "same", "arguments": {"who": "é"}, "_meta": meta}
    call = headers.of(JSONRPCRequest(jsonrpc="2.0", id=4, method="tools/call", params=params))
    assert call is not None
    assert call.headers == {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "same",
        "Mcp-Param-Who": "=?base64?w6k=?=",
    }
    task = headers.of(JSONRPCRequest(jsonrpc="2.0", id=5, method="tasks/get", params={"taskId": "t", "_meta": meta}))
    assert task is not None
    assert (task.headers or {})["mcp-name"] == "t"
