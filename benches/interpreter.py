"""The interpreter over the SQLite journal with tools of this process, against the same appends without it."""

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from benches.documents import INPUT, STEPS, chain
from benches.findings import Finding, at_least, at_most
from benches.pairing import Load, alternate, each, ratio
from benches.samples import Sample, drive, percentile, pooled, spread
from callsheet.catalog.memory import MemoryCatalog
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.local import LocalEngine
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.codec import decode
from callsheet.runs.control import Control
from callsheet.runs.events import Event, RunId, RunStarted
from callsheet.runs.interpreter import Interpreter
from callsheet.runs.ports import Engine, Journal, NewRun, RunFilter
from callsheet.runs.service import RunService
from callsheet.runs.tools import ToolCall, Tools
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import Json, JsonObject
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.runs import Execute, RunsAtWork
from callsheet.telemetry.tools import ObservedTools
from callsheet.telemetry.watching import Watch
from callsheet.tools.memory import MemoryTool, MemoryTools

Batch: TypeAlias = tuple[int, tuple[Event, ...]]
"""One append: the seq that it expects, and its events."""


async def echo(call: ToolCall) -> Json:
    """Give the arguments back."""
    return call.arguments


class Runs:
    """Whole runs: accepted, dispatched and executed by the local engine."""

    def __init__(
        self,
        journal: Journal,
        document: JsonObject | None = None,
        run_input: JsonObject = INPUT,
        tool: MemoryTool = echo,
        max_concurrent_runs: int = 100,
        *,
        environment: Mapping[str, str] | None = None,
        watches: Callable[[Tools], Sequence[Watch]] | None = None,
    ) -> None:
        entropy, clock = SystemEntropy(), SystemClock()
        given = OperatorEnvironment(environment or {})
        chosen = chain() if document is None else document
        self._scenario_id, self._input = str(chosen["scenario_id"]), run_input
        tools: Tools = MemoryTools({"tools": {"echo": tool}})
        execute: Execute = self._execute
        if watches is not None:
            known = watches(tools)
            at_work = RunsAtWork(known)
            journal, tools, execute = (
                ObservedJournal(journal, at_work, known),
                ObservedTools(tools, known),
                at_work.around(execute),
            )
        acceptance = Acceptance(MemoryCatalog([chosen]), given, tools)
        self._interpreter = Interpreter.over(
            journal=journal,
            tools=tools,
            clock=clock,
            entropy=entropy,
            environment=given,
            cipher=KeyCipher(bytes(KEY_BYTES)),
            acceptance=acceptance,
        )
        self._ends: dict[RunId, asyncio.Future[None]] = {}
        self.journal = journal
        self.engine = LocalEngine(
            journal=journal, execute=execute, clock=clock, max_concurrent_runs=max_concurrent_runs
        )
        self._service = RunService(
            acceptance=acceptance, journal=journal, engine=self.engine, clock=clock, entropy=entropy
        )

    async def one(self) -> None:
        """One run, until its end is durable."""
        await self.let_go(await self.begin())

    async def begin(self) -> RunId:
        """Submit a run."""
        return (await self._service.submit(self._scenario_id, self._input)).run_id

    async def let_go(self, run_id: RunId) -> None:
        """Return when the run is executed no more: it has ended, or was parked or stopped."""
        await self._ends.setdefault(run_id, asyncio.get_running_loop().create_future())
        del self._ends[run_id]

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`."""
        return await _measured(self.one, runs, concurrency)

    async def _execute(self, run_id: RunId, control: Control, engine: Engine) -> datetime | None:
        until = await self._interpreter.execute(run_id, control, engine)
        self._ends.setdefault(run_id, asyncio.get_running_loop().create_future()).set_result(None)
        return until


class Appends:
    """The appends of such runs and nothing else: what the journal alone can do."""

    def __init__(self, journal: Journal, run: NewRun, batches: tuple[Batch, ...]) -> None:
        self._journal = journal
        self._run = run
        self._batches = batches
        self._entropy = SystemEntropy()
        self._ready: list[tuple[NewRun, tuple[Batch, ...]]] = []

    async def one(self) -> None:
        """The appends of one run, one after the other."""
        run, batches = self._ready.pop()
        await self._journal.create(run)
        for expected_seq, events in batches:
            await self._journal.append(run.started.run_id, expected_seq, events)

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`. The events are made beforehand; encoding them is the journal's work."""
        self._ready = [self._as_run(self._entropy.run_id()) for _ in range(runs)]
        return await _measured(self.one, runs, concurrency)

    def _as_run(self, run_id: RunId) -> tuple[NewRun, tuple[Batch, ...]]:
        run = replace(self._run, started=replace(self._run.started, run_id=run_id))
        return run, tuple(
            (seq, tuple(replace(event, run_id=run_id) for event in events)) for seq, events in self._batches
        )


