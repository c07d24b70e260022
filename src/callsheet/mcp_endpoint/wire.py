"""The two streams of a wire: what is no message is answered, and so is what was asked right before the end."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
)
from pydantic import ValidationError

from callsheet.lint.exposure import RESERVED

_PATIENCE: Final = 10.0
"""Seconds, a little more than the slowest of the answers that are waited for."""


class Unanswered:
    """The requests that came and have no answer yet, but for those whose answer may take any time."""

    def __init__(self) -> None:
        self._ids: set[str | int] = set()
        self._none = asyncio.Event()
        self._none.set()

    def came(self, message: JSONRPCMessage) -> None:
        """A message of the client."""
        match message:
            case JSONRPCRequest() if _is_quick(message):
                self._ids.add(message.id)
                self._none.clear()
            case JSONRPCNotification(method="notifications/cancelled", params={"requestId": str() | int() as given_up}):
                self._settle(given_up)
            case _:
                pass

    def went(self, message: JSONRPCMessage) -> None:
        """A message to the client."""
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            self._settle(message.id)

    async def none(self) -> None:
        """Return when all have their answers, or took too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._none.wait()

    def _settle(self, request_id: str | int) -> None:
        self._ids.discard(request_id)
        if not self._ids:
            self._none.set()


class _Stream:
    """A stream of the SDK's as a context manager that closes."""

    def __init__(self, inner: Any, unanswered: Unanswered) -> None:
        self._inner = inner
        self._unanswered = unanswered

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the stream."""
        await self._inner.aclose()


class Incoming(_Stream):
    """The messages of the client; their end comes when what was asked is answered.

    Of what is no message, the SDK would say nothing, and its sender would wait for ever: `outgoing` says so.
    """

    def __init__(self, inner: Any, unanswered: Unanswered, outgoing: "Outgoing") -> None:
        super().__init__(inner, unanswered)
        self._outgoing = outgoing

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> SessionMessage:
        """The next message.

        Raises:
            anyio.EndOfStream: there is no other.
        """
        while True:
            try:
                item = await self._inner.receive()
            except anyio.EndOfStream:
                await self._unanswered.none()
                raise
            if isinstance(item, SessionMessage):
                self._unanswered.came(item.message)
                return item
            await self._outgoing.send(SessionMessage(_no_message(item)))

    async def answered(self) -> None:
        """Return when what was asked so far is answered, or took too long."""
        await self._unanswered.none()


class Outgoing(_Stream):
    """The messages to the client."""

    async def send(self, item: SessionMessage) -> None:
        """Send one."""
        await self._inner.send(item)
        self._unanswered.went(item.message)


def _no_message(error: Exception) -> JSONRPCError:
    """The answer to a line that was no message; nobody knows whose, so it has no id (JSON-RPC 2.0, section 5.1)."""
    is_json = isinstance(error, ValidationError) and all(each["type"] != "json_invalid" for each in error.errors())
    problem = (
        ErrorData(code=INVALID_REQUEST, message="This is not one JSON-RPC message; batches are not taken.")
        if is_json
        else ErrorData(code=PARSE_ERROR, message="This is not JSON.")
    )
    return JSONRPCError(jsonrpc="2.0", id=None, error=problem)


def _is_quick(request: JSONRPCRequest) -> bool:
    """Whether it is answered at once: no run is waited for, and no subscription is kept open."""
    if request.method == "tools/call":
        return (request.params or {}).get("name") in RESERVED
    return request.method != "subscriptions/listen"
