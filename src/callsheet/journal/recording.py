"""The writing half of the `Journal` port over a group commit, the same for every database."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from typing import assert_never

import orjson

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunNotFound
from callsheet.journal.access_changes import ChangeAccess
from callsheet.journal.announcements import Announcements
from callsheet.journal.changes import (
    OVERHEAD,
    AppendRecords,
    Change,
    CreateRun,
    DeleteRun,
    Deliver,
    MoreToRemove,
    Outcome,
    Probe,
    RequestCancel,
)
from callsheet.journal.group_commit import Committed, GroupCommit
from callsheet.journal.messages import message_as_stored
from callsheet.journal.projection import Parked, RunEnd, accepted, first_records, numbered, turn_of
from callsheet.journal.tails import Tails
from callsheet.journal.trigger_changes import ChangeTriggers
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Event, Message, RunId, RunSummary
from callsheet.runs.ports import ChangedRuns, NewRun


class Recording:
    """The methods of the `Journal` port that write, as the port describes them. Lives on one event loop.

    Beyond the port: a cancelled `append` or `create` ends when it is settled whether it was made.

    Attributes that an adapter sets before anything is written:
        _commits: the queue in front of its writer, with `_publish` as what is called for durable changes.
        _tails, _wakeups, _announcements: who reads along.
    """

    _commits: GroupCommit
    _tails: Tails
    _wakeups: Wakeups
    _announcements: Announcements

    async def create(self, run: NewRun) -> RunSummary:
        """See `Journal.create`."""
        row = accepted(run)
        records = await first_records(run)
        change = CreateRun(
            row=row,
            records=records,
            parent_seq=None if run.started.parent is None else run.started.parent.seq,
            definition=run.definition,
            idempotency_key=run.idempotency_key,
            fingerprint=run.fingerprint,
            size=sum((len(record.data) for record in records), len(run.definition) + OVERHEAD),
        )
        return _row(await self._commits.submit(change, row.run_id))

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """See `Journal.append`."""
        records = numbered(events, expected_seq)
        size = sum((len(record.data) for record in records), OVERHEAD)
        turn = turn_of(events)
        change = AppendRecords(run_id=run_id, expected_seq=expected_seq, records=records, turn=turn, size=size)
        await self._commits.submit(change, run_id, last=isinstance(turn, RunEnd | Parked))

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """See `Journal.changed_runs`."""
        return self._announcements.subscribed()

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """See `Journal.deliver`."""
        stored = message_as_stored(message)
        size = len(orjson.dumps(stored.value)) + OVERHEAD
        # Not under the run's own name: a parked run with a message is no run that writes.
        await self._commits.submit(Deliver(run_id=run_id, seq=seq, message=stored, size=size), "")

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """See `Journal.request_cancel`."""
        return _row(await self._commits.submit(RequestCancel(run_id=run_id), run_id))

    async def delete(self, run_id: RunId) -> None:
        """See `Journal.delete`."""
        begun = False
        with suppress(RunNotFound):
            while isinstance(await self._commits.submit(DeleteRun(run_id=run_id), ""), MoreToRemove):
                begun = True  # others had their turn meanwhile, and somebody may have removed the rest
            return
        if not begun:
            raise RunNotFound(f"There is no run {run_id}.")

    async def check(self) -> None:
        """See `Journal.check`. It writes one row, so a disk that is full is found out."""
        await self._commits.submit(Probe(), "")

    def on_commit(self, committed: Committed) -> None:
        """Have `committed` called for each batch that is durable."""
        self._commits.committed = committed

    def _publish(self, change: Change, outcome: Outcome) -> None:
        match change:
            case CreateRun():
                # An earlier run of the same key was published when it was created, and is further on by now.
                if outcome is change.row:
                    self._tails.extend(change.row.run_id, change.records)
                    self._wakeups.notify(change.row.run_id, len(change.records))
                    self._announcements.announce(change.row.run_id)
            case AppendRecords():
                self._tails.extend(change.run_id, change.records)
                self._wakeups.notify(change.run_id, change.expected_seq + len(change.records))
                if change.turns:
                    self._announcements.announce(change.run_id)
            case DeleteRun():
                self._tails.forget(change.run_id)
                self._wakeups.remove(change.run_id)
                self._announcements.announce(change.run_id)
            case Deliver() | RequestCancel() | ChangeTriggers() | ChangeAccess() | Probe():
                pass
            case _:
                assert_never(change)


def _row(outcome: Outcome) -> RunSummary:
    if not isinstance(outcome, RunSummary):
        raise JournalUnavailable("The journal answered a change with something else than a row. Restart Callsheet.")
    return outcome
