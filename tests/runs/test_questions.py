"""A tool asks a person in the middle of a call: the run is parked, and answered days and processes later."""

import asyncio
from datetime import timedelta

import orjson
import pytest

from callsheet.errors.runs import AlreadyAnswered, InputInvalid
from callsheet.errors.tools import ContinuationExpired, HeldCallLost, ToolFailed
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.answers import Answer
from callsheet.runs.attempts import MOST_LOST
from callsheet.runs.codec import decode
from callsheet.runs.conversation import LAST_LOOK
from callsheet.runs.events import RunId, RunStatus, StepPath, StepResumed, StepStatus, StepWaiting
from callsheet.runs.fairness import give_way
from callsheet.runs.ports import Journal
from callsheet.runs.tools import (
    Elicitation,
    ElicitationAction,
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolOutcome,
    ToolResult,
)
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import ManualClock, MemorySystem, memory_system
from callsheet.tools.memory import MemoryTools
from tests.support.scenarios import scenario

FORM: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WHERE = Elicitation(key="where", message="Where to?", form_schema=FORM)
STATE = "the server's secret state"
ASK = StepPath("book")


class Booking:
    """A tool that asks where to, and books; `calls` are its legs, `faults` what the next legs fail with."""

    def __init__(self, *requests: Elicitation, state: str = STATE) -> None:
        self.requests = requests or (WHERE,)
        self.state = state
        self.calls: list[ToolCall] = []
        self.faults: list[Exception] = []

    async def __call__(self, call: ToolCall) -> Json | ToolOutcome:
        """Book."""
        self.calls.append(call)
        if call.continuation is None:
            return InputRequired(requests=self.requests, continuation=self.state)
        if self.faults:
            raise self.faults.pop(0)
        assert call.continuation == self.state
        actions: JsonObject = {key: answer.action.value for key, answer in call.answers.items()}
        contents: JsonObject = {key: answer.content for key, answer in call.answers.items()}
        return {"actions": actions, "contents": contents}


def booking(**more: Json) -> JsonObject:
    return scenario(
        {"name": "book", "type": "tool", "tool": "book", "input": {"who": "Ada"}, **more}, scenario_id="trip"
    )


def lost() -> HeldCallLost:
    return HeldCallLost("The connection was lost.", server="travel", tool="book")


async def parked(system: MemorySystem, run_id: RunId) -> None:
    """Return when the run is parked and let go; 10 s at most."""
    async with asyncio.timeout(10):
        while (row := await system.journal.summary(run_id)).status is not RunStatus.WAITING:
            await system.journal.wait(run_id, row.last_seq)
        while system.engine.running:
            await give_way()


async def begun(system: MemorySystem) -> RunId:
    run_id = (await system.runs.submit("trip", {})).run_id
    await parked(system, run_id)
    return run_id


async def stored(journal: Journal, run_id: RunId) -> bytes:
    return b"\n".join(record.data for record in await journal.read(run_id))


async def ended(system: MemorySystem, run_id: RunId) -> tuple[RunStatus, Json]:
    async with asyncio.timeout(10):
        state = await system.finished(run_id)
    return state.status, state.output


YES = Answer(approved=True, data={"city": "Oslo"}, by="ada")
BOOKED: JsonObject = {"actions": {"where": "accept"}, "contents": {"where": {"city": "Oslo"}}}


async def test_the_run_is_parked_with_the_form_and_goes_on_with_the_answer() -> None:
    tool = Booking()
    async with memory_system([booking()], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        step = (await system.runs.state(run_id)).steps[ASK]
        assert step.status is StepStatus.WAITING
        assert step.waiting is not None
        waits = step.waiting[1].waits_for
        assert (waits["kind"], waits["message"], waits["form_schema"]) == ("elicitation", "Where to?", FORM)
        assert waits["requests"] == [{"key": "where", "message": "Where to?", "form_schema": FORM, "url": None}]
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)
    first, second = tool.calls
    assert (first.idempotency_key, first.arguments) == (second.idempotency_key, second.arguments)
    assert (first.attempt, second.attempt) == (1, 1)


