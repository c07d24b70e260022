"""What the streams of our own transports share."""

import json
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCMessage, jsonrpc_message_adapter

from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark
from callsheet.tools.transports.lines import Line, request_id


class Stream(ABC):
    """A context manager that closes."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()

    @abstractmethod
    async def aclose(self) -> None:
        """Close the stream."""


class ReceiveStream(Stream):
    """A stream of messages, which is gone through by iteration, too."""

    @abstractmethod
    async def receive(self) -> SessionMessage | Exception:
        """The next message.

        Raises:
            anyio.EndOfStream: there is no other.
        """

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


def message_of(text: str) -> JSONRPCMessage:
    """The message that `text` is.

    pydantic would parse a large one for every kind of message that it might be, which takes four times as long.

    Raises:
        ValueError: it is none.
    """
    try:
        return jsonrpc_message_adapter.validate_python(json.loads(text), by_name=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def refusal(line: Line, fault: Fault, mark: FaultMark) -> SessionMessage | None:
    """Answer in the server's place, so that the one call that `line` belongs to fails now, not at its deadline."""
    found = request_id(line)
    if found is None:
        return None
    code = PARSE_ERROR if fault.kind is FaultKind.UNREADABLE else FAULT_CODE
    error = ErrorData(code=code, message=fault.detail, data=mark.write(fault))
    return SessionMessage(JSONRPCError(jsonrpc="2.0", id=found, error=error))
