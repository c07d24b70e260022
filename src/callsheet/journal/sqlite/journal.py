"""The journal in one SQLite file: WAL, `synchronous=FULL`, one writer with group commit, readers beside it."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from callsheet.access.keys import MAX_KEYS
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.access_writing import changing
from callsheet.journal.announcements import Announcements
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.recording import Recording
from callsheet.journal.sqlite.access_store import sqlite_access
from callsheet.journal.sqlite.archive import Archive
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.removal import finish_removals
from callsheet.journal.sqlite.schema import open_for_writing
from callsheet.journal.sqlite.trigger_store import SqliteTriggers
from callsheet.journal.sqlite.writer import Writer
from callsheet.journal.tails import Tails
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Record, RunId

_MIB = 1024 * 1024
_CLOSED = "The journal is closed: the service is stopping."


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteOptions:
    """How a journal trades latency and memory for throughput.

    Attributes:
        linger: seconds that a batch waits for more while many runs are active; 0 for never.
        linger_above: how many active runs are not yet many.
        max_queued_bytes: beyond it, callers wait until something is written.
        tail_bytes: memory for the latest events of all runs.
        tail_bytes_per_run: memory for the latest events of one run.
        reader_threads: how many queries run at the same time.
        max_keys: how many API keys there may be.
    """

    linger: float = 0.001
    linger_above: int = 4
    max_queued_bytes: int = 64 * _MIB
    tail_bytes: int = 64 * _MIB
    tail_bytes_per_run: int = 4 * _MIB
    reader_threads: int = 2
    max_keys: int = MAX_KEYS


class SqliteJournal(Recording, Archive):
    """The `Journal` port on a file that this process alone writes. Made by `open`; lives on one event loop.

    Beyond the port: a cancelled `append` or `create` ends when it is settled whether it was made, and `wait` raises
    `RunNotFound` for a run that does not exist.

    Attributes:
        triggers: the store of schedules and hooks in the same file.
        access: the stores of keys, sessions and acts in the same file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: DatabaseLock, options: SqliteOptions) -> None:
        super().__init__(Readers(path, threads=options.reader_threads))
        self._lock = lock
        self._wakeups = Wakeups()
        self._announcements = Announcements()
        self._lookups: dict[RunId, asyncio.Future[int]] = {}
        self._tails = Tails(max_bytes=options.tail_bytes, max_bytes_per_run=options.tail_bytes_per_run)
        self._commits = GroupCommit(
            Writer(connection, path, lock),
            self._publish,
            linger=options.linger,
            linger_above=options.linger_above,
            max_bytes=options.max_queued_bytes,
        )
        self.triggers = SqliteTriggers(self._commits, self._readers)
        self.access = sqlite_access(changing(self._commits), self._readers, max_keys=options.max_keys)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, options: SqliteOptions | None = None, *, note: dict[str, str] | None = None
    ) -> AsyncGenerator["SqliteJournal"]:
        """Open or create the journal at `path`; leaving commits what is queued and closes it.

        Args:
            path: the database file; its folder is created when it is missing.
            options: the defaults when None.
            note: what other processes can read about this one with `callsheet.journal.sqlite.lock.holder`.

        Raises:
            JournalUnavailable: another process has it open, or it cannot be opened; the sentence says why.
        """
        located, lock, connection = await asyncio.to_thread(_open_files, path, note)
        journal = cls(located, connection, lock, options or SqliteOptions())
        try:
            yield journal
        finally:
            await journal.close()

    @property
    def lost(self) -> asyncio.Event:
        """Set when the disk failed: nothing will be written any more, and the process should end."""
        return self._commits.lost

    def describe(self, note: dict[str, str]) -> None:
        """Replace the note of `open`, once the address of the server is known."""
        self._lock.describe(note)

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`. Answered from memory where that reaches back to `after`."""
        known = self._tails.read(run_id, after, limit)
        return await super().read(run_id, after, limit) if known is None else known

    async def wait(self, run_id: RunId, after: int) -> None:
        """See `Journal.wait`.

        Raises:
            RunNotFound: there is no such run.
        """
        while True:
            with self._wakeups.registered(run_id) as woken:
                last_seq = self._tails.last_seq(run_id)
                if last_seq is None:
                    last_seq = await self._look_up(run_id)
                if last_seq > after or await woken > after:
                    return

    async def _look_up(self, run_id: RunId) -> int:
        """The last seq on disk, asked once for all who want it at the same time."""
        asked = self._lookups.get(run_id)
        if asked is None:
            asked = self._lookups[run_id] = asyncio.ensure_future(super().last_seq(run_id))
            asked.add_done_callback(lambda done: self._looked_up(run_id, done))
        return await asyncio.shield(asked)

    def _looked_up(self, run_id: RunId, answer: asyncio.Future[int]) -> None:
        del self._lookups[run_id]
        if not answer.cancelled() and answer.exception() is None:
            self._tails.remember(run_id, answer.result())

    async def close(self) -> None:
        """Commit what is queued and close everything; `open` does it."""
        # The readers first: the last connection to close copies the log into the database, and that must be the writer.
        await self._readers.close()
        await self._commits.close()
        self._wakeups.close(_CLOSED)
        self._announcements.close(_CLOSED)


def _open_files(path: Path, note: dict[str, str] | None) -> tuple[Path, DatabaseLock, sqlite3.Connection]:
    path = path.absolute()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise JournalUnavailable(
            f"The data folder {path.parent} cannot be created ({exc.strerror}). Check the rights, or choose another."
        ) from exc
    lock = DatabaseLock(path, note)
    try:
        connection = open_for_writing(path)
        finish_removals(connection)
        return path, lock, connection
    except BaseException:
        lock.release()
        raise
