"""Bounded reading of HTTP answers: whole JSON bodies, and event streams one event at a time."""

from collections.abc import AsyncIterator, Callable
from typing import Final

import httpx2

from callsheet.tools.faults import Fault, FaultKind
from callsheet.tools.transports.amplification import excess

EVENT_ENDS: Final = (b"\n\n", b"\n\r\n", b"\r\r")


def is_plain(response: httpx2.Response) -> bool:
    """Whether an answer is not compressed: one that is may be any size once it is unpacked."""
    return response.headers.get("content-encoding", "identity").lower() == "identity"


class TooLarge(Exception):
    """The body is over the cap."""


async def read_body(stream: httpx2.AsyncByteStream, cap: int) -> bytes:
    """The whole body, as it came over the wire.

    Raises:
        TooLarge: it has more than `cap` bytes; no more than that was held.
        httpx2.TransportError: the connection broke.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > cap:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


class CappedEvents(httpx2.AsyncByteStream):
    """An event stream that hands over whole events, each of `cap` bytes at most.

    A larger event, or a broken connection, becomes one last event: the JSON-RPC error that `answer` makes of the fault.
    Not so when it is `resumable`, as one is whose server gave its events ids: then the stream breaks as it is, and the
    SDK takes it up again.
    """

    def __init__(
        self, inner: httpx2.AsyncByteStream, cap: int, answer: Callable[[Fault], bytes], *, resumable: bool = False
    ) -> None:
        self._inner = inner
        self._cap = cap
        self._answer = answer
        self._resumable = resumable

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for events in self._events():
                if (too_much := excess(events)) is not None:
                    yield self._last_event(Fault(kind=FaultKind.UNREADABLE, detail=f"the answer {too_much}"))
                    return
                self._resumable = self._resumable or events.startswith(b"id:") or b"\nid:" in events
                yield events
        except TooLarge:
            yield self._last_event(Fault(kind=FaultKind.TOO_LARGE, detail=f"an event is larger than {self._cap} bytes"))
        except httpx2.TransportError as error:
            if self._resumable:
                raise
            yield self._last_event(Fault(kind=FaultKind.LOST, detail=f"the answer broke off ({type(error).__name__})"))

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()

    async def _events(self) -> AsyncIterator[bytes]:
        buffer = bytearray()
        async for chunk in self._inner:
            searched = max(len(buffer) - 3, 0)
            buffer += chunk
            first = first_end(buffer, searched)
            if (len(buffer) if first is None else first) > self._cap:
                raise TooLarge
            if first is None:
                continue
            last = last_end(buffer, searched)
            yield bytes(buffer[:last])
            del buffer[:last]
        if buffer:
            yield bytes(buffer)

    def _last_event(self, fault: Fault) -> bytes:
        return b"event: message\ndata: " + self._answer(fault) + b"\n\n"


def first_end(buffer: bytearray, start: int) -> int | None:
    """Where the first event ends whose end is not before `start`; None when none does."""
    ends = [found + len(end) for end in EVENT_ENDS if (found := buffer.find(end, start)) >= 0]
    return min(ends, default=None)


def last_end(buffer: bytearray, start: int) -> int:
    """Where the last event ends of a buffer in which one does."""
    return max(found + len(end) for end in EVENT_ENDS if (found := buffer.rfind(end, start)) >= 0)
