"""Comparing what this process does with what the queue says it does."""

from collections.abc import Callable

from procrastinate.jobs import Job

from callsheet.engine.fleet.at_work import AtWork
from callsheet.engine.fleet.jobs import BEACON, Jobs, next_order


class Audit:
    """Shows that this process lives, and finds jobs that it lost and jobs that were lost on their way here.

    procrastinate's worker shows it, too, but no longer once it is told to stop, while its last jobs are at work.

    Args:
        jobs: the queue.
        at_work: the runs at work here.
        beacon: the job that is the beacon of this process's own queue; None while there is none.
        on_beacon_lost: called when that job was given to others, as all of this process then were.
    """

    def __init__(
        self, jobs: Jobs, at_work: AtWork, beacon: Callable[[], Job | None], on_beacon_lost: Callable[[], None]
    ) -> None:
        self._jobs = jobs
        self._at_work = at_work
        self._beacon = beacon
        self._on_beacon_lost = on_beacon_lost
        self._strays: frozenset[int | None] = frozenset()

    def own(self) -> frozenset[int]:
        """The jobs at work here."""
        return frozenset(job.id for job in self._present() if job.id is not None)

    async def look(self) -> None:
        """Look once.

        Raises:
            JournalUnavailable: the database is away.
        """
        before, ended = self._present(), frozenset(self._at_work.ended)
        taken: dict[int | None, Job] = {}
        for worker in {job.worker_id for job in before if job.worker_id is not None}:
            await self._jobs.beat(worker)
            taken |= {job.id: job for job in await self._jobs.taken_by(worker)}
        self._at_work.ended -= ended - taken.keys()
        lost = {job.id for job in before} - taken.keys()
        self._let_go(lost)
        present = self.own()
        await self._give_back([job for number, job in taken.items() if number not in present])

    def _present(self) -> list[Job]:
        beacon = self._beacon()
        runs = [performance.job for performance in self._at_work.runs.values()]
        return runs if beacon is None else [*runs, beacon]

    def _let_go(self, lost: set[int | None]) -> None:
        for performance in self._at_work.runs.values():
            if performance.job.id in lost:
                performance.lose()
        beacon = self._beacon()
        if beacon is not None and beacon.id in lost:
            self._on_beacon_lost()

    async def _give_back(self, strays: list[Job]) -> None:
        """Jobs that were fetched and never arrived here, because an answer of the database was lost."""
        certain = [job for job in strays if job.id in self._strays]
        self._strays = frozenset(job.id for job in strays)
        await self._jobs.add_all(next_order(job) for job in certain if job.task_name != BEACON)
        await self._jobs.remove(certain)
