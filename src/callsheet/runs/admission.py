"""Whether there is room for one more run: of one owner, and in this process."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from callsheet.errors.runs import QueueFull, TooManyRuns


class Unfinished(Protocol):
    """What is asked of the journal."""

    async def unfinished(self, owner: str, limit: int) -> int:
        """See `Journal.unfinished`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many there may be.

    Attributes:
        per_owner: unfinished runs of one owner, those that wait for somebody among them; None for any number.
        queued: runs that wait in this process for a free place.
    """

    per_owner: int | None = None
    queued: int = 10_000


class Admission:
    """Lets runs in, while there is room. What is refused leaves no trace; what was let in is not taken back.

    In one process no owner gets more than they may, however many requests come at once. Processes of a fleet do not
    know what the others are just letting in: each may let in what comes at the same moment.

    Args:
        journal: counts the runs of an owner.
        queued: how many runs wait in this process.
        room: see there.
    """

    def __init__(self, journal: Unfinished, queued: Callable[[], int] | None = None, room: Room | None = None) -> None:
        self._journal = journal
        self._queued = queued or _nobody_waits
        self._room = room or Room()
        self._coming: Counter[str] = Counter()

    @asynccontextmanager
    async def admitted(self, owner: str) -> AsyncGenerator[None]:
        """Room for a run of `owner`, which is created in the block.

        Raises:
            TooManyRuns: the owner has as many as they may.
            QueueFull: too many wait in this process.
            JournalUnavailable: nobody knows.
        """
        self._check_queue()
        self._coming[owner] += 1
        try:
            await self._check_owner(owner, self._coming[owner])
            yield
        finally:
            self._coming[owner] -= 1
            if not self._coming[owner]:
                del self._coming[owner]

    def _check_queue(self) -> None:
        waiting = self._queued() + self._coming.total()
        if waiting >= self._room.queued:
            raise QueueFull(f"{waiting} runs wait for a free place here, so no other is taken in. Try again later.")

    async def _check_owner(self, owner: str, place: int) -> None:
        limit = self._room.per_owner
        if limit is None:
            return
        # Those that came before and are being created count as if they were there: at worst twice, never not at all.
        found = await self._journal.unfinished(owner, limit) + place
        if found > limit:
            raise TooManyRuns(
                f"{owner} has {limit} unfinished runs, the most that one caller may have. "
                "Wait until some have ended, or cancel some."
            )


def _nobody_waits() -> int:
    return 0
