"""Callsheet as real processes: one that does everything on SQLite, or API replicas and workers on PostgreSQL."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import orjson

from benches.documents import write_folder
from benches.samples import Sample, drive
from benches.sides.commands import ROOT
from benches.sides.served import HOST, SUBMIT, cpu_clock, free_port, listening, program
from benches.sides.wire import Wire, Wires
from callsheet.scenario.json import JsonObject
from tests.support.postgres import PostgresServer, postgres_server

_UNFINISHED: Final = "/api/runs?status=queued&status=running&limit=1"
_FAILED: Final = "/api/runs?status=failed&limit=1"
_PAUSE: Final = 0.01
_LOOKS: Final = 5_000


@asynccontextmanager
async def database_server() -> AsyncGenerator[PostgresServer]:
    """A PostgreSQL server of this benchmark alone."""
    with ExitStack() as stack:
        yield await asyncio.to_thread(stack.enter_context, postgres_server())


class Fleet:
    """Processes that share one journal; as a `Side`, they work off a backlog.

    Attributes:
        ports: where the API replicas listen.
        pids: of all processes, the replicas first.
    """

    def __init__(self, ports: Sequence[int], pids: Sequence[int]) -> None:
        self.ports = tuple(ports)
        self.pids = tuple(pids)
        self._clocks = [cpu_clock(pid) for pid in pids]

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`. From the first submission until no run is unfinished; `cpu` is that of all processes.

        The runs are submitted over HTTP, `concurrency` requests at a time and without waiting for any run's end, and
        nobody watches them but one client the last one: the fleet alone decides how quick it is.
        """
        cpu, begun = self.cpu(), time.perf_counter()
        async with Wires(HOST, self.ports[0]) as wires:
            await self._submitted(wires, runs, concurrency)
            async with wires.one() as wire:
                await _none_unfinished(wire)
                seconds, cpu = time.perf_counter() - begun, self.cpu() - cpu
                if await _any(wire, _FAILED):
                    raise RuntimeError("A run failed.")
        return Sample(runs=runs, seconds=seconds, cpu=cpu, latencies=())

    def cpu(self) -> float:
        """Seconds of processor time that all processes have spent.

        Raises:
            RuntimeError: one of them has ended.
        """
        try:
            return sum(time.clock_gettime(clock) for clock in self._clocks)
        except OSError as exc:
            raise RuntimeError("A process of the fleet has ended.") from exc

    async def _submitted(self, wires: Wires, runs: int, concurrency: int) -> None:
        """Submit runs and return with the end of the last one, after which the others have hardly anything left."""
        last = b""

        async def submit() -> None:
            nonlocal last
            async with wires.one() as wire:
                last = await wire.post("/api/runs", SUBMIT)

        await drive(submit, runs, concurrency)
        async with wires.one() as wire:
            async for _ in wire.follow(f"/api/runs/{orjson.loads(last)['run_id']}/events"):
                pass


async def _none_unfinished(wire: Wire) -> None:
    for _ in range(_LOOKS):
        if not await _any(wire, _UNFINISHED):
            return
        await asyncio.sleep(_PAUSE)
    raise RuntimeError("Runs did not come to their ends.")


async def _any(wire: Wire, path: str) -> bool:
    return bool(orjson.loads(await wire.get(path))["runs"])


@asynccontextmanager
async def on_sqlite(document: JsonObject, command: Sequence[str], *, room: int = 100) -> AsyncGenerator[Fleet]:
    """`callsheet serve` in a new folder, once it listens.

    Args:
        document: the scenario.
        command: of the tool server.
        room: how many runs may be at work at once.
    """
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        write_fleet(folder, document, command, room=room)
        async with AsyncExitStack() as stack:
            ports, pids = await replicas(stack, folder, 1)
            yield Fleet(ports, pids)


@asynccontextmanager
async def on_postgres(
    url: str, document: JsonObject, command: Sequence[str], *, apis: int = 1, workers: int = 1, room: int = 100
) -> AsyncGenerator[Fleet]:
    """API replicas and worker processes on a new database, once the replicas listen.

    Args:
        url: of the database.
        document: the scenario.
        command: of the tool server; each worker has one.
        apis: how many replicas.
        workers: how many worker processes; 0 lets the replicas execute the runs themselves.
        room: how many runs may be at work at once in all workers together.
    """
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        write_fleet(folder, document, command, room=-(-room // (workers or apis)), url=url)
        await upgrade(folder)
        async with AsyncExitStack() as stack:
            ports, pids = await replicas(stack, folder, apis, "--no-worker" if workers else "--worker")
            pids += [await worker(stack, folder) for _ in range(workers)]
            yield Fleet(ports, pids)


def write_fleet(
    folder: Path,
    document: JsonObject,
    command: Sequence[str],
    *,
    room: int,
    url: str = "",
    log_level: str = "WARNING",
) -> None:
    """Write what the processes of a fleet need in their folder; without `url` they use SQLite."""
    write_folder(folder, document, list(command), working_folder=ROOT, in_flight=room)
    settings: dict[str, object] = {"max_concurrent_runs": room, "drain_timeout": 0, "log_level": log_level}
    if url:
        settings["database_url"] = url
    lines = [f"{name} = {orjson.dumps(value).decode()}\n" for name, value in settings.items()]
    (folder / "callsheet.toml").write_text("".join(lines), encoding="utf-8")


async def upgrade(folder: Path) -> None:
    """`callsheet db upgrade`.

    Raises:
        RuntimeError: it failed.
    """
    command = [sys.executable, "-m", "callsheet", "db", "upgrade", "-C", str(folder)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, words = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"callsheet db upgrade failed: {words.decode(errors='replace')}")


async def replicas(stack: AsyncExitStack, folder: Path, count: int, *arguments: str) -> tuple[list[int], list[int]]:
    """Start `callsheet serve` so many times; the ports and the process ids, once all listen."""
    ports: list[int] = []
    pids: list[int] = []
    for _ in range(count):
        port = free_port()
        command = ("-m", "callsheet", "serve", "-C", str(folder), "--port", str(port), *arguments)
        process = await stack.enter_async_context(listening(port, *command))
        ports.append(port)
        pids.append(process.pid)
    return ports, pids


async def worker(stack: AsyncExitStack, folder: Path) -> int:
    """Start `callsheet worker`; its process id, at once."""
    process = await stack.enter_async_context(program("-m", "callsheet", "worker", "-C", str(folder)))
    return process.pid
