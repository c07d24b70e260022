"""Two replicas of the API and three workers on one PostgreSQL server, which can be crashed, too."""

import asyncio
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.chaos.fleet import DRAIN_SECONDS, GAPS, LISTENS, Fleet, furnish_fleet, outside_tools
from tests.chaos.process import Process
from tests.support.postgres import PostgresServer, postgres_server

REPLICAS = 2
WORKERS = 3


@dataclass(slots=True, kw_only=True)
class PostgresFleet:
    """Processes of which any other can go on with the work of a worker."""

    processes: Sequence[Process]
    url: str
    restart_database: Callable[[], Awaitable[None]] | None
    frozen_seconds: tuple[float, float] = (0.5, 9.0)

    def urls(self) -> Sequence[str]:
        """See `Fleet.urls`."""
        return [process.url for process in self.processes if process.url is not None]

    def stored_wrongly(self) -> Sequence[str]:
        """See `Fleet.stored_wrongly`."""
        with psycopg.connect(self.url, options="-c search_path=callsheet") as connection:
            return [f"run {row[0]} has {row[1:]}" for row in connection.execute(GAPS)]


@asynccontextmanager
async def postgres_fleet(folder: Path, ledger: Path) -> AsyncGenerator[Fleet]:
    """The fleet, of which the database runs."""
    with ExitStack() as stack:
        server = await asyncio.to_thread(stack.enter_context, postgres_server())
        async with outside_tools(ledger) as tools:
            place, url = folder / "service", server.database()
            key = folder / "key"
            key.write_bytes(secrets.token_bytes(32))
            key.chmod(0o600)
            settings: dict[str, str | int | float] = {
                "drain_timeout": DRAIN_SECONDS,
                "database_url": url,
                "key_file": str(key),
            }
            furnish_fleet(place, tools, ledger, settings)
            await _upgrade(place)
            processes = _processes(folder, place)
            try:
                yield PostgresFleet(processes=processes, url=url, restart_database=_restart(server))
            finally:
                for process in processes:
                    if process.alive:
                        await process.kill()


def _processes(folder: Path, place: Path) -> list[Process]:
    def process(name: str, *command: str, says: str, works: bool) -> Process:
        whole = [sys.executable, "-m", "callsheet", *command, "--folder", str(place), "--data", str(folder / name)]
        return Process(name, whole, folder=place, log=folder / f"{name}.log", says=says, works=works)

    replicas = [
        process(f"api-{number}", "serve", "--no-worker", "--port", "0", says=LISTENS, works=False)
        for number in range(1, REPLICAS + 1)
    ]
    workers = [
        process(f"worker-{number}", "worker", says="executes runs", works=True) for number in range(1, WORKERS + 1)
    ]
    return [*replicas, *workers]


def _restart(server: PostgresServer) -> Callable[[], Awaitable[None]]:
    async def restart() -> None:
        await asyncio.to_thread(server.restart_immediate)

    return restart


async def _upgrade(place: Path) -> None:
    command = [sys.executable, "-m", "callsheet", "db", "upgrade", "--folder", str(place)]
    process = await asyncio.create_subprocess_exec(*command, cwd=place, stdout=asyncio.subprocess.DEVNULL)
    if await process.wait():
        raise RuntimeError("`callsheet db upgrade` failed.")
