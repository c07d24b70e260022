"""The engine of many processes: every run that shall be executed is a job of procrastinate.

The journal stays the truth: whatever happens to the queue, it says which runs are due. What several processes do to one
run at the same time is decided by its journal, too: the second to write an event loses the run.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from loguru import logger
from procrastinate import App

from callsheet.engine.attempts import Execute
from callsheet.engine.fleet.connection import opened
from callsheet.engine.fleet.crew import Crew, CrewParts
from callsheet.engine.fleet.jobs import COMMON, Jobs, Order
from callsheet.engine.fleet.queue_length import QueueLength
from callsheet.engine.fleet.roll_call import count_beacons
from callsheet.engine.fleet.timing import Timing
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import Unavailable
from callsheet.errors.service import ShuttingDown
from callsheet.runs.events import RunId
from callsheet.runs.journal import Journal
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Permits
from callsheet.runs.ports import Clock
from callsheet.runs.signals import Signals


class FleetEngine:
    """The `Engine` port over a queue in PostgreSQL; use `fleet_engine(...)`.

    Args:
        jobs: the queue.
        timing: how long a dispatch may take.
        queue_length: how many runs wait for any process.
    """

    def __init__(self, jobs: Jobs, timing: Timing, queue_length: QueueLength) -> None:
        self._jobs = jobs
        self._queue_length = queue_length
        self._timing = timing
        self._crew: Crew | None = None
        self._draining = False
        self._closed = False

    @property
    def draining(self) -> bool:
        """Whether this process takes up nothing new."""
        return self._draining

    @property
    def running(self) -> int:
        """How many runs are at work in this process."""
        return 0 if self._crew is None else self._crew.running

    @property
    def queued(self) -> int:
        """How many runs wait for any process, as the database said about a second ago."""
        return 0 if self._closed else self._queue_length()

    async def dispatch(self, run_id: RunId, *, scenario_id: str | None = None, priority: int = 0) -> None:
        """See `Engine.dispatch`. Never fails: the run is in the journal, and there every worker looks for it."""
        if self._closed:
            return
        queue = COMMON
        if self._crew is not None:
            self._crew.expect(run_id)
            queue = self._crew.dispatches_to
        try:
            async with asyncio.timeout(self._timing.give_up):
                added = await self._jobs.add(Order(run_id=run_id, priority=priority, scenario_id=scenario_id), queue)
                if not added and queue != COMMON:
                    await self._fetch(run_id, queue)
        except (JournalUnavailable, TimeoutError) as exc:
            logger.warning("Run {} waits until the workers look for it in the journal: {}", run_id, exc)

    async def _fetch(self, run_id: RunId, queue: str) -> None:
        """Take over a job that waits for any worker: there may be none."""
        job = await self._jobs.waiting_of(run_id)
        if job is not None and job.queue == COMMON:
            await self._jobs.move([job], queue)

    async def cancel(self, run_id: RunId) -> None:
        """See `Engine.cancel`. Where the run is at work elsewhere, the journal says it there."""
        if self._crew is not None:
            self._crew.cancel(run_id)
        await self.dispatch(run_id)

    async def drain(self, timeout: float) -> None:
        """Take up nothing more, wait `timeout` seconds for the steps at work, then let go of them too.

        Other processes go on with what was let go, at once.
        """
        self._draining = True
        if self._crew is not None:
            await self._crew.drain(timeout)

    async def check(self) -> int:
        """See `RunningEngine.check`: the queue must be reachable, and the worker of this process, if any, at work.

        Raises:
            JournalUnavailable: the queue cannot be asked.
            Unavailable: this process takes up nothing.
        """
        if self._draining:
            raise ShuttingDown("The service is stopping.")
        if self._crew is not None and not self._crew.serves:
            raise Unavailable("The worker of this process has ended, though nobody stopped it.")
        return await count_beacons(self._jobs)

    async def employ(self, crew: Crew) -> None:
        """Execute runs in this process, too."""
        self._crew = crew
        await crew.begin()

    async def close(self) -> None:
        """Ignore what is dispatched from now on; after `drain`."""
        self._closed = True
        await self._queue_length.close()
        if self._crew is not None:
            await self._crew.close()


@asynccontextmanager
async def fleet_engine(
    *,
    url: str,
    journal: Journal,
    signals: Signals,
    execute: Execute,
    clock: Clock,
    max_concurrent_runs: int,
    drain_timeout: float,
    holds: Callable[[RunId], bool] = lambda _: False,
    worker: bool = True,
    resume: bool = True,
    timing: Timing | None = None,
    permits: Permits | None = None,
    limits: ScenarioLimits | None = None,
) -> AsyncGenerator[FleetEngine, None]:
    """An engine over the queue in the database at `url`, which drains when the block ends.

    Args:
        url: of the database; `callsheet.engine.fleet.schema.upgrade_queue` made its tables.
        journal: says which runs are due.
        signals: says to which runs there are messages.
        execute: see `Execute`.
        clock: for the timer of the parked runs.
        max_concurrent_runs: how many runs are at work at once in this process.
        drain_timeout: seconds that steps at work may take when the block ends.
        holds: whether something is held open for a run in this process.
        worker: whether runs are executed in this process at all.
        resume: whether this process executes runs of others; without it only those that were dispatched here.
        timing: how often what is done.
        permits: counts the runs at work of scenarios with a limit, over all processes.
        limits: of scenarios; without `permits` and these, none has one.

    Raises:
        JournalUnavailable: the database cannot be reached, or has no tables for the queue.
    """
    chosen = timing or Timing()
    async with opened(url) as connection:
        jobs = Jobs(App(connector=connection))
        engine = FleetEngine(jobs, chosen, QueueLength(journal))
        if worker:
            parts = CrewParts(
                journal=journal,
                signals=signals,
                execute=execute,
                clock=clock,
                engine=engine,
                jobs=jobs,
                holds=holds,
                room=max_concurrent_runs,
                timing=chosen,
                permits=permits,
                limits=limits,
            )
            await engine.employ(Crew(parts, connection, common=resume))
        try:
            yield engine
        finally:
            await engine.drain(drain_timeout)
            await engine.close()
