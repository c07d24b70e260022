"""The contract of the `Engine` port about runs that wait: no wake-up is lost, and none of them costs anything."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import ClassVar, Protocol

import pytest

from callsheet.engine.attempts import Execute
from callsheet.engine.fleet.engine import FleetEngine
from callsheet.engine.local import LocalEngine, local_engine
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.journal import DueRun, Journal
from callsheet.runs.ports import Clock, Engine
from tests.support.clocks import TwoFacedClock
from tests.support.events import NOON, after_noon, answer, run_finished
from tests.support.fleet import fleet
from tests.support.waiting_runs import WAITS, Point, WaitingRuns

Opened = AbstractAsyncContextManager[LocalEngine | FleetEngine]


class Open(Protocol):
    """Opens an engine with two places."""

    def __call__(self, journal: Journal, execute: Execute, clock: Clock, *, resume: bool = True) -> Opened: ...


def local(journal: Journal, execute: Execute, clock: Clock, *, resume: bool = True) -> Opened:
    return local_engine(
        journal=journal, execute=execute, clock=clock, max_concurrent_runs=2, drain_timeout=0, resume=resume
    )


@pytest.fixture(params=["local", "fleet"])
def open_engine(request: pytest.FixtureRequest) -> Open:
    if request.param == "local":
        return local
    url: str = request.getfixturevalue("queue_url")

    def opened(journal: Journal, execute: Execute, clock: Clock, *, resume: bool = True) -> Opened:
        return fleet(url, journal, execute, clock, 2, resume=resume)

    return opened


@pytest.fixture
def clock() -> TwoFacedClock:
    return TwoFacedClock()


@pytest.fixture
def runs(journal: Journal, clock: TwoFacedClock) -> WaitingRuns:
    return WaitingRuns(journal, clock)


async def parked(journal: Journal, runs: WaitingRuns, engine: Engine, until: datetime | None = None) -> RunId:
    """A run that this engine has executed until it was parked; its execution has returned or is about to."""
    run_id = await runs.create(until)
    await engine.dispatch(run_id)
    await runs.reached(run_id, Point.PARKED)
    return run_id


# messages


@pytest.mark.parametrize("point", [Point.BEGUN, Point.LOOKED, Point.PARKED])
async def test_a_message_to_a_run_at_work_is_not_lost(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock, point: Point
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await runs.create()
        runs.hold(run_id, point)
        await engine.dispatch(run_id)
        await runs.reached(run_id, point)
        await journal.deliver(run_id, WAITS, answer())
        await engine.dispatch(run_id)
        assert set(runs.woken) == {run_id}
        await runs.let_go(run_id, point)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_a_message_before_the_execution_begins_is_not_lost(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    first, second = [await runs.create() for _ in range(2)]
    for run_id in (first, second):
        runs.hold(run_id, Point.BEGUN)
    async with open_engine(journal, runs.execute, clock) as engine:
        for run_id in (first, second):
            await runs.reached(run_id, Point.BEGUN)
        queued = await runs.create()
        await journal.deliver(queued, WAITS, answer())
        for _ in range(3):
            await engine.dispatch(queued)
        for run_id in (first, second):
            await runs.let_go(run_id, Point.BEGUN)
        assert await runs.finished(queued) is RunStatus.SUCCESS
    assert runs.begun.count(queued) == 1


async def test_a_message_to_a_parked_run_lets_it_go_on(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine)
        await journal.deliver(run_id, WAITS, answer())
        await engine.dispatch(run_id)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_a_run_that_is_dispatched_often_meanwhile_is_executed_once_more(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await runs.create()
        runs.hold(run_id, Point.LOOKED)
        await engine.dispatch(run_id)
        await runs.reached(run_id, Point.LOOKED)
        for _ in range(10):
            await engine.dispatch(run_id)
        await runs.let_go(run_id, Point.LOOKED)
        await runs.reached(run_id, Point.PARKED, times=2)
        other = await parked(journal, runs, engine)
    assert runs.begun == [run_id, run_id, other]


async def test_a_process_that_died_between_a_message_and_its_dispatch_loses_nothing(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id, other = [await parked(journal, runs, engine) for _ in range(2)]
    await journal.deliver(run_id, WAITS, answer())
    async with open_engine(journal, runs.execute, clock):
        assert await runs.finished(run_id) is RunStatus.SUCCESS
    assert runs.begun.count(other) == 1


# children


@pytest.mark.parametrize("point", [Point.LOOKED, Point.PARKED])
async def test_a_child_that_ends_while_its_parent_parks_wakes_it(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock, point: Point
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        parent = await runs.create()
        runs.hold(parent, point)
        await engine.dispatch(parent)
        await runs.reached(parent, point)
        # Only now: an engine that looks for due runs at its start would execute it, and the parent would not wait.
        child = await runs.create(until=NOON, parent=parent)
        await engine.dispatch(child)
        assert await runs.finished(child) is RunStatus.SUCCESS
        await runs.let_go(parent, point)
        assert await runs.finished(parent) is RunStatus.SUCCESS


@pytest.mark.parametrize("point", [Point.LOOKED, Point.PARKED])
async def test_a_process_that_died_when_the_child_had_ended_wakes_the_parent_at_the_next_start(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock, point: Point
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        parent = await runs.create()
        child = await runs.create(parent=parent)
        await engine.dispatch(child)
        await runs.reached(child, Point.PARKED)
        runs.hold(parent, point)
        await engine.dispatch(parent)
        await runs.reached(parent, point)
        # The process dies after this append: nobody is told of it.
        last_seq = (await journal.summary(child)).last_seq
        await journal.append(child, last_seq, [run_finished(child)])
        await runs.let_go(parent, point)
    async with open_engine(journal, runs.execute, clock):
        assert await runs.finished(parent) is RunStatus.SUCCESS


# moments


async def test_a_parked_run_goes_on_when_its_moment_has_come(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        later, sooner = [await parked(journal, runs, engine, after_noon(seconds)) for seconds in (20, 10)]
        forever = await parked(journal, runs, engine)
        await clock.until_left([10])
        clock.advance(10)
        assert await runs.finished(sooner) is RunStatus.SUCCESS
        assert runs.begun.count(later) == 1
        await clock.until_left([10])
        clock.advance(10)
        assert await runs.finished(later) is RunStatus.SUCCESS
    assert runs.begun.count(forever) == 1


async def test_a_run_of_an_earlier_process_goes_on_when_its_moment_has_come(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine, after_noon(10))
        overdue = await parked(journal, runs, engine, after_noon(5))
    clock.advance(5)
    async with open_engine(journal, runs.execute, clock):
        assert await runs.finished(overdue) is RunStatus.SUCCESS
        assert runs.begun.count(run_id) == 1
        clock.advance(5)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_a_moment_that_passes_while_the_run_is_parked_is_not_missed(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await runs.create(after_noon(10))
        runs.hold(run_id, Point.LOOKED)
        await engine.dispatch(run_id)
        await runs.reached(run_id, Point.LOOKED)
        runs.hold(run_id, Point.PARKED)
        await runs.let_go(run_id, Point.LOOKED)
        await runs.reached(run_id, Point.PARKED)
        clock.advance(10)
        await runs.let_go(run_id, Point.PARKED)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_a_clock_that_was_set_forward_is_noticed(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine, after_noon(86_400))
        await clock.until_left([30])
        clock.set(86_400)
        clock.ring(30)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_a_timer_that_is_ahead_of_the_wall_rings_again(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine, after_noon(10))
        await clock.until_left([10])
        clock.set(9.5)
        clock.ring(10)
        await clock.until_left([0.5])
        assert runs.begun == [run_id]
        clock.advance(0.5)
        assert await runs.finished(run_id) is RunStatus.SUCCESS


async def test_many_parked_runs_need_one_timer_and_no_room(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        many = [await parked(journal, runs, engine, after_noon(seconds)) for seconds in range(40, 10, -1)]
        await clock.until_left([11])
        at_work = [await runs.create() for _ in range(2)]
        for run_id in at_work:
            runs.hold(run_id, Point.BEGUN)
            await engine.dispatch(run_id)
            await runs.reached(run_id, Point.BEGUN)
        assert (engine.running, engine.queued) == (2, 0)
        for run_id in at_work:
            await runs.let_go(run_id, Point.BEGUN)
        clock.advance(11)
        assert await runs.finished(many[-1]) is RunStatus.SUCCESS


@pytest.mark.parametrize("failure", [JournalUnavailable("The disk is full."), ValueError("a bug")])
@pytest.mark.parametrize("method", ["due", "next_due"])
async def test_a_journal_that_fails_is_asked_again(open_engine: Open, method: str, failure: Exception) -> None:
    class Failing(MemoryJournal):
        failures: ClassVar[dict[str, Exception]] = {}

        async def due(self, now: datetime) -> Sequence[DueRun]:
            self.fail("due")
            return await super().due(now)

        async def next_due(self, after: datetime) -> datetime | None:
            self.fail("next_due")
            return await super().next_due(after)

        def fail(self, name: str) -> None:
            if name in self.failures:
                raise self.failures.pop(name)

    journal, clock = Failing(), TwoFacedClock()
    runs = WaitingRuns(journal, clock)
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id, later = [await parked(journal, runs, engine, after_noon(seconds)) for seconds in (10, 12)]
        await clock.until_left([10])
        journal.failures[method] = failure
        clock.advance(10)
        await clock.until_left([5])
        clock.advance(5)
        assert await runs.finished(run_id) is RunStatus.SUCCESS
        assert await runs.finished(later) is RunStatus.SUCCESS


async def test_draining_stops_the_timer(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        await parked(journal, runs, engine, after_noon(10))
        await clock.until_left([10])
        run_id = await runs.create(after_noon(5))
        runs.hold(run_id, Point.PARKED)
        await engine.dispatch(run_id)
        await runs.reached(run_id, Point.PARKED)
        drained = asyncio.create_task(engine.drain(5))
        await asyncio.sleep(0)
        assert engine.draining
        await runs.let_go(run_id, Point.PARKED)
        await drained
        assert clock.left == []


# cancelling


async def test_a_parked_run_is_cancelled(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine)
        await journal.request_cancel(run_id)
        await engine.cancel(run_id)
        assert await runs.finished(run_id) is RunStatus.CANCELLED


async def test_a_cancel_that_comes_while_a_run_lets_go_is_not_lost(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await runs.create()
        runs.hold(run_id, Point.PARKED)
        await engine.dispatch(run_id)
        await runs.reached(run_id, Point.PARKED)
        await journal.request_cancel(run_id)
        await engine.cancel(run_id)
        await runs.let_go(run_id, Point.PARKED)
        assert await runs.finished(run_id) is RunStatus.CANCELLED


async def test_a_cancel_that_no_engine_heard_of_counts_at_the_next_start(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        run_id = await parked(journal, runs, engine)
    await journal.request_cancel(run_id)
    async with open_engine(journal, runs.execute, clock):
        assert await runs.finished(run_id) is RunStatus.CANCELLED


# what is left alone


async def test_a_run_that_ended_with_a_fault_is_not_tried_again_by_itself(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    attempts: list[RunId] = []
    faulty = await runs.create()

    async def execute(run_id: RunId, control: Control, engine: Engine) -> datetime | None:
        if run_id == faulty and len(attempts) < 1:
            attempts.append(run_id)
            raise ValueError("a bug")
        return await runs.execute(run_id, control, engine)

    async with open_engine(journal, execute, clock) as engine:
        timed = await parked(journal, runs, engine, after_noon(10))
        await clock.until_left([10])
        clock.advance(10)
        assert await runs.finished(timed) is RunStatus.SUCCESS
        assert faulty not in runs.begun
        await journal.deliver(faulty, WAITS, answer())
        await engine.dispatch(faulty)
        assert await runs.finished(faulty) is RunStatus.SUCCESS


async def test_without_resume_the_runs_of_others_are_left_alone(
    open_engine: Open, journal: Journal, runs: WaitingRuns, clock: TwoFacedClock
) -> None:
    async with open_engine(journal, runs.execute, clock) as engine:
        others = [await parked(journal, runs, engine, after_noon(10))]
    others.append(await runs.create())
    async with open_engine(journal, runs.execute, clock, resume=False) as engine:
        own = await parked(journal, runs, engine, after_noon(10))
        await clock.until_left([10])
        clock.advance(10)
        assert await runs.finished(own) is RunStatus.SUCCESS
    assert runs.begun == [others[0], own, own]
