"""Parked runs whose tool call is still open in this process: the answer has to be taken here."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from callsheet.engine.fleet.jobs import Jobs, Order
from callsheet.runs.events import RunId
from callsheet.runs.signals import Stirred

_LONGER_THAN_ANY_HOLD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keep:
    order: Order
    messages: int


class Held:
    """Keeps a job for each of them: in the queue of this process, not to begin before the run goes on by itself.

    As a run has one waiting job at most, nobody else gets one for it meanwhile; and the job takes no place.

    Args:
        jobs: the queue.
        queue: the name of this process's own queue.
        holds: whether something is held open for a run.
    """

    def __init__(self, jobs: Jobs, queue: str, holds: Callable[[RunId], bool]) -> None:
        self._jobs = jobs
        self._queue = queue
        self._holds = holds
        self._runs: dict[RunId, _Keep] = {}

    @property
    def runs(self) -> Collection[RunId]:
        """The runs of which that is so."""
        return self._runs.keys()

    def holds(self, run_id: RunId) -> bool:
        """Whether something is held open for a run."""
        return self._holds(run_id)

    async def keep(self, order: Order, until: datetime | None, messages: int) -> None:
        """Keep a job for a run, whose execution has looked at so many messages.

        Raises:
            JournalUnavailable: the database is away.
        """
        self._runs[order.run_id] = _Keep(order=order, messages=messages)
        at = until or datetime.now(UTC) + _LONGER_THAN_ANY_HOLD
        if not await self._jobs.add(order, self._queue, at):  # somebody let it go on meanwhile, wherever
            await self._wake(order.run_id)

    def forget(self, run_id: RunId) -> None:
        """The run is executed again."""
        self._runs.pop(run_id, None)

    async def hear(self, found: Mapping[RunId, Stirred]) -> None:
        """Let those go on for which there is something new; let go of those for which nothing is held any more.

        Raises:
            JournalUnavailable: the database is away.
        """
        for run_id, keep in tuple(self._runs.items()):
            stirred = found.get(run_id, Stirred())
            if stirred.cancel_requested or stirred.messages_received > keep.messages:
                await self._wake(run_id)
            elif not self._holds(run_id):
                await self._withdraw(run_id)

    async def drain(self) -> None:
        """Let go of all.

        Raises:
            JournalUnavailable: the database is away.
        """
        for run_id in tuple(self._runs):
            await self._withdraw(run_id)

    async def _wake(self, run_id: RunId) -> None:
        if (job := await self._jobs.waiting_of(run_id)) is not None:
            await self._jobs.move([job], self._queue)
        self._runs.pop(run_id, None)

    async def _withdraw(self, run_id: RunId) -> None:
        if (job := await self._jobs.waiting_of(run_id)) is not None:
            await self._jobs.withdraw(job)
        self._runs.pop(run_id, None)
