"""Work that callers may ask for at any time and that takes a processor: some at once, some waiting, no more."""

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
import anyio.to_thread

from callsheet.errors.kinds import Unavailable

PLACES: Final = 2
QUEUE: Final = 20

_Result = TypeVar("_Result")


class Workbench:
    """Runs checks and previews in threads, so that runs and other requests go on meanwhile.

    Args:
        places: how many are at work at once.
        queue: how many may wait for a place.
    """

    def __init__(self, places: int = PLACES, queue: int = QUEUE) -> None:
        self._limiter = anyio.CapacityLimiter(places)
        self._queue = queue

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """The result of `work`; its place is taken until it has ended, whatever becomes of the caller.

        Raises:
            Unavailable: too many are waiting.
        """
        statistics = self._limiter.statistics()
        if statistics.borrowed_tokens >= statistics.total_tokens and statistics.tasks_waiting >= self._queue:
            raise Unavailable("Too many checks and previews are waiting already. Try again in a moment.")
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)
