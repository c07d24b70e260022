"""What a process does that executes runs of the queue."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from loguru import logger
from procrastinate import App, PsycopgConnector

from callsheet.engine.attempts import Attempts, Execute
from callsheet.engine.ending import end
from callsheet.engine.fleet.at_work import AtWork
from callsheet.engine.fleet.audit import Audit
from callsheet.engine.fleet.connection import PatientConnector
from callsheet.engine.fleet.gate import Gate
from callsheet.engine.fleet.held import Held
from callsheet.engine.fleet.jobs import COMMON, ONE_SHOT, Jobs
from callsheet.engine.fleet.perform import Performer
from callsheet.engine.fleet.reconcile import Reconciliation
from callsheet.engine.fleet.rhythm import repeat
from callsheet.engine.fleet.sweep import Sweep
from callsheet.engine.fleet.timing import Timing
from callsheet.engine.fleet.worker import Worker
from callsheet.engine.reminder import Reminder
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.control import Wish
from callsheet.runs.events import RunId
from callsheet.runs.journal import Journal
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import RENEWED_EVERY, Permits
from callsheet.runs.ports import Clock, Engine
from callsheet.runs.signals import Signals

_HEARTBEATS_IN_PEACE: Final = 2
_GOODBYE: Final = 5.0
"""Seconds that the last words to a database may take which is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewParts:
    """What runs are executed with; see `fleet_engine`."""

    journal: Journal
    signals: Signals
    execute: Execute
    clock: Clock
    engine: Engine
    jobs: Jobs
    holds: Callable[[RunId], bool]
    room: int
    timing: Timing
    permits: Permits | None
    limits: ScenarioLimits | None


