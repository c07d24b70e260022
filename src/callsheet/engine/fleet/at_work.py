"""The runs that this process executes, and how word from other processes reaches them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from loguru import logger
from procrastinate.jobs import Job

from callsheet.engine.dispatched import Dispatched
from callsheet.engine.fleet.jobs import run_of
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.control import Wish
from callsheet.runs.events import RunId
from callsheet.runs.signals import Signals, Stirred

_PAUSE: Final = 0.5
"""Seconds between two questions to a journal that is away."""


@dataclass(slots=True, kw_only=True, eq=False)
class Performance:
    """One job at work.

    Attributes:
        messages: how many messages the run had when the execution began, or when it was woken last.
        doubtful: whether the database was away after the job was fetched: a crash may have taken the fetching back.
        lost: whether the job was given to others.
    """

    job: Job
    messages: int = 0
    doubtful: bool = False
    lost: bool = False
    dispatched: Dispatched = field(default_factory=Dispatched)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def lose(self) -> None:
        """Let go of the run: its job was given to others."""
        if not self.dispatched.let_go:
            logger.warning("Run {} was given to another worker while this one could not be reached.", run_of(self.job))
        self.lost = True
        self.dispatched.leave(Wish.STOP)

    def hear(self, stirred: Stirred) -> None:
        """Pass on what is new."""
        if stirred.cancel_requested and not self.dispatched.cancelled:
            self.dispatched.cancel()
        if stirred.messages_received > self.messages:
            self.messages = stirred.messages_received
            self.dispatched.look_again()


class AtWork:
    """The jobs at work in this process, each run at most once.

    Args:
        signals: word from other processes.

    Attributes:
        ended: the numbers of jobs that were at work, and that the queue has not removed yet, as far as is known.
    """

    def __init__(self, signals: Signals) -> None:
        self.ended: set[int | None] = set()
        self._signals = signals
        self._runs: dict[RunId, Performance] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def runs(self) -> Mapping[RunId, Performance]:
        """What is at work, by run."""
        return self._runs

    @asynccontextmanager
    async def entered(self, job: Job) -> AsyncGenerator[Performance]:
        """Count a job as at work while the block lasts.

        An execution of the same run that is still there was given up by everybody else: it is ended first.
        """
        run_id = run_of(job)
        while (earlier := self._runs.get(run_id)) is not None:
            earlier.dispatched.leave(Wish.STOP)
            await earlier.ended.wait()
        performance = self._runs[run_id] = Performance(job=job)
        self._empty.clear()
        try:
            yield performance
        finally:
            del self._runs[run_id]
            self.ended.add(job.id)
            performance.ended.set()
            if not self._runs:
                self._empty.set()

    async def informed(self, performance: Performance, draining: asyncio.Event) -> bool:
        """Whether an execution shall begin, and knows who wants it cancelled and which messages it will find."""
        run_id = run_of(performance.job)
        while not draining.is_set() and not performance.dispatched.let_go:
            try:
                performance.hear((await self._signals.stirred((run_id,))).get(run_id, Stirred()))
            except JournalUnavailable:
                performance.doubtful = True
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE):
                        await draining.wait()
            else:
                return not draining.is_set()
        return False

    def wake(self, run_id: RunId) -> None:
        """There is something new in the journal for a run that may be at work here."""
        performance = self._runs.get(run_id)
        if performance is not None:
            performance.dispatched.look_again()

    def cancel(self, run_id: RunId) -> None:
        """Cancel a run that may be at work here."""
        performance = self._runs.get(run_id)
        if performance is not None:
            performance.dispatched.cancel()

    def leave(self, wish: Wish) -> None:
        """Let go of every run."""
        for performance in self._runs.values():
            performance.dispatched.leave(wish)

    def hear(self, found: Mapping[RunId, Stirred]) -> None:
        """Pass on what was stored for runs."""
        for run_id, stirred in found.items():
            performance = self._runs.get(run_id)
            if performance is not None:
                performance.hear(stirred)

    async def nothing(self) -> None:
        """Return when nothing is at work."""
        await self._empty.wait()
