"""Forks: runs that go on where another one was, with what that had done by then."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.access.mandate import Mandate
from callsheet.errors.kinds import Problem
from callsheet.errors.runs import ForkInvalid, NothingToRetry
from callsheet.errors.scenarios import ScenarioInvalid, ScenarioNotFound
from callsheet.lint.suggestions import did_you_mean
from callsheet.runs.acceptance import Acceptance, runnable
from callsheet.runs.codec import decode
from callsheet.runs.events import (
    Event,
    ForkedFrom,
    Record,
    Revision,
    RunFinished,
    RunId,
    RunStarted,
    RunStatus,
    RunSummary,
    StepFinished,
    StepPath,
)
from callsheet.runs.keys import own_key
from callsheet.runs.mandates import require_within
from callsheet.runs.places import has_place, outline, place
from callsheet.runs.ports import CatalogEntry, Clock, Entropy, Journal, NewRun
from callsheet.runs.redaction.events import clean
from callsheet.runs.reuse import Kept, Story
from callsheet.runs.scenarios import read_stored
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.fail import UNCATCHABLE

LATEST: Final = "latest"
"""As a `revision`: the one that is in the catalog now."""

_LONGEST_ECHO: Final = 200
_RETRIED: Final = frozenset({RunStatus.FAILED, RunStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkWish:
    """How a run is forked.

    Attributes:
        from_step: the first step that is executed anew; None for all of them.
        retry: execute anew what did not end well, and what came after it; `from_step` is None then.
        input: instead of the run's own; None for that.
        revision: of the scenario: one that ever ran, or `LATEST`; None for the run's own.
    """

    from_step: StepPath | None = None
    retry: bool = False
    input: JsonObject | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A run that was made by forking, and what it runs on."""

    summary: RunSummary
    input: JsonObject


class Forks:
    """Makes forks. Whoever called sees that they are executed."""

    def __init__(self, *, acceptance: Acceptance, journal: Journal, clock: Clock, entropy: Entropy) -> None:
        self._acceptance = acceptance
        self._journal = journal
        self._clock = clock
        self._entropy = entropy

    async def make(self, run_id: RunId, wish: ForkWish, mandate: Mandate, idempotency_key: str | None = None) -> Fork:
        """Store a new run that has done what the wish takes over from `run_id`, and works under `mandate`.

        Raises:
            RunNotFound: there is no such run.
            RunDamaged: its journal cannot be read.
            ForkInvalid: the run or the revision has no such step, or there is no such revision.
            NothingToRetry: the run did not fail.
            ScenarioNotFound: the latest revision is wanted, and the scenario is not in the catalog any more.
            Forbidden: one of its steps wants what the mandate does not allow.
            ScenarioInvalid: the revision cannot run here now; `problems` lists why.
            InputInvalid: the input does not fit the revision's `input_schema`.
            IdempotencyKeyReused: the key came with another request before.
            JournalUnavailable: nothing was accepted.
        """
        records = await self._journal.read(run_id)
        started = decode(records[0])
        if not isinstance(started, RunStarted):
            raise TypeError("A journal begins with run_started.")
        entry = await self._entry(started, wish.revision)
        run_input = started.input if wish.input is None else wish.input
        require_within(runnable(entry), mandate)
        self._acceptance.require(entry)
        self._acceptance.check(entry, run_input)
        # Beside the event loop: a journal may have tens of thousands of events.
        first, history = await asyncio.to_thread(self._history, records, wish, entry, new := self._entropy.run_id())
        started = RunStarted(
            run_id=new,
            scenario_id=started.scenario_id,
            started_at=self._clock.now(),
            revision=entry.revision,
            input=run_input,
            env=self._acceptance.variables(entry),
            priority=started.priority,
            forked_from=ForkedFrom(run_id=run_id, from_step=first),
            mandate=mandate,
        )
        started = await self._acceptance.clean(entry, started)
        summary = await self._journal.create(
            NewRun(
                started=started,
                definition=canonical(entry.document),
                history=history,
                idempotency_key=None if idempotency_key is None else own_key(idempotency_key, mandate.owner),
                fingerprint=_fingerprint(run_id, wish) if idempotency_key else "",
            )
        )
        return Fork(summary=summary, input=started.input)

    async def _entry(self, started: RunStarted, wanted: str | None) -> CatalogEntry:
        if wanted == LATEST:
            return await self._acceptance.entry(started.scenario_id)
        revision = started.revision if wanted is None else Revision(wanted)
        try:
            found = await read_stored(await self._journal.definition(revision))
        except ScenarioNotFound:
            raise _unknown_revision(started, revision) from None
        if found is None:
            raise ScenarioInvalid(f"This version of Callsheet cannot read the revision {revision} of the scenario.")
        document, scenario = found
        if scenario.scenario_id != started.scenario_id:
            raise _unknown_revision(started, revision)
        return CatalogEntry(
            scenario_id=started.scenario_id,
            source="the journal",
            document=document,
            scenario=scenario,
            revision=revision,
        )

    def _history(
        self, records: Sequence[Record], wish: ForkWish, entry: CatalogEntry, new: RunId
    ) -> tuple[StepPath | None, tuple[Event, ...]]:
        events = [decode(record) for record in records]
        scenario = runnable(entry)
        places = outline(scenario)
        if wish.from_step is None and not wish.retry:
            return None, ()
        story = Story(events)
        if wish.retry:
            first, kept = _without_failures(story, events, scenario)
        else:
            first, kept = wish.from_step, _before(story, wish.from_step or StepPath(""))
        if first is not None and not has_place(first, places):
            meant = did_you_mean(place(first), places)
            message = f"The revision {entry.revision} has no step '{_shown(first)}'. {meant}".strip()
            raise _refusal("/from_step", message)
        redactor = self._acceptance.secrets.of(scenario)  # the revision may declare others than the run's own
        events = kept.where(lambda path: has_place(path, places)).events(new, self._clock.now())
        return first, tuple(clean(event, redactor) for event in events)


