"""Sweeping while the process runs: at its start, and every hour."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from loguru import logger

from callsheet.errors.kinds import Unavailable
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import Clock, Journal
from callsheet.runs.retention import Sweeper

HOUR: Final = 3600.0
SOON: Final = 60.0
"""Seconds until the next attempt, when the journal was not there."""


@asynccontextmanager
async def sweeping(journal: Journal, clock: Clock, days: Mapping[str, float]) -> AsyncGenerator[None]:
    """Sweep for as long as the block lasts.

    Args:
        journal: where the runs are.
        clock: says how old they are, and when an hour is over.
        days: how long a run is kept, by the status with which it ended; nothing is removed when there are none.
    """
    if not days:
        yield
        return
    keep = {RunStatus(status): timedelta(days=each) for status, each in days.items()}
    sweeper = Sweeper(journal=journal, clock=clock, keep=keep)
    task = asyncio.create_task(_sweep(sweeper, clock), name="retention")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _sweep(sweeper: Sweeper, clock: Clock) -> None:
    while True:
        pause = HOUR
        try:
            removed = await sweeper.sweep()
            if removed:
                logger.info("{} runs were removed: they ended longer ago than 'retention' keeps them.", removed)
        except Unavailable as exc:
            pause = SOON
            logger.warning("Old runs are removed later: {}", exc.message)
        except Exception:  # noqa: BLE001 - the next hour may be better, and nothing else depends on it
            logger.exception("Callsheet could not remove old runs.")
        await clock.sleep(pause)
