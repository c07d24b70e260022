"""A report over 100,000 events, against reading and decoding the same events, and how long others wait meanwhile.

A fifth of the runs are of a second scenario, one in ten fails, one step in twenty is tried twice, and every output has
1 KiB, as those of real tools do.
"""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benches.attention import Attention
from benches.documents import INPUT, chain
from benches.findings import Finding, at_most
from benches.samples import spread
from benches.sides.fleet import database_server
from callsheet.engine.clock import SystemClock
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.postgres.migrate import upgrade
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.codec import decode
from callsheet.runs.events import (
    Event,
    Revision,
    RunError,
    RunFinished,
    RunId,
    RunStarted,
    RunStatus,
    StepFinished,
    StepPath,
    StepRetrying,
    StepStarted,
    StepStatus,
)
from callsheet.runs.fairness import give_way
from callsheet.runs.journal import Journal, NewRun, RunFilter
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject

RUNS: Final = 2_000
STEPS: Final = 24
_OUTPUT: Final[JsonObject] = {"text": "x" * 1024}
_ALL: Final = RunFilter(started_after=datetime(2020, 1, 1, tzinfo=UTC))


async def measure(*, quick: bool) -> list[Finding]:
    """On both journals."""
    count, rounds = (400, 3) if quick else (RUNS, 5)
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        async with SqliteJournal.open(Path(name) / "journal.db") as journal:
            findings += await _measured("SQLite", journal, count, rounds)
    async with database_server() as server:
        url = server.database()
        await asyncio.to_thread(upgrade, url)
        async with PostgresJournal.open(url) as shared:
            findings += await _measured("PostgreSQL", shared, count, rounds)
    return findings


async def _measured(name: str, journal: Journal, count: int, rounds: int) -> list[Finding]:
    events = await _fill(journal, count)
    took: list[float] = []
    ratios: list[float] = []
    waits: list[float] = []
    for _ in range(rounds):
        _, bare = await _timed(lambda: _read_all(journal))
        attention = Attention()
        statistics = RunStatistics(journal, SystemClock())
        with attention.watching():
            seconds, cpu = await _timed(lambda made=statistics: made.report(_ALL))
        took.append(seconds)
        ratios.append(cpu / bare)
        waits.append(attention.longest * 1000)
    what = f"{name}, {events:,} events of {count:,} runs"
    return [
        Finding(name=f"{what}: a report", unit="s", spread=spread(took)),
        Finding(
            name="  processor time against reading and decoding them",
            unit="times",
            spread=spread(ratios),
            target=at_most(1.2),
        ),
        Finding(name="  longest work in one go", unit="ms", spread=spread(waits), target=at_most(10)),
    ]


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds of wall time, and of this process's processor time."""
    begun, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - begun, time.process_time() - cpu


async def _read_all(journal: Journal) -> None:
    """What a program would do that has the journal and nothing else."""
    cursor: str | None = None
    while True:
        page = await journal.runs(_ALL, 200, cursor)
        for row in page.runs:
            for record in await journal.read(row.run_id):
                decode(record)
            await give_way()
        cursor = page.next_cursor
        if cursor is None:
            return


async def _fill(journal: Journal, count: int) -> int:
    documents = [chain(steps=STEPS), {**chain(steps=STEPS, tool="other"), "scenario_id": "other"}]
    events = 0
    for number in range(count):
        document = documents[number % 5 == 0]
        run = _run(number, canonical(document), Revision(digest(document)), str(document["scenario_id"]))
        await journal.create(run)
        told = _told(run.started, fails=number % 10 == 0)
        await journal.append(run.started.run_id, 1, told)
        events += 1 + len(told)
    return events


def _run(number: int, definition: bytes, revision: Revision, scenario_id: str) -> NewRun:
    started = RunStarted(
        run_id=RunId(str(uuid.uuid4())),
        scenario_id=scenario_id,
        started_at=datetime.now(UTC) - timedelta(seconds=number),
        revision=revision,
        input=dict(INPUT),
    )
    return NewRun(started=started, definition=definition)


def _told(started: RunStarted, *, fails: bool) -> list[Event]:
    events: list[Event] = []
    for index in range(STEPS):
        last = fails and index == STEPS - 1
        events += _step(started, index, fails=last, again=index == 7)
    error = RunError(code="ToolError", message="It would not.") if fails else None
    status = RunStatus.FAILED if fails else RunStatus.SUCCESS
    finished = started.started_at + timedelta(milliseconds=10 * STEPS)
    return [
        *events,
        RunFinished(run_id=started.run_id, status=status, finished_at=finished, message="", error=error),
    ]


def _step(started: RunStarted, index: int, *, fails: bool, again: bool) -> list[Event]:
    name, begun = f"s{index}", started.started_at + timedelta(milliseconds=10 * index)
    path, error = StepPath(name), RunError(code="ToolError", message="It would not.")
    first = StepStarted(
        run_id=started.run_id,
        step_name=name,
        index=index,
        started_at=begun,
        step_path=path,
        step_type="tool",
        input=dict(INPUT),
    )
    retry = StepRetrying(
        run_id=started.run_id,
        step_name=name,
        index=index,
        at=begun + timedelta(milliseconds=3),
        step_path=path,
        attempt=2,
        delay=0.001,
        interrupted=False,
        error=error,
    )
    last = StepFinished(
        run_id=started.run_id,
        step_name=name,
        index=index,
        status=StepStatus.FAILED if fails else StepStatus.SUCCESS,
        started_at=begun,
        finished_at=begun + timedelta(milliseconds=7 + index),
        message="",
        step_path=path,
        attempts=1 + again,
        output=None if fails else _OUTPUT,
        error=error if fails else None,
    )
    return [first, *([retry] if again else []), last]
