"""An MCP server over HTTP that speaks plainly or does the worst, in the test's own event loop and without any SDK.

    async with HostileHttp() as server:
        ... server.url ...

The tool `echo` gives its arguments back. `misbehave {"how": …}` answers as `MISDEEDS` says; `{"how": "status"}` takes
`status` and `headers` as well. `failing` makes every request fail with a status, the handshake included; `other` says
what it does with a request that is no POST; `session` is what it calls each session, and
`schema` what the tool `described` takes and gives.
"""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

Message = dict[str, Any]

MEGABYTE = 2**20
JSON_TYPE = {"content-type": "application/json"}
EVENTS_TYPE = {"content-type": "text/event-stream"}


class HostileHttp:
    """The server. `legacy` makes it one of the `initialize` era, with sessions; it then knows no `server/discover`."""

    def __init__(self, *, legacy: bool = False) -> None:
        self.legacy = legacy
        self.failing: tuple[int, dict[str, str]] | None = None
        self.other: Callable[[asyncio.StreamWriter, str], Any] = _not_allowed
        self.session = ""
        self.schema: Message = {"type": "object"}
        self.sessions: set[str] = set()
        self.received: list[Message] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.hung = asyncio.Event()
        self._arrival = asyncio.Event()
        self.url = ""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on `port`, or on a free one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"

    async def stop(self) -> None:
        """Close the port and every connection."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()

    def methods(self) -> list[str]:
        """The methods of all messages that arrived, in their order."""
        return [str(message.get("method")) for message in self.received]

    async def arrived(self, method: str, times: int) -> None:
        """Return when so many messages of `method` have arrived."""
        while self.methods().count(method) < times:
            self._arrival.clear()
            await self._arrival.wait()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while request := await _read_request(reader):
                await self._serve(writer, *request)
        writer.transport.abort()

    async def _serve(self, writer: asyncio.StreamWriter, method: str, headers: dict[str, str], body: bytes) -> None:
        self.requests.append((method, headers))
        if method != "POST":
            return await self.other(writer, method)
        message: Message = json.loads(body)
        self.received.append(message)
        self._arrival.set()
        if self.failing is not None:
            return await _send(writer, self.failing[0], self.failing[1])
        session = headers.get("mcp-session-id")
        if session is not None and session not in self.sessions:
            return await _send(writer, 404)
        if "id" not in message or "method" not in message:
            return await _send(writer, 202)
        if message["method"] == "tools/call" and message["params"]["name"] == "misbehave":
            arguments = message["params"]["arguments"]
            if arguments["how"] == "hang":
                self.hung.set()
            return await MISDEEDS[arguments["how"]](writer, message, arguments)
        await self._answer(writer, message)

    async def _answer(self, writer: asyncio.StreamWriter, message: Message) -> None:
        headers = dict(JSON_TYPE)
        match message["method"]:
            case "server/discover" if not self.legacy:
                result: Message = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **_COMPLETE}
            case "initialize":
                headers["mcp-session-id"] = self.session or f"session-{len(self.received)}"
                self.sessions.add(headers["mcp-session-id"])
                info = {"name": "hostile", "version": "1"}
                result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": info}
            case "tools/list":
                tools = [{"name": name, "inputSchema": {"type": "object"}} for name in ("echo", "misbehave")]
                tools += [{"name": "described", "inputSchema": self.schema, "outputSchema": self.schema}]
                result = {"tools": tools, **_COMPLETE}
            case "tools/call":
                result = _result(message["params"].get("arguments") or {})
            case _:
                error = {"code": -32601, "message": "Method not found"}
                return await _send(writer, 200, headers, _encode({"id": message["id"], "error": error}))
        await _send(writer, 200, headers, _encode({"id": message["id"], "result": result}))


_COMPLETE: Message = {"resultType": "complete", "ttlMs": 60_000, "cacheScope": "private"}


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    first = await reader.readline()
    if not first:
        return None
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return first.split()[0].decode(), headers, body


async def _send(
    writer: asyncio.StreamWriter, status: int, headers: dict[str, str] | None = None, body: bytes = b""
) -> None:
    lines = [f"{name}: {value}" for name, value in {**(headers or {}), "content-length": str(len(body))}.items()]
    writer.write(f"HTTP/1.1 {status} Because\r\n".encode())
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    await writer.drain()


async def _not_allowed(writer: asyncio.StreamWriter, method: str) -> None:
    await _send(writer, 405)


async def _send_open(writer: asyncio.StreamWriter, headers: dict[str, str], parts: AsyncIterator[bytes]) -> None:
    """Send an answer of unknown length, and close the connection after it."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 200 OK\r\n{lines}connection: close\r\n\r\n".encode())
    async for part in parts:
        writer.write(part)
        await writer.drain()
    writer.close()


