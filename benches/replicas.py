"""How old an event of a worker is when a subscriber has it, at another API replica than the one that took the run.

Counted from the tool's answer, so the commit of the event is in it. Only events of steps that ended after the stream
had begun count: what is replayed is as old as the subscriber is late.
"""

import asyncio
import re
import sys
import time
from collections.abc import Sequence
from typing import Final

import orjson

from benches.documents import chain
from benches.findings import Finding, at_most
from benches.samples import percentile, spread
from benches.sides.fleet import database_server, on_postgres
from benches.sides.served import HOST, SUBMIT
from benches.sides.wire import connected

PER_SECOND: Final = 10
"""Runs of ten steps that begin each second, whatever became of those before: a moderate load."""
MOST: Final = 100
_COMMAND: Final = (sys.executable, "-m", "benches.sides.stamping")
_FINISHED: Final = b'data: {"type":"step_finished"'
_STAMP: Final = re.compile(rb'"answered":(\d+)\}')


async def measure(*, quick: bool) -> list[Finding]:
    """Two API replicas and one worker."""
    async with (
        database_server() as server,
        on_postgres(server.database(), chain(), _COMMAND, apis=2) as fleet,
    ):
        await _paced(fleet.ports, PER_SECOND)  # warms up
        ages = await _paced(fleet.ports, PER_SECOND * (3 if quick else 30))
    return [
        Finding(
            name=f"{PER_SECOND} runs/s: a tool's answer to a subscriber elsewhere, p{share}",
            unit="ms",
            spread=spread([percentile(ages, share) * 1000]),
            target=at_most(MOST),
        )
        for share in (50, 99)
    ] + [Finding(name="events that were counted", unit="", spread=spread([len(ages)]))]


async def _paced(ports: Sequence[int], count: int) -> list[float]:
    """Begin `count` runs at their times; the ages of their events, in seconds."""
    ages: list[float] = []
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
            group.create_task(_watched(ports, ages))
    return ages


async def _watched(ports: Sequence[int], ages: list[float]) -> None:
    # A connection for each request: the replicas close those that are idle for 5 s.
    async with connected(HOST, ports[0]) as wire:
        accepted = orjson.loads(await wire.post("/api/runs", SUBMIT))
    live = 0
    async with connected(HOST, ports[1]) as wire:
        async for data in wire.follow(f"/api/runs/{accepted['run_id']}/events"):
            arrived = time.time_ns()
            live = live or arrived
            finished = [line for line in data.splitlines() if line.startswith(_FINISHED)]
            stamps = [int(stamp[1]) for line in finished if (stamp := _STAMP.search(line))]
            ages += [(arrived - stamp) / 1e9 for stamp in stamps if stamp > live]
