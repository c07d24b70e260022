"""`max_concurrency`: how many runs of a scenario are at work at once, whatever else there is to do."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.ports import Journal
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from callsheet.testing import ManualClock, MemorySystem, ToolCall, memory_system
from tests.support.scenarios import from_, scenario, step

SLOW = scenario(step("a", tool="slow", input={"n": from_("input.n", default=0)}), scenario_id="slow", max_concurrency=1)
QUICK = scenario(step("a", tool="quick"), scenario_id="quick")
ASKS = scenario({"name": "agree", "type": "approval", "message": "Well?"}, scenario_id="asks", max_concurrency=1)


def begins(scenario_id: str, child: str) -> JsonObject:
    """A scenario that begins the other one, with one item less, until none is left."""
    again: JsonObject = {"name": "again", "type": "scenario", "scenario_id": child}
    again |= {"when": "length(input.below) > `0`", "input": {"below": from_("input.below[1:]")}}
    return scenario(again, scenario_id=scenario_id, max_concurrency=1)


DEEP, DEEPER = begins("deep", "deeper"), begins("deeper", "deep")


class Slow:
    """A tool that works until it is let go."""

    def __init__(self) -> None:
        self.at_work: list[Json] = []
        self.most = 0
        self.changed = asyncio.Condition()
        self.permits = asyncio.Semaphore(0)

    async def call(self, call: ToolCall) -> Json:
        """Work."""
        number = call.arguments.get("n")
        self.at_work.append(number)
        self.most = max(self.most, len(self.at_work))
        await self._notify()
        try:
            await self.permits.acquire()
        finally:
            self.at_work.remove(number)
        return number

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when that is so; 5 s at most."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(condition)

    def let_go(self, calls: int) -> None:
        """Let so many calls end."""
        for _ in range(calls):
            self.permits.release()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


async def quick(call: ToolCall) -> Json:
    return None


@asynccontextmanager
async def systems(slow: Slow, *, room: int = 3, journal: Journal | None = None) -> AsyncGenerator[MemorySystem]:
    documents: list[JsonObject] = [SLOW, QUICK, ASKS, DEEP, DEEPER]
    tools = {"demo": {"slow": slow.call, "quick": quick}}
    async with memory_system(documents, tools, max_concurrent_runs=room, journal=journal) as system:
        yield system


async def submit(system: MemorySystem, scenario_id: str, runs: int) -> list[RunId]:
    return [(await system.runs.submit(scenario_id, {"n": number})).run_id for number in range(runs)]


async def ended(system: MemorySystem, run_ids: list[RunId]) -> set[RunStatus]:
    async with asyncio.timeout(10):
        return {(await system.finished(run_id)).status for run_id in run_ids}


async def test_runs_over_the_limit_take_no_place_from_others() -> None:
    slow = Slow()
    async with systems(slow, room=2) as system:
        run_ids = await submit(system, "slow", 100)
        assert (await system.run("quick")).status is RunStatus.SUCCESS
        await slow.until(lambda: slow.at_work == [0])
        assert system.engine.queued == 99
        slow.let_go(100)
        assert await ended(system, run_ids) == {RunStatus.SUCCESS}
    assert slow.most == 1


async def test_what_was_left_behind_keeps_to_the_limit_as_well() -> None:
    slow, journal = Slow(), MemoryJournal()
    async with systems(slow, journal=journal) as system:
        run_ids = await submit(system, "slow", 20)
        await slow.until(lambda: slow.at_work == [0])
    async with systems(slow, journal=journal) as system:
        await slow.until(lambda: len(slow.at_work) == 1)
        assert system.engine.queued == 19
        slow.let_go(20)
        assert await ended(system, run_ids) == {RunStatus.SUCCESS}
    assert slow.most == 1


async def test_a_parked_run_counts_no_more_and_counts_again_when_it_goes_on() -> None:
    slow = Slow()
    async with systems(slow) as system:
        run_ids = await submit(system, "asks", 5)
        for run_id in run_ids:
            async with asyncio.timeout(5):
                while (summary := await system.journal.summary(run_id)).status is not RunStatus.WAITING:
                    await system.journal.wait(run_id, summary.last_seq)
        for run_id in run_ids:
            await system.answers.answer(run_id, StepPath("agree"), Answer(approved=True))
        assert await ended(system, run_ids) == {RunStatus.SUCCESS}


async def test_a_run_that_waits_for_a_child_of_its_own_scenario_lets_it_begin() -> None:
    async with systems(Slow(), room=1) as system, asyncio.timeout(10):
        state = await system.run("deep", {"below": [1, 2, 3]})
    assert state.status is RunStatus.SUCCESS


async def test_a_run_in_line_can_be_cancelled_though_nobody_leaves() -> None:
    slow = Slow()
    async with systems(slow) as system:
        first, second, third = await submit(system, "slow", 3)
        await slow.until(lambda: slow.at_work == [0])
        await system.runs.cancel(second)
        assert await ended(system, [second]) == {RunStatus.CANCELLED}
        assert slow.at_work == [0]
        await system.runs.cancel(first)
        assert await ended(system, [first]) == {RunStatus.CANCELLED}
        await slow.until(lambda: slow.at_work == [2])
        slow.let_go(1)
        assert await ended(system, [third]) == {RunStatus.SUCCESS}
    assert slow.most == 1


async def test_the_limit_of_the_catalog_counts_whatever_the_run_began_with() -> None:
    slow = Slow()
    async with systems(slow, room=10) as system:
        run_ids = await submit(system, "slow", 4)
        await slow.until(lambda: slow.at_work == [0])
        system.catalog.put("000001.json", {**SLOW, "max_concurrency": 2})
        system.clock.advance(2)
        slow.let_go(1)
        await slow.until(lambda: slow.at_work == [1, 2])
        slow.let_go(3)
        assert await ended(system, run_ids) == {RunStatus.SUCCESS}


async def test_a_scenario_that_is_gone_or_broken_has_no_new_limit() -> None:
    async with systems(Slow()) as system:
        clock = ManualClock()
        limits = ScenarioLimits(system.catalog, clock)
        assert [await limits.of(name) for name in ("slow", "quick", "nobody")] == [1, None, None]
        system.catalog.put("000001.json", {**SLOW, "steps": []})
        clock.advance(2)
        assert await limits.of("slow") == 1


@pytest.mark.parametrize("limit", [0, -1, 10_001, 1.5, "2", True])
def test_a_limit_is_a_number_of_runs(limit: Json) -> None:
    (problem,) = parse_scenario(scenario(max_concurrency=limit)).diagnostics
    assert problem.pointer == "/max_concurrency"
