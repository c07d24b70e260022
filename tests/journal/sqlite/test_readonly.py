"""Looking at a journal without taking it: beside the server and without one."""

import asyncio
import os
from pathlib import Path

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunNotFound
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from callsheet.runs.ports import Journal, RunFilter
from tests.support.events import NOON, after_noon, answer, due_ids, new_id, new_run, run_finished, run_waiting, steps


async def test_it_sees_what_the_server_writes(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as server, ReadOnlyJournal.open(path, poll_interval=0.001) as reader:
        row = await server.create(new_run())
        assert await reader.summary(row.run_id) == row
        async with asyncio.timeout(10):
            await reader.wait(row.run_id, 0)
            waiting = asyncio.create_task(reader.wait(row.run_id, 2))
            await server.append(row.run_id, 1, [*steps(row.run_id, 1), run_finished(row.run_id)])
            await waiting
        assert list(await reader.read(row.run_id)) == list(await server.read(row.run_id))
        assert await reader.runs(RunFilter(), 10) == await server.runs(RunFilter(), 10)
        assert await reader.definition(row.revision) == await server.definition(row.revision)
        assert await due_ids(reader, NOON) == []
        with pytest.raises(RunNotFound):
            await reader.wait(new_id(), 0)


async def test_it_sees_parked_runs_and_their_messages(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as server, ReadOnlyJournal.open(path) as reader:
        run_id = (await server.create(new_run())).run_id
        await server.append(run_id, 1, [run_waiting(run_id, until=after_noon(60))])
        assert (await due_ids(reader, NOON), await reader.next_due(NOON)) == ([], after_noon(60))
        await server.deliver(run_id, 1, answer("ada"))
        assert await due_ids(reader, NOON) == [run_id]
        assert await reader.messages(run_id) == {1: answer("ada")}


async def test_it_reads_when_no_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as server:
        row = await server.create(new_run())
    async with ReadOnlyJournal.open(path) as reader:
        assert await reader.summary(row.run_id) == row
    async with SqliteJournal.open(path) as server:
        await server.check()


async def test_it_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path):
        pass
    async with ReadOnlyJournal.open(path) as opened:
        journal: Journal = opened
        for attempt in (
            journal.create(new_run()),
            journal.append(new_id(), 1, []),
            journal.deliver(new_id(), 1, answer()),
            journal.request_cancel(new_id()),
            journal.check(),
        ):
            with pytest.raises(JournalUnavailable, match="for reading only"):
                await attempt
        with pytest.raises(JournalUnavailable, match="for reading only"), journal.changed_runs():
            pass


async def test_a_journal_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="There is no journal at"):
        async with ReadOnlyJournal.open(tmp_path / "journal.db"):
            pytest.fail("it was opened")
    assert os.listdir(tmp_path) == []


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(JournalUnavailable, match="is not a journal"):
        async with ReadOnlyJournal.open(tmp_path / "journal.db"):
            pytest.fail("it was opened")
