"""Makes reports over the runs of a journal: bounded, beside everything else that happens, and kept for a moment."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from callsheet.errors.kinds import NotFound
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.runs.events import Revision, RunSummary
from callsheet.runs.fairness import give_way
from callsheet.runs.places import steps_by_place
from callsheet.runs.ports import Clock, Journal, RunFilter
from callsheet.runs.scenarios import parse_pinned
from callsheet.runs.statistics.report import Report, ToolName
from callsheet.runs.statistics.tally import RunTally, Tally
from callsheet.scenario.steps.tool import ToolStep

MOST_RUNS: Final = 2_000
"""Of a window that a report reads: the newest."""

MOST_EVENTS: Final = 200_000
"""Of all these runs together; one that has more alone is read so far."""

KEPT_FOR: Final = timedelta(seconds=10)
"""How long a report is given again instead of being made anew, and how exactly a window begins."""

USUAL: Final = timedelta(days=7)
"""The window when nobody says one."""

_KEPT: Final = 32
"""How many reports are kept."""

_KNOWN: Final = 256
"""Of how many revisions it is kept which tools they call."""

_ROWS: Final = 200
"""How many rows of the list are read at once."""

_PAGE: Final = 500
"""How many records of a run are read at once."""

_SLICE: Final = 200
"""How many records are counted before everybody else has a turn: some 2 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    made_at: datetime
    report: Report


class RunStatistics:
    """Makes reports, one at a time.

    Args:
        journal: holds the runs.
        clock: says what time it is.
        most_runs: see `MOST_RUNS`.
        most_events: see `MOST_EVENTS`.
    """

    def __init__(
        self, journal: Journal, clock: Clock, *, most_runs: int = MOST_RUNS, most_events: int = MOST_EVENTS
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._most_runs = most_runs
        self._most_events = most_events
        self._reports: OrderedDict[RunFilter, _Kept] = OrderedDict()
        self._tools: OrderedDict[Revision, Mapping[str, ToolName]] = OrderedDict()
        self._making = asyncio.Lock()

    async def report(self, where: RunFilter) -> Report:
        """The report over the runs that `where` lets through.

        Its window are `started_after` and `started_before`: without the first it begins a week before its end, without
        the second it ends now. The beginning is rounded down to ten seconds, and a report is up to as old as that.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        where = self._windowed(where)
        async with self._making:  # whoever comes for the same takes what was made meanwhile
            kept = self._reports.get(where)
            if kept is None or not timedelta() <= self._clock.now() - kept.made_at < KEPT_FOR:
                kept = self._reports[where] = await self._make(where)
                self._reports.move_to_end(where)
                if len(self._reports) > _KEPT:
                    self._reports.popitem(last=False)
            return kept.report

    def _windowed(self, where: RunFilter) -> RunFilter:
        begin = where.started_after
        if begin is None:
            end = where.started_before or self._clock.now()
            begin = max(end, datetime.min.replace(tzinfo=UTC) + USUAL) - USUAL
        rounded = begin.replace(second=begin.second // 10 * 10, microsecond=0)
        return replace(where, started_after=rounded)

    async def _make(self, where: RunFilter) -> _Kept:
        now = self._clock.now()
        tally, events, truncated = Tally(), 0, False
        async for row in self._rows(where):
            if tally.runs == self._most_runs or (events and events + row.last_seq > self._most_events):
                truncated = True
                break
            truncated |= row.last_seq > self._most_events
            events += row.last_seq
            await self._count(tally, row)
        since, until = where.started_after or now, where.started_before or now
        return _Kept(made_at=now, report=tally.report(since, until, truncated=truncated))

    async def _rows(self, where: RunFilter) -> AsyncGenerator[RunSummary]:
        cursor: str | None = None
        while True:
            page = await self._journal.runs(where, _ROWS, cursor)
            for row in page.runs:
                yield row
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _count(self, tally: Tally, row: RunSummary) -> None:
        run = RunTally(tally, row, await self._tools_of(row.revision))
        after = 0
        try:
            while records := await self._journal.read(row.run_id, after, min(_PAGE, self._most_events - after)):
                for start in range(0, len(records), _SLICE):
                    run.add(records[start : start + _SLICE])
                    await give_way()
                after = records[-1].seq
                if after >= min(row.last_seq, self._most_events):
                    return
        except (RunDamaged, RunNotFound):  # it counts by its row, and its steps as far as they can be read
            return

    async def _tools_of(self, revision: Revision) -> Mapping[str, ToolName]:
        """The tool of each step of a revision that calls one, by the step's place."""
        found = self._tools.get(revision)
        if found is None:
            found = self._tools[revision] = await self._read_tools(revision)
            if len(self._tools) > _KNOWN:
                self._tools.popitem(last=False)
        return found

    async def _read_tools(self, revision: Revision) -> Mapping[str, ToolName]:
        try:
            document = await self._journal.definition(revision)
            # In a thread: a document of two hundred steps takes a while to be read.
            return await asyncio.to_thread(_tools_in, revision, document)
        except (ScenarioInvalid, NotFound):  # of another version of Callsheet: what its steps called is not known
            return {}


def _tools_in(revision: Revision, document: bytes) -> Mapping[str, ToolName]:
    scenario = parse_pinned(revision, document)
    return {
        where: ToolName(server=step.server or scenario.defaults.server, tool=step.tool)
        for where, step in steps_by_place(scenario).items()
        if isinstance(step, ToolStep)
    }
