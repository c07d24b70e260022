"""The Journal port, seen: whatever became durable through it is told to those who watch."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime

from loguru import logger

from callsheet.errors.kinds import Unavailable
from callsheet.runs.events import (
    Event,
    Message,
    Record,
    Revision,
    RunFinished,
    RunId,
    RunStatus,
    RunSummary,
    StepFinished,
    StepRetrying,
    StepStarted,
)
from callsheet.runs.journal import ChangedRuns, DueRun, Journal, NewRun, RunFilter, RunPage
from callsheet.telemetry.runs import RunsAtWork, note_begin, note_retry, note_steps
from callsheet.telemetry.watching import UNKNOWN, OpenStep, RunAtWork, RunOrigin, Watch


class ObservedJournal:
    """The `Journal` port over another one, which does all the work.

    Args:
        inner: the journal.
        runs: which runs are at work here.
        watches: are told; when one of them fails, that is logged, for what was written stays written.
    """

    def __init__(self, inner: Journal, runs: RunsAtWork, watches: Sequence[Watch]) -> None:
        self._inner = inner
        self._runs = runs
        self._watches = watches

    async def create(self, run: NewRun) -> RunSummary:
        """See `Journal.create`."""
        row = await self._inner.create(run)
        if row.run_id == run.started.run_id:  # else an earlier run of the same key
            origin = RunOrigin.of(run.started)
            self._runs.accept(origin)
            for watch in self._watches:
                watch.accepted(origin)
        return row

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """See `Journal.append`."""
        await self._inner.append(run_id, expected_seq, events)
        try:
            run = self._runs.find(run_id)
            if run is None or run.origin is None or not run.whole:
                run = await self._known(run or RunAtWork(run_id), expected_seq, events)
            if run.origin is not None:
                self._tell(run, run.origin, events)
        except Exception:  # noqa: BLE001 - the events are durable, and whoever wrote them must hear nothing else
            logger.exception("What run {} wrote could not be counted.", run_id)

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`."""
        records = await self._inner.read(run_id, after, limit)
        if after == 0 and (run := self._runs.find(run_id)) is not None:
            note_begin(run, records)
        return records

    async def _known(self, run: RunAtWork, before: int, events: Sequence[Event]) -> RunAtWork:
        """The run, with all that is told of it together with `events`: it began before this process had it.

        `before` is the number of the last event before these.
        """
        if run.origin is None:
            note_begin(run, await self._inner.read(run.run_id, 0, 1))
            run.whole = False
        began = {event.step_path for event in events if isinstance(event, StepStarted)} | run.steps.keys()
        ends = [event.step_path for event in events if isinstance(event, StepFinished | StepRetrying)]
        # A step that lies in others has to be told with them.
        if run.origin is not None and not run.whole and any("." in path or path not in began for path in ends):
            with suppress(Unavailable):
                note_steps(run, (await self._inner.read(run.run_id))[:before])
        return run

    def _tell(self, run: RunAtWork, origin: RunOrigin, events: Sequence[Event]) -> None:
        steps = run.steps
        for event in events:
            if isinstance(event, StepStarted):
                steps[event.step_path] = OpenStep(event.step_type, event.started_at)
            elif isinstance(event, StepFinished):
                step = steps.pop(event.step_path, UNKNOWN)
                for watch in self._watches:
                    watch.step_finished(origin, event, step)
            elif isinstance(event, StepRetrying):
                step = steps.get(event.step_path, UNKNOWN)
                for watch in self._watches:
                    watch.retrying(origin, event, step)
                note_retry(steps, event)
            elif isinstance(event, RunFinished):
                for watch in self._watches:
                    watch.run_finished(origin, event)

    async def wait(self, run_id: RunId, after: int) -> None:
        """See `Journal.wait`."""
        await self._inner.wait(run_id, after)

    async def definition(self, revision: Revision) -> bytes:
        """See `Journal.definition`."""
        return await self._inner.definition(revision)

    async def summary(self, run_id: RunId) -> RunSummary:
        """See `Journal.summary`."""
        return await self._inner.summary(run_id)

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """See `Journal.summaries`."""
        return await self._inner.summaries(run_ids)

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """See `Journal.changed_runs`."""
        return self._inner.changed_runs()

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """See `Journal.runs`."""
        return await self._inner.runs(where, limit, cursor)

    async def due(self, now: datetime) -> Sequence[DueRun]:
        """See `Journal.due`."""
        return await self._inner.due(now)

    async def unfinished(self, owner: str, limit: int) -> int:
        """See `Journal.unfinished`."""
        return await self._inner.unfinished(owner, limit)

    async def unfinished_by_status(self) -> Mapping[RunStatus, int]:
        """See `Journal.unfinished_by_status`."""
        return await self._inner.unfinished_by_status()

    async def next_due(self, after: datetime) -> datetime | None:
        """See `Journal.next_due`."""
        return await self._inner.next_due(after)

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """See `Journal.deliver`."""
        await self._inner.deliver(run_id, seq, message)

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        """See `Journal.messages`."""
        return await self._inner.messages(run_id)

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """See `Journal.request_cancel`."""
        return await self._inner.request_cancel(run_id)

    async def delete(self, run_id: RunId) -> None:
        """See `Journal.delete`."""
        await self._inner.delete(run_id)

    async def cancel_requested(self, run_id: RunId) -> bool:
        """See `Journal.cancel_requested`."""
        return await self._inner.cancel_requested(run_id)

    async def check(self) -> None:
        """See `Journal.check`."""
        await self._inner.check()
