"""Finding out which runs changed though nobody said so: a process may end between a commit and its news."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.announcements import Announcements
from callsheet.journal.postgres.connections import AsyncConnection
from callsheet.runs.events import RunId

_MOST: Final = 10_000
"""Runs at work; with more of them nothing is compared: whoever watches so many is told of others all the time."""

_VIEW: Final = (
    "(SELECT number, run_id, status, TRUE FROM callsheet.runs WHERE status IN ('queued', 'running') LIMIT %(most)s)"
    " UNION ALL (SELECT number, run_id, status, FALSE FROM callsheet.runs"
    # Clocks differ: the one that wrote `finished_at` is another process's.
    " WHERE finished_at > now() - interval '20 seconds' ORDER BY finished_at DESC LIMIT 2000)"
    " UNION ALL (SELECT number, run_id, status, FALSE FROM callsheet.runs"
    " WHERE number > %(after)s AND status NOT IN ('queued', 'running') ORDER BY number DESC LIMIT 2000)"
    " UNION ALL (SELECT number, '', '', FALSE FROM callsheet.runs ORDER BY number DESC LIMIT 1)"
)
"""The runs at work, those that ended lately, those that are new; and the number of the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one look saw.

    Attributes:
        statuses: of the runs at work, of those that ended lately and of those that were new.
        at_work: those of them that are at work.
        newest: the number of the newest run of all.
    """

    statuses: Mapping[RunId, str]
    at_work: frozenset[RunId]
    newest: int


async def view(connection: AsyncConnection, after: int | None) -> View | None:
    """Look at the runs, those with a number greater than `after` are new; None when there are too many at work."""
    # Without an earlier look none is new: there is no such number.
    values = {"most": _MOST + 1, "after": 2**62 if after is None else after}
    rows = await (await connection.execute(_VIEW, values)).fetchall()
    statuses = {RunId(run_id): status for _, run_id, status, _ in rows if run_id}
    at_work = frozenset(RunId(run_id) for _, run_id, _, works in rows if works)
    if len(at_work) > _MOST:
        return None
    return View(statuses=statuses, at_work=at_work, newest=max((row[0] for row in rows), default=0))


class Lookout:
    """While somebody subscribes, looks every few seconds and announces what is not as it was; from `start` to `close`.

    A run that was removed by a process that could not say so is not found out.

    Args:
        announcements: of the journal.
        look: see `view`.
        interval: seconds between two looks.

    Attributes:
        compares: set while there is an earlier look to compare with.
    """

    def __init__(
        self, announcements: Announcements, look: Callable[[int | None], Awaitable[View | None]], interval: float
    ) -> None:
        self._announcements = announcements
        self._look = look
        self._interval = interval
        self._wanted = asyncio.Event()
        self._last: View | None = None
        self._heard: set[RunId] = set()
        self._task: asyncio.Task[None] | None = None
        self.compares = asyncio.Event()

    def start(self) -> None:
        """Look whenever it is wanted."""
        self._task = asyncio.create_task(self._work(), name="journal:lookout")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def subscribed(self) -> None:
        """Somebody wants to know from now on."""
        self._wanted.set()

    def heard(self, run_ids: Iterable[RunId]) -> None:
        """Remember that these were announced: what becomes of them before the next look must not get lost either."""
        if self._announcements and len(self._heard) <= _MOST:
            self._heard.update(run_ids)

    async def _work(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._announcements:
                with suppress(JournalUnavailable):
                    await self._compare()
                await asyncio.sleep(self._interval)
            self._keep(None)
            self._heard.clear()

    async def _compare(self) -> None:
        last, heard = self._last, self._heard
        self._heard = set()
        seen = await self._look(None if last is None else last.newest)
        self._keep(seen)
        if last is None or seen is None:
            return
        changed = [run_id for run_id, status in seen.statuses.items() if last.statuses.get(run_id) != status]
        gone = (last.at_work | heard) - seen.statuses.keys()
        for run_id in (*changed, *gone):
            self._announcements.announce(run_id)

    def _keep(self, seen: View | None) -> None:
        self._last = seen
        if seen is None:
            self.compares.clear()
        else:
            self.compares.set()
