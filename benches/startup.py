"""How long a person waits: for the help, for the library, and for the first run of a service that just starts.

Python itself, started to do nothing, runs beside them.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benches.documents import chain, write_folder
from benches.findings import Finding, at_most
from benches.pairing import Load, Side, alternate, difference, each
from benches.samples import Sample
from benches.service import SERVERS
from benches.sides.commands import ROOT
from benches.sides.served import HOST, free_port, listening, whole_run
from benches.sides.wire import Wires

_COMMANDS: Final = {
    "python": ("-c", "pass"),
    "callsheet --help": ("-m", "callsheet", "--help"),
    "import callsheet": ("-c", "import callsheet"),
}


class Command:
    """A side that runs a Python program to its end."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`; one after the other."""
        used, begun = os.times(), time.perf_counter()
        for _ in range(runs):
            process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
            )
            if await process.wait():
                raise RuntimeError(f"{' '.join(self._arguments)} failed.")
        seconds, now = time.perf_counter() - begun, os.times()
        cpu = now.children_user + now.children_system - used.children_user - used.children_system
        return Sample(runs=runs, seconds=seconds, cpu=cpu, latencies=(seconds / runs,))


class FirstRun:
    """A side that starts a service in a fresh folder and makes one run; its end is not counted."""

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`; one service only."""
        with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
            folder, port = Path(name), free_port()
            write_folder(folder, chain(), [sys.executable, str(SERVERS / "raw.py")])
            begun = time.perf_counter()
            async with (
                listening(port, "-m", "callsheet", "serve", "-C", name, "--port", str(port)),
                Wires(HOST, port) as wires,
            ):
                await whole_run(wires)
                seconds = time.perf_counter() - begun
        return Sample(runs=1, seconds=seconds, cpu=0.0, latencies=(seconds,))


async def measure(*, quick: bool) -> list[Finding]:
    """Seconds of each."""
    commands: dict[str, Side] = {name: Command(*arguments) for name, arguments in _COMMANDS.items()}
    blocks = 3 if quick else 10
    samples = await alternate(commands, Load(runs=2, concurrency=1, blocks=blocks))
    services = await alternate({"service": FirstRun()}, Load(runs=1, concurrency=1, blocks=blocks))
    findings = [
        Finding(
            name=f"{name}, with Python's own start",
            unit="s",
            spread=each(samples[name], lambda sample: sample.p50),
            target=at_most(0.4) if name == "callsheet --help" else None,
        )
        for name in _COMMANDS
    ]
    findings += [
        Finding(
            name=f"{name}, processor time beyond Python's own",
            unit="s",
            spread=difference(samples[name], samples["python"], lambda sample: sample.cpu_per_run),
        )
        for name in _COMMANDS
        if name != "python"
    ]
    first = each(services["service"], lambda sample: sample.p50)
    return [
        *findings,
        Finding(name="callsheet serve, to the first finished run", unit="s", spread=first, target=at_most(2.5)),
    ]
