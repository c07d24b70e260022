"""Who asks a scheduler to look: when a slot is near, when a run has ended that one waits for, when somebody rings.

Files and what other processes pause or save are noticed within 2 s. A whole look comes every 30 s at least: clocks are
set, and other processes die.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from loguru import logger

from callsheet.engine.reminder import Reminder
from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId
from callsheet.runs.ports import Clock, Journal
from callsheet.runs.triggers.scheduler import Outlook, Scheduler

_LONGEST: Final = timedelta(seconds=30)
_AFTER_A_FAILURE: Final = timedelta(seconds=5)
_NEWS: Final = 2.0
"""Seconds between two questions for news: a listing of the folder, a stat of each file, and one small query."""


class Timetable:
    """Looks for as long as `run` does.

    Args:
        scheduler: decides what is due.
        journal: knows when a run has ended.
        clock: for the timer.
    """

    def __init__(self, scheduler: Scheduler, journal: Journal, clock: Clock) -> None:
        self._scheduler = scheduler
        self._journal = journal
        self._clock = clock
        self._bell = asyncio.Event()
        self._reminder = Reminder(clock, self._bell.set)
        self._watches: dict[RunId, asyncio.Task[None]] = {}
        self._looked = asyncio.Condition()
        self.looks = 0

    def ring(self) -> None:
        """Look again, now or after the look at work: something has changed."""
        self._bell.set()

    async def looked(self, count: int) -> None:
        """Return when there were `count` looks."""
        async with self._looked:
            await self._looked.wait_for(lambda: self.looks >= count)

    async def run(self) -> None:
        """Look, and wait until there is a reason to look again; until this is cancelled."""
        await self._has_news()  # what is known now is no news after the first look
        asking = asyncio.create_task(self._ask_for_news())
        try:
            while True:
                self._bell.clear()
                outlook = await self._look()
                self._watch(outlook.runs)
                if outlook.at is not None:
                    self._reminder.at(outlook.at)
                async with self._looked:
                    self.looks += 1
                    self._looked.notify_all()
                await self._bell.wait()
        finally:
            asking.cancel()
            self._reminder.stop()
            self._watch(frozenset())

    async def _ask_for_news(self) -> None:
        while True:
            await self._clock.sleep(_NEWS)
            if await self._has_news():
                self._bell.set()

    async def _has_news(self) -> bool:
        try:
            return await self._scheduler.has_news()
        except Exception:  # noqa: BLE001 - a look meets the same fault and tells about it; it comes in any case
            return False

    async def _look(self) -> Outlook:
        soon = self._clock.now() + _AFTER_A_FAILURE
        try:
            outlook = await self._scheduler.look()
        except Unavailable as error:
            logger.warning("Schedules wait: {}", error.message)
            return Outlook(at=soon, runs=frozenset())
        except Exception:  # noqa: BLE001 - one fault must not end all schedules for good
            logger.exception("Schedules could not be looked at; they are looked at again.")
            return Outlook(at=soon, runs=frozenset())
        latest = self._clock.now() + _LONGEST
        return Outlook(at=min(outlook.at or latest, latest), runs=outlook.runs)

    def _watch(self, runs: frozenset[RunId]) -> None:
        for run_id in [run_id for run_id in self._watches if run_id not in runs]:
            self._watches.pop(run_id).cancel()
        for run_id in runs - self._watches.keys():
            self._watches[run_id] = asyncio.create_task(self._until_ended(run_id))

    async def _until_ended(self, run_id: RunId) -> None:
        with suppress(Unavailable):  # it is looked at again soon enough
            with suppress(RunNotFound):
                while not (run := await self._journal.summary(run_id)).status.is_terminal:
                    await self._journal.wait(run_id, run.last_seq)
            self._bell.set()


@asynccontextmanager
async def timetable(scheduler: Scheduler, journal: Journal, clock: Clock) -> AsyncGenerator[Timetable]:
    """Start what is due, for as long as the block lasts."""
    table = Timetable(scheduler, journal, clock)
    looking = asyncio.create_task(table.run())
    try:
        yield table
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
