"""Servers as processes, `callsheet serve` first of all, and what they cost."""

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from benches.documents import INPUT, SCENARIO_ID
from benches.samples import Sample, drive
from benches.sides.commands import ROOT
from benches.sides.wire import Wires, connected

HOST: Final = "127.0.0.1"
SUBMIT: Final = orjson.dumps({"scenario_id": SCENARIO_ID, "input": INPUT})
_SCHEDULER_CLOCK: Final = 2
_TAIL: Final = 2048
_ATTEMPTS: Final = 8000
_PAUSE: Final = 0.005


Ask: TypeAlias = Callable[[Wires], Awaitable[None]]
"""What one run of a block asks of a server."""


class Served:
    """A server in another process; as a `Side` it is asked over HTTP, `ask` by `ask`, with an API key or none."""

    def __init__(self, port: int, pid: int, ask: Ask, key: str = "") -> None:
        self.port = port
        self._pid = pid
        self._clock = cpu_clock(pid)
        self._ask = ask
        self._key = key

    def asking(self, ask: Ask) -> "Served":
        """The same server, asked for something else."""
        return Served(self.port, self._pid, ask, self._key)

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`. `cpu` is the service's, not that of this client."""
        # Connections of its own for each block: the service closes those that are idle for 5 s.
        async with Wires(HOST, self.port, self._key) as wires:
            cpu = time.clock_gettime(self._clock)
            seconds, latencies = await drive(lambda: self._ask(wires), runs, concurrency)
            cpu = time.clock_gettime(self._clock) - cpu
        return Sample(runs=runs, seconds=seconds, cpu=cpu, latencies=latencies)


async def submission(wires: Wires) -> None:
    """A POST alone."""
    async with wires.one() as wire:
        await wire.post("/api/runs", SUBMIT)


async def whole_run(wires: Wires) -> None:
    """One run: POST, then the event stream to its end."""
    async with wires.one() as wire:
        accepted = orjson.loads(await wire.post("/api/runs", SUBMIT))
        text = b""
        async for data in wire.follow(f"/api/runs/{accepted['run_id']}/events"):
            text = (text + data)[-_TAIL:]
        if b'"run_finished"' not in text or b'"failed"' in text:
            raise RuntimeError(f"Run {accepted['run_id']} did not succeed.")


def cpu_clock(pid: int) -> int:
    """Linux' clock of another process's processor time, exact to the nanosecond; see `man clock_getcpuclockid`."""
    return (~pid << 3) | _SCHEDULER_CLOCK


def free_port() -> int:
    """A port that nobody listens on, a moment ago."""
    with socket.create_server((HOST, 0)) as listener:
        return listener.getsockname()[1]


@asynccontextmanager
async def program(*arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """`python arguments` in the repository's folder; SIGTERM at the end. What it said is shown if it ended before."""
    with tempfile.TemporaryFile() as words:  # a pipe that nobody reads fills up, and then a service stands still
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=words
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
            else:
                words.seek(0)
                sys.stderr.write(words.read().decode(errors="replace"))


async def until_listening(process: asyncio.subprocess.Process, port: int) -> None:
    """Return when something answers at `port`.

    Raises:
        RuntimeError: the process ended instead.
    """
    for _ in range(_ATTEMPTS):
        if process.returncode is not None:
            raise RuntimeError("The server ended.")
        try:
            async with connected(HOST, port):
                return
        except OSError:
            await asyncio.sleep(_PAUSE)
    raise RuntimeError(f"Nothing listens at port {port}.")


@asynccontextmanager
async def served(folder: Path, ask: Ask = whole_run) -> AsyncGenerator[Served]:
    """`callsheet serve` in `folder`, once it listens."""
    port = free_port()
    async with listening(port, "-m", "callsheet", "serve", "-C", str(folder), "--port", str(port)) as process:
        yield Served(port, process.pid, ask)


@asynccontextmanager
async def listening(port: int, *arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """`python arguments`, once it listens at `port`."""
    async with program(*arguments) as process:
        await until_listening(process, port)
        yield process
