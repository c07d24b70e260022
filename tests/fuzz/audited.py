"""What a piece of code does to the machine, as Python's own audit events tell it.

`Watch` records events of running code, files, programs, the network and foreign functions. A hook cannot be removed,
so this is for a process of its own. https://docs.python.org/3/library/audit_events.html
"""

import ctypes
import os
import socket
import subprocess
import sys
import zoneinfo
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import tzdata

FORBIDDEN: Final = (
    *("exec", "compile", "import", "open", "subprocess.", "os.", "socket.", "ctypes.", "pty.", "shutil.", "tempfile."),
    *("marshal.", "pickle.", "sys.addaudithook", "code.__new__", "mmap.", "ftplib.", "urllib.", "glob."),
)
"""Names of events, or how they begin when they end in a dot."""


_ZONES: Final = tuple(f"{folder}/" for folder in (*zoneinfo.TZPATH, Path(tzdata.__file__).parent / "zoneinfo"))


class Watch:
    """The events that were seen while it was armed; one for each process."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._armed = False
        sys.addaudithook(self._hear)

    @contextmanager
    def armed(self) -> Generator[None]:
        """Record what happens in the block."""
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._armed and event.startswith(FORBIDDEN) and not _reads_a_zone(event, arguments):
            self._armed = False  # what is done to tell of it is not meant
            self.seen.append(f"{event} {arguments!r}"[:300])
            self._armed = True


def _reads_a_zone(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether a time zone is looked up by its name, which a schedule has: the time zone database is read."""
    reads = event == "os.listdir" or (event == "open" and arguments[1] in {"r", "rb"})
    return reads and f"{arguments[0]}/".startswith(_ZONES)


def bites(watch: Watch) -> list[str]:
    """Do what is forbidden, each once; the events that were recorded."""
    before = len(watch.seen)
    with watch.armed():
        exec("1")
        with open(os.devnull, encoding="ascii"), suppress(ImportError):
            import_module("there_is_no_such_module")
        subprocess.run(["true"], check=False)
        socket.socket().close()
        ctypes.CDLL(None)
    found = watch.seen[before:]
    del watch.seen[before:]
    return found
