"""The journal in memory: for tests and for trying a scenario. Nothing survives the process."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from callsheet.errors.runs import IdempotencyKeyReused, RunNotFound, RunOwnershipLost
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.journal.announcements import Announcements
from callsheet.journal.cursor import Position, read_cursor, write_cursor
from callsheet.journal.messages import already_answered, end_message, message_as_stored
from callsheet.journal.projection import (
    Parked,
    Resumed,
    RunEnd,
    Turn,
    accepted,
    as_stored,
    by_status,
    first_records,
    not_finished,
    numbered,
    sortable,
    turn_of,
)
from callsheet.journal.searching import folded
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Event, Message, ParentStep, Record, Revision, RunId, RunStatus, RunSummary
from callsheet.runs.journal import ChangedRuns, DueRun, NewRun, RunFilter, RunPage
from callsheet.runs.keys import shown_key
from callsheet.runs.signals import Stirred


@dataclass(slots=True)
class _Run:
    """One run. Mutable: it is the journal."""

    row: RunSummary
    position: Position
    records: list[Record]
    fingerprint: str
    parent: ParentStep | None
    parked: Parked | None = None
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    cancel_requested: bool = False

    def apply(self, events: Sequence[Event]) -> RunEnd | None:
        """Change the row as `events` say; the run's end, when they tell it."""
        turn = turn_of(events)
        self.row = _after(self.row, len(events), turn)
        if isinstance(turn, Parked):
            self.parked = turn
        return turn if isinstance(turn, RunEnd) else None

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to do."""
        if self.row.status is not RunStatus.WAITING or self.parked is None:
            return not self.row.status.is_terminal
        until = self.parked.until
        woken = len(self.messages) > self.parked.messages_seen or self.cancel_requested
        return woken or (until is not None and until <= now)

    def as_due(self) -> DueRun:
        """What the engine is told of it."""
        return DueRun(
            run_id=self.row.run_id,
            scenario_id=self.row.scenario_id,
            priority=self.row.priority,
            cancel_requested=self.cancel_requested,
        )


class MemoryJournal:
    """The `Journal` port in memory. Lives on one event loop."""

    def __init__(self) -> None:
        self._runs: dict[RunId, _Run] = {}
        self._definitions: dict[Revision, bytes] = {}
        self._keys: dict[str, _Run] = {}
        self._accepted = 0
        self._wakeups = Wakeups()
        self._signals: list[Callable[[RunId], None]] = []
        self._announcements = Announcements()

    async def create(self, run: NewRun) -> RunSummary:
        """See `Journal.create`."""
        row, records = accepted(run), list(await first_records(run))
        await _as_if_on_disk()
        if run.idempotency_key is not None and (earlier := self._keys.get(run.idempotency_key)) is not None:
            if earlier.fingerprint != run.fingerprint:
                raise IdempotencyKeyReused(
                    f"The Idempotency-Key {shown_key(run.idempotency_key)!r} was already used with another request."
                    " Use a new key."
                )
            return earlier.row
        if row.run_id in self._runs:
            raise RunOwnershipLost(f"There is a run {row.run_id} already.")
        self._accepted += 1
        position = Position(sortable(row.started_at), self._accepted)
        stored = _Run(
            row=row, position=position, records=records, fingerprint=run.fingerprint, parent=run.started.parent
        )
        self._runs[row.run_id] = stored
        self._definitions.setdefault(row.revision, run.definition)
        if run.idempotency_key is not None:
            self._keys[run.idempotency_key] = stored
        self._wakeups.notify(row.run_id, row.last_seq)
        self._announcements.announce(row.run_id)
        return row

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """See `Journal.append`."""
        records = numbered(events, expected_seq)
        await _as_if_on_disk()
        run = self._runs.get(run_id)
        if run is None or run.row.last_seq != expected_seq:
            raise RunOwnershipLost(
                f"Run {run_id} is not at event {expected_seq} any more: another worker appended to it."
            )
        run.records.extend(records)
        before = run.row.status
        end = run.apply(events)
        if end is not None and run.parent is not None and (parent := self._runs.get(run.parent.run_id)) is not None:
            parent.messages.setdefault(run.parent.seq, end_message(run_id, end))
            self._signal(run.parent.run_id)
        self._wakeups.notify(run_id, run.row.last_seq)
        if run.row.status is not before:
            self._announcements.announce(run_id)

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`."""
        records = self._find(run_id).records
        start = max(after, 0)
        return records[start : None if limit is None else start + limit]

    async def wait(self, run_id: RunId, after: int) -> None:
        """See `Journal.wait`.

        Raises:
            RunNotFound: there is no such run.
        """
        while self._find(run_id).row.last_seq <= after:
            with self._wakeups.registered(run_id) as woken:
                await woken

    async def definition(self, revision: Revision) -> bytes:
        """See `Journal.definition`."""
        try:
            return self._definitions[revision]
        except KeyError:
            raise ScenarioNotFound(f"No run ever used the revision {revision}.") from None

    async def summary(self, run_id: RunId) -> RunSummary:
        """See `Journal.summary`."""
        return self._find(run_id).row

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """See `Journal.summaries`."""
        await _as_if_on_disk()
        return {run_id: self._runs[run_id].row for run_id in run_ids if run_id in self._runs}

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """See `Journal.changed_runs`."""
        return self._announcements.subscribed()

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """See `Journal.runs`."""
        before = None if cursor is None else read_cursor(cursor)
        found = [
            run
            for run in sorted(self._runs.values(), key=lambda run: run.position, reverse=True)
            if (before is None or run.position < before) and _fits(run.row, where)
        ]
        shown = found[:limit]
        more = len(found) > limit and bool(shown)
        return RunPage(
            runs=tuple(run.row for run in shown), next_cursor=write_cursor(shown[-1].position) if more else None
        )

    async def unfinished(self, owner: str, limit: int) -> int:
        """See `Journal.unfinished`."""
        rows = (run.row for run in self._runs.values())
        return min(limit, sum(row.owner == owner and not (row.finished_at or row.parent_run_id) for row in rows))

    async def due(self, now: datetime) -> Sequence[DueRun]:
        """See `Journal.due`."""
        found = [run for run in self._runs.values() if run.is_due(now)]
        return [run.as_due() for run in sorted(found, key=lambda run: (-run.row.priority, run.position))]

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """See `Journal.unfinished_by_status`."""
        return by_status((run.row.status, 1) for run in self._runs.values())

    async def next_due(self, after: datetime) -> datetime | None:
        """See `Journal.next_due`."""
        parked = [run.parked for run in self._runs.values() if run.row.status is RunStatus.WAITING]
        moments = [each.until for each in parked if each is not None and each.until is not None]
        return min((moment for moment in moments if moment > as_stored(after)), default=None)

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """See `Journal.deliver`."""
        stored = message_as_stored(message)
        await _as_if_on_disk()
        messages = self._find(run_id).messages
        if seq in messages:
            raise already_answered(run_id, messages[seq])
        messages[seq] = stored
        self._signal(run_id)

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        """See `Journal.messages`."""
        return dict(self._find(run_id).messages)

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """See `Journal.request_cancel`."""
        await _as_if_on_disk()
        run = self._find(run_id)
        if run.row.finished_at is None:
            run.cancel_requested = True
            self._signal(run_id)
        return run.row

    async def delete(self, run_id: RunId) -> None:
        """See `Journal.delete`."""
        await _as_if_on_disk()
        run = self._find(run_id)
        if run.row.finished_at is None:
            raise not_finished(run_id)
        del self._runs[run_id]
        self._keys = {key: kept for key, kept in self._keys.items() if kept is not run}
        self._wakeups.remove(run_id)
        self._announcements.announce(run_id)

    async def cancel_requested(self, run_id: RunId) -> bool:
        """See `Journal.cancel_requested`."""
        run = self._runs.get(run_id)
        return run is not None and run.cancel_requested

    def on_signal(self, callback: Callable[[RunId], None]) -> Callable[[], None]:
        """See `callsheet.runs.signals.Signals`."""
        self._signals.append(callback)
        return lambda: self._signals.remove(callback)

    async def stirred(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Stirred]:
        """See `callsheet.runs.signals.Signals`."""
        found = {run_id: self._runs[run_id] for run_id in run_ids if run_id in self._runs}
        return {
            run_id: Stirred(messages_received=len(run.messages), cancel_requested=run.cancel_requested)
            for run_id, run in found.items()
        }

    async def check(self) -> None:
        """See `Journal.check`. Memory can always be written."""

    def _signal(self, run_id: RunId) -> None:
        for callback in tuple(self._signals):
            callback(run_id)

    def _find(self, run_id: RunId) -> _Run:
        try:
            return self._runs[run_id]
        except KeyError:
            raise RunNotFound(f"There is no run {run_id}.") from None