class Crew:
    """A worker and everything around it: who listens, who takes over from the dead, who compares queue and journal.

    Args:
        parts: what runs are executed with.
        connector: whose connections are used.
        common: whether runs of the common queue are executed; without it only those that are expected here.
    """

    def __init__(self, parts: CrewParts, connector: PsycopgConnector, *, common: bool) -> None:
        self._parts = parts
        self._pool = connector
        self._common = common
        self._queue = f"{COMMON if common else ONE_SHOT}.{secrets.token_hex(8)}"
        self._own: set[RunId] = set()
        self._draining = asyncio.Event()
        self._word, self._ring = asyncio.Event(), asyncio.Event()
        self._connectors = PatientConnector(), PatientConnector()
        for_worker, for_jobs = self._connectors
        lasting = Jobs(App(connector=for_jobs))
        self._at_work = AtWork(parts.signals)
        self._held = Held(lasting, self._queue, parts.holds)
        self._attempts = Attempts(parts.execute, parts.engine, self._draining)
        self._reminder = Reminder(parts.clock, self._ring.set)
        self._gate = _gate(parts, lasting, self._draining)
        performer = Performer(
            journal=parts.journal,
            attempts=self._attempts,
            at_work=self._at_work,
            held=self._held,
            reminder=self._reminder,
            jobs=lasting,
            draining=self._draining,
            gate=self._gate,
        )
        self._worker = Worker(
            connector=for_worker,
            jobs=parts.jobs,
            queue=self._queue,
            common=common,
            room=parts.room,
            perform=performer.perform,
            let_go=lambda: self._at_work.leave(Wish.STOP),
            timing=parts.timing,
        )
        self._audit = Audit(parts.jobs, self._at_work, lambda: self._worker.beacon, self._worker.begin_again)
        self._rounds: list[asyncio.Task[None]] = []
        self._serving: asyncio.Task[None] | None = None
        self._silence: Callable[[], None] | None = None

    @property
    def running(self) -> int:
        """How many runs are at work."""
        return len(self._at_work)

    @property
    def serves(self) -> bool:
        """Whether its worker is at work."""
        return self._serving is not None and not self._serving.done()

    @property
    def dispatches_to(self) -> str:
        """The queue for what this process dispatches."""
        return COMMON if self._common or self._draining.is_set() else self._queue

    def expect(self, run_id: RunId) -> None:
        """A run is dispatched here, and may be at work here."""
        if not self._common:
            self._own.add(run_id)
        self._at_work.wake(run_id)

    def cancel(self, run_id: RunId) -> None:
        """Reach a run that may be at work here."""
        self._at_work.cancel(run_id)

    async def begin(self) -> None:
        """Take up runs from now on."""
        for connector in self._connectors:
            await connector.open_async(self._pool.pool)
        self._silence = self._parts.signals.on_signal(self._on_signal)
        self._serving = asyncio.create_task(self._worker.serve())
        timing = self._parts.timing
        self._go_round(repeat(self._listen, timing.listen, rushed=self._word))
        self._go_round(repeat(self._audit.look, timing.heartbeat))
        self._go_round(repeat(self._reconciliation().look, timing.reconcile, rushed=self._ring, gently=True))
        if self._common:
            self._go_round(repeat(self._sweep().look, timing.sweep))
        if self._gate is not None:
            self._go_round(repeat(self._gate.renew, RENEWED_EVERY))
            self._go_round(repeat(self._gate.sweep, timing.sweep))

    async def drain(self, timeout: float) -> None:
        """See `FleetEngine.drain`."""
        self._draining.set()
        self._reminder.stop()
        self._worker.stop()
        self._at_work.leave(Wish.DRAIN)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._at_work.nothing()
        self._at_work.leave(Wish.STOP)
        for connector in self._connectors:
            connector.hurry(_GOODBYE)
        if self._serving is not None:
            await asyncio.wait({self._serving})
        await self._leave_nothing_behind()

    async def close(self) -> None:
        """Stop everything; after `drain`."""
        if self._silence is not None:
            self._silence()
        await end(self._rounds)

    async def _leave_nothing_behind(self) -> None:
        jobs = self._parts.jobs
        try:
            await self._held.drain()
            await jobs.move(await jobs.waiting_in(self._queue))
        except JournalUnavailable as exc:
            logger.warning("What is left in this process's queue is found by others later: {}", exc.message)

    async def _listen(self) -> None:
        """Look once whether anything was stored for the runs at work, and for those that are held."""
        run_ids = {*self._at_work.runs, *self._held.runs}
        if run_ids:
            found = await self._parts.signals.stirred(tuple(run_ids))
            self._at_work.hear(found)
            await self._held.hear(found)

    def _on_signal(self, run_id: RunId) -> None:
        if run_id in self._at_work.runs or run_id in self._held.runs:
            self._word.set()

    def _reconciliation(self) -> Reconciliation:
        parts = self._parts
        return Reconciliation(
            journal=parts.journal,
            jobs=parts.jobs,
            clock=parts.clock,
            reminder=self._reminder,
            adds_to=self.dispatches_to,
            own_queue=self._queue,
            takes_up=self._takes_up,
            has_ended=lambda job: job.id in self._at_work.ended,
            in_line=_nobody if self._gate is None else self._gate.in_line,
        )

    def _sweep(self) -> Sweep:
        timing = self._parts.timing
        return Sweep(
            self._parts.jobs,
            stalled_after=timing.stalled_after,
            settles=_HEARTBEATS_IN_PEACE * timing.heartbeat,
            own=self._audit.own,
        )

    def _takes_up(self, run_id: RunId) -> bool:
        if self._draining.is_set() or run_id in self._attempts.given_up:
            return False
        return self._common or run_id in self._own

    def _go_round(self, what: Coroutine[None, None, None]) -> None:
        self._rounds.append(asyncio.create_task(what))


def _gate(parts: CrewParts, jobs: Jobs, draining: asyncio.Event) -> Gate | None:
    if parts.permits is None or parts.limits is None:
        return None
    return Gate(permits=parts.permits, limits=parts.limits, journal=parts.journal, jobs=jobs, draining=draining)


async def _nobody() -> frozenset[RunId]:
    return frozenset()
