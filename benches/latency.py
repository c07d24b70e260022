"""How old an event is when a subscriber in another process has it, counted from the tool's answer."""

import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from benches.documents import chain, write_folder
from benches.findings import Finding, at_most
from benches.pairing import Load, Side, alternate, each
from benches.samples import Sample, percentile, pooled, spread
from benches.sides.commands import ROOT
from benches.sides.served import SUBMIT, served
from benches.sides.wire import Wires

_FINISHED: Final = b'data: {"type":"step_finished"'
_STAMP: Final = re.compile(rb'"answered":(\d+)\}')


class Subscriber:
    """Starts runs and watches them live."""

    def __init__(self) -> None:
        self.ages: list[float] = []

    async def run(self, wires: Wires) -> None:
        """One run; the ages of its `step_finished` events are added to `ages`, in seconds."""
        async with wires.one() as wire:
            accepted = orjson.loads(await wire.post("/api/runs", SUBMIT))
            async for data in wire.follow(f"/api/runs/{accepted['run_id']}/events"):
                arrived = time.time_ns()
                for line in data.splitlines():
                    if line.startswith(_FINISHED) and (stamp := _STAMP.search(line)):
                        self.ages.append((arrived - int(stamp[1])) / 1e9)


class Ages:
    """The side whose latencies are the ages of events."""

    def __init__(self, service: Side, subscriber: Subscriber) -> None:
        self._service = service
        self._subscriber = subscriber

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`."""
        self._subscriber.ages.clear()
        sample = await self._service.block(runs, concurrency)
        return replace(sample, latencies=tuple(self._subscriber.ages))


async def measure(*, quick: bool) -> list[Finding]:
    """One run at a time, then fifty."""
    findings: list[Finding] = []
    subscriber = Subscriber()
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        write_folder(folder, chain(), [sys.executable, "-m", "benches.sides.stamping"], working_folder=ROOT)
        async with served(folder, subscriber.run) as service:
            side = Ages(service, subscriber)
            for concurrency in (1, 50):
                load = Load(runs=20 if concurrency == 1 else 100, concurrency=concurrency, blocks=3 if quick else 10)
                samples = await alternate({"service": side}, load)
                findings += _findings(samples["service"], concurrency)
    return findings


def _findings(samples: list[Sample], concurrency: int) -> list[Finding]:
    one = concurrency == 1
    p99 = percentile(pooled(samples), 99) * 1000
    return [
        Finding(
            name=f"{concurrency} at a time: from the tool's answer to a subscriber, p50",
            unit="ms",
            spread=each(samples, lambda sample: sample.p50 * 1000),
            target=at_most(3) if one else None,
        ),
        Finding(
            name=f"{concurrency} at a time: from the tool's answer to a subscriber, p99",
            unit="ms",
            spread=spread([p99]),
            target=at_most(15) if one else None,
        ),
    ]
