"""Disks and files that fail: a sentence with the path, nothing half-written, and on again where that is safe."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunDamaged, RunNotFound, RunOwnershipLost
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.schema import open_for_writing
from callsheet.runs.answers import Answer, Answers
from callsheet.runs.events import RunId, StepPath
from callsheet.runs.history import RunHistory
from callsheet.runs.ports import RunFilter
from callsheet.testing import ManualClock
from tests.support.events import after_noon, answer, new_run, run_finished, run_waiting, step_finished, steps

ANY = RunFilter()


async def refusal(path: Path) -> str:
    """The sentence with which `path` cannot be opened."""
    with pytest.raises(JournalUnavailable) as caught:
        async with SqliteJournal.open(path):
            pytest.fail("it was opened")
    return caught.value.message


@asynccontextmanager
async def with_connection(path: Path) -> AsyncGenerator[tuple[SqliteJournal, sqlite3.Connection]]:
    """A journal and the connection that its writer uses, to be touched only while nobody writes."""
    connection = open_for_writing(path)
    async with _closing(SqliteJournal(path, connection, DatabaseLock(path), SqliteOptions())) as journal:
        yield journal, connection


@asynccontextmanager
async def _closing(journal: SqliteJournal) -> AsyncGenerator[SqliteJournal]:
    try:
        yield journal
    finally:
        await journal.close()


def spoil(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


# opening


async def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    async with SqliteJournal.open(tmp_path / "a" / "b" / "journal.db") as journal:
        await journal.check()
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sentence = await refusal(tmp_path / "file" / "data" / "journal.db")
    assert f"{tmp_path}/file/data cannot be created" in sentence


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    sentence = await refusal(tmp_path / "journal.db")
    assert f"{tmp_path}/journal.db cannot be opened" in sentence


async def test_a_folder_in_place_of_the_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db.lock").mkdir()
    assert "journal.db.lock cannot be used" in await refusal(tmp_path / "journal.db")


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"my holiday diary, " * 1000)
    assert "is not a journal" in await refusal(path)
    assert path.read_bytes() == b"my holiday diary, " * 1000


async def test_a_refused_file_can_be_opened_once_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.mkdir()
    await refusal(path)
    path.rmdir()
    async with SqliteJournal.open(path) as journal:
        await journal.check()


# a full disk


async def test_a_full_disk_refuses_whole_batches_and_recovers(tmp_path: Path) -> None:
    async with with_connection(tmp_path / "journal.db") as (journal, connection):
        run_id = (await journal.create(new_run())).run_id
        waiting = asyncio.create_task(journal.wait(run_id, 1))
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")
        large = [step_finished(run_id, output="x" * 100_000)]
        refused = await asyncio.gather(
            journal.append(run_id, 1, large), journal.create(new_run()), return_exceptions=True
        )
        for refusal in refused:
            assert isinstance(refusal, JournalUnavailable)
            assert "is full" in refusal.message
            assert str(tmp_path) in refusal.message
        assert len(await journal.read(run_id)) == 1
        assert len((await journal.runs(ANY, 10)).runs) == 1
        assert not waiting.done()
        connection.execute("PRAGMA max_page_count = 100000")
        await journal.check()
        await journal.append(run_id, 1, large)
        async with asyncio.timeout(5):
            await waiting
        assert [record.seq for record in await journal.read(run_id)] == [1, 2]


# a disk that fails


class FailingDisk(sqlite3.Connection):
    """A connection whose commit reports what a disk that fails makes SQLite report."""

    code = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.code:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(sql, *values)


async def test_after_a_failed_flush_nothing_is_written_any_more(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_for_writing(path).close()
    connection = sqlite3.connect(path, factory=FailingDisk, isolation_level=None, check_same_thread=False)
    async with _closing(SqliteJournal(path, connection, DatabaseLock(path), SqliteOptions())) as journal:
        run_id = (await journal.create(new_run())).run_id
        connection.code = sqlite3.SQLITE_IOERR_FSYNC
        with pytest.raises(JournalUnavailable, match="restart"):
            await journal.append(run_id, 1, [run_finished(run_id)])
        connection.code = 0
        for late in (journal.append(run_id, 1, [run_finished(run_id)]), journal.check(), journal.create(new_run())):
            with pytest.raises(JournalUnavailable, match="restart"):
                await late
        assert len(await journal.read(run_id)) == 1


async def test_a_lock_of_another_program_passes(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with with_connection(path) as (journal, connection):
        connection.execute("PRAGMA busy_timeout = 1")
        intruder = sqlite3.connect(path, isolation_level=None)
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="locked by another program"):
            await journal.create(new_run())
        intruder.execute("ROLLBACK")
        intruder.close()
        await journal.create(new_run())


# damage


@pytest.fixture
async def damaged(tmp_path: Path) -> tuple[Path, RunId, RunId]:
    """A journal with a run to be damaged and a sound one."""
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as journal:
        bad, good = [(await journal.create(new_run())).run_id for _ in range(2)]
        for run_id in (bad, good):
            await journal.append(run_id, 1, steps(run_id, 1))
    return path, bad, good


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET data = 'text' WHERE seq = 2 AND run = (SELECT number FROM runs WHERE run_id = ?)",
        "UPDATE events SET type = x'00' WHERE seq = 2 AND run = (SELECT number FROM runs WHERE run_id = ?)",
        "UPDATE events SET seq = 'two' WHERE seq = 2 AND run = (SELECT number FROM runs WHERE run_id = ?)",
        "DELETE FROM events WHERE seq = 2 AND run = (SELECT number FROM runs WHERE run_id = ?)",
        "DELETE FROM events WHERE seq = 3 AND run = (SELECT number FROM runs WHERE run_id = ?)",
    ],
)
async def test_a_damaged_event_fails_its_run_alone(damaged: tuple[Path, RunId, RunId], damage: str) -> None:
    path, bad, good = damaged
    spoil(path, damage, bad)
    async with SqliteJournal.open(path) as journal:
        with pytest.raises(RunDamaged, match=f"Run {bad} cannot be read"):
            await journal.read(bad)
        assert len(await journal.read(good)) == 3
        assert len((await journal.runs(ANY, 10)).runs) == 2


@pytest.mark.parametrize("column", ["status", "started_at", "finished_at"])
async def test_a_damaged_row_does_not_hide_the_others(damaged: tuple[Path, RunId, RunId], column: str) -> None:
    path, bad, good = damaged
    spoil(path, f"UPDATE runs SET {column} = 'rubbish' WHERE run_id = ?", bad)
    async with SqliteJournal.open(path) as journal:
        with pytest.raises(RunDamaged, match=f"Run {bad} cannot be read"):
            await journal.summary(bad)
        assert [run.run_id for run in (await journal.runs(ANY, 10)).runs] == [good]
        assert await journal.summaries([bad, good]) == {bad: None, good: await journal.summary(good)}
        results = await asyncio.gather(
            journal.request_cancel(bad),
            journal.append(good, 3, [run_finished(good)]),
            journal.append(good, 99, []),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [RunDamaged, type(None), RunOwnershipLost]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET status = 'rubbish' WHERE run_id = ?",
        "UPDATE events SET data = 'rubbish' WHERE seq = 1 AND run = (SELECT number FROM runs WHERE run_id = ?)",
    ],
)
async def test_a_damaged_run_of_somebody_else_is_as_if_it_were_not_there(
    damaged: tuple[Path, RunId, RunId], damage: str
) -> None:
    path, bad, _ = damaged
    spoil(path, damage, bad)
    bob = Principal(subject="key:bob", name="bob", role=Role.OPERATOR, every_run=False)
    async with SqliteJournal.open(path) as journal:
        history = RunHistory(journal, bob)
        answers = Answers(journal=journal, engine=None, clock=ManualClock(), caller=bob)
        said = answers.answer(bad, StepPath("a"), Answer(approved=True))
        for attempt in (history.summary(bad), history.state(bad), history.logs(bad, StepPath("a")), said):
            with pytest.raises(RunNotFound):
                await attempt


@pytest.mark.parametrize("column", ["value", "sent_at"])
async def test_a_damaged_message_fails_its_run_alone(damaged: tuple[Path, RunId, RunId], column: str) -> None:
    path, bad, good = damaged
    async with SqliteJournal.open(path) as journal:
        for run_id in (bad, good):
            await journal.deliver(run_id, 2, answer())
    spoil(path, f"UPDATE messages SET {column} = 'rubbish' WHERE run = (SELECT number FROM runs WHERE run_id = ?)", bad)
    async with SqliteJournal.open(path) as journal:
        for attempt in (journal.messages(bad), journal.deliver(bad, 2, answer())):
            with pytest.raises(RunDamaged, match=f"Run {bad} cannot be read"):
                await attempt
        assert dict(await journal.messages(good)) == {2: answer()}


async def test_a_damaged_moment_does_not_hide_the_others(damaged: tuple[Path, RunId, RunId]) -> None:
    path, bad, good = damaged
    async with SqliteJournal.open(path) as journal:
        for run_id, seconds in ((bad, 1), (good, 2)):
            await journal.append(run_id, 3, [run_waiting(run_id, until=after_noon(seconds))])
    spoil(path, "UPDATE runs SET due_at = '2026-04-24 rubbish' WHERE run_id = ?", bad)
    async with SqliteJournal.open(path) as journal:
        assert await journal.next_due(after_noon(0)) == after_noon(2)
        spoil(path, "UPDATE runs SET due_at = '2026-04-24T12:00:01 rubbish' WHERE run_id = ?", bad)
        assert await journal.next_due(after_noon(0)) == after_noon(2)


async def test_readers_cannot_write(damaged: tuple[Path, RunId, RunId]) -> None:
    readers = Readers(damaged[0], threads=1)
    with pytest.raises(JournalUnavailable, match="read-only"):
        await readers.query(lambda connection: connection.execute("DELETE FROM runs"))
    await readers.close()


async def test_the_log_does_not_grow_without_bound(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as journal:
        run_id = (await journal.create(new_run())).run_id
        for seq in range(1, 400):
            await journal.append(run_id, seq, [step_finished(run_id, output="x" * 200_000)])
        assert path.with_name("journal.db-wal").stat().st_size < 40_000_000
    assert path.stat().st_size > 80_000_000
