"""Doing something again and again, whatever happens to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from loguru import logger

from callsheet.errors.kinds import Unavailable

_SHARE: Final = 9
"""Pauses are so many times as long as what was done, where that is done gently."""


async def repeat(
    what: Callable[[], Awaitable[None]], seconds: float, *, rushed: asyncio.Event | None = None, gently: bool = False
) -> None:
    """Do `what`, wait so many seconds, and do it again, until this is cancelled.

    Args:
        what: may fail; it is done again all the same.
        seconds: the pause.
        rushed: ends a pause when it is set.
        gently: longer pauses when it takes long, so that it takes a tenth of the time at most.
    """
    loop = asyncio.get_running_loop()
    said = False
    while True:
        began = loop.time()
        try:
            await what()
            said = False
        except Unavailable as exc:
            if not said:
                logger.warning("{}", exc.message)
            said = True
        except Exception:  # noqa: BLE001 - what is done again and again must not end for one fault of ours
            logger.exception("What is done every {} s failed.", seconds)
        took = loop.time() - began
        await _pause(max(seconds, _SHARE * took) if gently and not said else seconds, rushed)


async def _pause(seconds: float, rushed: asyncio.Event | None) -> None:
    if rushed is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await rushed.wait()
    except TimeoutError:
        return
    rushed.clear()
