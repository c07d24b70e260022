"""Whose turn it is where only so many may work at once: runs take turns, whatever the number of calls that each has."""

import asyncio
from collections import OrderedDict, deque

from callsheet.runs.events import RunId


class Turns:
    """A semaphore that is fair to runs: of those that wait, each gets one turn after the other.

    The calls of one run have their turns in the order in which they were asked for; calls outside of runs count
    together as one run.

    Args:
        most: how many have a turn at the same time.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: OrderedDict[RunId | None, deque[asyncio.Future[None]]] = OrderedDict()

    def locked(self) -> bool:
        """Whether a caller who comes now has to wait."""
        return self._free <= 0

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return sum(map(len, self._waiting.values()))

    async def acquire(self, run_id: RunId | None) -> None:
        """Return when a call of the run has its turn; a caller that is cancelled before takes none."""
        if self._free > 0:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run_id, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave(run_id, turn)
            else:  # it was given in this very moment
                self.release()
            raise

    def release(self) -> None:
        """Give a turn back: it goes to the run that has waited the longest for its next one."""
        if not self.pass_on():
            self._free += 1

    def pass_on(self) -> bool:
        """Give one more turn to the run that has waited the longest for its next one; False when nobody waits."""
        while self._waiting:
            run_id, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[run_id] = turns
            if not turn.done():  # cancelled, and its caller was not told yet
                turn.set_result(None)
                return True
        return False

    def take_back(self) -> bool:
        """Have one turn less, when one is free; whether it was."""
        is_free = self._free > 0
        self._free -= is_free
        return is_free

    def _leave(self, run_id: RunId | None, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(run_id)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[run_id]
