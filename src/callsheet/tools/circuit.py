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


class CircuitBreaker:
    """Told of every call's end by whoever asked `admits`.

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
        self._probing = False

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

    def admits(self) -> bool:
        """Whether a call may be made now; of a half-open circuit only the first that asks."""
        if not self._openings:
            return True
        if self._probing or self.retry_in > 0:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The server answered, be it with an error of its tool."""
        self._failures = self._openings = 0
        self._probing = False

    def failed(self) -> None:
        """The server could not be reached, or did not answer."""
        self._failures += 1
        if self._probing or (not self._openings and self._failures >= FAILURES):
            self._open()

    def abandoned(self) -> None:
        """The call ended for a reason that says nothing about the server."""
        self._probing = False

    def _open(self) -> None:
        self._probing = False
        self._openings += 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._openings - 1, 16))
        self._opens_until = self._clock() + longest * (0.5 + self._jitter() / 2)
