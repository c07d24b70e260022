"""The engine of one machine: runs are asyncio tasks of this process, and the journal is its queue.

Nothing is lost when the process dies: at the next start every run that the journal calls due is dispatched again. A
run that is parked costs nothing here: one timer rings for the earliest of all, and the journal says which are due.
"""

import asyncio
import contextvars
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from loguru import logger

from callsheet.engine.attempts import Attempts, Execute
from callsheet.engine.dispatched import Dispatched
from callsheet.engine.line import Line, Place
from callsheet.engine.reminder import Reminder
from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.errors.service import ShuttingDown
from callsheet.runs.control import Wish
from callsheet.runs.events import RunId
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.ports import Clock, Journal

_LOOK_AGAIN: Final = timedelta(seconds=5)
"""When the journal could not say which parked runs are due."""


class LocalEngine:
    """The `Engine` port over tasks of this process, at most `max_concurrent_runs` at once.

    Use `local_engine(...)`, which dispatches what the last process left behind and drains at the end.

    Args:
        journal: says which runs are due.
        execute: see `Execute`.
        clock: for the timer of the parked runs.
        max_concurrent_runs: further runs wait for a free place.
        limits: how many runs of a scenario are at work at once; without it, none has a limit.
        resume: whether runs of other processes are taken up when they are due; without it only those that were
            dispatched here.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        execute: Execute,
        clock: Clock,
        max_concurrent_runs: int,
        limits: ScenarioLimits | None = None,
        resume: bool = True,
    ) -> None:
        self._journal = journal
        self._limits = limits
        self._clock = clock
        self._room = max_concurrent_runs
        self._runs: dict[RunId, Dispatched] = {}
        self._waiting = Line()
        self._at_work: set[asyncio.Task[None]] = set()
        self._looks: set[asyncio.Task[None]] = set()
        self._own: set[RunId] | None = None if resume else set()
        self._reminder = Reminder(clock, self._begin_look)
        self._draining = asyncio.Event()
        self._attempts = Attempts(execute, self, self._draining)

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

    async def check(self) -> int:
        """See `RunningEngine.check`: this process is the only one that executes its runs.

        Raises:
            ShuttingDown: it begins nothing new.
        """
        if self._draining.is_set():
            raise ShuttingDown("The service is stopping.")
        return 1

    async def dispatch(self, run_id: RunId, *, scenario_id: str | None = None, priority: int = 0) -> None:
        """Execute the run now or when there is room; once more, when it is at work now and looked already."""
        if self._draining.is_set():  # the next process finds it in the journal
            return
        if self._own is not None:
            self._own.add(run_id)
        dispatched = self._runs.get(run_id)
        if dispatched is not None:
            dispatched.look_again()
            return
        self._runs[run_id] = Dispatched()  # before anything is waited for: nobody dispatches it a second time
        counts_for: str | None = None
        try:
            counts_for = await self._limited(run_id, scenario_id)
        finally:  # whoever dispatches it may be cancelled, the run has its place all the same
            if not self._draining.is_set():
                exempt = self._runs[run_id].cancelled
                self._waiting.append(run_id, priority, None if exempt else counts_for)
                if exempt:
                    self._jump(run_id)
                self._fill()

    async def cancel(self, run_id: RunId) -> None:
        """Reach the run's execution, in the middle of a tool call too; a run that waits is executed to its end."""
        await self.dispatch(run_id)
        dispatched = self._runs.get(run_id)
        if dispatched is not None:
            dispatched.cancel()
            self._jump(run_id)

    def _jump(self, run_id: RunId) -> None:
        """Begin a run that waits: to end it needs no free place."""
        place = self._waiting.take(run_id)
        if place is not None:
            self._begin(place)

    async def recover(self) -> int:
        """Dispatch every run of the journal that is due, from now on whenever one is; how many there were.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        return await self._look()

    async def drain(self, timeout: float) -> None:
        """Begin no further step, wait `timeout` seconds for the steps at work, then let go of them too.

        What was let go goes on at the next start, from its journal.
        """
        self._draining.set()
        self._reminder.stop()
        self._waiting.clear()
        self._request(Wish.DRAIN)
        for look in self._looks:
            look.cancel()
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=timeout)
        self._request(Wish.STOP)
        if self._at_work or self._looks:
            await asyncio.wait(self._at_work | self._looks)

    def _request(self, wish: Wish) -> None:
        for dispatched in self._runs.values():
            dispatched.control.request(wish)

    def _fill(self) -> None:
        while len(self._at_work) < self._room and (place := self._waiting.pop()) is not None:
            self._begin(place)

    def _begin(self, place: Place) -> None:
        # In a context of its own: it is begun by a request, or by the end of another run, and is on neither's account.
        work = self._work(place, self._runs[place.run_id])
        task = asyncio.create_task(work, name=f"run:{place.run_id}", context=contextvars.Context())
        self._at_work.add(task)
        task.add_done_callback(partial(self._done, place))

    def _done(self, place: Place, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._waiting.done(place)
        self._fill()

    async def _limited(self, run_id: RunId, scenario_id: str | None) -> str | None:
        """Find out the limit that a run counts for, and keep it in mind; the run's scenario."""
        if self._limits is None:
            return None
        if scenario_id is None:
            try:
                scenario_id = (await self._journal.summary(run_id)).scenario_id
            except (Unavailable, RunNotFound, RunDamaged):  # its execution will find out, too
                return None
        await self._note_limit(scenario_id)
        return scenario_id

    async def _note_limit(self, scenario_id: str | None) -> None:
        if self._limits is not None and scenario_id is not None:
            self._waiting.limit(scenario_id, await self._limits.of(scenario_id))

    async def _work(self, place: Place, dispatched: Dispatched) -> None:
        run_id, until = place.run_id, None
        try:
            while not self._draining.is_set():
                until = await self._attempts.make(run_id, dispatched)
                await self._note_limit(place.scenario_id)  # that of now says who begins next
                if not dispatched.again:
                    break
        finally:
            # From here on `dispatch` makes a new execution; until here it was seen above.
            del self._runs[run_id]
        if until is not None:
            self._reminder.at(until)

    def _begin_look(self) -> None:
        task = asyncio.create_task(self._look_or_try_later(), name="due-runs")
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _look_or_try_later(self) -> None:
        try:
            await self._look()
        except Unavailable as exc:
            logger.warning("Parked runs wait for {} s: {}", _LOOK_AGAIN.seconds, exc.message)
            self._reminder.at(self._clock.now() + _LOOK_AGAIN)
        except Exception:  # noqa: BLE001 - parked runs must not be forgotten
            logger.exception("Callsheet could not find out which parked runs are due.")
            self._reminder.at(self._clock.now() + _LOOK_AGAIN)

    async def _look(self) -> int:
        """Dispatch what is due and set the timer for what will be."""
        now, known = self._clock.now(), frozenset(self._runs)
        found = await self._journal.due(now)
        due = [run for run in found if run.run_id not in known and self._takes_up(run.run_id)]
        for run in due:
            await self.dispatch(run.run_id, scenario_id=run.scenario_id, priority=run.priority)
            if run.cancel_requested:
                await self.cancel(run.run_id)
        moment = await self._journal.next_due(now)
        if moment is not None:
            self._reminder.at(moment)
        return len(due)

    def _takes_up(self, run_id: RunId) -> bool:
        """Whether a due run is dispatched: not when it is at work, or ended with a fault and nobody asked since."""
        if run_id in self._runs or run_id in self._attempts.given_up:
            return False
        return self._own is None or run_id in self._own


@asynccontextmanager
async def local_engine(
    *,
    journal: Journal,
    execute: Execute,
    clock: Clock,
    max_concurrent_runs: int,
    drain_timeout: float,
    limits: ScenarioLimits | None = None,
    resume: bool = True,
) -> AsyncGenerator[LocalEngine, None]:
    """A local engine that has taken up every due run, unless `resume` is off, and drains when the block ends."""
    engine = LocalEngine(
        journal=journal,
        execute=execute,
        clock=clock,
        max_concurrent_runs=max_concurrent_runs,
        limits=limits,
        resume=resume,
    )
    try:
        if resume and (unfinished := await engine.recover()):
            logger.info("{} unfinished runs go on.", unfinished)
        yield engine
    finally:
        await engine.drain(drain_timeout)
