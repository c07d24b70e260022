"""How often a server may be called: a token bucket, whose turns are given to one run after the other."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from callsheet.runs.events import RunId
from callsheet.tools.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `calls` calls in any `per` seconds, on average; as many may come at once."""

    calls: int
    per: float


class Limiter:
    """Gives turns.

    Args:
        limit: how many.
        clock: seconds; the event loop's by default.
    """

    def __init__(self, limit: RateLimit, clock: Callable[[], float] | None = None) -> None:
        self._limit = limit
        self._clock = clock
        self._tokens = float(limit.calls)
        self._at: float | None = None
        self._queue = Turns(1)
        self._ended = asyncio.Event()

    @property
    def is_busy(self) -> bool:
        """Whether a caller who comes now has to wait."""
        return self._queue.locked() or self._wait() > 0

    async def turn(self, run_id: RunId | None = None) -> None:
        """Return when a call of the run may be made; a caller that is cancelled before takes no turn."""
        await self._queue.acquire(run_id)
        try:
            if (wait := self._wait()) > 0 and not self._ended.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._ended.wait()
                self._wait()
            self._tokens -= 1
        finally:
            self._queue.release()

    def end(self) -> None:
        """Let everybody pass who waits: the server is not called any more."""
        self._ended.set()

    def _wait(self) -> float:
        """Seconds until there is a token."""
        now = asyncio.get_running_loop().time() if self._clock is None else self._clock()
        speed = self._limit.calls / self._limit.per
        if self._at is not None:
            self._tokens = min(float(self._limit.calls), self._tokens + (now - self._at) * speed)
        self._at = now
        return max(0.0, (1 - self._tokens) / speed)
