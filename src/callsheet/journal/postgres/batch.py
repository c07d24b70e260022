"""A batch of changes against the rows it found: who may, and what is to be written. No database in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString, TypeAlias, assert_never

import orjson

from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import IdempotencyKeyReused, RunNotFound, RunOwnershipLost
from callsheet.journal.access_changes import ChangeAccess
from callsheet.journal.changes import (
    AppendRecords,
    Change,
    CreateRun,
    DeleteRun,
    Deliver,
    Outcome,
    Probe,
    RequestCancel,
)
from callsheet.journal.messages import already_answered, end_message
from callsheet.journal.postgres.removal import Remains, Removals
from callsheet.journal.postgres.statements import ADVANCE, BEGIN_WORK, FINISH, PARK
from callsheet.journal.projection import Parked, Resumed, RunEnd, Turn, not_finished
from callsheet.journal.trigger_changes import ChangeTriggers
from callsheet.runs.events import Message, Record, RunId, RunSummary
from callsheet.runs.keys import shown_key

Column: TypeAlias = list[object]

_RESUMED: Final = Resumed()


@dataclass(slots=True, kw_only=True)
class LockedRun:
    """A row of `runs` that this transaction has locked. Mutable: it moves as the batch goes on.

    Attributes:
        turn: the last one of this batch.
        moved: whether the batch appended something.
    """

    number: int
    run_id: RunId
    last_seq: int
    finished: bool
    parent_run_id: RunId | None
    parent_seq: int | None
    turn: Turn | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message to be stored unless there is one, for the change of this index; None for the end of a child."""

    run: LockedRun
    seq: int
    message: Message
    index: int | None


