"""The contract of the `Journal` port about runs that wait: when they are due, and what is sent to them."""

import asyncio
from datetime import timedelta, timezone

import pytest

from callsheet.errors.runs import AlreadyAnswered, RunNotFound, RunOwnershipLost
from callsheet.runs.events import Event, Message, ParentStep, RunId, RunStatus
from callsheet.runs.ports import Journal, RunFilter
from tests.support.events import (
    NOON,
    after_noon,
    answer,
    due_ids,
    new_id,
    new_run,
    run_finished,
    run_resumed,
    run_waiting,
    step_finished,
    step_started,
    step_waiting,
    steps,
)


async def created(journal: Journal, *, parent: ParentStep | None = None) -> RunId:
    return (await journal.create(new_run(parent=parent))).run_id


async def parked(journal: Journal, *, until: float | None = None, messages: int = 0, seconds: float = 0) -> RunId:
    """A run that waits until so many seconds after noon; its `step_waiting` is event 3."""
    run_id = (await journal.create(new_run(started_at=after_noon(seconds)))).run_id
    moment = None if until is None else after_noon(until)
    events: list[Event] = [step_started(run_id), step_waiting(run_id)]
    await journal.append(run_id, 1, [*events, run_waiting(run_id, until=moment, messages=messages)])
    return run_id


async def status(journal: Journal, run_id: RunId) -> RunStatus:
    return (await journal.summary(run_id)).status


async def due(journal: Journal, seconds: float = 0) -> list[RunId]:
    return await due_ids(journal, after_noon(seconds))


# the projection


async def test_the_last_turn_of_an_append_decides(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [step_started(run_id), run_waiting(run_id)])
    assert await status(journal, run_id) is RunStatus.WAITING
    await journal.append(run_id, 3, [run_resumed(run_id), step_finished(run_id)])
    assert await status(journal, run_id) is RunStatus.RUNNING
    await journal.append(run_id, 5, [run_waiting(run_id), run_resumed(run_id)])
    assert await status(journal, run_id) is RunStatus.RUNNING
    await journal.append(run_id, 7, [run_resumed(run_id), run_waiting(run_id)])
    row = await journal.summary(run_id)
    assert (row.status, row.last_seq, row.finished_at) == (RunStatus.WAITING, 9, None)
    await journal.append(run_id, 9, [run_resumed(run_id), run_finished(run_id)])
    assert await status(journal, run_id) is RunStatus.SUCCESS


async def test_a_run_can_be_parked_by_its_first_append(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [run_waiting(run_id, until=after_noon(5))])
    assert await status(journal, run_id) is RunStatus.WAITING
    assert await due(journal) == []


async def test_a_parked_run_stays_parked_when_nothing_says_otherwise(journal: Journal) -> None:
    run_id = await parked(journal)
    await journal.append(run_id, 4, [step_started(run_id, "other")])
    assert await status(journal, run_id) is RunStatus.WAITING


async def test_a_stale_worker_does_not_park_a_run(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [step_started(run_id)])
    with pytest.raises(RunOwnershipLost):
        await journal.append(run_id, 1, [run_waiting(run_id, until=after_noon(5))])
    assert await status(journal, run_id) is RunStatus.RUNNING
    assert await journal.next_due(NOON) is None


async def test_parked_runs_can_be_listed(journal: Journal) -> None:
    waits, other = await parked(journal), await created(journal)
    page = await journal.runs(RunFilter(status=frozenset({RunStatus.WAITING})), 10)
    assert [run.run_id for run in page.runs] == [waits]
    page = await journal.runs(RunFilter(status=frozenset({RunStatus.WAITING, RunStatus.QUEUED})), 10)
    assert {run.run_id for run in page.runs} == {waits, other}


async def test_a_row_names_the_run_above(journal: Journal) -> None:
    parent = await created(journal)
    row = await journal.create(new_run(parent=ParentStep(run_id=parent, seq=3, depth=1)))
    assert row.parent_run_id == parent
    assert await journal.summary(row.run_id) == row
    assert {run.run_id: run.parent_run_id for run in (await journal.runs(RunFilter(), 10)).runs} == {
        parent: None,
        row.run_id: parent,
    }


# due and next_due


async def test_a_parked_run_is_due_when_its_moment_has_come(journal: Journal) -> None:
    later, sooner, never = [await parked(journal, until=until) for until in (20, 10, None)]
    assert await due(journal, 9.999) == []
    assert await due(journal, 10) == [sooner]
    assert await due(journal, 1000) == [later, sooner]
    assert await status(journal, never) is RunStatus.WAITING


async def test_moments_are_cut_to_milliseconds_and_may_be_of_any_zone(journal: Journal) -> None:
    run_id = await created(journal)
    moment = (NOON + timedelta(microseconds=1_700)).astimezone(timezone(timedelta(hours=2)))
    await journal.append(run_id, 1, [run_waiting(run_id, until=moment)])
    assert await journal.next_due(NOON) == after_noon(0.001)
    assert await due(journal, 0.0005) == []
    assert await due(journal, 0.001) == [run_id]
    assert await due_ids(journal, moment) == [run_id]


