"""What the events of a run mean for its row in the list: the same for every adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from callsheet.runs.codec import encode, timestamp
from callsheet.runs.events import Event, Record, RunFinished, RunStatus, RunSummary
from callsheet.runs.ports import NewRun


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """What `run_finished` puts in the row."""

    status: RunStatus
    finished_at: datetime
    message: str


def accepted(run: NewRun) -> RunSummary:
    """The row of a run that was just accepted."""
    return RunSummary(
        run_id=run.started.run_id,
        scenario_id=run.started.scenario_id,
        revision=run.started.revision,
        status=RunStatus.QUEUED,
        started_at=as_stored(run.started.started_at),
        last_seq=1,
    )


def end_of(events: Sequence[Event]) -> RunEnd | None:
    """The end of the run that `events` tell; None while it goes on."""
    for event in reversed(events):
        if isinstance(event, RunFinished):
            return RunEnd(status=event.status, finished_at=as_stored(event.finished_at), message=event.message)
    return None


def numbered(events: Sequence[Event], expected_seq: int) -> tuple[Record, ...]:
    """Encode `events` as the records that follow `expected_seq`."""
    return tuple(Record(seq, *encode(event)) for seq, event in enumerate(events, expected_seq + 1))


def as_stored(moment: datetime) -> datetime:
    """`moment` as every adapter gives it back: in UTC, cut to milliseconds."""
    return datetime.fromisoformat(sortable(moment))


def sortable(moment: datetime) -> str:
    """`moment` as text whose order is the order of time."""
    return timestamp(moment.astimezone(UTC))
