"""What a tool says while it is at work becomes events of the run: bounded, in order, and with the last word."""

import asyncio
from collections.abc import Sequence

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.codec import decode
from callsheet.runs.events import Event, RunId, RunStatus, StepFinished, StepLog, StepPath, StepProgress, StepWaiting
from callsheet.runs.hearing import MOST_OF_RUN
from callsheet.runs.tools import CallListener, TaskCreated, ToolCall, ToolOutcome
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import MemorySystem, memory_system
from tests.support.scenarios import scenario

WORK_STEP: JsonObject = {"name": "work", "type": "tool", "tool": "work"}
WORK = scenario(WORK_STEP, scenario_id="work")


async def told(system: MemorySystem, run_id: RunId) -> list[Event]:
    return [
        event for event in map(decode, await system.journal.read(run_id)) if isinstance(event, StepLog | StepProgress)
    ]


async def heard(system: MemorySystem, run_id: RunId, count: int) -> list[Event]:
    """What was told, as soon as it is so much."""
    while True:
        seq = (await system.journal.summary(run_id)).last_seq
        if len(events := await told(system, run_id)) >= count:
            return events
        await system.journal.wait(run_id, seq)


async def run(system: MemorySystem) -> RunId:
    async with asyncio.timeout(10):
        run_id = (await system.runs.submit("work", {})).run_id
        assert (await system.finished(run_id)).status is RunStatus.SUCCESS
    return run_id


async def test_progress_can_be_seen_while_the_tool_is_at_work() -> None:
    go_on = asyncio.Event()

    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        call.listener.progress(1, 4, "reading")
        await go_on.wait()
        return None

    async with memory_system([WORK], {"test": {"work": work}}) as system:
        run_id = (await system.runs.submit("work", {})).run_id
        async with asyncio.timeout(10):
            events = await heard(system, run_id, 1)
        assert [(each.progress, each.total, each.message) for each in events if isinstance(each, StepProgress)] == [
            (1, 4, "reading")
        ]
        go_on.set()
        assert (await system.finished(run_id)).status is RunStatus.SUCCESS


async def test_what_is_said_after_the_tool_began_a_task_can_be_seen_at_once_too() -> None:
    go_on = asyncio.Event()

    async def work(call: ToolCall) -> Json | ToolOutcome:
        assert call.listener is not None
        if call.continuation is None:
            call.listener.progress(1, 3, "")
            call.listener.progress(2, 3, "")  # told with the end of this leg: half a second has not passed
            return TaskCreated(continuation="task")
        call.listener.progress(3, 3, "")
        await go_on.wait()
        return None

    async with memory_system([WORK], {"test": {"work": work}}) as system:
        run_id = (await system.runs.submit("work", {})).run_id
        async with asyncio.timeout(10):
            events = await heard(system, run_id, 3)
        assert [each.progress for each in events if isinstance(each, StepProgress)] == [1, 2, 3]
        go_on.set()
        assert (await system.finished(run_id)).status is RunStatus.SUCCESS


async def test_what_is_said_between_two_legs_of_a_call_is_not_heard() -> None:
    listeners: list[CallListener] = []

    class Announced(MemoryJournal):
        async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
            await super().append(run_id, expected_seq, events)
            if any(isinstance(event, StepWaiting) for event in events):  # the first leg has ended
                listeners[0].progress(2, 3, "")
                listeners[0].log("info", "", "late")

    async def work(call: ToolCall) -> Json | ToolOutcome:
        assert call.listener is not None
        if call.continuation is None:
            listeners.append(call.listener)
            call.listener.progress(1, 3, "")
            return TaskCreated(continuation="task")
        return None

    async with memory_system([WORK], {"test": {"work": work}}, journal=Announced()) as system:
        events = await told(system, await run(system))
    assert [each.progress for each in events if isinstance(each, StepProgress)] == [1]
    assert len(events) == 1
    assert listeners


async def test_of_many_words_the_first_and_the_last_are_kept_before_the_end() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        for number in range(1_000):
            call.listener.progress(number, 1_000, "")
        return None

    async with memory_system([WORK], {"test": {"work": work}}) as system:
        run_id = await run(system)
        events = await told(system, run_id)
        assert [each.progress for each in events if isinstance(each, StepProgress)] == [0, 999]
        types = [type(decode(record)) for record in await system.journal.read(run_id)]
        assert types.index(StepFinished) > max(place for place, kind in enumerate(types) if kind is StepProgress)


