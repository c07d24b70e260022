"""Forks of runs: what they take over, what they do anew, and what is refused."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest

from callsheet.errors.runs import ForkInvalid, InputInvalid, NothingToRetry
from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.errors.tools import ToolFailed
from callsheet.runs.codec import RUN_WAITING
from callsheet.runs.events import ForkedFrom, RunId, RunStatus, StepPath, StepStatus
from callsheet.runs.forks import ForkWish
from callsheet.runs.keys import path_uuid
from callsheet.runs.state import RunState
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.support.events import new_run
from tests.support.scenarios import from_, scenario, step


class Desk:
    """A tool that notes its calls and fails as long as it is told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys: list[str] = []
        self.failing: set[str] = set()
        self.holding: dict[str, asyncio.Event] = {}
        self.came: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def echo(self, call: ToolCall) -> Json:
        name = str(call.arguments.get("name"))
        self.calls.append(name)
        self.keys.append(call.idempotency_key)
        self.came[name].set()
        if name in self.holding:
            await self.holding[name].wait()
        if name in self.failing:
            raise ToolFailed("it broke", server="desk", tool="echo")
        return {"name": name, "call": len(self.calls)}


def named(name: str) -> JsonObject:
    return step(name, input={"name": name})


async def parked(system: MemorySystem, run_id: RunId) -> None:
    async with asyncio.timeout(10):
        async for records in system.runs.follow(run_id):
            if records[-1].type == RUN_WAITING:
                return


async def retried(system: MemorySystem, run_id: RunId, **wish: Any) -> RunState:
    fork = await system.runs.fork(run_id, ForkWish(**wish))
    async with asyncio.timeout(10):
        return await system.finished(fork.summary.run_id)


def test_a_fork_takes_over_what_came_before_and_calls_the_rest_with_keys_of_its_own() -> None:
    async def check() -> None:
        desk = Desk()
        document = scenario(named("a"), named("b"), named("c"))
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test", {"x": 1})
            system.clock.advance(60)
            desk.calls.clear()
            state = await retried(system, source.run_id, from_step="b")

            assert desk.calls == ["b", "c"]
            assert desk.keys[-1] == path_uuid(UUID(state.run_id), "c")
            assert state.forked_from == ForkedFrom(run_id=source.run_id, from_step=StepPath("b"))
            kept, again = state.steps[StepPath("a")], state.steps[StepPath("b")]
            assert (kept.output, kept.started_at) == (
                source.steps[StepPath("a")].output,
                source.steps[StepPath("a")].started_at,
            )
            assert (again.started_at, state.started_at) == (system.clock.now(), system.clock.now())
            assert (state.input, state.status, state.revision) == ({"x": 1}, RunStatus.SUCCESS, source.revision)
            row = await system.runs.summary(state.run_id)
            assert (row.forked_from, row.parent_run_id) == (state.forked_from, None)

    asyncio.run(check())


def test_without_a_step_everything_is_done_anew_on_another_input() -> None:
    async def check() -> None:
        desk = Desk()
        schema: JsonObject = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
        document = scenario(named("a"), input_schema=schema, output=from_("input.x"))
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test", {"x": 1})
            state = await retried(system, source.run_id, input={"x": 2})
            assert (state.output, desk.calls) == (2, ["a", "a"])
            assert state.forked_from == ForkedFrom(run_id=source.run_id)
            with pytest.raises(InputInvalid, match="does not fit"):
                await system.runs.fork(source.run_id, ForkWish(input={"x": "two"}))

    asyncio.run(check())


