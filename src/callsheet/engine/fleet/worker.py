"""procrastinate's worker, kept at work: begun again whenever it fell, or was taken for dead while it stood still."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from loguru import logger
from procrastinate import App, JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker as QueueWorker

from callsheet.engine.fleet.connection import PatientConnector
from callsheet.engine.fleet.jobs import BEACON, COMMON, RUN, Jobs
from callsheet.engine.fleet.timing import Timing

_TICK: Final = 0.25
_QUIET: Final = 3.0
"""Heartbeats in which a living worker asks the database for something."""

_PAUSE: Final = 0.5
_GOODBYE: Final = 5.0
"""Seconds that the last words to a database may take which is away."""


class Worker:
    """Takes up jobs of the common queue and of one that is this process's own.

    Args:
        connector: for the worker alone, so that what it asks says that it lives.
        jobs: the queue.
        queue: the name of this process's own queue.
        common: whether jobs of the common queue are taken up, too.
        room: how many runs are at work at once.
        perform: executes a job of a run; never raises.
        let_go: called when the worker fell: what is at work has to be given back.
        timing: how often what is done.
    """

    def __init__(
        self,
        *,
        connector: PatientConnector,
        jobs: Jobs,
        queue: str,
        common: bool,
        room: int,
        perform: Callable[[Job], Awaitable[None]],
        let_go: Callable[[], None],
        timing: Timing,
    ) -> None:
        self._connector = connector
        self._jobs = jobs
        self._queue = queue
        self._queues = [COMMON, queue] if common else [queue]
        self._room = room
        self._perform = perform
        self._let_go = let_go
        self._timing = timing
        self._stopping = asyncio.Event()
        self._over = asyncio.Event()
        self._fell = asyncio.Event()
        self._app = self._make_app()
        self.beacon: Job | None = None

    def stop(self) -> None:
        """Take up nothing more; `serve` returns when nothing is at work."""
        self._stopping.set()
        self._connector.hurry(_GOODBYE)

    def begin_again(self) -> None:
        """The worker was taken for dead: it needs a new number among the workers."""
        self._fell.set()

    async def serve(self) -> None:
        """Work until `stop` was called and everything at work has ended."""
        while not self._stopping.is_set():
            try:
                await self._jobs.light(self._queue)
                await self._live()
            except Exception as exc:  # noqa: BLE001 - whatever it was, the next worker may fare better
                logger.warning("The worker could not begin or has failed, and begins again: {}", exc)
            if not self._stopping.is_set():
                await asyncio.sleep(_PAUSE)

    async def _live(self) -> None:
        """One worker of procrastinate, from its beginning to its end."""
        self._over, self._fell = asyncio.Event(), asyncio.Event()
        self._connector.asked_at = _now()
        worker = self._hire()
        working = asyncio.create_task(worker.run(), name="worker")
        ends = {
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._stopping.wait()),
            asyncio.create_task(self._fell.wait()),
        }
        try:
            await asyncio.wait({working, *ends}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            if not self._stopping.is_set():
                self._let_go()
            self._over.set()
            worker.stop()  # it fetches no more and waits for its jobs, and does so, too, when the cancellation is lost
            working.cancel()
            await asyncio.wait({working})
        if not working.cancelled() and (exc := working.exception()) is not None:
            raise exc

    def _hire(self) -> QueueWorker:
        timing = self._timing
        return QueueWorker(
            self._app,
            queues=self._queues,
            name=self._queue,
            concurrency=self._room + 1,  # one place is the beacon's
            fetch_job_polling_interval=timing.poll,
            abort_job_polling_interval=3600,  # nobody aborts jobs: the journal knows who cancelled what
            update_heartbeat_interval=timing.heartbeat,
            stalled_worker_timeout=timing.stalled_after,
            delete_jobs="always",
            install_signal_handlers=False,
        )

    async def _watch(self) -> None:
        """Return when the worker has to begin again: it stood still, as under SIGSTOP, or it fell silent."""
        patience = self._timing.stalled_after - self._timing.heartbeat
        while True:
            before = _now()
            await asyncio.sleep(_TICK)
            if _now() - before > patience:
                logger.warning(
                    "This process stood still for {:.1f} s; its runs may have been given to others.", patience
                )
                return
            if _now() - self._connector.asked_at > _QUIET * self._timing.heartbeat:
                logger.warning("The worker fell silent, and begins again.")
                return

    def _make_app(self) -> App:
        app = App(connector=self._connector)

        async def run(context: JobContext, run_id: str, scenario_id: str | None = None) -> None:
            await self._perform(context.job)

        async def beacon(context: JobContext) -> None:
            self.beacon = context.job
            try:
                await self._over.wait()
            finally:
                self.beacon = None

        app.task(name=RUN, pass_context=True)(run)
        app.task(name=BEACON, pass_context=True)(beacon)
        return app


def _now() -> float:
    return asyncio.get_running_loop().time()
