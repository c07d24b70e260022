"""The moment at which the service begins to stop, and everything that has to know of it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import anyio


class Draining:
    """Begins once and never ends. Lives on one event loop.

    Attributes:
        event: set when draining has begun.
    """

    def __init__(self) -> None:
        self.event = anyio.Event()
        self._waits: set[anyio.CancelScope] = set()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def started(self) -> bool:
        """Whether the service is stopping."""
        return self.event.is_set()

    def start(self) -> None:
        """Begin: callbacks run now, in the order in which they came; waits inside `interruptible` end."""
        if self.started:
            return
        self.event.set()
        for callback in self._callbacks:
            callback()
        for wait in list(self._waits):
            wait.cancel()

    def call(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when draining begins; at once when it has begun."""
        if self.started:
            callback()
        else:
            self._callbacks.append(callback)

    @contextmanager
    def interruptible(self) -> Generator[None]:
        """What is awaited in here is cancelled when draining begins, or at once; the block then just ends."""
        with anyio.CancelScope() as wait:
            if self.started:
                wait.cancel()
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)
