"""Many callers, few transactions; who is stale fails alone; the queue is bounded; a cancelled caller knows."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunOwnershipLost
from callsheet.journal.changes import OVERHEAD, AppendRecords, Change, CreateRun, Outcome, Probe, RequestCancel
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.projection import accepted, numbered, turn_of
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.schema import open_for_writing
from callsheet.journal.sqlite.writer import Writer
from callsheet.runs.events import Event, RunId, RunStatus, RunSummary
from tests.support.events import new_id, new_run, run_finished, step_started, steps


class Disk(Writer):
    """A writer whose disk can be stopped for a while."""

    def __init__(self, path: Path) -> None:
        super().__init__(open_for_writing(path), path, DatabaseLock(path))
        self.runs_freely = threading.Event()
        self.runs_freely.set()
        self.reached: Callable[[], None] = lambda: None
        self.batches: list[int] = []

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        self.batches.append(len(changes))
        self.reached()
        self.runs_freely.wait()
        return super().commit(changes)


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Disk]:
    disk = Disk(tmp_path / "journal.db")
    yield disk
    disk.runs_freely.set()
    disk.close()


def create(run_id: RunId, *, key: str | None = None, fingerprint: str = "") -> CreateRun:
    run = new_run(run_id)
    return CreateRun(
        row=accepted(run),
        records=numbered([run.started], 0),
        parent_seq=None,
        definition=run.definition,
        idempotency_key=key,
        fingerprint=fingerprint,
        size=OVERHEAD,
    )


def append(run_id: RunId, expected_seq: int, events: list[Event], *, size: int = OVERHEAD) -> AppendRecords:
    records = numbered(events, expected_seq)
    return AppendRecords(run_id=run_id, expected_seq=expected_seq, records=records, turn=turn_of(events), size=size)


@asynccontextmanager
async def in_front_of(
    disk: Disk, *, linger: float = 0.0, max_bytes: int = 10**6
) -> AsyncGenerator[tuple[GroupCommit, list[Change]]]:
    published: list[Change] = []

    def publish(change: Change, _: Outcome) -> None:
        published.append(change)

    commits = GroupCommit(disk, publish, linger=linger, linger_above=4, max_bytes=max_bytes)
    try:
        yield commits, published
    finally:
        disk.runs_freely.set()
        await commits.close()


async def held_up(disk: Disk, commits: GroupCommit) -> asyncio.Task[Outcome]:
    """Stop the disk in the middle of a batch of one."""
    loop, reached = asyncio.get_running_loop(), asyncio.Event()
    disk.runs_freely.clear()
    disk.reached = lambda: loop.call_soon_threadsafe(reached.set) and None
    first = asyncio.create_task(commits.submit(Probe(), ""))
    await reached.wait()
    disk.reached = lambda: None
    return first


# one transaction for many


@pytest.mark.parametrize("linger", [0.0, 0.002])
async def test_fifty_runs_at_once_share_their_transactions(disk: Disk, linger: float) -> None:
    async with in_front_of(disk, linger=linger) as (commits, _):

        async def run() -> None:
            run_id = new_id()
            await commits.submit(create(run_id), run_id)
            for step in range(10):
                await commits.submit(append(run_id, 1 + 2 * step, steps(run_id, 1)), run_id)

        await asyncio.gather(*(run() for _ in range(50)))
        assert sum(disk.batches) == 550
        assert disk.transactions == len(disk.batches)
        assert disk.transactions <= 110


async def test_a_single_run_does_not_wait_for_others(disk: Disk) -> None:
    # An hour of linger: whoever lingers would run into the time-out.
    async with in_front_of(disk, linger=3600) as (commits, _), asyncio.timeout(10):
        run_id = new_id()
        await commits.submit(create(run_id), run_id)
        for step in range(5):
            await commits.submit(append(run_id, 1 + 2 * step, steps(run_id, 1)), run_id)


async def test_short_runs_one_after_the_other_are_not_many_runs_at_once(disk: Disk) -> None:
    async with in_front_of(disk, linger=3600) as (commits, _), asyncio.timeout(10):
        for _ in range(10):
            run_id = new_id()
            await commits.submit(create(run_id), run_id)
            await commits.submit(append(run_id, 1, [run_finished(run_id)]), run_id, last=True)


async def test_the_linger_ends_when_all_active_runs_have_written(disk: Disk) -> None:
    async with in_front_of(disk, linger=3600) as (commits, _), asyncio.timeout(10):
        ids = [new_id() for _ in range(10)]
        await asyncio.gather(*(commits.submit(create(run_id), run_id) for run_id in ids))
        await asyncio.gather(*(commits.submit(append(run_id, 1, steps(run_id, 1)), run_id) for run_id in ids))
        assert disk.batches == [10, 10]


async def test_nothing_is_published_or_answered_before_the_commit(disk: Disk) -> None:
    async with in_front_of(disk) as (commits, published):
        first = await held_up(disk, commits)
        assert not first.done()
        assert published == []
        disk.runs_freely.set()
        await first
        assert published == [Probe()]


async def test_each_batch_that_is_durable_is_told_with_its_size(disk: Disk) -> None:
    told: list[tuple[int, bool]] = []
    async with in_front_of(disk) as (commits, _):
        commits.committed = lambda size, seconds: told.append((size, seconds >= 0))
        first = await held_up(disk, commits)
        more = [asyncio.create_task(commits.submit(Probe(), "")) for _ in range(3)]
        assert told == []
        disk.runs_freely.set()
        await asyncio.gather(first, *more)
        assert told == [(1, True), (3, True)]


# the fence inside a batch


def test_who_is_stale_fails_alone(disk: Disk) -> None:
    a, b, c = new_id(), new_id(), new_id()
    disk.commit([create(a), create(b)])
    outcomes = disk.commit(
        [
            append(a, 1, [step_started(a)]),
            append(b, 5, [step_started(b)]),
            append(c, 1, [step_started(c)]),
            create(c),
            append(a, 1, [run_finished(a)]),
            append(a, 2, steps(a, 1)),
            RequestCancel(run_id=b),
            RequestCancel(run_id=new_id()),
            create(a),
        ]
    )
    kinds = [type(outcome) if isinstance(outcome, CallsheetError) else outcome for outcome in outcomes]
    assert kinds[:3] == [None, RunOwnershipLost, RunOwnershipLost]
    assert isinstance(kinds[3], RunSummary)
    assert kinds[4:6] == [RunOwnershipLost, None]
    row = disk.commit([RequestCancel(run_id=a)])[0]
    assert isinstance(row, RunSummary)
    assert (row.last_seq, row.status) == (4, RunStatus.RUNNING)


def test_changes_of_one_batch_keep_the_order_of_each_run(disk: Disk) -> None:
    a, b = new_id(), new_id()
    changes = [create(a), create(b), append(a, 1, steps(a, 1)), append(b, 1, steps(b, 1)), append(a, 3, steps(a, 2))]
    assert [isinstance(outcome, CallsheetError) for outcome in disk.commit(changes)] == [False] * 5
    assert disk.transactions == 1


async def test_a_stale_worker_in_the_crowd_does_no_harm(tmp_path: Path) -> None:
    async with SqliteJournal.open(tmp_path / "journal.db") as journal:
        ids = [(await journal.create(new_run())).run_id for _ in range(20)]
        good = [journal.append(run_id, 1, steps(run_id, 1)) for run_id in ids]
        stale = [journal.append(run_id, 7, [run_finished(run_id)]) for run_id in ids[::4]]
        results = await asyncio.gather(*good, *stale, return_exceptions=True)
        assert results[:20] == [None] * 20
        assert [type(result) for result in results[20:]] == [RunOwnershipLost] * 5
        for run_id in ids:
            assert [record.seq for record in await journal.read(run_id)] == [1, 2, 3]
            assert (await journal.summary(run_id)).last_seq == 3


# back-pressure


async def test_callers_wait_when_the_queue_is_full(disk: Disk) -> None:
    async with in_front_of(disk, max_bytes=10_000) as (commits, _), asyncio.timeout(10):
        run_id = new_id()
        await commits.submit(create(run_id), run_id)
        first = await held_up(disk, commits)
        others = [asyncio.create_task(commits.submit(Probe(size=1_000), "")) for _ in range(50)]
        huge = asyncio.create_task(commits.submit(append(run_id, 1, steps(run_id, 1), size=50_000), run_id))
        for _ in range(5):
            await asyncio.sleep(0)
            assert commits.queued_bytes <= 10_000
        disk.runs_freely.set()
        await asyncio.gather(first, huge, *others)
        assert commits.queued_bytes == 0
        assert max(disk.batches) <= 10


# cancellation


async def test_a_caller_cancelled_in_the_queue_was_never_there(disk: Disk) -> None:
    async with in_front_of(disk) as (commits, published):
        run_id = new_id()
        await commits.submit(create(run_id), run_id)
        first = await held_up(disk, commits)
        doomed = asyncio.create_task(commits.submit(append(run_id, 1, steps(run_id, 1)), run_id))
        await asyncio.sleep(0)
        doomed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doomed
        disk.runs_freely.set()
        await first
        await commits.submit(append(run_id, 1, [run_finished(run_id)]), run_id)
        assert [type(change) for change in published] == [CreateRun, Probe, AppendRecords]
        assert commits.queued_bytes == 0


async def test_a_caller_cancelled_in_the_commit_leaves_when_it_is_settled(disk: Disk) -> None:
    async with in_front_of(disk) as (commits, published):
        doomed = await held_up(disk, commits)
        doomed.cancel()
        await asyncio.sleep(0)
        assert not doomed.done()
        disk.runs_freely.set()
        with pytest.raises(asyncio.CancelledError):
            await doomed
        assert published == [Probe()]
        assert commits.queued_bytes == 0


async def test_closing_commits_the_queue_and_ends_the_thread(disk: Disk) -> None:
    async with in_front_of(disk) as (commits, published):
        first = await held_up(disk, commits)
        queued = [asyncio.create_task(commits.submit(Probe(), "")) for _ in range(5)]
        await asyncio.sleep(0)
        disk.runs_freely.set()
    await asyncio.gather(first, *queued)
    assert len(published) == 6
    assert "callsheet-journal" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(JournalUnavailable):
        await commits.submit(Probe(), "")
