"""Messages to steps that wait, as every adapter stores them: the first one to a step counts."""

from dataclasses import replace

import orjson

from callsheet.errors.runs import AlreadyAnswered
from callsheet.journal.projection import RunEnd, as_stored, storable
from callsheet.runs.codec import timestamp
from callsheet.runs.events import Message, RunId


def message_as_stored(message: Message) -> Message:
    """`message` as every adapter gives it back.

    Raises:
        TypeError: its value is not JSON.
    """
    value = orjson.loads(orjson.dumps(message.value))
    return replace(message, at=as_stored(message.at), value=value, by=storable(message.by))


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
