"""Removing runs: the row at once, so that nobody sees the run any more, and its events some at a time.

A long run has tens of thousands of events; to remove them in one transaction would hold up everybody who writes.
"""

import sqlite3
from typing import Final

from callsheet.errors.runs import RunNotFound
from callsheet.journal.changes import MoreToRemove, Outcome
from callsheet.journal.projection import not_finished
from callsheet.runs.events import RunId

MOST_EVENTS: Final = 1_000
"""Events that one transaction removes: some 10 ms."""

_FIND: Final = "SELECT number, finished_at FROM runs WHERE run_id = ?"
_HIDE: Final = (
    # Else who drives open slots on would take the run for one that never began; the first term names the index.
    "UPDATE slots SET decision = 'started' WHERE decision IN ('starting', 'queued') AND decision = 'starting'"
    " AND run_id = (SELECT run_id FROM runs WHERE number = ?)",
    "INSERT INTO removals (run, run_id) SELECT number, run_id FROM runs WHERE number = ?",
    "DELETE FROM messages WHERE run = ?",
    "DELETE FROM runs WHERE number = ?",
)
_HIDDEN: Final = "SELECT run FROM removals WHERE run_id = ?"
_EVENTS: Final = "DELETE FROM events WHERE run = ?1 AND seq < (SELECT min(seq) FROM events WHERE run = ?1) + ?2"
_DONE: Final = "DELETE FROM removals WHERE run = ?"


class Removals:
    """Removes runs over a connection, in transactions of the caller's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._left = MOST_EVENTS

    def begin(self) -> None:
        """A new transaction begins."""
        self._left = MOST_EVENTS

    def remove(self, run_id: RunId) -> Outcome:
        """Remove a finished run, or as much of it as this transaction takes; the error of `Journal.delete` if not."""
        if self._left <= 0:
            return MoreToRemove()
        found = self._connection.execute(_FIND, (run_id,)).fetchone()
        if found is None:
            hidden = self._connection.execute(_HIDDEN, (run_id,)).fetchone()
            return RunNotFound(f"There is no run {run_id}.") if hidden is None else self._go_on(hidden[0])
        number, finished_at = found
        if finished_at is None:
            return not_finished(run_id)
        for statement in _HIDE:
            self._connection.execute(statement, (number,))
        return self._go_on(number)

    def _go_on(self, number: int) -> MoreToRemove | None:
        self._left -= self._connection.execute(_EVENTS, (number, self._left)).rowcount
        if self._left <= 0:
            return MoreToRemove()
        self._connection.execute(_DONE, (number,))
        return None


def finish_removals(connection: sqlite3.Connection) -> None:
    """Remove what a process left behind that ended in the middle; each statement is a transaction of its own."""
    for (number,) in connection.execute("SELECT run FROM removals").fetchall():
        while connection.execute(_EVENTS, (number, MOST_EVENTS)).rowcount:
            pass
        connection.execute(_DONE, (number,))
