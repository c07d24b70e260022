"""The hostile server as a program: over stdio or HTTP, in either era, without an SDK, and as wrong as it is told to be.

    python -S -m tests.support.servers.hostile_program [--http] [--legacy] [--mood FILE] [--trap URL]

`misbehave {"how": …}` does one of the `MISDEEDS`; `echo` gives its arguments back; `held` answers when `release` is
called, `holding` when `held` was. FILE holds a *mood*, read anew by every process and request: how handshake
(`HANDSHAKES`) or list (`LISTS`) go wrong; empty is good. `--trap` is an address that nobody may ever visit; it stands
in `$ref`s. With `--http` a port is printed, and the process that serves is replaced when it crashes. The end of stdin
is the end.
"""

import argparse
import contextlib
import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.support.servers.hostile_misdeeds import (
    ANY,
    COMPLETE,
    EVENTS_HEAD,
    JSON_HEAD,
    MEGABYTE,
    MISDEEDS,
    Call,
    Message,
    Wire,
    error,
    good,
    json,
    result,
)

TEXT: Message = {"type": "string"}


class Lines:
    """The wire of stdio."""

    path = ""
    writing = threading.Lock()

    def answer(self, message: bytes) -> None:
        with self.writing:
            write(1, message + b"\n")

    send = answer

    def pour(self, parts: Iterable[bytes], *, events: bool = False) -> None:
        with self.writing:
            for part in parts:
                write(1, part)
            write(1, b"\n")

    def raw(self, data: bytes) -> None:
        with self.writing:
            write(1, data)

    def cut(self) -> None:
        os.close(1)


class Response:
    """The wire of one HTTP response."""

    def __init__(self, connection: socket.socket, path: str) -> None:
        self.connection = connection
        self.path = path
        self.open = True
        self.streaming = False

    def answer(self, message: bytes) -> None:
        self.raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(message))
        self.raw(message)

    def send(self, message: bytes) -> None:
        if not self.streaming:
            self.raw(EVENTS_HEAD + b"\r\n")
        self.streaming = True
        self.raw(b"event: message\ndata: " + message + b"\n\n")

    def pour(self, parts: Iterable[bytes], *, events: bool = False) -> None:
        self.raw((EVENTS_HEAD if events else JSON_HEAD) + b"\r\n" + (b"data: " if events else b""))
        for part in parts:
            self.raw(part)
        if events:
            self.raw(b"\n\n")
        self.cut()

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def cut(self) -> None:
        self.open = False


