"""The connections to one server: its copies, one per run, and a circuit that opens for all of them."""

import asyncio
from dataclasses import replace

import pytest

from callsheet.errors.tools import ServerUnavailable, ToolTimeout, TransportLost
from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.runs.tools import Tools
from callsheet.scenario.json import Json
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import call, http, over_http, pool, raw, result_of

ONE, TWO = RunId("00000000-0000-7000-8000-000000000001"), RunId("00000000-0000-7000-8000-000000000002")
PER_RUN = ServerOptions(scope="run")


async def process_of(tools: Tools, run_id: RunId | None) -> Json:
    """Which process of the server answers the run."""
    return (await result_of(tools, replace(call("pid"), run_id=run_id))).structured


async def test_each_run_has_a_server_of_its_own_for_all_its_calls() -> None:
    async with pool(raw(options=PER_RUN)) as tools:
        first, second = await process_of(tools, ONE), await process_of(tools, TWO)
        assert first != second
        assert await process_of(tools, ONE) == first
        assert await process_of(tools, None) not in (first, second)


async def test_calls_of_one_run_at_once_share_its_server() -> None:
    async with pool(raw(options=PER_RUN)) as tools:
        processes = await asyncio.gather(*(process_of(tools, ONE) for _ in range(10)))
        assert processes.count(processes[0]) == 10


async def test_the_end_of_a_run_ends_its_server() -> None:
    async with pool(raw(options=PER_RUN)) as tools:
        first = await process_of(tools, ONE)
        tools.release(ONE)
        tools.release(TWO)
        assert await process_of(tools, ONE) != first


async def test_only_so_many_runs_have_one_and_the_others_wait_within_their_deadline() -> None:
    async with pool(raw(options=ServerOptions(scope="run", max_in_flight=1))) as tools:
        await process_of(tools, ONE)
        with pytest.raises(ToolTimeout, match="a connection of its own"):
            await tools.call(replace(call("echo", timeout=0.1), run_id=TWO))
        waiting = asyncio.create_task(process_of(tools, TWO))
        await asyncio.sleep(0)
        tools.release(ONE)
        async with asyncio.timeout(20):
            await waiting


async def test_a_connection_that_nobody_uses_is_closed() -> None:
    async with pool(raw(options=ServerOptions(scope="run", held_for=0.2))) as tools:
        first = await process_of(tools, ONE)
        async with asyncio.timeout(20):
            while await process_of(tools, ONE) == first:
                await process_of_later(tools)


async def process_of_later(tools: ToolPool) -> None:
    """Return after half a second in which other runs are served."""
    loop = asyncio.get_running_loop()
    until = loop.time() + 0.5
    while loop.time() < until:
        await process_of(tools, None)


async def test_copies_share_the_calls() -> None:
    async with pool(raw(options=ServerOptions(processes=3))) as tools:
        naps = [asyncio.create_task(tools.call(call("nap"))) for _ in range(2)]
        async with asyncio.timeout(20):
            while sum(state.in_flight for state in tools.servers()) < 2:
                await give_way()
        processes = {str(await process_of(tools, None)) for _ in range(5)}
        assert len(processes) == 1  # the third one, as the least busy
        for nap in naps:
            nap.cancel()
        await asyncio.wait(naps)


async def test_a_server_that_breaks_again_and_again_is_left_alone_until_one_call_succeeds() -> None:
    async with pool(raw(), jitter=0.0) as tools:
        for _ in range(5):
            with pytest.raises((TransportLost, ServerUnavailable)):
                await tools.call(call("misbehave", how="crash"))
        (state,) = tools.servers()
        assert state.circuit == "open"
        assert state.retry_in is not None
        with pytest.raises(ServerUnavailable, match="the next attempt is due"):
            await tools.call(call("echo"))
        async with asyncio.timeout(20):
            while True:
                try:
                    await tools.call(call("echo"))
                    break
                except ServerUnavailable:
                    await asyncio.sleep(0.05)
        (state,) = tools.servers()
        assert (state.circuit, state.retry_in, state.error) == ("closed", None, None)


async def test_tools_that_fail_do_not_open_the_circuit() -> None:
    async with pool(raw()) as tools:
        for _ in range(20):
            with pytest.raises(Exception, match="no such argument"):
                await tools.call(call("misbehave", how="error"))
        (state,) = tools.servers()
        assert state.circuit == "closed"


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_of_2024_is_found_out_and_remembered(transport: str) -> None:
    with over_http("asking.py", "--sse") as url:
        server = replace(http(url), transport=transport)
        async with pool(server) as tools:
            for number in range(3):
                outcome = await result_of(tools, call("echo", server="web", number=number))
                assert outcome.structured == {"number": number}
            (state,) = tools.servers()
            assert (state.transport, state.protocol) == ("sse", "2025-11-25")


async def test_calls_over_the_old_transport_do_not_wait_for_each_other() -> None:
    with over_http("asking.py", "--sse") as url:
        async with pool(replace(http(url), transport="sse")) as tools:
            slow = asyncio.create_task(tools.call(call("crawl", server="web", beats=1000)))
            results = await asyncio.gather(*(result_of(tools, call("echo", server="web", n=n)) for n in range(32)))
            assert [each.structured for each in results] == [{"n": n} for n in range(32)]
            slow.cancel()
            await asyncio.wait({slow})
