"""What an HTTP server can do wrong, and what its caller then sees; in both eras of the protocol."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from callsheet.errors.tools import (
    AuthRequired,
    BadOutput,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    ToolTimeout,
    TransportLost,
)
from callsheet.runs.fairness import give_way
from callsheet.scenario.json import JsonObject
from callsheet.tools.faults import FaultMark
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import HttpServer, ServerOptions
from callsheet.tools.transports.http import MOST_ASIDES, GuardedTransport
from callsheet.tools.transports.http_connections import SPARE
from callsheet.tools.transports.open_requests import RESUMING_PAUSE
from tests.support.servers.hostile_http import HostileHttp
from tests.support.servers.starting import call, http, pool, result_of


@pytest.fixture(params=["modern", "legacy"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[HostileHttp]:
    async with HostileHttp(legacy=request.param == "legacy") as made:
        yield made


@pytest.fixture
async def tools(server: HostileHttp) -> AsyncIterator[ToolPool]:
    async with pool(http(server.url)) as made:
        yield made


@pytest.mark.parametrize(
    ("misdeed", "expected", "reason"),
    [
        ({"how": "reset"}, TransportLost, "disconnected"),
        ({"how": "cut"}, TransportLost, "complete message body"),
        ({"how": "cut_events"}, TransportLost, "broke off"),
        ({"how": "ended_events"}, TransportLost, "ended without a response"),
        ({"how": "html"}, BadOutput, "text/html"),
        ({"how": "garbage"}, BadOutput, "not a JSON-RPC message"),
        ({"how": "garbage", "body": '{"jsonrpc":"2.0","id":1,"result":{"x":"\\ud800"}}'}, BadOutput, "not a JSON-RPC"),
        ({"how": "gzip", "size": 100}, BadOutput, "compressed"),
        ({"how": "huge", "size": 20}, OutputTooLarge, "larger than 4194304 bytes"),
        ({"how": "huge_event", "size": 20}, OutputTooLarge, "larger than 4194304 bytes"),
        ({"how": "error"}, ToolFailed, "no such argument"),
        ({"how": "error", "code": -32000}, ToolFailed, "no such argument"),
        ({"how": "status", "status": 202}, TransportLost, "gave no answer"),
        ({"how": "status", "status": 400}, ServerUnavailable, "HTTP 400"),
        ({"how": "status", "status": 401}, AuthRequired, r"HTTP 401 .*: it wants other credentials"),
        ({"how": "status", "status": 403}, AuthRequired, "HTTP 403"),
        ({"how": "status", "status": 404}, ServerUnavailable, "404|session"),
        ({"how": "status", "status": 408}, TransportLost, "HTTP 408"),
        ({"how": "status", "status": 429}, RateLimited, "HTTP 429"),
        ({"how": "status", "status": 500}, TransportLost, "HTTP 500"),
        ({"how": "status", "status": 502}, TransportLost, "HTTP 502"),
    ],
    ids=str,
)
async def test_a_fault_costs_its_own_call_only(
    server: HostileHttp, tools: ToolPool, misdeed: dict[str, Any], expected: type[ToolCallFailed], reason: str
) -> None:
    await result_of(tools, call("echo", server="web"))
    beside = asyncio.create_task(result_of(tools, call("misbehave", server="web", how="hang")))
    async with asyncio.timeout(5):
        await server.hung.wait()
    with pytest.raises(expected, match=reason) as failed:
        await result_of(tools, call("misbehave", server="web", **misdeed))
    assert type(failed.value) is expected
    assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}
    if misdeed.get("status") != 404:  # which is how a session ends
        assert not beside.done()
        assert server.methods().count("initialize") == (1 if server.legacy else 0)
    beside.cancel()
    await asyncio.wait({beside})


async def test_an_answer_may_come_as_events_byte_by_byte(tools: ToolPool) -> None:
    assert (await result_of(tools, call("misbehave", server="web", how="events"))).structured == {"ok": True}


async def test_a_server_that_hangs_does_not_hang_the_next_calls(server: HostileHttp, tools: ToolPool) -> None:
    await result_of(tools, call("echo", server="web"))  # connected, so that what hangs is the call
    for _ in range(3):
        with pytest.raises(ToolTimeout):
            await result_of(tools, call("misbehave", server="web", how="hang", timeout=0.3))
    assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}
    if server.legacy:  # the modern era cancels by closing
        async with asyncio.timeout(5):
            await server.arrived("notifications/cancelled", 3)


@pytest.mark.parametrize("how", ["hang", "silent_events", "resumable_events"])
async def test_calls_that_are_never_answered_leave_connections_for_the_others(server: HostileHttp, how: str) -> None:
    async def hang(writer: asyncio.StreamWriter, method: str) -> None:
        await asyncio.Event().wait()

    server.other = hang
    async with pool(http(server.url, options=ServerOptions(max_in_flight=1))) as tools:
        for number in range(SPARE + 2):
            with pytest.raises(ToolTimeout):
                await result_of(tools, call("misbehave", server="web", how=how, timeout=0.1))
            answered = await result_of(tools, call("echo", server="web", number=number))
            assert answered.structured == {"number": number}


async def test_a_cancelled_call_leaves_at_once(server: HostileHttp, tools: ToolPool) -> None:
    hanging = asyncio.create_task(result_of(tools, call("misbehave", server="web", how="hang")))
    async with asyncio.timeout(5):
        await server.hung.wait()
        hanging.cancel()
        await asyncio.wait({hanging})
    assert hanging.cancelled()


async def test_too_many_requests_are_tried_once_more_when_the_server_says_when(
    server: HostileHttp, tools: ToolPool
) -> None:
    soon = call("misbehave", server="web", how="status", status=429, headers={"retry-after": "0.05"})
    with pytest.raises(RateLimited) as limited:
        await result_of(tools, soon)
    assert limited.value.data == {"status": 429, "retryAfter": 0.05}
    assert server.methods().count("tools/call") == 2


async def test_the_words_of_a_refusal_are_shortened_and_fit_for_a_journal(server: HostileHttp, tools: ToolPool) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "a\0b" + "x" * 60_000}})
    headers: JsonObject = {"content-type": "application/json"}
    with pytest.raises(TransportLost, match="HTTP 503 Because: a\ufffdbxxx") as lost:
        await result_of(tools, call("misbehave", server="web", how="status", status=503, headers=headers, body=body))
    assert len(lost.value.message) < 3_000


async def test_a_wait_longer_than_the_deadline_is_not_begun(server: HostileHttp, tools: ToolPool) -> None:
    late = call("misbehave", server="web", how="status", status=429, headers={"retry-after": "3600"})
    with pytest.raises(RateLimited):
        await result_of(tools, late)
    assert server.methods().count("tools/call") == 1


ELSEWHERE = [(307, "http://127.0.0.2:1/mcp?key=secret"), (302, "/elsewhere"), (308, "file:///etc/passwd")]
NO_ADDRESS = [(307, "http://[::1"), (307, "/a\tb"), (301, f"http://{'a' * 70_000}/")]


@pytest.mark.parametrize(("status", "location"), [*ELSEWHERE, *NO_ADDRESS], ids=lambda part: str(part)[:20])
async def test_a_redirect_to_elsewhere_is_not_followed(tools: ToolPool, status: int, location: str) -> None:
    with pytest.raises(ServerUnavailable, match="which is not followed") as refused:
        await result_of(
            tools, call("misbehave", server="web", how="status", status=status, headers={"location": location})
        )
    assert "secret" not in str(refused.value)
    assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}


@pytest.mark.parametrize("name", ["\xe9", "a\x01", "a b", "x" * 5_000], ids=["letter", "control", "space", "long"])
async def test_what_cannot_be_the_name_of_a_session_is_refused_and_not_repeated(name: str) -> None:
    async with HostileHttp(legacy=True) as server, pool(http(server.url)) as tools:
        server.session = name
        with pytest.raises(ServerUnavailable, match="the name that it gives our session cannot be one"):
            await result_of(tools, call("echo", server="web"))
        assert not [headers for _, headers in server.requests if "mcp-session-id" in headers]


@pytest.mark.parametrize("key", ["$ref", "$schema", "$id", "$dynamicRef"])
async def test_no_schema_of_a_tool_is_fetched(server: HostileHttp, tools: ToolPool, key: str) -> None:
    async with HostileHttp() as canary:
        server.schema = {"type": "object", key: canary.url, "properties": {"x": {"$ref": "other.json"}}}
        with pytest.raises(BadOutput, match="its outputSchema cannot be used"):
            await result_of(tools, call("described", server="web", x=1))
        assert canary.requests == []


async def test_no_answer_is_asked_for_compressed(server: HostileHttp, tools: ToolPool) -> None:
    await result_of(tools, call("echo", server="web"))
    assert {headers["accept-encoding"] for _, headers in server.requests} == {"identity"}


async def test_configured_headers_are_sent(server: HostileHttp) -> None:
    async with pool(HttpServer(name="web", url=server.url, headers={"Authorization": "Bearer k"})) as tools:
        await result_of(tools, call("echo", server="web"))
    assert {headers["authorization"] for _, headers in server.requests} == {"Bearer k"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, AuthRequired), (403, AuthRequired), (404, ServerUnavailable), (429, RateLimited), (500, ServerUnavailable)],
)
async def test_a_handshake_that_is_refused_says_how(
    server: HostileHttp, tools: ToolPool, status: int, expected: type[ToolCallFailed]
) -> None:
    server.failing = (status, {})
    with pytest.raises(expected, match=f"HTTP {status}") as refused:
        await result_of(tools, call("echo", server="web"))
    assert type(refused.value) is expected
    assert refused.value.ran is False


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n",
        b"HTTP/1.1 307 Elsewhere\r\nlocation: /mcp\r\n\r\n",
    ],
    ids=["compressed", "redirect"],
)
async def test_a_stream_of_the_server_that_cannot_be_used_is_not_read(head: bytes) -> None:
    left = asyncio.Event()
    stored = zlib.compressobj(level=0, wbits=31)
    first, again = (stored.compress(b":\n\n" * 2**14) + stored.flush(zlib.Z_SYNC_FLUSH) for _ in range(2))

    async def endless(writer: asyncio.StreamWriter, method: str) -> None:
        writer.write(head + first)
        try:
            while True:
                writer.write(again)
                await writer.drain()
                await give_way()
        finally:
            left.set()

    async with HostileHttp(legacy=True) as server, pool(http(server.url)) as tools:
        server.other = endless
        await result_of(tools, call("echo", server="web"))
        async with asyncio.timeout(5):
            await left.wait()


async def test_a_stream_of_the_server_that_ends_at_once_is_not_opened_again_at_once() -> None:
    opened: list[float] = []
    often = asyncio.Event()

    async def end(writer: asyncio.StreamWriter, method: str) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 10\r\n\r\n"
        writer.write(head + b"retry: 0\n\n")
        opened.append(asyncio.get_running_loop().time())
        if len(opened) == 3:
            often.set()

    async with HostileHttp(legacy=True) as server, pool(http(server.url)) as tools:
        server.other = end
        await result_of(tools, call("echo", server="web"))
        async with asyncio.timeout(10):
            await often.wait()
    assert opened[2] - opened[0] > RESUMING_PAUSE


async def test_a_server_that_asks_and_does_not_listen_gets_no_more_than_some_answers() -> None:
    guarded = GuardedTransport(Deaf(), cap=1000, mark=FaultMark())
    before = len(asyncio.all_tasks())
    async with httpx2.AsyncClient(transport=guarded) as client:
        for number in range(2 * MOST_ASIDES):
            await client.post("http://deaf.example", json={"jsonrpc": "2.0", "id": number, "result": {}})
        assert len(asyncio.all_tasks()) - before == MOST_ASIDES
    assert len(asyncio.all_tasks()) == before


class Deaf(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_goodbye_whose_answer_has_no_end_is_not_read() -> None:
    async def endless(writer: asyncio.StreamWriter, method: str) -> None:
        if method == "GET":
            writer.write(b"HTTP/1.1 405 No\r\ncontent-length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 2**16)
            await writer.drain()
            await give_way()

    async with HostileHttp(legacy=True) as server:
        server.other = endless
        tools = pool(http(server.url))
        await result_of(tools, call("echo", server="web"))
        async with asyncio.timeout(5):
            await tools.close()
        assert server.requests[-1][0] == "DELETE"


async def test_a_server_that_is_gone_is_unavailable_and_found_again(server: HostileHttp, tools: ToolPool) -> None:
    await result_of(tools, call("echo", server="web"))
    port = server.port
    await server.stop()
    with pytest.raises(ServerUnavailable, match="ConnectError"):
        await result_of(tools, call("echo", server="web"))
    await server.start(port)
    assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}
