"""Who wants to know which runs changed: the journal announces them, each subscriber takes them when it is ready."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.events import RunId

MAX_PENDING: Final = 10_000
"""Runs that are remembered for a subscriber; of more it is told that it may be any."""


class _Changed:
    """The `ChangedRuns` port: what one subscriber has not taken yet."""

    def __init__(self) -> None:
        self._runs: dict[RunId, None] = {}
        self._any = False
        self._closed: str | None = None
        self._woken = asyncio.Event()

    async def next(self) -> Sequence[RunId] | None:
        """See `ChangedRuns.next`."""
        await self._woken.wait()
        if self._closed is not None:
            raise JournalUnavailable(self._closed)
        self._woken.clear()
        runs, self._runs = self._runs, {}
        if self._any:
            self._any = False
            return None
        return tuple(runs)

    def add(self, run_id: RunId) -> None:
        if not self._any:
            self._runs[run_id] = None
            if len(self._runs) > MAX_PENDING:
                self.add_any()
        self._woken.set()

    def add_any(self) -> None:
        self._runs.clear()
        self._any = True
        self._woken.set()

    def close(self, message: str) -> None:
        self._closed = message
        self._woken.set()


class Announcements:
    """The subscribers of one journal. Lives on one event loop; nothing in here blocks."""

    def __init__(self) -> None:
        self._subscribers: set[_Changed] = set()
        self._closed: str | None = None

    def __bool__(self) -> bool:
        """Whether somebody listens."""
        return bool(self._subscribers)

    @contextmanager
    def subscribed(self) -> Generator[_Changed]:
        """What is announced from now on.

        Raises:
            JournalUnavailable: `close` was called; `next` raises it too when that happens later.
        """
        if self._closed is not None:
            raise JournalUnavailable(self._closed)
        changed = _Changed()
        self._subscribers.add(changed)
        try:
            yield changed
        finally:
            self._subscribers.discard(changed)

    def announce(self, run_id: RunId) -> None:
        """The run was created or removed, or its status may be another one."""
        for changed in self._subscribers:
            changed.add(run_id)

    def announce_any(self) -> None:
        """Any run may have changed: announcements were lost."""
        for changed in self._subscribers:
            changed.add_any()

    def close(self, message: str) -> None:
        """Tell everyone, and whoever comes later, `JournalUnavailable(message)`."""
        self._closed = message
        for changed in self._subscribers:
            changed.close(message)
