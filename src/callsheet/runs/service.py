"""What callers do with runs: submit, cancel, and all that `RunHistory` reads. Every way in comes through here."""

from collections.abc import Callable
from dataclasses import replace

from callsheet.errors import RunIsFinished, RunNotFound, RunOwnershipLost
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.events import RunId, RunStarted, RunSummary, RunTrigger
from callsheet.runs.feed import Feed, FeedItem
from callsheet.runs.forks import Fork, Forks, ForkWish
from callsheet.runs.history import RunHistory
from callsheet.runs.ports import Clock, Engine, Entropy, Journal, NewRun
from callsheet.runs.removal import remove
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject


class RunService(RunHistory):
    """The use cases of runs, over the ports."""

    def __init__(
        self, *, acceptance: Acceptance, journal: Journal, engine: Engine, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__(journal)
        self._acceptance = acceptance
        self._engine = engine
        self._clock = clock
        self._entropy = entropy
        self._forks = Forks(acceptance=acceptance, journal=journal, clock=clock, entropy=entropy)

    async def submit(
        self,
        scenario_id: str,
        run_input: JsonObject,
        idempotency_key: str | None = None,
        *,
        priority: int = 0,
        trigger: RunTrigger | None = None,
    ) -> RunSummary:
        """Accept a run: when this returns it is durable and will be executed.

        Args:
            scenario_id: which scenario.
            run_input: must fit its `input_schema`.
            idempotency_key: with the same key and request, the same run is returned.
            priority: from -100 to 100; runs with a higher one get a free place first.
            trigger: the schedule or hook that asks for it.

        Raises:
            ScenarioNotFound: nothing in the catalog has this id.
            ScenarioInvalid: the scenario has errors; `problems` lists them.
            InputInvalid: the input does not fit `input_schema`; `problems` has a pointer and a sentence for each fault.
            IdempotencyKeyReused: the key came with another request before.
            JournalUnavailable: nothing was accepted.
        """
        key, fingerprint = idempotency_key, _fingerprint(scenario_id, run_input, priority) if idempotency_key else ""
        new = await self._new(self._entropy.run_id(), scenario_id, run_input, priority, trigger)
        new = replace(new, idempotency_key=key, fingerprint=fingerprint)
        return await self._dispatched(await self._journal.create(new))

    async def start(
        self, run_id: RunId, scenario_id: str, run_input: JsonObject, *, priority: int, trigger: RunTrigger
    ) -> RunSummary:
        """See that the run exists whose id was chosen before; it may have been accepted already, here or elsewhere.

        Raises:
            ScenarioNotFound: as `submit`, and as the next three.
            ScenarioInvalid: the scenario has errors.
            InputInvalid: the input does not fit.
            JournalUnavailable: it is not known whether the run exists.
        """
        try:
            return await self._dispatched(await self._journal.summary(run_id))
        except RunNotFound:
            new = await self._new(run_id, scenario_id, run_input, priority, trigger)
        try:
            return await self._dispatched(await self._journal.create(new))
        except RunOwnershipLost:  # somebody else was faster
            return await self._dispatched(await self._journal.summary(run_id))

    async def _new(
        self, run_id: RunId, scenario_id: str, run_input: JsonObject, priority: int, trigger: RunTrigger | None
    ) -> NewRun:
        entry = await self._acceptance.entry(scenario_id)
        self._acceptance.check(entry, run_input)
        started = RunStarted(
            run_id=run_id,
            scenario_id=scenario_id,
            started_at=self._clock.now(),
            revision=entry.revision,
            input=run_input,
            env=self._acceptance.variables(entry),
            priority=priority,
            trigger=trigger,
        )
        return NewRun(started=started, definition=canonical(entry.document))

    async def _dispatched(self, summary: RunSummary) -> RunSummary:
        await self._dispatch(summary)
        return summary

    async def fork(self, run_id: RunId, wish: ForkWish, idempotency_key: str | None = None) -> Fork:
        """Accept a run that begins with what another one had done: it is durable then and will be executed.

        Raises:
            CallsheetError: as `Forks.make`.
        """
        fork = await self._forks.make(run_id, wish, idempotency_key)
        await self._dispatch(fork.summary)
        return fork

    async def resume(self, run_id: RunId) -> RunSummary:
        """See that an unfinished run is executed, also one that the engine had given up. Can be repeated.

        Raises:
            RunNotFound: there is no such run.
            RunIsFinished: there is nothing to go on with.
            JournalUnavailable: the journal cannot be read.
        """
        summary = await self._journal.summary(run_id)
        if summary.status.is_terminal:
            raise RunIsFinished(
                f"Run {run_id} has ended ({summary.status}), so there is nothing to go on with. Fork or retry it."
            )
        await self._dispatch(summary)
        return summary

    async def delete(self, run_id: RunId) -> None:
        """Remove a run that has ended, its events, and the runs that its steps had begun.

        Raises:
            RunNotFound: there is no such run.
            RunNotFinished: it has not ended, or one that a step had begun has not.
            RunIsChild: it belongs to a step of another run, and is removed with that.
            JournalUnavailable: the run is still there.
        """
        await remove(self._journal, run_id)

    async def _dispatch(self, summary: RunSummary) -> None:
        if not summary.status.is_terminal:
            await self._engine.dispatch(summary.run_id, scenario_id=summary.scenario_id, priority=summary.priority)

    async def cancel(self, run_id: RunId) -> RunSummary:
        """Ask for the run's end; a finished run stays as it is. The wish is durable when this returns.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: nothing was changed.
        """
        summary = await self._journal.request_cancel(run_id)
        if not summary.status.is_terminal:
            await self._engine.cancel(run_id)
        return summary

    def feed(self, encode: Callable[[FeedItem], bytes]) -> Feed:
        """A live feed of the status of all runs, idle while nobody watches; `encode` makes the bytes of an item."""
        return Feed(self._journal, self._clock, encode)

    def statistics(self) -> RunStatistics:
        """Reports over many runs, each kept for a moment."""
        return RunStatistics(self._journal, self._clock)


def _fingerprint(scenario_id: str, run_input: JsonObject, priority: int) -> str:
    # Keys that were used before there were priorities came with the first two alone.
    return digest([scenario_id, run_input, *([priority] if priority else [])])
