"""The jobs of runs: at most one waits per run, and at most one is at work."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status

from callsheet.engine.fleet.connection import is_outage
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.events import RunId

RUN: Final = "callsheet.run"
"""The task that executes a run."""

BEACON: Final = "callsheet.beacon"
"""The task that says of a process's own queue, by being at work, that the process lives."""

COMMON: Final = "callsheet"
"""The queue of all workers."""

ONE_SHOT: Final = "callsheet.once"
"""What the queues of processes begin with that execute no runs of others, such as a command."""

_BATCH: Final = 1_000
_ROUNDS: Final = 5
_FIRST: Final = 1_000
"""The priority of a beacon, above that of all runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A run that shall be executed.

    Attributes:
        goes_on: whether it was at work and was let go in the middle: it comes before all others of its priority.
    """

    run_id: RunId
    priority: int = 0
    goes_on: bool = False
    scenario_id: str | None = None


class Jobs:
    """What the engine does with procrastinate's tables, through the methods of its job manager.

    A job that others gave up keeps its row's number nowhere: whoever takes a run over defers a new job and removes the
    old one, in this order. procrastinate's own way (`retry_job`) would keep the number, and the worker that was given
    up, and comes back, would remove the job of its successor when it finishes.

    Every method raises `JournalUnavailable` when the database is away.
    """

    def __init__(self, app: App) -> None:
        self._manager = app.job_manager

    async def add(self, order: Order, queue: str = COMMON, at: datetime | None = None) -> bool:
        """Let the run be executed, not before `at`; False when a job of it waits already."""
        try:
            await self._defer([_job(order, queue, at)])
        except AlreadyEnqueued:
            return False
        return True

    async def add_all(self, orders: Iterable[Order], queue: str = COMMON) -> None:
        """Let the runs be executed, as far as no job of theirs waits already."""
        pending = list(orders)
        for _ in range(_ROUNDS):
            if not pending:
                return
            pending = await self._add_most(pending, queue)
        for order in pending:
            await self.add(order, queue)

    async def light(self, queue: str) -> None:
        """Let the beacon of a queue begin when a worker of it does."""
        beacon = Job(queue=queue, lock=queue, queueing_lock=queue, task_name=BEACON, priority=_FIRST)
        try:
            await self._defer([beacon])
        except AlreadyEnqueued:
            return

    async def waiting(self) -> Sequence[Job]:
        """Every job that nobody has taken up."""
        return await self._list(status=Status.TODO.value)

    async def at_work(self) -> Sequence[Job]:
        """Every job that a worker has taken up, dead or alive."""
        return await self._list(status=Status.DOING.value)

    async def taken_by(self, worker: int) -> Sequence[Job]:
        """The jobs that a worker has taken up."""
        return await self._list(status=Status.DOING.value, worker_id=worker)

    async def is_taken_by_its_worker(self, job: Job) -> bool:
        """Whether the worker that took a job up still has it."""
        found = await self._list(status=Status.DOING.value, worker_id=job.worker_id, number=job.id)
        return job.worker_id is not None and bool(found)

    async def exists(self, job: Job) -> bool:
        """Whether a job waits or was taken up, by whomever."""
        return bool(await self._list(number=job.id))

    async def waiting_in(self, queue: str) -> Sequence[Job]:
        """The jobs of a queue that nobody has taken up."""
        return await self._list(status=Status.TODO.value, queue=queue)

    async def waiting_of(self, run_id: RunId) -> Job | None:
        """The run's job that nobody has taken up."""
        found = await self._list(status=Status.TODO.value, queueing_lock=run_id)
        return found[0] if found else None

    async def stalled(self, seconds: float) -> Sequence[Job]:
        """The jobs whose worker has shown no sign of life for so long."""
        try:
            return list(await self._manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
        except ConnectorException as exc:
            raise _unavailable(exc) from exc

    async def remove(self, jobs: Iterable[Job]) -> None:
        """Remove jobs; those that are gone already are."""
        for job in jobs:
            try:
                await self._manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
            except ConnectorException as exc:
                if is_outage(exc):
                    raise _unavailable(exc) from exc

    async def move(self, jobs: Collection[Job], queue: str = COMMON) -> None:
        """Let jobs that nobody has taken up be taken up from `queue`, at once. The journal knows what a crash loses.

        A beacon that was never lit says nothing about another queue, and is removed.
        """
        for job in jobs:
            if await self.withdraw(job) and job.task_name != BEACON:
                await self.add(order_of(job), queue)

    async def withdraw(self, job: Job) -> bool:
        """Remove a job, unless somebody has taken it up or removed it."""
        try:
            return job.id is not None and await self._manager.cancel_job_by_id_async(job.id, delete_job=True)
        except ConnectorException as exc:
            raise _unavailable(exc) from exc

    async def beat(self, worker: int) -> None:
        """Say that a worker lives."""
        try:
            await self._manager.update_heartbeat(worker)
        except ConnectorException as exc:
            raise _unavailable(exc) from exc

    async def _add_most(self, orders: Sequence[Order], queue: str) -> list[Order]:
        """Add what nobody else adds at the same time; what is left."""
        waiting = {job.queueing_lock for job in await self.waiting()}
        missing = [order for order in orders if order.run_id not in waiting]
        for start in range(0, len(missing), _BATCH):
            try:
                await self._defer([_job(order, queue, None) for order in missing[start : start + _BATCH]])
            except AlreadyEnqueued:
                return missing[start:]
        return []

    async def _defer(self, jobs: list[Job]) -> None:
        try:
            await self._manager.batch_defer_jobs_async(jobs)
        except AlreadyEnqueued:
            raise
        except ConnectorException as exc:
            raise _unavailable(exc) from exc

    async def _list(
        self,
        *,
        number: int | None = None,
        status: str | None = None,
        queue: str | None = None,
        queueing_lock: str | None = None,
        worker_id: int | None = None,
    ) -> Sequence[Job]:
        try:
            found = await self._manager.list_jobs_async(
                id=number, status=status, queue=queue, queueing_lock=queueing_lock, worker_id=worker_id
            )
        except ConnectorException as exc:
            raise _unavailable(exc) from exc
        return list(found)


def order_of(job: Job) -> Order:
    """The run that a job executes."""
    scenario_id = job.task_kwargs.get("scenario_id")
    named = None if scenario_id is None else str(scenario_id)
    priority, goes_on = divmod(job.priority, 2)
    return Order(run_id=run_of(job), priority=priority, goes_on=bool(goes_on), scenario_id=named)


def next_order(job: Job) -> Order:
    """For going on with the run of a job that was at work. A long line of new runs must not come before it."""
    return replace(order_of(job), goes_on=True)


def run_of(job: Job) -> RunId:
    """The run that a job executes."""
    return RunId(str(job.task_kwargs["run_id"]))


def _job(order: Order, queue: str, at: datetime | None) -> Job:
    run_id = order.run_id
    return Job(
        queue=queue,
        lock=run_id,
        queueing_lock=run_id,
        task_name=RUN,
        task_kwargs={"run_id": run_id, "scenario_id": order.scenario_id},
        priority=2 * order.priority + order.goes_on,
        scheduled_at=at,
    )


def _unavailable(error: ConnectorException) -> JournalUnavailable:
    return JournalUnavailable(f"The queue of runs in PostgreSQL cannot be used: {error.__cause__ or error}.")
