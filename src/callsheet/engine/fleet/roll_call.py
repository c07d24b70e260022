"""Who executes runs of the queue now."""

from procrastinate import App

from callsheet.engine.fleet.connection import opened
from callsheet.engine.fleet.jobs import BEACON, ONE_SHOT, Jobs
from callsheet.engine.fleet.timing import Timing


async def count_workers(url: str) -> int:
    """How many living processes execute whatever run is due.

    Args:
        url: of the database.

    Raises:
        JournalUnavailable: the database cannot be asked.
    """
    async with opened(url) as connection:
        return await count_beacons(Jobs(App(connector=connection)))


async def count_beacons(jobs: Jobs) -> int:
    """The same, over a queue that is open.

    Raises:
        JournalUnavailable: the database cannot be asked.
    """
    stalled = {job.id for job in await jobs.stalled(Timing().stalled_after)}
    beacons = [job for job in await jobs.at_work() if job.task_name == BEACON and job.id not in stalled]
    return sum(not job.queue.startswith(ONE_SHOT) for job in beacons)
