"""Calls through the pool, against the bare `mcp` client over one session: the same server, the same calls, in turn.

A run is one call. The client's processor time is what each side costs; over HTTP the server, on the Python SDK, is the
slower half.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from mcp import Client, StdioServerParameters

from benches.findings import Finding, at_least
from benches.pairing import Load, Side, alternate, each, ratio
from benches.samples import Sample
from callsheet.runs.tools import ToolCall
from callsheet.scenario.json import JsonObject
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import HttpServer, ServerConfig, ServerOptions, StdioServer
from tests.support.servers.starting import FOLDER, echo_over_http

RAW = str(FOLDER / "raw.py")
AIM = 0.9
IN_FLIGHT = (1, 32, 256)
ARGUMENTS: JsonObject = {"value": {"text": "x" * 200, "numbers": [1, 2, 3]}}

Call = Callable[[], Awaitable[object]]


class Calls:
    """One side."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def block(self, runs: int, concurrency: int) -> Sample:
        """Make `runs` calls, `concurrency` at a time."""
        latencies: list[float] = []
        remaining = iter(range(runs))

        async def caller() -> None:
            for _ in remaining:
                begun = time.perf_counter()
                await self._call()
                latencies.append(time.perf_counter() - begun)

        begun, cpu = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(caller())
        return Sample(
            runs=runs,
            seconds=time.perf_counter() - begun,
            cpu=time.process_time() - cpu,
            latencies=tuple(latencies),
        )


async def measure(*, quick: bool) -> list[Finding]:
    """Calls per second and processor time per call, over both transports."""
    findings: list[Finding] = []
    for transport, sides in (("stdio", _over_stdio), ("http", _over_http)):
        async with sides() as (ours, bare):
            for in_flight in IN_FLIGHT:
                count = max(2 * in_flight, 400 if transport == "stdio" else 150)
                load = Load(runs=count, concurrency=in_flight, blocks=3 if quick else 12)
                samples = await alternate({"bare": bare, "ours": ours}, load)
                findings += _findings(f"{transport}, {in_flight} in flight", samples["ours"], samples["bare"])
    return findings


@asynccontextmanager
async def _over_stdio() -> AsyncGenerator[tuple[Side, Side]]:
    server = StdioServer(name="raw", command=sys.executable, args=(RAW,), options=_options())
    bare = Client(StdioServerParameters(command=sys.executable, args=[RAW]))
    async with _sides(server, bare) as both:
        yield both


@asynccontextmanager
async def _over_http() -> AsyncGenerator[tuple[Side, Side]]:
    with echo_over_http() as url:
        async with _sides(HttpServer(name="raw", url=url, options=_options()), Client(url)) as both:
            yield both


@asynccontextmanager
async def _sides(server: ServerConfig, bare: Client) -> AsyncGenerator[tuple[Side, Side]]:
    call = ToolCall(
        server="raw", tool="echo", arguments=dict(ARGUMENTS), timeout=60.0, idempotency_key="key", attempt=1
    )
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(ToolPool([server], environment=os.environ, jitter=lambda: 1.0))
        client = await stack.enter_async_context(bare)
        yield Calls(lambda: pool.call(call)), Calls(lambda: client.call_tool("echo", dict(ARGUMENTS)))


def _options() -> ServerOptions:
    return ServerOptions(max_in_flight=max(IN_FLIGHT))


def _findings(name: str, ours: list[Sample], bare: list[Sample]) -> list[Finding]:
    return [
        Finding(
            name=f"{name}: calls/s, against the bare client",
            unit="x",
            spread=ratio(ours, bare, lambda sample: sample.rate),
            target=at_least(AIM),
        ),
        Finding(
            name=f"{name}: processor time, the bare client against it",
            unit="x",
            spread=ratio(bare, ours, lambda sample: sample.cpu_per_run),
            target=at_least(AIM),
        ),
        Finding(name=f"{name}: calls/s", unit="1/s", spread=each(ours, lambda sample: sample.rate)),
        Finding(
            name=f"{name}: processor time of a call",
            unit="ms",
            spread=each(ours, lambda sample: sample.cpu_per_run * 1000),
        ),
    ]
