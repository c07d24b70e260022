"""MCP over HTTP with Server-Sent Events, the transport of 2024-11-05: one stream for all answers, a POST per message.

The SDK's client loses the session with the first POST that fails, with every event over 1 MiB, and lets a call wait in
vain whose answer cannot be read. Here the error goes into the stream of answers each time, as the answer to the one
request that it belongs to.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self, cast

import anyio
import httpx2
import orjson
from mcp.shared._httpx_utils import sse_within_origin
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from callsheet.scenario.json import MAX_NODES
from callsheet.tools.amplification import holds_too_many
from callsheet.tools.bearer import BearerTransport, refusal_of
from callsheet.tools.bodies import TooLarge, first_end, last_end, read_body
from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark, seconds_of
from callsheet.tools.http import MOST_ASIDES, NEVER_SENT
from callsheet.tools.http_connections import connections
from callsheet.tools.lines import FLOOD_FACTOR, HEAD_BYTES, TAIL_BYTES, Line, request_id
from callsheet.tools.oauth import SignIn
from callsheet.tools.servers import HttpServer
from callsheet.tools.streams import Stream, refusal

_ERROR_BODY_BYTES: Final = 64 * 2**10
_HANDSHAKE: Final = {"initialize", "notifications/initialized"}
STREAK: Final = 16
"""Events handed over in one go before the event loop gets its turn."""

_ACCEPT_SECONDS: Final = 60.0
"""How long a server may take to accept a message before its connection is given to another."""


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
        if not holds_too_many(event):
            return event
        fault = Fault(kind=FaultKind.UNREADABLE, detail=f"the answer holds more than {MAX_NODES} values")
        return self._answer(Line(head=_data(event), tail=event[-TAIL_BYTES:], over_cap=True), fault)


def _data(event: bytes | bytearray) -> bytes:
    """The beginning of the message in an event."""
    start = max(event.find(b"{", 0, HEAD_BYTES), 0)
    return bytes(event[start : start + HEAD_BYTES])


class Messages(Stream):
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

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        """Nothing: the connection is closed by whoever opened it."""

    async def _take_turns(self) -> None:
        self._streak = (self._streak + 1) % STREAK
        if not self._streak:
            await asyncio.sleep(0)

    def _message(self, data: str) -> SessionMessage | None:
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(data, by_name=False))
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


class StreamTransport(httpx2.AsyncBaseTransport):
    """Sends requests through `inner`; see the module for what becomes of those that fail."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, *, cap: int, mark: FaultMark, on_lost: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._cap = cap
        self._mark = mark
        self._on_lost = on_lost
        self._answers: Answers | None = None
        self._posts: dict[object, asyncio.Task[None]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Open the stream, or send a message; only the former raises network errors.

        The SDK's client would not send a message before the last one was accepted, and a server that hangs on one would
        hang them all: after the handshake, whose order matters, nobody waits.
        """
        if request.method == "GET":
            return await self._open(request)
        connect = request.extensions.get("timeout", {}).get("connect")
        request.extensions["timeout"] = httpx2.Timeout(_ACCEPT_SECONDS, connect=connect).as_dict()
        message = cast("dict[str, object]", orjson.loads(request.content))
        if message.get("method") in _HANDSHAKE:
            await self._post(request)
        else:
            self._begin(request, message)
        return httpx2.Response(HTTPStatus.ACCEPTED, request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        posts = set(self._posts.values())
        for post in posts:
            post.cancel()
        if posts:
            await asyncio.wait(posts)
        await self._inner.aclose()

    def _begin(self, request: httpx2.Request, message: dict[str, object]) -> None:
        match message:
            case {"method": "notifications/cancelled", "params": {"requestId": str() | int() as given_up}}:
                if given_up in self._posts:  # not accepted yet, and nobody waits for it any more
                    self._posts[given_up].cancel()
            case _:
                pass
        is_request = "id" in message and "method" in message
        if not is_request and len(self._posts) >= MOST_ASIDES:
            return
        key = message["id"] if is_request else object()
        post = self._posts[key] = asyncio.create_task(self._post(request))
        post.add_done_callback(lambda _: self._posts.pop(key))

    async def _post(self, request: httpx2.Request) -> None:
        try:
            fault = await self._send(request)
        except httpx2.ReadTimeout:
            return  # it has the message, and its answer comes by the stream
        except NEVER_SENT as error:
            fault = Fault(kind=FaultKind.REFUSED, detail=f"{type(error).__name__}: {error}")
        except httpx2.TransportError as error:
            fault = Fault(kind=FaultKind.LOST, detail=f"{type(error).__name__}: {error}")
        if fault is not None:
            self._answer(request.content, fault)

    async def _open(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        inner = cast("httpx2.AsyncByteStream", response.stream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await inner.aclose()
            raise httpx2.RemoteProtocolError("the stream is compressed, though we asked that it not be")
        if not response.is_success:
            # Without its body, of which the SDK would read that of a redirect to the end.
            await inner.aclose()
            where = {name: value for name, value in response.headers.items() if name == "location"}
            return httpx2.Response(response.status_code, headers=where, request=request, extensions=response.extensions)
        self._answers = Answers(BoundedEvents(inner, self._cap, self._refusal), self._on_lost)
        return httpx2.Response(response.status_code, headers=response.headers, stream=self._answers, request=request)

    async def _send(self, request: httpx2.Request) -> Fault | None:
        response = await self._inner.handle_async_request(request)
        try:
            if response.is_success:
                return None
            if (to_do := refusal_of(response)) is None:
                await read_body(cast("httpx2.AsyncByteStream", response.stream), _ERROR_BODY_BYTES)
        except TooLarge:
            to_do = None
        finally:
            await response.aclose()
        reason = f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
        return Fault(
            kind=FaultKind.STATUS,
            detail=reason if to_do is None else f"{reason}: {to_do}",
            status=response.status_code,
            retry_after=seconds_of(response.headers.get("retry-after")),
        )

    def _answer(self, message: bytes, fault: Fault) -> None:
        fields = cast("dict[str, object]", orjson.loads(message))
        if self._answers is not None and "id" in fields and "method" in fields:
            self._answers.add(self._error_event(fault, fields["id"]))

    def _refusal(self, line: Line, fault: Fault) -> bytes:
        found = request_id(line)
        return b"" if found is None else self._error_event(fault, found)

    def _error_event(self, fault: Fault, request_id: object) -> bytes:
        error = {"code": FAULT_CODE, "message": fault.detail, "data": self._mark.write(fault)}
        body = orjson.dumps({"jsonrpc": "2.0", "id": request_id, "error": error})
        return b"event: message\ndata: " + body + b"\n\n"


class SseLink:
    """The `Link` to a server of 2024-11-05. `on_lost` is called when its stream ends, `on_open` when it is there."""

    received: int | None = None
    has_sessions = False

    def __init__(
        self,
        server: HttpServer,
        mark: FaultMark,
        tls: Callable[[], Awaitable[ssl.SSLContext]],
        on_lost: Callable[[], None],
        on_open: Callable[[], None] | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self._server = server
        self._sign_in = sign_in
        self._tls = tls
        self._on_lost = on_lost
        self._on_open = on_open
        self._stack = AsyncExitStack()
        self.mark = mark

    def epitaph(self) -> str:
        """See `Link`."""
        return ""

    def instead(self) -> None:
        """See `Link`: there is no older transport."""

    async def __aenter__(self) -> tuple[Messages, Posts]:
        try:
            return await self._opened()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _opened(self) -> tuple[Messages, Posts]:
        https = self._server.url.lower().startswith("https:")
        context = await self._tls() if https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        client = await self._stack.enter_async_context(self._client(context))
        largest = 2 * self._server.options.max_message_bytes  # ours is the limit that is met first
        events = await self._stack.enter_async_context(
            sse_within_origin(client, self._server.url, max_event_size=largest)
        )
        events.response.raise_for_status()
        answers = Messages(aiter(events), self.mark)
        streams = answers, Posts(client, await answers.endpoint(events.response.request.url))
        if self._on_open is not None:
            self._on_open()
        return streams

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(exc_type, exc_val, exc_tb)

    def _client(self, context: ssl.SSLContext) -> httpx2.AsyncClient:
        options = self._server.options
        inner = connections(context, options.max_in_flight)
        carrier = inner if self._sign_in is None else BearerTransport(inner, self._server.url, self._sign_in)
        cap = options.max_message_bytes
        return httpx2.AsyncClient(
            headers={**self._server.headers, "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(None, connect=options.connect_timeout),
            transport=StreamTransport(carrier, cap=cap, mark=self.mark, on_lost=self._on_lost),
            trust_env=False,
        )
