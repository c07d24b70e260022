"""How many runs of a scenario may be at work at the same time: the `max_concurrency` of its document."""

from datetime import datetime, timedelta
from typing import Final

from callsheet.errors.kinds import CallsheetError
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.ports import Catalog, Clock

_AGE: Final = timedelta(seconds=1)
"""How old the answer may be: 10,000 runs that are due at a start are of a few scenarios."""

_MOST: Final = 10_000


class ScenarioLimits:
    """The limits that the catalog gives now, whatever revision a run has: they are about the work of today.

    Args:
        catalog: has the documents.
        clock: says how old an answer is.
    """

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._known: dict[str, tuple[datetime, int | None]] = {}

    async def of(self, scenario_id: str) -> int | None:
        """The limit of a scenario; None when it has none, or is not in the catalog.

        While the document has errors, or the catalog cannot be read, the last limit holds on.
        """
        now = self._clock.now()
        known = self._known.get(scenario_id)
        if known is not None and timedelta(0) <= now - known[0] < _AGE:
            return known[1]
        limit = await self._look(scenario_id, None if known is None else known[1])
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[scenario_id] = (now, limit)
        return limit

    async def _look(self, scenario_id: str, last: int | None) -> int | None:
        try:
            entry = await self._catalog.get(scenario_id)
        except ScenarioNotFound:
            return None
        except (CallsheetError, OSError):
            return last
        return last if entry.scenario is None else entry.scenario.max_concurrency
