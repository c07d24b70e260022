"""The contract of the `Journal` port, sentence by sentence, over every adapter."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from callsheet.errors.runs import CursorInvalid, IdempotencyKeyReused, RunNotFinished, RunNotFound, RunOwnershipLost
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.codec import decode, encode
from callsheet.runs.events import (
    Event,
    ForkedFrom,
    ParentStep,
    Record,
    Revision,
    RunId,
    RunStatus,
    RunSummary,
    StepPath,
)
from callsheet.runs.ports import DueRun, Journal, RunFilter
from tests.support.events import (
    NOON,
    after_noon,
    answer,
    due_ids,
    new_id,
    new_run,
    run_finished,
    run_started,
    run_waiting,
    step_finished,
    step_started,
    step_waiting,
    steps,
)

ANY = RunFilter()


def as_records(events: Sequence[Event], first_seq: int = 1) -> list[Record]:
    return [Record(seq, *encode(event)) for seq, event in enumerate(events, first_seq)]


async def created(journal: Journal, **how: object) -> RunId:
    return (await journal.create(new_run(**how))).run_id  # pyright: ignore[reportArgumentType]: passed on as it came


async def listed(journal: Journal, where: RunFilter = ANY) -> list[RunId]:
    return [run.run_id for run in (await journal.runs(where, 100)).runs]


# create


async def test_a_new_run_is_queued_and_has_its_first_event(journal: Journal) -> None:
    run_id = new_id()
    started = run_started(run_id)
    row = await journal.create(new_run(run_id))
    assert row == RunSummary(
        run_id=run_id,
        scenario_id="news",
        revision=Revision("rev-1"),
        status=RunStatus.QUEUED,
        started_at=NOON,
        last_seq=1,
    )
    assert await journal.summary(run_id) == row
    assert list(await journal.read(run_id)) == as_records([started])
    assert decode((await journal.read(run_id))[0]) == started


async def test_the_row_comes_back_as_it_is_stored(journal: Journal) -> None:
    elsewhere = (NOON + timedelta(microseconds=123_456)).astimezone(timezone(timedelta(hours=2)))
    row = await journal.create(new_run(started_at=elsewhere))
    assert row.started_at == NOON + timedelta(milliseconds=123)
    assert row.started_at.utcoffset() == timedelta(0)
    assert await journal.summary(row.run_id) == row


async def test_the_same_key_and_request_give_the_earlier_run(journal: Journal) -> None:
    first = await journal.create(new_run(key="k", fingerprint="f"))
    await journal.append(first.run_id, 1, [step_started(first.run_id)])
    again = new_run(key="k", fingerprint="f", revision="rev-2")
    assert await journal.create(again) == await journal.summary(first.run_id)
    assert await listed(journal) == [first.run_id]
    with pytest.raises(RunNotFound):
        await journal.read(again.started.run_id)
    with pytest.raises(ScenarioNotFound):
        await journal.definition(Revision("rev-2"))


async def test_a_key_with_another_request_is_refused_and_nothing_is_written(journal: Journal) -> None:
    first = await created(journal, key="k", fingerprint="f")
    with pytest.raises(IdempotencyKeyReused, match="'k'"):
        await journal.create(new_run(key="k", fingerprint="other", revision="rev-2"))
    assert await listed(journal) == [first]
    with pytest.raises(ScenarioNotFound):
        await journal.definition(Revision("rev-2"))


async def test_one_key_used_many_times_at_once_gives_one_run(journal: Journal) -> None:
    rows = await asyncio.gather(*(journal.create(new_run(key="k", fingerprint="f")) for _ in range(20)))
    assert len({row.run_id for row in rows}) == 1
    assert await listed(journal) == [rows[0].run_id]


async def test_runs_without_a_key_are_all_created(journal: Journal) -> None:
    rows = await asyncio.gather(*(journal.create(new_run()) for _ in range(20)))
    assert {row.run_id for row in rows} == set(await listed(journal))


async def test_a_run_id_is_never_given_to_two_runs(journal: Journal) -> None:
    run_id = await created(journal)
    with pytest.raises(RunOwnershipLost):
        await journal.create(new_run(run_id, scenario_id="other", revision="rev-2"))
    assert (await journal.summary(run_id)).scenario_id == "news"
    with pytest.raises(ScenarioNotFound):
        await journal.definition(Revision("rev-2"))


# definition


async def test_a_definition_is_kept_under_its_revision(journal: Journal) -> None:
    await created(journal, revision="one", definition=b'{"a":1}')
    await created(journal, revision="two", definition=b'{"a":2}')
    await created(journal, revision="one", definition=b'{"a":1}')
    assert await journal.definition(Revision("one")) == b'{"a":1}'
    assert await journal.definition(Revision("two")) == b'{"a":2}'


async def test_a_revision_that_no_run_used_is_not_found(journal: Journal) -> None:
    with pytest.raises(ScenarioNotFound, match="nowhere"):
        await journal.definition(Revision("nowhere"))


# append and the projection


async def test_events_are_numbered_on_and_come_back_as_encoded(journal: Journal) -> None:
    run_id = await created(journal)
    events: list[Event] = [step_started(run_id, data={"ü": [1.5, None]}), step_finished(run_id, output="x" * 10_000)]
    await journal.append(run_id, 1, events)
    assert list(await journal.read(run_id, after=1)) == as_records(events, first_seq=2)


async def test_any_later_event_makes_a_queued_run_running(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [step_started(run_id)])
    row = await journal.summary(run_id)
    assert (row.status, row.last_seq, row.finished_at) == (RunStatus.RUNNING, 2, None)
    await journal.append(run_id, 2, [step_finished(run_id), step_started(run_id, "next")])
    assert await journal.summary(run_id) == RunSummary(
        run_id=run_id,
        scenario_id="news",
        revision=Revision("rev-1"),
        status=RunStatus.RUNNING,
        started_at=NOON,
        last_seq=4,
    )


@pytest.mark.parametrize("status", [RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.CANCELLED])
@pytest.mark.parametrize("before", [0, 2])
async def test_run_finished_ends_the_run(journal: Journal, status: RunStatus, before: int) -> None:
    run_id = await created(journal)
    end = run_finished(run_id, status, message="It is over.", finished_at=after_noon(2.5))
    await journal.append(run_id, 1, [*steps(run_id, before), end])
    row = await journal.summary(run_id)
    assert (row.status, row.message, row.finished_at) == (status, "It is over.", after_noon(2.5))
    assert row.last_seq == 2 + 2 * before


async def test_a_run_ends_whatever_characters_its_message_has(journal: Journal) -> None:
    run_id = await created(journal)
    end = run_finished(run_id, RunStatus.FAILED, message="The server said \0 \u2028 \N{ROCKET}.")
    await journal.append(run_id, 1, [step_finished(run_id, output="\0"), end])
    row = await journal.summary(run_id)
    assert row.message == "The server said \N{REPLACEMENT CHARACTER} \u2028 \N{ROCKET}."
    assert (await journal.runs(RunFilter(q="server said"), 10)).runs == (row,)
    assert decode((await journal.read(run_id))[-1]) == end


async def test_an_append_of_nothing_checks_the_fence_and_changes_nothing(journal: Journal) -> None:
    run_id = await created(journal)
    row = await journal.summary(run_id)
    await journal.append(run_id, 1, [])
    assert await journal.summary(run_id) == row
    with pytest.raises(RunOwnershipLost):
        await journal.append(run_id, 2, [])


@pytest.mark.parametrize("expected_seq", [0, 1, 3, 4, 100])
async def test_a_worker_that_comes_back_loses_the_race_and_writes_nothing(journal: Journal, expected_seq: int) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [step_started(run_id)])
    before = await journal.read(run_id), await journal.summary(run_id)
    with pytest.raises(RunOwnershipLost, match=run_id):
        await journal.append(run_id, expected_seq, [step_finished(run_id), run_finished(run_id)])
    assert (await journal.read(run_id), await journal.summary(run_id)) == before


async def test_of_two_workers_at_once_one_wins(journal: Journal) -> None:
    run_id = await created(journal)
    results = await asyncio.gather(
        *(journal.append(run_id, 1, [step_started(run_id, f"worker_{n}")]) for n in range(10)), return_exceptions=True
    )
    assert [type(result) for result in results if result is not None] == [RunOwnershipLost] * 9
    assert len(await journal.read(run_id)) == 2


async def test_a_run_that_does_not_exist_cannot_be_appended_to(journal: Journal) -> None:
    with pytest.raises(RunOwnershipLost):
        await journal.append(new_id(), 1, [])


async def test_an_event_that_cannot_be_encoded_leaves_the_run_as_it_was(journal: Journal) -> None:
    run_id = await created(journal)
    bad = step_finished(run_id, output=object())  # pyright: ignore[reportArgumentType]: the mistake under test
    with pytest.raises(TypeError):
        await journal.append(run_id, 1, [step_started(run_id), bad])
    assert len(await journal.read(run_id)) == 1


# read


async def test_read_gives_what_follows_after_up_to_limit(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, steps(run_id, 5))

    async def seqs(after: int, limit: int | None = None) -> list[int]:
        return [record.seq for record in await journal.read(run_id, after, limit)]

    assert await seqs(0) == list(range(1, 12))
    assert await seqs(4) == list(range(5, 12))
    assert await seqs(4, 3) == [5, 6, 7]
    assert await seqs(10, 3) == [11]
    assert await seqs(11) == []
    assert await seqs(99) == []
    assert await seqs(0, 0) == []


async def test_a_run_that_does_not_exist_cannot_be_read(journal: Journal) -> None:
    for unknown in (new_id(), RunId("no uuid"), RunId("")):
        with pytest.raises(RunNotFound):
            await journal.read(unknown)
        with pytest.raises(RunNotFound):
            await journal.summary(unknown)
        with pytest.raises(RunNotFound):
            await journal.request_cancel(unknown)
        with pytest.raises(RunNotFound):
            await journal.wait(unknown, 0)


# wait


async def test_wait_returns_at_once_when_there_is_more(journal: Journal) -> None:
    run_id = await created(journal)
    async with asyncio.timeout(5):
        await journal.wait(run_id, 0)
        await journal.append(run_id, 1, steps(run_id, 1))
        await journal.wait(run_id, 2)


async def test_an_append_wakes_everyone_who_waits(journal: Journal) -> None:
    run_id = await created(journal)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(journal.wait(run_id, 1))
        await asyncio.sleep(0)
        await journal.append(run_id, 1, [step_started(run_id)])


async def test_an_append_that_does_not_reach_far_enough_wakes_nobody(journal: Journal) -> None:
    run_id, other = await created(journal), await created(journal)
    waiting = asyncio.create_task(journal.wait(run_id, 3))
    await asyncio.sleep(0)
    await journal.append(run_id, 1, [step_started(run_id)])
    await journal.append(other, 1, steps(other, 3))
    assert not waiting.done()
    await journal.append(run_id, 2, [step_finished(run_id), step_started(run_id, "next")])
    async with asyncio.timeout(5):
        await waiting


async def test_a_follower_sees_every_record_once_whenever_it_joins(journal: Journal) -> None:
    run_id = await created(journal)

    async def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < 41:
            await journal.wait(run_id, len(seen))
            seen += [record.seq for record in await journal.read(run_id, len(seen))]
        return seen

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        followers: list[asyncio.Task[list[int]]] = []
        for turn in range(20):
            followers += [tasks.create_task(follow()) for _ in range(3)]
            await journal.append(run_id, 1 + 2 * turn, steps(run_id, 1))
    assert [follower.result() for follower in followers] == [list(range(1, 42))] * 60


async def test_a_cancelled_waiter_does_not_disturb_the_others(journal: Journal) -> None:
    run_id = await created(journal)
    gone, stays = (asyncio.create_task(journal.wait(run_id, 1)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await journal.append(run_id, 1, [step_started(run_id)])
    async with asyncio.timeout(5):
        await stays


# runs


async def test_runs_are_listed_newest_first(journal: Journal) -> None:
    oldest = await created(journal, started_at=after_noon(0))
    newest = await created(journal, started_at=after_noon(60))
    middle = await created(journal, started_at=after_noon(30))
    later_in_the_same_moment = await created(journal, started_at=after_noon(30))
    assert await listed(journal) == [newest, later_in_the_same_moment, middle, oldest]


async def test_pages_show_every_run_once(journal: Journal) -> None:
    ids = [await created(journal, started_at=after_noon(n // 3)) for n in range(10)]
    seen: list[RunId] = []
    sizes: list[int] = []
    cursor = None
    while True:
        page = await journal.runs(ANY, 3, cursor)
        seen += [run.run_id for run in page.runs]
        sizes.append(len(page.runs))
        # A run that starts in the meantime must not push anything from one page to the next.
        await created(journal, started_at=after_noon(1000))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ids[::-1]
    assert sizes == [3, 3, 3, 1]


async def test_a_last_page_that_is_full_has_no_cursor(journal: Journal) -> None:
    for _ in range(4):
        await created(journal)
    first = await journal.runs(ANY, 2)
    assert first.next_cursor is not None
    assert (await journal.runs(ANY, 2, first.next_cursor)).next_cursor is None


async def test_a_cursor_fits_in_a_url(journal: Journal) -> None:
    for _ in range(2):
        await created(journal)
    cursor = (await journal.runs(ANY, 1)).next_cursor
    assert cursor is not None
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "cursor", ["", "x", "====", "ü", "MjAyNg", "A" * 5000, "MjAyNi0wNC0yNFQxMjowMDowMC4wMDArMDA6MDB8LTE", "\0"]
)
async def test_a_cursor_that_no_list_gave_out_is_refused(journal: Journal, cursor: str) -> None:
    await created(journal)
    with pytest.raises(CursorInvalid):
        await journal.runs(ANY, 10, cursor)


async def test_a_cursor_that_was_tampered_with_is_refused_or_is_another_place(journal: Journal) -> None:
    for _ in range(2):
        await created(journal)
    cursor = (await journal.runs(ANY, 1)).next_cursor
    assert cursor is not None
    for broken in (cursor + "A", cursor + "=", cursor[1:]):
        with pytest.raises(CursorInvalid):
            await journal.runs(ANY, 1, broken)
    try:  # a number of several digits may lose its last one
        page = await journal.runs(ANY, 2, cursor[:-1])
    except CursorInvalid:
        return
    assert set(page.runs) <= set((await journal.runs(ANY, 2)).runs)


async def test_filters_restrict_the_list(journal: Journal) -> None:
    queued = await created(journal, scenario_id="news", started_at=after_noon(0))
    running = await created(journal, scenario_id="weather", started_at=after_noon(10))
    await journal.append(running, 1, [step_started(running)])
    failed = await created(journal, scenario_id="news", started_at=after_noon(20))
    await journal.append(failed, 1, [run_finished(failed, RunStatus.FAILED, message="No Übertragung, 100% lost_")])

    async def found(**filters: object) -> list[RunId]:
        return await listed(journal, RunFilter(**filters))  # pyright: ignore[reportArgumentType]: as it came

    assert await found() == [failed, running, queued]
    assert await found(scenario_id="news") == [failed, queued]
    assert await found(scenario_id="nobody") == []
    assert await found(status=frozenset({RunStatus.QUEUED})) == [queued]
    assert await found(status=frozenset({RunStatus.FAILED, RunStatus.RUNNING})) == [failed, running]
    assert await found(status=frozenset[RunStatus]()) == []
    assert await found(started_after=after_noon(10)) == [failed]
    assert await found(started_before=after_noon(10)) == [queued]
    assert await found(started_after=after_noon(5), started_before=after_noon(15)) == [running]
    assert await found(scenario_id="news", status=frozenset({RunStatus.FAILED})) == [failed]
    assert await found(q=running) == [running]
    assert await found(q=running[5:20].upper()) == [running]
    assert await found(q="EATH") == [running]
    assert await found(q="no Übertragung") == [failed]
    assert await found(q="100% lost_") == [failed]
    assert await found(q="%") == [failed]
    assert await found(q="'; DROP TABLE runs; --") == []
    assert await found(q="") == [failed, running, queued]


async def test_filters_hold_on_every_page(journal: Journal) -> None:
    wanted: list[RunId] = []
    for n in range(12):
        run_id = await created(journal, started_at=after_noon(n))
        if n % 3 == 0:
            await journal.append(run_id, 1, [run_finished(run_id)])
            wanted.append(run_id)
        elif n % 3 == 1:
            await journal.append(run_id, 1, [step_started(run_id)])
            wanted.append(run_id)
    where = RunFilter(status=frozenset({RunStatus.SUCCESS, RunStatus.RUNNING}))
    seen: list[RunId] = []
    page = await journal.runs(where, 3)
    while page.next_cursor is not None:
        seen += [run.run_id for run in page.runs]
        page = await journal.runs(where, 3, page.next_cursor)
    assert seen + [run.run_id for run in page.runs] == wanted[::-1]


# history, removal


async def test_a_fork_says_in_its_row_where_it_comes_from(journal: Journal) -> None:
    for origin in (ForkedFrom(run_id=new_id(), from_step=StepPath("all[3].fetch")), ForkedFrom(run_id=new_id())):
        run = new_run()
        row = await journal.create(replace(run, started=replace(run.started, forked_from=origin)))
        assert row.forked_from == origin
        assert await journal.summary(row.run_id) == row
        assert decode((await journal.read(row.run_id))[0]) == replace(run.started, forked_from=origin)


async def test_a_long_history_is_stored_with_its_run(journal: Journal) -> None:
    run = new_run()
    history = tuple(steps(run.started.run_id, 300))
    row = await journal.create(replace(run, history=history))
    assert row.last_seq == 601
    assert list(await journal.read(row.run_id)) == as_records([run.started, *history])


async def test_a_run_may_be_stored_with_the_events_it_goes_on_after(journal: Journal) -> None:
    run = new_run()
    run_id = run.started.run_id
    history = (*steps(run_id, 1), step_started(run_id, "next", index=1))
    row = await journal.create(replace(run, history=history))
    assert (row.status, row.last_seq) == (RunStatus.RUNNING, 4)
    assert await journal.summary(run_id) == row
    assert list(await journal.read(run_id)) == as_records([run.started, *history])
    assert await due_ids(journal, NOON) == [run_id]
    await journal.append(run_id, 4, [run_finished(run_id)])
    async with asyncio.timeout(5):
        await journal.wait(run_id, 4)


async def test_a_finished_run_can_be_removed_with_all_that_belongs_to_it(journal: Journal) -> None:
    kept = await created(journal)
    run_id = await created(journal, key="k", fingerprint="f")
    waiting = [step_started(run_id), step_waiting(run_id), run_waiting(run_id)]
    await journal.append(run_id, 1, waiting)
    await journal.deliver(run_id, 3, answer())
    await journal.append(run_id, 4, [run_finished(run_id)])
    await journal.delete(run_id)
    assert await listed(journal) == [kept]
    for asked in (journal.summary, journal.read, journal.messages, journal.delete, journal.request_cancel):
        with pytest.raises(RunNotFound):
            await asked(run_id)
    again = await journal.create(new_run(key="k", fingerprint="other"))
    assert again.status is RunStatus.QUEUED
    assert list(await journal.read(again.run_id)) != []
    assert await journal.messages(again.run_id) == {}


async def test_a_run_of_any_length_can_be_removed_and_others_stay(journal: Journal) -> None:
    kept, run_id = await created(journal), await created(journal)
    await journal.append(run_id, 1, [*steps(run_id, 2_500), run_finished(run_id)])
    await journal.delete(run_id)
    with pytest.raises(RunNotFound):
        await journal.read(run_id)
    later = await created(journal)
    assert [record.seq for record in await journal.read(later)] == [1]
    assert await listed(journal) == [later, kept]


async def test_nobody_waits_for_a_run_that_was_removed(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [run_finished(run_id)])
    waiting = [asyncio.create_task(journal.wait(run_id, 2)) for _ in range(3)]
    await asyncio.wait(waiting, timeout=0)
    await journal.delete(run_id)
    async with asyncio.timeout(5):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [RunNotFound] * 3


async def test_a_run_that_has_not_ended_cannot_be_removed(journal: Journal) -> None:
    run_id = await created(journal)
    with pytest.raises(RunNotFinished, match="Cancel it first"):
        await journal.delete(run_id)
    assert await listed(journal) == [run_id]
    assert len(await journal.read(run_id)) == 1


async def test_nobody_is_told_of_the_end_of_a_run_whose_parent_was_removed(journal: Journal) -> None:
    parent = await created(journal)
    child = await created(journal, parent=ParentStep(run_id=parent, seq=1, depth=1))
    await journal.append(parent, 1, [run_finished(parent)])
    await journal.delete(parent)
    await journal.append(child, 1, [run_finished(child)])
    assert (await journal.summary(child)).status is RunStatus.SUCCESS


async def test_lists_show_the_children_of_a_run_and_what_ended_before_a_moment(journal: Journal) -> None:
    parent = await created(journal)
    early = await created(journal, parent=ParentStep(run_id=parent, seq=1, depth=1))
    late = await created(journal, parent=ParentStep(run_id=parent, seq=2, depth=1))
    await journal.append(early, 1, [run_finished(early, finished_at=after_noon(1))])
    await journal.append(late, 1, [run_finished(late, finished_at=after_noon(2))])
    assert await listed(journal, RunFilter(parent_run_id=parent)) == [late, early]
    assert await listed(journal, RunFilter(finished_before=after_noon(2))) == [early]
    assert await listed(journal, RunFilter(finished_before=after_noon(1))) == []


# unfinished


async def test_runs_that_have_not_ended_are_counted_by_their_status(journal: Journal) -> None:
    assert await journal.unfinished_by_status() == {RunStatus.QUEUED: 0, RunStatus.RUNNING: 0, RunStatus.WAITING: 0}
    _, at_work, parked, ended = [await created(journal) for _ in range(4)]
    await journal.append(at_work, 1, [step_started(at_work)])
    await journal.append(parked, 1, [step_started(parked), step_waiting(parked), run_waiting(parked)])
    await journal.append(ended, 1, [run_finished(ended)])
    assert await journal.unfinished_by_status() == {RunStatus.QUEUED: 1, RunStatus.RUNNING: 1, RunStatus.WAITING: 1}


# due, cancel, check


async def test_every_run_without_an_end_is_due_oldest_first(journal: Journal) -> None:
    queued = await created(journal, started_at=after_noon(10))
    running = await created(journal, started_at=after_noon(5))
    finished = await created(journal, started_at=after_noon(0))
    await journal.append(running, 1, [step_started(running)])
    await journal.append(finished, 1, [run_finished(finished)])
    assert await due_ids(journal, NOON) == [running, queued]


async def test_of_the_due_runs_those_with_a_higher_priority_come_first(journal: Journal) -> None:
    low = await created(journal, priority=-5)
    normal = await created(journal, started_at=after_noon(1))
    high = await created(journal, started_at=after_noon(2), priority=7)
    await journal.request_cancel(low)
    assert list(await journal.due(NOON)) == [
        DueRun(run_id=high, scenario_id="news", priority=7),
        DueRun(run_id=normal, scenario_id="news"),
        DueRun(run_id=low, scenario_id="news", priority=-5, cancel_requested=True),
    ]
    assert (await journal.summary(high)).priority == 7


async def test_a_cancel_request_is_remembered(journal: Journal) -> None:
    run_id, other = await created(journal), await created(journal)
    assert not await journal.cancel_requested(run_id)
    row = await journal.request_cancel(run_id)
    assert row == await journal.summary(run_id)
    assert row.status is RunStatus.QUEUED
    assert await journal.request_cancel(run_id) == row
    assert await journal.cancel_requested(run_id)
    assert not await journal.cancel_requested(other)
    await journal.append(run_id, 1, [run_finished(run_id, RunStatus.CANCELLED)])
    assert await journal.cancel_requested(run_id)


async def test_a_cancel_request_has_no_effect_on_a_finished_run(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [run_finished(run_id)])
    row = await journal.request_cancel(run_id)
    assert row.status is RunStatus.SUCCESS
    assert not await journal.cancel_requested(run_id)


async def test_nobody_asked_to_cancel_a_run_that_does_not_exist(journal: Journal) -> None:
    assert not await journal.cancel_requested(new_id())


async def test_check_returns_when_the_journal_can_be_written(journal: Journal) -> None:
    async with asyncio.timeout(5):
        await journal.check()
