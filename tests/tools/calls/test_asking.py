"""Tools that ask, work as tasks, and say what they do: both eras of the protocol, over both transports."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.errors.tools import BadOutput, ContinuationExpired, HeldCallLost, ToolFailed, ToolTimeout, TransportLost
from callsheet.runs.events import RunId
from callsheet.runs.tools import (
    ElicitationAction,
    ElicitationAnswer,
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolOutcome,
    ToolResult,
)
from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import asking, call, http, over_http, pool

RUN = RunId("76d6903c-f520-4a40-b0fc-8fed3f7955d2")
OSLO = ElicitationAnswer(action=ElicitationAction.ACCEPT, content={"city": "Oslo"})
NO = ElicitationAnswer(action=ElicitationAction.DECLINE)


class Heard:
    """A `CallListener` that remembers."""

    def __init__(self) -> None:
        self.words: list[Json] = []
        self.said = asyncio.Event()

    def progress(self, progress: float, total: float | None, message: str) -> None:
        self.words.append([progress, total, message])
        self.said.set()

    def log(self, level: str, logger: str, data: Json) -> None:
        self.words.append([level, logger, data])
        self.said.set()


class House:
    """A pool over one asking server, and its ledger."""

    def __init__(self, tools: ToolPool, ledger: Path) -> None:
        self.tools = tools
        self._ledger = ledger

    def ledger(self) -> list[JsonObject]:
        return [json.loads(line) for line in self._ledger.read_text().splitlines()]


@pytest.fixture(params=["stdio", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def options() -> ServerOptions:
    return ServerOptions()


async def opened(stack: AsyncExitStack, transport: str, ledger: Path, options: ServerOptions, *args: str) -> House:
    given = (*args, "--ledger", str(ledger))
    if transport == "stdio":
        server = asking("asking", *given, options=options)
    else:
        url = stack.enter_context(over_http("asking.py", *given))
        server = replace(http(url, "asking"), options=options)
    return House(await stack.enter_async_context(pool(server)), ledger)


@pytest.fixture
async def modern(transport: str, tmp_path: Path, options: ServerOptions) -> AsyncGenerator[House]:
    async with AsyncExitStack() as stack:
        yield await opened(stack, transport, tmp_path / "ledger", options)


@pytest.fixture
async def legacy(transport: str, tmp_path: Path, options: ServerOptions) -> AsyncGenerator[House]:
    async with AsyncExitStack() as stack:
        yield await opened(stack, transport, tmp_path / "ledger", options, "--legacy")


@pytest.fixture(params=["modern", "legacy"])
async def house(
    request: pytest.FixtureRequest, transport: str, tmp_path: Path, options: ServerOptions
) -> AsyncGenerator[House]:
    era = ["--legacy"] if request.param == "legacy" else []
    async with AsyncExitStack() as stack:
        yield await opened(stack, transport, tmp_path / "ledger", options, *era)


def ask(tool: str, **arguments: Json) -> ToolCall:
    return replace(call(tool, server="asking", timeout=20), arguments=arguments, run_id=RUN)


async def asked(tools: ToolPool, request: ToolCall) -> InputRequired:
    outcome = await tools.call(request)
    assert isinstance(outcome, InputRequired)
    return outcome


def answer(request: ToolCall, question: InputRequired, given: ElicitationAnswer = OSLO) -> ToolCall:
    answers = {each.key: given for each in question.requests}
    return replace(request, continuation=question.continuation, answers=answers)


def structured(outcome: ToolOutcome) -> Json:
    assert isinstance(outcome, ToolResult)
    return outcome.structured


async def test_progress_and_logs_come_in_order_and_before_the_result(house: House) -> None:
    heard = Heard()
    outcome = await house.tools.call(replace(ask("report"), listener=heard))
    assert structured(outcome) == {"ok": True}
    assert [word for word in heard.words if isinstance(word, list) and word[0] != "info"] == [
        [number, 4, f"part {number}"] for number in (1, 2, 3, 4)
    ]
    assert [word for word in heard.words if isinstance(word, list) and word[0] == "info"] == [
        ["info", "asking", f"line {number}"] for number in (1, 2, 3, 4)
    ]


async def test_a_question_is_answered_and_the_tool_goes_on(house: House) -> None:
    request = ask("book")
    question = await asked(house.tools, request)
    (only,) = question.requests
    assert (only.message, only.url) == ("Where to? (1)", None)
    assert only.form_schema == {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    outcome = await house.tools.call(answer(request, question))
    assert structured(outcome) == {"action": "accept", "content": {"city": "Oslo"}}


async def test_every_leg_carries_the_same_arguments_and_idempotency_key(modern: House) -> None:
    request = ask("book", rounds=2)
    question = await asked(modern.tools, request)
    question = await asked(modern.tools, answer(request, question))
    await modern.tools.call(answer(request, question))
    entries = modern.ledger()
    assert [entry["state"] for entry in entries] == [None, "1", "2"]
    assert [entry["arguments"] for entry in entries] == [{"rounds": 2}] * 3
    keys = [meta["callsheet/idempotencyKey"] for entry in entries if isinstance(meta := entry["meta"], dict)]
    assert keys == ["key-1"] * 3


async def test_a_tool_may_ask_again(house: House) -> None:
    request = ask("book", rounds=2)
    question = await asked(house.tools, request)
    question = await asked(house.tools, answer(request, question))
    assert question.requests[0].message == "Where to? (2)"
    assert structured(await house.tools.call(answer(request, question, NO))) == {"action": "decline", "content": None}


@pytest.mark.parametrize("action", [ElicitationAction.DECLINE, ElicitationAction.CANCEL])
async def test_the_tool_decides_what_a_refusal_means(house: House, action: ElicitationAction) -> None:
    request = ask("book")
    question = await asked(house.tools, request)
    outcome = await house.tools.call(answer(request, question, ElicitationAnswer(action=action)))
    assert structured(outcome) == {"action": action.value, "content": None}


async def test_another_pool_and_another_server_process_go_on_with_a_question_of_2026(
    transport: str, tmp_path: Path
) -> None:
    request = ask("book")
    async with AsyncExitStack() as stack:
        house = await opened(stack, transport, tmp_path / "first", ServerOptions())
        question = await asked(house.tools, request)
    async with AsyncExitStack() as stack:
        house = await opened(stack, transport, tmp_path / "second", ServerOptions())
        outcome = await house.tools.call(answer(request, question))
        assert structured(outcome) == {"action": "accept", "content": {"city": "Oslo"}}
        assert len(house.ledger()) == 1


async def test_a_call_that_was_held_elsewhere_is_lost(transport: str, tmp_path: Path) -> None:
    request = ask("book")
    async with AsyncExitStack() as stack:
        house = await opened(stack, transport, tmp_path / "first", ServerOptions(), "--legacy")
        question = await asked(house.tools, request)
    async with AsyncExitStack() as stack:
        house = await opened(stack, transport, tmp_path / "second", ServerOptions(), "--legacy")
        with pytest.raises(HeldCallLost, match="not open any more"):
            await house.tools.call(answer(request, question))


async def test_a_held_call_takes_no_place_of_the_calls_at_work(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        options = ServerOptions(max_in_flight=1)
        house = await opened(stack, "stdio", tmp_path / "ledger", options, "--legacy")
        request = ask("book")
        question = await asked(house.tools, request)
        assert structured(await house.tools.call(ask("echo", n=1))) == {"n": 1}
        (state,) = house.tools.servers()
        assert (state.in_flight, state.waiting) == (0, 0)
        outcome = await house.tools.call(answer(request, question))
        assert structured(outcome) == {"action": "accept", "content": {"city": "Oslo"}}


async def test_several_held_calls_get_each_their_own_answer(legacy: House) -> None:
    cities = ["Oslo", "Rome", "Bonn"]
    questions = [(ask("book"), await asked(legacy.tools, ask("book"))) for _ in cities]
    for city, (request, question) in zip(reversed(cities), reversed(questions), strict=True):
        given = ElicitationAnswer(action=ElicitationAction.ACCEPT, content={"city": city})
        outcome = await legacy.tools.call(answer(request, question, given))
        assert structured(outcome) == {"action": "accept", "content": {"city": city}}


async def test_a_question_amid_several_calls_is_cancelled_and_from_then_on_they_wait_for_each_other(
    legacy: House,
) -> None:
    heard = Heard()
    slow = asyncio.create_task(legacy.tools.call(replace(ask("crawl", beats=200), listener=heard)))
    async with asyncio.timeout(20):
        await heard.said.wait()
    outcome = await legacy.tools.call(ask("book"))
    assert structured(outcome) == {"action": "cancel", "content": None}
    assert any(isinstance(word, list) and "the server's option 'elicits'" in str(word[2]) for word in heard.words)
    slow.cancel()
    await asyncio.wait({slow})
    both = await asyncio.gather(legacy.tools.call(ask("book")), legacy.tools.call(ask("book")))
    assert [type(each) for each in both] == [InputRequired, InputRequired]


async def test_a_run_that_ended_lets_its_held_calls_go(legacy: House) -> None:
    request = ask("book")
    question = await asked(legacy.tools, request)
    assert legacy.tools.holds(RUN)
    legacy.tools.release(RUN)
    assert not legacy.tools.holds(RUN)
    with pytest.raises(HeldCallLost):
        await legacy.tools.call(answer(request, question))
    assert structured(await legacy.tools.call(ask("echo", n=1))) == {"n": 1}


async def test_a_call_is_not_held_longer_than_the_option_says(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(held_for=0.01), "--legacy")
        request = ask("book")
        question = await asked(house.tools, request)
        assert structured(await house.tools.call(ask("crawl", beats=2))) == {"beats": 2}
        assert not house.tools.holds(RUN)
        with pytest.raises(HeldCallLost):
            await house.tools.call(answer(request, question))


async def test_state_alone_is_sent_back_without_bothering_anybody(modern: House) -> None:
    assert structured(await modern.tools.call(ask("wander"))) == {"done": 3}


async def test_state_that_the_server_forgot_is_told_apart(modern: House) -> None:
    request = ask("book", forget=True)
    question = await asked(modern.tools, request)
    with pytest.raises(ContinuationExpired):
        await modern.tools.call(answer(request, question))


async def test_a_tool_that_asks_without_end_fails(modern: House) -> None:
    request = ask("book", rounds=50)
    question = await asked(modern.tools, request)
    for _ in range(9):
        question = await asked(modern.tools, answer(request, question))
    with pytest.raises(ToolFailed, match="asked 10 times"):
        await modern.tools.call(answer(request, question))


async def test_a_link_is_a_question_and_its_answer_is_that_the_person_went_there(modern: House) -> None:
    request = ask("pay")
    question = await asked(modern.tools, request)
    assert [(each.message, each.url, each.form_schema) for each in question.requests] == [
        ("Pay here.", "https://pay.example/1", None)
    ]
    gone = ElicitationAnswer(action=ElicitationAction.ACCEPT)
    assert structured(await modern.tools.call(answer(request, question, gone))) == {"paid": "accept"}


async def test_the_links_of_2025_are_questions_too(legacy: House) -> None:
    request = ask("pay")
    question = await asked(legacy.tools, request)
    assert [each.url for each in question.requests] == ["https://pay.example/1"]
    with pytest.raises(ToolFailed, match="declined"):
        await legacy.tools.call(answer(request, question, NO))
    gone = ElicitationAnswer(action=ElicitationAction.ACCEPT)
    again = replace(answer(request, question, gone), arguments={"paid": True})
    assert structured(await legacy.tools.call(again)) == {"paid": True}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://a.example/\n", "h" * 5_000])
async def test_a_link_that_is_no_web_address_is_refused(url: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions())
        with pytest.raises(BadOutput, match="no web address"):
            await house.tools.call(ask("pay", url=url))


async def test_models_are_not_lent_to_tool_servers(modern: House) -> None:
    with pytest.raises(BadOutput, match="sampling/createMessage"):
        await modern.tools.call(ask("sample"))


async def created(house: House, **arguments: Json) -> tuple[ToolCall, TaskCreated]:
    request = ask("work", **arguments)
    outcome = await house.tools.call(request)
    assert isinstance(outcome, TaskCreated)
    return request, outcome


async def test_a_task_is_waited_for_and_its_result_is_the_calls(modern: House) -> None:
    request, task = await created(modern)
    heard = Heard()
    outcome = await modern.tools.call(replace(request, continuation=task.continuation, listener=heard))
    assert structured(outcome) == {"polls": True, "answers": None}
    assert heard.words == [["info", "task", "look 1"], ["info", "task", "look 2"]]


async def test_a_task_waits_for_a_sign_in_and_its_tool_is_not_called_again(tmp_path: Path) -> None:
    with over_http("asking.py", "--refused-looks", "2", "--ledger", str(tmp_path / "ledger")) as url:
        async with pool(http(url, "asking")) as tools:
            house = House(tools, tmp_path / "ledger")
            request, task = await created(house)
            outcome = await tools.call(replace(request, continuation=task.continuation))
        assert structured(outcome) == {"polls": True, "answers": None}
        assert sum("tool" in entry for entry in house.ledger()) == 1


async def test_another_pool_goes_on_with_a_task(tmp_path: Path) -> None:
    with over_http("asking.py", "--ledger", str(tmp_path / "ledger")) as url:
        async with pool(http(url, "asking")) as first:
            house = House(first, tmp_path / "ledger")
            request, task = await created(house)
        async with pool(http(url, "asking")) as second:
            outcome = await second.call(replace(request, continuation=task.continuation))
        assert structured(outcome) == {"polls": True, "answers": None}
        assert sum("tool" in entry for entry in house.ledger()) == 1


async def test_a_task_whose_tool_is_not_listed_any_more_gives_its_result(tmp_path: Path) -> None:
    with over_http("asking.py", "--ledger", str(tmp_path / "ledger")) as url:
        async with pool(http(url, "asking")) as first:
            request, task = await created(House(first, tmp_path / "ledger"))
        async with pool(http(url, "asking", options=ServerOptions(tools=frozenset({"echo"})))) as second:
            outcome = await second.call(replace(request, continuation=task.continuation))
    assert structured(outcome) == {"polls": True, "answers": None}


async def test_nobody_waits_for_a_task_after_the_pool_was_closed(tmp_path: Path) -> None:
    async with pool(asking("asking", "--ledger", str(tmp_path / "ledger"))) as tools:
        request, task = await created(House(tools, tmp_path / "ledger"), never=True)
        heard = Heard()
        leg = replace(request, continuation=task.continuation, listener=heard, timeout=None)
        waiting = asyncio.create_task(tools.call(leg))
        async with asyncio.timeout(10):
            await heard.said.wait()
    async with asyncio.timeout(10):
        with pytest.raises(TransportLost, match="still at work"):
            await waiting


async def test_a_task_may_ask_and_is_answered_once(modern: House) -> None:
    request, task = await created(modern, ask=True)
    question = await asked(modern.tools, replace(request, continuation=task.continuation))
    assert question.requests[0].message == "Which one?"
    outcome = await modern.tools.call(answer(request, question))
    expected = {"which": {"action": "accept", "content": {"city": "Oslo"}}}
    assert structured(outcome) == {"polls": True, "answers": expected}
    assert sum(entry.get("task") == "update" for entry in modern.ledger()) == 1


async def test_a_task_that_failed_tells_why(modern: House) -> None:
    request, task = await created(modern, fail=True)
    with pytest.raises(ToolFailed, match="the machine broke"):
        await modern.tools.call(replace(request, continuation=task.continuation))


async def test_a_task_that_its_server_does_not_know_is_lost(modern: House) -> None:
    with pytest.raises(HeldCallLost, match="Unknown task task-9"):
        await modern.tools.call(replace(ask("work"), continuation='{"task":"task-9","poll":1,"asked":[]}'))


async def test_a_task_that_takes_too_long_is_told_to_stop(modern: House) -> None:
    request, task = await created(modern, never=True)
    with pytest.raises(ToolTimeout, match="asked to stop"):
        await modern.tools.call(replace(request, continuation=task.continuation, timeout=0.5))
    await modern.tools.close()
    assert modern.ledger()[-1] == {"task": "cancel", "task_id": "task-1"}


async def test_the_end_of_a_run_stops_its_tasks(modern: House) -> None:
    request, task = await created(modern, never=True)
    heard = Heard()
    waiting = asyncio.create_task(modern.tools.call(replace(request, continuation=task.continuation, listener=heard)))
    async with asyncio.timeout(20):
        await heard.said.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    modern.tools.release(RUN)
    await modern.tools.close()
    assert modern.ledger()[-1] == {"task": "cancel", "task_id": "task-1"}


async def waited_for(house: House, **arguments: Json) -> ToolOutcome:
    request, task = await created(house, **arguments)
    return await house.tools.call(replace(request, continuation=task.continuation))


async def test_a_task_that_nobody_waits_for_yet_is_stopped_with_its_run_too(modern: House) -> None:
    await created(modern, never=True)
    modern.tools.release(RUN)
    await modern.tools.close()
    assert modern.ledger()[-1] == {"task": "cancel", "task_id": "task-1"}


async def test_tasks_of_one_name_end_each_for_itself(modern: House) -> None:
    request, task = await created(modern, id="same", never=True)
    hurried = asyncio.create_task(modern.tools.call(replace(request, continuation=task.continuation, timeout=1.5)))
    patient = asyncio.create_task(modern.tools.call(replace(request, continuation=task.continuation, timeout=2.0)))
    for waiting in (hurried, patient):
        with pytest.raises(ToolTimeout):
            await waiting


async def test_a_look_at_a_task_that_is_not_answered_is_made_again(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "http", tmp_path / "ledger", ServerOptions(call_timeout=1.0))
        request, task = await created(house, mute=1)
        outcome = await house.tools.call(replace(request, continuation=task.continuation))
        assert structured(outcome) == {"polls": True, "answers": None}


async def test_a_server_that_cannot_tell_of_its_task_for_a_moment_keeps_it(modern: House) -> None:
    assert structured(await waited_for(modern, hiccups=2)) == {"polls": True, "answers": None}


async def test_what_a_server_tells_of_another_task_is_not_the_result(modern: House) -> None:
    with pytest.raises(BadOutput, match="told of another one"):
        await waited_for(modern, mixes_up=True)


async def test_of_tasks_of_one_name_each_copy_of_a_server_gives_its_own(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(processes=2))
        heard = Heard()
        first, one = await created(house, id="same", gives={"task": 1})
        busy = asyncio.create_task(house.tools.call(replace(ask("crawl", beats=100), listener=heard)))
        async with asyncio.timeout(20):
            await heard.said.wait()
        second, two = await created(house, id="same", gives={"task": 2})
        busy.cancel()
        outcomes = [
            await house.tools.call(replace(request, continuation=task.continuation))
            for request, task in ((first, one), (second, two))
        ]
        assert [structured(outcome) for outcome in outcomes] == [
            {"polls": True, "answers": None, "task": 1},
            {"polls": True, "answers": None, "task": 2},
        ]


async def test_an_answer_that_mcp_cannot_carry_ends_the_call_and_nothing_stays_behind(legacy: House) -> None:
    request = ask("book", nested=True)
    question = await asked(legacy.tools, request)
    nested = ElicitationAnswer(action=ElicitationAction.ACCEPT, content={"to": {"city": "Oslo"}})
    with pytest.raises(BadOutput, match="does not carry"):
        await legacy.tools.call(answer(request, question, nested))
    question = await asked(legacy.tools, ask("book"))
    outcome = await legacy.tools.call(answer(ask("book"), question))
    assert structured(outcome) == {"action": "accept", "content": {"city": "Oslo"}}


async def test_a_held_call_that_goes_on_waits_for_its_turn_and_may_ask_again(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(elicits=True), "--legacy")
        request = ask("book", rounds=2)
        question = await asked(house.tools, request)
        heard = Heard()
        other = asyncio.create_task(house.tools.call(replace(ask("crawl", beats=20), listener=heard)))
        async with asyncio.timeout(20):
            await heard.said.wait()
        question = await asked(house.tools, answer(request, question))
        assert question.requests[0].message == "Where to? (2)"
        assert structured(await other) == {"beats": 20}
        outcome = await house.tools.call(answer(request, question))
        assert structured(outcome) == {"action": "accept", "content": {"city": "Oslo"}}


async def test_a_held_call_that_is_lost_while_it_waits_for_its_turn_is_a_lost_call(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(elicits=True), "--legacy")
        question = await asked(house.tools, ask("book"))
        heard = Heard()
        other = asyncio.create_task(house.tools.call(replace(ask("crawl", beats=1, dies=True), listener=heard)))
        async with asyncio.timeout(20):
            await heard.said.wait()
        with pytest.raises(HeldCallLost):
            await house.tools.call(answer(ask("book"), question))
        with pytest.raises(TransportLost):
            await other


async def test_a_call_whose_connection_is_lost_while_it_waits_for_its_turn_is_made_over_another(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(elicits=True), "--legacy")
        heard = Heard()
        other = asyncio.create_task(house.tools.call(replace(ask("crawl", beats=1, dies=True), listener=heard)))
        async with asyncio.timeout(20):
            await heard.said.wait()
        assert structured(await house.tools.call(ask("echo", n=1))) == {"n": 1}
        with pytest.raises(TransportLost):
            await other


@pytest.mark.parametrize("continuation", ["", "{}", "[1]", '{"held": 5}', '{"input": null}', "null"])
async def test_what_is_no_continuation_is_a_lost_call(continuation: str) -> None:
    async with pool(asking()) as tools:
        with pytest.raises(HeldCallLost, match="cannot be read"):
            await tools.call(replace(ask("book"), continuation=continuation))


async def test_progress_keeps_an_idle_timeout_from_firing(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(idle_timeout=1.0))
        assert structured(await house.tools.call(ask("crawl", beats=30))) == {"beats": 30}


async def test_a_silent_tool_meets_the_idle_timeout_before_its_own(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, "stdio", tmp_path / "ledger", ServerOptions(idle_timeout=0.5))
        with pytest.raises(ToolTimeout, match="no sign of life"):
            await house.tools.call(ask("crawl", beats=1, then=60))
