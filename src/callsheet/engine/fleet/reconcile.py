"""Finding the runs that the journal calls due and that have no job, and the jobs in queues that nobody serves."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from loguru import logger
from procrastinate.jobs import Job

from callsheet.engine.fleet.jobs import BEACON, COMMON, Jobs, Order
from callsheet.engine.reminder import Reminder
from callsheet.runs.events import RunId
from callsheet.runs.journal import DueRun, Journal
from callsheet.runs.ports import Clock

_LOOK_AGAIN: Final = timedelta(seconds=5)
"""When the journal could not say which runs are due."""


class Reconciliation:
    """Compares the journal, which is the truth, with the queue; every worker does.

    A process may die between the two, and the queue may lose what was written last in a crash of the database. Parked
    runs whose time has come get their jobs like this, too.

    Args:
        journal: says which runs are due.
        jobs: the queue.
        clock: says what time it is.
        reminder: rings when the next parked run is due.
        adds_to: the queue for new jobs.
        own_queue: the one that this process serves, whether its beacon is at work yet or not.
        takes_up: whether a due run is this process's business.
        has_ended: whether a job that seems to be at work is about to be removed.
        in_line: the runs that wait for a permit of their scenario, and need no job until they are called.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        jobs: Jobs,
        clock: Clock,
        reminder: Reminder,
        adds_to: str,
        own_queue: str,
        takes_up: Callable[[RunId], bool],
        has_ended: Callable[[Job], bool],
        in_line: Callable[[], Awaitable[frozenset[RunId]]],
    ) -> None:
        self._journal = journal
        self._jobs = jobs
        self._clock = clock
        self._reminder = reminder
        self._adds_to = adds_to
        self._own_queue = own_queue
        self._takes_up = takes_up
        self._has_ended = has_ended
        self._in_line = in_line
        self._unserved: frozenset[str] = frozenset()

    async def look(self) -> None:
        """Look once, and set the timer for the next time that a run is due by itself.

        Raises:
            JournalUnavailable: the journal or the queue cannot be used. The timer is set.
        """
        try:
            await self._look()
        except BaseException:
            self._reminder.at(self._clock.now() + _LOOK_AGAIN)
            raise

    async def _look(self) -> None:
        now = self._clock.now()
        due = await self._due(now)
        if due:
            waiting, at_work = await self._jobs.waiting(), await self._jobs.at_work()
            known = {job.lock for job in (*waiting, *at_work) if not self._has_ended(job)}
            in_line = await self._in_line()
            missing = [
                run for run in due if run.run_id not in known and (run.cancel_requested or run.run_id not in in_line)
            ]
            if missing:  # some of them may have been executed since they were due
                still = {run.run_id for run in await self._due(now)}
                orders = [_order(run) for run in missing if run.run_id in still]
                await self._jobs.add_all(orders, self._adds_to)
                if orders:
                    logger.debug("{} runs were due and in no queue.", len(orders))
            await self._rescue(waiting, at_work)
        moment = await self._journal.next_due(now)
        if moment is not None:
            self._reminder.at(moment)

    async def _due(self, now: datetime) -> Sequence[DueRun]:
        return [run for run in await self._journal.due(now) if self._takes_up(run.run_id)]

    async def _rescue(self, waiting: Iterable[Job], at_work: Iterable[Job]) -> None:
        """Move what waits in queues whose process is gone: two looks in a row have found no beacon."""
        served = {COMMON, self._own_queue, *(job.queue for job in at_work if job.task_name == BEACON)}
        left = [job for job in waiting if job.queue not in served]
        certain = [job for job in left if job.queue in self._unserved]
        self._unserved = frozenset(job.queue for job in left)
        await self._jobs.move(certain)


def _order(run: DueRun) -> Order:
    return Order(run_id=run.run_id, priority=run.priority, scenario_id=run.scenario_id)
