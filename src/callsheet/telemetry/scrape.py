"""What Prometheus gets: what was counted, and what is looked up when it asks."""

import asyncio
import platform
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder

from callsheet.errors.kinds import Unavailable
from callsheet.runs.journal import Journal
from callsheet.runs.tools import Tools
from callsheet.telemetry.lag import sampling
from callsheet.telemetry.metrics import Counted, Requests
from callsheet.telemetry.tallies import Tally

_PATIENCE: Final = 2.0
"""Seconds that a scrape waits for the journal."""

_OPENMETRICS: Final = "application/openmetrics-text"
_LAG_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is looked up for a scrape.

    Attributes:
        journal: has the unfinished runs of all processes.
        tools: know how their servers are.
        queued: how many runs wait for room in this process.
        running: how many runs are at work in this process.
        lost: how many outcomes could not be written into the audit log.
    """

    journal: Journal
    tools: Tools
    queued: Callable[[], int]
    running: Callable[[], int]
    lost: Callable[[], int]


class Metrics:
    """The metrics of one system.

    Args:
        tools: say which servers there are.
        version: of the product.

    Attributes:
        counted: is told of runs, steps, calls and commits.
        requests: is told of HTTP.
    """

    def __init__(self, tools: Tools, version: str) -> None:
        self._registry = registry = CollectorRegistry()
        self.counted = Counted(registry, tools)
        self.requests = Requests(registry)
        self._lag = Histogram(
            "callsheet_event_loop_lag_seconds",
            "How late the event loop was, four times a second.",
            buckets=_LAG_SECONDS,
            registry=registry,
        )
        self._unfinished = Gauge(
            "callsheet_runs_unfinished",
            "Runs that have not ended, of all processes on the journal.",
            ["status"],
            registry=registry,
        )
        self._journal_up = Gauge("callsheet_journal_up", "Whether the journal could be read.", registry=registry)
        self._queued = Gauge("callsheet_queue_depth", "Runs that wait for room in this process.", registry=registry)
        self._running = Gauge("callsheet_runs_at_work", "Runs at work in this process.", registry=registry)
        self._lost = Tally(
            "callsheet_audit_outcomes_lost",
            "Acts of which the audit log does not tell what became of them: it could not be written.",
            [],
            registry=registry,
        )
        self._servers = Gauge(
            "callsheet_tool_server_up",
            "Whether the last attempt to reach a tool server worked; one that nobody needed yet counts as up.",
            ["server"],
            registry=registry,
        )
        Info("callsheet_build", "What runs here.", registry=registry).info(
            {"version": version, "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)

    def sampled(self) -> AbstractContextManager[None]:
        """Sample the event loop's lag until the block ends."""
        return sampling(self._lag.observe)

    def over(self, looked: Looked) -> Callable[[str], Awaitable[tuple[bytes, str]]]:
        """What answers a scrape: takes the `Accept` header, gives the text and its media type."""

        async def scrape(accept: str) -> tuple[bytes, str]:
            await self._look(looked)
            # Of the header, only this: the library's own reading of it stumbles over what is no header.
            encode, media_type = choose_encoder(_OPENMETRICS if _OPENMETRICS in accept else "")
            # In a thread: hundreds of series are some milliseconds, in which runs had to wait.
            return await asyncio.to_thread(encode, self._registry), media_type

        return scrape

    async def _look(self, looked: Looked) -> None:
        self._queued.set(looked.queued())
        self._running.set(looked.running())
        self._lost.cell().n = looked.lost()
        for state in looked.tools.servers():
            self._servers.labels(state.name).set(state.connected or state.error is None)
        try:
            async with asyncio.timeout(_PATIENCE):
                unfinished = await looked.journal.unfinished_by_status()
        except (Unavailable, TimeoutError):
            self._journal_up.set(0)
            self._unfinished.clear()  # a number of before would look like one of now
            return
        self._journal_up.set(1)
        for status, count in unfinished.items():
            self._unfinished.labels(status.value).set(count)
