"""What becomes of a job: its run is executed, and where it is not at its end then, somebody will go on with it."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import datetime
from typing import Final

from procrastinate.jobs import Job

from callsheet.engine.attempts import Attempts
from callsheet.engine.fleet.at_work import AtWork, Performance
from callsheet.engine.fleet.gate import Gate
from callsheet.engine.fleet.held import Held
from callsheet.engine.fleet.jobs import Jobs, next_order, order_of, run_of
from callsheet.engine.reminder import Reminder
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.journal import Journal

_PAUSE: Final = 0.5
"""Seconds between two looks for a job that others work on."""


class Performer:
    """Executes the runs of jobs. A job never fails: what is left to do is in the journal, or in another job.

    Args:
        journal: says what became of a run that was let go.
        attempts: executes runs.
        at_work: where they are counted meanwhile.
        held: keeps those whose tool call is still open.
        reminder: knows when parked ones go on.
        jobs: the queue, over a connection with patience.
        draining: says that this process takes up nothing more.
        gate: lets runs of scenarios with a limit begin; None where none has one.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        attempts: Attempts,
        at_work: AtWork,
        held: Held,
        reminder: Reminder,
        jobs: Jobs,
        draining: asyncio.Event,
        gate: Gate | None,
    ) -> None:
        self._journal = journal
        self._attempts = attempts
        self._at_work = at_work
        self._held = held
        self._reminder = reminder
        self._jobs = jobs
        self._draining = draining
        self._gate = gate

    async def perform(self, job: Job) -> None:
        """Execute a job. procrastinate removes it afterwards; whatever was added for its run may begin only then."""
        run_id = run_of(job)
        self._held.forget(run_id)
        async with self._at_work.entered(job) as performance:
            until = await self._execute(performance)
            is_settled = await self._is_settled(job, performance, until)
        if performance.lost:
            await self._is_gone(job)
        # Only now: who looks for due runs thinks that a run at work is taken care of.
        elif until is not None and not is_settled:
            self._reminder.at(until)

    async def _execute(self, performance: Performance) -> datetime | None:
        """See `Execute`; None when it did not even begin."""
        job, dispatched = performance.job, performance.dispatched
        if not await self._at_work.informed(performance, self._draining):
            return None
        if performance.doubtful:
            await self._make_sure(performance)
        if dispatched.let_go:
            return None
        async with self._passed(job, performance) as begins:
            if not begins:
                return None
            return await self._attempts.make(run_of(job), dispatched, lambda: self._make_sure(performance))

    async def _make_sure(self, performance: Performance) -> None:
        """Let go of the run, when the database has forgotten in a crash that its job was fetched here."""
        with suppress(JournalUnavailable):  # only while draining, and then nothing begins any more
            if not await self._jobs.is_taken_by_its_worker(performance.job):
                performance.lose()

    async def _is_gone(self, job: Job) -> None:
        """Return when a lost job is gone, which others may be working on.

        procrastinate removes it by its number when this process is done with it, whoever has it by then.
        """
        with suppress(JournalUnavailable):  # only while draining
            while not self._draining.is_set():
                if await self._jobs.withdraw(job):
                    await self._jobs.add(next_order(job))
                if not await self._jobs.exists(job):
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE):
                        await self._draining.wait()

    def _passed(self, job: Job, performance: Performance) -> AbstractAsyncContextManager[bool]:
        return nullcontext(True) if self._gate is None else self._gate.passed(job, performance.dispatched)

    async def _is_settled(self, job: Job, performance: Performance, until: datetime | None) -> bool:
        """Whether somebody has a job for the run, where one is needed."""
        run_id = run_of(job)
        if performance.dispatched.let_go or self._draining.is_set():
            others_have_it = performance.lost and await self._jobs.exists(job)
            if not others_have_it and await self._is_left(run_id):
                await self._jobs.add(next_order(job))  # for others
            return True
        if self._held.holds(run_id):
            await self._held.keep(order_of(job), until, performance.messages)
            return True
        return False

    async def _is_left(self, run_id: RunId) -> bool:
        """Whether the run was let go in the middle; a job that finds nothing to do does no harm."""
        try:
            status = (await self._journal.summary(run_id)).status
        except (Unavailable, RunDamaged):
            return True
        except RunNotFound:
            return False
        return status in {RunStatus.QUEUED, RunStatus.RUNNING}
