"""What becomes of a job: its run is executed, and where it is not at its end then, somebody will go on with it."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime

from procrastinate.jobs import Job

from callsheet.engine.attempts import Attempts
from callsheet.engine.fleet.at_work import AtWork, Performance
from callsheet.engine.fleet.gate import Gate
from callsheet.engine.fleet.held import Held
from callsheet.engine.fleet.jobs import Jobs, order_of, run_of
from callsheet.engine.reminder import Reminder
from callsheet.errors import RunDamaged, RunNotFound, Unavailable
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.journal import Journal


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
        until = None
        async with self._at_work.entered(job) as performance:
            if await self._at_work.informed(performance, self._draining):
                async with self._passed(job, performance) as begins:
                    if begins:
                        until = await self._attempts.make(run_id, performance.dispatched)
            if await self._is_settled(job, performance, until):
                return
        # Only now: who looks for due runs thinks that a run at work is taken care of.
        if until is not None:
            self._reminder.at(until)

    def _passed(self, job: Job, performance: Performance) -> AbstractAsyncContextManager[bool]:
        return nullcontext(True) if self._gate is None else self._gate.passed(job, performance.dispatched)

    async def _is_settled(self, job: Job, performance: Performance, until: datetime | None) -> bool:
        """Whether somebody has a job for the run, where one is needed."""
        run_id, order = run_of(job), order_of(job)
        if performance.dispatched.let_go or self._draining.is_set():
            if await self._is_left(run_id):
                await self._jobs.add(order)  # for others
            return True
        if self._held.holds(run_id):
            await self._held.keep(order, until, performance.messages)
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
