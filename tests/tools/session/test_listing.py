"""Tool lists: their pages, their changes, their faults, and servers that have none."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.errors.tools import ServerUnavailable, ToolMissing, ToolTimeout, TransportLost
from callsheet.runs.tools import ToolInfo
from callsheet.tools.servers import ServerOptions, StdioServer
from callsheet.tools.session.listing import SHORTEST_LIFE, Listing, ListUnusable, LiveListing
from tests.support.servers.starting import call, pool, raw, result_of


def info(name: str) -> ToolInfo:
    return ToolInfo(server="s", name=name, description="", input_schema={"type": "object"})


def listing(*names: str) -> Listing:
    return Listing(tools={name: info(name) for name in names}, life=60.0)


class Times:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Shelf:
    """A server's list that a test changes; counts its readers."""

    def __init__(self) -> None:
        self.answers: list[Listing | Exception] = []
        self.reads = 0

    async def read(self) -> Listing:
        self.reads += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_all_pages_are_read() -> None:
    async with pool(raw("whole"), raw("paged", "--list", "pages", "--name", "whole")) as tools:
        listed = await tools.list()
    whole = {tool.name for tool in listed.tools if tool.server == "whole"}
    paged = {tool.name for tool in listed.tools if tool.server == "paged"}
    assert len(paged) >= 8
    assert paged - {"later", "only_whole"} == whole - {"only_here"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("endless", "more than 100 pages"), ("loop", "a page it already gave"), ("bad", "not MCP: tools")],
)
async def test_a_list_that_cannot_be_used_is_told(fault: str, reason: str) -> None:
    async with pool(raw("raw", "--list", fault)) as tools:
        with pytest.raises(ServerUnavailable, match=reason):
            await result_of(tools, call("echo"))


async def test_dead_servers_do_not_hide_the_others() -> None:
    slow = ServerOptions(connect_timeout=0.5)
    dead = StdioServer(name="dead", command="no-such-program")
    async with pool(dead, raw("hung", "--start", "hang", options=slow), raw("alive")) as tools:
        listed = await tools.list()
        assert {tool.server for tool in listed.tools} == {"alive"}
        assert set(listed.unavailable) == {"dead", "hung"}
        assert "not found on PATH" in listed.unavailable["dead"]
        assert [(state.name, state.connected) for state in tools.servers()] == [
            ("dead", False),
            ("hung", False),
            ("alive", True),
        ]
        assert (await result_of(tools, call("echo", server="alive", x=1))).structured == {"x": 1}
        assert (await result_of(tools, call("echo", server=None, x=1))).structured == {"x": 1}
        with pytest.raises(ServerUnavailable, match=r"'dead': .*'hung': "):
            await result_of(tools, call("unheard_of", server=None))


async def test_looking_for_a_tools_server_ends_at_the_calls_deadline() -> None:
    async with pool(raw("hung", "--start", "hang"), raw("alive")) as tools:
        with pytest.raises(ToolTimeout, match="which tool server offers 'echo'"):
            await result_of(tools, call("echo", server=None, timeout=0.3))


async def test_the_time_of_a_call_goes_on_while_its_server_is_looked_for() -> None:
    async with pool(raw("slow", "--start", "slow")) as tools:
        with pytest.raises(ToolTimeout, match=r"gave no answer within [0-2]\.\d+ s"):
            await result_of(tools, call("nap", server=None, timeout=3.0))


async def test_a_tool_of_several_servers_needs_a_server() -> None:
    async with pool(raw("a", "--name", "a"), raw("b", "--name", "b")) as tools:
        with pytest.raises(ToolMissing, match=r"'a', 'b'.*Write which one under 'server'"):
            await result_of(tools, call("echo", server=None))
        with pytest.raises(ToolMissing, match="Did you mean 'echo'"):
            await result_of(tools, call("ecko", server=None))
        listed = await tools.list()
        assert [tool.server for tool in listed.tools if tool.name.startswith("only_")] == ["a", "b"]


