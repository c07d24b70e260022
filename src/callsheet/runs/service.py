"""What callers do with runs: submit, cancel, and all that `RunHistory` reads. Every way in comes through here."""

from collections.abc import Callable
from dataclasses import replace

from callsheet.access.mandate import Mandate
from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.runs import RunIsFinished, RunNotFound, RunOwnershipLost
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.acceptance import Acceptance, runnable
from callsheet.runs.admission import Admission
from callsheet.runs.events import RunId, RunStarted, RunSummary, RunTrigger
from callsheet.runs.feed import Feed, FeedItem
from callsheet.runs.forks import Fork, Forks, ForkWish
from callsheet.runs.history import RunHistory, require_sight
from callsheet.runs.keys import own_key
from callsheet.runs.mandates import require_within
from callsheet.runs.ports import CatalogEntry, Clock, Engine, Entropy, Journal, NewRun
from callsheet.runs.redaction.aside import clean_json_aside
from callsheet.runs.removal import remove
from callsheet.runs.seen import require_seen, unknown
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject, is_object


class RunService(RunHistory):
    """The use cases of runs, over the ports, for one caller: this process itself, unless `seen_by` says another one.

    What a caller may do at all is not asked here; to which runs and scenarios they may do it is.
    """

    def __init__(
        self,
        *,
        acceptance: Acceptance,
        journal: Journal,
        engine: Engine,
        clock: Clock,
        entropy: Entropy,
        admission: Admission | None = None,
        caller: Principal = LOCAL,
    ) -> None:
        super().__init__(journal, caller)
        self._acceptance = acceptance
        self._admission = admission or Admission(journal)
        self._engine = engine
        self._clock = clock
        self._entropy = entropy
        self._forks = Forks(acceptance=acceptance, journal=journal, clock=clock, entropy=entropy)

    def seen_by(self, caller: Principal) -> "RunService":
        """The use cases for a caller: they see what they may, and what they start is theirs."""
        if caller == self._caller:
            return self
        return RunService(
            acceptance=self._acceptance,
            journal=self._journal,
            engine=self._engine,
            clock=self._clock,
            entropy=self._entropy,
            admission=self._admission,
            caller=caller,
        )

    async def submit(
        self,
        scenario_id: str,
        run_input: JsonObject,
        idempotency_key: str | None = None,
        *,
        priority: int = 0,
        trigger: RunTrigger | None = None,
        mandate: Mandate | None = None,
    ) -> RunSummary:
        """Accept a run: when this returns it is durable and will be executed.

        Args:
            scenario_id: which scenario.
            run_input: must fit its `input_schema`.
            idempotency_key: with the same key and request, the same run is returned.
            priority: from -100 to 100; runs with a higher one get a free place first.
            trigger: the schedule or hook that asks for it.
            mandate: on whose behalf it works; the caller's by default.

        Raises:
            ScenarioNotFound: nothing in the catalog has this id, or the caller may not run it.
            Forbidden: one of its steps wants what the mandate does not allow.
            ScenarioInvalid: the scenario has errors; `problems` lists them.
            InputInvalid: the input does not fit `input_schema`; `problems` has a pointer and a sentence for each fault.
            IdempotencyKeyReused: the key came with another request before.
            TooManyRuns: the owner has as many unfinished runs as they may.
            QueueFull: too many runs wait for a free place here.
            JournalUnavailable: nothing was accepted.
        """
        new = await self._new(
            self._entropy.run_id(), scenario_id, run_input, priority, trigger, mandate or self._caller.mandate
        )
        if idempotency_key is not None:
            fingerprint = _fingerprint(scenario_id, run_input, priority)
            key = idempotency_key if mandate else own_key(idempotency_key, self._caller.subject)
            new = replace(new, idempotency_key=key, fingerprint=fingerprint)
        async with self._admission.admitted(new.started.mandate.owner):
            return await self._dispatched(await self._journal.create(new))

    async def start(
        self,
        run_id: RunId,
        scenario_id: str,
        run_input: JsonObject,
        *,
        priority: int,
        trigger: RunTrigger,
        mandate: Mandate,
    ) -> RunSummary:
        """See that the run exists whose id was chosen before; it may have been accepted already, here or elsewhere.

        There is always room for it: what a schedule starts is bounded by the schedule.

        Raises:
            ScenarioNotFound: as `submit`, and as the next four.
            Forbidden: a step wants what the mandate does not allow.
            ScenarioInvalid: the scenario has errors.
            InputInvalid: the input does not fit.
            JournalUnavailable: it is not known whether the run exists.
        """
        try:
            return await self._dispatched(await self._journal.summary(run_id))
        except RunNotFound:
            new = await self._new(run_id, scenario_id, run_input, priority, trigger, mandate)
        try:
            return await self._dispatched(await self._journal.create(new))
        except RunOwnershipLost:  # somebody else was faster
            return await self._dispatched(await self._journal.summary(run_id))

    async def _new(
        self,
        run_id: RunId,
        scenario_id: str,
        run_input: JsonObject,
        priority: int,
        trigger: RunTrigger | None,
        mandate: Mandate,
    ) -> NewRun:
        entry = await self._entry(scenario_id, mandate)
        require_within(runnable(entry), mandate)
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
            mandate=mandate,
        )
        return NewRun(started=await self._acceptance.clean(entry, started), definition=canonical(entry.document))

    async def _entry(self, scenario_id: str, mandate: Mandate) -> CatalogEntry:
        if mandate.scenarios.allow_all:
            return await self._acceptance.entry(scenario_id)
        require_seen(scenario_id, mandate.scenarios)
        try:
            return await self._acceptance.entry(scenario_id)
        except ScenarioNotFound:  # without the name of another one
            raise unknown(scenario_id) from None

    async def _dispatched(self, summary: RunSummary) -> RunSummary:
        await self._dispatch(summary)
        return summary

    async def without_secrets(self, run_input: JsonObject) -> JsonObject:
        """An input as it may be shown: a caller may have put a secret in."""
        clean = await clean_json_aside(run_input, self._acceptance.secrets.everything())
        return clean if is_object(clean) else {}

    async def fork(self, run_id: RunId, wish: ForkWish, idempotency_key: str | None = None) -> Fork:
        """Accept a run that begins with what another one had done: it is durable then and will be executed.

        Raises:
            CallsheetError: as `Forks.make`, and for want of room as `submit`.
        """
        await require_sight(self._caller, self._journal, run_id)
        mandate = self._caller.mandate
        async with self._admission.admitted(mandate.owner):
            fork = await self._forks.make(run_id, wish, mandate, idempotency_key)
            await self._dispatch(fork.summary)
        return fork

    async def resume(self, run_id: RunId) -> RunSummary:
        """See that an unfinished run is executed, also one that the engine had given up. Can be repeated.

        Raises:
            RunNotFound: there is no such run.
            RunIsFinished: there is nothing to go on with.
            JournalUnavailable: the journal cannot be read.
        """
        summary = await self.summary(run_id)
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
        await require_sight(self._caller, self._journal, run_id)
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
        await require_sight(self._caller, self._journal, run_id)
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