async def test_an_answer_counts_restarts_and_days_later_without_a_second_question() -> None:
    tool, journal, clock = Booking(), MemoryJournal(), ManualClock()
    async with memory_system([booking()], {"travel": {"book": tool}}, journal=journal, clock=clock) as system:
        run_id = await begun(system)
    clock.advance(timedelta(days=3).total_seconds())
    async with memory_system([booking()], {"travel": {"book": tool}}, journal=journal, clock=clock) as system:
        await parked(system, run_id)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)
    assert len(tool.calls) == 2


async def test_the_servers_state_is_nowhere_to_be_read() -> None:
    async with memory_system([booking()], {"travel": {"book": Booking()}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        await ended(system, run_id)
        assert b"secret state" not in await stored(system.journal, run_id)


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        (Answer(approved=False), ElicitationAction.DECLINE),
        (Answer(approved=False, cancelled=True), ElicitationAction.CANCEL),
    ],
)
async def test_the_tool_hears_of_a_refusal_without_content(answer: Answer, action: ElicitationAction) -> None:
    async with memory_system([booking()], {"travel": {"book": Booking()}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, answer)
        _, output = await ended(system, run_id)
        assert output == {"actions": {"where": action.value}, "contents": {"where": None}}
        resumed = [event for event in map(decode, await system.journal.read(run_id)) if isinstance(event, StepResumed)]
        assert [event.action for event in resumed] == [action.value]


async def test_an_answer_that_does_not_fit_the_form_is_refused_and_a_second_one_too() -> None:
    async with memory_system([booking()], {"travel": {"book": Booking()}}) as system:
        run_id = await begun(system)
        with pytest.raises(InputInvalid, match="/data"):
            await system.answers.answer(run_id, ASK, Answer(approved=True, data={"town": "Oslo"}))
        await system.answers.answer(run_id, ASK, YES)
        with pytest.raises(AlreadyAnswered, match="was approved by 'ada'"):
            await system.answers.answer(run_id, ASK, YES)
        assert (await ended(system, run_id))[0] is RunStatus.SUCCESS


async def test_several_questions_at_once_are_one_form_and_a_link_has_none() -> None:
    when = Elicitation(key="when", message="When?", form_schema={"type": "object"})
    pay = Elicitation(key="pay", message="Pay here.", url="https://pay.example/1")
    async with memory_system([booking()], {"travel": {"book": Booking(WHERE, when, pay)}}) as system:
        run_id = await begun(system)
        with pytest.raises(InputInvalid, match="/data"):
            await system.answers.answer(run_id, ASK, YES)
        data: JsonObject = {"where": {"city": "Oslo"}, "when": {"day": 1}}
        await system.answers.answer(run_id, ASK, Answer(approved=True, data=data))
        _, output = await ended(system, run_id)
    assert output == {
        "actions": {"where": "accept", "when": "accept", "pay": "accept"},
        "contents": {"where": {"city": "Oslo"}, "when": {"day": 1}, "pay": None},
    }


async def test_state_that_expired_is_begun_anew_and_the_answer_is_not_asked_for_again() -> None:
    tool = Booking()
    tool.faults = [ContinuationExpired("The state is too old.", server="travel", tool="book")]
    async with memory_system([booking()], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)
    assert [call.continuation is None for call in tool.calls] == [True, False, True, False]


async def test_the_answer_to_a_question_with_a_secret_in_it_is_not_asked_for_again() -> None:
    tool = Booking(Elicitation(key="where", message="Where to with hunter22?", form_schema=FORM))
    tool.faults = [ContinuationExpired("The state is too old.", server="travel", tool="book")]
    document: JsonObject = {**booking(input={"key": {"from": "secrets.KEY"}}), "secrets": ["KEY"]}
    environment = {"CALLSHEET_SECRET_KEY": "hunter22"}
    async with memory_system([document], {"travel": {"book": tool}}, environment=environment) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)


