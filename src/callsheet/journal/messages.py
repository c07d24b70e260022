"""Messages to steps that wait, as every adapter stores them: the first one to a step counts."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson

from callsheet.errors import AlreadyAnswered, CallsheetError, RunNotFound
from callsheet.journal.projection import RunEnd, as_stored, sortable
from callsheet.journal.rows import damaged
from callsheet.runs.codec import timestamp
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


def message_as_stored(message: Message) -> Message:
    """`message` as every adapter gives it back.

    Raises:
        TypeError: its value is not JSON.
    """
    return replace(message, at=as_stored(message.at), value=orjson.loads(orjson.dumps(message.value)))


def end_message(run_id: RunId, end: RunEnd) -> Message:
    """What the end of a run tells the step that waits for it."""
    return Message(at=end.finished_at, value={"kind": "run_finished", "run_id": run_id, "status": end.status.value})


def already_answered(run_id: RunId, first: Message) -> AlreadyAnswered:
    """The refusal of a second message."""
    who = f" by {first.by}" if first.by else ""
    return AlreadyAnswered(
        f"The step of run {run_id} got its answer already{who}, at {timestamp(first.at)}; the first one counts.",
        {**first.value, "by": first.by, "at": timestamp(first.at)},
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
