"""Messages to steps that wait: their table."""

import sqlite3
from datetime import datetime
from typing import Any, Final

import orjson

from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunNotFound
from callsheet.journal.messages import already_answered, end_message
from callsheet.journal.projection import RunEnd, sortable
from callsheet.journal.sqlite.rows import damaged
from callsheet.runs.events import Message, RunId

_FIND_RUN: Final = "SELECT number FROM runs WHERE run_id = ?"
_STORE: Final = "INSERT OR IGNORE INTO messages (run, seq, sent_at, sent_by, value) VALUES (?, ?, ?, ?, ?)"
_COUNT: Final = "UPDATE runs SET messages_received = messages_received + 1 WHERE number = ?"
_FIRST: Final = "SELECT seq, sent_at, sent_by, value FROM messages WHERE run = ? AND seq = ?"
_ALL: Final = "SELECT seq, sent_at, sent_by, value FROM messages WHERE run = ? ORDER BY seq"
_PARENT: Final = (
    "SELECT parent.number, child.parent_seq FROM runs AS child"
    " JOIN runs AS parent ON parent.run_id = child.parent_run_id WHERE child.run_id = ?"
)


def deliver(connection: sqlite3.Connection, run_id: RunId, seq: int, message: Message) -> CallsheetError | None:
    """Store a message that is as `message_as_stored` makes it; the error of `Journal.deliver` when it is not stored."""
    found = connection.execute(_FIND_RUN, (run_id,)).fetchone()
    if found is None:
        return RunNotFound(f"There is no run {run_id}.")
    if _store(connection, found[0], seq, message):
        return None
    return already_answered(run_id, _message(run_id, connection.execute(_FIRST, (found[0], seq)).fetchone())[1])


def tell_parent(connection: sqlite3.Connection, run_id: RunId, end: RunEnd) -> None:
    """Deliver the end of a run to the step that waits for it, if one does and has no message yet."""
    parent = connection.execute(_PARENT, (run_id,)).fetchone()
    if parent is not None:
        number, seq = parent
        _store(connection, number, seq, end_message(run_id, end))


def messages_of(connection: sqlite3.Connection, run_id: RunId) -> dict[int, Message]:
    """See `Journal.messages`.

    Raises:
        RunNotFound: there is no such run.
        RunDamaged: a message is not what was written.
    """
    found = connection.execute(_FIND_RUN, (run_id,)).fetchone()
    if found is None:
        raise RunNotFound(f"There is no run {run_id}.")
    return dict(_message(run_id, row) for row in connection.execute(_ALL, found))


def _store(connection: sqlite3.Connection, number: int, seq: int, message: Message) -> bool:
    value = (number, seq, sortable(message.at), message.by, orjson.dumps(message.value))
    if not connection.execute(_STORE, value).rowcount:
        return False
    connection.execute(_COUNT, (number,))
    return True


# `Any`: what sqlite3 gives for the columns of `_FIRST` and `_ALL`.
def _message(run_id: RunId, row: tuple[Any, ...]) -> tuple[int, Message]:
    seq, sent_at, sent_by, value = row
    try:
        return seq, Message(at=datetime.fromisoformat(sent_at), by=sent_by, value=orjson.loads(value))
    except (ValueError, TypeError) as exc:
        raise damaged(run_id, f"message {seq}: {exc}") from exc
