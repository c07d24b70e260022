"""How often a server may be called: a token bucket, whose turns are given in the order in which they were asked for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


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
        self._queue = asyncio.Lock()
        self._ended = asyncio.Event()

    @property
    def is_busy(self) -> bool:
        """Whether a caller who comes now has to wait."""
        return self._queue.locked() or self._wait() > 0

    async def turn(self) -> None:
        """Return when a call may be made; a caller that is cancelled before takes no turn."""
        async with self._queue:
            if (wait := self._wait()) > 0 and not self._ended.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._ended.wait()
                self._wait()
            self._tokens -= 1

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
