"""The interpreter over the SQLite journal with metrics, against the same without: what it costs to be seen.

Three in a hundred are judged, and two neighbouring blocks of whole runs differ by more than that for no reason. So what
is judged is measured alone: a step's append and its call through the decorators with nothing behind them, against the
same without decorators, as a share of what a step takes. Whole runs stand beside it, with how far their median may be
off.
"""

import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from benches.documents import STEPS
from benches.findings import Finding, at_most
from benches.interpreter import Runs, echo
from benches.pairing import Load, alternate, each, ratio
from benches.samples import Sample, spread
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.control import Control
from callsheet.runs.events import Event, RunId
from callsheet.runs.ports import Engine, Journal
from callsheet.runs.tools import ToolCall, ToolOutcome, ToolResult, Tools
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.runs import RunsAtWork
from callsheet.telemetry.scrape import Metrics
from callsheet.telemetry.tools import ObservedTools
from callsheet.telemetry.watching import Watch
from callsheet.tools.memory import MemoryTools
from tests.support.events import new_run, step_finished, step_started

_CALLS: Final = 500
"""Steps of one block through the decorators."""


async def measure(*, quick: bool) -> list[Finding]:
    """The decorators alone, then whole runs, block after block, fifty at a time."""
    alone = await _alone(blocks=20 if quick else 200)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-")))
        journal = await stack.enter_async_context(SqliteJournal.open(folder / "seen.db"))

        def counted(tools: Tools) -> Sequence[Watch]:
            """Metrics, as `callsheet serve` has them."""
            metrics = Metrics(tools, "0")
            stack.enter_context(metrics.sampled())
            journal.on_commit(metrics.counted.committed)
            return [metrics.counted]

        seen = Runs(journal, watches=counted)
        plain = Runs(await stack.enter_async_context(SqliteJournal.open(folder / "plain.db")))
        for runs in (seen, plain):
            stack.push_async_callback(runs.engine.drain, 0.0)
        load = Load(runs=50 if quick else 100, concurrency=50, blocks=5 if quick else 60)
        samples = await alternate({"seen": seen, "plain": plain}, load)
    return _findings(alone, samples["seen"], samples["plain"])


def _findings(alone: list[float], ours: list[Sample], limit: list[Sample]) -> list[Finding]:
    step = statistics.median(map(_cpu, limit))
    return [
        Finding(name="processor time of a step without metrics", unit="us", spread=each(limit, _cpu)),
        Finding(name="  what the decorators add, with metrics", unit="us", spread=spread(alone)),
        Finding(
            name="  the same, as a share of the step",
            unit="x",
            spread=spread([added / step for added in alone]),
            target=at_most(0.03),
        ),
        Finding(name="whole runs: processor time with metrics", unit="x", spread=ratio(ours, limit, _cpu)),
        Finding(name="  that median may be off by", unit="x", spread=spread([_doubt(ours, limit)])),
        Finding(name="whole runs: steps per second", unit="x", spread=ratio(ours, limit, lambda one: one.rate)),
    ]


def _cpu(sample: Sample) -> float:
    """Microseconds of a step."""
    return sample.cpu_per_run / STEPS * 1e6


def _doubt(ours: list[Sample], limit: list[Sample]) -> float:
    """Half the width of the interval that holds the median of all ratios 95 times in 100, by their ranks."""
    ratios = sorted(_cpu(one) / _cpu(other) for one, other in zip(ours, limit, strict=True))
    middle, reach = len(ratios) / 2, 0.98 * math.sqrt(len(ratios))
    low, high = max(0, math.floor(middle - reach)), min(len(ratios) - 1, math.ceil(middle + reach))
    return (ratios[high] - ratios[low]) / 2


class _Nowhere(MemoryJournal):
    """Keeps nothing."""

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """Take them."""


class _Nobody(MemoryTools):
    """Answers at once."""

    _result: Final = ToolResult(structured={}, has_structured=True)

    async def call(self, call: ToolCall) -> ToolOutcome:
        """The same result for every call."""
        return self._result


async def _alone(*, blocks: int) -> list[float]:
    """Microseconds that the decorators add to a step, of each pair of blocks."""
    journal, tools, run = _Nowhere(), _Nobody({"tools": {"echo": echo}}), new_run()
    watches: list[Watch] = [Metrics(tools, "0").counted]
    at_work = RunsAtWork(watches)
    seen, told = ObservedJournal(journal, at_work, watches), ObservedTools(tools, watches)
    added: list[float] = []

    async def compare(run_id: RunId, control: Control, engine: Engine) -> None:
        for _ in range(blocks):
            bare = await _steps(run_id, journal, tools)
            added.append(await _steps(run_id, seen, told) - bare)

    await seen.create(run)  # so that it is known how the run began
    await at_work.around(compare)(run.started.run_id, Control(), Runs(journal).engine)
    return added


async def _steps(run_id: RunId, journal: Journal, tools: Tools) -> float:
    """Microseconds of a step that calls a tool, and whose end goes in one append with the beginning of the next."""
    call = ToolCall(server="tools", tool="echo", arguments={}, timeout=5, idempotency_key="k", attempt=1, run_id=run_id)
    events = [step_finished(run_id), step_started(run_id)]
    await journal.append(run_id, 1, [step_started(run_id)])
    begun = time.process_time()
    for _ in range(_CALLS):
        await tools.call(call)
        await journal.append(run_id, 2, events)
    return (time.process_time() - begun) / _CALLS * 1e6
