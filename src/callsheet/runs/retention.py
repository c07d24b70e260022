"""Removing runs that ended long ago: how long is a matter of how they ended, and without a limit they stay for ever."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from callsheet.errors.runs import RunDamaged, RunIsChild, RunNotFinished, RunNotFound
from callsheet.runs.events import RunStatus, RunSummary
from callsheet.runs.fairness import give_way
from callsheet.runs.ports import Clock, Journal, RunFilter
from callsheet.runs.removal import is_there, remove

_BATCH: Final = 50
PAUSE: Final = 0.05
"""Seconds between two batches: whoever else uses the journal has his turn."""


class Sweeper:
    """Removes what is too old. Several processes may do it at the same time, over one journal.

    Args:
        journal: where the runs are.
        clock: says how old they are.
        keep: how long a run is kept after its end, by how it ended; a status that is not in here is kept for ever.
    """

    def __init__(self, *, journal: Journal, clock: Clock, keep: Mapping[RunStatus, timedelta]) -> None:
        self._journal = journal
        self._clock = clock
        self._keep = {status: age for status, age in keep.items() if status.is_terminal}

    async def sweep(self) -> int:
        """Remove what is too old now; how many runs that were. Can be cancelled anywhere.

        Raises:
            JournalUnavailable: some may be removed already; call it again later.
        """
        removed = 0
        for status, age in self._keep.items():
            where = RunFilter(status=frozenset({status}), finished_before=self._clock.now() - age)
            cursor: str | None = None
            while True:
                page = await self._journal.runs(where, _BATCH, cursor)
                for run in page.runs:
                    removed += await self._remove(run)
                    await give_way()
                cursor = page.next_cursor
                if cursor is None:
                    break
                await self._clock.sleep(PAUSE)
        return removed

    async def _remove(self, run: RunSummary) -> int:
        if run.parent_run_id is not None and await self._belongs(run):
            return 0  # it goes with its parent
        try:
            return await remove(self._journal, run.run_id)
        except (RunNotFound, RunNotFinished, RunIsChild, RunDamaged):
            return 0  # removed by another process, or a child of it is still at work: later

    async def _belongs(self, run: RunSummary) -> bool:
        return run.parent_run_id is not None and await is_there(self._journal, run.parent_run_id)