async def _as_if_on_disk() -> None:
    # The journals on disk let other tasks run while they write; code that needs that must not depend on the adapter.
    await asyncio.sleep(0)


def _after(row: RunSummary, count: int, turn: Turn | None) -> RunSummary:
    row = replace(row, last_seq=row.last_seq + count)
    match turn:
        case None:
            return replace(row, status=RunStatus.RUNNING) if count and row.status is RunStatus.QUEUED else row
        case RunEnd():
            return replace(
                row,
                status=turn.status,
                finished_at=turn.finished_at,
                message=turn.message,
                error_code=turn.error_code,
            )
        case Parked():
            return replace(row, status=RunStatus.WAITING)
        case Resumed():
            return replace(row, status=RunStatus.RUNNING)
        case _:
            assert_never(turn)


def _fits(row: RunSummary, where: RunFilter) -> bool:
    return (
        (where.scenario_id is None or row.scenario_id == where.scenario_id)
        and (where.status is None or row.status in where.status)
        and (where.error_code is None or row.error_code in where.error_code)
        and (where.started_after is None or row.started_at > as_stored(where.started_after))
        and (where.started_before is None or row.started_at < as_stored(where.started_before))
        and (where.finished_before is None or _finished_before(row, where.finished_before))
        and (where.parent_run_id is None or row.parent_run_id == where.parent_run_id)
        and (where.owner is None or row.owner == where.owner)
        and (where.scenarios is None or where.scenarios.allow(row.scenario_id))
        and (where.q is None or _contains((row.run_id, row.scenario_id, row.message), where.q))
    )


def _finished_before(row: RunSummary, moment: datetime) -> bool:
    return row.finished_at is not None and row.finished_at < as_stored(moment)


def _contains(texts: Iterable[str], q: str) -> bool:
    return any(folded(q) in folded(text) for text in texts)