async def test_another_question_than_the_one_that_was_answered_is_asked() -> None:
    tool = Booking()
    tool.faults = [ContinuationExpired("The state is too old.", server="travel", tool="book")]
    async with memory_system([booking()], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        tool.requests = (Elicitation(key="where", message="Which city?", form_schema=FORM),)
        await system.answers.answer(run_id, ASK, YES)
        await asked_times(system, run_id, 2)
        await system.answers.answer(run_id, ASK, Answer(approved=True, data={"city": "Rome"}))
        _, output = await ended(system, run_id)
    assert output == {"actions": {"where": "accept"}, "contents": {"where": {"city": "Rome"}}}


async def asked_times(system: MemorySystem, run_id: RunId, times: int) -> None:
    async with asyncio.timeout(10):
        seq = 0
        while True:
            records = await system.journal.read(run_id)
            if sum(isinstance(decode(each), StepWaiting) for each in records) >= times:
                return
            seq = len(records)
            await system.journal.wait(run_id, seq)


async def test_a_lost_call_is_made_again_with_the_stored_answer_where_the_author_allows_that() -> None:
    tool = Booking()
    tool.faults = [lost()]
    async with memory_system([booking(on_interrupt="retry")], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)
        assert (await system.runs.state(run_id)).steps[ASK].attempts == 2
    assert [call.attempt for call in tool.calls] == [1, 1, 2, 2]


async def test_a_lost_call_fails_as_unknown_where_the_author_wants_that() -> None:
    tool = Booking()
    tool.faults = [lost()]
    async with memory_system([booking(on_interrupt="fail")], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        async with asyncio.timeout(10):
            state = await system.finished(run_id)
    assert state.error is not None
    assert state.error.code == "OutcomeUnknown"
    assert "The connection was lost." in state.error.message


async def test_a_secret_in_the_words_about_a_lost_call_is_not_written() -> None:
    async def lose(call: ToolCall) -> Json | ToolOutcome:
        if call.continuation is None:
            return TaskCreated(continuation="task")
        raise HeldCallLost(f"Unknown task of {call.arguments['key']}", server="travel", tool="book")

    document: JsonObject = {
        **booking(on_interrupt="fail", input={"key": {"from": "secrets.KEY"}}),
        "secrets": ["KEY"],
    }
    environment = {"CALLSHEET_SECRET_KEY": "hunter22"}
    async with memory_system([document], {"travel": {"book": lose}}, environment=environment) as system:
        state = await system.run("trip")
        assert b"hunter22" not in await stored(system.journal, state.run_id)
    assert state.error is not None
    assert "Unknown task of [secret KEY]" in state.error.message


async def test_a_server_that_forgets_every_task_is_not_called_for_ever() -> None:
    calls: list[ToolCall] = []

    async def forget(call: ToolCall) -> Json | ToolOutcome:
        calls.append(call)
        if call.continuation is None:
            return TaskCreated(continuation="task")
        raise lost()

    async with memory_system([booking(on_interrupt="retry")], {"travel": {"book": forget}}) as system:
        state = await system.run("trip")
    assert state.error is not None
    assert state.error.code == "OutcomeUnknown"
    assert sum(call.continuation is None for call in calls) == 1 + MOST_LOST


async def test_a_call_that_failed_with_its_answer_asks_again_when_it_is_retried() -> None:
    tool = Booking()
    tool.faults = [ToolFailed("No such city.", server="travel", tool="book")]
    retry: JsonObject = {"max_attempts": 2, "errors": ["*"]}
    async with memory_system([booking(retry=retry)], {"travel": {"book": tool}}) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, Answer(approved=True, data={"city": "Atlantis"}))
        async with asyncio.timeout(10):
            await system.clock.asked_to_sleep.wait()
        system.clock.advance(1)
        await asked_times(system, run_id, 2)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)


