"""The rate limit of a server: so many calls in so many seconds, in the order in which they came."""

import asyncio

import pytest

from callsheet.errors.tools import ServerUnavailable, ToolTimeout
from callsheet.runs.fairness import give_way
from callsheet.runs.tools import ToolResult
from callsheet.tools.rate import Limiter, RateLimit
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import call, pool, raw


async def test_as_many_as_allowed_come_at_once_and_the_next_waits_its_part() -> None:
    limiter = Limiter(RateLimit(calls=3, per=0.3))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    order: list[int] = []

    async def turn(number: int) -> None:
        await limiter.turn()
        order.append(number)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(turn(number))
    assert order == [0, 1, 2, 3, 4, 5]
    assert loop.time() - begun >= 0.29  # a limit may be late, never early


async def test_a_caller_who_leaves_takes_no_turn() -> None:
    limiter = Limiter(RateLimit(calls=1, per=0.2))
    await limiter.turn()
    leaving = asyncio.create_task(limiter.turn())
    staying = asyncio.create_task(limiter.turn())
    await asyncio.sleep(0)
    leaving.cancel()
    async with asyncio.timeout(20):
        await staying
    assert leaving.cancelled()


async def test_calls_wait_for_their_turn_within_their_deadline() -> None:
    options = ServerOptions(rate_limit=RateLimit(calls=2, per=3600))
    async with pool(raw(options=options)) as tools:
        for _ in range(2):
            assert isinstance(await tools.call(call("echo")), ToolResult)
        with pytest.raises(ToolTimeout, match=r"did not get its turn within .*'rateLimit'"):
            await tools.call(call("echo", timeout=0.2))


async def test_a_call_that_waits_for_its_turn_ends_with_the_pool() -> None:
    options = ServerOptions(rate_limit=RateLimit(calls=1, per=600.0))
    async with pool(raw(options=options)) as tools:
        await tools.call(call("echo"))
        late = asyncio.create_task(tools.call(call("echo", timeout=600)))
        async with asyncio.timeout(10):
            while not tools.servers()[0].waiting:
                await give_way()
    async with asyncio.timeout(10):
        with pytest.raises(ServerUnavailable, match="closed"):
            await late
