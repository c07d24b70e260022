"""What chaos is done to: processes with one journal, the tools that outlive them, and the journal itself."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from callsheet.scenario.json import JsonObject
from tests.chaos.documents import LOADS
from tests.chaos.process import LEASH, Process
from tests.support.service import ROOT, furnish, program

TOOLS = ROOT / "tests" / "support" / "servers" / "deduplicating.py"
LISTENS = r"listens on (http://127\.0\.0\.1:\d+)"

DRAIN_SECONDS = 2.0
"""For which a process that was asked to end waits for its steps."""


class Fleet(Protocol):
    """Processes that share a journal.

    Attributes:
        processes: which can be struck.
        frozen_seconds: how long a process is frozen, from and to.
        restart_database: None when there is no server of the database to be restarted.
    """

    processes: Sequence[Process]
    frozen_seconds: tuple[float, float]
    restart_database: Callable[[], Awaitable[None]] | None

    def urls(self) -> Sequence[str]:
        """Where requests can go now."""
        ...

    def stored_wrongly(self) -> Sequence[str]:
        """What is wrong with the stored events, looked at without the product after all processes ended."""
        ...


@dataclass(slots=True, kw_only=True)
class SqliteFleet:
    """One process on one file; it alone can go on with its work."""

    processes: Sequence[Process]
    database: Path
    frozen_seconds: tuple[float, float] = (0.1, 2.5)
    restart_database: Callable[[], Awaitable[None]] | None = field(default=None)

    def urls(self) -> Sequence[str]:
        """See `Fleet.urls`."""
        return [process.url for process in self.processes if process.url is not None]

    def stored_wrongly(self) -> Sequence[str]:
        """See `Fleet.stored_wrongly`."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as connection:
            checked = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            gaps = [f"run {row[0]} has {row[1:]}" for row in connection.execute(GAPS)]
        return [line for line in checked if line != "ok"] + gaps


GAPS = """
SELECT run_id, count(seq), min(seq), max(seq), last_seq
FROM runs LEFT JOIN events ON events.run = runs.number GROUP BY number, run_id, last_seq
HAVING count(seq) <> max(seq) OR min(seq) <> 1 OR max(seq) <> last_seq OR count(seq) = 0
"""
"""Runs whose events are not numbered from 1 to the row's `last_seq`."""


@asynccontextmanager
async def sqlite_fleet(folder: Path, ledger: Path) -> AsyncGenerator[Fleet]:
    """`callsheet serve` on a data folder."""
    async with outside_tools(ledger) as url:
        place = folder / "service"
        settings: dict[str, str | int | float] = {"drain_timeout": DRAIN_SECONDS}
        furnish_fleet(place, url, ledger, settings)
        command = [sys.executable, "-m", "callsheet", "serve", "--folder", str(place), "--port", "0"]
        serve = Process("serve", command, folder=place, log=folder / "serve.log", says=LISTENS)
        try:
            yield SqliteFleet(processes=[serve], database=place / ".callsheet" / "journal.db")
        finally:
            if serve.alive:
                await serve.kill()


@asynccontextmanager
async def outside_tools(ledger: Path) -> AsyncGenerator[str]:
    """The address of a tool server that outlives every process of the fleet."""
    command = [sys.executable, str(LEASH), sys.executable, str(TOOLS), "--ledger", str(ledger), "--http", "0"]
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        if server.stdout is None:
            raise RuntimeError("The tool server has no output.")
        yield f"http://127.0.0.1:{int(await server.stdout.readline())}/mcp"
    finally:
        server.kill()
        await server.wait()


def furnish_fleet(place: Path, tools: str, ledger: Path, settings: Mapping[str, str | int | float]) -> None:
    """Write what the processes of a fleet read; `tools` is the address of the tools outside."""
    documents = [load.document for load in LOADS.values()]
    furnish(place, scenarios=documents, servers=_servers(tools, ledger), settings=settings)


def _servers(url: str, ledger: Path) -> dict[str, JsonObject]:
    """The tools outside, and a child of the process that dies with it; both learn who calls."""
    return {
        "outside": {"type": "http", "url": url, "headers": {"X-Process": "${CHAOS_PROCESS}"}},
        "child": program(TOOLS, "--ledger", ledger, "--process", "${CHAOS_PROCESS}"),
    }
