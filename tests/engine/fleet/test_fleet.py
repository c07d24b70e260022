"""What the engine of many processes does beyond the port's contract; its processes are engines of one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress

import psycopg
import pytest

from callsheet.engine.attempts import Execute
from callsheet.engine.clock import SystemClock
from callsheet.engine.fleet.engine import FleetEngine, fleet_engine
from callsheet.engine.fleet.roll_call import count_workers
from callsheet.engine.fleet.schema import queue_needs_upgrade, upgrade_queue
from callsheet.engine.fleet.timing import Timing
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control, Interrupted
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.signals import Signals, Stirred
from tests.support.events import answer
from tests.support.fleet import SilentSignals
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.waiting_runs import WAITS, Point, WaitingRuns

QUICK = Timing(reconcile=0.2)


class House:
    """Engines over one journal and one queue, each as if in a process of its own."""

    def __init__(self, url: str, stack: AsyncExitStack) -> None:
        self.journal = MemoryJournal()
        self.runs = WaitingRuns(self.journal, SystemClock())
        self._url = url
        self._stack = stack

    async def engine(
        self,
        execute: Execute | None = None,
        *,
        worker: bool = True,
        resume: bool = True,
        timing: Timing = QUICK,
        holds: Callable[[RunId], bool] = lambda _: False,
        signals: Signals | None = None,
    ) -> FleetEngine:
        return await self._stack.enter_async_context(
            fleet_engine(
                url=self._url,
                journal=self.journal,
                signals=signals or self.journal,
                execute=execute or self.runs.execute,
                clock=SystemClock(),
                max_concurrent_runs=3,
                drain_timeout=0,
                worker=worker,
                resume=resume,
                timing=timing,
                holds=holds,
            )
        )

    def jobs(self) -> list[tuple[str, str]]:
        """The status of every job of a run, and whether its queue is that of all."""
        with psycopg.connect(self._url) as connection:
            rows = connection.execute(
                "SELECT status::text, queue_name FROM callsheet.procrastinate_jobs WHERE task_name = 'callsheet.run'"
            ).fetchall()
        return [(status, "common" if queue == "callsheet" else "own") for status, queue in rows]

    def forget_that_jobs_were_fetched(self) -> None:
        """As a crash of the database does, where nobody waited for the disk."""
        with psycopg.connect(self._url, options="-c search_path=callsheet") as connection:
            connection.execute(
                "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL"
                " WHERE task_name = 'callsheet.run' AND status = 'doing'"
            )

    async def until_jobs(self, *expected: tuple[str, str]) -> None:
        async with asyncio.timeout(10):
            while await asyncio.to_thread(self.jobs) != list(expected):  # noqa: ASYNC110 - the queue says nothing
                await asyncio.sleep(0.02)


class SignalsAway(SilentSignals):
    """The `Signals` port over a database that is away until it is `back`."""

    def __init__(self, journal: MemoryJournal) -> None:
        super().__init__(journal)
        self.back = asyncio.Event()
        self.asked = asyncio.Event()

    async def stirred(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Stirred]:
        """See `Signals`."""
        self.asked.set()
        if not self.back.is_set():
            raise JournalUnavailable("The database is away.")
        return await super().stirred(run_ids)


@pytest.fixture
async def house(queue_url: str) -> AsyncGenerator[House]:
    async with AsyncExitStack() as stack:
        yield House(queue_url, stack)


async def test_a_run_that_was_never_dispatched_is_found(house: House) -> None:
    await house.engine()
    run_id = await house.runs.create()
    await house.runs.reached(run_id, Point.PARKED)
    await house.journal.deliver(run_id, WAITS, answer())
    assert await house.runs.finished(run_id) is RunStatus.SUCCESS


async def test_ten_thousand_runs_are_found_at_the_start(house: House) -> None:
    many = [await house.runs.create() for _ in range(10_000)]
    for run_id in many[-5:]:
        await house.journal.deliver(run_id, WAITS, answer())
    await house.engine()
    await house.runs.reached(many[0], Point.PARKED)


async def test_an_engine_without_a_worker_executes_nothing_and_others_do(house: House) -> None:
    api = await house.engine(worker=False)
    run_id = await house.runs.create()
    await api.dispatch(run_id)
    await house.until_jobs(("todo", "common"))
    assert house.runs.begun == []
    await house.engine()
    await house.runs.reached(run_id, Point.PARKED)


async def test_a_message_through_one_process_wakes_a_run_at_work_in_another(house: House) -> None:
    api = await house.engine(worker=False)
    await house.engine()
    run_id = await house.runs.create()
    house.runs.hold(run_id, Point.LOOKED)
    await api.dispatch(run_id)
    await house.runs.reached(run_id, Point.LOOKED)
    await house.journal.deliver(run_id, WAITS, answer())
    await until(lambda: run_id in house.runs.woken)
    await house.runs.let_go(run_id, Point.LOOKED)


async def test_draining_gives_runs_back_to_others_at_once(house: House) -> None:
    first = await house.engine(timing=Timing(reconcile=3600))
    run_id = await house.runs.create()
    house.runs.hold(run_id, Point.LOOKED)
    await first.dispatch(run_id)
    await house.runs.reached(run_id, Point.LOOKED)
    drained = asyncio.create_task(first.drain(3))
    await house.engine(timing=Timing(reconcile=3600))
    await house.runs.let_go(run_id, Point.LOOKED)
    await drained
    await house.until_jobs()


async def test_runs_that_were_at_work_go_on_before_new_ones_begin(house: House) -> None:
    begun: list[RunId] = []

    async def execute(run_id: RunId, control: Control, _: object) -> None:
        begun.append(run_id)
        with suppress(Interrupted), control:
            await asyncio.Event().wait()

    first = await house.engine(execute, timing=Timing(reconcile=3600))
    runs = [await house.runs.create() for _ in range(5)]  # two more than there are places
    for run_id in runs:
        await first.dispatch(run_id)
    await until(lambda: len(begun) == 3)
    await first.drain(0)
    await house.engine(execute, timing=Timing(reconcile=3600))
    await until(lambda: len(begun) == 6)
    assert set(begun[3:]) == set(begun[:3])


async def test_one_shot_runs_stay_in_their_process(house: House) -> None:
    others: list[RunId] = []

    async def other(run_id: RunId, *_: object) -> None:
        others.append(run_id)

    engine = await house.engine(resume=False, timing=Timing(reconcile=3600))
    await house.engine(other, timing=Timing(reconcile=3600))
    run_id = await house.runs.create()
    await engine.dispatch(run_id)
    await house.runs.reached(run_id, Point.PARKED)
    assert others == []


async def test_a_run_that_waits_for_any_worker_is_executed_by_the_command_that_wants_it(house: House) -> None:
    api = await house.engine(worker=False)
    run_id = await house.runs.create()
    await api.dispatch(run_id)
    await house.until_jobs(("todo", "common"))
    engine = await house.engine(resume=False, timing=Timing(reconcile=3600))
    await engine.cancel(run_id)
    await house.runs.reached(run_id, Point.PARKED)


async def test_those_who_execute_whatever_is_due_are_counted(house: House, queue_url: str) -> None:
    assert await count_workers(queue_url) == 0
    await house.engine(worker=False)
    await house.engine(resume=False)
    await house.engine()
    async with asyncio.timeout(10):
        while await count_workers(queue_url) != 1:  # noqa: ASYNC110 - the queue says nothing
            await asyncio.sleep(0.02)


async def test_what_is_left_of_one_shot_runs_is_for_everybody(house: House) -> None:
    engine = await house.engine(resume=False, timing=Timing(reconcile=3600))
    runs = [await house.runs.create() for _ in range(4)]  # one more than there are places
    for run_id in runs:
        house.runs.hold(run_id, Point.LOOKED)
        await engine.dispatch(run_id)
    for run_id in runs[:3]:
        await house.runs.reached(run_id, Point.LOOKED)
    drained = asyncio.create_task(engine.drain(0))
    for run_id in runs:
        await house.runs.let_go(run_id, Point.LOOKED)
    await drained
    await house.until_jobs(("todo", "common"))


async def test_a_run_whose_call_is_held_open_is_woken_where_that_is(house: House) -> None:
    held: set[RunId] = set()
    engine = await house.engine(holds=held.__contains__, timing=Timing(reconcile=3600))
    run_id = await house.runs.create()
    held.add(run_id)
    await engine.dispatch(run_id)
    await house.runs.reached(run_id, Point.PARKED)
    await house.until_jobs(("todo", "own"))
    assert engine.running == 0
    others: list[RunId] = []

    async def other(run_id: RunId, *_: object) -> None:
        others.append(run_id)

    elsewhere = await house.engine(other, timing=Timing(reconcile=3600))
    await house.journal.deliver(run_id, WAITS, answer())
    await elsewhere.dispatch(run_id)
    assert await house.runs.finished(run_id) is RunStatus.SUCCESS
    assert others == []


async def test_a_call_that_is_held_no_more_leaves_no_job_behind(house: House) -> None:
    held: set[RunId] = set()
    engine = await house.engine(holds=held.__contains__, timing=Timing(reconcile=3600))
    run_id = await house.runs.create()
    held.add(run_id)
    await engine.dispatch(run_id)
    await house.until_jobs(("todo", "own"))
    held.clear()
    await house.until_jobs()


async def test_a_run_whose_job_a_crash_gave_to_others_is_not_begun_twice(house: House) -> None:
    signals = SignalsAway(house.journal)
    deaf = Timing(heartbeat=3600, stalled_after=7200, reconcile=3600)
    first = await house.engine(timing=deaf, signals=signals)
    run_id = await house.runs.create()
    house.runs.hold(run_id, Point.LOOKED)
    await first.dispatch(run_id)
    await signals.asked.wait()
    await asyncio.to_thread(house.forget_that_jobs_were_fetched)
    second = await house.engine(timing=Timing(heartbeat=0.1, reconcile=3600))
    await house.runs.reached(run_id, Point.LOOKED)
    signals.back.set()
    await until(lambda: first.running == 0)
    assert second.running == 1
    await house.runs.let_go(run_id, Point.LOOKED)
    await house.until_jobs()
    assert house.runs.begun == [run_id]


async def test_a_run_that_a_crash_made_wait_again_is_executed_once_more_by_whoever_lost_it(house: House) -> None:
    signals = SignalsAway(house.journal)
    engine = await house.engine(timing=Timing(poll=3600, reconcile=3600), signals=signals)
    run_id = await house.runs.create()
    await engine.dispatch(run_id)
    await signals.asked.wait()
    await asyncio.to_thread(house.forget_that_jobs_were_fetched)
    signals.back.set()
    await house.runs.reached(run_id, Point.PARKED)
    await house.until_jobs()


@pytest.mark.timeout(120)
async def test_a_restart_of_the_database_ends_nothing() -> None:
    with postgres_server() as server:
        url = await asyncio.to_thread(server.database)
        await upgrade_queue(url)
        async with AsyncExitStack() as stack:
            house = House(url, stack)
            engine = await house.engine()
            run_id = await house.runs.create()
            house.runs.hold(run_id, Point.LOOKED)
            await engine.dispatch(run_id)
            await house.runs.reached(run_id, Point.LOOKED)
            await asyncio.to_thread(server.stop, "immediate")
            await engine.dispatch(later := await house.runs.create())
            await asyncio.to_thread(server.start)
            await house.runs.let_go(run_id, Point.LOOKED)
            await until(lambda: later in house.runs.begun)
            await house.journal.deliver(run_id, WAITS, answer())
            await engine.dispatch(run_id)
            assert await house.runs.finished(run_id) is RunStatus.SUCCESS


async def until(condition: Callable[[], bool]) -> None:
    """Return when it holds, for what has no event; 30 s at most."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_tables_can_be_made_twice(postgres: PostgresServer) -> None:
    url = await asyncio.to_thread(postgres.database)
    assert await queue_needs_upgrade(url)
    made = await asyncio.gather(upgrade_queue(url), upgrade_queue(url))
    assert sorted(map(list, made)) == [[], ["schema"]]
    assert not await queue_needs_upgrade(url)