def _before(story: Story, step: StepPath) -> Kept:
    if step not in story.paths:
        meant = did_you_mean(step, story.paths)
        raise _refusal("/from_step", f"The run never came to a step '{_shown(step)}'. {meant}".strip())
    return story.before(step)


def _without_failures(story: Story, events: Sequence[Event], scenario: Scenario) -> tuple[StepPath | None, Kept]:
    """What is taken over when the steps that failed are tried again, and the first of these."""
    last = events[-1]
    if not isinstance(last, RunFinished) or last.status not in _RETRIED:
        how = f"ended with {last.status}" if isinstance(last, RunFinished) else "has not ended"
        raise NothingToRetry(f"Run {last.run_id} {how}, so there is nothing to retry. Fork it from a step instead.")
    handlers = [StepPath(step.name) for step in scenario.on_error if step.name in story.paths]
    failures = [
        path for path in story.failures(_tolerated(scenario)) if handlers == [] or not story.is_after(path, handlers[0])
    ]
    first = _first(story, failures, None if last.error is None else last.error.step)
    if first is None:  # what failed was no step: the run's output
        return None, story.without(handlers[:1])
    beside = [path for path in failures if path != first and story.are_side_by_side(path, first)]
    return first, story.without([first, *beside])


def _first(story: Story, failures: Sequence[StepPath], named: StepPath | None) -> StepPath | None:
    """The step that ended the run, the innermost one."""
    if named is None or named not in story.paths:
        return next(iter(failures), None)
    inside = (path for path in failures if path == named or story.is_inside(path, named))
    return next(inside, named)


def _tolerated(scenario: Scenario) -> Callable[[StepFinished], bool]:
    going_on = {step.name for step in scenario.all_steps if step.on_error is OnError.CONTINUE}

    def tolerated(event: StepFinished) -> bool:
        return event.step_name in going_on and (event.error is None or event.error.code not in UNCATCHABLE)

    return tolerated


def _fingerprint(run_id: RunId, wish: ForkWish) -> str:
    return digest(["fork", run_id, wish.from_step, wish.retry, wish.input, wish.revision])


def _unknown_revision(started: RunStarted, revision: Revision) -> ForkInvalid:
    """The same for one that there is of another scenario: whoever asks may not see that one."""
    message = f"No run of '{started.scenario_id}' here ever had the revision '{_shown(revision)}'."
    return _refusal("/revision", message)


def _refusal(pointer: str, message: str) -> ForkInvalid:
    return ForkInvalid(message, [Problem(pointer=pointer, message=message)])


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}…"
