"""How many runs wait for any process of a fleet: known to each of them without asking for every run."""

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.events import RunStatus

FRESH_SECONDS: Final = 1.0
"""How old the number may be before it is asked for again."""


class Counts(Protocol):
    """What is asked of the journal."""

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """See `Journal.unfinished_by_status`."""
        ...


class QueueLength:
    """The number of queued runs in the database, as it was about a second ago; who asks never waits.

    While the database cannot be asked the last number stands: then nothing can be accepted anyway.
    """

    def __init__(self, journal: Counts) -> None:
        self._journal = journal
        self._known = 0
        self._asked = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    def __call__(self) -> int:
        """The number; asks for a newer one in the background where it is old."""
        now = asyncio.get_running_loop().time()
        idle = self._asking is None or self._asking.done()
        if idle and now - self._asked >= FRESH_SECONDS:
            self._asked = now
            self._asking = asyncio.create_task(self._ask(), name="queue length")
        return self._known

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self) -> None:
        try:
            self._known = (await self._journal.unfinished_by_status())[RunStatus.QUEUED]
        except JournalUnavailable:
            return
