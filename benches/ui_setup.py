"""How long somebody who just cloned waits until the web UI can be opened, and who changed nothing."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from benches.findings import Finding, at_most
from benches.samples import spread
from benches.sides.commands import ROOT

WANTED = (".venv/.ready", "ui")


async def measure(*, quick: bool) -> list[Finding]:
    """`make` in a fresh clone of what is committed: its first time, and again."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        clone = Path(name) / "clone"
        await _seconds("git", "clone", "--quiet", str(ROOT), str(clone))
        first = await _seconds("make", *WANTED, folder=clone)
        again = [await _seconds("make", *WANTED, folder=clone) for _ in range(1 if quick else 3)]
    return [
        Finding(
            name="make in a fresh clone, environment and UI", unit="s", spread=spread([first]), target=at_most(120)
        ),
        Finding(name="the same again", unit="s", spread=spread(again), target=at_most(10)),
    ]


async def _seconds(*command: str, folder: Path = ROOT) -> float:
    begun = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "CALLSHEET_"))}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError(f"{' '.join(command)} failed.")
    return time.perf_counter() - begun
