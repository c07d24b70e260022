"""The ways to one server: its copies, or a connection for each run of a server that keeps what a run did."""

import asyncio
from collections.abc import Callable
from typing import Final

from callsheet.runs.events import RunId
from callsheet.tools.calls import ServerCalls
from callsheet.tools.connection import Connection

_EXPIRY_LOOKS: Final = 8
"""How often in `heldFor` it is looked whether a run's connection is unused."""


class Lane:
    """One connection with its calls."""

    def __init__(self, connection: Connection, calls: ServerCalls) -> None:
        self.connection = connection
        self.calls = calls
        self.used_at = 0.0

    @property
    def load(self) -> int:
        """Calls at work and waiting."""
        return self.calls.in_flight + self.calls.waiting

    async def close(self) -> None:
        """End the connection."""
        await self.calls.close()
        await self.connection.close()


class Lanes:
    """All lanes of one server. The first serves lists, and calls outside of runs.

    Args:
        make: makes a lane that is not connected yet.
        copies: how many serve calls of all runs; the least busy is taken.
        per_run: whether each run has a lane of its own instead.
        most: runs that may have one at a time; others wait.
        unused: seconds after which a run's lane is closed when nothing uses it.
    """

    def __init__(self, make: Callable[[], Lane], *, copies: int, per_run: bool, most: int, unused: float) -> None:
        self._make = make
        self._shared = [make() for _ in range(copies)]
        self._per_run = per_run
        self._room = asyncio.Semaphore(most)
        self._unused = unused
        self._runs: dict[RunId, Lane] = {}
        self._opening: dict[RunId, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None

    @property
    def first(self) -> Lane:
        """The lane for everything that belongs to no run."""
        return self._shared[0]

    @property
    def all(self) -> list[Lane]:
        """Every lane."""
        return [*self._shared, *self._runs.values()]

    async def lane(self, run_id: RunId | None) -> Lane:
        """The lane for a call of the run; waits while too many runs have one."""
        if not self._per_run or run_id is None:
            return min(self._shared, key=lambda lane: lane.load)
        lane = self._runs.get(run_id)
        if lane is None:
            lane = await self._open(run_id)
        lane.used_at = asyncio.get_running_loop().time()
        return lane

    def release(self, run_id: RunId) -> None:
        """The run has ended."""
        lane = self._runs.pop(run_id, None)
        if lane is not None:
            self._room.release()
            self._close(lane)
        for shared in self._shared:
            shared.calls.release(run_id)

    async def close(self) -> None:
        """End every connection."""
        if self._look is not None:
            self._look.cancel()
        for lane in self.all:
            self._close(lane)
        self._runs.clear()
        await asyncio.gather(*self._closing)

    async def _open(self, run_id: RunId) -> Lane:
        opening = self._opening.setdefault(run_id, asyncio.Lock())
        try:
            async with opening:
                if (lane := self._runs.get(run_id)) is None:
                    await self._room.acquire()
                    lane = self._runs[run_id] = self._make()
                    self._watch()
                return lane
        finally:
            self._opening.pop(run_id, None)

    def _watch(self) -> None:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(self._unused / _EXPIRY_LOOKS, self._close_unused)

    def _close_unused(self) -> None:
        self._look = None
        since = asyncio.get_running_loop().time() - self._unused
        for run_id in [run_id for run_id, lane in self._runs.items() if not lane.load and lane.used_at < since]:
            self.release(run_id)
        if self._runs:
            self._watch()

    def _close(self, lane: Lane) -> None:
        closing = asyncio.create_task(lane.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