async def test_a_crash_after_the_answer_was_sent_leaves_the_outcome_unknown() -> None:
    hanging = asyncio.Event()

    async def hang(call: ToolCall) -> Json | ToolOutcome:
        if call.continuation is None:
            return InputRequired(requests=(WHERE,), continuation=STATE)
        hanging.set()
        await asyncio.Event().wait()

    journal = MemoryJournal()
    async with memory_system([booking(on_interrupt="fail")], {"travel": {"book": hang}}, journal=journal) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        async with asyncio.timeout(10):
            await hanging.wait()
    async with memory_system([booking(on_interrupt="fail")], {"travel": {"book": hang}}, journal=journal) as system:
        async with asyncio.timeout(10):
            state = await system.finished(run_id)
    assert state.error is not None
    assert state.error.code == "OutcomeUnknown"


async def test_a_run_without_a_timeout_of_its_own_waits_longer_than_its_default_hour() -> None:
    clock = ManualClock()
    async with memory_system([booking()], {"travel": {"book": Booking()}}, clock=clock) as system:
        run_id = await begun(system)
        clock.advance(7_200)
        await asked_times(system, run_id, 1)
        await parked(system, run_id)
        await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, BOOKED)


async def test_a_run_gets_more_time_also_while_another_branch_is_at_work() -> None:
    clock, done = ManualClock(), asyncio.Event()

    async def work(call: ToolCall) -> Json:
        await done.wait()
        return "done"

    book: JsonObject = {"name": "book", "type": "tool", "tool": "book"}
    branches: JsonObject = {"ask": [book], "work": [{**book, "name": "w", "tool": "work", "timeout": "3h"}]}
    document = scenario({"name": "both", "type": "parallel", "branches": branches}, scenario_id="trip")
    async with memory_system([document], {"travel": {"book": Booking(), "work": work}}, clock=clock) as system:
        run_id = (await system.runs.submit("trip", {})).run_id
        await asked_times(system, run_id, 1)
        clock.advance(7_200)
        done.set()
        await parked(system, run_id)
        await system.answers.answer(run_id, StepPath("both.ask.book"), YES)
        assert (await ended(system, run_id))[0] is RunStatus.SUCCESS


async def test_a_task_may_take_longer_than_the_default_hour_of_its_run_also_when_there_is_a_restart_after_it() -> None:
    tool, journal, clock, called = Working(), MemoryJournal(), ManualClock(), asyncio.Event()

    async def stop_once(call: ToolCall) -> Json:
        if not called.is_set():
            called.set()
            await asyncio.Event().wait()
        return "done"

    steps: list[JsonObject] = [
        {"name": name, "type": "tool", "tool": name, "timeout": "3h"} for name in ("book", "last")
    ]
    document = scenario(*steps, scenario_id="trip")
    tools = {"travel": {"book": tool, "last": stop_once}}
    async with memory_system([document], tools, journal=journal, clock=clock) as system:
        run_id = (await system.runs.submit("trip", {})).run_id
        async with asyncio.timeout(10):
            await tool.polled.wait()
            clock.advance(7_200)
            tool.finish()
            await called.wait()
    async with memory_system([document], tools, journal=journal, clock=clock) as system:
        assert await ended(system, run_id) == (RunStatus.SUCCESS, "done")


@pytest.mark.parametrize(("days", "left"), [(1, 86_400.0), (3, LAST_LOOK)])
async def test_the_time_of_a_task_does_not_begin_anew_with_another_process(days: int, left: float) -> None:
    tool, journal, clock = Working(), MemoryJournal(), ManualClock()
    document = booking(timeout="2d")
    async with memory_system([document], {"travel": {"book": tool}}, journal=journal, clock=clock) as system:
        run_id = (await system.runs.submit("trip", {})).run_id
        async with asyncio.timeout(10):
            await tool.polled.wait()
    clock.advance(days * 86_400)
    tool.finish()
    async with memory_system([document], {"travel": {"book": tool}}, journal=journal, clock=clock) as system:
        assert (await ended(system, run_id))[0] is RunStatus.SUCCESS
    assert tool.times == [172_800.0, left]


async def test_a_cancelled_run_lets_go_of_its_question() -> None:
    async with memory_system([booking()], {"travel": {"book": Booking()}}) as system:
        run_id = await begun(system)
        await system.runs.cancel(run_id)
        assert (await ended(system, run_id))[0] is RunStatus.CANCELLED
        assert isinstance(system.tools, MemoryTools)
        assert run_id in system.tools.released


