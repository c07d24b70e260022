"""A tool server made with the Python SDK, over stdio or streamable HTTP.

    python echo.py [--ledger FILE] [--http PORT] [--stateless] [--json]

With `--http 0` it prints its port on stdout. `--ledger` is a file of JSON lines, written and fsynced before a call is
answered: one `call` for every call of `effect`, one `effect` for every new idempotency key. It outlives the server, so
a test can see how often a tool was called, and that deduplication by the key leaves one effect.
"""

import argparse
import asyncio
import fcntl
import json
import os
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from callsheet.api.binding import listen

IDEMPOTENCY_KEY = "callsheet/idempotencyKey"
ATTEMPT = "callsheet/attempt"


class Ledger:
    """An append-only file that several server processes may share, one after the other or at once."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.known: set[str] = set()
        self.read = 0

    def record(self, key: str, attempt: int, value: Any) -> bool:
        """Write down a call; True when it is the first with its key, which is then written down as an effect."""
        if self.path is None:
            return True
        with open(self.path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self.read)
            for line in file:
                entry = json.loads(line)
                if entry["event"] == "effect":
                    self.known.add(entry["key"])
            first = key not in self.known
            events = ["call", "effect"] if first else ["call"]
            for event in events:
                entry = {"event": event, "key": key, "attempt": attempt, "value": value, "pid": os.getpid()}
                file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self.read = file.tell()
            self.known.add(key)
            return first


def create(ledger: Ledger) -> MCPServer:
    server = MCPServer("echo")

    @server.tool()
    def echo(value: Any = None) -> dict[str, Any]:
        """Give the value back."""
        return {"value": value}

    @server.tool()
    def add(a: float, b: float) -> float:
        """Add two numbers."""
        return a + b

    @server.tool()
    def meta(ctx: Context) -> dict[str, Any]:
        """The `_meta` that came with this call."""
        return dict(ctx.request_context.meta or {})

    sizes = {"now": 0, "most": 0}

    @server.tool()
    async def crowd(seconds: float) -> dict[str, int]:
        """How many calls of this tool were at work at most until now, this one included; takes a while."""
        sizes["now"] += 1
        sizes["most"] = max(sizes.values())
        try:
            await asyncio.sleep(seconds)
            return {"most": sizes["most"]}
        finally:
            sizes["now"] -= 1

    @server.tool()
    async def sleep(seconds: float) -> str:
        """Answer after a while."""
        await asyncio.sleep(seconds)
        return "awake"

    @server.tool()
    def fail(message: str = "no reason") -> str:
        """Fail with a message."""
        raise ToolError(message)

    @server.tool()
    async def effect(ctx: Context, value: Any = None, delay: float = 0.0) -> dict[str, Any]:
        """Do something that must happen once per idempotency key, and answer `delay` seconds later."""
        sent: dict[str, Any] = dict(ctx.request_context.meta or {})
        first = ledger.record(str(sent.get(IDEMPOTENCY_KEY)), int(sent.get(ATTEMPT, 0)), value)
        await asyncio.sleep(delay)
        return {"value": value, "first": first}

    @server.tool()
    async def nap() -> str:
        """Never answer."""
        return await asyncio.get_running_loop().create_future()

    @server.tool()
    def crash() -> str:
        """End the server in the middle of the call."""
        os._exit(7)

    return server


def serve_http(server: MCPServer, port: int, *, stateless: bool, json_response: bool) -> None:
    listening = listen("127.0.0.1", port)
    app = server.streamable_http_app(stateless_http=stateless, json_response=json_response)
    os.write(1, b"%d\n" % listening.getsockname()[1])
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger")
    parser.add_argument("--http", type=int)
    parser.add_argument("--stateless", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    made = create(Ledger(options.ledger))
    if options.http is None:
        made.run()
    else:
        serve_http(made, options.http, stateless=options.stateless, json_response=options.json)
