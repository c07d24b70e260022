"""procrastinate's worker ends when it is told to, whatever it waits for at that moment."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from procrastinate import App
from procrastinate.jobs import Job
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from callsheet.engine.fleet.connection import PatientConnector, opened
from callsheet.engine.fleet.jobs import Jobs
from callsheet.engine.fleet.timing import Timing
from callsheet.engine.fleet.worker import Worker


@pytest.fixture
async def narrow(queue_url: str) -> AsyncGenerator[AsyncConnectionPool[AsyncConnection]]:
    """A pool of a single connection: whoever wants it while somebody has it has to wait."""
    pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
        queue_url, min_size=1, max_size=1, kwargs={"options": "-c search_path=callsheet"}, open=False
    )
    async with pool:
        yield pool


@pytest.mark.parametrize("turns", range(-12, 12))
async def test_a_worker_that_is_stopped_just_when_its_connection_comes_ends(
    queue_url: str, narrow: AsyncConnectionPool[AsyncConnection], turns: int
) -> None:
    connector = PatientConnector()
    await connector.open_async(narrow)
    async with opened(queue_url) as connection:
        worker = Worker(
            connector=connector,
            jobs=Jobs(App(connector=connection)),
            queue="own",
            common=False,
            room=1,
            perform=nothing,
            let_go=lambda: None,
            timing=Timing(),
        )
        taken = await narrow.getconn()
        serving = asyncio.create_task(worker.serve())
        async with asyncio.timeout(10):
            while narrow.get_stats()["requests_waiting"] == 0:  # noqa: ASYNC110 - a pool says nothing
                await asyncio.sleep(0.005)
        first, second = (narrow.putconn(taken), told(worker)) if turns > 0 else (told(worker), narrow.putconn(taken))
        await first
        for _ in range(abs(turns)):  # of the event loop, while the one or the other is on its way
            await asyncio.sleep(0)
        await second
        async with asyncio.timeout(10):
            await serving


async def nothing(job: Job) -> None:
    """Perform a job that never comes."""


async def told(worker: Worker) -> None:
    """Tell a worker to stop."""
    worker.stop()
