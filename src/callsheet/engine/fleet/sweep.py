"""Taking over from workers that died: their jobs, and the queues of their own."""

import asyncio
from collections.abc import Callable, Sequence

from loguru import logger
from procrastinate.jobs import Job

from callsheet.engine.fleet.jobs import BEACON, Jobs, next_order
from callsheet.errors.journal import JournalUnavailable


class Sweep:
    """Looks for jobs whose worker has shown no sign of life; every worker does, as any of them may be the last.

    A job counts only when two looks in a row find it: after a time without the database all workers seem dead, until
    each has shown a sign of life again.

    Args:
        jobs: the queue.
        stalled_after: seconds without a sign of life.
        settles: seconds to leave everybody in peace after the database was away.
        own: the jobs that are at work here, which is known better here.
    """

    def __init__(self, jobs: Jobs, *, stalled_after: float, settles: float, own: Callable[[], frozenset[int]]) -> None:
        self._jobs = jobs
        self._stalled_after = stalled_after
        self._settles = settles
        self._own = own
        self._suspects: frozenset[int | None] = frozenset()
        self._peace_until = 0.0

    async def look(self) -> None:
        """Look once.

        Raises:
            JournalUnavailable: the database is away.
        """
        try:
            await self._look()
        except JournalUnavailable:
            self._suspects = frozenset()
            self._peace_until = asyncio.get_running_loop().time() + self._settles
            raise

    async def _look(self) -> None:
        own = self._own()
        stalled = [job for job in await self._jobs.stalled(self._stalled_after) if job.id not in own]
        if asyncio.get_running_loop().time() < self._peace_until:
            return
        certain = [job for job in stalled if job.id in self._suspects]
        self._suspects = frozenset(job.id for job in stalled)
        if certain:
            await self._take_over(certain)

    async def _take_over(self, jobs: Sequence[Job]) -> None:
        beacons = [job for job in jobs if job.task_name == BEACON]
        runs = [job for job in jobs if job.task_name != BEACON]
        logger.warning("A worker has shown no sign of life; {} runs that it executed go on elsewhere.", len(runs))
        await self._jobs.add_all(map(next_order, runs))
        for beacon in beacons:
            await self._jobs.move(await self._jobs.waiting_in(beacon.queue))
        # Last: only now may the new jobs be taken up.
        await self._jobs.remove(jobs)
