"""Child runs: how they are linked, and how cancelling and failing travels between them and their parents."""

import asyncio

import pytest

from callsheet.errors.runs import RunNotFinished
from callsheet.errors.tools import ToolFailed
from callsheet.runs.codec import STEP_STARTED
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.support.events import new_run
from tests.support.scenarios import from_, scenario, step

CHILD: JsonObject = {**scenario(step("work", input={"n": from_("input.n")})), "scenario_id": "child"}


class Bench:
    """A tool that hangs, fails or answers, and says how many calls have begun."""

    def __init__(self, *, hangs: bool = False, fails: bool = False) -> None:
        self.calls = 0
        self.begun = asyncio.Condition()
        self.hangs = hangs
        self.fails = fails

    async def echo(self, call: ToolCall) -> Json:
        async with self.begun:
            self.calls += 1
            self.begun.notify_all()
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise ToolFailed("it broke", server="test", tool="echo")
        return call.arguments

    async def until(self, calls: int) -> None:
        async with self.begun:
            await self.begun.wait_for(lambda: self.calls >= calls)


def call(name: str, n: Json) -> JsonObject:
    return {"name": name, "type": "scenario", "scenario_id": "child", "input": {"n": n}}


EACH: JsonObject = {
    "name": "all",
    "type": "foreach",
    "items": [1, 2, 3],
    "max_concurrency": 3,
    "steps": [call("one", from_("item"))],
}
BOTH: JsonObject = {"name": "both", "type": "parallel", "branches": {"left": [call("l", 1)], "right": [call("r", 2)]}}


async def children(system: MemorySystem, run_id: RunId) -> list[RunId]:
    rows = (await system.journal.runs(RunFilter(parent_run_id=run_id), 100)).runs
    return [row.run_id for row in rows]


async def test_a_step_names_its_child_while_it_waits_and_after_it_has_ended() -> None:
    bench = Bench()
    async with memory_system([scenario(EACH), CHILD], {"test": {"echo": bench.echo}}) as system, asyncio.timeout(10):
        state = await system.run("test")
        named = [state.steps[StepPath(f"all[{index}].one")].child for index in range(3)]
        assert sorted(filter(None, named)) == sorted(await children(system, state.run_id))
        for child in await system.runs.children(state):
            assert (child.parent_run_id, child.status) == (state.run_id, RunStatus.SUCCESS)


async def test_a_step_that_has_not_begun_its_child_names_none() -> None:
    bench = Bench()
    missing = {**call("one", 1), "scenario_id": "missing"}
    async with memory_system([scenario(missing), CHILD], {"test": {"echo": bench.echo}}) as system:
        state = await system.run("test")
        assert state.status is RunStatus.FAILED
        assert state.steps[StepPath("one")].child is None
        assert await system.runs.children(state) == ()


@pytest.mark.parametrize(("block", "count"), [(EACH, 3), (BOTH, 2), (call("one", 1), 1)])
async def test_cancelling_a_parent_cancels_all_its_children_in_the_middle_of_their_calls(
    block: JsonObject, count: int
) -> None:
    bench = Bench(hangs=True)
    async with memory_system([scenario(block), CHILD], {"test": {"echo": bench.echo}}) as system, asyncio.timeout(10):
        run_id = (await system.runs.submit("test", {})).run_id
        await bench.until(count)
        await system.runs.cancel(run_id)
        assert (await system.finished(run_id)).status is RunStatus.CANCELLED
        below = await children(system, run_id)
        assert len(below) == count
        for child in below:
            assert (await system.finished(child)).status is RunStatus.CANCELLED


async def test_a_childs_failure_is_the_failure_of_its_step() -> None:
    bench = Bench(fails=True)
    async with memory_system([scenario(call("one", 1)), CHILD], {"test": {"echo": bench.echo}}) as system:
        state = await system.run("test")
        [child] = await children(system, state.run_id)
        assert state.error is not None
        assert (state.error.code, state.error.step) == ("ToolError", "one")
        assert state.error.data == {"run_id": child, "code": "ToolError"}
        assert child in state.message


async def test_a_child_that_is_cancelled_alone_fails_its_step_with_a_code_that_can_be_caught() -> None:
    bench = Bench(hangs=True)
    caught: JsonObject = {
        "name": "guard",
        "type": "try",
        "steps": [call("one", 1)],
        "catch": [
            {
                "errors": ["ScenarioFailed"],
                "steps": [{"name": "code", "type": "transform", "output": from_("error.data.code")}],
            }
        ],
    }
    async with memory_system([scenario(caught), CHILD], {"test": {"echo": bench.echo}}) as system, asyncio.timeout(10):
        run_id = (await system.runs.submit("test", {})).run_id
        await bench.until(1)
        [child] = await children(system, run_id)
        await system.runs.cancel(child)
        state = await system.finished(run_id)
        assert (state.status, state.output) == (RunStatus.SUCCESS, "Cancelled")
        assert (await system.finished(child)).status is RunStatus.CANCELLED


async def test_children_have_the_priority_of_their_parent() -> None:
    bench = Bench()
    async with memory_system([scenario(call("one", 1)), CHILD], {"test": {"echo": bench.echo}}) as system:
        run_id = (await system.runs.submit("test", {}, priority=9)).run_id
        state = await system.finished(run_id)
        [child] = await system.runs.children(state)
        assert (state.priority, child.priority) == (9, 9)


async def test_a_family_is_removed_together_and_only_when_all_have_ended() -> None:
    bench = Bench(hangs=True)
    async with memory_system([scenario(EACH), CHILD], {"test": {"echo": bench.echo}}) as system, asyncio.timeout(10):
        run_id = (await system.runs.submit("test", {})).run_id
        await bench.until(3)
        with pytest.raises(RunNotFinished):
            await system.runs.delete(run_id)
        await system.runs.cancel(run_id)
        await system.finished(run_id)
        for child in await children(system, run_id):
            await system.finished(child)
        await system.runs.delete(run_id)
        assert (await system.journal.runs(RunFilter(), 10)).runs == ()


async def test_a_retry_of_a_parent_begins_a_child_of_its_own() -> None:
    bench = Bench(fails=True)
    document = scenario(step("first", tool="ok"), call("one", 1))

    async def ok(call: ToolCall) -> Json:
        return call.arguments

    async with memory_system([document, CHILD], {"test": {"echo": bench.echo, "ok": ok}}) as system:
        source = await system.run("test")
        bench.fails = False
        fork = await system.runs.fork(source.run_id, ForkWish(retry=True))
        state = await system.finished(fork.summary.run_id)
        assert state.status is RunStatus.SUCCESS
        assert state.steps[StepPath("one")].child not in {None, source.steps[StepPath("one")].child}
        [child] = await children(system, state.run_id)
        assert child == state.steps[StepPath("one")].child
        assert any(record.type == STEP_STARTED for record in await system.journal.read(child))


@pytest.mark.parametrize("stored", [b'{"steps": [', b"[]", b'{"scenario_id": "child", "steps": "none"}'])
async def test_a_revision_that_cannot_be_read_any_more_fails_the_step_that_wants_it(stored: bytes) -> None:
    parent = scenario({**call("one", 1), "revision": "old"})
    async with asyncio.timeout(20), memory_system([parent, CHILD], {"test": {"echo": Bench().echo}}) as system:
        await system.journal.create(new_run(scenario_id="child", revision="old", definition=stored))
        state = await system.run("test")
    assert state.error is not None
    assert (state.status, state.error.code) == (RunStatus.FAILED, "ScenarioFailed")
    assert "Revision old is none of scenario 'child' that can run here." in state.error.message
