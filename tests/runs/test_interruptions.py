"""What ends with what is around it: siblings of a failure, blocks out of time, cancelled runs; also after a crash."""

import asyncio
from collections.abc import Sequence

import pytest

from callsheet.errors.tools import ToolFailed
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.codec import decode
from callsheet.runs.events import (
    Event,
    RunFinished,
    RunId,
    RunStarted,
    RunStatus,
    StepFinished,
    StepPath,
    StepStatus,
)
from callsheet.runs.ports import NewRun
from callsheet.runs.state import RunState
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, ManualClock, MemorySystem, ToolCall, memory_system
from callsheet.tools.memory import MemoryTool
from tests.support.scenarios import scenario, step


class Bench:
    """A tool that never answers, one that fails when the other was begun, and one that counts its calls."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.calls: list[str] = []

    async def hang(self, call: ToolCall) -> Json:
        self.calls.append("hang")
        self.begun.set()
        await asyncio.Event().wait()
        return None

    async def fail(self, call: ToolCall) -> Json:
        await self.begun.wait()
        raise ToolFailed("it broke", server="test", tool="fail")

    async def note(self, call: ToolCall) -> Json:
        self.calls.append("note")
        return call.arguments

    @property
    def tools(self) -> dict[str, dict[str, MemoryTool]]:
        return {"test": {"hang": self.hang, "fail": self.fail, "note": self.note}}


def block(name: str, kind: str, **fields: Json) -> JsonObject:
    return {"name": name, "type": kind, **fields}


LAST: JsonObject = {"finally": [step("last", tool="note")]}

HANG_WITH_FINALLY = block("guard", "try", steps=[step("hang", tool="hang")], **LAST)

ONE_FAILS = scenario(
    block("both", "parallel", branches={"slow": [HANG_WITH_FINALLY], "quick": [step("fail", tool="fail")]})
)


async def life(document: JsonObject, bench: Bench, before: Sequence[Event] = ()) -> list[Event]:
    journal = MemoryJournal()
    if before:
        started = before[0]
        assert isinstance(started, RunStarted)
        await journal.create(NewRun(started=started, definition=canonical(document)))
        await journal.append(started.run_id, 1, before[1:])
    async with memory_system([document], bench.tools, journal=journal) as system, asyncio.timeout(10):
        run_id = before[0].run_id if before else (await system.runs.submit("test", {})).run_id
        return [decode(record) async for records in system.runs.follow(run_id) for record in records]


def ends(events: Sequence[Event]) -> dict[str, StepStatus]:
    return {event.step_path: event.status for event in events if isinstance(event, StepFinished)}


async def test_the_first_failure_of_a_parallel_ends_its_siblings_and_their_finally_runs() -> None:
    bench = Bench()
    events = await life(ONE_FAILS, bench)
    assert ends(events) == {
        "both.quick.fail": StepStatus.FAILED,
        "both.slow.guard.hang": StepStatus.CANCELLED,
        "both.slow.guard.last": StepStatus.SUCCESS,
        "both.slow.guard": StepStatus.CANCELLED,
        "both": StepStatus.FAILED,
    }
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert last.error is not None
    assert (last.error.code, last.error.step) == ("ToolError", "both.quick.fail")


async def test_a_crash_after_the_first_failure_ends_the_siblings_and_calls_nothing_again() -> None:
    whole = await life(ONE_FAILS, Bench())
    failed = next(n for n, event in enumerate(whole, 1) if isinstance(event, StepFinished))
    for kept in range(failed, len(whole)):
        bench = Bench()
        events = await life(ONE_FAILS, bench, whole[:kept])
        assert ends(events) == ends(whole)
        assert "hang" not in bench.calls


async def at_work(system: MemorySystem, bench: Bench) -> RunId:
    summary = await system.runs.submit("test", {})
    await bench.begun.wait()
    return summary.run_id


async def test_a_cancelled_run_runs_finally_and_ends_its_steps_on_the_way_out() -> None:
    bench = Bench()
    async with memory_system([scenario(HANG_WITH_FINALLY)], bench.tools) as system, asyncio.timeout(10):
        run_id = await at_work(system, bench)
        await system.runs.cancel(run_id)
        state = await system.finished(run_id)
    assert state.status is RunStatus.CANCELLED
    assert statuses(state) == {"guard": "cancelled", "guard.hang": "cancelled", "guard.last": "success"}


async def test_the_timeout_of_a_block_fails_it_and_what_is_inside_and_can_be_caught_around_it() -> None:
    bench = Bench()
    document = scenario(
        block(
            "outer",
            "try",
            steps=[block("limited", "sequence", timeout="30s", steps=[HANG_WITH_FINALLY])],
            catch=[{"errors": ["Timeout"], "steps": [block("caught", "transform", output={"from": "error.step"})]}],
        )
    )
    async with memory_system([document], bench.tools) as system, asyncio.timeout(10):
        run_id = await at_work(system, bench)
        system.clock.advance(30)
        state = await system.finished(run_id)
    assert state.output == "outer.limited"
    assert statuses(state)["outer.limited"] == "failed"
    assert statuses(state)["outer.limited.guard.hang"] == "failed"
    assert bench.calls == ["hang", "note"]


async def test_a_parked_run_that_is_cancelled_runs_finally_and_cancels_its_child() -> None:
    child: JsonObject = {**scenario(block("nap", "wait", duration="1h")), "scenario_id": "child"}
    parent = scenario(
        block(
            "guard",
            "try",
            steps=[block("call", "scenario", scenario_id="child")],
            **LAST,
        )
    )
    bench = Bench()
    async with memory_system([parent, child], bench.tools) as system, asyncio.timeout(10):
        summary = await system.runs.submit("test", {})
        await until(system, summary.run_id, RunStatus.WAITING)
        child_id = await child_of(system, summary.run_id)
        await until(system, child_id, RunStatus.WAITING)
        await system.runs.cancel(summary.run_id)
        state = await system.finished(summary.run_id)
        ended = await system.finished(child_id)
    assert state.status is RunStatus.CANCELLED
    assert statuses(state)["guard.last"] == "success"
    assert ended.status is RunStatus.CANCELLED


async def test_a_run_out_of_time_while_it_was_parked_still_runs_finally() -> None:
    document = scenario(
        block("guard", "try", steps=[block("nap", "wait", duration="1h")], **LAST),
        timeout="10m",
    )
    bench = Bench()
    clock = ManualClock()
    async with memory_system([document], bench.tools, clock=clock) as system, asyncio.timeout(10):
        summary = await system.runs.submit("test", {})
        await until(system, summary.run_id, RunStatus.WAITING)
        clock.advance(600)
        state = await system.finished(summary.run_id)
    assert state.status is RunStatus.FAILED
    assert state.error is not None
    assert (state.error.code, state.error.step) == ("Timeout", "guard.nap")
    assert bench.calls == ["note"]


def statuses(state: RunState) -> dict[str, str]:
    return {path: each.status.value for path, each in state.steps.items()}


async def until(system: MemorySystem, run_id: RunId, status: RunStatus) -> None:
    async for _ in system.runs.follow(run_id):
        if (await system.runs.state(run_id)).status is status:
            return
    pytest.fail(f"the run ended before it was {status}")


async def child_of(system: MemorySystem, run_id: RunId) -> RunId:
    waiting = (await system.runs.state(run_id)).steps[StepPath("guard.call")].waiting
    assert waiting is not None
    return RunId(str(waiting[1].waits_for["run_id"]))
