"""Removing long runs, some events at a time, with other processes beside."""

import asyncio

import psycopg
import pytest

from callsheet.errors.runs import RunNotFound
from callsheet.journal.changes import DeleteRun, MoreToRemove
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.postgres.removal import MOST_EVENTS
from callsheet.runs.events import RunId
from tests.support.events import new_run, run_finished, steps


async def long_run(journal: PostgresJournal) -> RunId:
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [*steps(run_id, MOST_EVENTS), run_finished(run_id)])
    return run_id


async def remove_a_part(journal: PostgresJournal, run_id: RunId) -> None:
    commits = journal._commits  # pyright: ignore[reportPrivateUsage]: one pass of several
    assert await commits.submit(DeleteRun(run_id=run_id), "") == MoreToRemove()


def left(url: str) -> tuple[int, int]:
    """How many events there are, and how many runs whose removal began."""
    query = "SELECT (SELECT count(*) FROM callsheet.events), (SELECT count(*) FROM callsheet.removals)"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0], row[1]


async def test_a_process_that_ends_in_the_middle_leaves_nothing_for_long(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as journal:
        run_id = await long_run(journal)
        await remove_a_part(journal, run_id)
        with pytest.raises(RunNotFound):
            await journal.read(run_id)
        assert left(postgres_url) == (MOST_EVENTS + 2, 1)
    async with PostgresJournal.open(postgres_url):
        assert left(postgres_url) == (0, 0)


async def test_what_one_process_began_to_remove_another_one_removes(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as here, PostgresJournal.open(postgres_url) as there:
        run_id = await long_run(here)
        await remove_a_part(here, run_id)
        await there.delete(run_id)
        assert left(postgres_url) == (0, 0)
        with pytest.raises(RunNotFound):
            await here.delete(run_id)


async def test_many_who_remove_the_same_long_runs_leave_nothing(postgres_url: str) -> None:
    async with PostgresJournal.open(postgres_url) as here, PostgresJournal.open(postgres_url) as there:
        runs = [await long_run(here), await long_run(there)]
        asked = [journal.delete(run_id) for journal in (here, there, here) for run_id in runs]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(result) for result in results} <= {type(None), RunNotFound}
        assert None in results[::2]
        assert None in results[1::2]
        assert left(postgres_url) == (0, 0)
