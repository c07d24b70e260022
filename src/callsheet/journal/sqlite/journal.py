"""The journal in one SQLite file: WAL, `synchronous=FULL`, one writer with group commit, readers beside it."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from callsheet.errors import JournalUnavailable
from callsheet.journal.changes import (
    OVERHEAD,
    AppendRecords,
    Change,
    CreateRun,
    DeleteRun,
    Deliver,
    Outcome,
    Probe,
    RequestCancel,
)
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.messages import message_as_stored
from callsheet.journal.projection import Parked, RunEnd, accepted, numbered, turn_of
from callsheet.journal.sqlite.archive import Archive
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.schema import open_for_writing
from callsheet.journal.sqlite.writer import Writer
from callsheet.journal.tails import Tails
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Event, Message, Record, RunId, RunSummary
from callsheet.runs.ports import NewRun

_MIB = 1024 * 1024


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
    """

    linger: float = 0.001
    linger_above: int = 4
    max_queued_bytes: int = 64 * _MIB
    tail_bytes: int = 64 * _MIB
    tail_bytes_per_run: int = 4 * _MIB
    reader_threads: int = 2


class SqliteJournal(Archive):
    """The `Journal` port on a file that this process alone writes. Made by `open`; lives on one event loop.

    Beyond the port: a cancelled `append` or `create` ends when it is settled whether it was made, and `wait` raises
    `RunNotFound` for a run that does not exist.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: DatabaseLock, options: SqliteOptions) -> None:
        super().__init__(Readers(path, threads=options.reader_threads))
        self._lock = lock
        self._wakeups = Wakeups()
        self._lookups: dict[RunId, asyncio.Future[int]] = {}
        self._tails = Tails(max_bytes=options.tail_bytes, max_bytes_per_run=options.tail_bytes_per_run)
        self._commits = GroupCommit(
            Writer(connection, path, lock),
            self._publish,
            linger=options.linger,
            linger_above=options.linger_above,
            max_bytes=options.max_queued_bytes,
        )

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

    async def create(self, run: NewRun) -> RunSummary:
        """See `Journal.create`."""
        row = accepted(run)
        records = numbered([run.started, *run.history], 0)
        change = CreateRun(
            row=row,
            records=records,
            parent_seq=None if run.started.parent is None else run.started.parent.seq,
            definition=run.definition,
            idempotency_key=run.idempotency_key,
            fingerprint=run.fingerprint,
            size=sum((len(record.data) for record in records), len(run.definition) + OVERHEAD),
        )
        return _row(await self._commits.submit(change, row.run_id))

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """See `Journal.append`."""
        records = numbered(events, expected_seq)
        size = sum((len(record.data) for record in records), OVERHEAD)
        turn = turn_of(events)
        change = AppendRecords(run_id=run_id, expected_seq=expected_seq, records=records, turn=turn, size=size)
        await self._commits.submit(change, run_id, last=isinstance(turn, RunEnd | Parked))

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

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """See `Journal.deliver`."""
        stored = message_as_stored(message)
        size = len(orjson.dumps(stored.value)) + OVERHEAD
        # Not under the run's own name: a parked run with a message is no run that writes.
        await self._commits.submit(Deliver(run_id=run_id, seq=seq, message=stored, size=size), "")

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """See `Journal.request_cancel`."""
        return _row(await self._commits.submit(RequestCancel(run_id=run_id), run_id))

    async def delete(self, run_id: RunId) -> None:
        """See `Journal.delete`."""
        await self._commits.submit(DeleteRun(run_id=run_id), "")

    async def check(self) -> None:
        """See `Journal.check`. It writes one row, so a disk that is full is found out."""
        await self._commits.submit(Probe(), "")

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

    def _publish(self, change: Change, outcome: Outcome) -> None:
        match change:
            case CreateRun():
                # An earlier run of the same key was published when it was created, and is further on by now.
                if outcome is change.row:
                    self._tails.extend(change.row.run_id, change.records)
                    self._wakeups.notify(change.row.run_id, len(change.records))
            case AppendRecords():
                self._tails.extend(change.run_id, change.records)
                self._wakeups.notify(change.run_id, change.expected_seq + len(change.records))
            case DeleteRun():
                self._tails.forget(change.run_id)
            case Deliver() | RequestCancel() | Probe():
                pass

    async def close(self) -> None:
        """Commit what is queued and close everything; `open` does it."""
        # The readers first: the last connection to close copies the log into the database, and that must be the writer.
        await self._readers.close()
        await self._commits.close()
        self._wakeups.close("The journal is closed: the service is stopping.")


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
        return path, lock, open_for_writing(path)
    except BaseException:
        lock.release()
        raise


def _row(outcome: Outcome) -> RunSummary:
    if not isinstance(outcome, RunSummary):
        raise JournalUnavailable("The journal answered a change with something else than a row. Restart Callsheet.")
    return outcome
