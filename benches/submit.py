"""`POST /api/runs`, which makes a run durable before it answers, against a route that keeps nothing.

Only accepting is measured: the service has room for one run, whose tool never answers, so nothing else is executed.
"""

import sys
import tempfile
from pathlib import Path

from benches.documents import chain, write_folder
from benches.findings import Finding
from benches.pairing import Load, alternate, each, ratio
from benches.samples import Sample, percentile, pooled, spread
from benches.service import SERVERS
from benches.sides.served import Served, free_port, listening, served, submission


async def measure(*, quick: bool) -> list[Finding]:
    """Latency and processor time, at 1 and at 50 requests at a time."""
    findings: list[Finding] = []
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        write_folder(folder, chain(tool="nap", steps=1), [sys.executable, str(SERVERS / "raw.py")])
        (folder / "callsheet.toml").write_text("max_concurrent_runs = 1\ndrain_timeout = 0\n", encoding="utf-8")
        async with (
            listening(port, "-m", "benches.sides.route", str(port)) as process,
            served(folder, submission) as service,
        ):
            sides = {"route": Served(port, process.pid, submission), "service": service}
            for concurrency in (1, 50):
                count = (100 if concurrency == 1 else 250) // (2 if quick else 1)
                load = Load(runs=count, concurrency=concurrency, blocks=3 if quick else 10)
                samples = await alternate(sides, load)
                findings += _findings(samples["service"], samples["route"], concurrency)
    return findings


def _findings(ours: list[Sample], limit: list[Sample], concurrency: int) -> list[Finding]:
    name = f"{concurrency} at a time"
    p99 = percentile(pooled(ours), 99) * 1000
    return [
        Finding(
            name=f"{name}: p50, against the bare route",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.p50),
        ),
        Finding(
            name=f"{name}: processor time, against the bare route",
            unit="x",
            spread=ratio(ours, limit, lambda sample: sample.cpu_per_run),
        ),
        Finding(name=f"{name}: p50", unit="ms", spread=each(ours, lambda sample: sample.p50 * 1000)),
        Finding(name=f"{name}: p99 of all blocks", unit="ms", spread=spread([p99])),
        Finding(
            name=f"{name}: processor time of one",
            unit="ms",
            spread=each(ours, lambda sample: sample.cpu_per_run * 1000),
        ),
        Finding(name=f"{name}: p50 of the bare route", unit="ms", spread=each(limit, lambda sample: sample.p50 * 1000)),
    ]
