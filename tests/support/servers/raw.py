"""A tool server over stdio without any SDK: JSON-RPC by hand, as fast as Python goes, and as wrong as it is told to be.

    python raw.py [--legacy] [--start FAULT] [--list FAULT] [--ledger FILE] [--name NAME]

Tools: `echo` gives its arguments back as `structuredContent`, `meta` the `_meta` of its call; `fail {"message": …}`
fails; `nap` never answers; `pid` names its process; `misbehave {"how": …}` does one of the things in `FAULTS`; the rest
have output schemas with a fault.

`--start`: `exit` (with words on stderr), `hang`, `slow` (0.3 s), `chatter` (text on both streams).
`--list`: `pages` (three of them), `endless`, `loop` (a cursor comes twice), `bad` (one definition is no definition).
`--ledger`: a JSON line for every message that arrived, for tests that ask what the server was told.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson

Message = dict[str, Any]

CACHE: Message = {"ttlMs": 60_000, "cacheScope": "private"}
MODERN: Message = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **CACHE}
INFO = {"name": "raw", "version": "1"}
ANY: Message = {"type": "object"}
REDOS: Message = {"type": "object", "properties": {"text": {"type": "string", "pattern": "^(a+)+$"}}}
REMOTE: Message = {"type": "object", "$ref": "http://127.0.0.1:9/schema.json"}
NUMBER: Message = {"type": "object", "properties": {"value": {"type": "number"}}, "required": ["value"]}

BLOCKS = [{"type": "text", "text": "a"}, {"type": "image", "data": "AA==", "mimeType": "image/png"}]

SCHEMAS = {"redos": REDOS, "remote": REMOTE, "mismatch": NUMBER, "silent": NUMBER}

MEGABYTE = 2**20


def answer(message: Message, structured: Any, **more: Any) -> bytes:
    text = {"type": "text", "text": orjson.dumps(structured).decode()}
    result = {"content": [text], "structuredContent": structured, "resultType": "complete", **more}
    return reply(message, result)


def reply(message: Message, result: Any) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + b"\n"


def error(message: Message, code: int, text: str) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": code, "message": text}}) + b"\n"


def notification(method: str, **params: Any) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "method": method, "params": params}) + b"\n"


def with_text(message: Message, text: bytes) -> bytes:
    """An answer whose text is `text`, already escaped or not escaped enough."""
    head = (
        b'{"jsonrpc":"2.0","id":%d,"result":{"resultType":"complete","content":[{"type":"text","text":"' % message["id"]
    )
    return head + text + b'"}]}}\n'


def huge(message: Message, megabytes: int, id_last: bool = False) -> Iterator[bytes]:
    """An answer of so many megabytes, with another request's id in its middle."""
    head = (
        b'{"jsonrpc":"2.0",' + (b"" if id_last else b'"id":%d,' % message["id"]) + b'"result":{"x":{"id":1},"content":"'
    )
    yield head
    for _ in range(megabytes):
        yield b"x" * MEGABYTE
    yield b'"}' + (b',"id":%d' % message["id"] if id_last else b"") + b"}\n"


def flood(message: Message, megabytes: int) -> Iterator[bytes]:
    """One line of nothing; a negative number never ends it."""
    while megabytes:
        yield b"y" * MEGABYTE
        megabytes -= 1
    yield b"\n"
    yield answer(message, {"flooded": True})


def crash(message: Message, size: int) -> list[bytes]:
    os.write(2, b"the sky fell\n")
    os._exit(7)


def stall(message: Message, size: int) -> list[bytes]:
    time.sleep(3600)
    return []


def deaf(message: Message, size: int) -> list[bytes]:
    os.close(0)
    write(answer(message, {}))
    return stall(message, size)


def noise(message: Message, size: int) -> Iterator[bytes]:
    for number in range(size):
        yield notification("notifications/message", level="info", data=f"noise {number}")
    yield answer(message, {"noise": size})


def shout(message: Message, size: int) -> list[bytes]:
    for _ in range(size):
        os.write(2, b"z" * MEGABYTE)
    return [answer(message, {"shouted": size})]


