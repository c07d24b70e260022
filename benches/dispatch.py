"""How long an accepted run waits for its first step, one run at a time: within one process, and from API to worker.

Two figures, each of its own pair of clocks: `step_started` after `run_started`, by the times in the events; and the
arrival of the first call at the tool server after the 202 at the client, which has the commit of the step's beginning
and the way to the tool server in it.
"""

import asyncio
import re
import sys
import time
from datetime import datetime
from typing import Final

import orjson

from benches.documents import chain
from benches.findings import Finding, at_most
from benches.samples import percentile, spread
from benches.sides.fleet import Fleet, database_server, on_postgres, on_sqlite
from benches.sides.served import HOST, SUBMIT
from benches.sides.wire import Wire, Wires

LOCAL: Final = 2
POSTGRES: Final = 15
_COMMAND: Final = (sys.executable, "-m", "benches.sides.stamping")
_STAMP: Final = re.compile(rb'"answered":(\d+)')
_ACCEPTED: Final = re.compile(rb'"type":"run_started".*?"started_at":"([^"]+)"')
_BEGUN: Final = re.compile(rb'"type":"step_started".*?"started_at":"([^"]+)"')
_LET_ALONE: Final = 0.05
"""Seconds: the run has long ended when somebody looks, so that looking delays nothing."""


async def measure(*, quick: bool) -> list[Finding]:
    """SQLite, then PostgreSQL with one worker."""
    count = 30 if quick else 400
    document = chain(steps=1)
    async with on_sqlite(document, _COMMAND) as fleet:
        findings = await _figures("local", fleet, count, LOCAL)
    async with database_server() as server, on_postgres(server.database(), document, _COMMAND) as fleet:
        findings += await _figures("PostgreSQL", fleet, count, POSTGRES)
    return findings


async def _figures(name: str, fleet: Fleet, count: int, most: float) -> list[Finding]:
    begun: list[float] = []
    called: list[float] = []
    async with Wires(HOST, fleet.ports[0]) as wires, wires.one() as wire:
        for number in range(count + 10):
            from_acceptance, from_answer = await _waited(wire)
            if number >= 10:  # the first ones warm up
                begun.append(from_acceptance)
                called.append(from_answer)
    findings: list[Finding] = []
    for title, values, target in (
        ("from the 202 to the first tool call", called, at_most(most)),
        ("from run_started to step_started", begun, None),
    ):
        for share in (50, 99):
            value = spread([percentile(values, share) * 1000])
            aim = target if share == 50 else None
            findings.append(Finding(name=f"{name}: {title}, p{share}", unit="ms", spread=value, target=aim))
    return findings


async def _waited(wire: Wire) -> tuple[float, float]:
    """Seconds from `run_started` to `step_started`, and from the 202 to the tool call."""
    accepted = orjson.loads(await wire.post("/api/runs", SUBMIT))
    answered = time.time_ns()
    await asyncio.sleep(_LET_ALONE)
    text = b""
    async for data in wire.follow(f"/api/runs/{accepted['run_id']}/events"):
        text += data
    first, begun, call = _ACCEPTED.search(text), _BEGUN.search(text), _STAMP.search(text)
    if first is None or begun is None or call is None:
        raise RuntimeError(f"Run {accepted['run_id']} did not call its tool.")
    return (_moment(begun[1]) - _moment(first[1])).total_seconds(), (int(call[1]) - answered) / 1e9


def _moment(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode())
