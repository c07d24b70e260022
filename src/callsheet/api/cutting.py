"""Streams that end when their caller's credential does: a stream lives for hours, and was checked when it began."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self, cast

import anyio
from loguru import logger
from starlette.types import Message, Receive, Scope, Send

from callsheet.api.sse import ABORT
from callsheet.runs.ports import Clock

CHECKED_EVERY: Final = 10.0
"""Seconds between two looks at the credential of whoever reads a stream."""


class Cuttable:
    """One request, whose `receive` and `send` the app is given instead of those of the server.

    When its answer is a stream of events, the credential is looked at from time to time. When that counts no more,
    the app hears that the client went away, and the connection is dropped.

    Args:
        scope: of the request.
        receive: of the server.
        send: of the server.
        still_counts: whether the credential in a scope does.
        clock: tells when to look.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        still_counts: Callable[[Scope], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._still_counts = still_counts
        self._clock = clock
        self._cut = False
        self._waits: set[anyio.CancelScope] = set()
        self._forget: Callable[[], None] | None = None
        self._look: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The request is over: nobody looks any more."""
        if self._forget is not None:
            self._forget()
        if self._look is not None:
            self._look.cancel()

    async def receive(self) -> Message:
        """See ASGI; the client is gone when the stream was cut."""
        if not self._cut:
            with anyio.CancelScope() as wait:
                self._waits.add(wait)
                try:
                    return await self._receive()
                finally:
                    self._waits.discard(wait)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """See ASGI."""
        if message["type"] == "http.response.start" and _is_stream(message):
            self._wait()
        await self._send(message)

    def _wait(self) -> None:
        self._forget = self._clock.call_later(CHECKED_EVERY, self._begin_look)

    def _begin_look(self) -> None:
        self._look = asyncio.create_task(self._check())

    async def _check(self) -> None:
        if await self._still_counts(self._scope):
            self._wait()
            return
        logger.info("The stream {} was cut: its caller's credential counts no more.", self._scope["path"])
        self._cut = True
        for wait in tuple(self._waits):
            wait.cancel()
        abort = cast("Callable[[], None] | None", self._scope.get(ABORT))
        if abort is not None:
            abort()


def _is_stream(start: Message) -> bool:
    kinds = [value for name, value in start["headers"] if name == b"content-type"]
    return any(kind.startswith(b"text/event-stream") for kind in kinds)
