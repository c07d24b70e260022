"""MCP over HTTP with Server-Sent Events, the transport of 2024-11-05: one stream for all answers, a POST per message.

The SDK's client loses the session with the first POST that fails, with every event over 1 MiB, and lets a call wait in
vain whose answer cannot be read. Here the error goes into the stream of answers each time, as the answer to the one
request that it belongs to.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, cast

import httpx2
import orjson

from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark, seconds_of
from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.origins import origin_of
from callsheet.tools.servers import HttpServer
from callsheet.tools.transports.bearer import refusal_of
from callsheet.tools.transports.bodies import TooLarge, is_plain, read_body
from callsheet.tools.transports.http import ERROR_BODY_BYTES, MOST_ASIDES, NEVER_SENT, describe
from callsheet.tools.transports.http_client import http_client
from callsheet.tools.transports.lines import Line, request_id
from callsheet.tools.transports.sse_streams import Answers, BoundedEvents, Messages, Posts

_HANDSHAKE: Final = {"initialize", "notifications/initialized"}
_ACCEPT_SECONDS: Final = 60.0
"""How long a server may take to accept a message before its connection is given to another."""


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
            fault = Fault(kind=FaultKind.REFUSED, detail=describe(error))
        except httpx2.TransportError as error:
            fault = Fault(kind=FaultKind.LOST, detail=describe(error))
        if fault is not None:
            self._answer(request.content, fault)

    async def _open(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        inner = cast("httpx2.AsyncByteStream", response.stream)
        if not is_plain(response):
            await inner.aclose()
            raise httpx2.RemoteProtocolError("the stream is compressed, though we asked that it not be")
        if not response.is_success:
            # Without its body, which has no bound, and without an address elsewhere, which is not followed.
            await inner.aclose()
            where = response.headers.get("location", "")
            stays = origin_of(request.url.join(where)) == origin_of(request.url)
            headers = {"location": where} if where and stays else {}
            return httpx2.Response(
                response.status_code, headers=headers, request=request, extensions=response.extensions
            )
        self._answers = Answers(BoundedEvents(inner, self._cap, self._refusal), self._on_lost)
        return httpx2.Response(response.status_code, headers=response.headers, stream=self._answers, request=request)

    async def _send(self, request: httpx2.Request) -> Fault | None:
        response = await self._inner.handle_async_request(request)
        try:
            if response.is_success:
                return None
            if (to_do := refusal_of(response)) is None:
                await read_body(cast("httpx2.AsyncByteStream", response.stream), ERROR_BODY_BYTES)
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
        client = await http_client(self._server, self._tls, self._sign_in, self._guarded)
        await self._stack.enter_async_context(client)
        largest = 2 * self._server.options.max_message_bytes  # ours is the limit that is met first
        events = await self._stack.enter_async_context(
            client.sse(self._server.url, max_event_size=largest, follow_redirects=True)
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

    def _guarded(self, carrier: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        cap = self._server.options.max_message_bytes
        return StreamTransport(carrier, cap=cap, mark=self.mark, on_lost=self._on_lost)
