"""Following several runs at once: every event of each, a page of one after a page of the other."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.runs.codec import RUN_FINISHED
from callsheet.runs.events import Record, RunId
from callsheet.runs.ports import Journal

_PAGE: Final = 64
"""How many records of one run are taken before the next run has its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The next records of a run, in order, without a gap to those before."""

    run_id: RunId
    records: Sequence[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed:
    """Nothing more will come of a run, though its end did not come: it was removed, or cannot be read."""

    run_id: RunId
    error: CallsheetError


class Follows:
    """The runs that one reader follows, while its block is entered. It holds a cursor for each, and no records.

    A run whose end was taken is not followed any more.

    Args:
        journal: has the runs.
        cursors: the seq after which each run is followed.
        woken: set when there may be a page to take.
    """

    def __init__(self, journal: Journal, cursors: Mapping[RunId, int], woken: asyncio.Event) -> None:
        self._journal = journal
        self._cursors = dict(cursors)
        self._woken = woken
        self._ready = deque(cursors)
        self._waits: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        waits = tuple(self._waits)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def take(self) -> Page | Unfollowed | None:
        """The next page of the run whose turn it is; None when no run has more now.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        while self._ready:
            run_id = self._ready.popleft()
            try:
                records = await self._journal.read(run_id, self._cursors[run_id], _PAGE)
            except (RunNotFound, RunDamaged) as exc:
                del self._cursors[run_id]
                return Unfollowed(run_id=run_id, error=exc)
            if records:
                self._go_on(run_id, records)
                return Page(run_id=run_id, records=records)
            self._wait(run_id)
        return None

    def _go_on(self, run_id: RunId, records: Sequence[Record]) -> None:
        self._cursors[run_id] = records[-1].seq
        if records[-1].type == RUN_FINISHED:
            del self._cursors[run_id]
        elif len(records) == _PAGE:
            self._ready.append(run_id)
        else:
            self._wait(run_id)

    def _wait(self, run_id: RunId) -> None:
        wait = asyncio.create_task(self._journal.wait(run_id, self._cursors[run_id]))
        self._waits.add(wait)
        wait.add_done_callback(lambda done: self._waited(done, run_id))

    def _waited(self, wait: asyncio.Task[None], run_id: RunId) -> None:
        self._waits.discard(wait)
        if not wait.cancelled():
            # Whatever is wrong with the run or the journal, the read that comes now says it.
            wait.exception()
            self._ready.append(run_id)
            self._woken.set()
