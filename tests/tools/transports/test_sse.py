"""The transport of 2024-11-05: found out, remembered, found again, and not held up by one message."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any, cast

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.errors.tools import BadOutput, OutputTooLarge, ServerUnavailable, ToolCallFailed
from callsheet.tools.faults import Fault, FaultKind, FaultMark
from callsheet.tools.servers import HttpServer
from callsheet.tools.transports.lines import Line, request_id
from callsheet.tools.transports.sse import StreamTransport
from callsheet.tools.transports.sse_streams import BoundedEvents
from tests.support.servers.starting import call, http, pool, result_of

TOOLS = [{"name": name, "inputSchema": {"type": "object"}} for name in ("echo", "nap", "hold", "misbehave")]
HELLO: dict[str, Any] = {
    "protocolVersion": "2024-11-05",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "old", "version": "1"},
}


MISDEEDS = {
    "huge": b'{"content":"' + b"x" * 6 * 2**20 + b'"}}',
    "surrogate": b'{"content":[{"type":"text","text":"\\ud800"}]}}',
    "deep": b'{"content":[],"structuredContent":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    "number": b"5}",
    "cut": b"{",
    "values": b'{"content":[],"structuredContent":[' + b"0," * 200_000 + b"0]}}",
    "mixed": b'{"content":[],"structuredContent":{"ok":true}}}\n\r',
}


class OldServer:
    """Serves the stream at /sse; `nap` is never accepted, `hold` never answered, the result of `misbehave` one of
    `MISDEEDS`. `error` is the body of the 404 for a POST there."""

    def __init__(self, error: bytes = b"") -> None:
        self.error = error
        self.moved_to: str | None = None
        self.streams = 0
        self.hung = asyncio.Event()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.events: asyncio.Queue[bytes] = asyncio.Queue()

    async def __aenter__(self) -> "OldServer":
        await self.start(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int) -> None:
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)

    def config(self, **changes: Any) -> HttpServer:
        return replace(http(f"http://127.0.0.1:{self.port}/sse"), **changes)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await self.serve(reader, writer)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.tasks.discard(task)
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if head.startswith("get /sse") and self.moved_to is not None:
            where = f"location: {self.moved_to}\r\nconnection: close\r\n\r\n"
            writer.write(f"HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n{where}".encode())
            await writer.drain()
            return
        if head.startswith("get"):
            await self.stream(writer)
        size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        message = orjson.loads(await reader.readexactly(size))
        if head.startswith("post /sse"):
            kind = f"content-type: application/json\r\ncontent-length: {len(self.error)}\r\n"
            writer.write(f"HTTP/1.1 404 Not Found\r\n{kind}connection: close\r\n\r\n".encode() + self.error)
        else:
            await self.answer(message)
            writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()

    async def stream(self, writer: asyncio.StreamWriter) -> None:
        self.streams += 1
        self.events = asyncio.Queue()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\ndata: /post\n\n")
        while True:
            await writer.drain()
            writer.write(b"event: message\ndata: " + await self.events.get() + b"\n\n")

    async def answer(self, message: dict[str, Any]) -> None:
        match message.get("method"):
            case "initialize":
                body: dict[str, Any] = {"result": HELLO}
            case "tools/list":
                body = {"result": {"tools": TOOLS}}
            case "tools/call" if message["params"]["name"] == "nap":
                self.hung.set()
                await asyncio.Event().wait()
                return
            case "tools/call" if message["params"]["name"] == "hold":
                return
            case "tools/call" if message["params"]["name"] == "misbehave":
                misdeed = MISDEEDS[message["params"]["arguments"]["how"]]
                self.events.put_nowait(b'{"jsonrpc":"2.0","id":%d,"result":' % message["id"] + misdeed)
                return
            case "tools/call":
                body = {"result": {"content": [], "structuredContent": message["params"].get("arguments", {})}}
            case _:
                body = {"error": {"code": -32601, "message": "Method not found"}}
        if "id" in message:
            self.events.put_nowait(orjson.dumps({"jsonrpc": "2.0", "id": message["id"], **body}))


async def test_a_stream_that_moved_within_its_origin_is_found() -> None:
    async with OldServer() as server, pool(server.config(transport="sse")) as tools:
        server.moved_to = "/elsewhere"
        assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}


async def test_a_stream_that_moved_to_somebody_else_is_not_followed() -> None:
    async with OldServer() as server, OldServer() as other, pool(server.config(transport="sse")) as tools:
        server.moved_to = f"http://127.0.0.1:{other.port}/sse"
        with pytest.raises(ServerUnavailable, match="307"):
            await result_of(tools, call("echo", server="web"))
        assert other.streams == 0


async def test_a_stream_that_moves_without_an_end_is_given_up() -> None:
    async with OldServer() as server, pool(server.config(transport="sse")) as tools:
        server.moved_to = "/sse"
        with pytest.raises(ServerUnavailable, match="redirect"):
            await result_of(tools, call("echo", server="web"))


async def test_a_message_that_is_not_accepted_holds_up_no_other() -> None:
    async with OldServer() as server, pool(server.config(transport="sse")) as tools:
        await result_of(tools, call("echo", server="web"))
        nap = asyncio.create_task(tools.call(call("nap", server="web")))
        async with asyncio.timeout(20):
            await server.hung.wait()
        for number in range(3):
            assert (await result_of(tools, call("echo", server="web", n=number))).structured == {"n": number}
        nap.cancel()
        await asyncio.wait({nap})


async def test_an_old_server_that_was_restarted_is_found_again() -> None:
    async with OldServer() as server, pool(server.config(), jitter=0.0) as tools:
        await result_of(tools, call("echo", server="web"))
        await server.stop()
        await server.start(server.port)
        async with asyncio.timeout(20):
            while True:
                try:
                    result = await result_of(tools, call("echo", server="web", again=True))
                    break
                except ToolCallFailed:
                    await asyncio.sleep(0.05)
        assert result.structured == {"again": True}
        assert tools.servers()[0].transport == "sse"


async def test_a_refusal_in_json_rpc_is_no_old_server() -> None:
    error = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "Go away"}})
    async with OldServer(error) as server, pool(server.config()) as tools:
        listing = await tools.list()
        assert "web" in listing.unavailable
        assert (server.streams, tools.servers()[0].transport) == (0, "http")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("huge", OutputTooLarge),
        ("surrogate", BadOutput),
        ("deep", BadOutput),
        ("number", BadOutput),
        ("cut", BadOutput),
        ("values", BadOutput),
    ],
)
async def test_an_answer_that_cannot_be_used_costs_its_own_call_only(how: str, expected: type[ToolCallFailed]) -> None:
    async with OldServer() as server, pool(server.config(transport="sse")) as tools:
        await result_of(tools, call("echo", server="web"))
        beside = asyncio.create_task(tools.call(call("hold", server="web")))
        with pytest.raises(ToolCallFailed) as failed:
            await tools.call(call("misbehave", server="web", how=how))
        assert type(failed.value) is expected
        assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}
        assert not beside.done()
        beside.cancel()
        await asyncio.wait({beside})


async def test_an_event_may_be_as_large_as_a_message_and_end_in_any_way() -> None:
    async with OldServer() as server, pool(server.config(transport="sse")) as tools:
        text = "x" * 3 * 2**20
        assert (await result_of(tools, call("echo", server="web", text=text))).structured == {"text": text}
        assert (await result_of(tools, call("misbehave", server="web", how="mixed"))).structured == {"ok": True}


@given(sizes=st.lists(st.integers(0, 400), max_size=12), chunk=st.integers(1, 300))
async def test_events_are_bounded_however_they_are_cut(sizes: list[int], chunk: int) -> None:
    cap = 100
    events = [b'data: {"id":%d,"x":"%b"}\n\n' % (number, b"x" * size) for number, size in enumerate(sizes)]

    def answer(line: Line, fault: Fault) -> bytes:
        return b"%d!" % cast("int", request_id(line))

    bounded = BoundedEvents(Chunks(b"".join(events), chunk), cap, answer)
    got = b"".join([part async for part in bounded])
    wanted = [event if len(event) <= cap else b"%d!" % number for number, event in enumerate(events)]
    if chunk <= cap:
        assert got == b"".join(wanted)
    else:  # what lies in one chunk is as small as that
        assert len(got) <= sum(map(len, events))


class Chunks(httpx2.AsyncByteStream):
    def __init__(self, text: bytes, size: int) -> None:
        self.parts = [text[start : start + size] for start in range(0, len(text), size)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part


class Unreachable(httpx2.AsyncBaseTransport):
    """Gives an empty stream; nothing can be sent."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            raise self.error
        return httpx2.Response(200, stream=Forever(), request=request)


class Forever(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ConnectTimeout("late"), FaultKind.REFUSED),
        (httpx2.PoolTimeout("full"), FaultKind.REFUSED),
        (httpx2.WriteError("cut"), FaultKind.LOST),
        (httpx2.ReadError("cut"), FaultKind.LOST),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_only_what_was_never_sent_may_be_sent_again(error: Exception, kind: FaultKind) -> None:
    mark = FaultMark()
    transport = StreamTransport(Unreachable(error), cap=1000, mark=mark, on_lost=lambda: None)
    async with (
        asyncio.timeout(5),
        httpx2.AsyncClient(transport=transport) as client,
        client.stream("GET", "http://old.example/sse") as stream,
    ):
        await client.post("http://old.example/post", json={"jsonrpc": "2.0", "id": 1, "method": "tools/call"})
        events = aiter(stream.aiter_bytes())
        event = await anext(events)
        await cast("AsyncGenerator[bytes]", events).aclose()
    answer = orjson.loads(event.partition(b"data: ")[2])
    fault = mark.read(answer["error"]["data"])
    assert (answer["id"], fault and fault.kind) == (1, kind)