def _encode(message: Message) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


def _result(structured: Any) -> Message:
    return {"content": [{"type": "text", "text": "ok"}], "structuredContent": structured, "resultType": "complete"}


async def _status(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    await _send(writer, arguments["status"], arguments.get("headers"), arguments.get("body", "").encode())


async def _hang(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    await asyncio.Event().wait()


async def _reset(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    writer.transport.abort()


async def _gzip_bomb(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    bomb = gzip.compress(b" " * (arguments.get("size", 1) * MEGABYTE), compresslevel=1)
    await _send(writer, 200, {**JSON_TYPE, "content-encoding": "gzip"}, bomb)


async def _huge_json(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"jsonrpc":"2.0","id":1,"result":{"content":"'
        for _ in range(arguments.get("size", 1)):
            yield b"x" * MEGABYTE
        yield b'"}}'

    await _send_open(writer, JSON_TYPE, parts())


async def _huge_event(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"event: message\ndata: "
        for _ in range(arguments.get("size", 1)):
            yield b"x" * MEGABYTE
        yield b"\n\n"

    await _send_open(writer, EVENTS_TYPE, parts())


async def _cut_json(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{")
    await writer.drain()
    writer.close()


async def _cut_events(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 5000\r\n\r\n: hello\n\n")
    await writer.drain()
    writer.close()


async def _ended_events(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b": hello\n\n"

    await _send_open(writer, EVENTS_TYPE, parts())


async def _events(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    """A good answer, in an event stream that arrives byte by byte."""

    async def parts() -> AsyncIterator[bytes]:
        answer = b"event: message\r\ndata: " + _encode({"id": message["id"], "result": _result({"ok": True})})
        for byte in b": hello\r\n\r\n" + answer + b"\r\n\r\n":
            yield bytes([byte])

    await _send_open(writer, EVENTS_TYPE, parts())


async def _silent_events(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    """An event stream in which no answer ever comes."""

    async def parts() -> AsyncIterator[bytes]:
        yield b": hello\n\n"
        await asyncio.Event().wait()

    await _send_open(writer, EVENTS_TYPE, parts())


async def _resumable_events(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    """An event stream that ends before the answer, and can be taken up again."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"id: 1\nretry: 0\ndata:\n\n"

    await _send_open(writer, EVENTS_TYPE, parts())


async def _html(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    await _send(writer, 200, {"content-type": "text/html"}, b"<h1>Welcome</h1>")


async def _garbage(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    await _send(writer, 200, JSON_TYPE, arguments.get("body", "{").encode())


async def _error(writer: asyncio.StreamWriter, message: Message, arguments: Message) -> None:
    error = {"code": arguments.get("code", -32602), "message": "no such argument"}
    await _send(writer, 400, JSON_TYPE, _encode({"id": message["id"], "error": error}))


MISDEEDS: dict[str, Callable[[asyncio.StreamWriter, Message, Message], Any]] = {
    "status": _status,
    "hang": _hang,
    "reset": _reset,
    "gzip": _gzip_bomb,
    "huge": _huge_json,
    "huge_event": _huge_event,
    "cut": _cut_json,
    "cut_events": _cut_events,
    "ended_events": _ended_events,
    "events": _events,
    "silent_events": _silent_events,
    "resumable_events": _resumable_events,
    "html": _html,
    "garbage": _garbage,
    "error": _error,
}
