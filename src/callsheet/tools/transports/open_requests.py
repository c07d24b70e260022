"""The requests that are open on one HTTP connection, so that one that is given up lets go of what it holds.

In the `initialize` era the SDK tells the server of a cancelled call, and goes on waiting for the answer: every call
that is never answered would keep a connection for ever, until there is none left for the others.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Final, TypeVar

import anyio
import httpx2

RESUMING_PAUSE: Final = 0.25
"""Seconds between two streams of one request; a server may want none (`retry: 0`), and it may want that for ever."""

_Result = TypeVar("_Result")


class GivenUp(httpx2.ReadError):
    """Nobody waits for the answer any more."""


class OpenRequest:
    """One request, from its POST to its answer; whatever is awaited for it ends when it is given up."""

    def __init__(self) -> None:
        self._scope = anyio.CancelScope()
        self._is_given_up = False
        self._resumed_at = -RESUMING_PAUSE

    def give_up(self) -> None:
        """Nobody waits for the answer any more."""
        self._is_given_up = True
        self._scope.cancel()

    async def pause(self) -> None:
        """Wait until the next stream may be opened that goes on with it."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self._resumed_at + RESUMING_PAUSE - clock())
        self._resumed_at = clock()

    async def wait(self, work: Awaitable[_Result]) -> _Result:
        """What comes of `work`; one at a time.

        Raises:
            GivenUp: before it was done.
        """
        with anyio.CancelScope() as self._scope:
            if self._is_given_up:
                self._scope.cancel()
            return await work
        raise GivenUp("it was given up")


class OpenRequests:
    """All of them. The SDK has a task for each, which also takes up an answer again that broke off."""

    def __init__(self) -> None:
        self._by_id: dict[object, OpenRequest] = {}
        self._by_task: dict[asyncio.Task[object], OpenRequest] = {}

    def begin(self, request_id: object) -> OpenRequest:
        """A request is sent by the task that calls this, and is open until that task ends."""
        opened, task = OpenRequest(), _this_task()
        self._by_id[request_id] = self._by_task[task] = opened

        def ended(task: asyncio.Task[object]) -> None:
            self._by_task.pop(task, None)  # gone already when the request was redirected, and so sent twice
            if self._by_id.get(request_id) is opened:
                del self._by_id[request_id]

        task.add_done_callback(ended)
        return opened

    def resumed(self) -> OpenRequest:
        """What the task that calls this goes on with: its request, or the server's own stream, which has no POST."""
        return self._by_task.get(_this_task()) or self.begin(None)

    def give_up(self, request_id: object) -> None:
        """Harmless for a request that has ended."""
        if (opened := self._by_id.get(request_id)) is not None:
            opened.give_up()


class OpenStream(httpx2.AsyncByteStream):
    """A body that breaks off when its request is given up."""

    def __init__(self, inner: httpx2.AsyncByteStream, request: OpenRequest) -> None:
        self._inner = inner
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        while True:
            try:
                chunk = await self._request.wait(anext(chunks))
            except StopAsyncIteration:
                return
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


def _this_task() -> "asyncio.Task[object]":
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a request is sent by a task")
    return task
