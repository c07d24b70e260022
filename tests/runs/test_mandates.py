"""What a run may do is kept with it: for its children, its forks, and every call of a tool."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from callsheet.access.mandate import Mandate
from callsheet.access.patterns import ALL, Patterns
from callsheet.access.principal import LOCAL, Principal
from callsheet.access.scopes import Role
from callsheet.errors.access import Forbidden
from callsheet.errors.runs import RunNotFound
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.testing import Json, MemorySystem, ToolCall, memory_system
from tests.support.scenarios import scenario, step


def named(scenario_id: str, *steps: JsonObject) -> JsonObject:
    return {**scenario(*steps), "scenario_id": scenario_id}


def calls(name: str, tool: str, server: str | None = None, **more: Json) -> JsonObject:
    return {**step(name, tool=tool), **({} if server is None else {"server": server}), **more}


DOCUMENTS = [
    named("news_named", calls("pay", "pay", "bank")),
    named("news_unnamed", calls("pay", "pay")),
    named("news_cached", calls("pay", "pay", cache=60)),
    named("news_reads", calls("read", "read", "news")),
    named("news_parent", {"name": "child", "type": "scenario", "scenario_id": "news_unnamed", "input": {}}),
    named("news_outside", {"name": "child", "type": "scenario", "scenario_id": "billing", "input": {}}),
    named("news_grandparent", {"name": "child", "type": "scenario", "scenario_id": "news_outside", "input": {}}),
    named("news_asks", {"name": "ask", "type": "approval", "message": "Go on?"}),
    named("billing", calls("pay", "pay", "bank")),
]


def caller(*, tools: Patterns = ALL, scenarios: Patterns = ALL, name: str = "ada", sees: bool = False) -> Principal:
    role = Role.AUTHOR
    return Principal(subject=f"key:{name}", name=name, role=role, every_run=sees, tools=tools, scenarios=scenarios)


READER = caller(tools=Patterns(("news/*",)))
REPORTER = caller(scenarios=Patterns(("news_*",)))


class Bank:
    """Counts the calls that reach it."""

    def __init__(self) -> None:
        self.paid = 0

    async def pay(self, call: ToolCall) -> Json:
        self.paid += 1
        return {}


async def read(call: ToolCall) -> Json:
    return {}


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
async def system(bank: Bank) -> AsyncGenerator[MemorySystem]:
    async with memory_system(DOCUMENTS, {"bank": {"pay": bank.pay}, "news": {"read": read}}) as opened:
        yield opened


async def outcome(system: MemorySystem, who: Principal, scenario_id: str) -> tuple[RunStatus, str]:
    async with asyncio.timeout(10):
        run = await system.runs.seen_by(who).submit(scenario_id, {})
        state = await system.finished(run.run_id)
    return state.status, "" if state.error is None else state.error.code


async def test_a_run_calls_the_tools_that_its_starter_may_call(system: MemorySystem) -> None:
    assert await outcome(system, READER, "news_reads") == (RunStatus.SUCCESS, "")


async def test_a_tool_that_is_named_and_not_allowed_is_refused_before_the_run_begins(system: MemorySystem) -> None:
    with pytest.raises(Forbidden, match="'bank/pay'"):
        await system.runs.seen_by(READER).submit("news_named", {})
    assert (await system.runs.list(RunFilter(), 10)).runs == ()


async def test_a_tool_that_turns_out_not_to_be_allowed_fails_the_step_and_is_not_called(
    system: MemorySystem, bank: Bank
) -> None:
    assert await outcome(system, READER, "news_unnamed") == (RunStatus.FAILED, "ToolNotFound")
    assert bank.paid == 0


async def test_the_result_of_a_call_of_somebody_else_is_no_way_around_it(system: MemorySystem, bank: Bank) -> None:
    assert await outcome(system, LOCAL, "news_cached") == (RunStatus.SUCCESS, "")
    assert await outcome(system, READER, "news_cached") == (RunStatus.FAILED, "ToolNotFound")
    assert bank.paid == 1


async def test_a_child_is_its_parents_owners_and_may_do_no_more(system: MemorySystem, bank: Bank) -> None:
    assert await outcome(system, READER, "news_parent") == (RunStatus.FAILED, "ToolNotFound")
    assert bank.paid == 0
    children = [run for run in (await system.runs.list(RunFilter(), 10)).runs if run.parent_run_id]
    assert [run.owner for run in children] == ["key:ada"]
    assert (await system.runs.state(children[0].run_id)).mandate == READER.mandate


async def test_a_step_starts_no_scenario_that_the_starter_may_not_run(system: MemorySystem, bank: Bank) -> None:
    with pytest.raises(Forbidden, match="'billing'"):
        await system.runs.seen_by(REPORTER).submit("news_outside", {})
    with pytest.raises(ScenarioNotFound):
        await system.runs.seen_by(REPORTER).submit("billing", {})
    assert await outcome(system, REPORTER, "news_grandparent") == (RunStatus.FAILED, "ScenarioFailed")
    assert bank.paid == 0


async def test_a_fork_may_do_what_who_forked_may(system: MemorySystem, bank: Bank) -> None:
    run = await system.run("news_unnamed")
    assert bank.paid == 1
    reader = replace(READER, every_run=True)
    fork = await system.runs.seen_by(reader).fork(run.run_id, ForkWish())
    state = await system.finished(fork.summary.run_id)
    assert (state.mandate, state.status, bank.paid) == (reader.mandate, RunStatus.FAILED, 1)
    with pytest.raises(RunNotFound):
        await system.runs.seen_by(caller(name="bob")).fork(run.run_id, ForkWish())


async def test_the_mandate_of_a_trigger_is_not_its_callers(system: MemorySystem) -> None:
    run = await system.runs.submit("news_reads", {}, mandate=Mandate(owner="hook:push"))
    assert run.owner == "hook:push"


async def test_who_does_not_see_a_run_does_not_answer_it(system: MemorySystem) -> None:
    run = await system.runs.seen_by(READER).submit("news_asks", {})
    async with asyncio.timeout(10):
        async for records in system.runs.follow(run.run_id):
            if any(record.type == "run_waiting" for record in records):
                break
    bob, path = caller(name="bob"), StepPath("ask")
    with pytest.raises(RunNotFound):
        await system.answers.seen_by(bob).answer(run.run_id, path, Answer(approved=True))
    await system.answers.seen_by(READER).answer(run.run_id, path, Answer(approved=True))
    assert (await system.finished(run.run_id)).status is RunStatus.SUCCESS


async def test_no_way_of_reading_shows_the_run_of_somebody_else(system: MemorySystem) -> None:
    run = await system.run("news_reads")
    bob, run_id, path = system.runs.seen_by(caller(name="bob")), run.run_id, StepPath("read")
    step_state = replace(run.steps[path], attempts=2)
    for asked in (
        bob.state(run_id),
        bob.summary(run_id),
        bob.hindsight(run_id, None),
        bob.logs(run_id, path),
        bob.attempts(run_id, step_state),
        anext(bob.follow(run_id)),
        bob.cancel(run_id),
        bob.resume(run_id),
        bob.delete(run_id),
    ):
        with pytest.raises(RunNotFound):
            await asked
    assert await bob.summaries([run_id]) == {}
    assert (await bob.list(RunFilter(), 10)).runs == ()
    assert (await bob.list(RunFilter(owner="local"), 10)).runs == ()
    assert (await system.runs.summary(run_id)).run_id == run_id
