"""Cancelling reaches a run wherever it is. The clock stands still: nothing here ends by itself."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from callsheet.errors.tools import ToolFailed
from callsheet.runs.codec import RUN_WAITING, STEP_RETRYING
from callsheet.runs.events import RunId, RunStatus, StepStatus
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.support.scenarios import scenario, step


class Bench:
    """Tools that hang and that fail."""

    def __init__(self) -> None:
        self.at_work = 0
        self.begun = asyncio.Condition()

    async def hang(self, call: ToolCall) -> Json:
        self.at_work += 1
        async with self.begun:
            self.begun.notify_all()
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work -= 1
        return None

    async def fail(self, call: ToolCall) -> Json:
        raise ToolFailed("it broke", server="test", tool="fail")

    async def until(self, calls: int) -> None:
        async with self.begun:
            await self.begun.wait_for(lambda: self.at_work >= calls)


def opened(bench: Bench, *documents: JsonObject, room: int = 100) -> AbstractAsyncContextManager[MemorySystem]:
    return memory_system(documents, {"test": {"hang": bench.hang, "fail": bench.fail}}, max_concurrent_runs=room)


async def until_event(system: MemorySystem, run_id: RunId, kind: str) -> None:
    async for records in system.runs.follow(run_id):
        if any(record.type == kind for record in records):
            return


async def test_a_run_that_waits_for_a_free_place_ends_at_once_and_begins_nothing() -> None:
    bench = Bench()
    async with opened(bench, scenario(step("hang", tool="hang")), room=1) as system, asyncio.timeout(10):
        first = (await system.runs.submit("test", {})).run_id
        await bench.until(1)
        second = (await system.runs.submit("test", {})).run_id
        third = (await system.runs.submit("test", {})).run_id
        await system.runs.cancel(second)
        state = await system.finished(second)
        assert (state.status, state.steps) == (RunStatus.CANCELLED, {})
        assert ((await system.runs.summary(third)).status, bench.at_work) == (RunStatus.QUEUED, 1)
        await system.runs.cancel(first)
        await bench.until(1)


async def test_all_calls_of_a_foreach_end() -> None:
    bench = Bench()
    items: list[Json] = list(range(200))
    block: JsonObject = {
        "name": "all",
        "type": "foreach",
        "items": items,
        "max_concurrency": 50,
        "steps": [step("hang", tool="hang")],
    }
    async with opened(bench, scenario(block)) as system, asyncio.timeout(10):
        run_id = (await system.runs.submit("test", {})).run_id
        await bench.until(50)
        await system.runs.cancel(run_id)
        state = await system.finished(run_id)
        assert (state.status, bench.at_work) == (RunStatus.CANCELLED, 0)
        assert {each.status for each in state.steps.values()} == {StepStatus.CANCELLED}
        assert len(state.steps) == 51


@pytest.mark.parametrize(
    ("waiting", "kind"),
    [
        (step("a", tool="fail", retry={"max_attempts": 3, "initial_interval": "30s"}), STEP_RETRYING),
        (
            step("a", tool="fail", retry={"max_attempts": 3, "initial_interval": "10m", "max_interval": "10m"}),
            RUN_WAITING,
        ),
        ({"name": "a", "type": "wait", "duration": "1h"}, RUN_WAITING),
        ({"name": "a", "type": "approval", "message": "?"}, RUN_WAITING),
        ({"name": "a", "type": "scenario", "scenario_id": "child"}, RUN_WAITING),
    ],
)
async def test_a_run_that_pauses_or_is_parked_ends(waiting: JsonObject, kind: str) -> None:
    bench = Bench()
    child: JsonObject = {**scenario(step("hang", tool="hang")), "scenario_id": "child"}
    if kind == STEP_RETRYING or waiting["type"] == "tool":
        waiting = {**waiting, "retry": {**_fields(waiting["retry"]), "errors": ["*"]}}
    async with opened(bench, scenario(waiting), child) as system, asyncio.timeout(10):
        run_id = (await system.runs.submit("test", {})).run_id
        await until_event(system, run_id, kind)
        await system.runs.cancel(run_id)
        state = await system.finished(run_id)
        assert state.status is RunStatus.CANCELLED
        for below in await system.runs.children(state):
            assert (await system.finished(below.run_id)).status is RunStatus.CANCELLED
        assert bench.at_work == 0


def _fields(value: Json) -> JsonObject:
    assert isinstance(value, dict)
    return value
