"""Rows of the table `runs` as `RunSummary`, and rows of `messages` as `Message`."""

from datetime import UTC, datetime
from typing import Any, Final, LiteralString

import orjson

from callsheet.errors.runs import RunDamaged
from callsheet.journal.postgres.connections import Row
from callsheet.runs.events import ForkedFrom, Message, Revision, RunId, RunStatus, RunSummary

COLUMNS: Final[LiteralString] = (
    "run_id, scenario_id, revision, status, started_at, finished_at, message, last_seq, parent_run_id, priority,"
    " forked_from_run_id, forked_from_step, owner, error_code"
)
"""The columns that `summary_of` takes, in its order."""


def summary_of(row: Row) -> RunSummary:
    """The row as a summary.

    Raises:
        RunDamaged: the row is not one that Callsheet wrote.
    """
    run_id, scenario_id, revision, status, started_at, finished_at, message, last_seq, parent_run_id, *more = row
    priority, forked_from, from_step, owner, error_code = more
    try:
        return RunSummary(
            run_id=RunId(run_id),
            scenario_id=scenario_id,
            revision=Revision(revision),
            status=RunStatus(status),
            started_at=moment(started_at),
            finished_at=None if finished_at is None else moment(finished_at),
            message=message,
            last_seq=last_seq,
            parent_run_id=None if parent_run_id is None else RunId(parent_run_id),
            priority=priority,
            forked_from=None if forked_from is None else ForkedFrom(run_id=forked_from, from_step=from_step),
            owner=owner,
            error_code=error_code,
        )
    except (ValueError, TypeError) as exc:
        raise damaged(str(run_id), str(exc)) from exc


def message_of(run_id: RunId, sent_at: Any, sent_by: Any, value: Any) -> Message:
    """The message of a row, from what psycopg gives for its columns.

    Raises:
        RunDamaged: the row is not one that Callsheet wrote.
    """
    try:
        return Message(at=moment(sent_at), by=sent_by, value=orjson.loads(value))
    except (ValueError, TypeError) as exc:
        raise damaged(run_id, f"a message: {exc}") from exc


def moment(value: Any) -> datetime:
    """A column of moments, in UTC as everywhere.

    Raises:
        TypeError: there is no moment in it.
    """
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is no moment")
    return value.astimezone(UTC)


def damaged(run_id: str, reason: str) -> RunDamaged:
    """What a reader of one run gets when its rows make no sense; other runs are not concerned."""
    return RunDamaged(
        f"Run {run_id} cannot be read: its part of the journal is damaged ({reason}). Restore a backup to get it back."
    )
