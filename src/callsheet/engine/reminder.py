"""One timer for the earliest of many moments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from callsheet.runs.ports import Clock

_LONGEST: Final = timedelta(seconds=30)
"""Wall clock and timers differ: the machine sleeps, or the clock is set. So somebody looks at the clock this often."""


class Reminder:
    """Rings at the earliest moment that it was asked for, or earlier: who is rung looks at the clock and asks anew.

    Args:
        clock: for the timer.
        ring: called on the event loop. Every moment that was asked for before is forgotten then.
    """

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._rings_at: datetime | None = None
        self._cancel: Callable[[], None] = _nothing
        self._stopped = False

    def at(self, moment: datetime) -> None:
        """Ring at `moment`, if not earlier; within this call when it is over."""
        if self._stopped or (self._rings_at is not None and self._rings_at <= moment):
            return
        self._cancel()
        now = self._clock.now()
        if moment <= now:
            self._rung()
            return
        self._rings_at = min(moment, now + _LONGEST)
        self._cancel = self._clock.call_later((self._rings_at - now).total_seconds(), self._rung)

    def stop(self) -> None:
        """Ring no more, whatever is asked for."""
        self._stopped = True
        self._cancel()

    def _rung(self) -> None:
        self._rings_at, self._cancel = None, _nothing
        self._ring()


def _nothing() -> None:
    """There is no timer to stop."""