def test_a_retry_goes_on_at_the_failed_item_and_keeps_those_beside_it() -> None:
    async def check() -> None:
        desk = Desk()
        each = step("get", input={"name": from_("item")})
        document = scenario(
            named("first"),
            {"name": "all", "type": "foreach", "items": list("abcd"), "max_concurrency": 2, "steps": [each]},
            named("last"),
        )
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            desk.failing = {"d"}
            desk.holding["a"] = asyncio.Event()

            async def let_go() -> None:
                await desk.came["d"].wait()
                desk.holding["a"].set()

            letting = asyncio.create_task(let_go())
            source = await system.run("test")
            await letting
            assert source.error is not None
            assert (source.status, source.error.step) == (RunStatus.FAILED, "all[3].get")
            desk.failing, desk.calls = set(), []
            state = await retried(system, source.run_id, retry=True)

            assert state.status is RunStatus.SUCCESS
            assert set(desk.calls) <= {"a", "d", "last"}
            assert {"d", "last"} <= set(desk.calls)
            assert state.forked_from == ForkedFrom(run_id=source.run_id, from_step=StepPath("all[3].get"))

    asyncio.run(check())


def test_a_retry_of_a_block_with_too_many_failures_makes_only_the_failed_items_again() -> None:
    async def check() -> None:
        desk = Desk()
        each = step("get", input={"name": from_("item")})
        document = scenario(
            {
                "name": "all",
                "type": "foreach",
                "items": list("abcdef"),
                "tolerated_failure_percentage": 20,
                "steps": [each],
            }
        )
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            desk.failing = {"b", "d"}
            source = await system.run("test")
            assert source.error is not None
            assert source.error.code == "ToleratedFailureExceeded"
            kept = {path for path, each in source.steps.items() if each.status is StepStatus.SUCCESS}
            desk.failing, desk.calls = set(), []
            state = await retried(system, source.run_id, retry=True)

            assert state.status is RunStatus.SUCCESS
            assert {"b", "d"} <= set(desk.calls)
            assert len(desk.calls) == 6 - len(kept)

    asyncio.run(check())


def test_a_retry_of_a_cancelled_run_goes_on_at_the_step_that_was_cut_off() -> None:
    async def check() -> None:
        desk = Desk()
        document = scenario(named("a"), {"name": "box", "type": "sequence", "steps": [named("b")]}, named("c"))
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            desk.holding["b"] = asyncio.Event()
            run_id = (await system.runs.submit("test", {})).run_id
            async with asyncio.timeout(10):
                await desk.came["b"].wait()
            await system.runs.cancel(run_id)
            assert (await system.finished(run_id)).status is RunStatus.CANCELLED
            desk.holding.clear()
            desk.calls.clear()
            state = await retried(system, run_id, retry=True)

            assert (state.status, desk.calls) == (RunStatus.SUCCESS, ["b", "c"])
            assert state.forked_from == ForkedFrom(run_id=run_id, from_step=StepPath("box.b"))

    asyncio.run(check())


def test_a_retry_with_the_latest_revision_uses_what_was_mended() -> None:
    async def check() -> None:
        desk = Desk()
        async with memory_system([scenario(named("a"), named("b"))], {"desk": {"echo": desk.echo}}) as system:
            desk.failing = {"b"}
            source = await system.run("test")
            assert source.status is RunStatus.FAILED
            mended = scenario(named("a"), step("b", input={"name": from_("steps.a.output.name")}))
            system.catalog.put("000001.json", mended)
            desk.calls.clear()
            same = await retried(system, source.run_id, retry=True)
            assert (same.status, same.revision, desk.calls) == (RunStatus.FAILED, source.revision, ["b"])
            desk.calls.clear()
            state = await retried(system, source.run_id, retry=True, revision="latest")
            assert state.status is RunStatus.SUCCESS
            assert desk.calls == ["a"]  # called by b, with what a had given
            assert state.revision != source.revision

    asyncio.run(check())


def test_a_failed_output_is_evaluated_again_and_no_step_with_it() -> None:
    async def check() -> None:
        desk = Desk()
        document = scenario(named("a"), output=from_("length(input.x)"))
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test", {"x": 7})
            assert source.error is not None
            assert source.error.step is None
            desk.calls.clear()
            state = await retried(system, source.run_id, retry=True, input={"x": "abc"})
            assert (state.status, state.output, desk.calls) == (RunStatus.SUCCESS, 3, [])

    asyncio.run(check())


