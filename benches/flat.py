"""Whether memory stays flat while 100,000 runs of one step go through, on SQLite and in a worker on PostgreSQL.

It takes many minutes, so it is not among those that run by default.
"""

import re
import statistics
import sys
import time
from pathlib import Path
from typing import Final

from benches.documents import chain
from benches.findings import Finding, at_most, number
from benches.samples import spread
from benches.service import SERVERS
from benches.sides.fleet import Fleet, database_server, on_postgres, on_sqlite

RUNS: Final = 100_000
SAMPLES: Final = 10
FULL: Final = 4
"""After so many tenths every cache and buffer is full, the journal's memory of the latest events (64 MiB) above all."""
MOST: Final = 1.05
_COMMAND: Final = (sys.executable, str(SERVERS / "raw.py"))
_AT_ONCE: Final = 1_000
"""So many runs are submitted before their ends are awaited."""
_RESIDENT: Final = re.compile(r"^VmRSS:\s*(\d+) kB$", re.MULTILINE)


async def measure(*, quick: bool) -> list[Finding]:
    """One process on SQLite; then an API and a worker on PostgreSQL."""
    runs = 10_000 if quick else RUNS
    document = chain(steps=1)
    async with on_sqlite(document, _COMMAND) as fleet:
        findings = await _figures(("SQLite",), fleet, runs)
    async with database_server() as server, on_postgres(server.database(), document, _COMMAND) as fleet:
        return findings + await _figures(("PostgreSQL, API", "PostgreSQL, worker"), fleet, runs)


async def _figures(names: tuple[str, ...], fleet: Fleet, runs: int) -> list[Finding]:
    sizes: list[list[float]] = []
    for tenth in range(SAMPLES):
        begun = time.perf_counter()
        for _ in range(runs // SAMPLES // _AT_ONCE):
            await fleet.block(_AT_ONCE, 50)
        rate = runs / SAMPLES / (time.perf_counter() - begun)
        sizes.append([_resident(pid) for pid in fleet.pids])
        said = ", ".join(f"{name} {number(size)} MB" for name, size in zip(names, sizes[-1], strict=True))
        print(f"  {runs // SAMPLES * (tenth + 1):>7,} runs, {number(rate)}/s: {said}", flush=True)
    findings: list[Finding] = []
    for name, of_process in zip(names, zip(*sizes, strict=True), strict=True):
        findings += _findings(name, of_process, runs)
    return findings


def _findings(name: str, sizes: tuple[float, ...], runs: int) -> list[Finding]:
    later = sizes[FULL - 1 :]
    slope = statistics.linear_regression(range(len(later)), later).slope
    return [
        Finding(
            name=f"{name}: memory after {runs:,} runs against {runs // SAMPLES * FULL:,}",
            unit="x",
            spread=spread([later[-1] / later[0]]),
            target=at_most(MOST),
        ),
        Finding(name=f"{name}: growth per {runs // SAMPLES:,} runs since", unit="MB", spread=spread([slope])),
        Finding(name=f"{name}: the same from the first tenth on", unit="x", spread=spread([sizes[-1] / sizes[0]])),
        Finding(name=f"{name}: resident memory", unit="MB", spread=spread(sizes)),
    ]


def _resident(pid: int) -> float:
    """Megabytes of memory of the process."""
    found = _RESIDENT.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    if found is None:
        raise RuntimeError(f"Linux does not say what process {pid} has.")
    return int(found[1]) / 1024