class _Recorder(MemoryJournal):
    """Keeps what is appended, batch by batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[Batch] = []

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        await super().append(run_id, expected_seq, events)
        self.batches.append((expected_seq, tuple(events)))


@asynccontextmanager
async def sides() -> AsyncGenerator[tuple[Runs, Appends]]:
    """Both sides, each with a journal of its own on the disk of the temporary folder."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-")))
        whole = await stack.enter_async_context(SqliteJournal.open(folder / "runs.db"))
        alone = await stack.enter_async_context(SqliteJournal.open(folder / "appends.db"))
        runs = Runs(whole)
        stack.push_async_callback(runs.engine.drain, 0.0)
        yield runs, await _recorded(alone)


async def measure(*, quick: bool) -> list[Finding]:
    """Steps per second, processor time and latency, at 1 and at 50 runs at a time."""
    findings: list[Finding] = []
    async with sides() as (runs, appends):
        for concurrency in (1, 50):
            count = (60 if concurrency == 1 else 300) // (3 if quick else 1)
            load = Load(runs=count, concurrency=concurrency, blocks=3 if quick else 10)
            samples = await alternate({"runs": runs, "appends": appends}, load)
            findings += _findings(samples["runs"], samples["appends"], concurrency)
    return findings


def _findings(ours: list[Sample], limit: list[Sample], concurrency: int) -> list[Finding]:
    many = concurrency > 1
    name = f"{concurrency} at a time"
    p99 = percentile(pooled(ours), 99) * 1000
    return [
        Finding(
            name=f"{name}: throughput, against the appends alone",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.rate),
        ),
        Finding(
            name=f"{name}: processor time, against the appends alone",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.cpu_per_run),
        ),
        Finding(
            name=f"{name}: steps per second",
            unit="1/s",
            spread=each(ours, lambda sample: sample.rate * STEPS),
            target=at_least(10_000) if many else None,
        ),
        Finding(
            name=f"{name}: processor time per step",
            unit="us",
            spread=each(ours, lambda sample: sample.cpu_per_run / STEPS * 1e6),
            target=at_most(60) if many else None,
        ),
        Finding(
            name=f"{name}: processor time per step, appends alone",
            unit="us",
            spread=each(limit, lambda sample: sample.cpu_per_run / STEPS * 1e6),
        ),
        Finding(name=f"{name}: a run, p50", unit="ms", spread=each(ours, lambda sample: sample.p50 * 1000)),
        Finding(name=f"{name}: a run, p99 of all blocks", unit="ms", spread=spread([p99])),
    ]


async def _recorded(journal: Journal) -> Appends:
    recorder = _Recorder()
    runs = Runs(recorder)
    await runs.one()
    (record,) = await recorder.read((await recorder.runs(RunFilter(), 1)).runs[0].run_id, 0, 1)
    started = decode(record)
    if not isinstance(started, RunStarted):
        raise TypeError("A run begins with run_started.")
    return Appends(journal, NewRun(started=started, definition=canonical(chain())), tuple(recorder.batches))


async def _measured(one_run: Callable[[], Awaitable[None]], runs: int, concurrency: int) -> Sample:
    cpu = time.process_time()
    seconds, latencies = await drive(one_run, runs, concurrency)
    return Sample(runs=runs, seconds=seconds, cpu=time.process_time() - cpu, latencies=latencies)
