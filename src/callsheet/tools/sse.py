"""MCP over HTTP with Server-Sent Events, the transport of 2024-11-05: one stream for all answers, a POST per message.

The SDK's client stops writing at the first POST that fails. `StreamTransport` never lets one fail: the error goes into
the stream of answers, as the answer to the request that could not be sent.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, cast

import httpx2
import orjson
from mcp.client.sse import sse_client
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage

from callsheet.tools.bearer import BearerTransport
from callsheet.tools.bodies import CappedEvents, TooLarge, read_body
from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark, seconds_of
from callsheet.tools.http_connections import connections
from callsheet.tools.oauth import SignIn
from callsheet.tools.servers import HttpServer

_ERROR_BODY_BYTES: Final = 64 * 2**10
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
        self._posts: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Open the stream, or send a message; only the former raises network errors.

        The SDK's client would not send a message before the last one was accepted, and a server that hangs on one would
        hang them all: after the handshake, whose order matters, nobody waits.
        """
        if request.method == "GET":
            return await self._open(request)
        request.extensions["timeout"] = httpx2.Timeout(_ACCEPT_SECONDS).as_dict()
        if _is_handshake(request.content):
            await self._post(request)
        else:
            post = asyncio.create_task(self._post(request))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)
        return httpx2.Response(HTTPStatus.ACCEPTED, request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        for post in self._posts:
            post.cancel()
        if self._posts:
            await asyncio.wait(self._posts)
        await self._inner.aclose()

    async def _post(self, request: httpx2.Request) -> None:
        try:
            fault = await self._send(request)
        except httpx2.ReadTimeout:
            return  # it has the message, and its answer comes by the stream
        except httpx2.ConnectError as error:
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
            return response
        self._answers = Answers(CappedEvents(inner, self._cap, self._error_body), self._on_lost)
        return httpx2.Response(response.status_code, headers=response.headers, stream=self._answers, request=request)

    async def _send(self, request: httpx2.Request) -> Fault | None:
        response = await self._inner.handle_async_request(request)
        try:
            if response.is_success:
                return None
            await read_body(cast("httpx2.AsyncByteStream", response.stream), _ERROR_BODY_BYTES)
        except TooLarge:
            pass
        finally:
            await response.aclose()
        return Fault(
            kind=FaultKind.STATUS,
            detail=f"HTTP {response.status_code} {response.reason_phrase}".rstrip(),
            status=response.status_code,
            retry_after=seconds_of(response.headers.get("retry-after")),
        )

    def _answer(self, message: bytes, fault: Fault) -> None:
        fields = cast("dict[str, object]", orjson.loads(message))
        if self._answers is not None and "id" in fields and "method" in fields:
            body = self._error_body(fault, fields["id"])
            self._answers.add(b"event: message\ndata: " + body + b"\n\n")

    def _error_body(self, fault: Fault, request_id: object = 0) -> bytes:
        error = {"code": FAULT_CODE, "message": fault.detail, "data": self._mark.write(fault)}
        return orjson.dumps({"jsonrpc": "2.0", "id": request_id, "error": error})


def _is_handshake(body: bytes) -> bool:
    message = cast("dict[str, object]", orjson.loads(body))
    return message.get("method") in {"initialize", "notifications/initialized"}


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

    async def __aenter__(self) -> tuple[ReadStream[SessionMessage | Exception], WriteStream[SessionMessage]]:
        https = self._server.url.lower().startswith("https:")
        context = await self._tls() if https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        def client(
            headers: dict[str, str] | None = None,
            timeout: httpx2.Timeout | None = None,
            auth: httpx2.Auth | None = None,
        ) -> httpx2.AsyncClient:
            return self._client(context)

        transport = sse_client(self._server.url, httpx_client_factory=client)
        streams = await self._stack.enter_async_context(transport)
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
