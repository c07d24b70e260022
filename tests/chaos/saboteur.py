"""Who does it: kills, freezes and ends processes at random moments, and starts again what died."""

import asyncio
import math
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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

PATIENT_AIM_SECONDS = 20.0
"""For which one waits that must hit."""

LOOK = 0.005

EXCUSED_SECONDS = 30.0
"""After a crash of the database, for which a process may end because it cannot begin, and is started again."""

RESTART_SECONDS = 1.0
"""Which a supervisor waits before it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A strike.

    Attributes:
        must_hit: whether it is for a process with a tool call at work, as far as there is one.
    """

    kind: Kind
    must_hit: bool = False


class Saboteur:
    """Works through a shuffled deck of strikes.

    Args:
        fleet: whose processes run.
        calls: the ledger of the tools, for aiming.
        dice: decide everything.

    Attributes:
        strikes: in their order.
        ready: when each process that executes runs said that it was ready.
    """

    def __init__(self, fleet: Fleet, calls: Calls, dice: random.Random) -> None:
        self._fleet = fleet
        self._calls = calls
        self._dice = dice
        self._starting: dict[Process, asyncio.Task[None]] = {}
        self._database_fell_at = -math.inf
        self.strikes: list[Strike] = []
        self.ready: dict[str, float] = {}

    async def work(self, least: Least, before_each: Callable[[float], Awaitable[None]]) -> None:
        """Strike as often as `least` asks, and a little more.

        Args:
            least: how often.
            before_each: is told which share of all strikes will have been made.
        """
        deck = self._deck(least)
        for number, card in enumerate(deck, start=1):
            await before_each(number / len(deck))
            await self._strike(card)
        await self.mend()

    async def start(self, process: Process) -> None:
        """Start a process; requests go to it as soon as it says that it is ready."""
        await process.spawn()
        self._starting[process] = asyncio.create_task(self._begin(process))

    async def close(self) -> None:
        """Wait for no process any more."""
        for starting in self._starting.values():
            starting.cancel()
        await asyncio.gather(*self._starting.values(), return_exceptions=True)

    async def mend(self) -> None:
        """See that every process runs and says that it is ready."""
        for process in self._fleet.processes:
            await self._started(process)

    def _deck(self, least: Least) -> list[Card]:
        deck = [Card(kind=Kind.KILL, must_hit=number < least.hits) for number in range(least.kills + 1)]
        deck += [Card(kind=Kind.FREEZE) for _ in range(least.freezes)]
        deck += [Card(kind=Kind.TERM) for _ in range(least.terms)]
        deck += [Card(kind=Kind.DATABASE) for _ in range(least.databases)]
        self._dice.shuffle(deck)
        return deck

    async def _strike(self, card: Card) -> None:
        if card.kind is Kind.DATABASE:
            await self._restart_database()
            return
        process = await self._aimed_at(card)
        match card.kind:
            case Kind.KILL | Kind.TERM:
                await self._end(process, card.kind)
            case Kind.FREEZE:
                await self._freeze(process)
            case _:
                assert_never(card.kind)

    async def _aimed_at(self, card: Card) -> Process:
        """A process, when its moment has come."""
        processes = self._dice.sample(self._fleet.processes, len(self._fleet.processes))
        is_early = self._dice.random() < EARLY
        if card.must_hit:
            able = [process for process in processes if process.works]
            process = next(filter(self._is_ready, able), able[0])
            await self._aim(process, PATIENT_AIM_SECONDS, moment=0.02)
        elif card.kind is not Kind.FREEZE and is_early:
            process = processes[0]
            await asyncio.sleep(self._dice.uniform(0.05, 1.5))
        else:
            process = next(filter(self._is_ready, processes), processes[0])
            await self._aim(process, AIM_SECONDS)
        return process

    async def _begin(self, process: Process) -> None:
        """Return when it has begun; as a supervisor would, start again what ended for want of the database."""
        while True:
            try:
                await process.ready()
            except DidNot:
                if process.alive or not self._is_excused:
                    raise
            else:
                break
            await asyncio.sleep(RESTART_SECONDS)
            await process.spawn()
        if process.works:
            self.ready[process.label] = time.time()

    @property
    def _is_excused(self) -> bool:
        return time.time() < self._database_fell_at + EXCUSED_SECONDS

    def _is_ready(self, process: Process) -> bool:
        return process.alive and (process not in self._starting or self._starting[process].done())

    async def _started(self, process: Process) -> None:
        if starting := self._starting.pop(process, None):
            await starting

    async def _aim(self, process: Process, seconds: float, moment: float = 0.1) -> None:
        """Return at a random moment; of a process that executes runs, after it has begun a tool call, if it does."""
        await self._started(process)
        await asyncio.sleep(self._dice.uniform(0.0, 0.8))
        give_up = time.monotonic() + seconds
        while process.works and time.monotonic() < give_up:
            self._calls.read_on()
            if self._calls.open_of(process.label):
                await asyncio.sleep(self._dice.uniform(0.0, moment))
                return
            await asyncio.sleep(LOOK)

    async def _end(self, process: Process, kind: Kind) -> None:
        if not process.alive:
            await self._started(process)
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
        ended_by_itself = status not in (KILLED if kind is Kind.KILL else ENDED)
        if ended_by_itself and not self._is_excused:
            raise DidNot(f"{label} ended by itself or badly, with {status}:\n{process.last_words()}")
        if not ended_by_itself:
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
        at = self._database_fell_at = time.time()
        await self._fleet.restart_database()
        self._note(Kind.DATABASE, "", at)

    def _note(self, kind: Kind, label: str, at: float) -> None:
        lone = kind is Kind.DATABASE or len(self._fleet.processes) == 1
        self.strikes.append(Strike(kind=kind, process=label, at=at, until=time.time(), lone=lone))
