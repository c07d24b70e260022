"""Sweeping while the process runs: at its start, and every hour."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from loguru import logger

from callsheet.errors import Unavailable
from callsheet.runs.ports import Clock
from callsheet.runs.retention import Sweeper

HOUR: Final = 3600.0
SOON: Final = 60.0
"""Seconds until the next attempt, when the journal was not there."""


@asynccontextmanager
async def sweeping(sweeper: Sweeper, clock: Clock) -> AsyncGenerator[None]:
    """Sweep for as long as the block lasts."""
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
