"""Real worker processes, and the ledger that says what they do."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.service import ROOT

TAKEOVER = 10.0
"""Seconds within which the runs of a killed worker go on elsewhere."""


class Workers:
    """Processes over one queue."""

    def __init__(self, url: str, ledger: Path) -> None:
        self._url = url
        self._ledger = ledger
        self._processes: list[subprocess.Popen[bytes]] = []

    def noted(self, what: str, run_id: str | None = None) -> list[int]:
        """The processes that noted this, in their order."""
        lines = self._ledger.read_text().splitlines() if self._ledger.exists() else []
        found = [line.split() for line in lines]
        return [int(pid) for pid, event, run in found if event == what and run_id in {None, run}]

    def order(self, what: str) -> list[str]:
        """The runs of which this was noted, in their order."""
        found = [line.split() for line in self._ledger.read_text().splitlines()]
        return [run for _, event, run in found if event == what]

    async def start(self, room: int = 10) -> int:
        """A new process, which works."""
        command = [sys.executable, "-m", "tests.support.fleet_worker", self._url, str(self._ledger), str(room)]
        process = await asyncio.to_thread(subprocess.Popen[bytes], command, cwd=ROOT)
        self._processes.append(process)
        await self.until(lambda: process.pid in self.noted("works"), 30)
        return process.pid

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Send a signal."""
        next(process for process in self._processes if process.pid == pid).send_signal(number)

    async def ended(self, pid: int) -> int:
        """The exit status."""
        process = next(process for process in self._processes if process.pid == pid)
        return await asyncio.to_thread(process.wait, 20)

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Return when the ledger says so. It is a file: there is nothing to wait for but time."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def close(self) -> None:
        """Kill what is left."""
        for process in self._processes:
            process.kill()
            process.wait()


@contextmanager
def workers(url: str, folder: Path) -> Generator[Workers]:
    """No processes yet; none is left at the end."""
    crowd = Workers(url, folder / "ledger")
    try:
        yield crowd
    finally:
        crowd.close()
