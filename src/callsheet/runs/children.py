"""Runs that steps of other runs begin: runs of their own, linked to the step that waits for them."""

from dataclasses import dataclass, replace
from typing import Final

from callsheet.access.mandate import Mandate
from callsheet.errors.runs import InputInvalid, RunNotFound, RunOwnershipLost
from callsheet.errors.scenarios import ScenarioInvalid, ScenarioNotFound
from callsheet.errors.steps import StepFailure
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.codec import decode
from callsheet.runs.events import ParentStep, Revision, RunFinished, RunId, RunStarted
from callsheet.runs.ports import CatalogEntry, Clock, Engine, Journal, NewRun
from callsheet.runs.scenarios import read_stored
from callsheet.runs.seen import require_seen
from callsheet.runs.state import RunState
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import JsonObject

MAX_DEPTH: Final = 5
"""How many runs may stand above one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """Begins, ends and reads child runs."""

    acceptance: Acceptance
    journal: Journal
    clock: Clock

    async def choose(
        self, scenario_id: str, revision: str | None, child_input: JsonObject, mandate: Mandate
    ) -> CatalogEntry:
        """The scenario that a child will run, which takes this input; `mandate` is that of the run that begins it.

        Raises:
            StepFailure: `ScenarioFailed` or `InputInvalid`, with what is wrong.
        """
        try:
            require_seen(scenario_id, mandate.scenarios)
            entry = await self.acceptance.entry(scenario_id)
            if revision is not None and entry.revision != revision:
                entry = await self._earlier(entry, Revision(revision))
            self.acceptance.check(entry, child_input)
        except InputInvalid as exc:
            problems: JsonObject = {
                "problems": [{"pointer": each.pointer, "message": each.message} for each in exc.problems]
            }
            raise StepFailure(exc.message, code="InputInvalid", data=problems) from exc
        except (ScenarioNotFound, ScenarioInvalid) as exc:
            raise StepFailure(exc.message, code="ScenarioFailed") from exc
        return entry

    async def _earlier(self, entry: CatalogEntry, revision: Revision) -> CatalogEntry:
        """An earlier revision: the journal has every one that ever ran."""
        try:
            found = await read_stored(await self.journal.definition(revision))
        except ScenarioNotFound:
            raise _never_ran(entry, revision) from None
        if found is None:
            raise StepFailure(
                f"Revision {revision} is none of scenario '{entry.scenario_id}' that can run here.",
                code="ScenarioFailed",
            )
        document, scenario = found
        if scenario.scenario_id != entry.scenario_id:
            raise _never_ran(entry, revision)  # whether it is one of another scenario is not for everybody to know
        return replace(entry, document=document, scenario=scenario, revision=revision, problems=())

    async def begin(
        self, child: RunId, entry: CatalogEntry, child_input: JsonObject, parent: ParentStep, above: RunState
    ) -> None:
        """See that the child run exists, in the service of whom `above` serves that begins it.

        A run with this id that is there already is this child.

        Raises:
            JournalUnavailable: it could not be stored.
        """
        started = RunStarted(
            run_id=child,
            scenario_id=entry.scenario_id,
            started_at=self.clock.now(),
            revision=entry.revision,
            input=child_input,
            env=self.acceptance.variables(entry),
            parent=parent,
            priority=above.priority,
            mandate=above.mandate,
        )
        started = await self.acceptance.clean(entry, started)
        try:
            await self.journal.create(NewRun(started=started, definition=canonical(entry.document)))
        except RunOwnershipLost:
            return  # begun before the parent's process ended

    async def exists(self, child: RunId) -> bool:
        """Whether the child was begun.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        try:
            await self.journal.summary(child)
        except RunNotFound:
            return False
        return True

    async def cancel(self, child: RunId, engine: Engine) -> None:
        """Ask for the child's end, when it was begun.

        Raises:
            JournalUnavailable: the wish could not be stored.
        """
        try:
            summary = await self.journal.request_cancel(child)
        except RunNotFound:
            return
        if not summary.status.is_terminal:
            await engine.cancel(child)

    async def end_of(self, child: RunId) -> RunFinished:
        """How a finished child ended.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        summary = await self.journal.summary(child)
        last = decode((await self.journal.read(child, summary.last_seq - 1))[0])
        if not isinstance(last, RunFinished):
            raise TypeError(f"Run {child} was said to be finished.")
        return last


def _never_ran(entry: CatalogEntry, revision: Revision) -> StepFailure:
    message = f"Scenario '{entry.scenario_id}' is at revision {entry.revision}, and {revision} of it never ran here."
    return StepFailure(message, code="ScenarioFailed")
