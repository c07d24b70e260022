"""The engine of one machine: runs are asyncio tasks of this process, and the journal is its queue.

Nothing is lost when the process dies: at the next start every run that the journal calls unfinished is dispatched
again.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from loguru import logger

from callsheet.errors import RunDamaged, RunNotFound, RunOwnershipLost, Unavailable
from callsheet.runs.control import Control, Wish
from callsheet.runs.events import RunId
from callsheet.runs.ports import Journal

Execute = Callable[[RunId, Control], Awaitable[None]]
"""Brings a run to its end; may be called again after it failed."""

_FIRST_BACKOFF: Final = 0.25
_LONGEST_BACKOFF: Final = 15.0


@dataclass(slots=True)
class _Dispatched:
    """A run that waits for a free place, is at work, or waits for the journal to come back."""

    control: Control = field(default_factory=Control)
    task: asyncio.Task[None] | None = None


class LocalEngine:
    """The `Engine` port over tasks of this process, at most `max_concurrent_runs` at once.

    Use `local_engine(...)`, which dispatches what the last process left behind and drains at the end.
    """

    def __init__(self, *, journal: Journal, execute: Execute, max_concurrent_runs: int) -> None:
        self._journal = journal
        self._execute = execute
        self._room = max_concurrent_runs
        self._runs: dict[RunId, _Dispatched] = {}
        self._waiting: deque[RunId] = deque()
        self._at_work: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Event()

    @property
    def draining(self) -> bool:
        """Whether the engine begins nothing new."""
        return self._draining.is_set()

    @property
    def running(self) -> int:
        """How many runs are at work."""
        return len(self._at_work)

    @property
    def queued(self) -> int:
        """How many runs wait for a free place."""
        return len(self._waiting)

    async def dispatch(self, run_id: RunId) -> None:
        """Execute the run now or when there is room; a run that is dispatched already is left alone."""
        if run_id in self._runs or self._draining.is_set():  # while draining: the next process finds it in the journal
            return
        self._runs[run_id] = _Dispatched()
        self._waiting.append(run_id)
        self._fill()

    async def cancel(self, run_id: RunId) -> None:
        """Reach the run's execution, in the middle of a tool call too; a run that waits is executed to its end."""
        await self.dispatch(run_id)
        dispatched = self._runs.get(run_id)
        if dispatched is not None:
            dispatched.control.request(Wish.CANCEL)

    async def recover(self) -> int:
        """Dispatch every unfinished run of the journal; how many there were."""
        unfinished = await self._journal.unfinished()
        for run_id in unfinished:
            await self.dispatch(run_id)
            if await self._journal.cancel_requested(run_id):
                await self.cancel(run_id)
        return len(unfinished)

    async def drain(self, timeout: float) -> None:
        """Begin no further step, wait `timeout` seconds for the steps at work, then let go of them too.

        What was let go goes on at the next start, from its journal.
        """
        self._draining.set()
        self._waiting.clear()
        self._request(Wish.DRAIN)
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=timeout)
        self._request(Wish.STOP)
        if self._at_work:
            await asyncio.wait(self._at_work)

    def _request(self, wish: Wish) -> None:
        for dispatched in self._runs.values():
            dispatched.control.request(wish)

    def _fill(self) -> None:
        while self._waiting and len(self._at_work) < self._room:
            run_id = self._waiting.popleft()
            dispatched = self._runs[run_id]
            task = dispatched.task = asyncio.create_task(self._work(run_id, dispatched), name=f"run:{run_id}")
            self._at_work.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._fill()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._draining.wait(), seconds)

    async def _work(self, run_id: RunId, dispatched: _Dispatched) -> None:
        backoff = _FIRST_BACKOFF
        try:
            while not self._draining.is_set():
                try:
                    return await self._execute(run_id, dispatched.control)
                except Unavailable as exc:
                    logger.warning("Run {} waits for {} s: {}", run_id, backoff, exc.message)
                    await self._pause(backoff)
                    backoff = min(_LONGEST_BACKOFF, backoff * 2)
        except (RunOwnershipLost, RunNotFound, RunDamaged) as exc:
            logger.warning("Run {} was let go: {}", run_id, exc.message)
        except Exception:  # noqa: BLE001 - one run's fault must not end the engine; the run's journal says it too
            logger.exception("Run {} ended with a fault of Callsheet.", run_id)
        finally:
            del self._runs[run_id]


@asynccontextmanager
async def local_engine(
    *, journal: Journal, execute: Execute, max_concurrent_runs: int, drain_timeout: float, resume: bool = True
) -> AsyncGenerator[LocalEngine, None]:
    """A local engine that has taken up every unfinished run, unless `resume` is off, and drains when the block ends."""
    engine = LocalEngine(journal=journal, execute=execute, max_concurrent_runs=max_concurrent_runs)
    try:
        if resume and (unfinished := await engine.recover()):
            logger.info("{} unfinished runs go on.", unfinished)
        yield engine
    finally:
        await engine.drain(drain_timeout)
