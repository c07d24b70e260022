"""The only code that writes to the database: one batch of changes is one transaction."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, assert_never

from callsheet.errors.journal import JournalLost, JournalUnavailable
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import IdempotencyKeyReused, RunNotFound, RunOwnershipLost
from callsheet.journal.access_changes import ChangeAccess
from callsheet.journal.changes import (
    AppendRecords,
    Change,
    CreateRun,
    DeleteRun,
    Deliver,
    Outcome,
    Probe,
    RequestCancel,
)
from callsheet.journal.projection import sortable
from callsheet.journal.sqlite.access import change_access
from callsheet.journal.sqlite.faults import is_disk_failure, unavailable
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.messages import deliver, tell_parent
from callsheet.journal.sqlite.moves import Moves
from callsheet.journal.sqlite.removal import Removals
from callsheet.journal.sqlite.rows import COLUMNS, find_run, summary_of
from callsheet.journal.sqlite.triggers import change_triggers
from callsheet.journal.trigger_changes import ChangeTriggers
from callsheet.runs.events import RunSummary
from callsheet.runs.keys import shown_key

_CHECKPOINT_BYTES: Final = 16 * 1024 * 1024
"""How far the log may grow, as `_Growth` estimates it, before it is copied into the database."""

_BYTES_PER_BATCH: Final = 12 * 1024
_BYTES_PER_CHANGE: Final = 2 * 1024
"""Pages that a batch and one more change in it dirty beside the data itself; measured, and rounded up."""

_RECORD: Final = "INSERT INTO events (run, seq, type, data) SELECT number, ?, ?, ? FROM runs WHERE run_id = ?"
_DEFINITION: Final = "INSERT OR IGNORE INTO definitions (revision, document) VALUES (?, ?)"
_RUN: Final = (
    "INSERT INTO runs (number, run_id, scenario_id, revision, status, started_at, parent_run_id, parent_seq, last_seq,"
    " idempotency_key, fingerprint, priority, forked_from_run_id, forked_from_step, owner)"
    # The numbers of runs that are being removed are not free yet: their events still have them.
    " VALUES (1 + max((SELECT ifnull(max(number), 0) FROM runs), (SELECT ifnull(max(run), 0) FROM removals)),"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_KEY: Final = f"SELECT fingerprint, {COLUMNS} FROM runs WHERE idempotency_key = ?"  # noqa: S608 (constant)
_CANCEL: Final = "UPDATE runs SET cancel_requested = 1 WHERE run_id = ? AND finished_at IS NULL"


class _OneFails(Exception):
    """Some change of the batch cannot be made; which one is found out by making them one by one."""


class Writer:
    """Makes batches of changes durable. Used by one thread.

    Args:
        connection: to a database with the current schema, in WAL mode with `synchronous=FULL` and autocommit.
        path: the database, for the sentences.
        lock: the right to write, given up after the connection was closed.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: DatabaseLock) -> None:
        self._connection = connection
        self._path = path
        self._lock = lock
        self._removals = Removals(connection)
        self._grown = 0
        self._lost: str | None = None
        self.transactions = 0

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """Make all `changes` in one transaction; return when it is on disk.

        They count as simultaneous: runs are created first, appends follow, then messages, then cancel requests, then
        removals. A
        change that cannot be made fails alone, its outcome is the error.

        Raises:
            JournalUnavailable: nothing was written.
            JournalLost: the disk failed; raised for ever, for what reached the disk is not known before the database is
                opened anew.
        """
        if self._lost is not None:
            raise JournalLost(self._lost)
        try:
            outcomes = self._transact(changes)
        except sqlite3.Error as exc:
            if self._lost is not None:
                raise JournalLost(self._lost) from exc
            raise unavailable(exc, self._path) from exc
        self._grown += _BYTES_PER_BATCH + sum(_BYTES_PER_CHANGE + change.size for change in changes)
        return outcomes

    def tidy(self, *, idle: bool) -> None:
        """Copy the log into the database when it is long: early when `idle`, later under load.

        A disk that is full is no matter here, the log stays valid and the next call tries again.
        """
        if self._lost is not None or self._grown < (_CHECKPOINT_BYTES // 4 if idle else _CHECKPOINT_BYTES):
            return
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as exc:
            self._lose_on_disk_failure(exc)
        self._grown = 0

    def close(self) -> None:
        """Close the connection, which copies the log into the database, then release the lock."""
        try:
            self._connection.close()
        finally:
            self._lock.release()

    def _transact(self, changes: Sequence[Change]) -> list[Outcome]:
        try:
            with self._transaction():
                return self._together(changes)
        except (_OneFails, sqlite3.IntegrityError, CallsheetError):
            with self._transaction():
                return [self._alone(change) for change in changes]

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        self._removals.begin()
        try:
            yield
            self._commit()
        except BaseException:
            # SQLite itself has rolled back after some errors, such as a full disk.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as exc:
            self._lose_on_disk_failure(exc)
            raise
        self.transactions += 1

    def _lose_on_disk_failure(self, error: sqlite3.Error) -> None:
        if is_disk_failure(error):
            self._lost = unavailable(error, self._path).message

    def _together(self, changes: Sequence[Change]) -> list[Outcome]:
        outcomes: list[Outcome] = [None] * len(changes)
        for index, change in enumerate(changes):
            if isinstance(change, CreateRun):
                outcomes[index] = self._create(change)
        for wave in _waves([change for change in changes if isinstance(change, AppendRecords)]):
            self._append(wave)
        for kind in (Deliver, RequestCancel, DeleteRun, ChangeTriggers, ChangeAccess):
            for index, change in enumerate(changes):
                if isinstance(change, kind):
                    outcomes[index] = self._one(change)
        if any(isinstance(change, Probe) for change in changes):
            self._probe()
        return outcomes

    def _alone(self, change: Change) -> Outcome:
        self._connection.execute("SAVEPOINT change")
        try:
            return self._one(change)
        except (_OneFails, sqlite3.IntegrityError, CallsheetError) as exc:
            self._connection.execute("ROLLBACK TO change")
            return exc if isinstance(exc, CallsheetError) else _refusal(change)
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE change")

    def _one(self, change: Change) -> Outcome:
        match change:
            case CreateRun():
                return self._create(change)
            case AppendRecords():
                return self._append([change])
            case Deliver():
                return self._deliver(change)
            case RequestCancel():
                return self._cancel(change)
            case DeleteRun():
                return self._removals.remove(change.run_id)
            case ChangeTriggers(action=action):
                return change_triggers(self._connection, action)
            case ChangeAccess(action=action):
                return change_access(self._connection, action)
            case Probe():
                return self._probe()
            case _:
                assert_never(change)

    def _create(self, change: CreateRun) -> RunSummary | CallsheetError:
        if change.idempotency_key is not None:
            earlier = self._connection.execute(_KEY, (change.idempotency_key,)).fetchone()
            if earlier is not None:
                return _same_request(change, earlier[0]) or summary_of(earlier[1:])
        row = change.row
        started_at = sortable(row.started_at)
        self._connection.execute(_DEFINITION, (row.revision, change.definition))
        self._connection.execute(
            _RUN,
            (
                row.run_id,
                row.scenario_id,
                row.revision,
                row.status,
                started_at,
                row.parent_run_id,
                change.parent_seq,
                row.last_seq,
                change.idempotency_key,
                change.fingerprint,
                row.priority,
                None if row.forked_from is None else row.forked_from.run_id,
                None if row.forked_from is None else row.forked_from.from_step,
                row.owner,
            ),
        )
        self._many(_RECORD, [(record.seq, record.type, record.data, row.run_id) for record in change.records])
        return row

    def _append(self, wave: Sequence[AppendRecords]) -> None:
        moves = Moves()
        for change in wave:
            moves.add(change)
        if sum(self._many(statement, rows) for statement, rows in moves.rows.items()) != len(wave):
            raise _OneFails
        for run_id, end in moves.ends:
            tell_parent(self._connection, run_id, end)
        self._many(
            _RECORD,
            [(record.seq, record.type, record.data, change.run_id) for change in wave for record in change.records],
        )

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> int:
        return self._connection.executemany(statement, rows).rowcount if rows else 0

    def _deliver(self, change: Deliver) -> CallsheetError | None:
        return deliver(self._connection, change.run_id, change.seq, change.message)

    def _cancel(self, change: RequestCancel) -> RunSummary | CallsheetError:
        self._connection.execute(_CANCEL, (change.run_id,))
        return find_run(self._connection, change.run_id) or RunNotFound(f"There is no run {change.run_id}.")

    def _probe(self) -> None:
        self._connection.execute("UPDATE probe SET writes = writes + 1")


def _waves(changes: Sequence[AppendRecords]) -> list[list[AppendRecords]]:
    """Split into lists in which no run comes twice, so that the order of changes to one run is kept."""
    waves: list[list[AppendRecords]] = []
    wave_of: dict[str, int] = {}
    for change in changes:
        wave = wave_of.get(change.run_id, -1) + 1
        wave_of[change.run_id] = wave
        if wave == len(waves):
            waves.append([])
        waves[wave].append(change)
    return waves


def _same_request(change: CreateRun, fingerprint: str) -> CallsheetError | None:
    if fingerprint == change.fingerprint:
        return None
    return IdempotencyKeyReused(
        f"The Idempotency-Key {shown_key(change.idempotency_key)!r} was already used with another request."
        " Use a new key."
    )


def _refusal(change: Change) -> CallsheetError:
    match change:
        case AppendRecords():
            return RunOwnershipLost(
                f"Run {change.run_id} is not at event {change.expected_seq} any more: another worker appended to it."
            )
        case CreateRun():
            return RunOwnershipLost(f"There is a run {change.row.run_id} already.")
        case Deliver() | RequestCancel() | DeleteRun() | ChangeTriggers() | ChangeAccess() | Probe():
            return JournalUnavailable("The journal refused a change. Restart Callsheet.")
        case _:
            assert_never(change)
