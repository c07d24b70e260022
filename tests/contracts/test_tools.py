"""What every adapter of the `Tools` port does: functions in memory, a stdio server, an HTTP server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callsheet.access.patterns import Patterns
from callsheet.errors.tools import ToolFailed, ToolForbidden, ToolMissing, ToolTimeout
from callsheet.runs.events import RunId
from callsheet.runs.tools import ToolCall, ToolResult, Tools
from callsheet.scenario.json import Json
from callsheet.tools.memory import MemoryTools
from tests.support.servers.starting import call, echo_over_http, http, pool, raw, result_of

NAME = "here"


async def memory_echo(call: ToolCall) -> Json:
    """Give the arguments back."""
    return call.arguments


async def memory_meta(call: ToolCall) -> Json:
    return {"callsheet/idempotencyKey": call.idempotency_key, "callsheet/attempt": call.attempt}


async def memory_fail(call: ToolCall) -> Json:
    raise RuntimeError(call.arguments["message"])


async def memory_nap(call: ToolCall) -> Json:
    return await asyncio.get_running_loop().create_future()


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    with echo_over_http() as url:
        yield url


@pytest.fixture(params=["memory", "stdio", "http"])
async def tools(request: pytest.FixtureRequest) -> AsyncIterator[Tools]:
    match request.param:
        case "memory":
            yield MemoryTools(
                {NAME: {"echo": memory_echo, "meta": memory_meta, "fail": memory_fail, "nap": memory_nap}}
            )
        case "stdio":
            async with pool(raw(NAME)) as made:
                yield made
        case _:
            async with pool(http(request.getfixturevalue("web"), NAME)) as made:
                yield made


async def test_a_call_gives_back_what_the_tool_answered(tools: Tools) -> None:
    result = await result_of(tools, call("echo", server=NAME, value={"a": [1, None, "ß"]}))
    assert result.has_structured
    assert result.structured == {"value": {"a": [1, None, "ß"]}}


async def test_key_and_attempt_reach_the_tool(tools: Tools) -> None:
    result = await result_of(tools, call("meta", server=NAME, key="run-7/step-2"))
    assert isinstance(result.structured, dict)
    assert result.structured["callsheet/idempotencyKey"] == "run-7/step-2"
    assert result.structured["callsheet/attempt"] == 1


@pytest.mark.parametrize("server", [NAME, None])
async def test_a_tool_that_the_caller_may_not_call_is_refused_wherever_the_call_goes(
    tools: Tools, server: str | None
) -> None:
    async def answered(*patterns: str) -> ToolResult:
        return await result_of(tools, replace(call("echo", server=server), allowed=Patterns(patterns)))

    for patterns in ((), ("other/*",), (f"{NAME}/meta", "echo")):
        with pytest.raises(ToolForbidden, match=f"'{NAME}/echo'") as refused:
            await answered(*patterns)
        assert (refused.value.step_code, refused.value.ran) == ("ToolNotFound", False)
    assert (await answered("other/*", f"{NAME}/e*")).has_structured


async def test_nothing_is_held_for_a_run_whose_calls_have_ended_or_which_was_let_go(tools: Tools) -> None:
    run_id = RunId("018f6d7e-0000-7000-8000-000000000001")
    await tools.call(replace(call("echo", server=NAME), run_id=run_id))
    assert not tools.holds(run_id)
    tools.release(run_id)
    assert not tools.holds(run_id)


async def test_a_tool_that_fails_is_quoted(tools: Tools) -> None:
    with pytest.raises(ToolFailed, match="out of paper") as failed:
        await result_of(tools, call("fail", server=NAME, message="out of paper"))
    assert (failed.value.server, failed.value.tool, failed.value.ran) == (NAME, "fail", True)


async def test_an_unknown_tool_is_named_with_its_nearest(tools: Tools) -> None:
    with pytest.raises(ToolMissing, match=r"'ecko'.*Did you mean 'echo'"):
        await result_of(tools, call("ecko", server=NAME))


async def test_an_unknown_server_is_named_with_its_nearest(tools: Tools) -> None:
    with pytest.raises(ToolMissing, match=r"'hero'.*Did you mean 'here'"):
        await result_of(tools, call("echo", server="hero"))


async def test_a_tool_is_described_as_its_server_lists_it(tools: Tools) -> None:
    listed = {tool.name: tool for tool in (await tools.list()).tools}
    for name, tool in listed.items():
        found = await tools.describe(NAME, name)
        assert (found.tool, found.locked, found.drift) == (tool, None, None)


@pytest.mark.parametrize(
    ("server", "tool", "sentence"),
    [(NAME, "ecko", r"'ecko'.*Did you mean 'echo'"), ("hero", "echo", r"'hero'.*Did you mean 'here'")],
)
async def test_what_does_not_exist_is_not_described(tools: Tools, server: str, tool: str, sentence: str) -> None:
    with pytest.raises(ToolMissing, match=sentence):
        await tools.describe(server, tool)


async def test_a_call_without_a_server_goes_to_the_only_one_that_offers_the_tool(tools: Tools) -> None:
    result = await result_of(tools, call("echo", server=None, value=1))
    assert result.structured == {"value": 1}


async def test_a_call_ends_at_its_deadline(tools: Tools) -> None:
    await result_of(tools, call("echo", server=NAME))  # connected
    with pytest.raises(ToolTimeout, match=r"within 0\.2 s"):
        await result_of(tools, call("nap", server=NAME, timeout=0.2))


async def test_a_cancelled_caller_leaves_and_others_stay(tools: Tools) -> None:
    napping = asyncio.create_task(result_of(tools, call("nap", server=NAME)))
    assert (await result_of(tools, call("echo", server=NAME, value=1))).structured == {"value": 1}
    napping.cancel()
    async with asyncio.timeout(2):
        await asyncio.wait({napping})
    assert napping.cancelled()
    assert (await result_of(tools, call("echo", server=NAME, value=2))).structured == {"value": 2}


async def test_many_calls_at_once_get_each_its_own_answer(tools: Tools) -> None:
    results = await asyncio.gather(
        *(result_of(tools, call("echo", server=NAME, timeout=None, value=n)) for n in range(256))
    )
    assert [result.structured for result in results] == [{"value": n} for n in range(256)]


async def test_the_list_names_every_tool_with_its_schema(tools: Tools) -> None:
    listing = await tools.list()
    found = {tool.name: tool for tool in listing.tools}
    assert {"echo", "meta", "fail", "nap"} <= set(found)
    assert found["echo"].server == NAME
    assert found["echo"].input_schema["type"] == "object"
    assert not listing.unavailable


async def test_the_tools_as_they_were_listed_last_are_those_of_the_list(tools: Tools) -> None:
    assert (await tools.recent()).tools == (await tools.list()).tools


async def test_a_server_that_answered_is_connected(tools: Tools) -> None:
    await result_of(tools, call("echo", server=NAME))
    (state,) = tools.servers()
    assert (state.name, state.connected, state.error) == (NAME, True, None)


async def test_a_server_was_last_seen_when_it_last_answered(tools: Tools) -> None:
    (before,) = tools.servers()
    assert before.last_seen is None
    began = datetime.now(UTC)
    await result_of(tools, call("echo", server=NAME))
    (first,) = tools.servers()
    assert first.last_seen is not None
    assert began <= first.last_seen <= datetime.now(UTC)
    with pytest.raises(ToolMissing):
        await result_of(tools, call("ecko", server=NAME))
    with pytest.raises(ToolTimeout):
        await result_of(tools, call("nap", server=NAME, timeout=0.2))
    (same,) = tools.servers()
    assert same.last_seen == first.last_seen
    with pytest.raises(ToolFailed):
        await result_of(tools, call("fail", server=NAME, message="out of paper"))
    (later,) = tools.servers()
    assert later.last_seen is not None
    assert later.last_seen > first.last_seen
