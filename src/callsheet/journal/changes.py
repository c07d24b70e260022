"""What callers ask the writer to do, and what it answers. Everything in here crosses from the loop to the thread."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from callsheet.errors import CallsheetError
from callsheet.journal.projection import RunEnd
from callsheet.runs.events import Record, RunId, RunSummary

OVERHEAD: Final = 200
"""Bytes that a change takes beside its data, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun:
    """Store a run with its first record. Answered with `row` itself, or for a known key with the earlier run's row.

    `size` as in `AppendRecords`.
    """

    row: RunSummary
    record: Record
    definition: bytes
    idempotency_key: str | None
    fingerprint: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRecords:
    """Add `records` to a run whose last seq is `expected_seq`.

    Attributes:
        end: what `run_finished` says, when it is one of the records.
        size: bytes of memory and, about, of disk.
    """

    run_id: RunId
    expected_seq: int
    records: tuple[Record, ...]
    end: RunEnd | None
    size: int

    @property
    def begins(self) -> bool:
        """Whether these are the first records after `run_started`."""
        return self.expected_seq == 1 and bool(self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancel:
    """Mark a run that is not finished. Answered with the run's row."""

    run_id: RunId
    size: int = OVERHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Write something, to see whether it can be done."""

    size: int = OVERHEAD


Change: TypeAlias = CreateRun | AppendRecords | RequestCancel | Probe

Outcome: TypeAlias = RunSummary | CallsheetError | None
"""A row where the change is answered with one; an error when this change alone failed; else None."""
