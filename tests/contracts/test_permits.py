"""The Permits port's contract, over every adapter: two processes, and one store behind them."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest

from callsheet.journal.memory_permits import MemoryPermits, Register
from callsheet.journal.postgres.permits import PostgresPermits
from callsheet.runs.permits import LEASE, Called, Claim, Claimed, Permits, Word
from tests.support.permits import permit_database
from tests.support.postgres import PostgresServer

SHORT = 0.25
"""Seconds of a lease that shall be over soon."""

Process = Callable[[], AbstractAsyncContextManager[Permits]]


@pytest.fixture(params=["memory", "postgres"])
def open_process(request: pytest.FixtureRequest) -> Callable[[float], Process]:
    if request.param == "memory":
        register = Register()

        def in_memory(lease: float) -> Process:
            @asynccontextmanager
            async def process() -> AsyncGenerator[Permits]:
                yield MemoryPermits(register, lease=lease)

            return process

        return in_memory
    server: PostgresServer = request.getfixturevalue("postgres")
    url = permit_database(server)
    return lambda lease: lambda: PostgresPermits.open(url, lease=lease)


@pytest.fixture
async def two(open_process: Callable[[float], Process]) -> AsyncGenerator[tuple[Permits, Permits]]:
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(open_process(LEASE)()) for _ in range(2)]
        yield one, other


@pytest.fixture
async def forgetful(open_process: Callable[[float], Process]) -> AsyncGenerator[tuple[Permits, Permits]]:
    """The leases of the first are over soon."""
    async with open_process(SHORT)() as one, open_process(LEASE)() as other:
        yield one, other


def claim(holder: str, limit: int = 1, wanted: int = 1, **more: float | int | None) -> Claim:
    patience = more.get("patience")
    return Claim(
        name="it", limit=limit, holder=holder, wanted=wanted, priority=int(more.get("priority") or 0), patience=patience
    )


async def held(permits: Permits, holder: str, limit: int = 1, wanted: int = 1, **more: float | int | None) -> int:
    return (await permits.claim(claim(holder, limit, wanted, **more))).held


async def expired(permits: Permits, holder: str) -> None:
    """Return when `holder` got the one permit, because the lease before was over."""
    async with asyncio.timeout(10):
        while not await held(permits, holder):
            pass


async def test_there_are_never_more_than_the_limit(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert [await held(one, "a", 3, 2), await held(other, "b", 3, 2), await held(other, "c", 3)] == [2, 1, 0]


async def test_a_claim_that_is_made_again_gives_no_more(two: tuple[Permits, Permits]) -> None:
    one, _ = two
    assert [await held(one, "a", 5, 2), await held(one, "a", 5, 2), await held(one, "a", 5, 3)] == [2, 2, 3]


async def test_names_have_nothing_to_do_with_one_another(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert await held(one, "a") == 1
    assert (await other.claim(Claim(name="another", limit=1, holder="a"))).held == 1
    assert list(await other.give_back("unheard-of", "a")) == []


async def test_what_is_given_back_is_for_the_next_in_line(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert [await held(one, "a"), await held(other, "b"), await held(one, "c")] == [1, 0, 0]
    assert list(await one.give_back("it", "a")) == [Called(name="it", holder="b")]
    assert await held(one, "c") == 0, "it is kept for who was called"
    assert await held(other, "b") == 1
    assert list(await other.give_back("it", "b")) == [Called(name="it", holder="c")]
    assert await held(one, "c") == 1


async def test_a_higher_priority_comes_first(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a")
    for holder, priority in (("low", -5), ("mid", 0), ("high", 7), ("later", 0)):
        assert await held(other, holder, priority=priority) == 0
    order: list[str] = []
    holder = "a"
    for _ in range(4):
        (called,) = await one.give_back("it", holder)
        holder = called.holder
        order.append(holder)
        assert await held(one, holder, priority=called.priority) == 1
    assert order == ["high", "mid", "later", "low"]


async def test_who_is_called_once_is_not_called_again_at_once(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a", 2, 2)
    await held(other, "b", 2)
    await held(other, "c", 2)
    assert [each.holder for each in await one.give_back("it", "a", keep=1)] == ["b"]
    assert list(await one.sweep()) == []
    assert [each.holder for each in await one.give_back("it", "a")] == ["c"]


async def test_whoever_leaves_the_line_is_not_called(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a")
    await held(other, "b")
    await held(other, "c")
    assert list(await other.give_back("it", "b")) == []
    assert [each.holder for each in await one.give_back("it", "a")] == ["c"]


async def test_who_gets_some_and_wants_more_stands_at_the_end(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a", 2, 2)
    assert await held(other, "b", 2, 2) == 0
    assert await held(one, "c", 2) == 0
    await one.give_back("it", "a", keep=1)
    assert await held(other, "b", 2, 2) == 1
    assert [each.holder for each in await one.give_back("it", "a")] == ["c"]


async def test_a_process_learns_that_others_wait(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert await one.claim(claim("a")) == Claimed(held=1)
    assert (await one.renew(["a"])).contested == frozenset()
    await held(other, "b")
    assert await one.claim(claim("a")) == Claimed(held=1, contested=True)
    assert (await one.renew(["a"])).contested == {"it"}


async def test_the_limit_of_the_latest_claim_counts_and_takes_nothing_away(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert await held(one, "a", 3, 3) == 3
    assert await held(other, "b", 2) == 0
    assert [each.holder for each in await one.give_back("it", "a", keep=2)] == []
    assert [each.holder for each in await one.give_back("it", "a", keep=1)] == ["b"]


async def test_a_limit_can_be_raised_for_those_in_line_and_ended(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a")
    for holder in ("b", "c", "d"):
        await held(other, holder)
    assert [each.holder for each in await one.change("it", 2)] == ["b"]
    assert {each.holder for each in await one.change("it", None)} == {"b", "c", "d"}
    assert await one.waiting() == {}


async def test_it_is_known_who_waits_for_as_long_as_it_takes(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a")
    await held(other, "b")
    await held(other, "c", patience=60)
    assert {name: set(holders) for name, holders in (await one.waiting()).items()} == {"it": {"b"}}


async def test_a_lease_that_nobody_renews_ends(forgetful: tuple[Permits, Permits]) -> None:
    one, other = forgetful
    assert await held(one, "a") == 1
    await expired(other, "b")
    assert (await one.renew(["a"])).held == {}
    assert await held(one, "a") == 0
    assert list(await one.give_back("it", "a")) == []
    assert await held(other, "b") == 1


async def test_a_lease_that_is_renewed_does_not_end(open_process: Callable[[float], Process]) -> None:
    lease = 2.0  # more than a busy machine takes for a renewal
    async with open_process(lease)() as one, open_process(LEASE)() as other:
        await held(one, "a")
        loop = asyncio.get_running_loop()
        until = loop.time() + 1.5 * lease
        while loop.time() < until:
            assert (await one.renew(["a", "z"])).held == {("it", "a"): 1}
            assert await held(other, "b") == 0


async def test_a_sweep_calls_those_in_line_when_a_holder_died(forgetful: tuple[Permits, Permits]) -> None:
    one, other = forgetful
    await held(one, "a")
    await held(other, "b")
    called: list[Called] = []
    async with asyncio.timeout(10):
        while not called:
            called += await other.sweep()
    assert called == [Called(name="it", holder="b")]


async def test_a_holder_goes_over_to_the_process_that_claims_for_it(two: tuple[Permits, Permits]) -> None:
    one, other = two
    assert [await held(one, "a"), await held(other, "a")] == [1, 1]
    await one.give_back("it", "a")
    assert (await one.renew(["a"])).held == {}
    assert (await other.renew(["a"])).held == {("it", "a"): 1}
    assert await held(one, "b") == 0


async def test_those_with_some_patience_leave_the_line_by_themselves(two: tuple[Permits, Permits]) -> None:
    one, other = two
    await held(one, "a")
    await held(other, "gone", patience=SHORT)
    await held(other, "b")
    async with asyncio.timeout(10):
        while (await one.claim(claim("a"))).contested and "gone" in await _all_called(one):
            pass


async def _all_called(permits: Permits) -> list[str]:
    """Who is called when there is one permit more, which is taken away again."""
    called = [each.holder for each in await permits.change("it", 2)]
    await permits.change("it", 1)
    return called


async def test_word_comes_to_all_when_somebody_waits_and_when_there_is_a_permit(two: tuple[Permits, Permits]) -> None:
    one, other = two
    words: asyncio.Queue[Word] = asyncio.Queue()
    stop = one.on_word(words.put_nowait)
    await held(one, "a")
    async with asyncio.timeout(10):
        while words.empty():  # until the connection listens
            await held(other, "b", patience=60)
            await other.give_back("it", "b")
        await held(other, "c", patience=60)
        while await words.get() != Word(name="it", holder="c", called=False):
            pass
        await one.give_back("it", "a")
        assert await words.get() == Word(name="it", holder="c", called=True)
    stop()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_done_by_many_at_once_the_limit_holds(two: tuple[Permits, Permits], seed: int) -> None:
    limit, in_use, ended = 3, 0, 0
    choose = random.Random(seed)

    async def live(permits: Permits, holder: str) -> None:
        nonlocal in_use, ended
        for _ in range(5):
            name_claim = claim(holder, limit, priority=choose.randrange(3), patience=60)
            while not (await permits.claim(name_claim)).held:
                pass
            in_use += 1
            assert in_use <= limit
            await permits.renew([holder])
            in_use -= 1
            await permits.give_back("it", holder)
        ended += 1

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(live(two[number % 2], f"h{number}"))
    assert ended == 10