async def test_while_time_passes_progress_is_told_twice_a_second_and_less_often_in_a_long_call() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        for number in range(40):
            call.listener.progress(number, None, "")
            system.clock.advance(0.1)
        before.append(len(await told(system, run_ids[0])))
        system.clock.advance(3_600)
        for number in range(40, 80):
            call.listener.progress(number, None, "")
            system.clock.advance(0.5)
        return None

    before: list[int] = []
    run_ids: list[RunId] = []
    async with memory_system([{**WORK, "timeout": "1d"}], {"test": {"work": work}}) as system:
        run_ids.append((await system.runs.submit("work", {})).run_id)
        async with asyncio.timeout(10):
            await system.finished(run_ids[0])
        progress = [each.progress for each in await told(system, run_ids[0]) if isinstance(each, StepProgress)]
    early = [number for number in progress if number < 40]
    late = [number for number in progress if number >= 40]
    assert len(early) in range(7, 11)
    assert len(late) in range(1, 5)
    assert progress[-1] == 79


async def test_a_flood_of_log_lines_is_cut_and_said_to_be() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        for number in range(100_000):
            call.listener.log("info", "db", f"line {number}")
        return None

    async with memory_system([WORK], {"test": {"work": work}}) as system:
        run_id = await run(system)
        logs = [each for each in await told(system, run_id) if isinstance(each, StepLog)]
    assert len(logs) <= 30
    assert logs[0].data == "line 0"
    assert logs[-1].logger == "callsheet"
    assert "more lines were not kept" in str(logs[-1].data)


async def test_the_steps_of_a_run_have_a_limit_together_for_the_lines_of_their_logs() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        for number in range(20):
            call.listener.log("info", "", f"line {number}")
        return None

    loop: JsonObject = {
        "name": "all",
        "type": "foreach",
        "items": {"from": "input.items"},
        "as": "item",
        "steps": [WORK_STEP],
    }
    async with memory_system([scenario(loop, scenario_id="work")], {"test": {"work": work}}) as system:
        run_id = (await system.runs.submit("work", {"items": list(range(300))})).run_id
        async with asyncio.timeout(20):
            await system.finished(run_id)
        logs = [each for each in await told(system, run_id) if isinstance(each, StepLog)]
    kept = [each for each in logs if each.logger != "callsheet"]
    assert len(kept) == MOST_OF_RUN
    assert len(logs) == MOST_OF_RUN + 50


async def test_hostile_words_are_made_harmless() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        call.listener.progress(float("nan"), 1, "never")
        call.listener.progress(1, float("inf"), "a\0b\ud800" + "x" * 5_000)
        call.listener.log("shouting", "l" * 1_000, {"deep": ["\ud800"]})
        call.listener.log("error", "", "y" * 10_000)
        return None

    async with memory_system([WORK], {"test": {"work": work}}) as system:
        run_id = await run(system)
        events = await told(system, run_id)
    progress = [each for each in events if isinstance(each, StepProgress)]
    logs = [each for each in events if isinstance(each, StepLog)]
    assert [(each.progress, each.total, len(each.message)) for each in progress] == [(1, None, 1_001)]
    assert [(each.level, len(each.logger)) for each in logs] == [("info", 201), ("error", 0)]
    assert [str(each.data)[:5] for each in logs] == ["(not ", "yyyyy"]
    assert len(str(logs[1].data)) == 4_001


async def test_secrets_do_not_come_back_in_what_a_tool_says() -> None:
    async def work(call: ToolCall) -> Json:
        assert call.listener is not None
        assert call.arguments == {"key": "hunter22"}
        call.listener.progress(1, 2, "using hunter22")
        call.listener.log("info", "", {"key": "hunter22"})
        call.listener.progress(2, 2, f"{'x' * 995}hunter22")
        return None

    step: JsonObject = {"name": "work", "type": "tool", "tool": "work", "input": {"key": {"from": "secrets.KEY"}}}
    document: JsonObject = {**scenario(step, scenario_id="work"), "secrets": ["KEY"]}
    async with memory_system(
        [document], {"test": {"work": work}}, environment={"CALLSHEET_SECRET_KEY": "hunter22"}
    ) as system:
        run_id = await run(system)
        stored = b"".join(record.data for record in await system.journal.read(run_id))
        assert [line.data for line in await system.runs.logs(run_id, StepPath("work"))] == [{"key": "[secret KEY]"}]
    assert b"hunte" not in stored
    assert b"[secret KEY]" in stored
