"""The contract of `Journal.changed_runs` and `Journal.summaries`, over every adapter."""

import asyncio

import pytest

from callsheet.journal import announcements
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import ChangedRuns, Journal
from tests.support.events import (
    NOON,
    new_id,
    new_run,
    run_finished,
    run_resumed,
    run_waiting,
    step_finished,
    step_started,
    steps,
)


@pytest.fixture(autouse=True)
async def _listening(journal: Journal) -> None:  # pyright: ignore[reportUnusedFunction]
    """News of other processes come: what was told of them before may be anything."""
    if isinstance(journal, PostgresJournal):
        async with asyncio.timeout(10):
            await journal.listening.wait()


async def created(journal: Journal) -> RunId:
    return (await journal.create(new_run())).run_id


async def told(changed: ChangedRuns) -> list[RunId] | None:
    async with asyncio.timeout(5):
        runs = await changed.next()
    return None if runs is None else list(runs)


async def statuses_told(journal: Journal, changed: ChangedRuns) -> list[RunStatus]:
    """The status of each run that is told."""
    runs = await told(changed)
    assert runs is not None
    rows = await journal.summaries(runs)
    return [row.status for run_id in runs if (row := rows[run_id]) is not None]


async def test_every_change_of_a_status_is_told_when_it_can_be_read(journal: Journal) -> None:
    with journal.changed_runs() as changed:
        run_id = await created(journal)
        assert await statuses_told(journal, changed) == [RunStatus.QUEUED]
        await journal.append(run_id, 1, [step_started(run_id)])
        assert await statuses_told(journal, changed) == [RunStatus.RUNNING]
        await journal.append(run_id, 2, [run_waiting(run_id)])
        assert await statuses_told(journal, changed) == [RunStatus.WAITING]
        await journal.append(run_id, 3, [run_resumed(run_id)])
        assert await statuses_told(journal, changed) == [RunStatus.RUNNING]
        await journal.append(run_id, 4, [run_finished(run_id)])
        assert await statuses_told(journal, changed) == [RunStatus.SUCCESS]


async def test_a_run_that_is_removed_is_told_and_has_no_row(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [run_finished(run_id)])
    with journal.changed_runs() as changed:
        await journal.delete(run_id)
        assert await told(changed) == [run_id]
    assert await journal.summaries([run_id]) == {}


async def test_a_run_that_changed_many_times_meanwhile_is_told_once(journal: Journal) -> None:
    with journal.changed_runs() as changed:
        first, second = await created(journal), await created(journal)
        await journal.append(first, 1, [step_started(first), step_finished(first), run_finished(first)])
        assert await told(changed) == [first, second]


async def test_what_happened_before_is_not_told(journal: Journal) -> None:
    await created(journal)
    with journal.changed_runs() as changed:
        later = await created(journal)
        assert await told(changed) == [later]


async def test_every_subscriber_is_told_in_its_own_time(journal: Journal) -> None:
    with journal.changed_runs() as one, journal.changed_runs() as other:
        first = await created(journal)
        assert await told(one) == [first]
        second = await created(journal)
        assert await told(one) == [second]
        assert await told(other) == [first, second]


async def test_a_subscriber_that_waits_is_woken(journal: Journal) -> None:
    with journal.changed_runs() as changed:
        waiting = asyncio.create_task(told(changed))
        run_id = await created(journal)
        assert await waiting == [run_id]


async def test_a_wait_that_was_cancelled_loses_nothing(journal: Journal) -> None:
    with journal.changed_runs() as changed:
        waiting = asyncio.create_task(changed.next())
        await asyncio.wait([waiting], timeout=0)
        waiting.cancel()
        await asyncio.wait([waiting])
        run_id = await created(journal)
        assert await told(changed) == [run_id]


async def test_when_too_many_changed_it_may_be_any(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "MAX_PENDING", 3)
    with journal.changed_runs() as changed:
        for _ in range(5):
            await created(journal)
        assert await told(changed) is None
        run_id = await created(journal)
        assert await told(changed) == [run_id]


async def test_summaries_are_the_rows_of_those_that_exist(journal: Journal) -> None:
    runs = [await created(journal) for _ in range(700)]
    await journal.append(runs[1], 1, steps(runs[1], 1))
    rows = await journal.summaries([*runs, new_id()])
    assert set(rows) == set(runs)
    assert rows[runs[1]] == await journal.summary(runs[1])
    assert rows[runs[0]] == await journal.summary(runs[0])
    assert await journal.summaries([]) == {}


async def test_a_run_created_with_a_known_key_is_no_change(journal: Journal) -> None:
    await journal.create(new_run(key="k", fingerprint="f", started_at=NOON))
    with journal.changed_runs() as changed:
        await journal.create(new_run(key="k", fingerprint="f"))
        run_id = await created(journal)
        assert await told(changed) == [run_id]
