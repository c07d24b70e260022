"""Rows of the table `runs` as `RunSummary`."""

import sqlite3
from datetime import datetime
from typing import Any, Final, TypeAlias

from callsheet.errors.runs import RunDamaged
from callsheet.runs.events import ForkedFrom, Revision, RunId, RunStatus, RunSummary

Row: TypeAlias = tuple[Any, ...]
"""What sqlite3 gives for a row: each function below knows the columns that it asked for."""

COLUMNS: Final = (
    "run_id, scenario_id, revision, status, started_at, finished_at, message, last_seq, parent_run_id, priority,"
    " forked_from_run_id, forked_from_step, owner, error_code"
)
"""The columns that `summary_of` takes, in its order."""


def summary_of(row: Row) -> RunSummary:
    """The row as a summary.

    Raises:
        JournalUnavailable: the row is not one that Callsheet wrote.
    """
    run_id, scenario_id, revision, status, started_at, finished_at, message, last_seq, parent_run_id, *more = row
    priority, forked_from, from_step, owner, error_code = more
    try:
        return RunSummary(
            run_id=RunId(run_id),
            scenario_id=scenario_id,
            revision=Revision(revision),
            status=RunStatus(status),
            started_at=datetime.fromisoformat(started_at),
            finished_at=None if finished_at is None else datetime.fromisoformat(finished_at),
            message=message,
            last_seq=last_seq,
            parent_run_id=None if parent_run_id is None else RunId(parent_run_id),
            priority=int(priority),
            forked_from=None if forked_from is None else ForkedFrom(run_id=forked_from, from_step=from_step),
            owner=owner,
            error_code=error_code,
        )
    except (ValueError, TypeError) as exc:
        raise damaged(str(run_id), str(exc)) from exc


def find_run(connection: sqlite3.Connection, run_id: RunId) -> RunSummary | None:
    """The run's row; None when there is no such run."""
    row = connection.execute(f"SELECT {COLUMNS} FROM runs WHERE run_id = ?", (run_id,)).fetchone()  # noqa: S608 (constant)
    return None if row is None else summary_of(row)


def damaged(run_id: str, reason: str) -> RunDamaged:
    """What a reader of one run gets when its rows make no sense; other runs are not concerned."""
    return RunDamaged(
        f"Run {run_id} cannot be read: its part of the journal is damaged ({reason}). Restore a backup to get it back."
    )
