"""Any scenario, forked from any of its steps: the fork ends as the run did, and nothing that was taken over is done
again."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from hypothesis import HealthCheck, given, settings

from callsheet.runs.events import Event, RunFinished, RunId, RunStarted, StepFinished, StepPath, StepStarted
from callsheet.runs.forks import ForkWish
from callsheet.runs.keys import path_uuid
from callsheet.runs.state import fold
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.runs.random_scenarios import random_scenarios
from tests.runs.test_any_scenario import JumpingClock, act, all_events, by_path


class Ledger:
    """The tools, and the idempotency keys that they saw: each belongs to one step of one run."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    async def act(self, call: ToolCall) -> Json:
        """As `act`."""
        self.keys.add(call.idempotency_key)
        return await act(call)


async def forked(system: MemorySystem, run_id: RunId, wish: ForkWish) -> list[Event]:
    """The events of a fork, from its first to its last."""
    fork = await system.runs.fork(run_id, wish)
    return await all_events(system, fork.summary.run_id)


def taken_over(source: Sequence[Event], events: Sequence[Event]) -> set[StepPath]:
    """The steps of a fork that ended when the source did."""
    moments = {(e.step_path, e.finished_at, e.started_at) for e in source if isinstance(e, StepFinished)}
    began = events[0]
    assert isinstance(began, RunStarted)
    return {
        event.step_path
        for event in events
        if isinstance(event, StepFinished)
        and event.finished_at < began.started_at
        and (event.step_path, event.finished_at, event.started_at) in moments
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=random_scenarios())
def test_a_fork_from_any_step_ends_as_the_run_and_does_nothing_twice(document: JsonObject) -> None:
    async def check() -> None:
        ledger = Ledger()
        async with memory_system([document], {"test": {"act": ledger.act}}, clock=JumpingClock()) as system:
            run_id = (await system.runs.submit("test", {"wood": "oak"})).run_id
            source = await all_events(system, run_id)
            for path in [event.step_path for event in source if isinstance(event, StepStarted)]:
                system.clock.advance(1)
                ledger.keys.clear()
                events = await forked(system, run_id, ForkWish(from_step=path))
                assert isinstance(events[-1], RunFinished)
                assert by_path(events) == by_path(source), path
                started = [event for event in events if isinstance(event, StepStarted)]
                assert [event.index for event in started] == list(range(len(started)))
                assert {event.run_id for event in events} == {events[0].run_id}
                kept = taken_over(source, events)
                assert path not in kept
                assert not ledger.keys & {path_uuid(UUID(events[0].run_id), path) for path in kept}
                assert fold(events) == await system.runs.state(events[0].run_id)

    asyncio.run(check())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=random_scenarios())
def test_a_retry_of_any_run_that_failed_fails_alike_with_tools_that_have_not_changed(document: JsonObject) -> None:
    async def check() -> None:
        async with memory_system([document], {"test": {"act": act}}, clock=JumpingClock()) as system:
            run_id = (await system.runs.submit("test", {"wood": "oak"})).run_id
            source = await all_events(system, run_id)
            end = source[-1]
            assert isinstance(end, RunFinished)
            if end.error is None:
                return
            system.clock.advance(1)
            assert by_path(await forked(system, run_id, ForkWish(retry=True))) == by_path(source)

    asyncio.run(check())