async def test_only_the_allowed_tools_exist() -> None:
    async with pool(raw(options=ServerOptions(tools=frozenset({"echo"})))) as tools:
        assert [tool.name for tool in (await tools.list()).tools] == ["echo"]
        with pytest.raises(ToolMissing, match="'tools' in mcp"):
            await result_of(tools, call("nap"))


async def test_a_change_that_the_server_announces_is_seen_by_the_next_call() -> None:
    async with pool(raw()) as tools:
        with pytest.raises(ToolMissing):
            await result_of(tools, call("later"))
        await result_of(tools, call("misbehave", how="changed"))
        assert (await result_of(tools, call("later", x=1))).structured == {"x": 1}


async def test_a_server_is_asked_for_its_recent_tools_when_they_are_over_or_changed_and_not_before(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        first = await tools.recent()
        assert (await tools.recent()).tools == first.tools
        with pytest.raises(TransportLost):
            await result_of(tools, call("misbehave", how="crash"))
        assert (await tools.recent()).tools == first.tools
        assert not tools.servers()[0].connected
        assert ledger.read_text(encoding="utf-8").count("tools/list") == 1
        await result_of(tools, call("misbehave", how="changed"))
        assert {tool.name for tool in (await tools.recent()).tools} > {tool.name for tool in first.tools}


async def test_a_list_past_its_life_is_not_kept_for_a_server_that_is_gone() -> None:
    times = Times()
    live = LiveListing(listing("a"), Shelf().read, times)
    assert live.kept() == listing("a")
    times.now = 61.0
    assert live.kept() is None
    times.now = 0.0
    live.mark_changed()
    assert live.kept() is None


async def test_a_list_past_its_life_is_renewed_behind_the_callers_back() -> None:
    times, shelf = Times(), Shelf()
    shelf.answers = [listing("b")]
    live = LiveListing(listing("a"), shelf.read, times)
    times.now = 59.0
    assert live.known() == listing("a")
    assert shelf.reads == 0
    times.now = 61.0
    assert live.known() == listing("a")
    assert await live.fresh() == listing("b")
    assert live.known() == listing("b")
    assert shelf.reads == 1


async def test_a_list_that_cannot_be_renewed_serves_on() -> None:
    times, shelf = Times(), Shelf()
    shelf.answers = [ListUnusable("no"), listing("b")]
    live = LiveListing(listing("a"), shelf.read, times)
    times.now = 61.0
    with pytest.raises(ListUnusable):
        await live.fresh()
    assert live.known() == listing("a")
    times.now = 67.0
    assert await live.fresh() == listing("b")


async def test_a_list_that_could_not_be_renewed_is_no_younger_for_it() -> None:
    times, shelf = Times(), Shelf()
    shelf.answers = [ListUnusable("no"), listing("b")]
    live = LiveListing(replace(listing("a"), life=SHORTEST_LIFE), shelf.read, times)
    times.now = 10.0
    with pytest.raises(ListUnusable):
        await live.fresh(not_older_than=1.0)
    assert await live.fresh(not_older_than=1.0) == listing("b")


async def test_those_who_ask_at_once_share_one_reading_and_its_end() -> None:
    shelf = Shelf()
    shelf.answers = [listing("b")]
    live = LiveListing(listing("a"), shelf.read, Times())
    assert await asyncio.gather(live.fresh(), live.fresh()) == [listing("b")] * 2
    assert shelf.reads == 1


async def test_a_reading_that_the_sessions_end_cuts_short_is_a_failure_not_a_cancellation() -> None:
    async def never() -> Listing:
        return await asyncio.get_running_loop().create_future()

    live = LiveListing(listing("a"), never, Times())
    asking = asyncio.create_task(live.fresh())
    await asyncio.sleep(0)
    await live.close()
    with pytest.raises(ListUnusable, match="the session ended"):
        await asking
