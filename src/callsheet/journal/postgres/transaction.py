"""One batch as one transaction: look and lock, decide, write and commit; the server is waited for twice."""

from collections.abc import Mapping
from typing import Any, Final

import psycopg

from callsheet.journal.postgres import statements as sql
from callsheet.journal.postgres.batch import Batch, LockedRun
from callsheet.journal.postgres.connections import Connection, Row
from callsheet.journal.postgres.news import News
from callsheet.journal.postgres.removal import HIDDEN, Remains, remains_of
from callsheet.journal.postgres.rows import message_of, summary_of
from callsheet.journal.projection import sortable
from callsheet.runs.events import Message, RunId, RunSummary

_IN_PROGRESS: Final = "in progress"

_Cursor = psycopg.Cursor[Row]


class Transaction:
    """Runs `batch` once, on a connection that is in no transaction.

    Attributes:
        may_be_committed: whether the commit has been sent: when the connection breaks then, `outcome` tells the rest.
    """

    def __init__(self, connection: Connection, batch: Batch) -> None:
        self.batch = batch
        self.may_be_committed = False
        self._connection = connection
        self._number = ""

    def run(self) -> None:
        """Make the batch durable and its outcomes known.

        Raises:
            psycopg.Error: nothing was written, unless the connection broke and `may_be_committed`.
        """
        with self._connection.pipeline():
            self._connection.execute("BEGIN")
            self.batch.settle(*self._look())
            answers = self._write()
            self.may_be_committed = True
            commit = self._connection.execute("COMMIT")
        if commit.statusmessage != "COMMIT":
            raise psycopg.InternalError(f"the server answered COMMIT with {commit.statusmessage}")
        self._answer(answers)

    def outcome(self, connection: Connection) -> bool | None:
        """Whether the transaction was committed, asked over another connection; None when it is still at work.

        Raises:
            psycopg.Error: it cannot be asked.
        """
        try:
            row = connection.execute(sql.OUTCOME, (self._number,)).fetchone()
        except psycopg.DataError:
            return False  # a number that the server does not know: it crashed and lost it
        if row is not None and row[0] == _IN_PROGRESS:
            return None
        return row is not None and row[0] == "committed" and self._left_something(connection)

    def news(self) -> News:
        """What the other processes should know of it."""
        batch = self.batch
        appended = {change.row.run_id: change.row.last_seq for change, _ in batch.created}
        appended |= {run.run_id: run.last_seq for run in batch.moved.values()}
        turned = {change.row.run_id for change, _ in batch.created}
        turned |= {run.run_id for run in batch.moved.values() if run.turn is not None}
        stirred = {each.run.run_id for each in batch.sent} | {run.run_id for run in batch.cancelled.values()}
        return News(
            appended=appended,
            turned=frozenset(turned),
            stirred=frozenset(stirred),
            removed=frozenset(batch.removals.runs),
        )

    def _look(self) -> tuple[dict[str, int], dict[str, LockedRun], Mapping[str, Remains]]:
        number = self._connection.execute(sql.TRANSACTION)
        creates = [change for _, change in self.batch.creates()]
        created = self._create(creates) if creates else None
        locked = self._lock()
        deleted = self.batch.deleted()
        hidden = self._connection.execute(HIDDEN, (deleted,)) if deleted else None
        self._number = str(number.fetchall()[0][0])
        inserted: dict[str, int] = {} if created is None else dict(created.fetchall())
        rows = [] if locked is None else locked.fetchall()
        remains = remains_of([] if hidden is None else hidden.fetchall())
        return inserted, {run.run_id: run for run in map(_locked, rows)}, remains

    def _create(self, creates: list[Any]) -> _Cursor:
        columns = zip(
            *(
                (
                    change.row.run_id,
                    change.row.scenario_id,
                    change.row.revision,
                    change.row.status.value,
                    sortable(change.row.started_at),
                    change.row.parent_run_id,
                    change.parent_seq,
                    change.row.last_seq,
                    change.idempotency_key,
                    change.fingerprint,
                    change.row.priority,
                    None if change.row.forked_from is None else change.row.forked_from.run_id,
                    None if change.row.forked_from is None else change.row.forked_from.from_step,
                    change.row.owner,
                )
                for change in creates
            ),
            strict=True,
        )
        return self._connection.execute(sql.CREATE, [list(column) for column in columns])

    def _lock(self) -> _Cursor | None:
        touched, ending = self.batch.touched(), self.batch.ending()
        if not touched:
            return None
        if ending:
            return self._connection.execute(sql.LOCK_WITH_PARENTS, (touched, ending))
        return self._connection.execute(sql.LOCK, (touched,))

    def _write(self) -> "_Answers":
        batch, execute = self.batch, self._connection.execute
        definitions = {change.row.revision: change.definition for change, _ in batch.created}
        if definitions:
            revisions = sorted(definitions)
            execute(sql.DEFINE, (revisions, [definitions[revision] for revision in revisions]))
        if batch.records:
            execute(sql.RECORD, batch.record_columns())
        for statement, columns in batch.moves().items():
            execute(statement, columns)
        answers = _Answers()
        if batch.sent:
            columns = batch.message_columns()
            answers.stored = execute(sql.SEND, columns)
            answers.first = self._connection.cursor(binary=True).execute(sql.FIRST, columns[:2])
        if batch.cancelled:
            numbers = [run.number for run in batch.cancelled.values()]
            execute(sql.CANCEL, (numbers,))
            answers.cancelled = execute(sql.SUMMARIES, (numbers,))
        if batch.repeated:
            keys = [change.idempotency_key for change in batch.repeated.values() if change.idempotency_key is not None]
            answers.earlier = execute(sql.EARLIER, (keys,))
        batch.removals.write(self._connection)
        if batch.probes:
            execute(sql.PROBE)
        return answers

    def _answer(self, answers: "_Answers") -> None:
        if answers.earlier is not None:
            earlier = {key: (fingerprint, summary_of(tuple(row))) for key, fingerprint, *row in answers.earlier}
            self.batch.answer_repeated(earlier)
        elif self.batch.repeated:
            self.batch.answer_repeated({})
        if answers.stored is not None and answers.first is not None:
            ids = {each.run.number: each.run.run_id for each in self.batch.sent}
            first: dict[tuple[int, int], Message] = {
                (run, seq): message_of(ids[run], *columns) for run, seq, *columns in answers.first
            }
            self.batch.answer_sent({(run, seq) for run, seq in answers.stored}, first)
        if answers.cancelled is not None:
            rows: list[RunSummary] = [summary_of(row) for row in answers.cancelled]
            self.batch.answer_cancelled({row.run_id: row for row in rows})

    def _left_something(self, connection: Connection) -> bool:
        """Whether a row of ours is there, of those that are never changed; without any, doing it again does no harm."""
        batch = self.batch
        cursor = connection.cursor(binary=True)
        if batch.records:
            number, record = batch.records[0]
            row = cursor.execute(sql.WRITTEN_EVENT, (number, record.seq, self._number)).fetchone()
            return row is not None and row[0] == record.data
        for each in batch.sent:
            key = (each.run.number, each.seq, self._number)
            if cursor.execute(sql.WRITTEN_MESSAGE, key).fetchone() is not None:
                return True
        return False


class _Answers:
    """What the last statements will say, once the server has answered."""

    earlier: _Cursor | None = None
    stored: _Cursor | None = None
    first: _Cursor | None = None
    cancelled: _Cursor | None = None


def _locked(row: Row) -> LockedRun:
    number, run_id, last_seq, finished, parent_run_id, parent_seq = row
    return LockedRun(
        number=number,
        run_id=RunId(run_id),
        last_seq=last_seq,
        finished=finished,
        parent_run_id=None if parent_run_id is None else RunId(parent_run_id),
        parent_seq=parent_seq,
    )
