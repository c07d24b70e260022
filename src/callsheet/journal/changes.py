"""What callers ask the writer to do, and what it answers. Everything in here crosses from the loop to the thread."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from callsheet.errors.kinds import CallsheetError
from callsheet.journal.access_changes import AccessAnswer, ChangeAccess
from callsheet.journal.projection import Turn
from callsheet.journal.trigger_changes import ChangeTriggers, TriggerAnswer
from callsheet.runs.events import Message, Record, RunId, RunSummary

OVERHEAD: Final = 200
"""Bytes that a change takes beside its data, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun:
    """Store a run with its first records. Answered with `row` itself, or for a known key with the earlier run's row.

    Attributes:
        parent_seq: the event of the run `row.parent_run_id` that this run answers; None when it has no parent.
        size: as in `AppendRecords`.
    """

    row: RunSummary
    records: tuple[Record, ...]
    parent_seq: int | None
    definition: bytes
    idempotency_key: str | None
    fingerprint: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRecords:
    """Add `records` to a run whose last seq is `expected_seq`.

    Attributes:
        turn: what the last record says that ends, parks or resumes the run, when there is one.
        size: bytes of memory and, about, of disk.
    """

    run_id: RunId
    expected_seq: int
    records: tuple[Record, ...]
    turn: Turn | None
    size: int

    @property
    def begins(self) -> bool:
        """Whether these are the first records after `run_started`."""
        return self.expected_seq == 1 and bool(self.records)

    @property
    def turns(self) -> bool:
        """Whether the run's status may be another one after them."""
        return self.begins or self.turn is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Store a message to a step that waits, the first one only.

    Attributes:
        message: as `callsheet.journal.messages.message_as_stored` makes it.
        size: as in `AppendRecords`.
    """

    run_id: RunId
    seq: int
    message: Message
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancel:
    """Mark a run that is not finished. Answered with the run's row."""

    run_id: RunId
    size: int = OVERHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRun:
    """Remove a finished run with all that belongs to it."""

    run_id: RunId
    size: int = OVERHEAD


@dataclass(frozen=True, slots=True)
class MoreToRemove:
    """The answer to a `DeleteRun` that is too large for one transaction: the run is gone; send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Write something, to see whether it can be done."""

    size: int = OVERHEAD


Change: TypeAlias = (
    CreateRun | AppendRecords | Deliver | RequestCancel | DeleteRun | ChangeTriggers | ChangeAccess | Probe
)

Outcome: TypeAlias = RunSummary | MoreToRemove | TriggerAnswer | AccessAnswer | CallsheetError | None
"""What the change is answered with; an error when this change alone failed; else None."""
