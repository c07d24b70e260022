"""The property that everything rests on: kill a run after any event, take it up again, and the same happens."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.errors.tools import ToolFailed
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.codec import STEP_RETRYING, decode, encode
from callsheet.runs.events import (
    Event,
    Record,
    RunFinished,
    RunId,
    RunStarted,
    RunStatus,
    StepFinished,
    StepRetrying,
    StepStarted,
)
from callsheet.runs.ports import NewRun
from callsheet.runs.state import fold
from callsheet.scenario.codec import canonical
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from callsheet.tools.memory import MemoryTool
from tests.support.scenarios import scenario, step


@dataclass
class Workshop:
    """Tools that remember who called them; `fail` lists (step's tool, attempt) pairs that fail."""

    failures: frozenset[tuple[str, int]] = frozenset()
    calls: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])

    async def use(self, call: ToolCall) -> Json:
        self.calls.append((call.tool, call.idempotency_key, call.attempt))
        if (call.tool, call.attempt) in self.failures:
            raise ToolFailed(f"{call.tool} broke", server="test", tool=call.tool)
        return {"tool": call.tool, "given": call.arguments}

    @property
    def tools(self) -> dict[str, dict[str, MemoryTool]]:
        use: MemoryTool = self.use
        return {"test": dict.fromkeys(("saw", "plane", "glue"), use)}


def workpiece(on_error: str, on_interrupt: str) -> JsonObject:
    return scenario(
        step("cut", tool="saw", input={"wood": {"from": "input.wood"}}, on_interrupt=on_interrupt),
        step(
            "smooth",
            tool="plane",
            input={"piece": {"from": "steps.cut.output"}},
            on_error=on_error,
            retry={"max_attempts": 2, "initial_interval": "1ms", "max_interval": "1ms"},
        ),
        step("join", tool="glue", input={"last": {"from": "steps.smooth.status"}}),
        on_error=[step("sweep", tool="saw", input={"why": {"from": "error.code"}})],
    )


async def whole_run(document: JsonObject, workshop: Workshop) -> list[Event]:
    async with memory_system([document], workshop.tools) as system:
        summary = await system.runs.submit("test", {"wood": "oak"})
        return await all_events(system, summary.run_id)


async def all_events(system: MemorySystem, run_id: RunId) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(10):
        waking = asyncio.create_task(keep_advancing(system))
        try:
            async for records in system.runs.follow(run_id):
                events.extend(map(decode, records))
        finally:
            waking.cancel()
    return events


async def keep_advancing(system: MemorySystem) -> None:
    while True:
        await system.clock.asked_to_sleep.wait()
        system.clock.asked_to_sleep.clear()
        system.clock.advance(100)


async def journal_with(document: JsonObject, events: Sequence[Event]) -> MemoryJournal:
    journal = MemoryJournal()
    started = events[0]
    assert isinstance(started, RunStarted)
    await journal.create(NewRun(started=started, definition=canonical(document)))
    if events[1:]:
        await journal.append(started.run_id, 1, events[1:])
    return journal


async def taken_up(document: JsonObject, events: Sequence[Event], workshop: Workshop) -> list[Event]:
    """What the journal holds in the end when a second process finds `events` in it."""
    journal = await journal_with(document, events)
    async with memory_system([document], workshop.tools, journal=journal) as system:
        return await all_events(system, events[0].run_id)


def meaning(events: Sequence[Event]) -> list[tuple[object, ...]]:
    """Events without timestamps, attempts and what only an interruption adds."""
    told: list[tuple[object, ...]] = []
    for event in events:
        match event:
            case StepStarted():
                told.append(("started", event.step_path, event.index, event.input))
            case StepFinished():
                told.append(("finished", event.step_path, event.status, event.output, event.message))
            case RunFinished():
                told.append(("ended", event.status, event.output, event.message))
            case StepRetrying():
                if not event.interrupted:
                    told.append(("retrying", event.step_path))
            case RunStarted():
                told.append(("accepted", event.input))
            case _:
                pytest.fail(f"this scenario never waits: {event}")
    return told


FAILURES = st.frozensets(st.tuples(st.sampled_from(["saw", "plane", "glue"]), st.just(1)))


