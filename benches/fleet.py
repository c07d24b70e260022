"""Ten echo steps on SQLite and on a fleet over PostgreSQL, against DBOS with ten native steps on the same server.

Each of our sets of processes takes turns with DBOS in a round of its own, so that nothing else runs meanwhile.
"""

import sqlite3
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from benches.documents import INPUT, STEPS, chain
from benches.findings import Finding, at_least
from benches.pairing import Load, Side, alternate, each, ratio
from benches.samples import Sample
from benches.service import SERVERS
from benches.sides.commands import ROOT, Driven, driven
from benches.sides.fleet import database_server, on_postgres, on_sqlite
from tests.support.postgres import PostgresServer

WORKERS: Final = (0, 1, 2, 4)
"""Beside an API that executes nothing; 0 stands for one process that does both, as DBOS is one."""
IN_FLIGHT: Final = 50
FACTOR: Final = 8
_PYTHON: Final = ROOT / ".venv-dbos" / "bin" / "python"
_COMMAND: Final = (sys.executable, str(SERVERS / "raw.py"))
_SHARE: Final = 0.25
"""How many runs a block of DBOS has for each of ours: both then take about as long."""


class Fewer:
    """A side that makes a share of the runs it is asked for."""

    def __init__(self, side: Side, share: float) -> None:
        self._side = side
        self._share = share

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`."""
        return await self._side.block(max(concurrency, round(runs * self._share)), concurrency)


async def measure(*, quick: bool) -> list[Finding]:
    """SQLite against SQLite, twice; then one process, and 1, 2 and 4 workers on PostgreSQL, each against PostgreSQL."""
    if not _PYTHON.exists():
        raise RuntimeError("DBOS is not installed: `make bench` does it, or `make .venv-dbos/.ready` alone.")
    load = Load(runs=200, concurrency=IN_FLIGHT, blocks=3 if quick else 10)
    findings: list[Finding] = []
    for journal in ("WAL", "DELETE"):
        findings += await _on_sqlite(journal, load)
    async with database_server() as server:
        for workers in (0, 1) if quick else WORKERS:
            findings += await _on_postgres(server, workers, load)
    return findings


async def _on_sqlite(journal: str, load: Load) -> list[Finding]:
    """Against DBOS with its file in the mode that makes it quick, or in DELETE, which it takes itself."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        path = Path(name) / "dbos.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA journal_mode={journal}")  # the file remembers it
        async with _dbos(f"sqlite:///{path}") as peer, on_sqlite(chain(), _COMMAND, room=IN_FLIGHT) as ours:
            return await _against(f"SQLite, its {journal}", ours, peer, load, aim=journal == "WAL")


async def _on_postgres(server: PostgresServer, workers: int, load: Load) -> list[Finding]:
    ours = on_postgres(server.database(), chain(), _COMMAND, workers=workers, room=IN_FLIGHT)
    async with _dbos(server.database()) as peer, ours as fleet:
        processes = f"workers: {workers}" if workers else "one process"
        return await _against(f"PostgreSQL, {processes}", fleet, peer, load)


@asynccontextmanager
async def _dbos(url: str) -> AsyncGenerator[Driven]:
    arguments = (url, str(INPUT["value"]), str(STEPS), *_COMMAND)
    async with driven("benches.sides.peer", *arguments, python=str(_PYTHON)) as side:
        yield side


async def _against(name: str, ours: Side, peer: Side, load: Load, *, aim: bool = True) -> list[Finding]:
    samples = await alternate({"dbos": Fewer(peer, _SHARE), "ours": ours}, load)
    findings = [
        Finding(
            name=f"{name}: runs/s, against DBOS",
            unit="x",
            spread=ratio(samples["ours"], samples["dbos"], lambda sample: sample.rate),
            target=at_least(FACTOR) if aim else None,
        ),
        Finding(
            name=f"{name}: processor time, DBOS against it",
            unit="x",
            spread=ratio(samples["dbos"], samples["ours"], lambda sample: sample.cpu_per_run),
        ),
    ]
    for side, title in (("ours", name), ("dbos", "  DBOS beside it")):
        of_side = samples[side]
        findings += [
            Finding(name=f"{title}: runs/s", unit="1/s", spread=each(of_side, lambda sample: sample.rate)),
            Finding(name=f"{title}: steps/s", unit="1/s", spread=each(of_side, lambda sample: sample.rate * STEPS)),
            Finding(
                name=f"{title}: processor time per step",
                unit="ms",
                spread=each(of_side, lambda sample: sample.cpu_per_run / STEPS * 1000),
            ),
        ]
    return findings
