"""`scope: run` at its edges: calls outside of runs, runs that wait for a connection, runs that end early."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.errors.tools import ServerUnavailable, ToolTimeout
from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.runs.tools import ElicitationAction, ElicitationAnswer, InputRequired, TaskCreated, Tools
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import asking, call, pool, raw, result_of

ONE, TWO = RunId("00000000-0000-7000-8000-000000000001"), RunId("00000000-0000-7000-8000-000000000002")
PER_RUN = ServerOptions(scope="run")
ONLY_ONE = ServerOptions(scope="run", max_in_flight=1)


async def waiting(tools: Tools) -> None:
    async with asyncio.timeout(20):
        while not tools.servers()[0].waiting:
            await give_way()


async def test_each_call_outside_of_runs_has_a_server_of_its_own() -> None:
    async with pool(raw(options=ONLY_ONE)) as tools:
        processes = [str((await result_of(tools, call("pid"))).structured) for _ in range(3)]
        assert len(set(processes)) == 3


async def test_a_call_outside_of_runs_keeps_its_server_over_a_question() -> None:
    async with pool(asking("asking", "--legacy", options=PER_RUN)) as tools:
        asked = await tools.call(call("book", server="asking"))
        assert isinstance(asked, InputRequired)
        answer = ElicitationAnswer(action=ElicitationAction.ACCEPT, content={"city": "Rome"})
        leg = replace(
            call("book", server="asking", key="another"),
            continuation=asked.continuation,
            answers={asked.requests[0].key: answer},
        )
        assert (await result_of(tools, leg)).structured == {"action": "accept", "content": {"city": "Rome"}}


async def test_runs_that_wait_for_a_connection_are_seen_and_do_not_open_the_circuit() -> None:
    async with pool(raw(options=ONLY_ONE)) as tools:
        await result_of(tools, replace(call("echo"), run_id=ONE))
        for _ in range(6):
            with pytest.raises(ToolTimeout, match="a connection of its own"):
                await tools.call(replace(call("echo", timeout=0.05), run_id=TWO))
        late = asyncio.create_task(result_of(tools, replace(call("echo", n=2), run_id=TWO)))
        await waiting(tools)
        assert (await result_of(tools, replace(call("echo", n=1), run_id=ONE))).structured == {"n": 1}
        tools.release(ONE)
        assert (await late).structured == {"n": 2}


async def test_waiting_for_a_connection_counts_against_the_deadline() -> None:
    async with pool(raw(options=ONLY_ONE)) as tools:
        await result_of(tools, replace(call("echo"), run_id=ONE))
        late = asyncio.create_task(tools.call(replace(call("nap", timeout=3.0), run_id=TWO)))
        await waiting(tools)
        asyncio.get_running_loop().call_later(0.5, tools.release, ONE)
        with pytest.raises(ToolTimeout, match=r"within 2\.\d+ s"):
            await late


async def test_a_run_that_waits_for_a_connection_ends_with_the_pool() -> None:
    async with pool(raw(options=ONLY_ONE)) as tools:
        await result_of(tools, replace(call("echo"), run_id=ONE))
        late = asyncio.create_task(result_of(tools, replace(call("echo", timeout=600), run_id=TWO)))
        later = asyncio.create_task(result_of(tools, call("echo", timeout=600)))
        await waiting(tools)
    for each in (late, later):
        async with asyncio.timeout(10):
            with pytest.raises(ServerUnavailable, match="closed"):
                await each


async def test_a_run_that_ends_early_stops_its_task(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(asking("asking", "--ledger", str(ledger), options=PER_RUN)) as tools:
        work = replace(call("work", server="asking", never=True), run_id=ONE)
        created = await tools.call(work)
        assert isinstance(created, TaskCreated)
        polling = asyncio.create_task(tools.call(replace(work, continuation=created.continuation)))
        async with asyncio.timeout(20):
            while '"get"' not in ledger.read_text(encoding="utf-8"):
                await give_way()
        polling.cancel()
        await asyncio.wait({polling})
        tools.release(ONE)
    assert '"cancel"' in ledger.read_text(encoding="utf-8")


async def test_why_a_run_got_no_server_is_seen() -> None:
    server = replace(raw(options=PER_RUN), command="/bin/false", args=())
    async with pool(server) as tools:
        with pytest.raises(ServerUnavailable):
            await tools.call(replace(call("echo"), run_id=ONE))
        tools.release(ONE)
        (state,) = tools.servers()
        assert (state.circuit, state.retry_in) == ("closed", None)
        assert state.error is not None
        assert "handshake" in state.error
