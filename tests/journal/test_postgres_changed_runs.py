"""Runs that change in one process are told in another."""

import asyncio
from typing import Final

import psycopg

from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.runs.events import RunId
from callsheet.runs.ports import ChangedRuns
from tests.support.events import new_run, run_finished, step_finished, step_started

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
