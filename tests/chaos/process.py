"""One place in a fleet: one process after the other, each of which can be killed, frozen and asked to end."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
READY_SECONDS = 60.0
"""Until a process says what it does, on a machine that is busy with everything."""

STOP_SECONDS = 45.0
"""Until a process ended after SIGTERM, which is longer than every limit of its own."""

LOOK = 0.02
"""Seconds between two looks at what a process says."""


class DidNot(Exception):
    """A process did not begin or end in time; the end of its log is told."""


class Process:
    """A place.

    Args:
        name: such as `worker-2`.
        command: what is started, over and over.
        folder: where.
        log: a file that takes all that the processes say.
        says: what a process says once it is ready; its first group, if it has one, is the process's address.
        works: whether it executes runs, so that a strike can hit a step.
        environment: of every process; `CHAOS_PROCESS` comes on top, which names this one.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        says: str,
        works: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.url: str | None = None
        self.born = 0
        self.works = works
        self._command = [sys.executable, str(LEASH), *command]
        self._folder = folder
        self._log = log
        self._says = re.compile(says)
        self._environment = dict(environment or {})
        self._began_at = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def label(self) -> str:
        """Names the present process among all that were ever here."""
        return f"{self.name}.{self.born}"

    @property
    def alive(self) -> bool:
        """Whether there is a process, frozen or not."""
        return self._process is not None and self._process.returncode is None

    async def spawn(self) -> None:
        """Start a process."""
        if self.alive:
            raise DidNot(f"{self.label} still runs.")
        self.born += 1
        self.url = None
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
        environment = {**inherited, **self._environment, "PYTHONUNBUFFERED": "1", "CHAOS_PROCESS": self.label}
        with self._log.open("ab") as log:
            log.write(f"--- {self.label}\n".encode())
            log.flush()
            self._began_at = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )

    async def ready(self) -> None:
        """Return when the process says that it is ready.

        Raises:
            DidNot: it did not, in time.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                while (found := self._says.search(self._said())) is None:
                    if not self.alive:
                        raise DidNot(f"{self.label} ended instead of beginning:\n{self.last_words()}")
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            raise DidNot(f"{self.label} did not begin within {READY_SECONDS} s:\n{self.last_words()}") from None
        self.url = found[1] if found.groups() else None

    async def kill(self) -> int:
        """SIGKILL; the exit status, -9 unless it had ended before."""
        self._send(signal.SIGKILL)
        return await self._ended()

    def ask_to_end(self) -> None:
        """SIGTERM, and do not wait."""
        self._send(signal.SIGTERM)

    async def terminate(self) -> int:
        """SIGTERM; the exit status.

        Raises:
            DidNot: it did not end, in time.
        """
        self.ask_to_end()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self._ended()
        except TimeoutError:
            raise DidNot(f"{self.label} did not end within {STOP_SECONDS} s of SIGTERM:\n{self.last_words()}") from None

    def freeze(self) -> None:
        """SIGSTOP."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def last_words(self) -> str:
        """The end of what this process said."""
        return self._said()[-3000:]

    def _said(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._began_at)
            return log.read().decode(errors="replace")

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self._process is not None:
                self._process.send_signal(number)

    async def _ended(self) -> int:
        if self._process is None:
            raise DidNot(f"{self.name} was never started.")
        status = await self._process.wait()
        self.url = None
        return status
