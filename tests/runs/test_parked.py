"""Runs that wait cost rows: no task, no thread, no memory that grows with their number, no work after a restart."""

import asyncio
import gc
import threading
import tracemalloc
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.ports import Journal, RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.testing import ManualClock, MemorySystem, memory_system
from tests.support.scenarios import from_, scenario

FIRST = 400
"""So many runs warm everything up: connections, threads, caches with an end to their size."""

MORE = 1_600

BYTES_PER_RUN = 100
"""What a parked run may take of the process. One object of each, anywhere, would be more."""

ASKS = scenario({"name": "agree", "type": "approval", "message": from_("input.question")}, scenario_id="asks")
WAITS = scenario({"name": "rest", "type": "wait", "until": from_("input.until")}, scenario_id="waits")


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncGenerator[Journal]:
    """On disk, with a short memory for the latest events: it is bounded, and would hide what is not."""
    options = SqliteOptions(tail_bytes=64 * 1024)
    async with SqliteJournal.open(tmp_path / "journal.db", options) as opened:
        yield opened


async def park(system: MemorySystem, runs: int, scenario_id: str = "asks", seconds: float = 86_400) -> list[RunId]:
    """So many more runs, each of which waits and was let go."""
    until = (system.clock.now() + timedelta(seconds=seconds)).isoformat()
    run_input: JsonObject = {"question": "Go on?", "until": until}
    run_ids: list[RunId] = []
    for _ in range(0, runs, 50):
        submitted = (system.runs.submit(scenario_id, run_input) for _ in range(min(50, runs - len(run_ids))))
        run_ids += [summary.run_id for summary in await asyncio.gather(*submitted)]
    await let_go(system)
    return run_ids


async def traced(system: MemorySystem, runs: int) -> int:
    """The bytes of the process, when so many more runs were parked, half of them until a moment."""
    await park(system, runs // 2)
    await park(system, runs // 2, "waits")
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def let_go(system: MemorySystem) -> None:
    """Return when no run is at work any more."""
    while system.engine.running or system.engine.queued:
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name().startswith("run:")))


async def statuses(journal: Journal) -> Counter[RunStatus]:
    """How many runs there are of each status."""
    found: Counter[RunStatus] = Counter()
    cursor = None
    while True:
        page = await journal.runs(RunFilter(), 200, cursor)
        found.update(run.status for run in page.runs)
        if (cursor := page.next_cursor) is None:
            return found


async def ended(system: MemorySystem, run_ids: Sequence[RunId]) -> set[RunStatus]:
    """How these runs ended."""
    async with asyncio.timeout(10):
        return {(await system.finished(run_id)).status for run_id in run_ids}


@pytest.mark.timeout(60)
async def test_a_parked_run_costs_nothing_but_rows(journal: Journal) -> None:
    async with memory_system([ASKS, WAITS], {}, journal=journal) as system:
        tracemalloc.start()
        try:
            before = await traced(system, FIRST)
            tasks, threads = len(asyncio.all_tasks()), threading.active_count()
            after = await traced(system, MORE)
        finally:
            tracemalloc.stop()

        assert (system.engine.running, system.engine.queued) == (0, 0)
        assert len(asyncio.all_tasks()) == tasks
        assert threading.active_count() <= threads
        assert (after - before) / MORE < BYTES_PER_RUN
        assert await statuses(journal) == {RunStatus.WAITING: FIRST + MORE}


async def test_a_restart_takes_up_no_run_that_waits_and_an_answer_wakes_one(journal: Journal) -> None:
    async with memory_system([ASKS, WAITS], {}, journal=journal) as system:
        asked = await park(system, 100)
        await park(system, 100, "waits")
    async with memory_system([ASKS, WAITS], {}, journal=journal, clock=system.clock) as system:
        assert (system.engine.running, system.engine.queued) == (0, 0)
        assert await system.engine.recover() == 0
        await system.answers.answer(asked[7], StepPath("agree"), Answer(approved=True, by="ada"))
        assert await ended(system, [asked[7]]) == {RunStatus.SUCCESS}
        await let_go(system)
        assert await statuses(journal) == {RunStatus.WAITING: 199, RunStatus.SUCCESS: 1}


@pytest.mark.parametrize("restarted", [False, True])
async def test_the_clock_wakes_those_whose_moment_has_come(journal: Journal, *, restarted: bool) -> None:
    clock = ManualClock()
    async with memory_system([ASKS, WAITS], {}, journal=journal, clock=clock) as system:
        soon = await park(system, 3, "waits", 20)
        await park(system, 100, "waits")
        if not restarted:
            clock.advance(21)
            assert await ended(system, soon) == {RunStatus.SUCCESS}
    async with memory_system([ASKS, WAITS], {}, journal=journal, clock=clock) as system:
        if restarted:
            clock.advance(21)
            assert await ended(system, soon) == {RunStatus.SUCCESS}
        await let_go(system)
        assert await statuses(journal) == {RunStatus.WAITING: 100, RunStatus.SUCCESS: 3}
