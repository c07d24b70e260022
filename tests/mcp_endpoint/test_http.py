"""The endpoint at `/mcp` of a service: behind its middleware, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp_types import ElicitResult

from callsheet.api.binding import listen
from callsheet.cli.serving import Service, serving
from callsheet.runs.codec import RUN_WAITING
from callsheet.runs.events import Record, RunId, RunStatus
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from tests.mcp_endpoint.house import LEGACY, MODERN, approval, document, eras, names, run_id_of, text_of

PING: JsonObject = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
INITIALIZE: JsonObject = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
ACCEPT = {"accept": "application/json, text/event-stream"}


def is_parked(records: Sequence[Record]) -> bool:
    """Whether the run waits after these."""
    return records[-1].type == RUN_WAITING


@asynccontextmanager
async def served(folder: Path, *documents: JsonObject, **settings: Any) -> AsyncGenerator[Service]:
    """A service on a free port."""
    (folder / "scenarios").mkdir()
    for each in documents:
        (folder / "scenarios" / f"{each['scenario_id']}.json").write_text(json.dumps(each), encoding="utf-8")
    loaded = load_settings({"port": 0, **settings}, folder=folder)
    async with asyncio.timeout(40), serving(loaded, {}, listen(loaded.host, loaded.port)) as service:
        yield service


@eras
async def test_a_call_over_http_gives_progress_and_a_result(tmp_path: Path, era: str) -> None:
    told: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)
        assert total == 1, message

    async with served(tmp_path, document("same")) as service, Client(f"{service.url}/mcp", mode=era) as client:
        assert names((await client.list_tools()).tools) == ["same"]
        result = await client.call_tool("same", {"a": 1}, progress_callback=hear)
    assert result.structured_content == {"a": 1}
    assert told == [1]


@eras
async def test_a_person_is_asked_over_http(tmp_path: Path, era: str) -> None:
    async def agree(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"approved": True})

    async with (
        served(tmp_path, document("a", approval())) as service,
        Client(f"{service.url}/mcp", mode=era, elicitation_callback=agree) as client,
    ):
        result: Any = await client.call_tool("a", {})
    assert result.structured_content["approved"] is True


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"accept": "text/plain"}, 406),
        ({"mcp-session-id": "none"}, 404),
        ({"mcp-protocol-version": "1999-01-01"}, 400),
    ],
)
async def test_a_request_that_is_not_served_is_told_so(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with served(tmp_path) as service, httpx2.AsyncClient(trust_env=False) as client:
        sent = {**ACCEPT, "content-type": "application/json", **headers}
        answer = await client.post(f"{service.url}/mcp", headers=sent, content=json.dumps(PING))
    assert answer.status_code == status


async def test_the_limit_on_bodies_holds_here_too(tmp_path: Path) -> None:
    async with served(tmp_path, max_body_bytes=2048) as service, httpx2.AsyncClient(trust_env=False) as client:
        long = {**PING, "params": {"_meta": {"x": "y" * 3000}}}
        answer = await client.post(f"{service.url}/mcp", headers=ACCEPT, json=long)
    assert answer.status_code == 413


async def test_a_session_is_opened_used_and_deleted(tmp_path: Path) -> None:
    async with served(tmp_path) as service, httpx2.AsyncClient(trust_env=False) as client:
        url = f"{service.url}/mcp"
        opened = await client.post(url, headers=ACCEPT, json=INITIALIZE)
        session = {**ACCEPT, "mcp-session-id": opened.headers["mcp-session-id"]}
        assert (await client.post(url, headers=session, json=PING)).status_code == 200
        assert (await client.delete(url, headers=session)).status_code == 200
        assert (await client.post(url, headers=session, json=PING)).status_code == 404


@eras
async def test_stopping_ends_an_open_call_with_the_id_of_its_run(tmp_path: Path, era: str) -> None:
    step: JsonObject = {"name": "w", "type": "wait", "duration": 3600}
    async with served(tmp_path, document("long", step)) as service, Client(f"{service.url}/mcp", mode=era) as client:
        meta: Any = {"callsheet/idempotencyKey": "k"}
        call = asyncio.create_task(client.call_tool("long", {}, meta=meta))
        run = await service.system.runs.submit("long", {}, "k")
        await anext(records async for records in service.system.runs.follow(run.run_id) if is_parked(records))
        service.draining.start()
        if era == MODERN:
            result = await call
            assert run.run_id == run_id_of(result)
            assert "service.stopping" in text_of(result)
        else:
            await asyncio.gather(call, return_exceptions=True)


async def test_stopping_does_not_wait_for_an_open_stream_of_a_session(tmp_path: Path) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client, served(tmp_path) as service:
        url = f"{service.url}/mcp"
        opened = await client.post(url, headers=ACCEPT, json=INITIALIZE)
        session = {"accept": "text/event-stream", "mcp-session-id": opened.headers["mcp-session-id"]}
        async with client.stream("GET", url, headers=session) as stream:
            assert stream.status_code == 200
            async with asyncio.timeout(10):
                service.draining.start()
                async for _ in stream.aiter_raw():
                    pass


async def test_a_saved_scenario_is_told_of_at_once_in_both_eras(tmp_path: Path) -> None:
    changed = asyncio.Event()

    async def hear(message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            changed.set()

    async with (
        served(tmp_path, document("same")) as service,
        Client(f"{service.url}/mcp", mode=LEGACY, message_handler=hear) as legacy,
        Client(f"{service.url}/mcp", mode=MODERN) as modern,
        httpx2.AsyncClient(trust_env=False) as http,
    ):
        await legacy.list_tools()
        async with modern.listen(tools_list_changed=True) as events:
            saved = await http.put(
                f"{service.url}/api/scenarios/fresh", json=document("fresh"), headers={"if-none-match": "*"}
            )
            assert saved.status_code == 201, saved.text
            async with asyncio.timeout(20):
                await anext(aiter(events))
                await changed.wait()
        assert names((await modern.list_tools()).tools) == ["fresh", "same"]


def modern(method: str, **params: Any) -> JsonObject:
    """A request of 2026-07-28, of a client that knows tasks."""
    capabilities: JsonObject = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
    meta: JsonObject = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    }
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}


async def test_a_header_that_names_another_task_is_refused(tmp_path: Path) -> None:
    wait: JsonObject = {"name": "w", "type": "wait", "duration": 3600}
    async with served(tmp_path, document("long", wait)) as service, httpx2.AsyncClient(trust_env=False) as client:

        async def send(request: JsonObject, name: str) -> httpx2.Response:
            headers = {"mcp-protocol-version": MODERN, "mcp-method": str(request["method"]), "mcp-name": name}
            return await client.post(f"{service.url}/mcp", headers={**ACCEPT, **headers}, json=request)

        called = await send(modern("tools/call", name="long", arguments={}), "long")
        task = called.json()["result"]["taskId"]
        same, other = [await send(modern("tasks/get", taskId=task), name) for name in (task, "another")]
    assert same.json()["result"]["status"] == "working"
    assert (other.status_code, other.json()["error"]["code"]) == (400, -32020)


async def test_spaces_around_the_value_of_a_header_do_not_count(tmp_path: Path) -> None:
    body = json.dumps(modern("tools/call", name="same", arguments={"a": 1})).encode()
    lines = [
        "POST /mcp HTTP/1.1",
        "host: 127.0.0.1",
        "connection: close",
        "accept: application/json, text/event-stream",
        "content-type: application/json",
        f"content-length: {len(body)}",
        f"mcp-protocol-version: {MODERN}",
        "mcp-method: tools/call",
        "mcp-name:   same \t ",
    ]
    async with served(tmp_path, document("same")) as service:
        host, _, port = service.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)  # httpx2 would not send it
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"structuredContent":{"a":1}' in answer


@pytest.mark.parametrize("policy", ["continue", "cancel"])
async def test_a_session_whose_calls_are_dropped_does_not_go_on_following_their_runs(
    tmp_path: Path, policy: str
) -> None:
    wait: JsonObject = {"name": "w", "type": "wait", "duration": 3600}
    call: JsonObject = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "long", "arguments": {}}}
    async with (
        served(tmp_path, document("long", wait), mcp_on_disconnect=policy) as service,
        httpx2.AsyncClient(trust_env=False) as client,
    ):
        url = f"{service.url}/mcp"
        opened = await client.post(url, headers=ACCEPT, json=INITIALIZE)
        session = {**ACCEPT, "mcp-session-id": opened.headers["mcp-session-id"]}
        async with client.stream("POST", url, headers=session, json=call) as stream:
            assert stream.status_code == 200
            run = await anext(run async for run in all_runs(service))
            await anext(records async for records in service.system.runs.follow(run) if is_parked(records))
            followers = {task for task in asyncio.all_tasks() if "RunWatch" in str(task.get_coro())}
            assert followers
        await asyncio.wait(followers)
        if policy == "cancel":
            async for _ in service.system.runs.follow(run):
                pass
        status = (await service.system.runs.state(run)).status
        assert (await client.post(url, headers=session, json=PING)).status_code == 200
    assert status is (RunStatus.CANCELLED if policy == "cancel" else RunStatus.WAITING)


async def all_runs(service: Service) -> AsyncGenerator[RunId]:
    """The runs there are, as soon as there are some."""
    while True:
        for run in (await service.system.runs.list(RunFilter(), 9)).runs:
            yield run.run_id