FAULTS: dict[str, Callable[[Message, int], Any]] = {
    "error": lambda m, _: [error(m, -32602, "no such argument")],
    "own_session": lambda m, _: [error(m, -32600, "The session of the shop has expired")],
    "is_error": lambda m, _: [answer(m, {"reason": "tired"}, isError=True)],
    "hang": lambda m, _: [],
    "stall": stall,
    "deaf": deaf,
    "crash": crash,
    "chatter": lambda m, _: [b"Loading model...\n", answer(m, {"ok": True})],
    "bad_utf8_line": lambda m, _: [b"caf\xe9\n", b'{"caf\xe9": 1}\n', answer(m, {"ok": True})],
    "bad_utf8": lambda m, _: [with_text(m, b"caf\xe9")],
    "surrogate": lambda m, _: [with_text(m, rb"\ud800")],
    "nul": lambda m, _: [with_text(m, rb"\u0000")],
    "nan": lambda m, _: [with_text(m, b"")[:-3] + b',"structuredContent":{"x":NaN}}}\n'],
    "deep": lambda m, _: [with_text(m, b"")[:-3] + b',"structuredContent":' + b"[" * 5000 + b"]" * 5000 + b"}}\n"],
    "twice": lambda m, _: [answer(m, {"ok": True}), answer(m, {"ok": False})],
    "wrong_id": lambda m, _: [answer({"id": 999_999}, {"ok": False})],
    "glued": lambda m, _: [b"Done! ", answer(m, {"ok": True})],
    "structure": lambda m, _: [reply(m, 5)],
    "content": lambda m, _: [reply(m, {"content": "text", "resultType": "complete"})],
    "blocks": lambda m, _: [reply(m, {"content": BLOCKS, "resultType": "complete"})],
    "huge_text": lambda m, size: [answer(m, {"x": "x" * (size * MEGABYTE // 2)})],
    "huge": huge,
    "huge_id_last": lambda m, size: huge(m, size, id_last=True),
    "flood": flood,
    "noise": noise,
    "shout": shout,
    "changed": lambda m, _: [notification("notifications/tools/list_changed"), answer(m, {"ok": True})],
}


class Server:
    """Reads requests, writes answers; nothing runs beside it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.lists = 0

    def serve(self) -> None:
        rest = b""
        while chunk := os.read(0, MEGABYTE):
            *lines, rest = (rest + chunk).split(b"\n")
            out: list[bytes] = []
            for line in lines:
                for part in self.handle(orjson.loads(line)):
                    out.append(part)
                    if len(part) > MEGABYTE // 2:  # do not collect what is meant to be too much
                        write(b"".join(out))
                        out.clear()
            write(b"".join(out))

    def handle(self, message: Message) -> Any:
        if self.options.ledger:
            with open(self.options.ledger, "ab") as ledger:
                ledger.write(orjson.dumps(message) + b"\n")
        match message.get("method"):
            case "tools/call":
                return self.call(message, message["params"]["name"], message["params"].get("arguments") or {})
            case "server/discover" if not self.options.legacy:
                return [reply(message, MODERN)]
            case "initialize":
                result: Message = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": INFO}
                return [reply(message, result)]
            case "tools/list":
                return [reply(message, self.page(message.get("params", {}).get("cursor")))]
            case _ if "id" in message:
                return [error(message, -32601, "Method not found")]
            case _:
                return []

    def call(self, message: Message, name: str, arguments: Message) -> Any:
        match name:
            case "echo" | "only_here" | "later":
                return [answer(message, arguments)]
            case "meta":
                return [answer(message, message["params"].get("_meta", {}))]
            case "fail":
                text = {"type": "text", "text": arguments["message"]}
                return [reply(message, {"content": [text], "isError": True, "resultType": "complete"})]
            case "nap":
                return []
            case "pid":
                return [answer(message, {"pid": os.getpid()})]
            case "misbehave":
                return FAULTS[arguments["how"]](message, arguments.get("size", 1))
            case "redos":
                return [answer(message, {"text": "a" * 27 + "!"})]
            case "remote":
                return [answer(message, {"text": "x"})]
            case "mismatch":
                return [answer(message, {"value": "seven"})]
            case "silent":
                return [reply(message, {"content": [], "resultType": "complete"})]
            case _:
                return [error(message, -32602, f"Unknown tool: {name}")]

    def page(self, cursor: str | None) -> Message:
        self.lists += 1
        later = [tool("later")] if self.lists > 1 else []
        plain = ["echo", "meta", "fail", "nap", "pid", "misbehave", f"only_{self.options.name}"]
        tools = [*map(tool, plain), *(tool(name, schema) for name, schema in SCHEMAS.items()), *later]
        number = int(cursor or 0)
        match self.options.list:
            case "pages":
                more = {"nextCursor": str(number + 1)} if number < 2 else {}
                return listing(tools[number::3], **more)
            case "endless":
                return listing([tool(f"tool_{number}")], nextCursor=str(number + 1))
            case "loop":
                return listing([tool(f"tool_{number}")], nextCursor=str((number + 1) % 3 or 1))
            case "bad":
                return listing([*tools, {"name": 7}])
            case _:
                return listing(tools)


def tool(name: str, output_schema: Message | None = None) -> Message:
    described = {"name": name, "description": f"The tool {name}.", "inputSchema": ANY}
    return described if output_schema is None else {**described, "outputSchema": output_schema}


def listing(tools: list[Message], **more: str) -> Message:
    return {"tools": tools, "resultType": "complete", **CACHE, **more}


def write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def start(fault: str | None) -> None:
    match fault:
        case "exit":
            os.write(2, b"cannot open the database\n")
            os._exit(3)
        case "hang":
            time.sleep(3600)
        case "slow":
            time.sleep(0.3)
        case "chatter":
            write(b"Welcome!\n{not json}\n")
            os.write(2, b"warming up\n")
        case _:
            pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--legacy", action="store_true")
    parser.add_argument("--start")
    parser.add_argument("--list")
    parser.add_argument("--ledger")
    parser.add_argument("--name", default="here")
    parsed = parser.parse_args()
    start(parsed.start)
    Server(parsed).serve()
