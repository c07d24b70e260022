"""The circuit breaker of one server: while it is known not to work, calls fail at once instead of each on its own.

Closed, calls go through. After `FAILURES` failures in a row it opens: calls fail at once. When its pause is over it is
half open: one call goes through and finds out; the pause grows when it fails (M. Nygard, "Release It!", 2018).
"""

from collections.abc import Callable
from typing import Final

from callsheet.runs.tools import Circuit

FAILURES: Final = 5
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0

PROBE_SECONDS: Final = 30.0
"""How long the call that finds out keeps the others waiting: some tools work for an hour, and that is no failure."""


class Permit:
    """Of one call; given back with its end. Only that of the call that finds out may open the circuit again."""


class CircuitBreaker:
    """Gives permits, and is told of the end of every call that has one.

    Args:
        clock: seconds.
        jitter: numbers from 0 to 1, so that many processes do not probe at the same moment.
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures = 0
        self._openings = 0
        self._opens_until = 0.0
        self._probe: Permit | None = None
        self._probed_until = 0.0

    @property
    def state(self) -> Circuit:
        """Where it stands now."""
        if not self._openings:
            return "closed"
        return "open" if self.retry_in > 0 else "half_open"

    @property
    def retry_in(self) -> float:
        """Seconds until an open circuit lets one call through; 0 when it does so now, or is not open."""
        return max(0.0, self._opens_until - self._clock()) if self._openings else 0.0

    def admit(self) -> Permit | None:
        """A permit for a call; of a half-open circuit only for the first that asks."""
        if not self._openings:
            return Permit()
        if self.retry_in > 0 or (self._probe is not None and self._clock() < self._probed_until):
            return None
        self._probe = Permit()
        self._probed_until = self._clock() + PROBE_SECONDS
        return self._probe

    def succeeded(self) -> None:
        """The server answered, be it with an error of its tool, and whenever it was asked."""
        self._failures = self._openings = 0
        self._probe = None

    def failed(self, permit: Permit) -> None:
        """The server could not be reached, or did not answer. A call from before the circuit opened tells nothing."""
        if not self._openings:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open()
        elif permit is self._probe:
            self._open()

    def abandoned(self, permit: Permit) -> None:
        """The call ended for a reason that says nothing about the server."""
        if permit is self._probe:
            self._probe = None

    def _open(self) -> None:
        self._probe = None
        self._openings += 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._openings - 1, 16))
        self._opens_until = self._clock() + longest * (0.5 + self._jitter() / 2)
