"""What people do with schedules and hooks: save, remove, pause, resume, start now, and look at slots."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.access import Forbidden
from callsheet.errors.triggers import HookNotFound, ScheduleNotFound, TriggerInvalid, TriggerNotFound, TriggerReadOnly
from callsheet.lint.context import LintContext
from callsheet.runs.events import Revision, RunSummary, RunTrigger, TriggerKind
from callsheet.runs.ports import Catalog, Clock
from callsheet.runs.revisions import Expected
from callsheet.runs.saving import Rejected, has_error, surroundings
from callsheet.runs.seen import SeenCatalog
from callsheet.runs.service import RunService
from callsheet.runs.triggers.documents import Schedule
from callsheet.runs.triggers.entries import TriggerEntry, Triggers
from callsheet.runs.triggers.reading import check_trigger
from callsheet.runs.triggers.slots import ScheduleState, Slot
from callsheet.runs.triggers.store import SavedTrigger, TriggerSaved, TriggerStore
from callsheet.scenario.codec import digest
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json, JsonObject


class TriggerDesk:
    """The use cases of schedules and hooks.

    Args:
        triggers: those that there are.
        store: where they are saved.
        catalog: the scenarios that they may start.
        runs: starts runs.
        clock: for the moment of a save.
        changed: called when the schedules have changed, so that somebody looks at once.
        caller: who asks. A schedule or hook of a scenario that they do not see is to them as if there were none.
    """

    def __init__(
        self,
        *,
        triggers: Triggers,
        store: TriggerStore,
        catalog: Catalog,
        runs: RunService,
        clock: Clock,
        changed: Callable[[], None] | None = None,
        caller: Principal = LOCAL,
    ) -> None:
        self._caller = caller
        self._triggers = triggers
        self._store = store
        self._catalog = catalog
        self._runs = runs
        self._clock = clock
        self._changed = changed or _nothing

    def seen_by(self, caller: Principal) -> "TriggerDesk":
        """The use cases for a caller: the runs that they start are theirs, and what they save is bound as they are."""
        return TriggerDesk(
            triggers=self._triggers,
            store=self._store,
            catalog=self._catalog if caller.scenarios.allow_all else SeenCatalog(self._catalog, caller.scenarios),
            runs=self._runs.seen_by(caller),
            clock=self._clock,
            changed=self._changed,
            caller=caller,
        )

    async def list(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """Every document of a kind that is seen, broken ones included, ordered by name.

        Raises:
            JournalUnavailable: what was saved cannot be read.
        """
        return [entry for entry in await self._triggers.list(kind) if self._sees(entry)]

    async def get(self, kind: TriggerKind, name: str) -> TriggerEntry:
        """One document.

        Raises:
            TriggerNotFound: there is none of this name.
            JournalUnavailable: what was saved cannot be read.
        """
        if self._caller.scenarios.allow_all:
            return await self._triggers.get(kind, name)
        with suppress(TriggerNotFound):
            entry = await self._triggers.get(kind, name)
            if self._sees(entry):
                return entry
        raise _NOT_FOUND[kind](f"There is no {kind} '{name}'.")  # without the name of another one

    async def save(
        self, kind: TriggerKind, name: str, document: JsonObject, expected: Expected
    ) -> TriggerSaved | Rejected:
        """Make `document` the schedule or hook of this name; durable when this returns.

        Raises:
            Forbidden: its scenario is none that the caller may run, or the name is taken by one that they do not see.
            TriggerReadOnly: it is a file of the folder.
            TriggerConflict: something else is saved than was expected.
            TriggerRevisionRequired: it exists, and nothing was expected.
            TriggerInvalid: the document is too large.
            Conflict: there are too many.
            JournalUnavailable: it could not be stored.
        """
        if not self._may_start(document.get("scenario_id")):
            raise Forbidden(f"This caller may not save a {kind} of the scenario '{document.get('scenario_id')}'.")
        await self._check_writable(kind, name)
        context = await surroundings(self._catalog)
        diagnostics = await asyncio.to_thread(_check, kind, name, document, context)
        if has_error(diagnostics):
            return Rejected(diagnostics=diagnostics)
        new = SavedTrigger(
            kind=kind,
            name=name,
            revision=Revision(digest(document)),
            saved_at=self._clock.now(),
            document=document,
            mandate=replace(self._caller.mandate, owner=""),
        )
        saved = await self._store.save(new, expected)
        self._changed()
        return saved

    async def delete(self, kind: TriggerKind, name: str, expected: Expected) -> None:
        """Remove a saved schedule or hook; durable when this returns. Runs that it started go on.

        Raises:
            TriggerNotFound: there is none of this name.
            TriggerReadOnly: it is a file of the folder.
            TriggerConflict: something else is saved than was expected.
            JournalUnavailable: nothing was changed.
        """
        await self.get(kind, name)
        await self._check_writable(kind, name)
        if not await self._store.delete(kind, name, expected):
            raise _NOT_FOUND[kind](f"There is no {kind} '{name}'.")
        self._changed()

    async def states(self) -> Mapping[str, ScheduleState]:
        """What is remembered of schedules, by name; nothing of one that nobody has looked at yet.

        Raises:
            JournalUnavailable: it cannot be read.
        """
        return await self._store.states()

    async def pause(self, name: str, *, paused: bool) -> ScheduleState:
        """Pause a schedule, or resume it from now on; durable when this returns.

        Raises:
            ScheduleNotFound: there is none of this name.
            JournalUnavailable: nothing was changed.
        """
        await self.get(TriggerKind.SCHEDULE, name)
        state = await self._store.pause(name, self._clock.now(), paused=paused)
        self._changed()
        return state

    async def start(self, name: str) -> tuple[RunSummary, JsonObject]:
        """Start a schedule's run now, beside its slots and whatever is at work; the run and its input.

        The run is the caller's, and may do what they may.

        Raises:
            ScheduleNotFound: there is none of this name.
            TriggerInvalid: it has errors.
            ScenarioNotFound: its scenario is gone.
            ScenarioInvalid: the scenario has errors.
            InputInvalid: the input does not fit.
            JournalUnavailable: nothing was accepted.
        """
        schedule = runnable(await self.get(TriggerKind.SCHEDULE, name))
        trigger = RunTrigger(kind=TriggerKind.SCHEDULE, name=name)
        run_input: JsonObject = schedule.input
        run = await self._runs.submit(schedule.scenario_id, run_input, priority=schedule.priority, trigger=trigger)
        return run, run_input

    async def slots(self, entry: TriggerEntry, limit: int) -> Sequence[Slot]:
        """At most `limit` slots of a schedule that something was decided about, latest first.

        A schedule of the same name was perhaps one of a scenario that the caller does not see: who does not see all of
        them is told of what was decided since this one was saved.

        Raises:
            JournalUnavailable: they cannot be read.
        """
        slots = await self._store.slots(entry.name, limit)
        if self._caller.scenarios.allow_all or entry.saved_at is None:
            return slots
        return [slot for slot in slots if slot.decided_at >= entry.saved_at]

    def next_slots(self, schedule: Schedule, count: int) -> Sequence[datetime]:
        """The next slots from now on, whether it is paused or not."""
        return list(islice(schedule.times.after(self._clock.now()), count))

    async def _check_writable(self, kind: TriggerKind, name: str) -> None:
        try:
            entry = await self._triggers.get(kind, name)
        except TriggerNotFound:
            return
        if not self._sees(entry):
            raise Forbidden(f"The name '{name}' is taken.")
        if entry.saved_at is None:
            raise TriggerReadOnly(f"The {kind} '{name}' is the file {entry.source}. Change it there.")

    def _sees(self, entry: TriggerEntry) -> bool:
        return self._may_start(entry.scenario_id)

    def _may_start(self, scenario_id: Json) -> bool:
        scenarios = self._caller.scenarios
        return scenarios.allow_all or (isinstance(scenario_id, str) and scenarios.allow(scenario_id))


def runnable(entry: TriggerEntry) -> Schedule:
    """The entry's schedule.

    Raises:
        TriggerInvalid: it has errors.
    """
    if entry.schedule is not None:
        return entry.schedule
    first = entry.problems[0] if entry.problems else None
    why = f" The first, in {entry.source} line {first.line}: {first.message}" if first else ""
    raise TriggerInvalid(f"The schedule '{entry.name}' has errors and cannot start anything.{why}")


_NOT_FOUND: Final[Mapping[TriggerKind, type[TriggerNotFound]]] = {
    TriggerKind.SCHEDULE: ScheduleNotFound,
    TriggerKind.HOOK: HookNotFound,
}


def _check(kind: TriggerKind, name: str, document: JsonObject, context: LintContext) -> tuple[Diagnostic, ...]:
    found = tuple(replace(each, line=0, column=0) for each in check_trigger(kind, document, context).diagnostics)
    own = document.get("name")
    if own == name or has_error(found):
        return found
    message = f"The document calls itself '{own}', but is to be saved as '{name[:128]}'."
    return (Diagnostic(code="E100", pointer="/name", message=message, hint="Both must be the same."), *found)


def _nothing() -> None:
    """Nobody wants to know."""
