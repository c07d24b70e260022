"""How late the event loop is: everybody in the process waits so long for a turn."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

_PERIOD: Final = 0.25
"""Seconds between two samples."""


@contextmanager
def sampling(late: Callable[[float], None]) -> Generator[None]:
    """Call `late` with the seconds by which the loop was late, four times a second, until the block ends."""
    loop = asyncio.get_running_loop()

    def sample(due: float) -> None:
        nonlocal timer
        now = loop.time()
        late(max(0.0, now - due))
        timer = loop.call_at(now + _PERIOD, sample, now + _PERIOD)

    first = loop.time() + _PERIOD
    timer = loop.call_at(first, sample, first)
    try:
        yield
    finally:
        timer.cancel()
