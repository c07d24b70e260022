"""Lets runs of scenarios with a limit begin: with a permit, of which all processes together have so many.

A run that gets none stands in the line of its scenario, in the database: it has no job then, takes no worker's place,
and nobody asks for it again and again. Whoever gives a permit back adds a job for the run that is next, and so does
whoever finds that a holder died.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final

from loguru import logger
from procrastinate.jobs import Job

from callsheet.engine.dispatched import Dispatched
from callsheet.engine.fleet.jobs import Jobs, Order, order_of
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.runs.events import RunId
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Called, Claim, Permits
from callsheet.runs.ports import Journal

_SCENARIO: Final = "scenario:"
_PAUSE: Final = 0.5
"""Seconds until a permit is asked for again while the database is away."""


class Gate:
    """The permits of the runs at work in this process, and the line of those that shall be.

    Args:
        permits: of all processes.
        limits: of scenarios, as the catalog has them now.
        journal: says which scenario a run has, where its job does not.
        jobs: the queue, over a connection with patience.
        draining: ends pauses.
    """

    def __init__(
        self, *, permits: Permits, limits: ScenarioLimits, journal: Journal, jobs: Jobs, draining: asyncio.Event
    ) -> None:
        self._permits = permits
        self._limits = limits
        self._journal = journal
        self._jobs = jobs
        self._draining = draining
        self._held: dict[RunId, str] = {}

    @asynccontextmanager
    async def passed(self, job: Job, dispatched: Dispatched) -> AsyncGenerator[bool]:
        """Whether the run of a job begins now, with its permit for as long as the block lasts; else it is in line.

        A run that shall be cancelled begins in any case: all that it does is to end.
        """
        order = order_of(job)
        name, limit = await self._limit_of(order)
        if name is None or limit is None:
            yield True
            return
        if not dispatched.cancelled and not await self._claim(order, name, limit, dispatched):
            yield False
            return
        self._held[order.run_id] = name
        try:
            yield True
        finally:
            if self._held.get(order.run_id) == name:
                del self._held[order.run_id]
            await self._give_back(name, order.run_id)

    async def renew(self) -> None:
        """Keep the permits of the runs at work.

        Raises:
            JournalUnavailable: they last for a lease.
        """
        if self._held:
            await self._permits.renew(tuple(self._held))

    async def sweep(self) -> None:
        """Let those begin who are next, where a holder died or somebody who was called did not come.

        Raises:
            JournalUnavailable: the database is away.
        """
        await self._add(await self._permits.sweep())

    async def in_line(self) -> frozenset[RunId]:
        """The runs that wait for a permit, after the limits were looked at: some may have been raised or be gone.

        Raises:
            JournalUnavailable: the database is away.
        """
        waiting = await self._permits.waiting()
        for name in waiting:
            if name.startswith(_SCENARIO):
                limit = await self._limits.of(name.removeprefix(_SCENARIO))
                await self._add(await self._permits.change(name, limit))
        return frozenset(RunId(holder) for holders in waiting.values() for holder in holders)

    async def _limit_of(self, order: Order) -> tuple[str | None, int | None]:
        scenario_id = order.scenario_id
        if scenario_id is None:
            try:
                scenario_id = (await self._journal.summary(order.run_id)).scenario_id
            except (JournalUnavailable, RunNotFound, RunDamaged):  # its execution will find out, too
                return None, None
        return f"{_SCENARIO}{scenario_id}", await self._limits.of(scenario_id)

    async def _claim(self, order: Order, name: str, limit: int, dispatched: Dispatched) -> bool:
        claim = Claim(name=name, limit=limit, holder=order.run_id, priority=order.priority)
        while not self._draining.is_set() and not dispatched.let_go:
            try:
                return (await self._permits.claim(claim)).held > 0
            except JournalUnavailable as exc:
                logger.debug("Run {} waits for a permit: {}", order.run_id, exc.message)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._draining.wait()
        return False

    async def _give_back(self, name: str, run_id: RunId) -> None:
        try:
            await self._add(await self._permits.give_back(name, run_id))
        except JournalUnavailable as exc:
            logger.debug("The permit of run {} ends with its lease: {}", run_id, exc.message)

    async def _add(self, called: Iterable[Called]) -> None:
        orders = [
            Order(run_id=RunId(each.holder), priority=each.priority, scenario_id=each.name.removeprefix(_SCENARIO))
            for each in called
            if each.name.startswith(_SCENARIO)
        ]
        if orders:
            await self._jobs.add_all(orders)
