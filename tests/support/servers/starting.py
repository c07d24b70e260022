"""The tool servers of this folder as configurations, pools over them, and calls; for tests and benches."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from callsheet.runs.permits import Permits
from callsheet.runs.tools import ToolCall, ToolResult, Tools
from callsheet.scenario.json import Json
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import HttpServer, ServerConfig, ServerOptions, StdioServer

FOLDER = Path(__file__).parent


def raw(name: str = "raw", *args: str, options: ServerOptions | None = None) -> StdioServer:
    """The server without an SDK, over stdio."""
    return _program("raw.py", name, args, options)


def echo(name: str = "echo", *args: str, options: ServerOptions | None = None) -> StdioServer:
    """The server on the Python SDK, over stdio."""
    return _program("echo.py", name, args, options)


def http(url: str, name: str = "web", *, options: ServerOptions | None = None) -> HttpServer:
    """A server behind a URL."""
    return HttpServer(name=name, url=url, options=options or ServerOptions())


def asking(name: str = "asking", *args: str, options: ServerOptions | None = None) -> StdioServer:
    """The server whose tools ask people, over stdio."""
    return _program("asking.py", name, args, options)


def echo_over_http(*args: str) -> AbstractContextManager[str]:
    """The URL of `echo.py`, running as a process of its own."""
    return over_http("echo.py", *args)


@contextmanager
def over_http(file: str, *args: str) -> Generator[str]:
    """The URL of a server of this folder, running as a process of its own."""
    command = [sys.executable, str(FOLDER / file), "--http", "0", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
        finally:
            process.kill()


def pool(*servers: ServerConfig, jitter: float = 1.0, permits: Permits | None = None) -> ToolPool:
    """A pool; `jitter` lengthens its pauses between attempts, beyond what chance does for a test that must meet one."""
    return ToolPool(servers, environment=os.environ, jitter=lambda: jitter, permits=permits)


def call(
    tool: str, *, server: str | None = "raw", timeout: float | None = 10.0, key: str = "key-1", **arguments: Json
) -> ToolCall:
    """A call of `tool` with `arguments`."""
    return ToolCall(server=server, tool=tool, arguments=arguments, timeout=timeout, idempotency_key=key, attempt=1)


def _program(file: str, name: str, args: tuple[str, ...], options: ServerOptions | None) -> StdioServer:
    command = (str(FOLDER / file), *args)
    return StdioServer(name=name, command=sys.executable, args=command, options=options or ServerOptions())


async def result_of(tools: Tools, request: ToolCall) -> ToolResult:
    """What a call gives that ends in a result."""
    outcome = await tools.call(request)
    assert isinstance(outcome, ToolResult)
    return outcome
