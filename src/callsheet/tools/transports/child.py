"""The process of a stdio server: how it starts, what is remembered of it, and how it ends."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias, cast

from callsheet.runs.redaction.redactor import NOTHING, Redactor
from callsheet.runs.redaction.split import Stream
from callsheet.tools.servers import StdioServer
from callsheet.tools.transports.orphans import Children

INHERITED: Final = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
"""All that a server sees of our environment; everything else has to be written into its `env`."""

GRACE: Final = 2.0
"""Seconds that a server has to end by itself, first after the end of its stdin, then after SIGTERM."""

SETTLE: Final = 1.0
"""Seconds from the end of stdout, or of stdin, until the session counts as ended, whatever else is still open.

A crash closes stdout before the kernel tells of it; on a busy machine, the exit status has come 100 ms later. Only a
server that closes its stdout and lives on is waited for to the end.
"""

STDOUT: Final = 1
STDERR: Final = 2

STDERR_LINES: Final = 200
STDERR_BYTES: Final = 32 * 2**10
STDERR_LINE_BYTES: Final = 2 * 2**10

QUOTED_CHARACTERS: Final = 2_000
"""How much of its stderr an error about a server quotes."""


_LOCALE: Final = "LC_CTYPE"
_LAUNCHER: Final = str(Path(__file__).with_name("launcher.py"))

OnStdout: TypeAlias = Callable[[bytes, asyncio.ReadTransport], None]


class CannotStart(Exception):
    """The program cannot be started, and trying again will not help. The text says why."""


class LastWords:
    """The end of what a server wrote to stderr: the last lines, and never more than `STDERR_BYTES` of them.

    Secrets are taken out as it comes: later, a line that was cut might begin in the middle of one.
    """

    def __init__(self, redactor: Redactor = NOTHING) -> None:
        self._stream = Stream(redactor)
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._open = b""

    def feed(self, chunk: bytes) -> None:
        """Take what the server wrote."""
        if len(chunk) > STDERR_BYTES:
            end = chunk[-STDERR_BYTES:]
            chunk = end.partition(b"\n")[2] or end
        self._take(self._stream.feed(chunk))

    def _take(self, chunk: bytes) -> None:
        *lines, rest = chunk.split(b"\n")
        # The first line goes on with what was open; of the others only those that will be kept are worth a look.
        for line in lines[:1] + lines[1:][-STDERR_LINES:]:
            self._keep((self._open + line)[-STDERR_LINE_BYTES:])
            self._open = b""
        self._open = (self._open + rest)[-STDERR_LINE_BYTES:]

    def text(self) -> str:
        """The lines, oldest first."""
        last = self._open + self._stream.pending
        lines = [*self._lines, last] if last else self._lines
        return b"\n".join(lines).decode("utf-8", "replace").strip()

    def _keep(self, line: bytes) -> None:
        self._lines.append(line)
        self._bytes += len(line)
        while len(self._lines) > STDERR_LINES or self._bytes > STDERR_BYTES:
            self._bytes -= len(self._lines.popleft())


class Child(asyncio.SubprocessProtocol):
    """A running server. What it writes goes to `on_stdout`, chunk by chunk, with the pipe it came from.

    `on_end` is called, perhaps more than once, when nothing more will come.

    It leads a process group of its own, so that signals reach the whole family. When this process dies, the kernel ends
    the server, and `children` knows what it may have started.
    """

    def __init__(
        self, on_stdout: OnStdout, on_end: Callable[[], None], children: Children, redactor: Redactor = NOTHING
    ) -> None:
        self._children = children
        self._on_stdout = on_stdout
        self._on_end = on_end
        self._exited = asyncio.Event()
        self._over = asyncio.Event()
        self._open_pipes = {STDOUT, STDERR}
        self._transport: asyncio.SubprocessTransport | None = None
        self.last_words = LastWords(redactor)

    @property
    def process(self) -> asyncio.SubprocessTransport:
        """The started process."""
        if self._transport is None:
            raise RuntimeError("the child has not been started")
        return self._transport

    @property
    def stdin(self) -> asyncio.WriteTransport:
        """Where requests are written."""
        return cast("asyncio.WriteTransport", self.process.get_pipe_transport(0))

    @property
    def stdout(self) -> asyncio.ReadTransport:
        """Where answers come from; can be paused."""
        return cast("asyncio.ReadTransport", self.process.get_pipe_transport(1))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport (called by asyncio)."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Hand on stdout, keep the end of stderr (called by asyncio)."""
        if fd == STDOUT:
            self._on_stdout(data, self.stdout)
        else:
            self.last_words.feed(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """A closed stdout is the end of the session (called by asyncio)."""
        self._open_pipes.discard(fd)
        if fd == STDOUT:
            self._end_within(SETTLE)
        self._end_when_settled()

    def process_exited(self) -> None:
        """Note the exit (called by asyncio). Grandchildren may still hold the pipes, but nobody answers any more."""
        self._exited.set()
        self._end_within(GRACE)
        self._end_when_settled()

    def _end_when_settled(self) -> None:
        # Only now are the exit status and the last words complete, and the calls that fail can quote them.
        if self._exited.is_set() and not self._open_pipes:
            self._end()

    def _end_within(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._end)

    def _end(self) -> None:
        self._over.set()
        self._on_end()

    async def settled(self) -> None:
        """Return when all is known of the server's end; after `SETTLE` at the latest, as it may live on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE):
                await self._over.wait()

    def epitaph(self) -> str:
        """How the server ended and what it said last, as the end of a sentence; empty when there is nothing to say."""
        status = self.process.get_returncode()
        ended = "" if status is None else f" It {_exit(status)}."
        words = self.last_words.text()
        if len(words) > QUOTED_CHARACTERS:
            words = words[-QUOTED_CHARACTERS:]
            words = words.partition("\n")[2] or words  # whole lines: half a secret would not be found
        return f"{ended} Its last words on stderr:\n{words}" if words else ended

    def kill(self) -> None:
        """End the whole family at once."""
        self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        """End the server: close its stdin, then SIGTERM, then SIGKILL to its process group. Takes at most 3 * GRACE."""
        try:
            self.stdin.close()
            for sign in (signal.SIGTERM, signal.SIGKILL):
                if await self._ended():
                    break
                self._signal(sign)
            else:
                await self._ended()
        finally:
            # Whatever it started and left behind goes with it, also when we are in a hurry.
            self._signal(signal.SIGKILL)
            self.process.close()
            self._children.remove(self.process.get_pid())

    async def _ended(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self._exited.wait()
        return self._exited.is_set()

    def _signal(self, sign: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.get_pid(), sign)


async def start(
    server: StdioServer,
    environment: Mapping[str, str],
    on_stdout: OnStdout,
    on_end: Callable[[], None],
    children: Children,
    redactor: Redactor = NOTHING,
) -> Child:
    """Start `server` with the allowed part of `environment`, so that it dies with us; `redactor` is for its stderr.

    Raises:
        CannotStart: there is no such program or folder, or it may not be executed.
    """
    env = {name: environment[name] for name in INHERITED if name in environment} | dict(server.env)
    program = _program(server, env)
    loop = asyncio.get_running_loop()
    try:
        _, child = await loop.subprocess_exec(
            lambda: Child(on_stdout, on_end, children, redactor),
            *_launched(program, server, env),
            cwd=server.cwd,
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        raise CannotStart(f"the command {server.command!r} cannot be started: {error.strerror or error}") from error
    children.add(child.process.get_pid())
    return child


def _launched(program: str, server: StdioServer, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command that becomes `program`; outside of Linux, where nobody would tell it of our end, itself."""
    if sys.platform != "linux":
        return (program, *server.args)
    unset = "" if _LOCALE in env else _LOCALE
    launcher = (sys.executable, "-I", "-S", _LAUNCHER, str(os.getpid()), unset)
    return (*launcher, program, server.command, *server.args)


def _program(server: StdioServer, env: Mapping[str, str]) -> str:
    if server.cwd is not None and not server.cwd.is_dir():
        raise CannotStart(f"its working folder {str(server.cwd)!r} does not exist")
    program = shutil.which(server.command, path=env.get("PATH", os.defpath))
    if program is not None:
        return program
    if "/" in server.command:
        wrong = "is not executable" if Path(server.command).exists() else "does not exist"
        raise CannotStart(f"the command {server.command!r} {wrong}")
    raise CannotStart(f"the command {server.command!r} was not found on PATH")


def _exit(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"
