"""Removing a run: its row and everything that points to it."""

import sqlite3
from typing import Final

from callsheet.errors import CallsheetError, RunNotFound
from callsheet.journal.projection import not_finished
from callsheet.runs.events import RunId

_FIND: Final = "SELECT number, finished_at FROM runs WHERE run_id = ?"
_REMOVE: Final = (
    "DELETE FROM messages WHERE run = ?",
    "DELETE FROM events WHERE run = ?",
    "DELETE FROM runs WHERE number = ?",
)


def delete_run(connection: sqlite3.Connection, run_id: RunId) -> CallsheetError | None:
    """Remove a finished run; the error of `Journal.delete` when it is not removed."""
    found = connection.execute(_FIND, (run_id,)).fetchone()
    if found is None:
        return RunNotFound(f"There is no run {run_id}.")
    number, finished_at = found
    if finished_at is None:
        return not_finished(run_id)
    for statement in _REMOVE:
        connection.execute(statement, (number,))
    return None
