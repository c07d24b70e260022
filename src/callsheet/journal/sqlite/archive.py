"""The reading half of the SQLite journal: what is on disk, asked on the reader threads."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.journal.projection import by_status
from callsheet.journal.sqlite.listing import PageQuery
from callsheet.journal.sqlite.messages import messages_of
from callsheet.journal.sqlite.parked import due, next_due
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.rows import COLUMNS, Row, damaged, find_run, summary_of
from callsheet.runs.events import Message, Record, Revision, RunId, RunStatus, RunSummary
from callsheet.runs.ports import DueRun, RunFilter, RunPage

_SUMMARIES: Final = f"SELECT run_id, {COLUMNS} FROM runs WHERE run_id IN (SELECT value FROM json_each(?))"  # noqa: S608 (constant)
_UNFINISHED: Final = (
    "SELECT count(*) FROM"
    " (SELECT 1 FROM runs WHERE owner = ? AND finished_at IS NULL AND parent_run_id IS NULL LIMIT ?)"
)

_BY_STATUS: Final = "SELECT status, count(*) FROM runs WHERE status IN ('queued', 'running', 'waiting') GROUP BY status"

_AT_ONCE: Final = 256
"""Rows that are fetched in one call: other threads, the event loop's among them, hardly get a turn within one."""


class Archive:
    """The methods of the `Journal` port that only read, as the port describes them.

    Args:
        readers: closed by their owner.
    """

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`. A run whose records are damaged raises `RunDamaged`, other runs do not."""
        return await self._readers.query(lambda connection: _records(connection, run_id, after, limit))

    async def definition(self, revision: Revision) -> bytes:
        """See `Journal.definition`."""
        return await self._readers.query(lambda connection: _definition(connection, revision))

    async def summary(self, run_id: RunId) -> RunSummary:
        """See `Journal.summary`."""
        return await self._readers.query(lambda connection: _summary(connection, run_id))

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """See `Journal.summaries`."""
        return await self._readers.query(lambda connection: _summaries(connection, run_ids))

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """See `Journal.runs`. A row that is damaged is left out; `summary` says what is the matter with it."""
        return await self._readers.query(PageQuery.parse(where, limit, cursor))

    async def unfinished(self, owner: str, limit: int) -> int:
        """See `Journal.unfinished`."""
        return await self._readers.query(lambda connection: _unfinished(connection, owner, limit))

    async def due(self, now: datetime) -> Sequence[DueRun]:
        """See `Journal.due`."""
        return await self._readers.query(lambda connection: due(connection, now))

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """See `Journal.unfinished_by_status`."""
        return await self._readers.query(lambda connection: by_status(connection.execute(_BY_STATUS)))

    async def next_due(self, after: datetime) -> datetime | None:
        """See `Journal.next_due`. A row that is damaged is left out."""
        return await self._readers.query(lambda connection: next_due(connection, after))

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        """See `Journal.messages`. A run whose messages are damaged raises `RunDamaged`, other runs do not."""
        return await self._readers.query(lambda connection: messages_of(connection, run_id))

    async def cancel_requested(self, run_id: RunId) -> bool:
        """See `Journal.cancel_requested`."""
        return await self._readers.query(lambda connection: _cancel_requested(connection, run_id))

    async def last_seq(self, run_id: RunId) -> int:
        """The seq of the run's last record.

        Raises:
            RunNotFound: there is no such run.
        """
        return (await self.summary(run_id)).last_seq


def _summary(connection: sqlite3.Connection, run_id: RunId) -> RunSummary:
    found = find_run(connection, run_id)
    if found is None:
        raise RunNotFound(f"There is no run {run_id}.")
    return found


def _summaries(connection: sqlite3.Connection, run_ids: Collection[RunId]) -> dict[RunId, RunSummary | None]:
    cursor = connection.execute(_SUMMARIES, (orjson.dumps(list(run_ids)).decode(),))
    found: dict[RunId, RunSummary | None] = {}
    while part := cursor.fetchmany(_AT_ONCE):
        for run_id, *row in part:
            try:
                found[run_id] = summary_of(tuple(row))
            except RunDamaged:
                found[run_id] = None
    return found


def _records(connection: sqlite3.Connection, run_id: RunId, after: int, limit: int | None) -> list[Record]:
    row = connection.execute("SELECT number, last_seq FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        raise RunNotFound(f"There is no run {run_id}.")
    number, last_seq = row
    cursor = connection.execute(
        "SELECT seq, type, data FROM events WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?",
        (number, after, -1 if limit is None else limit),
    )
    rows: list[Row] = []
    while part := cursor.fetchmany(_AT_ONCE):
        rows += part
    first = max(after, 0) + 1
    due = last_seq + 1 - first if limit is None else min(limit, last_seq + 1 - first)
    if len(rows) < due:
        if find_run(connection, run_id) is None:  # it was removed meanwhile
            raise RunNotFound(f"There is no run {run_id}.")
        raise damaged(run_id, f"{due - len(rows)} of its events are missing")
    return [_record(run_id, seq, row) for seq, row in enumerate(rows, first)]


def _record(run_id: RunId, seq: int, row: Row) -> Record:
    match row:
        case (int(found), str(kind), bytes(data)) if found == seq:
            return Record(seq, kind, data)
        case _:
            raise damaged(run_id, f"event {seq} is not what was written")


def _definition(connection: sqlite3.Connection, revision: Revision) -> bytes:
    row = connection.execute("SELECT document FROM definitions WHERE revision = ?", (revision,)).fetchone()
    if row is None:
        raise ScenarioNotFound(f"No run ever used the revision {revision}.")
    return bytes(row[0])


def _unfinished(connection: sqlite3.Connection, owner: str, limit: int) -> int:
    return int(connection.execute(_UNFINISHED, (owner, limit)).fetchone()[0])


def _cancel_requested(connection: sqlite3.Connection, run_id: RunId) -> bool:
    row = connection.execute("SELECT cancel_requested FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return row is not None and bool(row[0])