@dataclass(slots=True, kw_only=True)
class Batch:
    """One transaction's worth of changes. Mutable: `settle` fills it.

    They count as simultaneous: runs are created first, appends follow, then messages, then cancel requests, then
    removals. A change that cannot be made fails alone.
    """

    changes: Sequence[Change]
    outcomes: list[Outcome]
    created: list[tuple[CreateRun, int]] = field(default_factory=list[tuple[CreateRun, int]])
    repeated: dict[int, CreateRun] = field(default_factory=dict[int, CreateRun])
    records: list[tuple[int, Record]] = field(default_factory=list[tuple[int, Record]])
    moved: dict[int, LockedRun] = field(default_factory=dict[int, LockedRun])
    sent: list[Sent] = field(default_factory=list[Sent])
    cancelled: dict[int, LockedRun] = field(default_factory=dict[int, LockedRun])
    removals: Removals = field(default_factory=Removals)

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Batch":
        """A batch that nothing is known of yet."""
        return cls(changes=changes, outcomes=[None] * len(changes))

    def creates(self) -> list[tuple[int, CreateRun]]:
        """The runs to be created, in the one order of keys in which every process creates them."""
        found = [(index, change) for index, change in enumerate(self.changes) if isinstance(change, CreateRun)]
        return sorted(found, key=lambda each: each[1].idempotency_key or "")

    def touched(self) -> list[str]:
        """The runs whose rows must be locked."""
        named = (AppendRecords, Deliver, RequestCancel, DeleteRun)
        return list(dict.fromkeys(change.run_id for change in self.changes if isinstance(change, named)))

    def ending(self) -> list[str]:
        """The runs that may end here, whose parents are told."""
        return [
            change.run_id
            for change in self.changes
            if isinstance(change, AppendRecords) and isinstance(change.turn, RunEnd)
        ]

    @property
    def probes(self) -> bool:
        """Whether something is to be written just to see whether it can be."""
        return any(isinstance(change, Probe) for change in self.changes)

    def deleted(self) -> list[str]:
        """The runs to be removed, of which a part may be gone already."""
        return list(dict.fromkeys(change.run_id for change in self.changes if isinstance(change, DeleteRun)))

    def settle(
        self, inserted: Mapping[str, int], locked: Mapping[str, LockedRun], hidden: Mapping[str, Remains]
    ) -> None:
        """Decide every change, as far as it can be decided before it is written.

        Args:
            inserted: the numbers of the runs that could be created.
            locked: by run id; those that are missing do not exist.
            hidden: by run id, those whose removal began earlier.
        """
        self._settle_creates(dict(inserted))
        for index, change in enumerate(self.changes):
            if isinstance(change, AppendRecords):
                self.outcomes[index] = self._append(change, locked)
        for index, change in enumerate(self.changes):
            run = (
                None
                if isinstance(change, CreateRun | ChangeTriggers | ChangeAccess | Probe)
                else locked.get(change.run_id)
            )
            match change:
                case Deliver() if run is not None:
                    self.sent.append(Sent(run=run, seq=change.seq, message=change.message, index=index))
                case RequestCancel() if run is not None:
                    self.cancelled[index] = run
                case DeleteRun():
                    self.outcomes[index] = self._delete(change.run_id, run, hidden.get(change.run_id))
                case Deliver() | RequestCancel():
                    self.outcomes[index] = RunNotFound(f"There is no run {change.run_id}.")
                case AppendRecords() | CreateRun() | ChangeTriggers() | ChangeAccess() | Probe():
                    pass  # the store of triggers has a connection of its own
                case _:
                    assert_never(change)

    def _settle_creates(self, inserted: dict[str, int]) -> None:
        for index, change in self.creates():
            number = inserted.pop(change.row.run_id, None)
            if number is None:
                self.repeated[index] = change
                continue
            self.outcomes[index] = change.row
            self.created.append((change, number))
            self.records += [(number, record) for record in change.records]

    def _append(self, change: AppendRecords, locked: Mapping[str, LockedRun]) -> CallsheetError | None:
        run = locked.get(change.run_id)
        if run is None or run.last_seq != change.expected_seq:
            return RunOwnershipLost(
                f"Run {change.run_id} is not at event {change.expected_seq} any more: another worker appended to it."
            )
        run.last_seq += len(change.records)
        run.turn = change.turn or (_RESUMED if change.begins else run.turn)
        if change.records:
            self.moved[run.number] = run
            self.records += [(run.number, record) for record in change.records]
        if isinstance(change.turn, RunEnd):
            run.finished = True
            self._tell_parent(run, change.turn, locked)
        return None

    def _tell_parent(self, run: LockedRun, end: RunEnd, locked: Mapping[str, LockedRun]) -> None:
        parent = None if run.parent_run_id is None else locked.get(run.parent_run_id)
        if parent is not None and run.parent_seq is not None:
            message = end_message(run.run_id, end)
            self.sent.append(Sent(run=parent, seq=run.parent_seq, message=message, index=None))

    def _delete(self, run_id: RunId, run: LockedRun | None, hidden: Remains | None) -> Outcome:
        if hidden is not None:
            return self.removals.go_on(hidden)
        if run is None or run_id in self.removals.runs:
            return RunNotFound(f"There is no run {run_id}.")
        if not run.finished:
            return not_finished(run_id)
        return self.removals.remove(run.number, run_id, run.last_seq)

    def moves(self) -> dict[LiteralString, list[Column]]:
        """What becomes of the rows of the runs that were appended to: for each statement its columns."""
        rows: dict[LiteralString, list[tuple[object, ...]]] = {}
        for run in self.moved.values():
            statement, values = _move(run.turn)
            rows.setdefault(statement, []).append((run.number, run.last_seq, *values))
        return {statement: [list(column) for column in zip(*found, strict=True)] for statement, found in rows.items()}

    def record_columns(self) -> list[Column]:
        """The events to be written."""
        return [
            [number for number, _ in self.records],
            [record.seq for _, record in self.records],
            [record.type for _, record in self.records],
            [record.data for _, record in self.records],
        ]

    def message_columns(self) -> list[Column]:
        """The messages to be written, those without one yet."""
        return [
            [each.run.number for each in self.sent],
            [each.seq for each in self.sent],
            [each.message.at for each in self.sent],
            [each.message.by for each in self.sent],
            [orjson.dumps(each.message.value) for each in self.sent],
        ]

    def answer_repeated(self, earlier: Mapping[str, tuple[str, RunSummary]]) -> None:
        """Answer the creates that made no run: the earlier one of their key, or a refusal.

        Args:
            earlier: fingerprint and row by idempotency key.
        """
        for index, change in self.repeated.items():
            known = None if change.idempotency_key is None else earlier.get(change.idempotency_key)
            if known is None:
                self.outcomes[index] = RunOwnershipLost(f"There is a run {change.row.run_id} already.")
            elif known[0] != change.fingerprint:
                self.outcomes[index] = IdempotencyKeyReused(
                    f"The Idempotency-Key {shown_key(change.idempotency_key)!r} was already used with another request."
                    " Use a new key."
                )
            else:
                self.outcomes[index] = known[1]

    def answer_sent(self, stored: set[tuple[int, int]], first: Mapping[tuple[int, int], Message]) -> None:
        """Answer the messages: the first one to a step was stored, the others are told which that was.

        Args:
            stored: run and seq of those that this transaction stored.
            first: the messages that are there now.
        """
        for each in self.sent:
            key = (each.run.number, each.seq)
            if key in stored:
                stored.discard(key)
            elif each.index is not None and key in first:
                self.outcomes[each.index] = already_answered(each.run.run_id, first[key])

    def answer_cancelled(self, rows: Mapping[str, RunSummary]) -> None:
        """Answer the cancel requests with the rows as they are now."""
        for index, run in self.cancelled.items():
            self.outcomes[index] = rows.get(run.run_id) or RunNotFound(f"There is no run {run.run_id}.")


def _move(turn: Turn | None) -> tuple[LiteralString, tuple[str | int | datetime | None, ...]]:
    match turn:
        case None:
            return ADVANCE, ()
        case Resumed():
            return BEGIN_WORK, ()
        case RunEnd():
            return FINISH, (turn.status.value, turn.finished_at, turn.message, turn.error_code)
        case Parked():
            return PARK, (turn.until, turn.messages_seen)
        case _:
            assert_never(turn)
