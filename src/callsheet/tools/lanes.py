"""The ways to one server: its copies, or a connection for each run of a server that keeps what a run did."""

import asyncio
from collections.abc import Callable
from typing import Final

from callsheet.runs.events import RunId
from callsheet.runs.tools import ToolCall, ToolOutcome, ToolResult
from callsheet.tools.calls.server_calls import ServerCalls
from callsheet.tools.session.connection import Connection

_EXPIRY_LOOKS: Final = 8
"""How often in `heldFor` it is looked whether a connection is unused."""

_MOST_PARKED: Final = 10_000
"""Interrupted calls whose lane is remembered; the oldest is forgotten first."""


class Lane:
    """One connection with its calls."""

    def __init__(self, connection: Connection, calls: ServerCalls) -> None:
        self.connection = connection
        self.calls = calls
        self.users = 0
        self.used_at = 0.0

    @property
    def load(self) -> tuple[bool, int]:
        """How little a call is served by it: whether it cannot be reached now, and the calls at work and waiting."""
        return self.connection.retry_in > 0, self.calls.in_flight + self.calls.waiting

    async def close(self) -> None:
        """End the connection."""
        await self.calls.close()
        await self.connection.close()
        self.calls.end()


class Lanes:
    """All lanes of one server. The first serves lists, and unless `per_run` also calls outside of runs.

    A call that goes on after a question, or as a task, goes on in the lane where it began, as long as that is there:
    what the call left behind is in the memory of one process.

    Args:
        make: makes a lane that is not connected yet.
        copies: how many serve calls of all runs; the least busy is taken.
        per_run: whether each run has a lane of its own instead, and each call outside of runs.
        most: how many of the latter there are at a time; other calls wait.
        unused: seconds after which one of them is closed when nothing uses it.
    """

    def __init__(self, make: Callable[[], Lane], *, copies: int, per_run: bool, most: int, unused: float) -> None:
        self._make = make
        self._shared = [make() for _ in range(copies)]
        self._per_run = per_run
        self._room = asyncio.Semaphore(most)
        self._unused = unused
        self._runs: dict[RunId, Lane] = {}
        self._strays: set[Lane] = set()
        self._opening: dict[RunId, asyncio.Lock] = {}
        self._parked: dict[str, tuple[RunId | None, Lane]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._closed = False
        self.waiting = 0

    @property
    def first(self) -> Lane:
        """The lane for everything that belongs to no call."""
        return self._shared[0]

    @property
    def shared(self) -> list[Lane]:
        """The lanes that belong to no run."""
        return self._shared

    @property
    def all(self) -> list[Lane]:
        """Every lane."""
        return [*self._shared, *self._runs.values(), *self._strays]

    def take_ready(self, call: ToolCall) -> Lane | None:
        """The lane for a call, until `leave`; None when it has to be opened first."""
        lane = self._ready(call)
        if lane is not None:
            lane.users += 1
        return lane

    async def take(self, call: ToolCall) -> Lane:
        """The lane for a call, until `leave`; waits while too many runs have one."""
        lane = self._ready(call) or await self._opened(call)
        lane.users += 1
        return lane

    def leave(self, lane: Lane, call: ToolCall, outcome: ToolOutcome | None) -> None:
        """The call has ended; `outcome` is None when it failed."""
        lane.users -= 1
        lane.used_at = asyncio.get_running_loop().time()
        if outcome is not None and not isinstance(outcome, ToolResult):
            self._parked[outcome.continuation] = (call.run_id, lane)
            if len(self._parked) > _MOST_PARKED:
                del self._parked[next(iter(self._parked))]
        elif lane in self._strays:
            self._strays.discard(lane)
            self._end(lane)

    def holds(self, run_id: RunId) -> bool:
        """Whether the run has a lane of its own, or a call with a question."""
        return run_id in self._runs or any(lane.calls.holds(run_id) for lane in self._shared)

    def release(self, run_id: RunId) -> None:
        """The run has ended."""
        self._opening.pop(run_id, None)
        lane = self._runs.pop(run_id, None)
        if lane is not None:
            lane.calls.release(run_id)
            self._end(lane)
        for shared in self._shared:
            shared.calls.release(run_id)
        for key in [key for key, (owner, _) in self._parked.items() if owner == run_id]:
            del self._parked[key]

    async def close(self) -> None:
        """End every connection."""
        self._closed = True
        if self._look is not None:
            self._look.cancel()
        for _ in range(self.waiting):  # each finds that its connection is closed
            self._room.release()
        lanes = self.all
        self._runs.clear()
        self._strays.clear()
        for lane in lanes:
            self._end(lane)
        await asyncio.gather(*self._closing)

    def _ready(self, call: ToolCall) -> Lane | None:
        if call.continuation is not None and (parked := self._parked.get(call.continuation)) is not None:
            return parked[1]
        if not self._per_run:
            return self._shared[0] if len(self._shared) == 1 else min(self._shared, key=lambda lane: lane.load)
        return None if call.run_id is None else self._runs.get(call.run_id)

    async def _opened(self, call: ToolCall) -> Lane:
        if call.run_id is not None:
            return await self._of_run(call.run_id)
        lane = await self._open()
        self._strays.add(lane)
        return lane

    async def _of_run(self, run_id: RunId) -> Lane:
        async with self._opening.setdefault(run_id, asyncio.Lock()):
            if (lane := self._runs.get(run_id)) is None:
                lane = self._runs[run_id] = await self._open()
        return lane

    async def _open(self) -> Lane:
        self.waiting += 1
        try:
            await self._room.acquire()
        finally:
            self.waiting -= 1
        lane = self._make()
        lane.used_at = asyncio.get_running_loop().time()
        if self._closed:
            await lane.close()
        else:
            self._watch()
        return lane

    def _watch(self) -> None:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(self._unused / _EXPIRY_LOOKS, self._close_unused)

    def _close_unused(self) -> None:
        self._look = None
        since = asyncio.get_running_loop().time() - self._unused
        for run_id in [run_id for run_id, lane in self._runs.items() if _is_unused(lane, since)]:
            self.release(run_id)
        for lane in [lane for lane in self._strays if _is_unused(lane, since)]:
            self._strays.discard(lane)
            self._end(lane)
        if self._runs or self._strays:
            self._watch()

    def _end(self, lane: Lane) -> None:
        if lane not in self._shared:
            self._room.release()
        for key in [key for key, (_, parked) in self._parked.items() if parked is lane]:
            del self._parked[key]
        closing = asyncio.create_task(lane.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _is_unused(lane: Lane, since: float) -> bool:
    return not lane.users and lane.used_at < since