async def test_what_is_due_comes_oldest_first_whatever_the_reason(journal: Journal) -> None:
    queued = (await journal.create(new_run(started_at=after_noon(3)))).run_id
    timed = await parked(journal, until=5, seconds=4)
    answered = await parked(journal, seconds=1)
    cancelled = await parked(journal, until=5, seconds=2)
    await journal.deliver(answered, 3, answer())
    await journal.request_cancel(cancelled)
    assert await due(journal, 4.999) == [answered, cancelled, queued]
    assert await due(journal, 5) == [answered, cancelled, queued, timed]


async def test_a_run_that_was_resumed_or_finished_has_no_moment_any_more(journal: Journal) -> None:
    resumed, finished = await parked(journal, until=10), await parked(journal, until=10)
    await journal.append(resumed, 4, [run_resumed(resumed)])
    await journal.append(finished, 4, [run_finished(finished)])
    assert await journal.next_due(NOON) is None
    assert await due(journal, 1000) == [resumed]


async def test_a_run_that_is_parked_again_has_only_its_new_moment(journal: Journal) -> None:
    run_id = await parked(journal, until=10)
    await journal.append(run_id, 4, [run_resumed(run_id), run_waiting(run_id, until=after_noon(20))])
    assert await journal.next_due(NOON) == after_noon(20)
    assert await due(journal, 19) == []
    await journal.append(run_id, 6, [run_resumed(run_id), run_waiting(run_id)])
    assert await journal.next_due(NOON) is None
    assert await due(journal, 1000) == []


async def test_the_next_moment_is_the_earliest_one_that_has_not_come(journal: Journal) -> None:
    assert await journal.next_due(NOON) is None
    for until in (30, 10, None, 20):
        await parked(journal, until=until)
    found = [await journal.next_due(after_noon(seconds)) for seconds in (0, 10, 19.999, 30)]
    assert found == [after_noon(10), after_noon(20), after_noon(20), None]


# deliver and messages


async def test_a_message_wakes_a_parked_run_until_it_was_seen(journal: Journal) -> None:
    run_id = await parked(journal)
    await journal.deliver(run_id, 3, answer("ada"))
    assert await due(journal) == [run_id]
    assert await status(journal, run_id) is RunStatus.WAITING
    await journal.append(run_id, 4, [run_resumed(run_id), run_waiting(run_id, messages=1)])
    assert await due(journal) == []
    await journal.deliver(run_id, 5, answer("bob"))
    assert await due(journal) == [run_id]


async def test_a_message_that_came_before_the_run_was_parked_is_not_lost(journal: Journal) -> None:
    run_id = await created(journal)
    await journal.append(run_id, 1, [step_started(run_id), step_waiting(run_id)])
    await journal.deliver(run_id, 3, answer())
    await journal.append(run_id, 3, [run_waiting(run_id, messages=0)])
    assert await due(journal) == [run_id]


async def test_messages_come_back_by_the_event_they_answer(journal: Journal) -> None:
    run_id, other = await parked(journal), await parked(journal)
    at = (NOON + timedelta(microseconds=2_700)).astimezone(timezone(timedelta(hours=-3)))
    await journal.deliver(run_id, 9, Message(at=at, by="Ädä", value={"kind": "answer", "data": {"ü": [1.5, None]}}))
    await journal.deliver(run_id, 3, Message(at=NOON, value={"kind": "timeout"}))
    messages = await journal.messages(run_id)
    assert dict(messages) == {
        3: Message(at=NOON, value={"kind": "timeout"}, by=""),
        9: Message(at=after_noon(0.002), by="Ädä", value={"kind": "answer", "data": {"ü": [1.5, None]}}),
    }
    assert messages[9].at.utcoffset() == timedelta(0)
    assert dict(await journal.messages(other)) == {}


async def test_the_first_message_counts_and_the_second_is_told_so(journal: Journal) -> None:
    run_id = await parked(journal, messages=1)
    await journal.deliver(run_id, 3, answer("ada", at=after_noon(1)))
    with pytest.raises(AlreadyAnswered, match="by ada") as caught:
        await journal.deliver(run_id, 3, answer("bob", approved=False))
    first = {"kind": "answer", "approved": True, "by": "ada", "at": "2026-04-24T12:00:01.000+00:00"}
    assert caught.value.first == first
    assert dict(await journal.messages(run_id)) == {3: answer("ada", at=after_noon(1))}
    assert await due(journal) == []  # the refused one does not count as unseen


async def test_of_many_answers_at_once_one_wins(journal: Journal) -> None:
    run_id = await parked(journal)
    results = await asyncio.gather(
        *(journal.deliver(run_id, 3, answer(f"{n}")) for n in range(100)), return_exceptions=True
    )
    winners = [n for n, result in enumerate(results) if result is None]
    assert [type(result) for result in results if result is not None] == [AlreadyAnswered] * 99
    assert [message.by for message in (await journal.messages(run_id)).values()] == [f"{n}" for n in winners]


