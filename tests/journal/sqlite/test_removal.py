"""Removing long runs, some events at a time."""

import sqlite3
from pathlib import Path

import pytest

from callsheet.errors.runs import RunNotFound
from callsheet.journal.changes import DeleteRun, MoreToRemove
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.removal import MOST_EVENTS, Removals
from callsheet.runs.events import RunId
from callsheet.runs.ports import RunFilter
from tests.support.events import new_id, new_run, run_finished, steps


async def long_run(journal: SqliteJournal) -> RunId:
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [*steps(run_id, MOST_EVENTS), run_finished(run_id)])
    return run_id


def events(path: Path) -> int:
    connection = sqlite3.connect(path)
    (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
    connection.close()
    return count


async def test_a_process_that_ends_in_the_middle_leaves_nothing_for_long(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as journal:
        run_id = await long_run(journal)
    connection = sqlite3.connect(path, isolation_level=None)
    assert Removals(connection).remove(run_id) == MoreToRemove()
    connection.close()
    assert events(path) == MOST_EVENTS + 2

    async with SqliteJournal.open(path) as journal:
        with pytest.raises(RunNotFound):
            await journal.read(run_id)
        assert (await journal.runs(RunFilter(), 10)).runs == ()
        later = (await journal.create(new_run())).run_id
        assert [record.seq for record in await journal.read(later)] == [1]
    assert events(path) == 1


async def test_a_new_run_does_not_get_the_number_of_one_whose_events_are_still_there(tmp_path: Path) -> None:
    async with SqliteJournal.open(tmp_path / "journal.db") as journal:
        run_id = await long_run(journal)
        commits = journal._commits  # pyright: ignore[reportPrivateUsage]: one pass of several
        assert await commits.submit(DeleteRun(run_id=run_id), "") == MoreToRemove()
        later = (await journal.create(new_run())).run_id
        assert [record.seq for record in await journal.read(later)] == [1]
        await journal.delete(run_id)
        assert [record.seq for record in await journal.read(later)] == [1]


async def test_many_runs_at_once_share_what_one_transaction_removes(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    async with SqliteJournal.open(tmp_path / "journal.db") as journal:
        first, second = await long_run(journal), await long_run(journal)
    removals = Removals(connection)
    assert [removals.remove(first), removals.remove(second)] == [MoreToRemove(), MoreToRemove()]
    removals.begin()
    assert removals.remove(first) == MoreToRemove()
    removals.begin()
    assert isinstance(removals.remove(new_id()), RunNotFound)
    connection.close()
