"""What one block of one side measured, and how many blocks become one figure with its range."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One block.

    Attributes:
        runs: how many runs were made.
        seconds: of wall time, for all of them.
        cpu: seconds of processor time that the measured process spent, its threads included.
        latencies: seconds of each run.
    """

    runs: int
    seconds: float
    cpu: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Runs per second."""
        return self.runs / self.seconds

    @property
    def cpu_per_run(self) -> float:
        """Seconds of processor time per run."""
        return self.cpu / self.runs

    @property
    def p50(self) -> float:
        """The median latency, in seconds."""
        return percentile(self.latencies, 50)

    @property
    def p99(self) -> float:
        """The latency that one run in a hundred exceeds, in seconds."""
        return percentile(self.latencies, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure over all blocks: its median and its range."""

    median: float
    low: float
    high: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` percent of the values are (nearest rank)."""
    ordered = sorted(values)
    rank = max(0, min(len(ordered) - 1, round(share / 100 * len(ordered) + 0.5) - 1))
    return ordered[rank]


def spread(values: Sequence[float]) -> Spread:
    """Median and range."""
    return Spread(median=statistics.median(values), low=min(values), high=max(values))


def pooled(samples: Sequence[Sample]) -> tuple[float, ...]:
    """The latencies of all blocks: a 99th percentile needs more runs than one short block has."""
    return tuple(latency for sample in samples for latency in sample.latencies)


async def drive(one_run: Callable[[], Awaitable[None]], runs: int, concurrency: int) -> tuple[float, tuple[float, ...]]:
    """Make `runs` runs, `concurrency` at a time; the wall time of all and the latency of each, in seconds."""
    latencies: list[float] = []
    left = runs

    async def work() -> None:
        nonlocal left
        while left:
            left -= 1
            begun = time.perf_counter()
            await one_run()
            latencies.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    return time.perf_counter() - begun, tuple(latencies)
