"""A clock whose wall and whose timers are moved separately, as after a night of sleep or a clock that was set."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.support.events import NOON


class TwoFacedClock:
    """The `Clock` port for what needs no `sleep`. Both faces stand still until they are moved.

    Attributes:
        timers: seconds that are left and what is called then, by number; empty when nobody wants to be called.
        asked: set whenever somebody wants to be called.
    """

    def __init__(self) -> None:
        self.timers: dict[int, tuple[float, Callable[[], None]]] = {}
        self.asked = asyncio.Event()
        self._now = NOON
        self._count = 0

    def now(self) -> datetime:
        """What the wall shows."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Refuse."""
        raise NotImplementedError("Nobody sleeps under this clock.")

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the timers were moved so far."""
        self._count += 1
        number = self._count
        self.timers[number] = (seconds, callback)
        self.asked.set()
        return lambda: self.timers.pop(number, None) and None

    @property
    def left(self) -> list[float]:
        """The seconds that are left of each timer."""
        return [seconds for seconds, _ in self.timers.values()]

    async def until_left(self, seconds: list[float]) -> None:
        """Return when the timers have so many seconds left; 5 s at most."""
        async with asyncio.timeout(5):
            while self.left != seconds:
                self.asked.clear()
                await self.asked.wait()

    def set(self, seconds: float) -> None:
        """Let the wall show so many seconds after noon."""
        self._now = NOON + timedelta(seconds=seconds)

    def ring(self, seconds: float) -> None:
        """Move the timers, and call those that are over."""
        for number, (left, callback) in tuple(self.timers.items()):
            self.timers[number] = (left - seconds, callback)
        for number, (left, callback) in tuple(self.timers.items()):
            if left <= 0 and self.timers.pop(number, None):
                callback()

    def advance(self, seconds: float) -> None:
        """Move both, as time does."""
        self._now += timedelta(seconds=seconds)
        self.ring(seconds)
