"""What the events of a run mean for its row in the list: the same for every adapter."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias, assert_never

from callsheet.errors.runs import RunNotFinished
from callsheet.runs.codec import encode, timestamp
from callsheet.runs.events import Event, Record, RunFinished, RunId, RunResumed, RunStatus, RunSummary, RunWaiting
from callsheet.runs.ports import NewRun


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """What `run_finished` puts in the row; `error_code` is None when it tells no error."""

    status: RunStatus
    finished_at: datetime
    message: str
    error_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """What `run_waiting` puts in the row: when the run goes on by itself, and how many messages it has seen."""

    until: datetime | None
    messages_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """`run_resumed`: the run is at work again."""


Turn: TypeAlias = RunEnd | Parked | Resumed
"""What changes a run's status beside its first append."""


_AT_ONCE: Final = 200
"""How many events are encoded on the event loop: some 2 ms."""

_TURNS: Final = (RunFinished, RunWaiting, RunResumed)


def accepted(run: NewRun) -> RunSummary:
    """The row of a run that was just accepted."""
    parent, known = run.started.parent, len(run.history)
    return RunSummary(
        run_id=run.started.run_id,
        scenario_id=run.started.scenario_id,
        revision=run.started.revision,
        status=RunStatus.RUNNING if known else RunStatus.QUEUED,
        started_at=as_stored(run.started.started_at),
        last_seq=1 + known,
        parent_run_id=None if parent is None else parent.run_id,
        priority=run.started.priority,
        forked_from=run.started.forked_from,
        owner=storable(run.started.mandate.owner),
    )


def turn_of(events: Sequence[Event]) -> Turn | None:
    """The last turn that `events` tell; None when the run goes on as it is."""
    for event in reversed(events):
        # One question for each of the many events that are none.
        if isinstance(event, _TURNS):
            return _turn(event)
    return None


def _turn(event: RunFinished | RunWaiting | RunResumed) -> Turn:
    match event:
        case RunFinished():
            return RunEnd(
                status=event.status,
                finished_at=as_stored(event.finished_at),
                message=storable(event.message),
                error_code=None if event.error is None else storable(event.error.code),
            )
        case RunWaiting():
            until = None if event.until is None else as_stored(event.until)
            return Parked(until=until, messages_seen=event.messages)
        case RunResumed():
            return Resumed()
        case _:
            assert_never(event)


def by_status(counts: Iterable[tuple[str, int]]) -> dict[RunStatus, int]:
    """The counts of the runs that have not ended, by status; a status that is none of ours is left out."""
    found = dict.fromkeys((status for status in RunStatus if not status.is_terminal), 0)
    for status, count in counts:
        if status in found:
            found[RunStatus(status)] += count
    return found


def not_finished(run_id: RunId) -> RunNotFinished:
    """The refusal to remove a run."""
    return RunNotFinished(f"Run {run_id} has not ended, so it cannot be removed. Cancel it first.")


async def first_records(run: NewRun) -> tuple[Record, ...]:
    """The records that a new run begins with; those of a long history are encoded beside the event loop."""
    events = [run.started, *run.history]
    if len(events) <= _AT_ONCE:
        return numbered(events, 0)
    return await asyncio.to_thread(numbered, events, 0)


def numbered(events: Sequence[Event], expected_seq: int) -> tuple[Record, ...]:
    """Encode `events` as the records that follow `expected_seq`."""
    return tuple(Record(seq, *encode(event)) for seq, event in enumerate(events, expected_seq + 1))


def storable(text: str) -> str:
    """`text` as every adapter gives it back: what is no character for all of them is replaced.

    PostgreSQL refuses NUL in a text, and nothing can write half of a surrogate pair as UTF-8. A run whose message has
    one must end nevertheless.
    """
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def as_stored(moment: datetime) -> datetime:
    """`moment` as every adapter gives it back: in UTC, cut to milliseconds."""
    return datetime.fromisoformat(sortable(moment))


def sortable(moment: datetime) -> str:
    """`moment` as text whose order is the order of time."""
    return timestamp(moment.astimezone(UTC))
