"""10,000 runs that a crash left unfinished: how long after its start a service has taken up all of them.

From the moment at which the process is started, so Python's own start and all imports are in it, until two things:

* all are dispatched: the service says so in its log; on PostgreSQL, all have jobs, of which there were none before;
* so many are at work: each run's next tool call has arrived at the tool server, which never answers one. So the run
  was read, and its next event is durable. There is room for all of them at once, and none waits for another's end.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from benches.documents import chain
from benches.findings import Finding, at_most
from benches.samples import spread
from benches.sides.fleet import database_server, upgrade, write_fleet
from benches.sides.served import cpu_clock, free_port, program
from benches.sides.unfinished import fill
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.sqlite.journal import SqliteJournal
from tests.support.postgres import PostgresServer

RUNS: Final = 10_000
MOST: Final = 5
SOME: Final = 1_000
"""So many are awaited at work on PostgreSQL, where a worker takes them up one by one, from a queue."""
DOCUMENT: Final = chain(tool="nap", steps=2)
_PAUSE: Final = 0.02
_PATIENCE: Final = 300
_SAID: Final = b"unfinished runs go on"
_JOBS: Final = "SELECT count(*) FROM callsheet.procrastinate_jobs WHERE task_name = 'callsheet.run'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One start: seconds until all were dispatched, the first and the last awaited one at work; of processor time."""

    dispatched: float
    first: float
    last: float
    cpu: float


async def measure(*, quick: bool) -> list[Finding]:
    """`callsheet serve` on SQLite, and one `callsheet worker` on PostgreSQL."""
    count, rounds = (1_000, 2) if quick else (RUNS, 5)
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        findings = _findings(f"SQLite, {count:,} runs", count, await _on_sqlite(Path(name), count, rounds))
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        async with database_server() as server:
            on_postgres = await _on_postgres(server, Path(name), count, rounds)
    return findings + _findings(f"PostgreSQL, {count:,} runs", min(count, SOME), on_postgres)


async def _on_sqlite(place: Path, count: int, rounds: int) -> list[Round]:
    prepared = place / "journal.db"
    async with SqliteJournal.open(prepared) as journal:
        await fill(journal, DOCUMENT, count)
    found: list[Round] = []
    for number in range(rounds):
        folder = _folder(place, number)
        shutil.copy(prepared, folder / ".callsheet" / "journal.db")
        command = ("serve", "-C", str(folder), "--port", str(free_port()))
        async with _started(*command) as (process, said):
            found.append(await _round(process, folder, count, lambda said=said: _SAID in said))
    return found


async def _on_postgres(server: PostgresServer, place: Path, count: int, rounds: int) -> list[Round]:
    prepared = server.database()
    await upgrade(_folder(place, rounds, prepared))
    async with PostgresJournal.open(prepared) as journal:
        await fill(journal, DOCUMENT, count)
    found: list[Round] = []
    for number in range(rounds):
        url = server.database(prepared.rpartition("/")[2])
        folder = _folder(place, number, url)
        with psycopg.connect(url, autocommit=True) as connection:

            def all_have_jobs(connection: psycopg.Connection = connection) -> bool:
                row = connection.execute(_JOBS).fetchone()
                return row is not None and row[0] >= count

            async with _started("worker", "-C", str(folder)) as (process, _):
                found.append(await _round(process, folder, min(count, SOME), all_have_jobs))
    return found


def _folder(place: Path, number: int, url: str = "") -> Path:
    folder = place / str(number)
    (folder / ".callsheet").mkdir(parents=True)
    tool_server = (sys.executable, "-m", "benches.sides.counting", str(folder / "calls"))
    write_fleet(folder, DOCUMENT, tool_server, room=RUNS, url=url, log_level="INFO")
    return folder


@asynccontextmanager
async def _started(*arguments: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, bytearray]]:
    """A process of ours, and what it has said so far; it is killed, for how it lets go of so many is another matter."""
    said = bytearray()
    async with program("-m", "callsheet", *arguments) as process:
        listening = asyncio.create_task(_listen(process, said))
        try:
            yield process, said
        finally:
            process.kill()
            await asyncio.gather(process.wait(), listening)


async def _listen(process: asyncio.subprocess.Process, said: bytearray) -> None:
    while process.stderr is not None and (words := await process.stderr.read(65536)):
        said += words


async def _round(
    process: asyncio.subprocess.Process, folder: Path, at_work: int, is_dispatched: Callable[[], bool]
) -> Round:
    begun, dispatched, first = time.perf_counter(), 0.0, 0.0
    while (arrived := _size(folder / "calls")) < at_work or not dispatched:
        now = time.perf_counter() - begun
        first = first or (now if arrived else 0.0)
        dispatched = dispatched or (now if is_dispatched() else 0.0)
        if process.returncode is not None or now > _PATIENCE:
            raise RuntimeError(f"{arrived:,} runs were taken up.")
        await asyncio.sleep(_PAUSE)
    last, cpu = time.perf_counter() - begun, time.clock_gettime(cpu_clock(process.pid))
    return Round(dispatched=dispatched, first=first, last=last, cpu=cpu)


def _size(file: Path) -> int:
    try:
        return os.stat(file).st_size
    except FileNotFoundError:
        return 0


def _findings(name: str, at_work: int, rounds: Sequence[Round]) -> list[Finding]:
    return [
        Finding(
            name=f"{name}: from the start until all are dispatched",
            unit="s",
            spread=spread([one.dispatched for one in rounds]),
            target=at_most(MOST),
        ),
        Finding(name=f"{name}: until {at_work:,} are at work", unit="s", spread=spread([one.last for one in rounds])),
        Finding(name=f"{name}: until the first is", unit="s", spread=spread([one.first for one in rounds])),
        Finding(
            name=f"{name}: processor time until they are",
            unit="s",
            spread=spread([one.cpu for one in rounds]),
        ),
    ]
