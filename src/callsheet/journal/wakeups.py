"""Who waits for which run: a follower leaves a future here and the journal resolves it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId


class Wakeups:
    """Futures by run. Lives on one event loop; nothing in here blocks."""

    def __init__(self) -> None:
        self._waiting: dict[RunId, set[asyncio.Future[int]]] = {}
        self._closed: str | None = None

    def __len__(self) -> int:
        """How many are waiting."""
        return sum(map(len, self._waiting.values()))

    def runs(self) -> list[RunId]:
        """The runs that somebody waits for."""
        return list(self._waiting)

    @contextmanager
    def registered(self, run_id: RunId) -> Generator[asyncio.Future[int]]:
        """A future for the run's next `last_seq`.

        Register first and look at the journal after that: an append between the two resolves the future, so that no
        wake-up is lost. Leaving the context, by cancellation too, takes the future away.

        Raises:
            JournalUnavailable: `close` was called; the future raises it too when that happens later, and `RunNotFound`
                when the run is removed.
        """
        if self._closed is not None:
            raise JournalUnavailable(self._closed)
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run_id, set()).add(future)
        try:
            yield future
        finally:
            self._forget(run_id, future)

    def notify(self, run_id: RunId, last_seq: int) -> None:
        """Wake everyone who waits for this run."""
        for future in self._waiting.get(run_id, ()):
            if not future.done():
                future.set_result(last_seq)

    def remove(self, run_id: RunId) -> None:
        """End the waiting of everyone who waits for this run: it is not there any more."""
        for future in self._waiting.get(run_id, ()):
            if not future.done():
                future.set_exception(RunNotFound(f"There is no run {run_id}."))

    def close(self, message: str) -> None:
        """Wake everyone, and whoever comes later, with `JournalUnavailable(message)`."""
        self._closed = message
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    future.set_exception(JournalUnavailable(message))

    def _forget(self, run_id: RunId, future: asyncio.Future[int]) -> None:
        if future.done() and not future.cancelled():
            # Its owner may leave without looking; asyncio reports exceptions that nobody looked at.
            future.exception()
        futures = self._waiting.get(run_id)
        if futures is not None:
            futures.discard(future)
            if not futures:
                del self._waiting[run_id]
