"""A tool server without any SDK whose tools have one effect per idempotency key, and whose ledger tells all of it.

    python deduplicating.py --ledger FILE [--http PORT] [--process NAME] [--doom FILE]

Over stdio, or with `--http 0` over HTTP at a free port, which it prints; then it ends when its stdin does.

Tools, all with `{"value": …, "delay": seconds}`; they answer after the delay:
* `effect`: the effect.
* `fickle`: the effect, and an error at the first attempt.
* `asks`: a question to a person, and the effect after the answer.
* `reports`: progress and a line of a log; the effect once the doom below has come, or after half a second.

The ledger is a file of JSON lines that several of these servers share: `call` for every call and `effect` for every new
idempotency key, on disk before the call is answered, and `answer` when it is. Each has the key, the attempt, the value,
the moment, and the `process` that called: `--process`, or over HTTP the header `X-Process`.

The doom is a file that holds the number of a process, which is killed right after the next effect.
"""

import argparse
import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson

from callsheet.api.binding import listen

Message = dict[str, Any]

KEY = "callsheet/idempotencyKey"
ATTEMPT = "callsheet/attempt"
CACHE: Message = {"ttlMs": 60_000, "cacheScope": "private"}
TOOLS = ("effect", "fickle", "asks", "reports")
QUESTION: Message = {
    "method": "elicitation/create",
    "params": {"message": "Which one?", "requestedSchema": {"type": "object", "properties": {}}},
}
DOOM_SECONDS = 0.5


class Ledger:
    """The file, and the keys whose effect it has."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()
        self._read = 0

    def call(self, entry: Message) -> bool:
        """Write down a call, and its effect when it is the first one with its key; whether it is."""
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self._read)
            self._known.update(line["key"] for line in map(orjson.loads, file) if line["event"] == "effect")
            first = entry["key"] not in self._known
            for event in ("call", "effect") if first else ("call",):
                file.write(_line(entry, event))
            file.flush()
            os.fsync(file.fileno())
            self._read = file.tell()
            self._known.add(entry["key"])
        return first

    def note(self, entry: Message, event: str) -> None:
        """Write down something that needs not be on disk at once."""
        with self._path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(_line(entry, event))


class Doom:
    """Kills the process that the file names."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def strike(self) -> None:
        """Kill, if there is somebody to be killed, and leave a note of it beside the file."""
        if self._path is None or not self._path.exists():
            return
        victim = int(self._path.read_text(encoding="ascii"))
        self._path.rename(self._path.with_suffix(".struck"))
        os.kill(victim, signal.SIGKILL)

    async def comes(self) -> None:
        """Return when there is somebody to be killed, or after a while."""
        for _ in range(round(DOOM_SECONDS / 0.01)):
            if self._path is not None and self._path.exists():
                return
            await asyncio.sleep(0.01)  # another process writes the file


class Tools:
    """What the server answers; `process` is who calls."""

    def __init__(self, ledger: Ledger, doom: Doom) -> None:
        self._ledger = ledger
        self._doom = doom

    async def answers(self, message: Message, process: str) -> AsyncIterator[Message]:
        """What is sent because of a message, the response last."""
        match message.get("method"):
            case "tools/call":
                async for answer in self._call(message["params"], process):
                    yield answer if "method" in answer else _reply(message, answer)
            case "server/discover":
                yield _reply(message, {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **CACHE})
            case "tools/list":
                listed = [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]
                yield _reply(message, {"tools": listed, **CACHE})
            case _ if "id" in message:
                error = {"code": -32601, "message": "Method not found"}
                yield {"jsonrpc": "2.0", "id": message["id"], "error": error}
            case _:
                pass

    async def _call(self, params: Message, process: str) -> AsyncIterator[Message]:
        tool: str = params["name"]
        arguments: Message = params.get("arguments") or {}
        meta: Message = params.get("_meta") or {}
        if tool == "asks" and "inputResponses" not in params:
            yield {"resultType": "input_required", "inputRequests": {"which": QUESTION}, "requestState": "asked"}
            return
        if tool == "reports":
            yield _progress(meta)
            yield _log()
            await self._doom.comes()
        attempt = int(meta[ATTEMPT])
        entry = {
            "key": meta[KEY],
            "attempt": attempt,
            "value": arguments.get("value"),
            "process": process,
        }
        first = self._ledger.call(entry)
        self._doom.strike()
        await asyncio.sleep(arguments.get("delay", 0))
        self._ledger.note(entry, "answer")
        yield _said({"value": entry["value"], "first": first}, isError=tool == "fickle" and attempt == 1)


def _line(entry: Message, event: str) -> bytes:
    return orjson.dumps({"event": event, "at": time.time(), **entry}) + b"\n"


def _reply(message: Message, result: Message) -> Message:
    return {"jsonrpc": "2.0", "id": message["id"], "result": {"resultType": "complete", **result}}


def _said(structured: Message, **more: Any) -> Message:
    text = {"type": "text", "text": orjson.dumps(structured).decode()}
    return {"content": [text], "structuredContent": structured, **more}


def _progress(meta: Message) -> Message:
    params = {"progressToken": meta.get("progressToken"), "progress": 1, "total": 2, "message": "half of it"}
    return {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}


def _log() -> Message:
    params = {"level": "info", "logger": "deduplicating", "data": "a line"}
    return {"jsonrpc": "2.0", "method": "notifications/message", "params": params}


async def over_stdio(tools: Tools, process: str) -> None:
    """Answer each line of stdin, many at the same time."""
    reader = await _stdin()
    tasks: set[asyncio.Task[None]] = set()

    async def respond(line: bytes) -> None:
        async for answer in tools.answers(orjson.loads(line), process):
            os.write(1, orjson.dumps(answer) + b"\n")

    while line := await reader.readline():
        task = asyncio.create_task(respond(line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def over_http(tools: Tools, port: int) -> None:
    """Answer POST requests with JSON, until stdin ends."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                headers, body = request
                message = orjson.loads(body)
                answer = [each async for each in tools.answers(message, headers.get("x-process", ""))][-1:]
                _respond(writer, answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = listen("127.0.0.1", port)
    server = await asyncio.start_server(accept, sock=listening)
    os.write(1, b"%d\n" % listening.getsockname()[1])
    await (await _stdin()).read()
    server.close()


async def _stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _request(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes] | None:
    if not await reader.readline():
        return None
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return headers, await reader.readexactly(int(headers.get("content-length", 0)))


def _respond(writer: asyncio.StreamWriter, answer: list[Message]) -> None:
    status, body = (b"200 OK", orjson.dumps(answer[0])) if answer else (b"202 Accepted", b"")
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    writer.write(head + body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--http", type=int)
    parser.add_argument("--process", default="")
    parser.add_argument("--doom", type=Path)
    options = parser.parse_args()
    made = Tools(Ledger(options.ledger), Doom(options.doom))
    asyncio.run(over_stdio(made, options.process) if options.http is None else over_http(made, options.http))
