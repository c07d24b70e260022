"""How long an event loop serves nobody else, in processor time: a busy machine does not count, our own work does."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager

_EVERY = 0.001


class Attention:
    """Looks at the processor time of the loop's thread again and again.

    Attributes:
        longest: seconds of processor time between two looks.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def watching(self) -> Generator[None]:
        """Watch the running loop while the block runs."""
        self._last = time.thread_time()
        self._look()
        try:
            yield
        finally:
            self._note()
            if self._timer is not None:
                self._timer.cancel()

    def _look(self) -> None:
        self._note()
        self._timer = asyncio.get_running_loop().call_later(_EVERY, self._look)

    def _note(self) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self._last = now
