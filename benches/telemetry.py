"""The interpreter over the SQLite journal with metrics, against the same without: what it costs to be seen."""

import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from benches.documents import STEPS
from benches.findings import Finding, at_least, at_most
from benches.interpreter import Runs
from benches.pairing import Load, alternate, each, ratio
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.tools import Tools
from callsheet.telemetry.scrape import Metrics
from callsheet.telemetry.watching import Watch


def counted(tools: Tools) -> Sequence[Watch]:
    """Metrics, as `callsheet serve` has them."""
    return [Metrics(tools, "0").counted]


async def measure(*, quick: bool) -> list[Finding]:
    """Both, block after block, fifty runs at a time."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-")))
        seen = Runs(await stack.enter_async_context(SqliteJournal.open(folder / "seen.db")), watches=counted)
        plain = Runs(await stack.enter_async_context(SqliteJournal.open(folder / "plain.db")))
        for runs in (seen, plain):
            stack.push_async_callback(runs.engine.drain, 0.0)
        load = Load(runs=300 if quick else 600, concurrency=50, blocks=5 if quick else 20)
        samples = await alternate({"seen": seen, "plain": plain}, load)
    ours, limit = samples["seen"], samples["plain"]
    return [
        Finding(
            name="steps per second with metrics, against those without",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.rate),
            target=at_least(0.97),
        ),
        Finding(
            name="processor time with metrics, against that without",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.cpu_per_run),
            target=at_most(1.03),
        ),
        Finding(
            name="processor time per step without",
            unit="us",
            spread=each(limit, lambda one: one.cpu_per_run / STEPS * 1e6),
        ),
    ]
