"""Wishes from outside: they reach a tool call or a wait at once, and never an append."""

import asyncio

import pytest

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control, Interrupted, Wish
from callsheet.runs.events import RunStatus, StepStatus
from callsheet.testing import Json, ToolCall, memory_system
from tests.support.scenarios import scenario, step


class Hanging:
    """A tool that never answers, and says when it was begun and when it was cut off."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.cut = asyncio.Event()

    async def __call__(self, call: ToolCall) -> Json:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cut.set()


DOCUMENT = scenario(step("wait", tool="hang"), step("never", tool="hang"))


async def test_cancel_reaches_a_running_tool_call_and_ends_the_run() -> None:
    tool = Hanging()
    async with memory_system([DOCUMENT], {"test": {"hang": tool}}) as system, asyncio.timeout(5):
        summary = await system.runs.submit("test", {})
        await tool.begun.wait()
        await system.runs.cancel(summary.run_id)
        state = await system.finished(summary.run_id)
    assert tool.cut.is_set()
    assert state.status is RunStatus.CANCELLED
    assert [each.status for each in state.steps.values()] == [StepStatus.CANCELLED]


async def test_cancelling_twice_or_after_the_end_changes_nothing() -> None:
    tool = Hanging()
    async with memory_system([DOCUMENT], {"test": {"hang": tool}}) as system, asyncio.timeout(5):
        summary = await system.runs.submit("test", {})
        await tool.begun.wait()
        await system.runs.cancel(summary.run_id)
        await system.runs.cancel(summary.run_id)
        before = await system.finished(summary.run_id)
        again = await system.runs.cancel(summary.run_id)
        assert again.status is RunStatus.CANCELLED
        assert await system.runs.state(summary.run_id) == before


async def test_a_run_that_waits_for_a_place_can_be_cancelled() -> None:
    tool = Hanging()
    async with (
        memory_system([DOCUMENT], {"test": {"hang": tool}}, max_concurrent_runs=1) as system,
        asyncio.timeout(5),
    ):
        first = await system.runs.submit("test", {})
        second = await system.runs.submit("test", {})
        await tool.begun.wait()
        await system.runs.cancel(second.run_id)
        assert (await system.runs.state(second.run_id)).status is RunStatus.QUEUED
        await system.runs.cancel(first.run_id)
        assert (await system.finished(second.run_id)).status is RunStatus.CANCELLED


async def test_a_wish_to_cancel_survives_the_process() -> None:
    journal, tool = MemoryJournal(), Hanging()
    async with memory_system([DOCUMENT], {"test": {"hang": tool}}, journal=journal) as system, asyncio.timeout(5):
        summary = await system.runs.submit("test", {})
        await tool.begun.wait()
    await journal.request_cancel(summary.run_id)  # durable, but the process ended before it reached the run
    async with memory_system([DOCUMENT], {"test": {"hang": Hanging()}}, journal=journal) as system, asyncio.timeout(5):
        assert (await system.finished(summary.run_id)).status is RunStatus.CANCELLED


async def test_a_drained_run_is_let_go_between_steps_and_goes_on_later() -> None:
    journal = MemoryJournal()
    begun, go_on = asyncio.Event(), asyncio.Event()
    calls: list[str] = []

    async def slow(call: ToolCall) -> Json:
        calls.append(call.idempotency_key)
        begun.set()
        await go_on.wait()
        return len(calls)

    document = scenario(step("first", tool="slow"), step("second", tool="slow"))
    async with asyncio.timeout(5):
        async with memory_system([document], {"test": {"slow": slow}}, journal=journal, drain_timeout=5) as system:
            summary = await system.runs.submit("test", {})
            await begun.wait()
            asyncio.get_running_loop().call_soon(go_on.set)
        async with memory_system([document], {"test": {"slow": slow}}, journal=journal) as system:
            state = await system.finished(summary.run_id)
    assert state.status is RunStatus.SUCCESS
    assert len(calls) == len(set(calls)) == 2, "the first step ended before the drain did, and was not called again"


async def test_a_wish_outside_of_a_call_takes_effect_at_the_next_one() -> None:
    control = Control()
    control.request(Wish.CANCEL)
    with pytest.raises(Interrupted) as caught, control:
        pytest.fail("the block must not begin")
    assert caught.value.wish is Wish.CANCEL


async def test_a_wish_reaches_what_is_below_and_names_where_it_came_from() -> None:
    run = Control()
    block = run.below("The block is over")
    branch = block.below("The branch is over")
    block.request(Wish.TIMEOUT)
    with pytest.raises(Interrupted) as caught, branch:
        pytest.fail("the block must not begin")
    assert caught.value.source is block
    assert caught.value.why == "The block is over"
    with run:
        pass


async def test_what_cleans_up_heeds_only_that_the_run_is_let_go_of() -> None:
    run = Control()
    run.request(Wish.CANCEL)
    last = run.below("Cleaning up is over", cleaning_up=True)
    last.check()
    with last:
        pass
    run.request(Wish.STOP)
    with pytest.raises(Interrupted) as caught:
        last.check()
    assert caught.value.wish is Wish.STOP


async def test_a_cancellation_from_elsewhere_stays_what_it_is() -> None:
    control = Control()

    async def work() -> None:
        with control:
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.wait([task], timeout=0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
