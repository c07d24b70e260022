"""Which runs have something to do, as SQL; two indexes leave the parked runs out that are not due."""

import sqlite3
from datetime import datetime
from typing import Final

from callsheet.journal.projection import sortable
from callsheet.runs.events import RunId
from callsheet.runs.ports import DueRun

# INDEXED BY, for SQLite without statistics prefers the index over the status alone, with every parked run in it.
DUE: Final = (
    "SELECT run_id, scenario_id, priority, cancel_requested FROM runs WHERE number IN ("
    "SELECT number FROM runs WHERE status IN ('queued', 'running')"
    " UNION ALL SELECT number FROM runs INDEXED BY runs_by_due"
    " WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at <= :now"
    " UNION ALL SELECT number FROM runs INDEXED BY runs_woken"
    " WHERE status = 'waiting' AND (messages_received > messages_seen OR cancel_requested)"
    ") ORDER BY priority DESC, started_at, number"
)
NEXT: Final = (
    "SELECT due_at FROM runs INDEXED BY runs_by_due"
    " WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at > :now ORDER BY due_at LIMIT 10"
)
"""More than one row, so that a damaged one does not hide the others."""


def due(connection: sqlite3.Connection, now: datetime) -> list[DueRun]:
    """See `Journal.due`."""
    return [
        DueRun(run_id=RunId(run_id), scenario_id=scenario_id, priority=priority, cancel_requested=bool(cancel))
        for run_id, scenario_id, priority, cancel in connection.execute(DUE, {"now": sortable(now)})
    ]


def next_due(connection: sqlite3.Connection, now: datetime) -> datetime | None:
    """See `Journal.next_due`."""
    for (text,) in connection.execute(NEXT, {"now": sortable(now)}):
        try:
            return datetime.fromisoformat(text)
        except (ValueError, TypeError):
            continue
    return None
