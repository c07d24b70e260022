"""Who does it: kills, freezes and ends processes at random moments, and starts again what died."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from typing import assert_never

from tests.chaos.calls import Calls
from tests.chaos.evidence import Kind, Least, Strike
from tests.chaos.fleet import DRAIN_SECONDS, Fleet
from tests.chaos.process import DidNot, Process

EARLY = 0.2
"""So many of the ends are not aimed: they come while the process takes up what the last one left, or before."""

IMPATIENT = 0.4
"""So many of the processes that were asked to end are killed while they do."""

KILLED = frozenset({-signal.SIGKILL})
ENDED = frozenset({0, 128 + signal.SIGTERM, -signal.SIGTERM, -signal.SIGKILL})
"""How a process may have ended that was asked to, or before it could listen."""

AIM_SECONDS = 3.0
"""For which a strike waits for a tool call at work."""

LOOK = 0.005


class Saboteur:
    """Works through a shuffled deck of strikes.

    Args:
        fleet: whose processes run.
        calls: the ledger of the tools, for aiming.
        dice: decide everything.
    """

    def __init__(self, fleet: Fleet, calls: Calls, dice: random.Random) -> None:
        self._fleet = fleet
        self._calls = calls
        self._dice = dice
        self._starting: dict[Process, asyncio.Task[None]] = {}
        self.strikes: list[Strike] = []

    async def work(self, least: Least, before_each: Callable[[float], Awaitable[None]]) -> None:
        """Strike as often as `least` asks, and a little more.

        Args:
            least: how often.
            before_each: is told which share of all strikes will have been made.
        """
        deck = self._deck(least)
        for number, kind in enumerate(deck, start=1):
            await before_each(number / len(deck))
            await self._strike(kind)
        await self.mend()

    async def start(self, process: Process) -> None:
        """Start a process; requests go to it as soon as it says that it is ready."""
        await process.spawn()
        self._starting[process] = asyncio.create_task(process.ready())

    async def mend(self) -> None:
        """See that every process runs and says that it is ready."""
        for process in self._fleet.processes:
            await self._started(process)

    def _deck(self, least: Least) -> list[Kind]:
        spare = max(1, least.kills // 8)  # an unaimed kill may hit nobody at work
        counts = {
            Kind.KILL: least.kills + spare,
            Kind.FREEZE: least.freezes,
            Kind.TERM: least.terms,
            Kind.DATABASE: least.databases,
        }
        deck = [kind for kind, count in counts.items() for _ in range(count)]
        self._dice.shuffle(deck)
        return deck

    async def _strike(self, kind: Kind) -> None:
        if kind is Kind.DATABASE:
            await self._restart_database()
            return
        process = self._dice.choice(self._fleet.processes)
        if kind is Kind.FREEZE or self._dice.random() >= EARLY:
            await self._aim(process)
        else:
            await asyncio.sleep(self._dice.uniform(0.05, 1.5))
        match kind:
            case Kind.KILL | Kind.TERM:
                await self._end(process, kind)
            case Kind.FREEZE:
                await self._freeze(process)
            case _:
                assert_never(kind)

    async def _started(self, process: Process) -> None:
        if starting := self._starting.pop(process, None):
            await starting

    async def _aim(self, process: Process) -> None:
        """Return at a random moment; of a process that executes runs, after it has begun a tool call, if it does."""
        await self._started(process)
        await asyncio.sleep(self._dice.uniform(0.0, 0.8))
        give_up = time.monotonic() + AIM_SECONDS
        while process.works and time.monotonic() < give_up:
            self._calls.read_on()
            if self._calls.open_of(process.label):
                await asyncio.sleep(self._dice.uniform(0.0, 0.1))
                return
            await asyncio.sleep(LOOK)

    async def _end(self, process: Process, kind: Kind) -> None:
        if starting := self._starting.pop(process, None):
            starting.cancel()
        label, at = process.label, time.time()
        if kind is Kind.TERM and self._dice.random() >= IMPATIENT:
            status = await process.terminate()
        else:
            if kind is Kind.TERM:
                process.ask_to_end()
                await asyncio.sleep(self._dice.uniform(0.0, DRAIN_SECONDS))
            status = await process.kill()
        if status not in (KILLED if kind is Kind.KILL else ENDED):
            raise DidNot(f"{label} ended by itself or badly, with {status}:\n{process.last_words()}")
        self._note(kind, label, at)
        self._calls.forget(label)
        await self.start(process)

    async def _freeze(self, process: Process) -> None:
        at = time.time()
        process.freeze()
        try:
            await asyncio.sleep(self._dice.uniform(*self._fleet.frozen_seconds))
        finally:
            process.thaw()
        self._note(Kind.FREEZE, process.label, at)

    async def _restart_database(self) -> None:
        if self._fleet.restart_database is None:
            return
        at = time.time()
        await self._fleet.restart_database()
        self._note(Kind.DATABASE, "", at)

    def _note(self, kind: Kind, label: str, at: float) -> None:
        lone = kind is Kind.DATABASE or len(self._fleet.processes) == 1
        self.strikes.append(Strike(kind=kind, process=label, at=at, until=time.time(), lone=lone))
