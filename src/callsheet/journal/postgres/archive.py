"""The reading half of the PostgreSQL journal: what is in the database now, whichever process wrote it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, LiteralString

from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.journal.postgres.connections import AsyncConnection, Row
from callsheet.journal.postgres.listing import PageQuery
from callsheet.journal.postgres.readers import Readers
from callsheet.journal.postgres.rows import COLUMNS, damaged, message_of, moment, summary_of
from callsheet.journal.projection import as_stored, by_status
from callsheet.runs.events import Message, Record, Revision, RunId, RunStatus, RunSummary
from callsheet.runs.ports import DueRun, RunFilter, RunPage
from callsheet.runs.signals import Stirred

_SUMMARY: Final[LiteralString] = f"SELECT {COLUMNS} FROM callsheet.runs WHERE run_id = %s"  # noqa: S608 (constant)
_SUMMARIES: Final[LiteralString] = f"SELECT {COLUMNS} FROM callsheet.runs WHERE run_id = ANY(%s)"  # noqa: S608 (constant)
_RUN: Final = "SELECT number, last_seq FROM callsheet.runs WHERE run_id = %s"
_RECORDS: Final = "SELECT seq, type, data FROM callsheet.events WHERE run = %s AND seq > %s ORDER BY seq LIMIT %s"
_DEFINITION: Final = "SELECT document FROM callsheet.definitions WHERE revision = %s"
_MESSAGES: Final = "SELECT seq, sent_at, sent_by, value FROM callsheet.messages WHERE run = %s ORDER BY seq"
_STIRRED: Final = "SELECT run_id, messages_received, cancel_requested FROM callsheet.runs WHERE run_id = ANY(%s)"
_LAST: Final = "SELECT run_id, last_seq FROM callsheet.runs WHERE run_id = ANY(%s)"
DUE: Final[LiteralString] = (
    "SELECT run_id, scenario_id, priority, cancel_requested FROM ("
    "SELECT * FROM callsheet.runs WHERE status IN ('queued', 'running')"
    " UNION ALL SELECT * FROM callsheet.runs WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at <= %(now)s"
    # A run that is due for both reasons comes once.
    " AND NOT (messages_received > messages_seen OR cancel_requested)"
    " UNION ALL SELECT * FROM callsheet.runs WHERE status = 'waiting'"
    " AND (messages_received > messages_seen OR cancel_requested)"
    ") AS found ORDER BY priority DESC, started_at, number"
)
UNFINISHED: Final = (
    "SELECT count(*) FROM (SELECT FROM callsheet.runs"
    " WHERE owner = %s AND finished_at IS NULL AND parent_run_id IS NULL LIMIT %s) AS found"
)
_BY_STATUS: Final = (
    "SELECT status, count(*) FROM callsheet.runs WHERE status IN ('queued', 'running', 'waiting') GROUP BY status"
)
NEXT: Final = "SELECT min(due_at) FROM callsheet.runs WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at > %s"


class Archive:
    """The methods of the `Journal` port that only read, as the port describes them.

    Args:
        readers: closed by their owner.
    """

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`. A run whose records are damaged raises `RunDamaged`, other runs do not."""
        _check_id(run_id)
        return await self._readers.query(lambda connection: _records(connection, run_id, after, limit))

    async def definition(self, revision: Revision) -> bytes:
        """See `Journal.definition`."""
        row = None if "\0" in revision else await self._row(_DEFINITION, revision)
        if row is None:
            raise ScenarioNotFound(f"No run ever used the revision {revision}.")
        return row[0]

    async def summary(self, run_id: RunId) -> RunSummary:
        """See `Journal.summary`."""
        _check_id(run_id)
        row = await self._row(_SUMMARY, run_id)
        if row is None:
            raise _not_found(run_id)
        return summary_of(row)

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """See `Journal.summaries`."""
        rows = await self._rows(_SUMMARIES, [run_id for run_id in run_ids if "\0" not in run_id])
        return {RunId(row[0]): _readable(row) for row in rows}

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """See `Journal.runs`. A row that is damaged is left out; `summary` says what is the matter with it."""
        return await self._readers.query(PageQuery.parse(where, limit, cursor))

    async def unfinished(self, owner: str, limit: int) -> int:
        """See `Journal.unfinished`."""
        return await self._readers.query(lambda connection: _unfinished(connection, owner, limit))

    async def due(self, now: datetime) -> Sequence[DueRun]:
        """See `Journal.due`."""
        return await self._readers.query(lambda connection: _due(connection, now))

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """See `Journal.unfinished_by_status`."""

        async def ask(connection: AsyncConnection) -> list[Row]:
            return await (await connection.execute(_BY_STATUS)).fetchall()

        return by_status((row[0], row[1]) for row in await self._readers.query(ask))

    async def next_due(self, after: datetime) -> datetime | None:
        """See `Journal.next_due`."""
        row = await self._row(NEXT, as_stored(after))
        return None if row is None or row[0] is None else moment(row[0])

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        """See `Journal.messages`. A run whose messages are damaged raises `RunDamaged`, other runs do not."""
        _check_id(run_id)
        return await self._readers.query(lambda connection: _messages(connection, run_id))

    async def cancel_requested(self, run_id: RunId) -> bool:
        """See `Journal.cancel_requested`."""
        stirred = (await self.stirred([run_id])).get(run_id)
        return stirred is not None and stirred.cancel_requested

    async def stirred(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Stirred]:
        """What was done from outside to each of these runs, as far as they exist; one question for all of them.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        rows = await self._rows(_STIRRED, [run_id for run_id in run_ids if "\0" not in run_id])
        return {
            RunId(run_id): Stirred(messages_received=received, cancel_requested=cancel)
            for run_id, received, cancel in rows
        }

    async def last_seqs(self, run_ids: Sequence[RunId]) -> Mapping[RunId, int]:
        """The seq of the last record of each of these runs, as far as they exist.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        rows = await self._rows(_LAST, [run_id for run_id in run_ids if "\0" not in run_id])
        return {RunId(run_id): last_seq for run_id, last_seq in rows}

    async def last_seq(self, run_id: RunId) -> int:
        """The seq of the run's last record.

        Raises:
            RunNotFound: there is no such run.
        """
        found = await self.last_seqs([run_id])
        if run_id not in found:
            raise _not_found(run_id)
        return found[run_id]

    async def _row(self, statement: LiteralString, value: str | datetime) -> Row | None:
        async def ask(connection: AsyncConnection) -> Row | None:
            cursor = connection.cursor(binary=True)
            return await (await cursor.execute(statement, (value,))).fetchone()

        return await self._readers.query(ask)

    async def _rows(self, statement: LiteralString, values: Sequence[str]) -> list[Row]:
        async def ask(connection: AsyncConnection) -> list[Row]:
            return await (await connection.execute(statement, (list(values),))).fetchall()

        return await self._readers.query(ask) if values else []


