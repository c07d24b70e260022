"""The runs that wait for a free place: a higher priority first, and among equals the first come."""

import heapq
from itertools import count

from callsheet.runs.events import RunId


class Line:
    """A queue by priority."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, RunId]] = []
        self._arrivals = count()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._heap)

    def append(self, run_id: RunId, priority: int) -> None:
        """Let a run wait."""
        heapq.heappush(self._heap, (-priority, next(self._arrivals), run_id))

    def pop(self) -> RunId:
        """The next one, which waits no more.

        Raises:
            IndexError: nobody waits.
        """
        return heapq.heappop(self._heap)[-1]

    def clear(self) -> None:
        """Forget everybody."""
        self._heap.clear()
