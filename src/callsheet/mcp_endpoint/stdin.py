"""The lines of standard input, read beside the event loop; they can be made to end from within."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

_CHUNK: Final = 64 * 1024
_MAX_LINE: Final = 64 * 1024 * 1024
_AHEAD: Final = 16
"""Lines that may wait to be taken."""


class StdinLines:
    """An asynchronous iterator of lines, for the SDK's `stdio_server`.

    A thread that blocks in a read cannot be stopped; this one is left behind, and keeps nothing from ending. (A thread
    of a pool, as the SDK itself uses, keeps a process from ending until its standard input does.)

    Args:
        descriptor: what is read, standard input by default.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def end(self) -> None:
        """Let the lines end after those that were read."""
        self._lines.put_nowait(None)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        """The next line."""
        line = await self._lines.get()
        if line is None:
            raise StopAsyncIteration
        self._room.release()
        return line

    def _read(self) -> None:
        pending = bytearray()
        try:
            while chunk := os.read(self._descriptor, _CHUNK):
                pending += chunk
                if b"\n" in chunk:
                    *lines, rest = pending.split(b"\n")
                    for line in filter(bytes.strip, map(bytes, lines)):
                        self._room.acquire()
                        self._give(line.decode("utf-8", "replace"))
                    pending = rest
                elif len(pending) > _MAX_LINE:
                    break
        except OSError:
            pass  # as at its end
        if pending.strip():
            self._give(pending.decode("utf-8", "replace"))
        self._give(None)

    def _give(self, line: str | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits for lines any more
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
