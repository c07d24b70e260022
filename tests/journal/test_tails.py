"""The tails in memory are bounded, and followers of a run at work cost no queries."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from callsheet.errors.runs import RunNotFound
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.journal.tails import RECORD_COST, TAIL_COST, Tails
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Record, RunId
from tests.support.events import new_id, new_run, step_finished, steps

T = TypeVar("T")
A, B, C = RunId("a"), RunId("b"), RunId("c")


def records(first: int, last: int, size: int = 100) -> list[Record]:
    return [Record(seq, "step_started", b"x" * size) for seq in range(first, last + 1)]


def seqs(found: Sequence[Record] | None) -> list[int] | None:
    return None if found is None else [record.seq for record in found]


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which must not suspend: so it asked no thread."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value
    work.close()
    raise AssertionError("it had to wait")


def test_a_tail_answers_from_where_it_begins() -> None:
    tails = Tails(max_bytes=10**6, max_bytes_per_run=10**6)
    tails.extend(A, records(4, 8))
    assert tails.last_seq(A) == 8
    assert seqs(tails.read(A, 3, None)) == [4, 5, 6, 7, 8]
    assert seqs(tails.read(A, 5, 2)) == [6, 7]
    assert seqs(tails.read(A, 8, None)) == []
    assert seqs(tails.read(A, 50, None)) == []
    assert tails.read(A, 2, None) is None
    assert tails.read(B, 0, None) is None


def test_a_gap_or_an_echo_never_ends_up_in_a_tail() -> None:
    tails = Tails(max_bytes=10**6, max_bytes_per_run=10**6)
    tails.extend(A, records(1, 3))
    tails.extend(A, records(2, 3))
    assert seqs(tails.read(A, 0, None)) == [1, 2, 3]
    tails.extend(A, records(7, 8))
    assert tails.read(A, 3, None) is None
    assert seqs(tails.read(A, 6, None)) == [7, 8]


def test_what_was_looked_up_does_not_replace_what_is_known() -> None:
    tails = Tails(max_bytes=10**6, max_bytes_per_run=10**6)
    tails.extend(A, records(1, 3))
    tails.remember(A, 2)
    assert seqs(tails.read(A, 0, None)) == [1, 2, 3]
    tails.remember(B, 7)
    assert tails.last_seq(B) == 7
    assert seqs(tails.read(B, 7, None)) == []
    assert tails.read(B, 6, None) is None
    tails.extend(B, records(8, 9))
    assert seqs(tails.read(B, 7, None)) == [8, 9]


def test_a_long_run_keeps_its_latest_records_within_its_share() -> None:
    tails = Tails(max_bytes=10**6, max_bytes_per_run=10_000)
    for seq in range(1, 1000):
        tails.extend(A, records(seq, seq))
        assert tails.size <= 10_000
    kept = seqs(tails.read(A, 980, None))
    assert kept == list(range(981, 1000))
    assert tails.read(A, 0, None) is None


def test_all_tails_stay_within_the_total_and_the_least_used_go_first() -> None:
    cost = TAIL_COST + 10 * (100 + RECORD_COST)
    tails = Tails(max_bytes=2 * cost, max_bytes_per_run=10**6)
    tails.extend(A, records(1, 10))
    tails.extend(B, records(1, 10))
    tails.read(A, 0, None)
    tails.extend(C, records(1, 10))
    assert tails.size == 2 * cost
    assert [tails.last_seq(run) for run in (A, B, C)] == [10, None, 10]
    for number in range(10_000):
        tails.remember(RunId(f"run {number}"), 1)
    assert tails.size <= 2 * cost


def test_a_record_larger_than_all_room_is_not_kept() -> None:
    tails = Tails(max_bytes=10_000, max_bytes_per_run=50_000)
    tails.extend(A, records(1, 2, size=20_000))
    assert tails.last_seq(A) == 2
    assert tails.size <= 10_000


async def test_a_cancelled_waiter_leaves_nothing_behind() -> None:
    wakeups = Wakeups()

    async def wait() -> None:
        with wakeups.registered(A) as woken:
            await woken

    waiting = [asyncio.create_task(wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert len(wakeups) == 3
    waiting[0].cancel()
    await asyncio.gather(*waiting[:1], return_exceptions=True)
    assert len(wakeups) == 2
    wakeups.notify(A, 2)
    await asyncio.gather(*waiting[1:])
    assert len(wakeups) == 0


async def test_followers_of_a_run_at_work_never_leave_the_loop(tmp_path: Path) -> None:
    async with SqliteJournal.open(tmp_path / "journal.db") as journal:
        run_id = (await journal.create(new_run())).run_id
        await journal.append(run_id, 1, steps(run_id, 10))
        for after in range(21):
            at_once(journal.wait(run_id, after))
            assert len(at_once(journal.read(run_id, after))) == 21 - after
        assert at_once(journal.read(run_id, 21)) == []


async def test_what_memory_does_not_hold_comes_from_disk(tmp_path: Path) -> None:
    options = SqliteOptions(tail_bytes=5_000, tail_bytes_per_run=2_000)
    async with SqliteJournal.open(tmp_path / "journal.db", options) as journal, asyncio.timeout(10):
        ids = [(await journal.create(new_run())).run_id for _ in range(20)]
        for run_id in ids:
            await journal.append(run_id, 1, steps(run_id, 10))
        for run_id in ids:
            assert [record.seq for record in await journal.read(run_id, 3, 4)] == [4, 5, 6, 7]
            assert [record.seq for record in await journal.read(run_id)] == list(range(1, 22))
            await journal.wait(run_id, 20)
        followers = [asyncio.create_task(journal.wait(run_id, 21)) for run_id in ids for _ in range(5)]
        await asyncio.gather(*(journal.append(run_id, 21, [step_finished(run_id)]) for run_id in ids))
        await asyncio.gather(*followers)


async def test_a_create_that_is_sent_again_does_not_rewind_its_run(tmp_path: Path) -> None:
    path, run = tmp_path / "journal.db", new_run(key="k", fingerprint="f")
    run_id = run.started.run_id
    async with SqliteJournal.open(path) as journal:
        await journal.create(run)
        await journal.append(run_id, 1, steps(run_id, 3))
    # A new process, whose memory holds nothing of the run.
    async with SqliteJournal.open(path) as journal:
        assert (await journal.create(run)).last_seq == 7
        assert [record.seq for record in await journal.read(run_id)] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_waiter_for_an_unknown_run_is_told_and_may_try_again(tmp_path: Path) -> None:
    async with SqliteJournal.open(tmp_path / "journal.db") as journal:
        run_id = new_id()
        waiting = [asyncio.create_task(journal.wait(run_id, 0)) for _ in range(10)]
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [RunNotFound] * 10
        await journal.create(new_run(run_id))
        at_once(journal.wait(run_id, 0))


async def test_of_many_who_look_up_a_run_one_may_leave(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with SqliteJournal.open(path) as journal:
        run_id = (await journal.create(new_run())).run_id
    async with SqliteJournal.open(path) as journal, asyncio.timeout(5):
        waiting = [asyncio.create_task(journal.wait(run_id, 1)) for _ in range(10)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        await journal.append(run_id, 1, steps(run_id, 1))
        await asyncio.gather(*waiting[1:])
