"""Percentiles, and when a report is made anew."""

import asyncio
from datetime import timedelta

import pytest

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import Revision
from callsheet.runs.journal import RunPage
from callsheet.runs.ports import RunFilter
from callsheet.runs.statistics.report import percentile
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.testing import ManualClock
from tests.support.events import NOON, after_noon, new_run, run_finished


class Counted(MemoryJournal):
    """A journal that knows how often it was asked for a list of runs."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = 0

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        self.lists += 1
        return await super().runs(where, limit, cursor)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        (list(range(1, 21)), 95, 19),
        (list(range(1, 22)), 95, 20),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 102)), 95, 96),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[int], percent: int, expected: int | None) -> None:
    assert percentile(values, percent) == expected


async def test_who_asks_again_within_ten_seconds_is_given_the_same() -> None:
    journal, clock = Counted(), ManualClock(NOON)
    statistics = RunStatistics(journal, clock)
    first = await statistics.report(RunFilter())
    await journal.create(new_run(started_at=NOON - timedelta(days=1)))
    clock.advance(9.5)
    assert await statistics.report(RunFilter()) is first
    clock.advance(0.5)
    later = await statistics.report(RunFilter())
    assert (first.runs, later.runs, journal.lists) == (0, 1, 2)


async def test_many_who_ask_at_once_cost_one_report() -> None:
    journal = Counted()
    statistics = RunStatistics(journal, ManualClock(NOON))
    async with asyncio.timeout(5):
        reports = await asyncio.gather(*(statistics.report(RunFilter()) for _ in range(50)))
    assert (journal.lists, len({id(report) for report in reports})) == (1, 1)


async def test_another_window_or_another_caller_is_another_report() -> None:
    journal = Counted()
    statistics = RunStatistics(journal, ManualClock(NOON))
    asked = [
        RunFilter(),
        RunFilter(scenario_id="news"),
        RunFilter(owner="key:ann"),
        RunFilter(started_before=after_noon(60)),
        RunFilter(started_after=after_noon(-60)),
    ]
    for where in asked:
        await statistics.report(where)
    assert journal.lists == len(asked)


async def test_the_window_is_a_week_and_begins_at_a_whole_ten_seconds() -> None:
    statistics = RunStatistics(MemoryJournal(), ManualClock(after_noon(17.25)))
    usual = await statistics.report(RunFilter())
    assert (usual.since, usual.until) == (after_noon(10) - timedelta(days=7), after_noon(17.25))
    ended = await statistics.report(RunFilter(started_before=after_noon(-3600)))
    assert (ended.since, ended.until) == (after_noon(-3600) - timedelta(days=7), after_noon(-3600))
    given = await statistics.report(RunFilter(started_after=after_noon(-1)))
    assert given.since == after_noon(-10)


async def test_reports_that_nobody_asks_for_any_more_are_forgotten() -> None:
    journal = Counted()
    statistics = RunStatistics(journal, ManualClock(NOON))
    for number in range(33):
        await statistics.report(RunFilter(scenario_id=f"s{number}"))
    await statistics.report(RunFilter(scenario_id="s32"))
    assert journal.lists == 33
    await statistics.report(RunFilter(scenario_id="s0"))
    assert journal.lists == 34


async def test_a_run_that_is_removed_meanwhile_counts_by_its_row() -> None:
    class Removed(MemoryJournal):
        """A journal whose runs are removed when somebody asks what they executed."""

        async def definition(self, revision: Revision) -> bytes:
            await self.delete(run.run_id)
            return await super().definition(revision)

    journal = Removed()
    run = await journal.create(new_run())
    await journal.append(run.run_id, 1, [run_finished(run.run_id)])
    report = await RunStatistics(journal, ManualClock(after_noon(5))).report(RunFilter())
    assert (report.runs, report.scenarios[0].outcomes.success) == (1, 1)
