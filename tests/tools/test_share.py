"""`totalInFlight`: how many calls a server takes from all processes together. The server counts."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.tools import ToolTimeout
from callsheet.journal.memory_permits import MemoryPermits, Register
from callsheet.journal.postgres.permits import PostgresPermits
from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.runs.permits import Claim, Claimed, Permits
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions
from callsheet.tools.share import Share
from tests.support.permits import permit_database
from tests.support.postgres import PostgresServer
from tests.support.servers.starting import call, echo_over_http, http, pool, raw, result_of

LIMIT = 3
ONE, TWO = RunId("00000000-0000-7000-8000-000000000001"), RunId("00000000-0000-7000-8000-000000000002")


@pytest.fixture
def web() -> Generator[str]:
    with echo_over_http("--stateless", "--json") as url:
        yield url


class Broken(MemoryPermits):
    """Permits whose database can be away.

    Attributes:
        away: whether it is.
        claims: how often anything was claimed.
    """

    def __init__(self, register: Register | None = None) -> None:
        super().__init__(register)
        self.away = False
        self.claims = 0

    async def claim(self, claim: Claim) -> Claimed:
        """Claim, unless the database is away."""
        self.claims += 1
        if self.away:
            raise JournalUnavailable("The database is away.")
        return await super().claim(claim)


@asynccontextmanager
async def connected(url: str, permits: Permits) -> AsyncGenerator[ToolPool]:
    async with pool(http(url, options=ServerOptions(total_in_flight=LIMIT)), permits=permits) as tools:
        yield tools


async def crowd(tools: ToolPool, calls: int, seconds: float = 0.01) -> list[int]:
    """What the server says of so many calls at once: how many were at work together at most, until then."""

    async def most() -> int:
        result = await result_of(tools, call("crowd", server="web", timeout=60, seconds=seconds))
        assert isinstance(result.structured, dict)
        return int(str(result.structured["most"]))

    return list(await asyncio.gather(*(most() for _ in range(calls))))


async def test_two_processes_on_one_database_never_call_more_than_the_limit(web: str, postgres: PostgresServer) -> None:
    database = permit_database(postgres)
    async with AsyncExitStack() as stack:
        pools: list[ToolPool] = []
        for _ in range(2):
            permits = await stack.enter_async_context(PostgresPermits.open(database))
            pools.append(await stack.enter_async_context(connected(web, permits)))
        async with asyncio.timeout(50):
            found = await asyncio.gather(*(crowd(tools, 40) for tools in pools))
    assert max(max(each) for each in found) == LIMIT


async def test_what_a_killed_process_held_goes_to_the_others(web: str, postgres: PostgresServer) -> None:
    database, lease = permit_database(postgres), 2.0
    arguments = [web, database, str(LIMIT), str(lease)]
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.permit_caller", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    try:
        async with (
            asyncio.timeout(50),
            PostgresPermits.open(database, lease=lease) as permits,
            connected(web, permits) as tools,
        ):
            for _ in range(20):
                assert await other.stdout.readline() == b"called\n"
            shared = await crowd(tools, 5)
            other.kill()
            alone = await crowd(tools, 40)
    finally:
        if other.returncode is None:
            other.kill()
        await other.wait()
    assert max(*shared, *alone) == LIMIT


async def test_in_one_process_without_a_database_the_limit_is_the_same(web: str) -> None:
    register = Register()
    async with connected(web, MemoryPermits(register)) as one, connected(web, MemoryPermits(register)) as other:
        found = await asyncio.gather(crowd(one, 30), crowd(other, 30))
    assert max(max(each) for each in found) == LIMIT


async def test_copies_of_a_server_share_the_limit() -> None:
    options = ServerOptions(total_in_flight=1, processes=2)
    async with pool(raw(options=options), permits=MemoryPermits()) as tools:
        nap = asyncio.create_task(tools.call(call("nap")))
        async with asyncio.timeout(20):
            while tools.servers()[0].in_flight < 1:
                await give_way()
        with pytest.raises(ToolTimeout, match="totalInFlight"):
            await tools.call(call("echo", timeout=0.1))
        assert tools.servers()[0].circuit == "closed"
        nap.cancel()
        await asyncio.wait({nap})
        await result_of(tools, call("echo"))


async def test_calls_that_follow_one_another_ask_once() -> None:
    permits = Broken()
    async with pool(raw(options=ServerOptions(total_in_flight=2)), permits=permits) as tools:
        for _ in range(20):
            await result_of(tools, call("echo"))
    assert permits.claims == 1
    assert (await permits.claim(Claim(name="server:raw", limit=2, holder="x", wanted=2))).held == 2


async def test_without_a_database_calls_with_permits_go_on_and_others_say_that_it_is_away() -> None:
    permits = Broken()
    async with pool(raw(options=ServerOptions(total_in_flight=2)), permits=permits) as tools:
        await result_of(tools, call("echo"))
        permits.away = True
        await result_of(tools, call("echo"))
        nap = asyncio.create_task(tools.call(call("nap")))
        async with asyncio.timeout(20):
            while tools.servers()[0].in_flight < 1:
                await give_way()
        with pytest.raises(JournalUnavailable, match="away"):
            await tools.call(call("echo", timeout=0.2))
        waiting = asyncio.create_task(result_of(tools, call("echo")))
        await give_way()
        permits.away = False
        await waiting
        nap.cancel()
        await asyncio.wait({nap})


async def shares(*, limit: int) -> tuple[Share, Share]:
    register = Register()
    return Share(MemoryPermits(register), "it", limit), Share(MemoryPermits(register), "it", limit)


async def test_an_idle_permit_is_given_back_at_once_to_who_waits() -> None:
    one, other = await shares(limit=1)
    async with asyncio.timeout(5):
        await one.acquire(ONE)
        waiting = asyncio.create_task(other.acquire(ONE))
        await give_way()
        one.release()
        await waiting
        other.release()
        await one.close()
        await other.close()


async def test_processes_take_turns_though_one_has_many_calls() -> None:
    one, other = await shares(limit=1)
    order: list[str] = []

    async def work(share: Share, name: str, run_id: RunId) -> None:
        await share.acquire(run_id)
        order.append(name)
        for _ in range(20):
            await give_way()
        share.release()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(work(one, "one", ONE))
        while not order:
            await give_way()
        for _ in range(3):
            group.create_task(work(other, "other", ONE))
    assert "other" in order[:4]
    assert order.index("one", order.index("other")) - order.index("other") == 1
    await one.close()
    await other.close()


async def test_runs_take_turns_within_a_process() -> None:
    share, order = Share(MemoryPermits(), "it", 1), list[RunId]()

    async def work(run_id: RunId) -> None:
        await share.acquire(run_id)
        order.append(run_id)
        await give_way()
        share.release()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for run_id in (ONE, ONE, ONE, ONE, TWO):
            group.create_task(work(run_id))
    assert order.index(TWO) <= 2
    await share.close()


async def test_a_caller_who_leaves_in_line_or_with_a_permit_at_hand_takes_none_with_it() -> None:
    share = Share(MemoryPermits(), "it", 1)
    async with asyncio.timeout(10):
        await share.acquire(ONE)
        leaving, given = (asyncio.create_task(share.acquire(run_id)) for run_id in (ONE, TWO))
        await give_way()
        leaving.cancel()
        await give_way()
        share.release()
        given.cancel()  # it has its permit, and does not know yet
        await asyncio.wait({leaving, given})
        await share.acquire(TWO)
        assert share.is_full
        share.release()
    await share.close()


async def test_nobody_waits_for_a_share_that_was_closed() -> None:
    share = Share(MemoryPermits(), "it", 1)
    async with asyncio.timeout(5):
        await share.acquire(ONE)
        waiting = asyncio.create_task(share.acquire(ONE))
        await give_way()
        await share.close()
        await waiting
        await share.acquire(ONE)