def _readable(row: Row) -> RunSummary | None:
    try:
        return summary_of(row)
    except RunDamaged:  # A damaged row must not hide the others.
        return None


def _not_found(run_id: RunId) -> RunNotFound:
    return RunNotFound(f"There is no run {run_id}.")


def _check_id(run_id: RunId) -> None:
    if "\0" in run_id:  # PostgreSQL has no such text, nor can it be asked for
        raise _not_found(run_id)


async def _records(connection: AsyncConnection, run_id: RunId, after: int, limit: int | None) -> list[Record]:
    number, last_seq = await _find(connection, run_id)
    first = max(after, 0) + 1
    due = max(0, last_seq + 1 - first if limit is None else min(limit, last_seq + 1 - first))
    if not due:
        return []
    # Not those that were appended since the row was read: of a run that is read to its end, `due` are complete.
    cursor = connection.cursor(binary=True)
    rows = await (await cursor.execute(_RECORDS, (number, first - 1, due))).fetchall()
    if len(rows) < due:
        # Two questions see two moments: the run may have been removed between them.
        await _find(connection, run_id)
        raise damaged(run_id, f"{due - len(rows)} of its events are missing")
    return [_record(run_id, seq, row) for seq, row in enumerate(rows, first)]


async def _find(connection: AsyncConnection, run_id: RunId) -> tuple[int, int]:
    row = await (await connection.execute(_RUN, (run_id,))).fetchone()
    if row is None:
        raise _not_found(run_id)
    return row[0], row[1]


def _record(run_id: RunId, seq: int, row: Row) -> Record:
    match row:
        case (int(found), str(kind), bytes(data)) if found == seq:
            return Record(seq, kind, data)
        case _:
            raise damaged(run_id, f"event {seq} is not what was written")


async def _due(connection: AsyncConnection, now: datetime) -> list[DueRun]:
    rows = await (await connection.execute(DUE, {"now": as_stored(now)})).fetchall()
    return [
        DueRun(run_id=RunId(run_id), scenario_id=scenario_id, priority=priority, cancel_requested=cancel)
        for run_id, scenario_id, priority, cancel in rows
    ]


async def _unfinished(connection: AsyncConnection, owner: str, limit: int) -> int:
    if "\0" in owner:  # PostgreSQL has no such text, nor can it be asked for
        return 0
    row = await (await connection.execute(UNFINISHED, (owner, limit))).fetchone()
    return 0 if row is None else row[0]


async def _messages(connection: AsyncConnection, run_id: RunId) -> dict[int, Message]:
    number, _ = await _find(connection, run_id)
    cursor = connection.cursor(binary=True)
    rows = await (await cursor.execute(_MESSAGES, (number,))).fetchall()
    return {seq: message_of(run_id, *columns) for seq, *columns in rows}
