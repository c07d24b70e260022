"""The transport of 2024-11-05: found out, remembered, found again, and not held up by one message."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson

from callsheet.errors import ToolCallFailed
from callsheet.tools.servers import HttpServer
from tests.support.servers.starting import call, http, pool, result_of

TOOLS = [{"name": name, "inputSchema": {"type": "object"}} for name in ("echo", "nap")]
HELLO: dict[str, Any] = {
    "protocolVersion": "2024-11-05",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "old", "version": "1"},
}


class OldServer:
    """Serves the stream at /sse; `nap` is never accepted. `error` is the body of the 404 for a POST there."""

    def __init__(self, error: bytes = b"") -> None:
        self.error = error
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
            case "tools/call":
                body = {"result": {"content": [], "structuredContent": message["params"].get("arguments", {})}}
            case _:
                body = {"error": {"code": -32601, "message": "Method not found"}}
        if "id" in message:
            self.events.put_nowait(orjson.dumps({"jsonrpc": "2.0", "id": message["id"], **body}))


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
