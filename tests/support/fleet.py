"""Engines over a queue in PostgreSQL, beside whatever journal."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager

import psycopg

from callsheet.engine.attempts import Execute
from callsheet.engine.fleet.engine import FleetEngine, fleet_engine
from callsheet.engine.fleet.schema import upgrade_queue
from callsheet.engine.fleet.timing import Timing
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId
from callsheet.runs.journal import Journal
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Permits
from callsheet.runs.ports import Clock
from callsheet.runs.signals import Stirred

UNHURRIED = Timing(reconcile=3600, give_up=20)
"""Looks for due runs at its start and when the clock says so, as the local engine does, and gives up no dispatch."""


class SilentSignals:
    """The `Signals` port over a journal that calls nobody: whoever wants to know must ask."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def on_signal(self, callback: Callable[[RunId], None]) -> Callable[[], None]:
        """See `Signals`; there are none."""
        return lambda: None

    async def stirred(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Stirred]:
        """See `Signals`."""
        found: dict[RunId, Stirred] = {}
        for run_id in run_ids:
            cancel = await self._journal.cancel_requested(run_id)
            try:
                messages = await self._journal.messages(run_id)
            except RunNotFound:
                continue
            found[run_id] = Stirred(messages_received=len(messages), cancel_requested=cancel)
        return found


def make_queue(url: str) -> None:
    """Make the tables of the queue, outside of any event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade_queue(url)).result()


def empty_queue(url: str) -> None:
    """Remove all jobs and workers, whatever an earlier test left behind."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE callsheet.procrastinate_jobs, callsheet.procrastinate_workers CASCADE")


def fleet(
    url: str,
    journal: Journal,
    execute: Execute,
    clock: Clock,
    room: int,
    *,
    resume: bool = True,
    timing: Timing = UNHURRIED,
    holds: Callable[[RunId], bool] = lambda _: False,
    permits: Permits | None = None,
    limits: ScenarioLimits | None = None,
) -> AbstractAsyncContextManager[FleetEngine]:
    """An engine that lets go at once when it drains."""
    return fleet_engine(
        url=url,
        journal=journal,
        signals=SilentSignals(journal),
        execute=execute,
        clock=clock,
        max_concurrent_runs=room,
        drain_timeout=0,
        holds=holds,
        resume=resume,
        timing=timing,
        permits=permits,
        limits=limits,
    )
