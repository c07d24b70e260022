"""What was acknowledged survives the process, and one process at a time writes."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunOwnershipLost
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.lock import holder, lock_path
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import RunFilter
from tests.support.events import NOON, answer, due_ids, new_run, run_finished, step_started, steps

WRITER = Path(__file__).with_name("acknowledging_writer.py")


@asynccontextmanager
async def another_process(path: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(WRITER),
        str(path),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def acknowledgements(process: asyncio.subprocess.Process, count: int) -> dict[str, int]:
    """The last acknowledged seq of each run, after `count` acknowledgements."""
    assert process.stdout is not None
    acknowledged: dict[str, int] = {}
    for _ in range(count):
        run_id, seq = (await process.stdout.readline()).decode().split()
        acknowledged[run_id] = int(seq)
    return acknowledged


async def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with another_process(path) as process:
        acknowledged = await acknowledgements(process, 500)
        process.kill()
        # What it had printed in the meantime counts as well; a line may be torn.
        rest, _ = await process.communicate()
    for line in rest.decode().splitlines(keepends=True):
        if line.endswith("\n"):
            run_id, seq = line.split()
            acknowledged[run_id] = int(seq)
    async with SqliteJournal.open(path) as journal:
        assert len(acknowledged) == 8
        unfinished = await due_ids(journal, NOON)
        assert set(unfinished) == set(acknowledged)
        for run_id in unfinished:
            records = await journal.read(run_id)
            assert [record.seq for record in records] == list(range(1, len(records) + 1))
            assert len(records) >= acknowledged[run_id]
            assert (await journal.summary(run_id)).last_seq == len(records)


async def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with another_process(path) as process:
        await acknowledgements(process, 1)
        with pytest.raises(JournalUnavailable, match=f"in use by process {process.pid}"):
            async with SqliteJournal.open(path):
                pytest.fail("two processes have the journal")
        process.kill()
        await process.communicate()
    async with SqliteJournal.open(path) as journal:
        await journal.check()


async def test_a_journal_is_opened_once_in_a_process_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path):
        with pytest.raises(JournalUnavailable, match=f"in use by process {os.getpid()}"):
            async with SqliteJournal.open(path):
                pytest.fail("it was opened twice")
    async with SqliteJournal.open(path):
        pass


async def test_others_can_read_who_has_the_journal_and_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    assert holder(path) is None
    async with SqliteJournal.open(path, note={"url": "http://127.0.0.1:1"}) as journal:
        held = holder(path)
        assert held is not None
        assert (held.pid, held.note) == (os.getpid(), {"url": "http://127.0.0.1:1"})
        journal.describe({"url": "http://127.0.0.1:22"})
        held = holder(path)
        assert held is not None
        assert held.note == {"url": "http://127.0.0.1:22"}
    assert holder(path) is None


async def test_a_lock_file_with_rubbish_in_it_still_tells_that_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path):
        for rubbish in ("", "{", "[]", '{"pid":"x","note":{}}', '{"pid":1,"note":[]}', "\udcff"):
            lock_path(path).write_text(rubbish, encoding="utf-8", errors="surrogateescape")
            held = holder(path)
            assert held is not None
            assert held.pid is None
            with pytest.raises(JournalUnavailable, match="in use by another process"):
                async with SqliteJournal.open(path):
                    pytest.fail("it was opened twice")


async def test_a_journal_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "with #? odd%20 [names]" / "journal.db"
    first, second = new_run(key="k", fingerprint="f"), new_run(definition=b"{}", revision="rev-2")
    run_id, ended = first.started.run_id, second.started.run_id
    async with SqliteJournal.open(path) as journal:
        await journal.create(first)
        await journal.create(second)
        await journal.append(run_id, 1, steps(run_id, 2))
        await journal.append(ended, 1, [run_finished(ended, message="done")])
        await journal.request_cancel(run_id)
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]
    async with SqliteJournal.open(path) as journal:
        assert await due_ids(journal, NOON) == [run_id]
        assert await journal.cancel_requested(run_id)
        assert await journal.definition(second.started.revision) == b"{}"
        assert (await journal.summary(ended)).status is RunStatus.SUCCESS
        assert (await journal.create(new_run(key="k", fingerprint="f"))).run_id == run_id
        with pytest.raises(RunOwnershipLost):
            await journal.append(run_id, 1, [step_started(run_id)])
        async with asyncio.timeout(5):
            await journal.wait(run_id, 4)
            waiting = asyncio.create_task(journal.wait(run_id, 5))
            await journal.append(run_id, 5, [step_started(run_id, "more")])
            await waiting
        assert [record.seq for record in await journal.read(run_id)] == [1, 2, 3, 4, 5, 6]


async def test_closing_commits_what_is_queued_and_lets_nobody_hang(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    runs = [new_run() for _ in range(30)]
    async with SqliteJournal.open(path) as journal:
        await journal.create(new_run(run_id := runs[0].started.run_id))
        waiting = asyncio.create_task(journal.wait(run_id, 5))
        queued = [asyncio.create_task(journal.create(run)) for run in runs[1:]]
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await asyncio.gather(*queued)
        for late in (
            waiting,
            journal.wait(run_id, 5),
            journal.create(new_run()),
            journal.check(),
            journal.due(NOON),
            journal.next_due(NOON),
            journal.deliver(run_id, 1, answer()),
            journal.messages(run_id),
        ):
            with pytest.raises(JournalUnavailable, match="closed"):
                await late
    async with SqliteJournal.open(path) as journal:
        assert len((await journal.runs(RunFilter(), 100)).runs) == 30