async def test_a_tool_that_never_stops_asking_is_stopped() -> None:
    async def endless(call: ToolCall) -> Json | ToolOutcome:
        return TaskCreated(continuation="again")

    async with memory_system([booking()], {"travel": {"book": endless}}) as system:
        state = await system.run("trip")
    assert state.error is not None
    assert (state.error.code, state.error.data) == ("LimitExceeded", {"limit": "questions", "value": 50})


class Working:
    """A tool that works as a task; the first `lost` polls end with the process."""

    def __init__(self) -> None:
        self.begun = 0
        self.polls: list[str | None] = []
        self.times: list[float | None] = []
        self.polled = asyncio.Event()
        self._ends = asyncio.Event()

    def finish(self) -> None:
        self._ends.set()

    async def __call__(self, call: ToolCall) -> Json | ToolOutcome:
        """Work."""
        if call.continuation is None:
            self.begun += 1
            return TaskCreated(continuation=orjson.dumps({"task": f"task-{self.begun}"}).decode())
        self.polls.append(call.continuation)
        self.times.append(call.timeout)
        self.polled.set()
        await self._ends.wait()
        return ToolResult(structured={"done": True}, has_structured=True)


class Doubting:
    """A tool that works as a task and asks "Sure?" as often as it is told, each time under a key of its own."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)
        self.answered: list[str] = []
        self.at_work = asyncio.Event()

    async def __call__(self, call: ToolCall) -> Json | ToolOutcome:
        """Work."""
        if call.continuation is None:
            return TaskCreated(continuation="task")
        self.answered += call.answers
        if call.answers and not self.at_work.is_set():
            self.at_work.set()
            await asyncio.Event().wait()
        if self.keys:
            question = Elicitation(key=self.keys.pop(0), message="Sure?", form_schema=FORM)
            return InputRequired(requests=(question,), continuation="task, asked")
        return {"answered": list(self.answered)}


@pytest.mark.parametrize(("key", "questions"), [("first", 1), ("second", 2)])
async def test_after_a_crash_a_task_that_asks_the_same_again_has_its_answer_and_another_question_is_asked(
    key: str, questions: int
) -> None:
    tool, journal = Doubting("first", key), MemoryJournal()
    async with memory_system([booking()], {"travel": {"book": tool}}, journal=journal) as system:
        run_id = await begun(system)
        await system.answers.answer(run_id, ASK, YES)
        async with asyncio.timeout(10):
            await tool.at_work.wait()
    async with memory_system([booking()], {"travel": {"book": tool}}, journal=journal) as system:
        await asked_times(system, run_id, 1 + questions)  # the task itself is announced too
        if questions > 1:
            await parked(system, run_id)
            await system.answers.answer(run_id, ASK, YES)
        assert await ended(system, run_id) == (RunStatus.SUCCESS, {"answered": ["first", key]})
        assert sum(isinstance(decode(each), StepWaiting) for each in await journal.read(run_id)) == 1 + questions


async def test_a_task_is_polled_on_after_a_crash_and_not_begun_again() -> None:
    tool, journal = Working(), MemoryJournal()
    document = booking(on_interrupt="fail")
    async with memory_system([document], {"travel": {"book": tool}}, journal=journal) as system:
        run_id = (await system.runs.submit("trip", {})).run_id
        async with asyncio.timeout(10):
            await tool.polled.wait()
        waiting = (await system.runs.state(run_id)).steps[ASK].waiting
        assert waiting is not None
        assert waiting[1].waits_for == {"kind": "task", "server": None, "tool": "book"}
    assert b"task-1" not in await stored(journal, run_id)
    tool.finish()
    async with memory_system([document], {"travel": {"book": tool}}, journal=journal) as system:
        assert await ended(system, run_id) == (RunStatus.SUCCESS, {"done": True})
    assert tool.begun == 1
    assert tool.polls == ['{"task":"task-1"}'] * 2
