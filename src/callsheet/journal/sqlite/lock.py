"""One writing process per journal: a lock file beside the database, held for as long as the process lives.

SQLite itself would let two processes take turns. Then each would miss what the other wrote to runs it has in memory.
"""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from callsheet.errors.journal import JournalUnavailable

_ATTEMPTS: Final = 5
_PAUSE: Final = 0.01
"""`holder` has the lock for a moment while it looks; an opener that meets it tries again after this many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that writes a journal.

    Attributes:
        pid: its process id; None when the lock file does not say.
        note: what the process tells others about itself, such as the address it serves at.
    """

    pid: int | None
    note: dict[str, str]


def lock_path(database: Path) -> Path:
    """Where the lock of `database` is."""
    return database.with_name(database.name + ".lock")


def holder(database: Path) -> Holder | None:
    """Who has `database` open for writing now; None when nobody has.

    Raises:
        JournalUnavailable: the lock file cannot be read.
    """
    path = lock_path(database)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise _unusable(path, exc) from exc
    try:
        if _take(descriptor, fcntl.LOCK_SH):
            return None
        return _parse(os.pread(descriptor, 65536, 0))
    finally:
        os.close(descriptor)


class DatabaseLock:
    """The lock of one database, from construction to `release`; the system releases it when the process dies.

    Args:
        database: the file that is locked; the lock file is beside it.
        note: for `Holder.note`.

    Raises:
        JournalUnavailable: another process holds the lock, or the lock file cannot be written.
    """

    def __init__(self, database: Path, note: dict[str, str] | None = None) -> None:
        self._path = lock_path(database)
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise _unusable(self._path, exc) from exc
        try:
            self._acquire(database)
            self.describe(note or {})
        except BaseException:
            os.close(self._descriptor)
            raise

    def describe(self, note: dict[str, str]) -> None:
        """Replace the note that other processes can read.

        Raises:
            JournalUnavailable: the lock file cannot be written.
        """
        try:
            self._write(orjson.dumps({"pid": os.getpid(), "note": note}))
        except OSError as exc:
            raise _unusable(self._path, exc) from exc

    def release(self) -> None:
        """Let another process have the database; once is enough, more is harmless.

        The file stays: removing it would race with the next opener.
        """
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _acquire(self, database: Path) -> None:
        for attempt in range(_ATTEMPTS):
            if attempt:
                # Journals are opened in a thread, and nobody tells when `holder` has looked.
                time.sleep(_PAUSE)
            if _take(self._descriptor, fcntl.LOCK_EX):
                return
        pid = _parse(os.pread(self._descriptor, 65536, 0)).pid
        who = "another process" if pid is None else f"process {pid}"
        raise JournalUnavailable(
            f"The journal {database} is in use by {who}. Stop that one, or give this one another data folder."
        )

    def _write(self, text: bytes) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)


def _take(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _parse(text: bytes) -> Holder:
    # The holder may be writing at this moment, so anything may be missing.
    try:
        value = orjson.loads(text)
        return Holder(pid=int(value["pid"]), note={str(k): str(v) for k, v in value["note"].items()})
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return Holder(pid=None, note={})


def _unusable(path: Path, error: OSError) -> JournalUnavailable:
    return JournalUnavailable(
        f"The lock file {path} cannot be used ({error.strerror}). Check the rights and the free space of its folder."
    )
