"""What is said once in a while, however often it happens: many refusals shall not become as many log lines."""

import time
from collections.abc import Callable


class Seldom:
    """Tells of errors of one class which may be kept quiet: all that come within `seconds` after one that was said.

    Args:
        kind: the class; of others none is kept quiet.
        seconds: see above.
        now: a clock that does not jump.
    """

    def __init__(self, kind: type[Exception], *, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._kind = kind
        self._seconds = seconds
        self._now = now
        self._until = float("-inf")

    def keeps_quiet(self, error: Exception) -> bool:
        """Whether `error` need not be said."""
        if not isinstance(error, self._kind):
            return False
        now = self._now()
        if now < self._until:
            return True
        self._until = now + self._seconds
        return False
