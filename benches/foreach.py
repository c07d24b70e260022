"""A `foreach` of 10,000 items, each a call of a tool of this process, over the SQLite journal (`synchronous=FULL`)."""

import asyncio
import gc
import tempfile
import tracemalloc
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from benches.attention import Attention
from benches.findings import Finding, at_least, at_most
from benches.interpreter import Appends, Runs, echo
from benches.pairing import each, ratio
from benches.samples import Sample, spread
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.codec import decode
from callsheet.runs.events import RunStarted
from callsheet.runs.ports import Journal, NewRun
from callsheet.runs.tools import ToolCall
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import Json, JsonObject

_AT_ONCE = 50
_LEFT = 60
"""Calls that are left to make when the process is stopped, so that nearly everything is read back."""


def document() -> JsonObject:
    """The scenario: one call for each item, 50 at once."""
    call: JsonObject = {
        "name": "call",
        "type": "tool",
        "server": "tools",
        "tool": "echo",
        "input": {"value": {"from": "item"}, "number": {"from": "index"}},
    }
    step: JsonObject = {
        "name": "each",
        "type": "foreach",
        "items": {"from": "input.items"},
        "max_items": 10_000,
        "max_concurrency": _AT_ONCE,
        "steps": [call],
    }
    return {"schema_version": "1", "scenario_id": "each", "name": "Each item", "steps": [step]}


def items(count: int) -> JsonObject:
    """The input: texts of the length that a URL has."""
    return {"items": [f"https://www.example.org/news/{number}" for number in range(count)]}


async def measure(*, quick: bool) -> list[Finding]:
    """Items per second, the same appends alone, memory per item, and for how long the loop serves nobody else."""
    count = 2_500 if quick else 10_000
    with _folder() as folder:
        samples, limit = await _rates(folder, count, blocks=2 if quick else 10)
        begun = [await _attention(folder / f"first-{number}.db", count) for number in range(3)]
        resumed = [await _resumed(folder / f"again-{number}.db", count) for number in range(3)]
        small = await _memory(folder / "small.db", 2_500)
        large = await _memory(folder / "large.db", 10_000)
    return [
        Finding(
            name=f"{count:,} items: items per second",
            unit="1/s",
            spread=each(samples, lambda sample: sample.rate),
            target=at_least(5_000),
        ),
        Finding(
            name="the same, against the appends alone",
            unit="x",
            spread=ratio(samples, limit, lambda sample: sample.rate),
        ),
        Finding(
            name="processor time per item",
            unit="us",
            spread=each(samples, lambda sample: sample.cpu_per_run * 1e6),
        ),
        Finding(
            name="longest work of the loop in one go",
            unit="ms",
            spread=spread([seconds * 1000 for seconds in begun]),
            target=at_most(10),
        ),
        Finding(
            name="the same, while a stopped run is read back",
            unit="ms",
            spread=spread([seconds * 1000 for seconds in resumed]),
            target=at_most(10),
        ),
        Finding(name="memory per item, 2,500 items", unit="bytes", spread=spread([small])),
        Finding(name="memory per item, 10,000 items", unit="bytes", spread=spread([large])),
        Finding(name="the second against the first", unit="x", spread=spread([large / small]), target=at_most(1.1)),
    ]


async def _rates(folder: Path, count: int, blocks: int) -> tuple[list[Sample], list[Sample]]:
    async with _runs(folder / "runs.db", count) as runs, SqliteJournal.open(folder / "appends.db") as alone:
        appends = await _appends(runs, alone)
        samples: list[Sample] = []
        limit: list[Sample] = []
        for _ in range(blocks):
            with _without_old_objects():
                samples.append(_per_item(await runs.block(1, 1), count))
            with _without_old_objects():
                limit.append(_per_item(await appends.block(1, 1), count))
    return samples, limit


async def _appends(runs: Runs, alone: Journal) -> Appends:
    """The events of one such run, as many in an append as there are items at work."""
    run_id = await runs.begin()
    await runs.let_go(run_id)
    started, *events = [decode(record) for record in await runs.journal.read(run_id)]
    if not isinstance(started, RunStarted):
        raise TypeError("A run begins with run_started.")
    batches = [(seq + 1, tuple(events[seq : seq + _AT_ONCE])) for seq in range(0, len(events), _AT_ONCE)]
    return Appends(alone, NewRun(started=started, definition=canonical(document())), tuple(batches))


def _per_item(sample: Sample, count: int) -> Sample:
    return Sample(runs=count, seconds=sample.seconds, cpu=sample.cpu, latencies=sample.latencies)


async def _attention(path: Path, count: int) -> float:
    """The longest work in one go of a run from its beginning to its end."""
    attention = Attention()
    async with _runs(path, count) as runs:
        run_id = await runs.begin()
        with _without_old_objects(), attention.watching():
            await runs.let_go(run_id)
    return attention.longest


async def _resumed(path: Path, count: int) -> float:
    """The longest work in one go of a run that was stopped near its end and goes on from its journal."""
    near_end = asyncio.Event()
    calls = 0

    async def counting(call: ToolCall) -> Json:
        nonlocal calls
        calls += 1
        if calls == count - _LEFT:
            near_end.set()
        return await echo(call)

    async with SqliteJournal.open(path) as journal:
        runs = Runs(journal, document(), items(count), counting)
        run_id = await runs.begin()
        await near_end.wait()
        await runs.engine.drain(0)
    attention = Attention()
    async with _runs(path, count) as runs:
        with _without_old_objects(), attention.watching():
            await runs.engine.recover()
            await runs.let_go(run_id)
    return attention.longest


async def _memory(path: Path, count: int) -> float:
    """Bytes per item that a run takes at most, beside its input."""
    async with _runs(path, count) as runs:
        await runs.one()  # what is made once, and the tails of the journal, are there then
        gc.collect()
        tracemalloc.start()
        try:
            await runs.one()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return peak / count


@asynccontextmanager
async def _runs(path: Path, count: int) -> AsyncGenerator[Runs]:
    async with SqliteJournal.open(path) as journal:
        runs = Runs(journal, document(), items(count))
        yield runs
        await runs.engine.drain(0)


@contextmanager
def _without_old_objects() -> Generator[None]:
    """The garbage collector leaves alone what was there before. `callsheet serve` does not do this."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        yield Path(name)