class Program:
    """What both transports have in common."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.released = threading.Event()
        self.held = threading.Event()

    def mood(self) -> str:
        return Path(self.options.mood).read_text("utf-8") if self.options.mood else ""

    def handle(self, message: Message, wire: Wire) -> None:
        arguments: Message = message.get("params", {}).get("arguments") or {}
        call = Call(message, wire, self.options.trap, arguments)
        match message.get("method"):
            case "tools/call":
                self.call(call, message["params"]["name"])
            case "server/discover" if not self.options.legacy:
                discovered = {"supportedVersions": ["2026-07-28"], "capabilities": CAPABILITIES, **COMPLETE}
                HANDSHAKES.get(self.mood(), answer_with)(call, discovered)
            case "initialize":
                info = {"name": "hostile", "version": "1"}
                agreed = {"protocolVersion": "2025-06-18", "capabilities": CAPABILITIES, "serverInfo": info}
                HANDSHAKES.get(self.mood(), answer_with)(call, agreed)
            case "tools/list":
                LISTS.get(self.mood(), answer_with)(call, {"tools": TOOLS, **COMPLETE})
            case _:
                wire.answer(error(call, code=-32601, message="Method not found"))

    def call(self, call: Call, name: str) -> None:
        match name:
            case "misbehave":
                MISDEEDS[call.arguments["how"]](call)
            case "held":
                released = self.released  # the one of this moment; `release` makes another for those who come later
                self.held.set()
                released.wait()
                call.wire.answer(good(call, {"held": True}))
            case "holding":
                self.held.wait()
                call.wire.answer(good(call, {}))
            case "release":
                self.held.clear()
                released, self.released = self.released, threading.Event()
                released.set()
                call.wire.answer(good(call, {}))
            case "redos":
                call.wire.answer(good(call, {"text": "a" * 30 + "!"}))
            case _:
                call.wire.answer(good(call, call.arguments))


def tool(name: str, output: Message | None = None, **more: Any) -> Message:
    described = {"name": name, "inputSchema": ANY, **more}
    return described if output is None else {**described, "outputSchema": output}


CAPABILITIES: Message = {"tools": {"listChanged": True}, "logging": {}}
TOOLS = [tool(name) for name in ("echo", "misbehave", "held", "holding", "release")]
NAMES = [
    "",
    " ",
    "../../etc/passwd",
    "a/b",
    "a.b",
    "\x1b[2J",
    "x" * 5000,
    "echo\n",
    "ECHO",
    "__class__",
    "énorme",
    "💥",
]


def answer_with(call: Call, value: Message) -> None:
    call.wire.answer(result(call, value))


def replacing(**members: Any) -> Callable[[Call, Message], None]:
    return lambda call, value: call.wire.answer(result(call, {**value, **members}))


def instead(how: str, **arguments: Any) -> Callable[[Call, Message], None]:
    """Misbehave as a tool would."""

    def misbehave(call: Call, value: Message) -> None:
        call.arguments.update(arguments)
        MISDEEDS[how](call)

    return misbehave


def slowly(call: Call, value: Message) -> None:
    time.sleep(0.3)
    answer_with(call, value)


def exits(call: Call, value: Message) -> None:
    os.write(2, b"cannot open the database\n")
    os._exit(3)


def chatters(call: Call, value: Message) -> None:
    """Over stdio alone: endless text where an answer is expected."""
    while True:
        call.wire.raw(b"Loading ...\n" * 1000)


def pages(call: Call, value: Message) -> None:
    number = int(call.message.get("params", {}).get("cursor") or 0)
    answer_with(call, {**value, "tools": [tool(f"tool_{number}")], "nextCursor": str(number + 1)})


def circles(call: Call, value: Message) -> None:
    number = int(call.message.get("params", {}).get("cursor") or 0)
    answer_with(call, {**value, "tools": [tool(f"tool_{number}")], "nextCursor": str((number + 1) % 3 or 1)})


def with_schema(schema: Callable[[Call], Message]) -> Callable[[Call, Message], None]:
    """All tools, and `odd` and `redos` with an output schema."""
    return lambda call, value: answer_with(
        call, {**value, "tools": [*TOOLS, tool("odd", schema(call)), tool("redos", schema(call))]}
    )


def redos(call: Call) -> Message:
    return {"type": "object", "properties": {"text": {**TEXT, "pattern": "^(a+)+$"}}}


def many(call: Call) -> Message:
    return {"type": "object", "properties": {f"p{number}": {**TEXT, "pattern": "a{99}"} for number in range(2_000)}}


def nested(depth: int) -> Message:
    return {"type": "object", "properties": {"x": nested(depth - 1)}} if depth else {"type": "object"}


Handshake = Callable[[Call, Message], None]

HANDSHAKES: dict[str, Handshake] = {
    "exits": exits,
    "never": instead("hang"),
    "slow": slowly,
    "chatters": chatters,
    "floods": instead("endless_line"),
    "garbage": instead("garbage"),
    "loris": instead("loris"),
    "huge": instead("huge", size=20),
    "number": instead("result_number"),
    "refuses": instead("error"),
    "version": replacing(protocolVersion="1999-01-01", supportedVersions=["1999-01-01"]),
    "version_number": replacing(protocolVersion=7, supportedVersions=7),
    "closes": instead("closes"),
    "html": instead("http_html"),
    "status_307": instead("http_status", status=307, headers={"location": "http://127.0.0.2:9/?key=secret"}),
    **{f"status_{status}": instead("http_status", status=status) for status in (401, 403, 404, 429, 500, 502)},
}

LISTS: dict[str, Handshake] = {
    "endless": pages,
    "circles": circles,
    "list_hangs": instead("hang"),
    "list_refused": instead("error"),
    "list_huge": instead("huge", size=10),
    "list_number": instead("result_number"),
    "bad_tool": replacing(tools=[*TOOLS, {"name": 7}]),
    "nul_name": replacing(tools=[*TOOLS, tool("a\0b")]),
    "names": replacing(tools=[*TOOLS, *map(tool, NAMES)]),
    "twins": replacing(tools=[*TOOLS, *TOOLS]),
    "too_many": replacing(tools=[tool(f"tool_{number}") for number in range(5_001)]),
    "forever": replacing(ttlMs=10**15),
    "never_fresh": replacing(ttlMs=-5),
    "redos": with_schema(redos),
    "remote": with_schema(lambda call: {"type": "object", "$ref": call.trap + "/schema.json"}),
    "remote_id": with_schema(lambda call: {"$schema": call.trap + "/meta", "$id": call.trap, "type": "object"}),
    "local_file": with_schema(lambda call: {"type": "object", "$ref": "file:///etc/passwd"}),
    "invalid": with_schema(lambda call: {"type": "object", "properties": {"x": {"type": "thing"}}}),
    "bomb": with_schema(lambda call: {"type": "object", "properties": {"x": {**TEXT, "pattern": "(a{500}){500}"}}}),
    "endless_ref": with_schema(
        lambda call: {"type": "object", "$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    ),
    "many": with_schema(many),
    "nested": with_schema(lambda call: nested(25)),
    "too_deep": with_schema(lambda call: nested(100)),
}


def write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def in_thread(work: Callable[[], object]) -> None:
    threading.Thread(target=work, daemon=True).start()


def serve_stdio(program: Program) -> None:
    with open(0, "rb") as stdin:
        for line in stdin:
            message: Message = json.loads(line)
            if "id" in message and "method" in message:
                in_thread(lambda message=message: program.handle(message, Lines()))
    os._exit(0)


def requests(connection: socket.socket) -> Iterator[tuple[str, str, bytes]]:
    with connection.makefile("rb") as file:
        while first := file.readline():
            head = [line.decode().partition(":") for line in iter(file.readline, b"\r\n")]
            headers = {name.lower(): value.strip() for name, _, value in head}
            method, path, _ = first.decode().split()
            yield method, path, file.read(int(headers.get("content-length", 0)))


def serve_connection(program: Program, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        for method, path, body in requests(connection):
            response = Response(connection, path)
            message: Message = json.loads(body) if method == "POST" else {}
            if method != "POST":
                response.raw(b"HTTP/1.1 405 No\r\ncontent-length: 0\r\n\r\n")
            elif "id" in message and "method" in message:
                program.handle(message, response)
            else:
                response.raw(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
            if response.streaming or not response.open:
                break


def serve_http(program: Program, listening: socket.socket) -> None:
    def end_with_stdin() -> None:
        while os.read(0, MEGABYTE):
            pass
        os._exit(0)

    in_thread(end_with_stdin)
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        in_thread(lambda connection=connection: serve_connection(program, connection))


def keep_serving(program: Program) -> None:
    """Serve in a process of its own, and in another one after it crashed."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)
    write(1, b"%d\n" % listening.getsockname()[1])
    for _ in itertools.count():
        worker = os.fork()
        if not worker:
            serve_http(program, listening)
        if os.waitpid(worker, 0)[1] == 0:
            sys.exit()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--legacy", action="store_true")
    parser.add_argument("--mood")
    parser.add_argument("--trap", default="")
    chosen = Program(parser.parse_args())
    if chosen.mood() == "dead":
        write(2, b"cannot open the database\n")
        sys.exit(3)
    keep_serving(chosen) if chosen.options.http else serve_stdio(chosen)
