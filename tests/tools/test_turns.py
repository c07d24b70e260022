"""Turns at a server: fair to runs, and none is lost."""

import asyncio

import pytest

from callsheet.runs.events import RunId
from callsheet.runs.fairness import give_way
from callsheet.tools.rate import Limiter, RateLimit
from callsheet.tools.turns import Turns

ONE, TWO = RunId("00000000-0000-7000-8000-000000000001"), RunId("00000000-0000-7000-8000-000000000002")


async def test_a_run_with_many_calls_lets_another_run_between_them() -> None:
    turns, order = Turns(1), list[RunId | None]()
    await turns.acquire(ONE)

    async def call(run_id: RunId | None) -> None:
        await turns.acquire(run_id)
        order.append(run_id)
        turns.release()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for run_id in (ONE, ONE, ONE, TWO, TWO, None):
            group.create_task(call(run_id))
        await give_way()
        turns.release()
    assert order == [ONE, TWO, None, ONE, TWO, ONE]
    assert not turns.locked()


async def test_a_caller_who_leaves_takes_no_turn_from_the_others() -> None:
    turns = Turns(1)
    await turns.acquire(ONE)
    leaving, given, staying = (asyncio.create_task(turns.acquire(run_id)) for run_id in (TWO, ONE, TWO))
    early = asyncio.create_task(turns.acquire(None))
    await give_way()
    early.cancel()
    await give_way()
    leaving.cancel()  # its turn is the next one, and it was not told yet
    turns.release()
    given.cancel()  # it has its turn already, and does not know yet
    async with asyncio.timeout(10):
        await staying
    turns.release()
    assert not turns.locked()
    for left in (early, leaving, given):
        with pytest.raises(asyncio.CancelledError):
            await left


async def test_a_rate_limit_is_shared_between_runs() -> None:
    limiter, order = Limiter(RateLimit(calls=1, per=0.02)), list[RunId]()

    async def call(run_id: RunId) -> None:
        await limiter.turn(run_id)
        order.append(run_id)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for run_id in (*(ONE,) * 8, TWO):
            group.create_task(call(run_id))
    assert order.index(TWO) == 3  # one that passed, one whose turn it was, one that waited before it
