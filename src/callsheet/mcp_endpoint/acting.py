"""Doing what must not be done by halves."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import anyio

_T = TypeVar("_T")


async def to_its_end(act: Awaitable[_T]) -> _T:
    """What `act` gives. Who is cancelled meanwhile, as its client went away, ends after `act` and not in the middle.

    To submit or to answer is to write, and then to wake the engine: between the two, a run would wait for the next
    start of the service.
    """
    task = asyncio.ensure_future(act)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            await asyncio.wait([task])
        raise
