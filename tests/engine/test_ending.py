"""Tasks that shall end do, also when a cancellation is lost."""

import asyncio
from contextlib import suppress

from callsheet.engine.ending import end


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    at_work, lost = asyncio.Event(), asyncio.Event()

    async def deaf() -> None:
        with suppress(asyncio.CancelledError):  # as `asyncio.wait_for` of Python 3.11
            at_work.set()
            await asyncio.Event().wait()
        lost.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf())
    await at_work.wait()
    async with asyncio.timeout(10):
        await end([task])
    assert lost.is_set()
    assert task.cancelled()


async def test_tasks_that_ended_before_are_left_as_they_are() -> None:
    task = asyncio.create_task(asyncio.sleep(0, "done"))
    await task
    await end([task])
    await end([])
    assert task.result() == "done"
