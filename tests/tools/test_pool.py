"""What a server is to all its callers: what opens its circuit, which copy gets a call, what its state says."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.access.patterns import Patterns
from callsheet.errors.tools import AuthRequired, ServerUnavailable, ToolCallFailed, ToolForbidden
from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.runs.tools import ElicitationAction, ElicitationAnswer, InputRequired, TaskCreated, ToolResult, Tools
from callsheet.tools.rate import RateLimit
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import asking, call, http, pool, raw, result_of

RUN = RunId("00000000-0000-7000-8000-000000000001")


async def busy(tools: Tools, calls: int = 1) -> None:
    """Return when so many calls are at work."""
    async with asyncio.timeout(20):
        while sum(state.in_flight for state in tools.servers()) < calls:
            await give_way()


async def fail(tools: Tools, times: int, **options: float) -> None:
    for _ in range(times):
        with pytest.raises(ToolCallFailed):
            await tools.call(call("echo", timeout=options.get("timeout", 10.0)))


async def end(task: "asyncio.Task[object]") -> None:
    task.cancel()
    await asyncio.wait({task})


async def test_a_server_is_called_by_the_scenarios_that_it_is_there_for() -> None:
    async with pool(raw(options=ServerOptions(scenarios=Patterns(("news_*",))))) as tools:
        for server in ("raw", None):
            with pytest.raises(ToolForbidden, match="'billing' may not call the tool server 'raw'"):
                await tools.call(replace(call("echo", server=server), scenario_id="billing"))
        assert not tools.servers()[0].in_flight
        for scenario_id in ("news_daily", None):  # None: outside of runs
            assert isinstance(await tools.call(replace(call("echo"), scenario_id=scenario_id)), ToolResult)


async def test_waiting_for_the_rate_limit_does_not_open_the_circuit() -> None:
    async with pool(raw(options=ServerOptions(rate_limit=RateLimit(calls=1, per=3600)))) as tools:
        await result_of(tools, call("echo"))
        await fail(tools, 6, timeout=0.05)
        assert tools.servers()[0].circuit == "closed"


async def test_a_full_queue_does_not_open_the_circuit() -> None:
    async with pool(raw(options=ServerOptions(max_in_flight=1, max_queue=0))) as tools:
        await result_of(tools, call("echo"))
        nap = asyncio.create_task(tools.call(call("nap")))
        await busy(tools)
        await fail(tools, 6)
        await end(nap)
        assert isinstance(await tools.call(call("echo")), ToolResult)


async def test_the_queue_has_an_end_under_a_rate_limit_too() -> None:
    options = ServerOptions(max_queue=1, rate_limit=RateLimit(calls=1, per=3600))
    async with pool(raw(options=options)) as tools:
        await result_of(tools, call("echo"))
        waiting = asyncio.create_task(tools.call(call("echo")))
        async with asyncio.timeout(20):
            while not tools.servers()[0].waiting:
                await give_way()
        with pytest.raises(ServerUnavailable, match="maxQueue"):
            await tools.call(call("echo"))
        await end(waiting)


async def test_a_copy_that_does_not_start_gets_no_calls(tmp_path: Path) -> None:
    server = raw(options=ServerOptions(processes=2))
    script = f'mkdir "{tmp_path}/first" || exit 1; exec "$@"'
    server = replace(server, command="/bin/sh", args=("-c", script, "sh", server.command, *server.args))
    async with pool(server, jitter=100) as tools:
        await result_of(tools, call("echo"))
        nap = asyncio.create_task(tools.call(call("nap")))
        await busy(tools)
        with pytest.raises(ServerUnavailable):
            await tools.call(call("echo"))
        for number in range(4):
            assert (await result_of(tools, call("echo", n=number))).structured == {"n": number}
        assert tools.servers()[0].circuit == "closed"
        await end(nap)


async def test_an_answer_finds_the_copy_whose_call_is_open() -> None:
    async with pool(asking("asking", "--legacy", options=ServerOptions(processes=2))) as tools:
        book = replace(call("book", server="asking"), run_id=RUN)
        asked = await tools.call(book)
        assert isinstance(asked, InputRequired)
        crawl = asyncio.create_task(tools.call(call("crawl", server="asking", beats=1000)))
        await busy(tools)
        answer = ElicitationAnswer(action=ElicitationAction.ACCEPT, content={"city": "Rome"})
        leg = replace(book, continuation=asked.continuation, answers={asked.requests[0].key: answer})
        assert (await result_of(tools, leg)).structured == {"action": "accept", "content": {"city": "Rome"}}
        await end(crawl)


async def test_a_task_is_waited_for_where_it_works_and_also_with_an_open_circuit() -> None:
    async with pool(asking("asking", options=ServerOptions(processes=2)), jitter=100) as tools:
        work = replace(call("work", server="asking"), run_id=RUN)
        created = await tools.call(work)
        assert isinstance(created, TaskCreated)
        crawl = asyncio.create_task(tools.call(call("crawl", server="asking", beats=1000)))
        await busy(tools)
        for _ in range(5):
            with pytest.raises(ToolCallFailed):
                await tools.call(call("crawl", server="asking", beats=1000, timeout=0.05))
        with pytest.raises(ServerUnavailable, match="the next attempt is due"):
            await tools.call(call("echo", server="asking"))
        assert isinstance(await tools.call(replace(work, continuation=created.continuation)), ToolResult)
        await end(crawl)


@asynccontextmanager
async def refusing() -> AsyncGenerator[int]:
    """The port of a server that answers every request with 401."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_server_that_wants_a_sign_in_says_so_every_time_and_its_url_is_not_shown(transport: str) -> None:
    async with refusing() as port:
        server = http(f"http://127.0.0.1:{port}/mcp?token=s3cret")
        async with pool(replace(server, transport=transport)) as tools:
            for _ in range(8):
                with pytest.raises(AuthRequired) as refused:
                    await tools.call(call("echo", server="web"))
                (state,) = tools.servers()
                assert state.needs_auth
                assert "s3cret" not in f"{refused.value} {state} {server}"
