"""The limit of a scenario holds over all workers, and keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from callsheet.catalog.memory import MemoryCatalog
from callsheet.engine.clock import SystemClock
from callsheet.engine.fleet.engine import FleetEngine
from callsheet.engine.fleet.timing import Timing
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.postgres.permits import PostgresPermits
from callsheet.runs.control import Control, Interrupted
from callsheet.runs.events import RunId
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Claim
from callsheet.runs.ports import Engine
from tests.support.events import new_run
from tests.support.fleet import fleet
from tests.support.permits import permit_database
from tests.support.postgres import PostgresServer
from tests.support.scenarios import scenario

FILE = "slow.json"


def slow(limit: int | None) -> MemoryCatalog:
    catalog = MemoryCatalog()
    more = {} if limit is None else {"max_concurrency": limit}
    catalog.put(FILE, scenario(scenario_id="slow", **more))
    return catalog


class Executions:
    """What all workers together do; each execution lasts until it is let go."""

    def __init__(self) -> None:
        self.at_work: list[RunId] = []
        self.ended: list[RunId] = []
        self.most = 0
        self._changed = asyncio.Condition()
        self._permits = asyncio.Semaphore(0)

    async def execute(self, run_id: RunId, control: Control, engine: Engine) -> None:
        self.at_work.append(run_id)
        self.most = max(self.most, sum(each.startswith("slow") for each in self.at_work))
        await self._notify()
        try:
            with control:
                if run_id.startswith("slow"):
                    await self._permits.acquire()
        except Interrupted:
            pass
        finally:
            self.at_work.remove(run_id)
            self.ended.append(run_id)
            await self._notify()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(condition)

    def let_go(self, executions: int) -> None:
        for _ in range(executions):
            self._permits.release()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    return permit_database(postgres)


@asynccontextmanager
async def two_workers(
    queue: str, database: str, executions: Executions, catalog: MemoryCatalog, journal: MemoryJournal, room: int = 2
) -> AsyncGenerator[FleetEngine]:
    """The first of two workers, which dispatches."""
    async with AsyncExitStack() as stack:
        engines: list[FleetEngine] = []
        for _ in range(2):
            permits = await stack.enter_async_context(PostgresPermits.open(database))
            clock = SystemClock()
            limits = ScenarioLimits(catalog, clock)
            timing = Timing(reconcile=0.5)
            opened = fleet(
                queue, journal, executions.execute, clock, room, timing=timing, permits=permits, limits=limits
            )
            engines.append(await stack.enter_async_context(opened))
        yield engines[0]


async def submit(engine: FleetEngine, name: str, runs: int) -> list[RunId]:
    run_ids = [RunId(f"{name}-{number}") for number in range(runs)]
    for run_id in run_ids:
        await engine.dispatch(run_id, scenario_id=name)
    return run_ids


async def test_runs_of_all_workers_keep_to_the_limit_and_hold_up_nobody(queue_url: str, database: str) -> None:
    executions = Executions()
    async with two_workers(queue_url, database, executions, slow(2), MemoryJournal()) as engine:
        run_ids = await submit(engine, "slow", 12)
        await executions.until(lambda: len(executions.at_work) == 2)
        others = await submit(engine, "quick", 3)
        await executions.until(lambda: set(others) <= set(executions.ended))
        executions.let_go(12)
        await executions.until(lambda: set(run_ids) <= set(executions.ended))
    assert executions.most == 2
    assert len(executions.ended) == 15


async def test_the_permit_of_a_worker_that_died_goes_to_the_next_in_line(queue_url: str, database: str) -> None:
    executions = Executions()
    async with PostgresPermits.open(database, lease=1.0) as dead:
        await dead.claim(Claim(name="scenario:slow", limit=1, holder="gone"))
    async with two_workers(queue_url, database, executions, slow(1), MemoryJournal()) as engine:
        (run_id,) = await submit(engine, "slow", 1)
        await executions.until(lambda: executions.at_work == [run_id])
        executions.let_go(1)
        await executions.until(lambda: executions.ended == [run_id])


async def test_a_run_in_line_that_shall_be_cancelled_begins(queue_url: str, database: str) -> None:
    executions, journal = Executions(), MemoryJournal()
    async with PostgresPermits.open(database) as permits:
        async with two_workers(queue_url, database, executions, slow(1), journal) as engine:
            await submit(engine, "slow", 1)
            await executions.until(lambda: len(executions.at_work) == 1)
            waiting = (await journal.create(new_run(scenario_id="slow"))).run_id
            await engine.dispatch(waiting, scenario_id="slow")
            async with asyncio.timeout(20):
                while not await permits.waiting():
                    pass
            await journal.request_cancel(waiting)
            await engine.cancel(waiting)
            await executions.until(lambda: waiting in executions.ended)
        assert await permits.waiting() == {}


async def test_those_in_line_begin_when_the_limit_is_gone(queue_url: str, database: str) -> None:
    executions, catalog, journal = Executions(), slow(1), MemoryJournal()
    await journal.create(new_run())  # something is due at all times
    async with two_workers(queue_url, database, executions, catalog, journal, room=5) as engine:
        await submit(engine, "slow", 4)
        await executions.until(lambda: len(executions.at_work) == 1)
        catalog.put(FILE, scenario(scenario_id="slow"))
        await executions.until(lambda: len(executions.at_work) == 4)
        executions.let_go(4)
        await executions.until(lambda: not executions.at_work)
