"""How a script drives a side that is a process: one line of JSON in, one line of JSON out.

The process writes `{"ready": true}` when it can work. `{"runs": 100, "concurrency": 50}` asks for a block, and
the answer has the fields of `Sample`. The end of its stdin ends the process.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from benches.samples import Sample, drive

ROOT: Final = Path(__file__).parents[2]
_LINE: Final = 16 * 2**20


async def obey(one_run: Callable[[], Awaitable[None]]) -> None:
    """Answer commands until there are no more: the side of the process that is driven."""
    _write({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        command = orjson.loads(line)
        cpu = time.process_time()
        seconds, latencies = await drive(one_run, command["runs"], command["concurrency"])
        cpu = time.process_time() - cpu
        _write({"runs": command["runs"], "seconds": seconds, "cpu": cpu, "latencies": latencies})


class Driven:
    """A side that another process is. Made by `driven`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`."""
        stdin = self._process.stdin
        if stdin is None:
            raise TypeError("The process has no stdin.")
        stdin.write(orjson.dumps({"runs": runs, "concurrency": concurrency}) + b"\n")
        answer = await self.answer()
        return Sample(
            runs=answer["runs"], seconds=answer["seconds"], cpu=answer["cpu"], latencies=tuple(answer["latencies"])
        )

    async def answer(self) -> dict[str, Any]:
        """The next line that the process writes."""
        stdout = self._process.stdout
        line = b"" if stdout is None else await stdout.readline()
        if not line:
            raise RuntimeError(f"A benchmark's process ended with status {await self._process.wait()}.")
        return orjson.loads(line)


@asynccontextmanager
async def driven(module: str, *arguments: str, python: str = sys.executable) -> AsyncGenerator[Driven]:
    """The process `python -m module arguments`, once it is ready."""
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE,
    )
    try:
        side = Driven(process)
        await side.answer()
        yield side
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _write(fields: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(fields) + b"\n")
    sys.stdout.buffer.flush()
