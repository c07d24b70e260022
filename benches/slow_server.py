"""Five tool servers of one pool, one of them slow: what that does to the calls of the four others."""

import asyncio
import os
import sys
import time

from benches.findings import Finding, at_most
from benches.pairing import Load, alternate, each
from benches.samples import Sample, percentile, pooled, spread
from callsheet.runs.tools import ToolCall
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions, StdioServer
from tests.support.servers.starting import FOLDER

RAW = str(FOLDER / "raw.py")
AIM = 1.2
SLOW = 200
"""Calls that hang on the slow server the whole time: all that it may have at work, and many that wait."""


class Four:
    """Calls of four servers in turn; with `slow`, while the fifth one has all its calls hanging."""

    def __init__(self, pool: ToolPool, *, slow: bool) -> None:
        self._pool = pool
        self._slow = slow

    async def block(self, runs: int, concurrency: int) -> Sample:
        """Make `runs` calls, `concurrency` at a time."""
        hanging = [asyncio.create_task(self._pool.call(_call("nap", "slow"))) for _ in range(SLOW * self._slow)]
        latencies: list[float] = []
        remaining = iter(range(runs))

        async def caller() -> None:
            for number in remaining:
                begun = time.perf_counter()
                await self._pool.call(_call("echo", f"quick{number % 4}"))
                latencies.append(time.perf_counter() - begun)

        begun, cpu = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(caller())
        sample = Sample(
            runs=runs,
            seconds=time.perf_counter() - begun,
            cpu=time.process_time() - cpu,
            latencies=tuple(latencies),
        )
        for call in hanging:
            call.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return sample


async def measure(*, quick: bool) -> list[Finding]:
    """The 99th percentile of the four, with and without the fifth."""
    servers = [
        StdioServer(name=name, command=sys.executable, args=(RAW,), options=ServerOptions())
        for name in ("quick0", "quick1", "quick2", "quick3", "slow")
    ]
    async with ToolPool(servers, environment=os.environ, jitter=lambda: 1.0) as pool:
        sides = {"alone": Four(pool, slow=False), "beside": Four(pool, slow=True)}
        samples = await alternate(sides, Load(runs=800, concurrency=8, blocks=4 if quick else 20))
    moved = percentile(pooled(samples["beside"]), 99) / percentile(pooled(samples["alone"]), 99)
    return [
        Finding(
            name="p99 of four servers, beside a slow one against without",
            unit="x",
            spread=spread([moved]),
            target=at_most(AIM),
        ),
        Finding(name="p99 beside a slow one", unit="ms", spread=each(samples["beside"], lambda one: one.p99 * 1000)),
        Finding(name="p99 without", unit="ms", spread=each(samples["alone"], lambda one: one.p99 * 1000)),
    ]


def _call(tool: str, server: str) -> ToolCall:
    return ToolCall(server=server, tool=tool, arguments={"n": 1}, timeout=60.0, idempotency_key="key", attempt=1)