@settings(max_examples=25, deadline=None)
@given(failures=FAILURES, on_error=st.sampled_from(["fail", "continue"]))
def test_a_run_killed_after_any_event_ends_as_if_it_had_not_been(
    failures: frozenset[tuple[str, int]], on_error: str
) -> None:
    async def check() -> None:
        # Failures that do not depend on the attempt's number: an interruption adds attempts.
        always = frozenset((tool, attempt) for tool, _ in failures for attempt in range(1, 20))
        document = workpiece(on_error, "retry")
        whole = await whole_run(document, Workshop(always))
        for kept in range(1, len(whole)):
            workshop = Workshop(always)
            resumed = await taken_up(document, whole[:kept], workshop)
            assert resumed[:kept] == whole[:kept], "what was journaled stays"
            assert meaning(resumed) == meaning(whole)
            finished_before = {event.step_path for event in whole[:kept] if isinstance(event, StepFinished)}
            started_after = {e.step_path for e in resumed[kept:] if isinstance(e, StepStarted | StepRetrying)}
            assert not finished_before & started_after, "a finished step is never executed again"

    asyncio.run(check())


async def test_a_step_at_work_is_called_again_with_its_key_and_a_higher_attempt() -> None:
    document = workpiece("fail", "retry")
    first = Workshop()
    whole = await whole_run(document, first)
    second = Workshop()
    events = await taken_up(document, whole[:2], second)
    assert second.calls[0] == (first.calls[0][0], first.calls[0][1], 2)
    retrying = [event for event in events if isinstance(event, StepRetrying)]
    assert [event.interrupted for event in retrying] == [True]
    assert retrying[0].error.code == "OutcomeUnknown"


async def test_on_interrupt_fail_does_not_call_again() -> None:
    document = workpiece("fail", "fail")
    whole = await whole_run(document, Workshop())
    workshop = Workshop()
    events = await taken_up(document, whole[:2], workshop)
    ended = events[-1]
    assert isinstance(ended, RunFinished)
    assert ended.status is RunStatus.FAILED
    assert ended.error is not None
    assert ended.error.code == "OutcomeUnknown"
    assert [tool for tool, _, _ in workshop.calls] == ["saw"], "only the on_error step called a tool"


async def test_a_retry_that_was_still_waiting_waits_on_and_is_no_interruption() -> None:
    document = workpiece("fail", "retry")
    whole = await whole_run(document, Workshop(frozenset({("plane", 1)})))
    waiting = next(index for index, event in enumerate(whole) if encode(event)[0] == STEP_RETRYING)
    retry = whole[waiting]
    assert isinstance(retry, StepRetrying)
    workshop = Workshop()
    events = await taken_up(document, [*whole[:waiting], later(retry)], workshop)
    assert [call for call in workshop.calls if call[0] == "plane"] == [("plane", workshop.calls[0][1], 2)]
    assert sum(isinstance(event, StepRetrying) for event in events) == 1


def later(event: StepRetrying) -> StepRetrying:
    """The same, with a wait that has not ended whatever the clock of the second process says."""
    name, data = encode(event)
    again = decode(Record(1, name, data.replace(b'"delay":0.001', b'"delay":60.0')))
    assert isinstance(again, StepRetrying)
    assert again.delay == 60.0
    return again


async def test_the_state_is_the_same_whether_folded_live_or_from_the_journal() -> None:
    document = workpiece("continue", "retry")
    whole = await whole_run(document, Workshop(frozenset({("plane", 1), ("plane", 2)})))
    again = [decode(Record(seq, *encode(event))) for seq, event in enumerate(whole, 1)]
    assert fold(again) == fold(whole)


async def test_a_revision_that_cannot_be_read_any_more_ends_its_run_with_a_sentence() -> None:
    document = workpiece("fail", "retry")
    whole = await whole_run(document, Workshop())
    journal = MemoryJournal()
    started = whole[0]
    assert isinstance(started, RunStarted)
    await journal.create(NewRun(started=started, definition=b'{"schema_version": "0"}'))
    await journal.append(started.run_id, 1, whole[1:2])
    workshop = Workshop()
    async with memory_system([document], workshop.tools, journal=journal) as system:
        state = await system.finished(started.run_id)
    assert state.status is RunStatus.FAILED
    assert "cannot read revision" in state.message
    assert [step.status.value for step in state.steps.values()] == ["failed"]
    assert workshop.calls == []
