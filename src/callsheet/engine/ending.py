"""Tasks that shall end."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

_AGAIN: Final = 0.5
"""Seconds after which a cancellation counts as lost."""


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended.

    A single cancellation may be lost: in Python 3.11 `asyncio.wait_for` swallows one that comes when what it waits for
    has just ended (https://github.com/python/cpython/issues/86296), and psycopg's pools wait with it.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN)
