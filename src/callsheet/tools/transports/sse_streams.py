"""What goes over the old transport's two ways: the server's stream of events, kept within bounds, and our POSTs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

import anyio
import httpx2
from mcp.shared.message import SessionMessage

from callsheet.tools.faults import Fault, FaultKind, FaultMark
from callsheet.tools.transports.amplification import excess
from callsheet.tools.transports.bodies import first_end, last_end
from callsheet.tools.transports.lines import FLOOD_FACTOR, HEAD_BYTES, TAIL_BYTES, Line
from callsheet.tools.transports.streams import ReceiveStream, Stream, message_of, refusal

STREAK: Final = 16
"""Events handed over in one go before the event loop gets its turn."""


class Answers(httpx2.AsyncByteStream):
    """The server's stream with our own events in between; `on_end` is called when nothing more comes."""

    def __init__(self, inner: httpx2.AsyncByteStream, on_end: Callable[[], None]) -> None:
        self._inner = inner
        self._on_end = on_end
        self._ours: asyncio.Queue[bytes] = asyncio.Queue()

    def add(self, event: bytes) -> None:
        """Say something in the server's place."""
        self._ours.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        theirs = asyncio.ensure_future(anext(chunks))
        ours = asyncio.ensure_future(self._ours.get())
        try:
            while True:
                await asyncio.wait({theirs, ours}, return_when=asyncio.FIRST_COMPLETED)
                if ours.done():
                    yield ours.result()
                    ours = asyncio.ensure_future(self._ours.get())
                if theirs.done():
                    try:
                        yield theirs.result()
                    except StopAsyncIteration:
                        return
                    theirs = asyncio.ensure_future(anext(chunks))
        finally:
            for waiting in (theirs, ours):
                waiting.cancel()
            await asyncio.wait({theirs, ours})
            self._on_end()

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


class BoundedEvents(httpx2.AsyncByteStream):
    """The server's stream, in which each event that is too much for us is replaced by the error that `answer` makes.

    An event that does not end at all ends the stream.
    """

    def __init__(self, inner: httpx2.AsyncByteStream, cap: int, answer: Callable[[Line, Fault], bytes]) -> None:
        self._inner = inner
        self._cap = cap
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        buffer = bytearray()
        head, left_out = b"", 0
        async for chunk in self._inner:
            searched = max(len(buffer) - 3, 0)
            buffer += chunk
            end = first_end(buffer, searched)
            if end is None:
                if left_out + len(buffer) > FLOOD_FACTOR * self._cap:
                    return
                if left_out + len(buffer) > self._cap:
                    head = head or _data(buffer)
                    left_out += max(len(buffer) - TAIL_BYTES, 0)
                    del buffer[:-TAIL_BYTES]
                continue
            event, left_out = bytes(buffer[:end]), left_out + end
            yield self._too_large(head, event) if left_out > self._cap else self._checked(event)
            head, left_out = b"", 0
            # What else ends in this chunk is as small as the chunk.
            last = last_end(buffer, searched)
            yield bytes(buffer[end:last])
            del buffer[:last]

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()

    def _too_large(self, head: bytes, event: bytes) -> bytes:
        fault = Fault(kind=FaultKind.TOO_LARGE, detail=f"the answer is larger than {self._cap} bytes")
        return self._answer(Line(head=head or _data(event), tail=event[-TAIL_BYTES:], over_cap=True), fault)

    def _checked(self, event: bytes) -> bytes:
        if (too_much := excess(event)) is None:
            return event
        fault = Fault(kind=FaultKind.UNREADABLE, detail=f"the answer {too_much}")
        return self._answer(Line(head=_data(event), tail=event[-TAIL_BYTES:], over_cap=True), fault)


def _data(event: bytes | bytearray) -> bytes:
    """The beginning of the message in an event."""
    start = max(event.find(b"{", 0, HEAD_BYTES), 0)
    return bytes(event[start : start + HEAD_BYTES])


class Messages(ReceiveStream):
    """The messages of a server's stream."""

    def __init__(self, events: AsyncIterator[httpx2.ServerSentEvent], mark: FaultMark) -> None:
        self._events = events
        self._mark = mark
        self._streak = 0

    async def endpoint(self, url: httpx2.URL) -> httpx2.URL:
        """Where the server wants messages sent to; it says so first.

        Raises:
            httpx2.RemoteProtocolError: it does not, or to somebody else.
        """
        async for event in self._events:
            if event.event != "endpoint":
                continue
            endpoint = url.join(event.data)
            if (endpoint.scheme, endpoint.netloc) != (url.scheme, url.netloc):
                raise httpx2.RemoteProtocolError("it wants its messages sent to another origin")
            return endpoint
        raise httpx2.RemoteProtocolError("its stream ended before it said where to send messages to")

    async def receive(self) -> SessionMessage | Exception:
        """The next message.

        Raises:
            anyio.EndOfStream: the stream ended or broke off.
        """
        try:
            async for event in self._events:
                await self._take_turns()
                if event.event == "message" and event.data and (message := self._message(event.data)) is not None:
                    return message
        except (httpx2.TransportError, httpx2.SSEError, httpx2.StreamError):
            pass
        raise anyio.EndOfStream

    async def aclose(self) -> None:
        """Nothing: the connection is closed by whoever opened it."""

    async def _take_turns(self) -> None:
        self._streak = (self._streak + 1) % STREAK
        if not self._streak:
            await asyncio.sleep(0)

    def _message(self, data: str) -> SessionMessage | None:
        try:
            return SessionMessage(message_of(data))
        except ValueError:
            fault = Fault(kind=FaultKind.UNREADABLE, detail="the answer is not a JSON-RPC message")
            return refusal(Line(head=data.encode("utf-8", "replace")), fault, self._mark)


class Posts(Stream):
    """Sends messages, each as a POST to `endpoint`."""

    def __init__(self, client: httpx2.AsyncClient, endpoint: httpx2.URL) -> None:
        self._client = client
        self._endpoint = endpoint

    async def send(self, item: SessionMessage) -> None:
        """Send one message; see `StreamTransport` for when it waits and what becomes of an error."""
        message = item.message.model_dump(by_alias=True, mode="json", exclude_unset=True)
        await self._client.post(self._endpoint, json=message)

    async def aclose(self) -> None:
        """Nothing: the connections are closed by whoever opened them."""
