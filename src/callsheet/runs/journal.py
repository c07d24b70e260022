"""The journal, as runs need it: a store of events. Its adapters are in `callsheet.journal`, with one contract suite."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from callsheet.access.patterns import Patterns
from callsheet.access.principal import Principal
from callsheet.runs.events import Event, Message, Record, Revision, RunId, RunStarted, RunStatus, RunSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """All that the journal stores when a run is accepted.

    Attributes:
        started: the run's first event, seq 1.
        definition: the scenario's document as JSON text; stored once per revision, so that a run ends on the revision
            it began with whatever happens to the file.
        idempotency_key: the caller's `Idempotency-Key`, if any.
        fingerprint: a digest of the request; one key must always come with the same one.
        history: the events that follow the first one already, of a run that goes on where another one was; none of them
            parks, resumes or ends the run.
    """

    started: RunStarted
    definition: bytes
    idempotency_key: str | None = None
    fingerprint: str = ""
    history: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs a list shows; None does not restrict. `q` is looked for in both ids and in the message.

    Attributes:
        finished_before: only runs that had ended by then.
        parent_run_id: only the children of this run.
        owner: only runs with this owner.
        scenarios: only runs of scenarios that these allow.
        error_code: only runs that ended with an error of one of these codes.
    """

    scenario_id: str | None = None
    status: frozenset[RunStatus] | None = None
    error_code: frozenset[str] | None = None
    started_after: datetime | None = None
    started_before: datetime | None = None
    finished_before: datetime | None = None
    parent_run_id: RunId | None = None
    owner: str | None = None
    scenarios: Patterns | None = None
    q: str | None = None

    def within(self, caller: Principal) -> "RunFilter":
        """The same, of the runs that a caller sees."""
        owner = self.owner if caller.every_run else caller.subject
        if self.owner not in {None, owner}:
            return replace(self, scenarios=Patterns(()))
        if self.scenarios is not None and not caller.scenarios.allow_all:
            raise ValueError("The scenarios of a filter are what its caller sees.")
        return replace(self, owner=owner, scenarios=self.scenarios or caller.scenarios)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Runs, newest first, and the cursor of the next page; None when this is the last."""

    runs: tuple[RunSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRun:
    """A run that has something to do, with all that its dispatch needs.

    Attributes:
        cancel_requested: whether what it has to do is to end.
    """

    run_id: RunId
    scenario_id: str
    priority: int = 0
    cancel_requested: bool = False


class ChangedRuns(Protocol):
    """Which runs changed, for one subscriber."""

    async def next(self) -> Sequence[RunId] | None:
        """The runs that changed since the last call, each once, in order; waits until there is one.

        None means that it may be any run: there were too many, or news of other processes was lost.

        Raises:
            JournalUnavailable: the journal is closed.
        """
        ...


class Journal(Protocol):
    """The store of events. What a method has returned is durable: it survives `kill -9`.

    Every method raises `JournalUnavailable` when the store cannot be read or written; nothing is half-written then.
    """

    async def create(self, run: NewRun) -> RunSummary:
        """Store a new run with its first event, and its `history` if it has one; return it as stored.

        With an `idempotency_key` that was used before, the earlier run is returned and nothing is written.

        Raises:
            IdempotencyKeyReused: the key came with another `fingerprint`.
        """
        ...

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """Append `events`, numbered `expected_seq + 1` onwards, all or none.

        Each is encoded once (`callsheet.runs.codec.encode`); every reader gets those bytes. The projection (`summary`,
        `runs`, `due`) follows in the same transaction: any later event makes a queued run `running`, `run_waiting`
        makes it `waiting` and `run_resumed` `running` again, `run_finished` ends it. The end of a run with a parent is
        delivered to the step that waits for it, in the same transaction, as `{"kind": "run_finished", …}`.

        Raises:
            RunOwnershipLost: the run's last seq is not `expected_seq` any more. Nothing was written.
        """
        ...

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """The records with a seq greater than `after`, in order; all of them, or at most `limit`.

        Raises:
            RunNotFound: there is no such run.
            RunDamaged: what is stored of it is not what was written.
        """
        ...

    async def wait(self, run_id: RunId, after: int) -> None:
        """Return when the run has a record with a seq greater than `after`; at once if it has one already.

        Raises:
            RunNotFound: there is no such run, or it was removed meanwhile, by whatever process.
        """
        ...

    async def definition(self, revision: Revision) -> bytes:
        """The document stored under `revision`, as JSON text.

        Raises:
            ScenarioNotFound: no run ever used this revision.
        """
        ...

    async def summary(self, run_id: RunId) -> RunSummary:
        """The run's row in the list.

        Raises:
            RunNotFound: there is no such run.
            RunDamaged: its row is not what was written.
        """
        ...

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """The rows of those of the runs that exist, read together; None for a row that is damaged."""
        ...

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """Listen for runs that are created or removed, or whose status may be another one, from now on.

        Every such change that is durable after the context was entered is told, by whatever process it was made, soon
        after it can be read. A run may be told of that did not change. What is not taken in time costs a bounded amount
        of memory.

        Raises:
            JournalUnavailable: the journal is closed, or was opened beside the process that writes it.
        """
        ...

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """Runs, newest first.

        Raises:
            CursorInvalid: `cursor` is not one that this method gave out.
        """
        ...

    async def unfinished(self, owner: str, limit: int) -> int:
        """How many runs of `owner` have not ended, without those that a step began; counts to `limit` at most."""
        ...

    async def due(self, now: datetime) -> Sequence[DueRun]:
        """Every run that has something to do at `now`: the highest priority first, then the oldest.

        That is every unfinished run, except those that wait: of these only the ones whose `until` is over, that have
        more messages than their `run_waiting` counted, or that shall be cancelled.
        """
        ...

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """How many runs have not ended, by status: every status that is no end, 0 included."""
        ...

    async def next_due(self, after: datetime) -> datetime | None:
        """The earliest `until` later than `after` of the runs that wait; None when none of them has one."""
        ...

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """Store a message to the step whose `step_waiting` event is number `seq`; the first one counts.

        Raises:
            RunNotFound: there is no such run.
            AlreadyAnswered: there is a message already; `first` is its value, with `by` and `at`. Nothing was written.
        """
        ...

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        """The messages to a run by the `seq` they were delivered to.

        Raises:
            RunNotFound: there is no such run.
        """
        ...

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """Remember that the run shall be cancelled; without effect on a finished run. Return its row.

        Raises:
            RunNotFound: there is no such run.
        """
        ...

    async def delete(self, run_id: RunId) -> None:
        """Remove a finished run with its events and messages, and its idempotency key.

        Raises:
            RunNotFound: there is no such run.
            RunNotFinished: it has not ended. Nothing was removed.
        """
        ...

    async def cancel_requested(self, run_id: RunId) -> bool:
        """Whether `request_cancel` was called for the run."""
        ...

    async def check(self) -> None:
        """Return when the journal can be written; for `/readyz`.

        Raises:
            JournalUnavailable: it cannot, and why.
        """
        ...
