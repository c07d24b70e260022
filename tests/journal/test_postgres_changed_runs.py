"""Runs that change in one process are told in another."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import psycopg

from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions
from callsheet.runs.events import RunId
from callsheet.runs.ports import ChangedRuns
from tests.support.events import new_run, run_finished, run_resumed, run_waiting, step_finished, step_started

_CUT: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


async def cut_listeners(url: str) -> None:
    """End every connection over which a journal listens."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        assert await (await connection.execute(_CUT)).fetchall() == [(True,)]


async def told(changed: ChangedRuns) -> list[RunId] | None:
    async with asyncio.timeout(10):
        runs = await changed.next()
    return None if runs is None else list(runs)


async def test_what_another_process_changes_is_told(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as here, PostgresJournal.open(postgres_url) as there:
        async with asyncio.timeout(10):
            await here.listening.wait()
        with here.changed_runs() as changed:
            run_id = (await there.create(new_run())).run_id
            assert await told(changed) == [run_id]
            await there.append(run_id, 1, [step_started(run_id)])
            assert await told(changed) == [run_id]
            await there.append(run_id, 2, [step_finished(run_id)])  # changes no status
            await there.append(run_id, 3, [run_finished(run_id)])
            assert await told(changed) == [run_id]
            await there.delete(run_id)
            assert await told(changed) == [run_id]
            assert await here.summaries([run_id]) == {}


async def test_after_the_connection_was_lost_it_may_be_any(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as journal:
        async with asyncio.timeout(10):
            await journal.listening.wait()
        with journal.changed_runs() as changed:
            await cut_listeners(postgres_url)
            assert await told(changed) is None


async def test_what_a_process_could_not_tell_is_found_out(postgres_url: str) -> None:
    options = PostgresOptions(look_interval=0.05)
    async with PostgresJournal.open(postgres_url, options) as here, PostgresJournal.open(postgres_url) as there:
        async with asyncio.timeout(10):
            await here.listening.wait()
        runs = [(await there.create(new_run())).run_id for _ in range(4)]
        for run_id in runs[2:]:
            await there.append(run_id, 1, [run_waiting(run_id)])
        there._writer.tidy = tell_nobody  # pyright: ignore[reportPrivateUsage]: as if it ended after each commit
        with here.changed_runs() as changed:
            async with asyncio.timeout(10):
                await here._lookout.compares.wait()  # pyright: ignore[reportPrivateUsage]: nobody else needs to know
            begins, ends, goes_on, ends_unseen = runs
            ended = run_finished(ends_unseen, finished_at=datetime.now(UTC))
            await there.append(begins, 1, [step_started(begins)])
            await there.append(ends, 1, [run_finished(ends)])
            await there.append(goes_on, 2, [run_resumed(goes_on)])
            await there.append(ends_unseen, 2, [run_resumed(ends_unseen), ended])
            new = (await there.create(new_run())).run_id
            await all_told(changed, {*runs, new})
            await there.append(new, 1, [run_waiting(new)])
            parked_at_once = (await there.create(new_run())).run_id
            await there.append(parked_at_once, 1, [run_waiting(parked_at_once)])
            await all_told(changed, {new, parked_at_once})


def tell_nobody(*, idle: bool) -> None:
    pass


async def all_told(changed: ChangedRuns, wanted: set[RunId]) -> None:
    while wanted:
        runs = await told(changed)
        assert runs is not None
        wanted -= set(runs)
