"""Any scenario, killed after any event: taken up again, the same happens, and nothing that was done is done again."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from hypothesis import HealthCheck, given, settings

from callsheet.errors.kinds import Conflict, NotFound
from callsheet.errors.tools import ServerUnavailable, ToolFailed, ToolTimeout
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.answers import Answer
from callsheet.runs.codec import decode
from callsheet.runs.events import (
    Event,
    RunFinished,
    RunId,
    RunResumed,
    RunStarted,
    RunWaiting,
    StepFinished,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from callsheet.runs.ports import NewRun
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, ManualClock, MemorySystem, ToolCall, memory_system
from tests.runs.random_scenarios import random_scenarios


class JumpingClock(ManualClock):
    """A clock on which every short wait is over at once."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


async def act(call: ToolCall) -> Json:
    """Does what its input says."""
    match call.arguments["does"]:
        case "fail":
            raise ToolFailed("it broke", server="test", tool="act")
        case "timeout":
            raise ToolTimeout("it took too long", server="test", tool="act")
        case "down":
            raise ServerUnavailable("nobody is there", server="test", tool="act")
        case _:
            return {"name": call.arguments["name"]}


async def react(system: MemorySystem, event: Event) -> None:
    """What the world does: people answer, time goes by when nothing else happens."""
    if isinstance(event, StepWaiting) and event.waits_for.get("message") in {"yes", "no"}:
        answer = Answer(approved=event.waits_for["message"] == "yes")
        with suppress(Conflict, NotFound):
            await system.answers.answer(event.run_id, event.step_path, answer)
    if isinstance(event, RunWaiting):
        await let_time_go_by(system, event.run_id)


async def let_time_go_by(system: MemorySystem, run_id: RunId) -> None:
    """To when the run goes on by itself, if that is all that it waits for."""
    state = await system.runs.state(run_id)
    asked = [step for step in state.steps.values() if step.waiting and step.waiting[1].waits_for.get("message")]
    if state.waiting is None or state.waiting.until is None:
        return
    if all(step.waiting and step.waiting[1].waits_for["message"] == "late" for step in asked):
        remaining = (state.waiting.until - system.clock.now()).total_seconds()
        system.clock.advance(max(0.0, remaining))


async def lived(document: JsonObject, before: Sequence[Event] = ()) -> list[Event]:
    """The events of a whole run of `document`, which begins with those that a first process wrote."""
    journal = MemoryJournal()
    clock = JumpingClock(latest(before)) if before else JumpingClock()
    if before:
        started = before[0]
        assert isinstance(started, RunStarted)
        await journal.create(NewRun(started=started, definition=canonical(document)))
        await journal.append(started.run_id, 1, before[1:])
    async with memory_system([document], {"test": {"act": act}}, journal=journal, clock=clock) as system:
        run_id = before[0].run_id if before else (await system.runs.submit("test", {"wood": "oak"})).run_id
        return await all_events(system, run_id)


async def all_events(system: MemorySystem, run_id: RunId) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(10):
        async for records in system.runs.follow(run_id):
            for record in records:
                events.append(decode(record))
                await react(system, events[-1])
    return events


def latest(events: Sequence[Event]) -> datetime:
    """When the first process wrote its last event."""
    moments = [
        getattr(event, name) for event in events for name in ("started_at", "finished_at", "at") if hasattr(event, name)
    ]
    return max(moments)


def by_path(events: Sequence[Event]) -> dict[object, list[tuple[object, ...]]]:
    """What happened at each step path, in order, without timestamps and what only an interruption adds."""
    told: dict[object, list[tuple[object, ...]]] = defaultdict(list)
    for event in events:
        match event:
            case StepStarted():
                told[event.step_path].append(("started", event.step_type, without_moment(event.input)))
            case StepFinished():
                code = None if event.error is None else event.error.code
                told[event.step_path].append(("finished", event.status, event.output, event.errors, code))
            case StepRetrying() if not event.interrupted:
                told[event.step_path].append(("retrying", event.error.code))
            case StepWaiting():
                told[event.step_path].append(("waiting", event.waits_for["kind"]))
            case RunFinished():
                code = None if event.error is None else event.error.code
                told["run"].append(("ended", event.status, event.output, code))
            case RunStarted():
                told["run"].append(("accepted", event.input))
            case _:
                assert isinstance(event, StepRetrying | RunWaiting | RunResumed)
    return told


def without_moment(value: Json) -> Json:
    return {**value, "until": None} if isinstance(value, dict) and "until" in value else value


def in_order(events: Sequence[Event]) -> list[object]:
    """The steps in the order in which they began and ended."""
    return [
        (type(event).__name__, event.step_path, event.index)
        for event in events
        if isinstance(event, StepStarted | StepFinished)
    ]


def side_by_side(document: JsonObject) -> bool:
    text = canonical(document)
    return b'"parallel"' in text or b'"max_concurrency":3' in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=random_scenarios())
def test_any_scenario_killed_after_any_event_ends_as_if_it_had_not_been(document: JsonObject) -> None:
    async def check() -> None:
        whole = await lived(document)
        assert isinstance(whole[-1], RunFinished)
        assert whole[-1].error is None or whole[-1].error.code != "Internal"
        for kept in range(1, len(whole), max(1, len(whole) // 12)):
            resumed = await lived(document, whole[:kept])
            assert resumed[:kept] == whole[:kept], "what was journaled stays"
            assert by_path(resumed) == by_path(whole)
            if not side_by_side(document):
                assert in_order(resumed) == in_order(whole)
            finished_before = {event.step_path for event in whole[:kept] if isinstance(event, StepFinished)}
            again = {e.step_path for e in resumed[kept:] if isinstance(e, StepStarted | StepRetrying)}
            assert not finished_before & again, "a finished step is never executed again"

    asyncio.run(check())
