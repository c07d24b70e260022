"""What chaos is done to: processes with one journal, the tools that outlive them, and the journal itself."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

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
FROM runs LEFT JOIN events ON events.run = runs.number GROUP BY number
HAVING count(seq) <> max(seq) OR min(seq) <> 1 OR max(seq) <> last_seq OR count(seq) = 0
"""
"""Runs whose events are not numbered from 1 to the row's `last_seq`."""


@asynccontextmanager
async def sqlite_fleet(folder: Path, ledger: Path) -> AsyncGenerator[Fleet]:
    """`callsheet serve` on a data folder."""
    async with _outside_tools(ledger) as url:
        place = folder / "service"
        settings = {"drain_timeout": DRAIN_SECONDS}
        furnish(
            place,
            scenarios=[load.document for load in LOADS.values()],
            servers=_servers(url, ledger),
            settings=settings,
        )
        command = [sys.executable, "-m", "callsheet", "serve", "--folder", str(place), "--port", "0"]
        serve = Process("serve", command, folder=place, log=folder / "serve.log", says=LISTENS)
        try:
            yield SqliteFleet(processes=[serve], database=place / ".callsheet" / "journal.db")
        finally:
            await serve.kill()


OpenFleet: TypeAlias = Callable[[Path, Path], AbstractAsyncContextManager[Fleet]]
"""Opens a fleet of which no process runs yet: in a folder, with the ledger of its tools."""

FLEETS: dict[str, OpenFleet] = {"sqlite": sqlite_fleet}


@asynccontextmanager
async def _outside_tools(ledger: Path) -> AsyncGenerator[str]:
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


def _servers(url: str, ledger: Path) -> dict[str, JsonObject]:
    """The tools outside, and a child of the process that dies with it; both learn who calls."""
    return {
        "outside": {"type": "http", "url": url, "headers": {"X-Process": "${CHAOS_PROCESS}"}},
        "child": program(TOOLS, "--ledger", ledger, "--process", "${CHAOS_PROCESS}"),
    }
