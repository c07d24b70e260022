"""Ten thousand runs that wait for a person, over the SQLite journal: what they cost the process, and a restart."""

import asyncio
import gc
import tempfile
import threading
import time
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from benches.findings import Finding, at_most
from benches.interpreter import Runs
from benches.samples import drive, spread
from callsheet.engine.clock import SystemClock
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.runs.answers import Answer, Answers
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.ports import Journal, RunFilter
from callsheet.scenario.json import JsonObject

_SHORT_TAILS = SqliteOptions(tail_bytes=64 * 1024)
"""The journal's memory for the latest events has an end anyway; a short one does not hide what has none."""


def document() -> JsonObject:
    """The scenario: a question."""
    step: JsonObject = {"name": "agree", "type": "approval", "message": {"from": "input.value"}}
    return {"schema_version": "1", "scenario_id": "asks", "name": "A question", "steps": [step]}


async def measure(*, quick: bool) -> list[Finding]:
    """Parking, what is left in the process, a restart, and an answer to one of all."""
    count = 1_000 if quick else 10_000
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        findings = await _parking(folder / "runs.db", count)
        findings += await _restart(folder / "runs.db", count)
        findings += [await _memory(folder / "traced.db", count)]
    return findings


async def _parking(path: Path, count: int) -> list[Finding]:
    async with _runs(path) as (runs, _):
        await drive(runs.one, 200, 50)
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        seconds, _ = await drive(runs.one, count - 200, 50)
        await _idle()
        left = len(asyncio.all_tasks()) - tasks + threading.active_count() - threads
        at_work = runs.engine.running + runs.engine.queued
    return [
        Finding(name=f"{count:,} runs: submitted and parked", unit="1/s", spread=spread([(count - 200) / seconds])),
        Finding(name="tasks and threads more than at 200 runs", unit="", spread=spread([left]), target=at_most(0)),
        Finding(name="runs at work or queued", unit="", spread=spread([at_work]), target=at_most(0)),
        Finding(name="disk per run", unit="bytes", spread=spread([_size(path) / count])),
    ]


def _size(path: Path) -> int:
    return path.stat().st_size


async def _restart(path: Path, count: int) -> list[Finding]:
    async with _runs(path) as (runs, journal):
        begun = time.perf_counter()
        dispatched = await runs.engine.recover()
        recovered = time.perf_counter() - begun
        page = await journal.runs(RunFilter(), 1)
        answers = Answers(journal=journal, engine=runs.engine, clock=SystemClock())
        run_id: RunId = page.runs[0].run_id
        begun = time.perf_counter()
        await answers.answer(run_id, StepPath("agree"), Answer(approved=True))
        await runs.let_go(run_id)
        answered = time.perf_counter() - begun
        waiting = await _count(journal, RunStatus.WAITING)
    return [
        Finding(name="a restart looks for what is due in", unit="ms", spread=spread([recovered * 1000])),
        Finding(name="runs that it takes up", unit="", spread=spread([dispatched]), target=at_most(0)),
        Finding(name="from an answer to the end of its run", unit="ms", spread=spread([answered * 1000])),
        Finding(name="runs that it woke", unit="", spread=spread([count - waiting]), target=at_most(1)),
    ]


async def _memory(path: Path, count: int) -> Finding:
    async with _runs(path, _SHORT_TAILS) as (runs, _):
        tracemalloc.start()
        try:
            before = await _traced(runs, count // 5)
            after = await _traced(runs, count - count // 5)
        finally:
            tracemalloc.stop()
    per_run = (after - before) / (count - count // 5)
    return Finding(name="memory of the process per run", unit="bytes", spread=spread([per_run]), target=at_most(50))


async def _traced(runs: Runs, count: int) -> int:
    await drive(runs.one, count, 50)
    await _idle()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def _idle() -> None:
    """Return when no run is at work: a run is let go shortly before its task ends."""
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name().startswith("run:")))


async def _count(journal: Journal, status: RunStatus) -> int:
    found, cursor = 0, None
    while True:
        page = await journal.runs(RunFilter(status=frozenset({status})), 200, cursor)
        found += len(page.runs)
        if (cursor := page.next_cursor) is None:
            return found


@asynccontextmanager
async def _runs(path: Path, options: SqliteOptions | None = None) -> AsyncGenerator[tuple[Runs, Journal]]:
    async with SqliteJournal.open(path, options) as journal:
        runs = Runs(journal, document())
        yield runs, journal
        await runs.engine.drain(0)