def test_what_cannot_be_forked_is_refused_with_a_sentence() -> None:
    async def check() -> None:
        desk = Desk()
        async with memory_system([scenario(named("fetch"))], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test")
            with pytest.raises(ForkInvalid, match=r"never came to a step 'fetsh'. Did you mean 'fetch'\?"):
                await system.runs.fork(source.run_id, ForkWish(from_step=StepPath("fetsh")))
            with pytest.raises(ForkInvalid, match="ever had the revision 'nope'"):
                await system.runs.fork(source.run_id, ForkWish(revision="nope"))
            with pytest.raises(NothingToRetry, match="ended with success"):
                await system.runs.fork(source.run_id, ForkWish(retry=True))

    asyncio.run(check())


@pytest.mark.parametrize("stored", [b'{"steps": [', b"[]", b'{"scenario_id": "test", "steps": "none"}'])
def test_a_revision_that_cannot_be_read_any_more_is_refused_with_a_sentence(stored: bytes) -> None:
    async def check() -> None:
        async with memory_system([scenario(named("fetch"))], {"desk": {"echo": Desk().echo}}) as system:
            source = await system.run("test")
            await system.journal.create(new_run(scenario_id="test", revision="old", definition=stored))
            with pytest.raises(ScenarioInvalid, match="cannot read the revision old of the scenario"):
                await system.runs.fork(source.run_id, ForkWish(revision="old"))

    asyncio.run(check())


def test_a_step_that_the_new_revision_lacks_is_refused_and_others_it_lacks_are_left_out() -> None:
    async def check() -> None:
        desk, first = Desk(), scenario(named("old"), named("fetch"), named("end"))
        async with memory_system([first], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test")
            system.catalog.put("000001.json", scenario(named("fetch"), named("end")))
            with pytest.raises(ForkInvalid, match="has no step 'old'"):
                await system.runs.fork(source.run_id, ForkWish(from_step=StepPath("old"), revision="latest"))
            state = await retried(system, source.run_id, from_step="end", revision="latest")
            assert list(state.steps) == ["fetch", "end"]
            assert [each.index for each in state.steps.values()] == [0, 1]

    asyncio.run(check())


def test_the_same_key_gives_the_same_fork() -> None:
    async def check() -> None:
        desk = Desk()
        async with memory_system([scenario(named("a"))], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test")
            first = await system.runs.fork(source.run_id, ForkWish(), "key")
            again = await system.runs.fork(source.run_id, ForkWish(), "key")
            assert first.summary.run_id == again.summary.run_id != source.run_id

    asyncio.run(check())


def test_the_timeout_of_a_block_that_goes_on_counts_anew() -> None:
    async def check() -> None:
        desk = Desk()
        box: JsonObject = {"name": "box", "type": "sequence", "timeout": "30s", "steps": [named("a"), named("b")]}
        async with memory_system([scenario(box)], {"desk": {"echo": desk.echo}}) as system:
            source = await system.run("test")
            system.clock.advance(3600)
            state = await retried(system, source.run_id, from_step="box.b")
            assert state.status is RunStatus.SUCCESS
            assert desk.calls == ["a", "b", "b"]

    asyncio.run(check())


def test_an_unfinished_run_can_be_forked() -> None:
    async def check() -> None:
        desk = Desk()
        document = scenario(named("a"), {"name": "ask", "type": "approval", "message": "?"}, named("b"))
        async with memory_system([document], {"desk": {"echo": desk.echo}}) as system:
            run_id = (await system.runs.submit("test", {})).run_id
            await parked(system, run_id)
            fork = await system.runs.fork(run_id, ForkWish(from_step=StepPath("ask")))
            await parked(system, fork.summary.run_id)
            assert desk.calls == ["a"]

    asyncio.run(check())