async def test_nothing_is_delivered_to_a_run_that_does_not_exist(journal: Journal) -> None:
    with pytest.raises(RunNotFound):
        await journal.deliver(new_id(), 3, answer())
    with pytest.raises(RunNotFound):
        await journal.messages(new_id())


async def test_a_message_that_is_no_json_changes_nothing(journal: Journal) -> None:
    run_id = await parked(journal)
    bad = Message(at=NOON, value={"x": object()})  # pyright: ignore[reportArgumentType]: the mistake under test
    with pytest.raises(TypeError):
        await journal.deliver(run_id, 3, bad)
    assert dict(await journal.messages(run_id)) == {}


async def test_a_message_does_not_count_as_an_event(journal: Journal) -> None:
    run_id = await parked(journal)
    before = await journal.summary(run_id), list(await journal.read(run_id))
    waiting = asyncio.create_task(journal.wait(run_id, 4))
    await journal.deliver(run_id, 3, answer())
    assert (await journal.summary(run_id), list(await journal.read(run_id))) == before
    assert not waiting.done()
    await journal.append(run_id, 4, [run_resumed(run_id)])
    async with asyncio.timeout(5):
        await waiting


async def test_a_finished_run_is_not_woken(journal: Journal) -> None:
    run_id = await parked(journal)
    await journal.append(run_id, 4, [run_finished(run_id)])
    await journal.deliver(run_id, 3, answer())
    assert await due(journal) == []


# the end of a child


@pytest.mark.parametrize("end", [RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.CANCELLED])
async def test_the_end_of_a_child_wakes_its_parent(journal: Journal, end: RunStatus) -> None:
    parent = await parked(journal)
    child = await created(journal, parent=ParentStep(run_id=parent, seq=3, depth=1))
    await journal.append(child, 1, steps(child, 1))
    assert dict(await journal.messages(parent)) == {}
    await journal.append(child, 3, [run_finished(child, end, finished_at=after_noon(7))])
    value = {"kind": "run_finished", "run_id": child, "status": end.value}
    assert dict(await journal.messages(parent)) == {3: Message(at=after_noon(7), value=dict(value))}
    assert await due(journal) == [parent]


async def test_a_child_may_end_before_its_parent_is_parked(journal: Journal) -> None:
    parent = await created(journal)
    await journal.append(parent, 1, [step_started(parent), step_waiting(parent)])
    child = await created(journal, parent=ParentStep(run_id=parent, seq=3, depth=1))
    await asyncio.gather(
        journal.append(child, 1, [run_finished(child)]), journal.append(parent, 3, [run_waiting(parent, messages=0)])
    )
    assert await due(journal) == [parent]


async def test_the_end_of_a_child_comes_too_late_after_another_message(journal: Journal) -> None:
    parent = await parked(journal)
    child = await created(journal, parent=ParentStep(run_id=parent, seq=3, depth=1))
    timeout = Message(at=NOON, value={"kind": "timeout"})
    await journal.deliver(parent, 3, timeout)
    await journal.append(child, 1, [run_finished(child)])
    assert await status(journal, child) is RunStatus.SUCCESS
    assert dict(await journal.messages(parent)) == {3: timeout}
    await journal.append(parent, 4, [run_resumed(parent), run_waiting(parent, messages=1)])
    assert await due(journal) == []


async def test_a_child_without_its_parent_ends_all_the_same(journal: Journal) -> None:
    child = await created(journal, parent=ParentStep(run_id=new_id(), seq=3, depth=1))
    await journal.append(child, 1, [run_finished(child)])
    assert await status(journal, child) is RunStatus.SUCCESS
    assert await due(journal) == []


async def test_a_child_whose_end_is_refused_tells_its_parent_nothing(journal: Journal) -> None:
    parent = await parked(journal)
    child = await created(journal, parent=ParentStep(run_id=parent, seq=3, depth=1))
    with pytest.raises(RunOwnershipLost):
        await journal.append(child, 2, [run_finished(child)])
    assert dict(await journal.messages(parent)) == {}


async def test_many_children_end_at_once(journal: Journal) -> None:
    parent = await parked(journal)
    children = [await created(journal, parent=ParentStep(run_id=parent, seq=seq, depth=1)) for seq in range(3, 13)]
    await asyncio.gather(*(journal.append(child, 1, [run_finished(child)]) for child in children))
    found = {seq: message.value["run_id"] for seq, message in (await journal.messages(parent)).items()}
    assert found == dict(zip(range(3, 13), children, strict=True))
    await journal.append(parent, 4, [run_resumed(parent), run_waiting(parent, messages=9)])
    assert await due(journal) == [parent]
    await journal.append(parent, 6, [run_resumed(parent), run_waiting(parent, messages=10)])
    assert await due(journal) == []


async def test_whoever_sends_a_message_may_have_any_name(journal: Journal) -> None:
    run_id = await parked(journal)
    await journal.deliver(run_id, 3, answer("Ann\0\udc80"))
    assert (await journal.messages(run_id))[3] == answer("Ann\N{REPLACEMENT CHARACTER}?")
    with pytest.raises(AlreadyAnswered, match="by Ann"):
        await journal.deliver(run_id, 3, answer())
