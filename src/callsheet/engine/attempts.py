"""Executing a run until that has worked: what every engine does with the run it has taken up."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from loguru import logger

from callsheet.engine.dispatched import Dispatched
from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunDamaged, RunNotFound, RunOwnershipLost
from callsheet.runs.control import Control
from callsheet.runs.events import RunId
from callsheet.runs.ports import Engine

Execute = Callable[[RunId, Control, Engine], Awaitable[datetime | None]]
"""Brings a run to its end, or to where it waits; may be called again after it failed. The engine passes itself.

The result is the moment at which a parked run goes on by itself; None when the run has ended, was let go, or only a
message wakes it.
"""

_FIRST_BACKOFF: Final = 0.25
_LONGEST_BACKOFF: Final = 15.0


class Attempts:
    """Executes runs, again and again while the journal or the tools are unavailable.

    Args:
        execute: see `Execute`.
        engine: what executions are given.
        draining: ends pauses, and begins no further attempt.

    Attributes:
        given_up: the runs whose last attempt here ended with a fault; whoever looks for work leaves them alone.
    """

    def __init__(self, execute: Execute, engine: Engine, draining: asyncio.Event) -> None:
        self._execute = execute
        self._engine = engine
        self._draining = draining
        self.given_up: set[RunId] = set()

    async def make(
        self, run_id: RunId, dispatched: Dispatched, before_again: Callable[[], Awaitable[None]] | None = None
    ) -> datetime | None:
        """Execute the run once; more often only while something is unavailable. See `Execute` for the result.

        Args:
            run_id: the run.
            dispatched: says when to stop.
            before_again: awaited before each further attempt; it may find that the run is not this engine's any more.
        """
        with logger.contextualize(run_id=run_id):
            return await self._make(run_id, dispatched, before_again)

    async def _make(
        self, run_id: RunId, dispatched: Dispatched, before_again: Callable[[], Awaitable[None]] | None
    ) -> datetime | None:
        self.given_up.discard(run_id)
        backoff = _FIRST_BACKOFF
        try:
            while not self._draining.is_set() and not dispatched.let_go:
                try:
                    return await self._execute(run_id, dispatched.begin(), self._engine)
                except Unavailable as exc:
                    logger.warning("Run {} waits for {} s: {}", run_id, backoff, exc.message)
                    await self._pause(backoff)
                    backoff = min(_LONGEST_BACKOFF, backoff * 2)
                    if before_again is not None:
                        await before_again()
        except RunOwnershipLost as exc:
            logger.warning("Run {} was let go: {}", run_id, exc.message)
        except (RunNotFound, RunDamaged) as exc:
            self.given_up.add(run_id)
            logger.warning("Run {} was let go: {}", run_id, exc.message)
        except Exception:  # noqa: BLE001 - one run's fault must not end the engine; the run's journal says it too
            self.given_up.add(run_id)
            logger.exception("Run {} ended with a fault of Callsheet.", run_id)
        return None

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._draining.wait()
