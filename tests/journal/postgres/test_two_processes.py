"""Two journals on one database, as two processes have them: the fence, wake-ups, signals."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import psycopg
import pytest

from callsheet.errors.runs import RunNotFound, RunOwnershipLost
from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions
from callsheet.runs.events import ParentStep, RunId
from callsheet.runs.ports import RunFilter
from callsheet.runs.signals import Stirred
from tests.support.events import (
    answer,
    new_run,
    run_finished,
    run_waiting,
    step_finished,
    step_started,
    step_waiting,
    steps,
)

NEVER = 3600.0


@pytest.fixture
async def two(postgres_url: str) -> AsyncGenerator[tuple[PostgresJournal, PostgresJournal]]:
    """Two journals that hear each other at once, and never look."""
    options = PostgresOptions(poll_interval=NEVER)
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(PostgresJournal.open(postgres_url, options)) for _ in range(2)]
        async with asyncio.timeout(20):
            await here.listening.wait()
            await there.listening.wait()
        yield here, there


async def test_of_two_processes_that_append_one_wins_and_the_other_writes_nothing(
    two: tuple[PostgresJournal, PostgresJournal],
) -> None:
    here, there = two
    for _ in range(10):
        run_id = (await here.create(new_run())).run_id
        results = await asyncio.gather(
            here.append(run_id, 1, [step_started(run_id, "here")]),
            there.append(run_id, 1, [step_started(run_id, "there"), step_finished(run_id, "there")]),
            return_exceptions=True,
        )
        assert [type(result) for result in results if result is not None] == [RunOwnershipLost]
        assert len(await here.read(run_id)) == (2 if results[0] is None else 3)


async def test_a_read_shows_what_the_other_process_appended(two: tuple[PostgresJournal, PostgresJournal]) -> None:
    here, there = two
    run_id = (await here.create(new_run())).run_id
    await here.append(run_id, 1, steps(run_id, 1))
    await there.append(run_id, 3, steps(run_id, 2))
    assert [record.seq for record in await here.read(run_id)] == [1, 2, 3, 4, 5, 6, 7]
    assert [record.seq for record in await here.read(run_id, 3, 64)] == [4, 5, 6, 7]


async def test_an_append_wakes_a_follower_of_the_other_process(two: tuple[PostgresJournal, PostgresJournal]) -> None:
    here, there = two
    run_id = (await here.create(new_run())).run_id
    for seq in range(1, 20):
        waiting = asyncio.create_task(there.wait(run_id, seq))
        await here.append(run_id, seq, [step_started(run_id, f"s{seq}")])
        async with asyncio.timeout(20):
            await waiting
        assert [record.seq for record in await there.read(run_id, seq, 64)] == [seq + 1]


async def test_a_follower_is_woken_by_looking_while_nobody_can_be_heard(postgres_url: str) -> None:
    options = PostgresOptions(poll_interval=0.05)
    async with PostgresJournal.open(postgres_url, options) as here, PostgresJournal.open(postgres_url) as there:
        run_id = (await here.create(new_run())).run_id
        with psycopg.connect(postgres_url, autocommit=True) as control:
            for seq in range(1, 5):
                waiting = asyncio.create_task(here.wait(run_id, seq))
                control.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query ILIKE 'LISTEN%' OR query = 'SELECT 1'"
                )
                await there.append(run_id, seq, [step_started(run_id, f"s{seq}")])
                async with asyncio.timeout(20):
                    await waiting
        async with asyncio.timeout(20):
            await here.listening.wait()  # it listens again


@pytest.mark.parametrize("heard", [True, False])
async def test_nobody_waits_for_a_run_that_another_process_removed(postgres_url: str, *, heard: bool) -> None:
    options = PostgresOptions(poll_interval=NEVER if heard else 0.05)
    async with PostgresJournal.open(postgres_url, options) as here, PostgresJournal.open(postgres_url) as there:
        async with asyncio.timeout(20):
            await here.listening.wait()
        run_id = (await here.create(new_run())).run_id
        await here.append(run_id, 1, [run_finished(run_id)])
        waiting = asyncio.create_task(here.wait(run_id, 2))
        await asyncio.wait([waiting], timeout=0)
        if heard:
            await there.delete(run_id)
        else:
            with psycopg.connect(postgres_url) as other:  # as a process that ends before it has told anybody
                other.execute("DELETE FROM callsheet.runs")
        async with asyncio.timeout(20):
            with pytest.raises(RunNotFound):
                await waiting


async def test_messages_and_cancel_requests_reach_the_process_at_work(
    two: tuple[PostgresJournal, PostgresJournal],
) -> None:
    here, there = two
    signals: asyncio.Queue[RunId] = asyncio.Queue()
    end = here.on_signal(signals.put_nowait)
    parent = (await here.create(new_run())).run_id
    await here.append(parent, 1, [step_started(parent), step_waiting(parent), step_waiting(parent)])
    async with asyncio.timeout(20):
        await there.deliver(parent, 3, answer())
        assert await signals.get() == parent
        child = (await there.create(new_run(parent=ParentStep(run_id=parent, seq=4, depth=1)))).run_id
        await there.append(child, 1, [run_finished(child)])
        assert await signals.get() == parent
        await there.request_cancel(parent)
        assert await signals.get() == parent
    assert await here.stirred([parent, child, RunId("nobody")]) == {
        parent: Stirred(messages_received=2, cancel_requested=True),
        child: Stirred(messages_received=0, cancel_requested=False),
    }
    end()
    await here.request_cancel(parent)
    assert signals.empty()


async def test_one_key_used_in_two_processes_at_once_gives_one_run(
    two: tuple[PostgresJournal, PostgresJournal],
) -> None:
    keys = [f"k{number % 5}" for number in range(40)]
    rows = await asyncio.gather(
        *(two[number % 2].create(new_run(key=key, fingerprint="f")) for number, key in enumerate(keys))
    )
    assert len({row.run_id for row in rows}) == 5
    assert len((await two[0].runs(RunFilter(), 100)).runs) == 5


async def test_processes_that_touch_the_same_runs_do_not_stand_in_each_others_way(
    two: tuple[PostgresJournal, PostgresJournal],
) -> None:
    here, there = two
    parents = [(await here.create(new_run())).run_id for _ in range(8)]
    for parent in parents:
        await here.append(parent, 1, [step_started(parent), step_waiting(parent), run_waiting(parent)])
    children = [
        (await journal.create(new_run(parent=ParentStep(run_id=parent, seq=seq, depth=1)))).run_id
        for parent in parents
        for seq, journal in ((3, here), (30, there))
    ]
    ends = [two[number % 2].append(child, 1, [run_finished(child)]) for number, child in enumerate(children)]
    cancels = [two[number % 2].request_cancel(parent) for number, parent in enumerate(reversed(parents))]
    await asyncio.gather(*ends, *cancels)
    stirred = await here.stirred(parents)
    assert set(stirred.values()) == {Stirred(messages_received=2, cancel_requested=True)}


async def test_what_anybody_notifies_does_no_harm(
    two: tuple[PostgresJournal, PostgresJournal], postgres_url: str
) -> None:
    here, there = two
    run_id = (await here.create(new_run())).run_id
    waiting = asyncio.create_task(there.wait(run_id, 1))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        for text in ("", "[]", '{"a":1}', '{"a":{"x":"y"},"s":[],"r":[]}', f'{{"a":{{"{run_id}":1}},"s":[],"r":[]}}'):
            other.execute("SELECT pg_notify('callsheet_journal', %s)", (text,))
    await here.append(run_id, 1, [step_started(run_id)])
    async with asyncio.timeout(20):
        await waiting
